"""Refused senders are told to the operators: one incident, which later reports join."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from incidents.integrations.refused_senders import TITLE, report_refused
from incidents.models import Event, Integration, Ticket
from oncall.engine import health_checks
from tests.factories import NOON, IntegrationFactory, ServiceFactory, SeverityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def integration() -> Integration:
    ServiceFactory(slug=settings.OPERATIONS_SERVICE)
    for rank in (1, 2, 3, 4, 5):
        SeverityFactory(rank=rank)
    return IntegrationFactory()


def refuse(integration: Integration, count: int = 1, *, outcome: str = "rejected", **fields: Any) -> None:
    for _ in range(count):
        values = {"received_at": NOON, "action": "none", "problem": "wrong"} | fields
        Event.objects.create(integration=integration, outcome=outcome, **values)


def test_ten_within_an_hour_open_one_incident(integration: Integration) -> None:
    refuse(integration, 9)
    assert report_refused(at=NOON) == 0

    refuse(integration)
    assert [report_refused(at=NOON), report_refused(at=NOON)] == [1, 0]
    assert Ticket.objects.get().title == TITLE


def test_the_first_in_seven_days_opens_one_and_the_next_is_no_news(integration: Integration) -> None:
    refuse(integration, outcome="opened", received_at=NOON - timedelta(days=8))
    refuse(integration)
    assert report_refused(at=NOON) == 1

    refuse(integration, received_at=NOON + timedelta(minutes=5))
    assert report_refused(at=NOON + timedelta(minutes=6)) == 0


def test_those_of_another_integration_join(integration: Integration) -> None:
    refuse(integration, 10)
    report_refused(at=NOON)
    refuse(IntegrationFactory(), 10)

    assert report_refused(at=NOON) == 1
    assert Ticket.objects.get().timeline.filter(source__startswith="refused:").count() == 2


def test_of_a_paused_integration_are_none(integration: Integration) -> None:
    refuse(integration, 20, while_paused=True)

    assert report_refused(at=NOON) == 0
    assert "senders_refused" not in {item.code for item in health_checks.check_health(at=NOON).findings}


def test_are_a_finding_of_the_health_checks(integration: Integration) -> None:
    refuse(integration, 3)

    (finding,) = [item for item in health_checks.check_health(at=NOON).findings if item.code == "senders_refused"]
    assert finding.count == 1


@pytest.mark.parametrize(
    "value", [["critical"], "SEV1", 7, None, {"critical": 1}, {"critical": ["SEV1"]}, {"a": "no"}]
)
def test_severities_of_another_shape_are_refused(integration: Integration, value: object) -> None:
    integration.severities = value
    with pytest.raises(ValidationError) as refusal:
        integration.full_clean()

    assert "severities" in refusal.value.message_dict
