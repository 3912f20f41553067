"""Django's entry to the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OncallConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "oncall"
    verbose_name = "On-call"

    def ready(self) -> None:
        """Give the engine its own sweeps, a new site its standard rules, and lists their saved views."""
        from oncall import access, calendars, news, notices, panels, pulse, swaps
        from oncall.engine import register_sweep
        from oncall.obligations import duties, reminding
        from oncall.receivers import write_standard_rules

        register_sweep(lane="clocks", name="news", run=news.tell)
        register_sweep(lane="clocks", name="pulse", run=pulse.forget_old, every=600)
        register_sweep(lane="clocks", name="swaps", run=swaps.expire_due, every=5)
        register_sweep(lane="clocks", name="notices", run=notices.chase, every=5)
        register_sweep(lane="clocks", name="answers", run=access.forget_answers, every=600)
        register_sweep(lane="clocks", name="remind", run=reminding.Sender().sweep, every=1)
        register_sweep(lane="clocks", name="obligations", run=duties.catch_up, every=60)
        # Kinds are registered by apps above, in their `ready()`; by the time of a migration all are known.
        post_migrate.connect(write_standard_rules, sender=self, dispatch_uid="oncall.standard_rules")
        panels.register()
        register_sweep(lane="clocks", name="calendars", run=calendars.top_up_due, every=3600)
