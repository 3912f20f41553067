"""The obligation to approve a postmortem, due on the day of its severity or of a rule (S12, S37)."""

from datetime import date, timedelta
from typing import Any

import pytest

from oncall.models import Obligation, ObligationRule
from postmortems import review, writing
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ticket() -> Any:
    severity = make.SeverityFactory(rank=1, postmortem_days=5)
    return make.IncidentFactory(status="restored", restored_at=NOON, severity=severity, assignee=make.UserFactory())


def test_is_created_for_its_owner_and_due_day(ticket: Any) -> None:
    postmortem = writing.draft(ticket_id=ticket.pk, actor=None, at=NOON)

    obligation = Obligation.objects.get()
    assert (obligation.kind, obligation.owner, obligation.team) == ("postmortem", ticket.assignee, ticket.team)
    assert obligation.due_at.date() == postmortem.due_on == date(2026, 6, 6)
    assert obligation.get_absolute_url() == postmortem.get_absolute_url()
    assert obligation.next_reminder_at == obligation.due_at - DAY


def test_takes_the_day_of_a_rule_that_gives_one(ticket: Any) -> None:
    ObligationRule.objects.filter(kind="postmortem").update(position=200)
    make.ObligationRuleFactory(kind="postmortem", max_rank=1, amount=2)

    postmortem = writing.draft(ticket_id=ticket.pk, actor=None, at=NOON + DAY)

    assert Obligation.objects.get().due_at == NOON + 2 * DAY
    postmortem.refresh_from_db()
    assert postmortem.due_on == date(2026, 6, 3)


def test_is_drafted_also_where_no_rule_asks_for_it(ticket: Any) -> None:
    ObligationRule.objects.filter(kind="postmortem").update(is_active=False)

    assert writing.draft(ticket_id=ticket.pk, actor=None, at=NOON).pk
    assert not Obligation.objects.exists()


def test_follows_the_owner_completes_by_approval_and_reopens_after_changes(ticket: Any) -> None:
    bea, boss = make.UserFactory(), make.UserFactory()
    postmortem = writing.draft(ticket_id=ticket.pk, actor=None, at=NOON)
    postmortem.sections.update(body="Said.")
    postmortem.template.needs_other_team = False
    postmortem.template.save()
    history = []

    writing.assign(postmortem_id=postmortem.pk, owner=bea, actor=None, at=NOON)
    history.append((Obligation.objects.get().owner, Obligation.objects.get().status))
    review.submit(postmortem_id=postmortem.pk, actor=bea, at=NOON)
    review.approve(postmortem_id=postmortem.pk, actor=boss, at=NOON)
    history.append((Obligation.objects.get().ended_by, Obligation.objects.get().status))
    review.request_changes(postmortem_id=postmortem.pk, text="More", actor=boss, at=NOON)
    history.append((Obligation.objects.get().ended_by, Obligation.objects.get().status))

    assert history == [(bea, "open"), (boss, "done"), (None, "open")]
