"""The app's Celery tasks, for Celery to discover; each is defined beside the function it calls."""

from oncall.messages.notices import send_due

__all__ = ["send_due"]
