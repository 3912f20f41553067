"""The app's Celery tasks; each stands beside the function it calls."""

from oncall.notices import send_due

__all__ = ["send_due"]
