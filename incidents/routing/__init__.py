"""From alerts to incidents: what is due is grouped, joined to an open incident or opens one, and restored."""

from incidents.routing.sweep import route_due

__all__ = ["route_due"]
