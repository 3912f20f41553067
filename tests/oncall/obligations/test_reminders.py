"""Reminders: each once in any order of sweeps and crashes; never of a done task; never about a hidden record."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.base.data.outbox import LEASE
from config.base.data.roles import Role
from oncall import obligations
from oncall.channels import Outcome
from oncall.channels.base import accepted, refused
from oncall.engine import health_checks
from oncall.models import Obligation, Reminder
from oncall.obligations import reminders
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LINES = [(2, "days", "before", "owner"), (0, "days", "before", "owner"), (1, "days", "after", "manager")]


def _planned(**fields: Any) -> Obligation:
    team = make.TeamFactory()
    make.MembershipFactory(team=team, role="manager", user__name="Maja")
    rule = make.ObligationRuleFactory(reminding=LINES)
    return make.planned(rule=rule, **{"team": team, "owner": make.UserFactory(name="Olaf")} | fields)


def _send(at: datetime, outcome: Outcome | None = None) -> list[str]:
    """One whole pass: due reminders are created, claimed and answered. Returns the messages."""
    while reminders.make_due(at=at):
        pass
    jobs = reminders.claim_jobs(at=at, limit=50)
    for job in jobs:
        reminders.record(job, outcome or accepted(), at=at)
    return [job.message.title for job in jobs]


class TestMakeDue:
    def test_reminds_each_at_their_time(self) -> None:
        obligation = _planned(title="Look")

        messages = {day: _send(obligation.due_at + day * DAY) for day in (-3, -2, -1, 0, 1, 2)}

        assert messages == {
            -3: [],
            -2: ["Due in 2 d: Look"],
            -1: [],
            0: ["Due now: Look"],
            1: ["Overdue by 1 d: Look"],
            2: [],
        }
        assert [reminder.user.name for reminder in Reminder.objects.order_by("pk")] == ["Olaf", "Olaf", "Maja"]
        obligation.refresh_from_db()
        assert obligation.next_reminder_at is None

    def test_sends_only_the_latest_after_an_outage(self) -> None:
        obligation = _planned()

        _send(obligation.due_at + 3 * DAY)

        assert [reminder.user.name for reminder in Reminder.objects.order_by("user__name")] == ["Maja", "Olaf"]

    def test_goes_to_the_first_way_of_low_urgency(self) -> None:
        obligation = _planned()
        sms = make.ContactMethodFactory(user=obligation.owner)
        make.NotificationRuleFactory(contact_method=sms, urgency="low", position=1)
        push = make.ContactMethodFactory(user=obligation.owner, kind="push", address="device")
        make.NotificationRuleFactory(contact_method=push, urgency="low", position=0)
        make.NotificationRuleFactory(contact_method=sms, urgency="high", position=0)

        _send(obligation.due_at - 2 * DAY)

        assert list(Reminder.objects.values_list("channel", "address")) == [("push", "device")]

    def test_goes_to_the_accounts_address_without_any(self) -> None:
        obligation = _planned()

        _send(obligation.due_at - 2 * DAY)

        assert Reminder.objects.get().address == obligation.owner.email  # type: ignore[union-attr]

    def test_goes_to_the_managers_without_an_owner(self) -> None:
        obligation = _planned(owner=None)

        _send(obligation.due_at - 2 * DAY)

        assert Reminder.objects.get().user.name == "Maja"

    def test_goes_to_practice_owners(self) -> None:
        chief = make.UserFactory(roles=[Role.PRACTICE])
        obligation = make.planned(rule=make.ObligationRuleFactory(reminding=[(0, "days", "before", "practice")]))

        _send(obligation.due_at)

        assert Reminder.objects.get().user == chief

    def test_is_not_sent_to_people_who_may_not_see_the_record(self) -> None:
        private = make.IncidentFactory(visibility="private", visibility_reason="HR")
        obligation = _planned(subject_id=private.pk)

        _send(obligation.due_at)

        assert not Reminder.objects.exists()

    def test_is_not_sent_to_closed_accounts(self) -> None:
        obligation = _planned(owner=make.UserFactory(is_active=False))

        _send(obligation.due_at - 2 * DAY)

        assert [reminder.user.name for reminder in Reminder.objects.all()] == ["Maja"]


class TestSending:
    def test_stops_when_it_was_done_in_between(self) -> None:
        obligation = _planned()
        reminders.make_due(at=obligation.due_at - 2 * DAY)

        obligations.mark_done(obligation_id=obligation.pk, actor=make.UserFactory(), at=NOON)

        assert reminders.claim_jobs(at=obligation.due_at - 2 * DAY, limit=10) == []
        assert Reminder.objects.get().state == "cancelled"

    def test_stops_when_it_is_done_after_the_claim_of_another(self) -> None:
        """The claim is committed before the obligation is read again, so the read decides."""
        obligation = _planned()
        reminders.make_due(at=obligation.due_at - 2 * DAY)
        Obligation.objects.filter(pk=obligation.pk).update(status="done", ended_at=NOON, next_reminder_at=None)

        assert reminders.claim_jobs(at=obligation.due_at - 2 * DAY, limit=10) == []
        assert Reminder.objects.get().state == "cancelled"

    def test_tries_again_later_under_the_same_key(self) -> None:
        obligation = _planned()
        at = obligation.due_at - 2 * DAY
        _send(at, refused("No answer."))

        early = reminders.claim_jobs(at=at, limit=10)
        retried = reminders.claim_jobs(at=at + timedelta(minutes=20), limit=10)

        assert early == []
        assert [job.message.key for job in retried] == [Reminder.objects.get().key]

    def test_goes_to_the_accounts_mail_after_a_permanent_failure(self) -> None:
        obligation = _planned()
        sms = make.ContactMethodFactory(user=obligation.owner)
        make.NotificationRuleFactory(contact_method=sms, urgency="low", position=0)
        at = obligation.due_at - 2 * DAY
        _send(at, refused("No such number.", is_permanent=True))

        (job,) = reminders.claim_jobs(at=at, limit=10)
        reminders.record(job, refused("No such address.", is_permanent=True), at=at)

        assert job.message.kind == "email"
        assert sorted(Reminder.objects.values_list("channel", "state")) == [("email", "failed"), ("sms", "failed")]

    def test_leads_to_the_record(self) -> None:
        obligation = _planned(url="/tickets/INC-1/")
        reminders.make_due(at=obligation.due_at)

        (job,) = reminders.claim_jobs(at=obligation.due_at, limit=10)

        assert job.message.link.endswith("/tickets/INC-1/")
        assert job.message.type == "reminder"

    def test_needs_as_many_queries_for_ten_as_for_one(self, django_assert_max_num_queries: Any) -> None:
        for _ in range(10):
            obligation = _planned()
        reminders.make_due(at=obligation.due_at - 2 * DAY)

        with django_assert_max_num_queries(4):  # two of them are the savepoint that a test's transaction needs
            jobs = reminders.claim_jobs(at=obligation.due_at - 2 * DAY, limit=50)

        assert len(jobs) == 10


class TestInAnyOrder:
    """Sweeps of several engines at any time, crashes at any point: each reminder once, or never if it is too late."""

    @pytest.mark.drill
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.randoms(use_true_random=False), st.lists(st.integers(-60, 60), min_size=1, max_size=12))
    def test_each_is_taken_once(self, chance: random.Random, hours: list[int]) -> None:
        Reminder.objects.all().delete()
        Obligation.objects.all().delete()
        obligation = _planned()
        taken: Counter[str] = Counter()
        at = obligation.due_at

        for hour in sorted(hours):
            at = obligation.due_at + timedelta(hours=hour)
            reminders.make_due(at=at)
            for job in reminders.claim_jobs(at=at, limit=chance.choice([1, 50])):
                fate = chance.choice(["taken", "taken, not recorded", "killed before", "refused"])
                if fate.startswith("taken"):
                    taken[job.message.key] += 1
                if fate == "taken":
                    reminders.record(job, accepted(), at=at)
                if fate == "refused":
                    reminders.record(job, refused("Not now."), at=at)
        end = max(at, obligation.due_at + 3 * DAY)
        for _ in range(6):
            end += LEASE + timedelta(minutes=20)
            reminders.make_due(at=end)
            for job in reminders.claim_jobs(at=end, limit=50):
                taken[job.message.key] += 1
                reminders.record(job, accepted(), at=end)

        rows = Reminder.objects.filter(obligation=obligation)
        # A provider recognizes a key, so it accepted the set of keys; each row has a key and was accepted in the end.
        assert set(taken) == set(rows.values_list("key", flat=True))
        assert set(rows.values_list("state", flat=True)) == {"accepted"}
        assert {reminder.user.name for reminder in rows.select_related("user")} == {"Olaf", "Maja"}
        assert 2 <= rows.count() <= 3
        obligation.refresh_from_db()
        assert obligation.next_reminder_at is None

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.integers(-72, 48), st.integers(-72, 48))
    def test_creates_none_after_the_end(self, ended: int, swept: int) -> None:
        obligation = _planned()
        obligations.complete(
            kind="review",
            subject_type="ticket",
            subject_id=obligation.subject_id,
            at=obligation.due_at + timedelta(hours=ended),
        )

        assert _send(obligation.due_at + timedelta(hours=swept)) == []


class TestWatchdog:
    def test_finds_reminders_that_were_not_created(self) -> None:
        obligation = _planned()
        at = obligation.due_at - 2 * DAY

        early_findings = health_checks.check_health(at=at + timedelta(minutes=4)).findings
        late_findings = health_checks.check_health(at=at + timedelta(minutes=6)).findings

        assert "reminder_overdue" not in {finding.code for finding in early_findings}
        assert "reminder_overdue" in {finding.code for finding in late_findings}

    def test_finds_reminders_that_were_not_sent(self) -> None:
        make.ReminderFactory(state="pending", due_at=NOON, accepted_at=None)

        assert "reminder_overdue" in {
            finding.code for finding in health_checks.check_health(at=NOON + timedelta(minutes=6)).findings
        }
