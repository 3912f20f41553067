"""Creating, completing, postponing and dismissing: one engine for every due date that is not an SLA clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from config.base.data.lifecycle import IllegalMove, Refusal
from oncall import obligations
from oncall.models import Obligation, ObligationRule
from oncall.obligations import rules
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _create(**fields: Any) -> Obligation | None:
    defaults: dict[str, Any] = {
        "kind": "review",
        "subject_type": "ticket",
        "subject_id": 7,
        "title": "Look at it",
        "url": "/",
        "at": NOON,
    }
    if "team" not in fields:
        fields["team"] = make.TeamFactory()
    return obligations.create(**defaults | fields)


class TestCreate:
    def test_uses_the_first_rule_that_matches(self) -> None:
        make.ObligationRuleFactory(name="All", position=20, amount=9)
        make.ObligationRuleFactory(name="Worst", position=10, max_rank=1, amount=2)

        mild, worst = _create(rank=3, subject_id=1), _create(rank=1, subject_id=2)

        assert mild is not None
        assert (mild.rule.name, mild.due_at) == ("All", NOON + 9 * DAY)
        assert worst is not None
        assert (worst.rule.name, worst.due_at) == ("Worst", NOON + 2 * DAY)

    def test_a_missing_tier_meets_no_condition_on_it(self) -> None:
        make.ObligationRuleFactory(max_tier=1)

        assert _create() is None
        assert _create(tier=2) is None
        assert _create(tier=1) is not None

    def test_applies_a_rule_only_to_its_teams(self) -> None:
        own_team, other = make.TeamFactory(), make.TeamFactory()
        make.ObligationRuleFactory().teams.add(own_team)

        assert _create(team=other) is None
        assert _create(team=own_team) is not None

    def test_creates_nothing_without_an_active_rule(self) -> None:
        make.ObligationRuleFactory(is_active=False)

        assert _create() is None

    def test_uses_the_date_of_the_record_where_the_rule_sets_none(self) -> None:
        make.ObligationRuleFactory(amount=None)

        obligation = _create(due_at=NOON + 3 * DAY, since=NOON - DAY)

        assert obligation is not None
        assert obligation.due_at == NOON + 3 * DAY

    def test_counts_from_the_moment_of_the_call(self) -> None:
        make.ObligationRuleFactory(amount=5)

        obligation = _create(since=NOON - DAY)

        assert obligation is not None
        assert obligation.due_at == NOON + 4 * DAY

    def test_a_second_call_changes_nothing(self) -> None:
        make.ObligationRuleFactory()

        first, second = _create(), _create(at=NOON + DAY)

        assert first == second
        assert second is not None
        assert second.due_at == NOON + 5 * DAY
        assert Obligation.objects.count() == 1

    def test_creates_one_for_each_occurrence(self) -> None:
        make.ObligationRuleFactory()

        _create(occurrence="a")
        _create(occurrence="b")

        assert Obligation.objects.count() == 2

    def test_opens_again_what_was_done(self) -> None:
        make.ObligationRuleFactory(reminding=[(1, "days", "before", "owner")])
        _create()
        obligations.complete(kind="review", subject_type="ticket", subject_id=7, at=NOON + DAY)

        again = _create(at=NOON + 2 * DAY)

        assert again is not None
        assert (again.status, again.round, again.due_at) == ("open", 1, NOON + 7 * DAY)
        assert again.next_reminder_at == NOON + 6 * DAY
        assert again.ended_at is None

    def test_leaves_a_dismissed_one_dismissed(self) -> None:
        make.ObligationRuleFactory()
        obligation = _create()
        assert obligation is not None
        obligations.dismiss(obligation_id=obligation.pk, reason="Never", actor=make.UserFactory(), at=NOON)

        again = _create(at=NOON + DAY)

        assert again is not None
        assert again.status == "dismissed"

    @pytest.mark.parametrize("origin", ["demo", "case"])
    def test_of_the_demo_reminds_nobody(self, origin: str) -> None:
        make.ObligationRuleFactory(reminding=[(0, "days", "before", "owner")])

        obligation = _create(origin=origin)

        assert obligation is not None
        assert obligation.next_reminder_at is None
        with pytest.raises(IntegrityError):
            Obligation.objects.filter(pk=obligation.pk).update(next_reminder_at=NOON)

    def test_needs_an_owner_or_a_team(self) -> None:
        make.ObligationRuleFactory()

        assert _create(team=None) is None

    @pytest.mark.parametrize(
        ("by", "expected"), [("record", "Rita"), ("team", None), ("manager", "Maja"), ("person", "Pia")]
    )
    def test_is_assigned_as_the_rule_says(self, by: str, expected: str | None) -> None:
        team, record = make.TeamFactory(), make.UserFactory(name="Rita")
        make.MembershipFactory(team=team, user__name="Maja", role="manager")
        person = make.UserFactory(name="Pia") if by == "person" else None
        make.ObligationRuleFactory(assigned_to=by, person=person)

        obligation = _create(team=team, owner=record)

        assert obligation is not None
        assert (obligation.owner.name if obligation.owner else None) == expected
        assert obligation.team == team

    def test_is_assigned_to_the_team_when_the_account_is_closed(self) -> None:
        make.ObligationRuleFactory()

        obligation = _create(owner=make.UserFactory(is_active=False))

        assert obligation is not None
        assert obligation.owner is None


class TestClosing:
    def test_completes_one_occurrence_or_all(self) -> None:
        make.ObligationRuleFactory()
        for name in "abc":
            _create(occurrence=name)
        what: dict[str, Any] = {"kind": "review", "subject_type": "ticket", "subject_id": 7, "at": NOON}

        assert obligations.complete(**what, occurrence="a") == 1
        assert obligations.complete(**what, occurrence="a") == 0
        assert obligations.withdraw(**what) == 2
        assert sorted(Obligation.objects.values_list("status", flat=True)) == ["done", "withdrawn", "withdrawn"]

    def test_cancels_pending_reminders(self) -> None:
        obligation = make.ObligationFactory()
        pending, accepted = (
            make.ReminderFactory(obligation=obligation, state="pending"),
            make.ReminderFactory(obligation=obligation),
        )

        obligations.mark_done(obligation_id=obligation.pk, actor=obligation.owner, at=NOON)

        pending.refresh_from_db()
        accepted.refresh_from_db()
        assert (pending.state, accepted.state) == ("cancelled", "accepted")

    def test_is_refused_where_the_record_ends_it(self) -> None:
        obligation = make.ObligationFactory(kind="postmortem")

        with pytest.raises(Refusal, match="the postmortem is approved"):
            obligations.mark_done(obligation_id=obligation.pk, actor=obligation.owner, at=NOON)

    def test_happens_once(self) -> None:
        obligation = make.ObligationFactory()
        obligations.mark_done(obligation_id=obligation.pk, actor=obligation.owner, at=NOON)

        with pytest.raises(IllegalMove):
            obligations.mark_done(obligation_id=obligation.pk, actor=obligation.owner, at=NOON)

    def test_dismissing_needs_a_reason_unless_the_rule_says_otherwise(self) -> None:
        strict, easy = make.ObligationFactory(), make.ObligationFactory(rule__needs_reason=False)

        with pytest.raises(Refusal, match="Write why"):
            obligations.dismiss(obligation_id=strict.pk, reason=" ", actor=strict.owner, at=NOON)
        done = obligations.dismiss(obligation_id=easy.pk, reason="", actor=easy.owner, at=NOON)

        assert done.status == "dismissed"

    def test_dismissing_waits_until_it_is_overdue_where_the_rule_says_so(self) -> None:
        obligation = make.ObligationFactory(rule__dismissed_when="overdue")
        arguments: dict[str, Any] = {"obligation_id": obligation.pk, "reason": "No use", "actor": obligation.owner}

        with pytest.raises(Refusal, match="once it is overdue"):
            obligations.dismiss(**arguments, at=obligation.due_at)
        done = obligations.dismiss(**arguments, at=obligation.due_at + DAY)

        assert (done.status, done.reason) == ("dismissed", "No use")

    def test_dismissing_is_refused_where_the_rule_allows_nobody(self) -> None:
        obligation = make.ObligationFactory(rule__dismissed_by="nobody")

        with pytest.raises(Refusal, match="lets nobody dismiss"):
            obligations.dismiss(obligation_id=obligation.pk, reason="Why not", actor=obligation.owner, at=NOON)


class TestPostpone:
    def test_moves_the_due_time_and_plans_its_reminders_again(self) -> None:
        rule = make.ObligationRuleFactory(reminding=[(1, "days", "before", "owner")])
        obligation = make.planned(rule=rule)

        later = obligations.postpone(
            obligation_id=obligation.pk,
            due_at=obligation.due_at + 7 * DAY,
            reason="Holidays",
            actor=make.UserFactory(),
            at=NOON,
        )

        assert later.next_reminder_at == obligation.due_at + 6 * DAY
        assert (later.round, later.reason) == (1, "Holidays")

    @pytest.mark.parametrize("days", [-6, 0])
    def test_only_moves_the_due_time_later(self, days: int) -> None:
        obligation = make.ObligationFactory()

        with pytest.raises(Refusal, match="in the future"):
            obligations.postpone(
                obligation_id=obligation.pk,
                due_at=obligation.due_at + days * DAY,
                reason="x",
                actor=obligation.owner,
                at=NOON,
            )

    def test_is_refused_where_the_record_sets_the_date(self) -> None:
        obligation = make.ObligationFactory(kind="action")

        with pytest.raises(Refusal, match="Change the date there"):
            obligations.postpone(
                obligation_id=obligation.pk,
                due_at=obligation.due_at + DAY,
                reason="x",
                actor=obligation.owner,
                at=NOON,
            )


class TestReassign:
    def test_changes_the_owner_once(self) -> None:
        obligation = make.ObligationFactory()
        other = make.UserFactory()
        what: dict[str, Any] = {
            "kind": "review",
            "subject_type": "ticket",
            "subject_id": obligation.subject_id,
            "at": NOON,
        }

        assert obligations.reassign(**what, team=None, owner=other) == 1
        assert obligations.reassign(**what, team=None, owner=other) == 0
        obligation.refresh_from_db()
        assert obligation.owner == other


class TestEndOfDay:
    @pytest.mark.parametrize(
        ("zone", "day", "expected"),
        [
            ("UTC", date(2026, 6, 1), datetime(2026, 6, 1, 23, 59, tzinfo=UTC)),
            ("Europe/Berlin", date(2026, 6, 1), datetime(2026, 6, 1, 21, 59, tzinfo=UTC)),
            ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, tzinfo=UTC)),
            ("America/Santiago", date(2026, 9, 5), datetime(2026, 9, 6, 3, 59, tzinfo=UTC)),
        ],
    )
    def test_is_the_last_minute_on_the_wall(self, zone: str, day: date, expected: datetime) -> None:
        assert obligations.end_of_day(day, zone=zone) == expected


class TestRules:
    def test_of_a_new_site_are_written_once(self) -> None:
        ObligationRule.objects.all().delete()

        assert rules.write_default_rules() >= 4
        assert rules.write_default_rules() == 0
        assert {"postmortem", "action", "customer_update", "known_error_review"} <= set(
            ObligationRule.objects.values_list("kind", flat=True)
        )

    def test_are_described_as_text(self) -> None:
        rule = make.ObligationRuleFactory(
            kind="postmortem",
            max_rank=1,
            amount=5,
            assigned_to="person",
            person=make.UserFactory(name="Ana"),
            reminding=[
                (1, "days", "before", "owner"),
                (0, "days", "before", "owner"),
                (2, "hours", "after", "manager"),
            ],
        )

        text = rules.describe(rule, teams=[], reminders=list(rule.reminders.all()))

        assert text == (
            "For severity rank 1: the postmortem is due 5 days after the service was restored. It is assigned to Ana."
            " It is done when the postmortem is approved. Reminders: the assignee 1 day before it is due, the assignee"
            " when it is due, the team's managers 2 hours after it was due. A manager of the team may dismiss it, with"
            " a reason."
        )

    def test_plan_open_ones_again_when_they_change(self) -> None:
        obligation = make.planned()

        make.RuleReminderFactory(rule=obligation.rule)
        rules.refresh(rule_id=obligation.rule_id)

        obligation.refresh_from_db()
        assert obligation.next_reminder_at == obligation.due_at - DAY
