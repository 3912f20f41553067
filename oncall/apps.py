"""Django's entry to the app."""

from django.apps import AppConfig


class OncallConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "oncall"
    verbose_name = "On-call"

    def ready(self) -> None:
        """Give the engine its own sweeps."""
        from oncall import access, calendars, news, pulse
        from oncall.engine import register_sweep

        register_sweep(lane="clocks", name="news", run=news.tell)
        register_sweep(lane="clocks", name="pulse", run=pulse.forget_old, every=600)
        register_sweep(lane="clocks", name="answers", run=access.forget_answers, every=600)
        register_sweep(lane="clocks", name="calendars", run=calendars.top_up_due, every=3600)
