"""Django's entry to the app."""

from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    """Registers the app with the others when Django is ready."""

    name = "problems"
    verbose_name = "Problems"

    def ready(self) -> None:
        """Register the panels on incidents, and the obligation to review known errors."""
        from config.base.data import rights, search
        from oncall import obligations
        from problems import panels
        from problems.known_errors.obligations import REVIEW_KIND
        from problems.known_errors.search import KIND as KNOWN_ERRORS
        from problems.rights import RIGHTS

        rights.declare(RIGHTS)
        obligations.register(REVIEW_KIND)
        search.register(KNOWN_ERRORS)
        panels.register()
