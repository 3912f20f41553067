"""The app's models: people, schedules, escalation, pages and the work that follows."""

from oncall.models.access import ApiToken, IdempotentRequest
from oncall.models.calendars import Calendar, CalendarDate
from oncall.models.cover.absences import Absence
from oncall.models.cover.overrides import Override, OverrideOp, OverridePerson
from oncall.models.cover.relief import ReliefRequest
from oncall.models.cover.swaps import OFFERS, SWAPS, UNDECIDED, OfferStatus, SwapOffer, SwapRequest, SwapStatus
from oncall.models.engine import EngineLane, EngineSchema
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
from oncall.models.messages import Notice
from oncall.models.obligations import (
    AssignedTo,
    DismissedBy,
    DismissedWhen,
    Obligation,
    ObligationRule,
    ObligationStatus,
    Reminded,
    Reminder,
    ReminderSide,
    RuleReminder,
    TimeUnit,
)
from oncall.models.paging import Page, Purpose
from oncall.models.people import (
    ContactKind,
    ContactMethod,
    Deactivation,
    Membership,
    MembershipRole,
    NotificationRule,
    Team,
    TeamKind,
    Urgency,
    User,
)
from oncall.models.readiness import WakeTest
from oncall.models.rota import HandoffNote
from oncall.models.saved_views import SavedView
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
    "OFFERS",
    "SWAPS",
    "UNDECIDED",
    "Absence",
    "ApiToken",
    "AssignedTo",
    "Calendar",
    "CalendarDate",
    "ContactKind",
    "ContactMethod",
    "Deactivation",
    "DismissedBy",
    "DismissedWhen",
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
    "HandoffNote",
    "HolidayMode",
    "IdempotentRequest",
    "Layer",
    "LayerKind",
    "LayerMember",
    "Membership",
    "MembershipRole",
    "Notice",
    "NotificationRule",
    "Obligation",
    "ObligationRule",
    "ObligationStatus",
    "OfferStatus",
    "Override",
    "OverrideOp",
    "OverridePerson",
    "Page",
    "Purpose",
    "ReliefRequest",
    "Reminded",
    "Reminder",
    "ReminderSide",
    "RotationClock",
    "RotationCount",
    "RotationUnit",
    "RuleReminder",
    "SavedView",
    "Schedule",
    "ScheduleVersion",
    "StepMode",
    "SwapOffer",
    "SwapRequest",
    "SwapStatus",
    "Team",
    "TeamKind",
    "TimeUnit",
    "Urgency",
    "User",
    "WakeTest",
    "WorkInterval",
    "WorkSource",
]
