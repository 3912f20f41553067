"""The app's Celery tasks; each is defined beside the function it calls."""

from incidents.customers.deliveries import fan_out, fan_out_notice, send_due
from incidents.sla.previewing import compute_impact

__all__ = ["compute_impact", "fan_out", "fan_out_notice", "send_due"]
