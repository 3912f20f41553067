"""People, standby, escalation, pages and the work that follows."""

from oncall.models.access import ApiToken, IdempotentRequest, TokenScope
from oncall.models.calendars import Calendar, CalendarDate
from oncall.models.escalation import (
    Escalation,
    EscalationEntry,
    EscalationEvent,
    EscalationPolicy,
    EscalationState,
    EscalationStep,
    EscalationTarget,
    StepMode,
)
from oncall.models.feeds import FeedEvent, FeedKind, FeedToken
from oncall.models.overrides import Override, OverrideOp, OverridePerson
from oncall.models.pages import EngineLane, EngineSchema, Page
from oncall.models.people import (
    ContactKind,
    ContactMethod,
    Membership,
    MembershipRole,
    NotificationRule,
    Team,
    TeamKind,
    Urgency,
    User,
)
from oncall.models.presence import Absence, Deactivation
from oncall.models.schedules import (
    HolidayMode,
    Layer,
    LayerKind,
    LayerMember,
    RotationClock,
    RotationCount,
    RotationUnit,
    Schedule,
    ScheduleVersion,
)
from oncall.models.work import WorkInterval, WorkSource

__all__ = [
    "Absence",
    "ApiToken",
    "Calendar",
    "CalendarDate",
    "ContactKind",
    "ContactMethod",
    "Deactivation",
    "EngineLane",
    "EngineSchema",
    "Escalation",
    "EscalationEntry",
    "EscalationEvent",
    "EscalationPolicy",
    "EscalationState",
    "EscalationStep",
    "EscalationTarget",
    "FeedEvent",
    "FeedKind",
    "FeedToken",
    "HolidayMode",
    "IdempotentRequest",
    "Layer",
    "LayerKind",
    "LayerMember",
    "Membership",
    "MembershipRole",
    "NotificationRule",
    "Override",
    "OverrideOp",
    "OverridePerson",
    "Page",
    "RotationClock",
    "RotationCount",
    "RotationUnit",
    "Schedule",
    "ScheduleVersion",
    "StepMode",
    "Team",
    "TeamKind",
    "TokenScope",
    "Urgency",
    "User",
    "WorkInterval",
    "WorkSource",
]
