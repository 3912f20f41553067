"""Owing, fulfilling, putting off and dismissing: one engine for every deadline that is not an SLA clock."""

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


def _owe(**fields: Any) -> Obligation | None:
    usual: dict[str, Any] = {
        "kind": "review",
        "subject_type": "ticket",
        "subject_id": 7,
        "title": "Look at it",
        "url": "/",
        "at": NOON,
    }
    if "team" not in fields:
        fields["team"] = make.TeamFactory()
    return obligations.create(**usual | fields)


class TestOwe:
    def test_follows_the_first_rule_that_fits(self) -> None:
        make.ObligationRuleFactory(name="All", position=20, amount=9)
        make.ObligationRuleFactory(name="Worst", position=10, most_rank=1, amount=2)

        mild, worst = _owe(rank=3, subject_id=1), _owe(rank=1, subject_id=2)

        assert mild is not None
        assert (mild.rule.name, mild.due_at) == ("All", NOON + 9 * DAY)
        assert worst is not None
        assert (worst.rule.name, worst.due_at) == ("Worst", NOON + 2 * DAY)

    def test_asks_a_condition_only_of_what_is_known(self) -> None:
        make.ObligationRuleFactory(most_tier=1)

        assert _owe() is None
        assert _owe(tier=2) is None
        assert _owe(tier=1) is not None

    def test_keeps_to_the_rules_teams(self) -> None:
        mine, other = make.TeamFactory(), make.TeamFactory()
        make.ObligationRuleFactory().teams.add(mine)

        assert _owe(team=other) is None
        assert _owe(team=mine) is not None

    def test_asks_nothing_where_no_rule_is_in_use(self) -> None:
        make.ObligationRuleFactory(is_active=False)

        assert _owe() is None

    def test_takes_the_date_of_the_record_where_the_rule_names_none(self) -> None:
        make.ObligationRuleFactory(amount=None)

        found = _owe(due_at=NOON + 3 * DAY, since=NOON - DAY)

        assert found is not None
        assert found.due_at == NOON + 3 * DAY

    def test_counts_from_the_moment_that_is_named(self) -> None:
        make.ObligationRuleFactory(amount=5)

        found = _owe(since=NOON - DAY)

        assert found is not None
        assert found.due_at == NOON + 4 * DAY

    def test_twice_is_once(self) -> None:
        make.ObligationRuleFactory()

        first, second = _owe(), _owe(at=NOON + DAY)

        assert first == second
        assert second is not None
        assert second.due_at == NOON + 5 * DAY
        assert Obligation.objects.count() == 1

    def test_of_two_occurrences_is_two(self) -> None:
        make.ObligationRuleFactory()

        _owe(occurrence="a")
        _owe(occurrence="b")

        assert Obligation.objects.count() == 2

    def test_opens_again_what_was_done(self) -> None:
        make.ObligationRuleFactory(reminding=[(1, "days", "before", "owner")])
        _owe()
        obligations.complete(kind="review", subject_type="ticket", subject_id=7, at=NOON + DAY)

        again = _owe(at=NOON + 2 * DAY)

        assert again is not None
        assert (again.status, again.round, again.due_at) == ("open", 1, NOON + 7 * DAY)
        assert again.next_reminder_at == NOON + 6 * DAY
        assert again.ended_at is None

    def test_leaves_dismissed_what_a_person_dismissed(self) -> None:
        make.ObligationRuleFactory()
        found = _owe()
        assert found is not None
        obligations.dismiss(obligation_id=found.pk, reason="Never", actor=make.UserFactory(), at=NOON)

        again = _owe(at=NOON + DAY)

        assert again is not None
        assert again.status == "dismissed"

    @pytest.mark.parametrize("origin", ["demo", "case"])
    def test_of_the_demo_reminds_nobody(self, origin: str) -> None:
        make.ObligationRuleFactory(reminding=[(0, "days", "before", "owner")])

        found = _owe(origin=origin)

        assert found is not None
        assert found.next_reminder_at is None
        with pytest.raises(IntegrityError):
            Obligation.objects.filter(pk=found.pk).update(next_reminder_at=NOON)

    def test_needs_somebody(self) -> None:
        make.ObligationRuleFactory()

        assert _owe(team=None) is None

    @pytest.mark.parametrize(
        ("by", "expected"), [("record", "Rita"), ("team", None), ("manager", "Maja"), ("person", "Pia")]
    )
    def test_is_of_whom_the_rule_names(self, by: str, expected: str | None) -> None:
        team, record = make.TeamFactory(), make.UserFactory(name="Rita")
        make.MembershipFactory(team=team, user__name="Maja", role="manager")
        person = make.UserFactory(name="Pia") if by == "person" else None
        make.ObligationRuleFactory(owed_by=by, person=person)

        found = _owe(team=team, owner=record)

        assert found is not None
        assert (found.owner.name if found.owner else None) == expected
        assert found.team == team

    def test_is_the_teams_when_the_person_has_left(self) -> None:
        make.ObligationRuleFactory()

        found = _owe(owner=make.UserFactory(is_active=False))

        assert found is not None
        assert found.owner is None


