"""Promises on the page of a ticket: a clock-change night, a forgotten holiday, a severity raised on Saturday."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from config.base.data.roles import Role
from incidents.models import Severity, Ticket
from incidents.sla import credits, spans
from oncall.models import Calendar
from tests import factories as make
from tests.incidents.sla.histories import opened, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(make.UserFactory(name="Ana", roles=[Role.AGENT], time_zone="Europe/Berlin"))
    return client


def target(**fields: Any) -> Any:
    return make.SlaTargetVersionFactory(effective_from=datetime(2026, 1, 1, tzinfo=UTC), **fields)


def calendar(**fields: Any) -> Calendar:
    version = make.CalendarVersionFactory(calendar__name="Support hours", **fields)
    row: Calendar = version.calendar
    return row


def promises(client: Client, ticket: Ticket, at: datetime) -> str:
    """What the ticket's page says of its promises at a moment, without tags."""
    with time_machine.travel(at, tick=False):
        page = client.get(ticket.get_absolute_url()).content.decode()
    html = page.split('id="clocks"', 1)[1].split("</section>", 1)[0]
    return " ".join("".join(part.split(">", 1)[-1] for part in html.split("<")).split())


def test_a_night_window_over_the_clock_change_lasts_seven_hours(agent: Client) -> None:
    night = calendar(windows=[{"days": [5], "start": "22:00", "end": "06:00"}])
    target(goal_minutes=420, calendar=night)
    at = datetime(2026, 3, 28, 21, tzinfo=UTC)
    ticket = opened(at)

    text = promises(agent, ticket, at + timedelta(minutes=30))

    # Ten in the evening to six in the morning, without the hour that does not exist.
    assert "30 working minutes of 7 working hours" in text
    assert "due Sun 06:00" in text


def test_a_forgotten_holiday_is_excluded_and_moves_what_is_due(agent: Client) -> None:
    office = calendar(time_zone="Europe/Berlin")
    target(goal_minutes=960, calendar=office)
    ticket = opened(datetime(2026, 1, 2, 15, tzinfo=UTC))
    tuesday = datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert "10 working hours of 16 working hours, due Tue 16:00" in promises(agent, ticket, tuesday)

    start, end = spans.day_span(date(2026, 1, 5), zone=ZoneInfo("Europe/Berlin"), at=tuesday)
    credit = credits.request_credit(
        ticket_id=ticket.pk, starts_at=start, ends_at=end, reason="Epiphany was not in the calendar.",
        actor=make.UserFactory(roles=[Role.AGENT]), at=tuesday,
    )  # fmt: skip
    credits.approve_credit(credit_id=credit.pk, actor=make.UserFactory(roles=[Role.MANAGER]), at=tuesday)

    text = promises(agent, ticket, tuesday + timedelta(minutes=1))
    assert "of 16 working hours, due Wed 16:00" in text
    assert "Epiphany was not in the calendar." in text


def test_a_severity_raised_on_saturday_owes_no_friday_night(agent: Client) -> None:
    slow, fast = make.SeverityFactory(rank=3), make.SeverityFactory(rank=1)
    by_severity(slow, goal_minutes=480, calendar=calendar())
    by_severity(fast, goal_minutes=240)
    ticket = opened(datetime(2026, 1, 9, 15, tzinfo=UTC), severity=slow.pk)
    saturday = datetime(2026, 1, 10, 11, tzinfo=UTC)

    tell(ticket, saturday, "change", fields={"severity": fast.pk})

    # One hour of Friday afternoon counts; the night between did not count then, and does not count now.
    text = promises(agent, ticket, saturday + timedelta(minutes=1))
    assert "1 hour 1 minute of 4 hours" in text
    assert "due Sat 15:00" in text


def by_severity(severity: Severity, **fields: Any) -> None:
    target(conditions={"severity": [severity.pk]}, position=severity.rank, **fields)
