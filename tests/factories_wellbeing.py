"""Test data of readiness, wake tests, requests for rest, and pages that came in the night."""

from datetime import date, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from oncall import models
from tests.factories import (
    NOON,
    EscalationEntryFactory,
    EscalationFactory,
    ScheduleFactory,
    ServiceFactory,
    UserFactory,
)
from tests.factories_changes import SwapRequestFactory


class ServiceReadinessFactory(DjangoModelFactory):
    """A service that passes one check of two."""

    class Meta:
        model = incident_models.ServiceReadiness

    service = factory.SubFactory(ServiceFactory)
    passed = 1
    total = 2
    score = 50
    checked_at = NOON
    due_at = datetime(2036, 6, 1, tzinfo=NOON.tzinfo)
    items = factory.LazyFunction(
        lambda: [
            {"code": "owner", "title": "Owned", "is_passed": True, "wrong": "", "url": ""},
            {"code": "gap", "title": "No gap", "is_passed": False, "wrong": "Nobody is on call.", "url": "/teams/"},
        ]
    )


class WakeTestFactory(DjangoModelFactory):
    """A test that was passed."""

    class Meta:
        model = models.WakeTest

    user = factory.SubFactory(UserFactory)
    channel = "sms"
    sent_at = NOON
    passed_at = NOON + timedelta(minutes=1)


class ReliefRequestFactory(DjangoModelFactory):
    """Somebody asked for rest."""

    class Meta:
        model = models.ReliefRequest

    user = factory.SubFactory(UserFactory)
    schedule = factory.SubFactory(ScheduleFactory)
    night_on = date(2026, 5, 31)
    pages = 3
    worked_minutes = 75
    starts_at = NOON
    ends_at = NOON + timedelta(hours=9)
    asked_at = NOON
    swap = factory.SubFactory(SwapRequestFactory)


def was_paged(user: Any, at: datetime, *, schedule: Any = None, escalation: Any = None) -> Any:
    """The log of an escalation says that this person was paged, because of this schedule."""
    because = {"schedule": schedule.pk} if schedule else {"user": user.pk}
    return EscalationEntryFactory(
        escalation=escalation or EscalationFactory(),
        at=at,
        event="page",
        detail={"people": [{"user": user.pk, "because": because}]},
    )
