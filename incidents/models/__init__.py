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
from incidents.models.communication import (
    OVER,
    Component,
    ComponentStatus,
    CustomerUpdate,
    Impact,
    MessageTemplate,
    Phase,
    PublicIncident,
    StatusPage,
)
from incidents.models.contacts import Contact
from incidents.models.maintenance import UNDER_WAY, MaintenanceStatus, MaintenanceUpdate, ScheduledMaintenance
from incidents.models.numbers import NumbersChange, NumbersRun, NumbersSegment
from incidents.models.prevention import ActionItem, ActionStatus, LinkKind, PreventionWaiver, TicketLink, WaiverStatus
from incidents.models.readiness import ServiceReadiness
from incidents.models.responses import Response
from incidents.models.severity import Level, PriorityRule, ReviewSeat, Severity
from incidents.models.subscribers import Subscriber, UpdateDelivery
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
    "OVER",
    "PROBLEM_STATUSES",
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
    "NumbersChange",
    "NumbersRun",
    "NumbersSegment",
    "Phase",
    "PreventionWaiver",
    "PriorityRule",
    "PublicIncident",
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
