"""The administration, a module a subject."""

from incidents.admin import (
    alerts,
    categories,
    customers,
    desk,
    integrations,
    prevention,
    requesters,
    services,
    severities,
    sla,
    tickets,
)

__all__ = [
    "alerts",
    "categories",
    "customers",
    "desk",
    "integrations",
    "prevention",
    "requesters",
    "services",
    "severities",
    "sla",
    "tickets",
]
