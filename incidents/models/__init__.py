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
from incidents.models.prevention import ActionItem, ActionStatus, LinkKind, PreventionWaiver, TicketLink, WaiverStatus
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
    "ActionItem",
    "ActionStatus",
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
    "LinkKind",
    "PreventionWaiver",
    "PriorityRule",
    "Response",
    "Service",
    "ServiceDependency",
    "ServiceKind",
    "ServiceOwnership",
    "Severity",
    "Ticket",
    "TicketKind",
    "TicketLink",
    "TicketStatus",
    "TimelineEntry",
    "Visibility",
    "WaiverStatus",
]
