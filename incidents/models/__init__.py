"""The service catalogue, the shared ticket, its timeline, and the alerts that open it."""

from incidents.models.alerts import (
    Alert,
    AlertStatus,
    Event,
    EventAction,
    EventOutcome,
    Integration,
    IntegrationKind,
)
from incidents.models.catalog import Service, ServiceDependency, ServiceKind, ServiceOwnership
from incidents.models.contacts import Contact
from incidents.models.responses import Response
from incidents.models.severity import Level, PriorityRule, Severity
from incidents.models.tickets import (
    INCIDENT_STATUSES,
    OPEN_STATUSES,
    PROBLEM_STATUSES,
    ClosureCode,
    ContactType,
    HoldReason,
    Incident,
    Ticket,
    TicketKind,
    TicketStatus,
    Visibility,
)
from incidents.models.timeline import EntryKind, TimelineEntry

__all__ = [
    "INCIDENT_STATUSES",
    "OPEN_STATUSES",
    "PROBLEM_STATUSES",
    "Alert",
    "AlertStatus",
    "ClosureCode",
    "Contact",
    "ContactType",
    "EntryKind",
    "Event",
    "EventAction",
    "EventOutcome",
    "HoldReason",
    "Incident",
    "Integration",
    "IntegrationKind",
    "Level",
    "PriorityRule",
    "Response",
    "Service",
    "ServiceDependency",
    "ServiceKind",
    "ServiceOwnership",
    "Severity",
    "Ticket",
    "TicketKind",
    "TicketStatus",
    "TimelineEntry",
    "Visibility",
]