class TestEnding:
    def test_fulfils_one_occurrence_or_all(self) -> None:
        make.ObligationRuleFactory()
        for name in "abc":
            _owe(occurrence=name)
        what: dict[str, Any] = {"kind": "review", "subject_type": "ticket", "subject_id": 7, "at": NOON}

        assert obligations.complete(**what, occurrence="a") == 1
        assert obligations.complete(**what, occurrence="a") == 0
        assert obligations.withdraw(**what) == 2
        assert sorted(Obligation.objects.values_list("status", flat=True)) == ["done", "withdrawn", "withdrawn"]

    def test_cancels_the_reminders_that_wait(self) -> None:
        found = make.ObligationFactory()
        waits, went = make.ReminderFactory(obligation=found, state="pending"), make.ReminderFactory(obligation=found)

        obligations.finish(obligation_id=found.pk, actor=found.owner, at=NOON)

        waits.refresh_from_db()
        went.refresh_from_db()
        assert (waits.state, went.state) == ("cancelled", "accepted")

    def test_by_hand_is_refused_where_the_record_ends_it(self) -> None:
        found = make.ObligationFactory(kind="postmortem")

        with pytest.raises(Refusal, match="the postmortem is approved"):
            obligations.finish(obligation_id=found.pk, actor=found.owner, at=NOON)

    def test_happens_once(self) -> None:
        found = make.ObligationFactory()
        obligations.finish(obligation_id=found.pk, actor=found.owner, at=NOON)

        with pytest.raises(IllegalMove):
            obligations.finish(obligation_id=found.pk, actor=found.owner, at=NOON)

    def test_by_dismissal_needs_a_reason_unless_the_rule_says_otherwise(self) -> None:
        strict, easy = make.ObligationFactory(), make.ObligationFactory(rule__needs_reason=False)

        with pytest.raises(Refusal, match="Say why"):
            obligations.dismiss(obligation_id=strict.pk, reason=" ", actor=strict.owner, at=NOON)
        done = obligations.dismiss(obligation_id=easy.pk, reason="", actor=easy.owner, at=NOON)

        assert done.status == "dismissed"

    def test_by_dismissal_waits_until_it_is_overdue_where_the_rule_says_so(self) -> None:
        found = make.ObligationFactory(rule__dismissed_when="overdue")
        said: dict[str, Any] = {"obligation_id": found.pk, "reason": "No use", "actor": found.owner}

        with pytest.raises(Refusal, match="once it is overdue"):
            obligations.dismiss(**said, at=found.due_at)
        done = obligations.dismiss(**said, at=found.due_at + DAY)

        assert (done.status, done.reason) == ("dismissed", "No use")

    def test_by_dismissal_is_for_nobody_where_the_rule_says_so(self) -> None:
        found = make.ObligationFactory(rule__dismissed_by="nobody")

        with pytest.raises(Refusal, match="lets nobody dismiss"):
            obligations.dismiss(obligation_id=found.pk, reason="Why not", actor=found.owner, at=NOON)


class TestPostpone:
    def test_moves_the_due_time_and_plans_its_reminders_anew(self) -> None:
        rule = make.ObligationRuleFactory(reminding=[(1, "days", "before", "owner")])
        found = make.planned(rule=rule)

        later = obligations.postpone(
            obligation_id=found.pk,
            due_at=found.due_at + 7 * DAY,
            reason="Holidays",
            actor=make.UserFactory(),
            at=NOON,
        )

        assert later.next_reminder_at == found.due_at + 6 * DAY
        assert (later.round, later.reason) == (1, "Holidays")

    @pytest.mark.parametrize("days", [-6, 0])
    def test_goes_forward_only(self, days: int) -> None:
        found = make.ObligationFactory()

        with pytest.raises(Refusal, match="lies ahead"):
            obligations.postpone(
                obligation_id=found.pk, due_at=found.due_at + days * DAY, reason="x", actor=found.owner, at=NOON
            )

    def test_is_refused_where_the_record_names_the_date(self) -> None:
        found = make.ObligationFactory(kind="action")

        with pytest.raises(Refusal, match="Change the date there"):
            obligations.postpone(
                obligation_id=found.pk, due_at=found.due_at + DAY, reason="x", actor=found.owner, at=NOON
            )


class TestGive:
    def test_lets_somebody_else_owe_it(self) -> None:
        found = make.ObligationFactory()
        other = make.UserFactory()
        what: dict[str, Any] = {"kind": "review", "subject_type": "ticket", "subject_id": found.subject_id, "at": NOON}

        assert obligations.reassign(**what, team=None, owner=other) == 1
        assert obligations.reassign(**what, team=None, owner=other) == 0
        found.refresh_from_db()
        assert found.owner == other


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

    def test_are_told_in_words(self) -> None:
        rule = make.ObligationRuleFactory(
            kind="postmortem",
            most_rank=1,
            amount=5,
            owed_by="person",
            person=make.UserFactory(name="Ana"),
            reminding=[
                (1, "days", "before", "owner"),
                (0, "days", "before", "owner"),
                (2, "hours", "after", "manager"),
            ],
        )

        told = rules.describe(rule, teams=[], reminders=list(rule.reminders.all()))

        assert told == (
            "For severity rank 1: the postmortem is due 5 days after the service was restored. Ana owes it. It is done"
            " when the postmortem is approved. Reminded: who owes it 1 day before it is due, who owes it when it is"
            " due, the team's managers 2 hours after it was due. A manager of the team may dismiss it, with a reason."
        )

    def test_plan_what_is_open_anew_when_they_change(self) -> None:
        found = make.planned()

        make.RuleReminderFactory(rule=found.rule)
        rules.refresh(rule_id=found.rule_id)

        found.refresh_from_db()
        assert found.next_reminder_at == found.due_at - DAY
