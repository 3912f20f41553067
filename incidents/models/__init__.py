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
from incidents.models.customers.maintenance import (
    UNDER_WAY,
    MaintenanceStatus,
    MaintenanceUpdate,
    ScheduledMaintenance,
)
from incidents.models.customers.subscribers import Subscriber, UpdateDelivery
from incidents.models.customers.updates import (
    OVER,
    Component,
    CustomerUpdate,
    MessageTemplate,
    Phase,
    PublicIncident,
    StatusPage,
)
from incidents.models.prevention import ActionItem, ActionStatus, PreventionWaiver, WaiverStatus
from incidents.models.reports import ReportChange, ReportRun, ReportSegment
from incidents.models.requesters import Contact
from incidents.models.response import Response
from incidents.models.services import Service, ServiceDependency, ServiceKind, ServiceOwnership, ServiceReadiness
from incidents.models.severities import ComponentStatus, Impact, Level, PriorityRule, ReviewSeat, Severity
from incidents.models.tickets.links import STANDS_FOR, LinkKind, TicketLink
from incidents.models.tickets.ticket import (
    INCIDENT_STATUSES,
    OPEN_STATUSES,
    PREFIXES,
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
from incidents.models.tickets.timeline import EntryKind, TimelineEntry

__all__ = [
    "INCIDENT_STATUSES",
    "OPEN_STATUSES",
    "OVER",
    "PREFIXES",
    "PROBLEM_STATUSES",
    "STANDS_FOR",
    "UNDER_WAY",
    "ActionItem",
    "ActionStatus",
    "Alert",
    "AlertStatus",
    "ClosureCode",
    "Component",
    "ComponentStatus",
    "Contact",
    "ContactType",
    "CustomerUpdate",
    "EntryKind",
    "Event",
    "EventAction",
    "EventOutcome",
    "HoldReason",
    "Impact",
    "Incident",
    "Integration",
    "IntegrationKind",
    "Level",
    "LinkKind",
    "MaintenanceStatus",
    "MaintenanceUpdate",
    "MessageTemplate",
    "Phase",
    "PreventionWaiver",
    "PriorityRule",
    "PublicIncident",
    "ReportChange",
    "ReportRun",
    "ReportSegment",
    "Response",
    "ReviewSeat",
    "ScheduledMaintenance",
    "Service",
    "ServiceDependency",
    "ServiceKind",
    "ServiceOwnership",
    "ServiceReadiness",
    "Severity",
    "StatusPage",
    "Subscriber",
    "Ticket",
    "TicketKind",
    "TicketLink",
    "TicketStatus",
    "TimelineEntry",
    "UpdateDelivery",
    "Visibility",
    "WaiverStatus",
]
