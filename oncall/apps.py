"""Django's entry to the app."""

from django.apps import AppConfig


class OncallConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "oncall"
    verbose_name = "On-call"
