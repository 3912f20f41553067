"""The app's Celery tasks; each stands beside the function it calls."""

from oncall.messages.notices import send_due

__all__ = ["send_due"]
