"""The Django app of the project's own commands; it has no models."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, composition and commands."""

    name = "config"
    verbose_name = "Configuration"

    def ready(self) -> None:
        """Put the engine into every Celery worker."""
        from config.celery import app
        from oncall.engine.worker import EngineStep

        app.steps["worker"].add(EngineStep)
