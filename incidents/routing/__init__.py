"""From alerts to incidents: due alerts are grouped, join or open an incident, and restore it when all have closed."""

from incidents.routing.sweep import route_due

__all__ = ["route_due"]
