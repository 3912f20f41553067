"""Django's entry to the app."""

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "postmortems"
    verbose_name = "Postmortems"
