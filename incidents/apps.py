"""Django's entry to the app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "incidents"
    verbose_name = "Incidents"
