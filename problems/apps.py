"""Django's entry to the app."""

from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "problems"
    verbose_name = "Problems"

    def ready(self) -> None:
        """Show causes and known errors on the pages of incidents, and have known errors looked at again."""
        from oncall import obligations
        from problems import panels
        from problems.known_errors.obligations import KIND

        obligations.register(KIND)
        panels.register()
