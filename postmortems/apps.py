"""Django's entry to the app."""

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "postmortems"
    verbose_name = "Postmortems"

    def ready(self) -> None:
        """Draft what restored incidents owe, and show postmortems on the pages of incidents."""
        from oncall import engine, obligations
        from postmortems import panels, receivers, writing  # noqa: F401 - importing receivers connects them
        from postmortems.obligations import KIND

        engine.register_sweep(lane="clocks", name="postmortems", run=writing.draft_due, every=60)
        obligations.register(KIND)
        panels.register()
