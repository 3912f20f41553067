"""From alerts to incidents: due alerts are grouped, join or open an incident, and restore it when all have closed."""

from incidents.routing.flapping import restore_quiet
from incidents.routing.sweep import route_due

__all__ = ["restore_quiet", "route_due"]
