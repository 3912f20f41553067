"""The Django app of the project's own commands; it has no models."""

from django.apps import AppConfig, apps
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    """Settings, composition and commands."""

    name = "config"
    verbose_name = "Configuration"

    def ready(self) -> None:
        """Put the engine into Celery workers, reasons into histories, and give roles their rights after migrations."""
        from simple_history.signals import pre_create_historical_record

        from config import checks, rights
        from config.base.data import history
        from config.celery import app
        from oncall.engine.worker import EngineStep

        register(checks.check_encryption_keys, Tags.security)
        app.steps["worker"].add(EngineStep)
        # Permissions are made app by app, in the order of INSTALLED_APPS; auth comes after all of ours.
        post_migrate.connect(rights.sync_rights, sender=apps.get_app_config("auth"), dispatch_uid="config.rights")
        pre_create_historical_record.connect(history.keep_reason, dispatch_uid="config.history")
