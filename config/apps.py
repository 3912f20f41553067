"""Django's entry to the project's own commands; it has no models."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, composition and commands."""

    name = "config"
    verbose_name = "Configuration"
