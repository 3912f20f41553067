"""SLA clocks in the administration."""

from incidents.admin.sla import corrections, targets

__all__ = ["corrections", "targets"]
