"""The app's Celery tasks; each is defined beside the function it calls."""

from incidents.customers.deliveries import fan_out, fan_out_notice, send_due

__all__ = ["fan_out", "fan_out_notice", "send_due"]
