"""People, standby, escalation, pages and the work that follows."""

from oncall.models.access import ApiToken, IdempotentRequest, TokenScope
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
from oncall.models.saved_views import SavedView
from oncall.models.schedules import Layer, LayerMember, RotationUnit, Schedule, ScheduleVersion
from oncall.models.work import WorkInterval, WorkSource

__all__ = [
    "ApiToken",
    "ContactKind",
    "ContactMethod",
    "EngineLane",
    "EngineSchema",
    "Escalation",
    "EscalationEntry",
    "EscalationEvent",
    "EscalationPolicy",
    "EscalationState",
    "EscalationStep",
    "EscalationTarget",
    "IdempotentRequest",
    "Layer",
    "LayerMember",
    "Membership",
    "MembershipRole",
    "NotificationRule",
    "Page",
    "RotationUnit",
    "SavedView",
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
