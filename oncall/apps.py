"""Django's entry to the app."""

from django.apps import AppConfig


class OncallConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "oncall"
    verbose_name = "On-call"

    def ready(self) -> None:
        """Give the engine its own sweeps."""
        from oncall import access, news, notices, pulse, swaps
        from oncall.engine import register_sweep

        register_sweep(lane="clocks", name="news", run=news.tell)
        register_sweep(lane="clocks", name="pulse", run=pulse.forget_old, every=600)
        register_sweep(lane="clocks", name="swaps", run=swaps.expire_due, every=5)
        register_sweep(lane="clocks", name="notices", run=notices.chase, every=5)
        register_sweep(lane="clocks", name="answers", run=access.forget_answers, every=600)
