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
from incidents.models.categories import Category, CustomFieldKind
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
from incidents.models.sla.corrections import SlaCredit, SlaWaiver
from incidents.models.sla.impacts import SlaImpact
from incidents.models.sla.records import OPEN_STATES, SlaBreach, SlaCycle, SlaStale, SlaState, SlaWarning
from incidents.models.sla.targets import (
    MAX_GOAL,
    SlaAction,
    SlaActionKind,
    SlaKind,
    SlaMetric,
    SlaScope,
    SlaStart,
    SlaTarget,
    SlaTargetVersion,
)
from incidents.models.tickets.checklists import ChecklistItem
from incidents.models.tickets.links import ONE_OF_A_KIND, STANDS_FOR, LinkKind, TicketLink
from incidents.models.tickets.readings import PrivateReading
from incidents.models.tickets.search import Spelling, TicketText
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
from incidents.models.tickets.watchers import Watcher

__all__ = [
    "INCIDENT_STATUSES",
    "MAX_GOAL",
    "ONE_OF_A_KIND",
    "OPEN_STATES",
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
    "Category",
    "ChecklistItem",
    "ClosureCode",
    "Component",
    "ComponentStatus",
    "Contact",
    "ContactType",
    "CustomFieldKind",
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
    "PrivateReading",
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
    "SlaAction",
    "SlaActionKind",
    "SlaBreach",
    "SlaCredit",
    "SlaCycle",
    "SlaImpact",
    "SlaKind",
    "SlaMetric",
    "SlaScope",
    "SlaStale",
    "SlaStart",
    "SlaState",
    "SlaTarget",
    "SlaTargetVersion",
    "SlaWaiver",
    "SlaWarning",
    "Spelling",
    "StatusPage",
    "Subscriber",
    "Ticket",
    "TicketKind",
    "TicketLink",
    "TicketStatus",
    "TicketText",
    "TimelineEntry",
    "UpdateDelivery",
    "Visibility",
    "WaiverStatus",
    "Watcher",
]
