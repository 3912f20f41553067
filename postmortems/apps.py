"""Django's entry to the app."""

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    """Registers the app with the others when Django is ready."""

    name = "postmortems"
    verbose_name = "Postmortems"

    def ready(self) -> None:
        """Register the sweep that drafts postmortems, their obligation and the panels on incidents."""
        from config.base.data import rights, search
        from config.base.web import concerns
        from oncall import engine, obligations
        from postmortems import panels, receivers, writing  # noqa: F401 - importing receivers connects them
        from postmortems import uses as record_uses
        from postmortems.concerns import list_concerns
        from postmortems.obligations import POSTMORTEM_KIND
        from postmortems.rights import RIGHTS
        from postmortems.search import KIND as POSTMORTEMS

        rights.declare(RIGHTS)
        concerns.register(list_concerns)
        search.register(POSTMORTEMS)
        record_uses.register()
        engine.register_sweep(lane="clocks", name="postmortems", run=writing.draft_due, every=60)
        obligations.register(POSTMORTEM_KIND)
        panels.register()
