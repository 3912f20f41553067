"""What people do with a running escalation: decline, hand over, and a changed urgency (R-E7a)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from oncall import escalation
from oncall.models import Escalation, EscalationEntry, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def ana() -> Any:
    return make.person_with_phone("Ana")


@pytest.fixture
def bob() -> Any:
    return make.person_with_phone("Bob")


def ring(*steps: Any, urgency: str = "high", ack_timeout_minutes: int | None = None) -> Escalation:
    policy = make.policy(*steps, ack_timeout_minutes=ack_timeout_minutes, repeat=1)
    row = escalation.trigger(
        subject_type="test", subject_id=1, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=NOON,
        urgency=urgency,
    )  # fmt: skip
    escalation.fire_due(at=NOON)
    row.refresh_from_db()
    return row


def change(row: Escalation, urgency: str, *, priority: int = 1) -> Escalation:
    return escalation.change_urgency(
        escalation_id=row.pk, urgency=urgency, priority=priority, at=minutes(1), actor=None
    )


def events(row: Escalation) -> list[str]:
    return list(row.entries.order_by("pk").values_list("event", flat=True))


class TestDecline:
    def test_after_an_acknowledgement_goes_to_the_next_step_and_not_to_the_first(self, ana: Any, bob: Any) -> None:
        row = ring(ana, bob)
        escalation.acknowledge(escalation_id=row.pk, at=minutes(1), actor=ana)

        row = escalation.decline(escalation_id=row.pk, at=minutes(2), actor=ana)
        escalation.fire_due(at=minutes(2))

        assert (row.acknowledged_by, row.acknowledged_at, row.step) == (None, None, 1)
        assert set(Page.objects.filter(state="pending").values_list("user", flat=True)) == {bob.pk}

    def test_ends_the_calls_of_the_person_only(self, ana: Any, bob: Any) -> None:
        row = ring([ana, bob])

        escalation.decline(escalation_id=row.pk, at=minutes(1), actor=ana)

        assert set(Page.objects.filter(user=ana).values_list("state", flat=True)) == {"cancelled"}
        assert set(Page.objects.filter(user=bob).values_list("state", flat=True)) == {"pending"}

    def test_is_logged_with_the_person_and_the_firing(self, ana: Any, bob: Any) -> None:
        """A page that is being sent while its person declines finds the entry, and is not tried again."""
        row = ring(ana, bob)

        escalation.decline(escalation_id=row.pk, at=minutes(1), actor=ana)

        entry = EscalationEntry.objects.get(event="decline")
        assert (entry.actor, entry.at, entry.detail) == (ana, minutes(1), {"firing": 1})

    def test_leaves_a_snooze_alone(self, ana: Any) -> None:
        row = ring(ana)
        escalation.snooze(escalation_id=row.pk, until=minutes(30), at=minutes(1), actor=None)

        assert escalation.decline(escalation_id=row.pk, at=minutes(2), actor=ana).state == "snoozed"


class TestHandOver:
    def test_changes_the_person_and_no_time(self, ana: Any, bob: Any) -> None:
        row = ring(ana, ack_timeout_minutes=30)
        escalation.acknowledge(escalation_id=row.pk, at=minutes(1), actor=ana)

        row = escalation.hand_over(escalation_id=row.pk, at=minutes(2), actor=bob)

        assert (row.acknowledged_by, row.acknowledged_at, row.next_at) == (bob, minutes(1), minutes(31))

    def test_does_nothing_while_it_rings(self, ana: Any, bob: Any) -> None:
        row = ring(ana)

        escalation.hand_over(escalation_id=row.pk, at=minutes(2), actor=bob)

        row.refresh_from_db()
        assert (row.state, row.acknowledged_by, events(row)) == ("triggered", None, ["page"])


class TestHigherUrgency:
    def test_pages_the_people_of_the_firing_again_under_their_rules(self, ana: Any, bob: Any) -> None:
        row = ring([ana, bob], urgency="low")
        before = (row.step, row.round, row.next_at)

        row = change(row, "high")

        again = Page.objects.filter(firing=2)
        assert set(again.values_list("user", "channel", "due_at")) == {
            (ana.pk, "sms", minutes(1)), (bob.pk, "sms", minutes(1)),
        }  # fmt: skip
        assert set(again.values_list("priority", flat=True)) == {1}
        assert (row.firing, row.urgency, row.step, row.round, row.next_at) == (2, "high", *before)

    def test_is_logged_with_those_it_paged_and_why(self, ana: Any) -> None:
        """R-E10: who was paged is read from the log, also for the load of a person."""
        row = ring(ana, urgency="low")

        change(row, "high")

        assert events(row) == ["page", "urgency", "page"]
        first, again = EscalationEntry.objects.filter(event="page").order_by("pk")
        assert again.detail == {**first.detail, "firing": 2}
        assert (again.step, again.round) == (first.step, first.round)

    def test_does_not_ring_those_who_have_declined_or_left(self, ana: Any, bob: Any) -> None:
        gone = make.UserFactory()
        row = ring([ana, bob, gone], ana, urgency="low")
        escalation.decline(escalation_id=row.pk, at=NOON, actor=ana)
        type(gone).objects.filter(pk=gone.pk).update(is_active=False)

        change(row, "high")

        assert set(Page.objects.filter(firing=2).values_list("user", flat=True)) == {bob.pk}

    @pytest.mark.parametrize("is_restarted", [False, True])
    def test_before_the_first_step_changes_only_the_rules_it_will_use(self, ana: Any, is_restarted: bool) -> None:
        policy = make.policy(ana)
        row = escalation.trigger(
            subject_type="test", subject_id=1, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=NOON,
            urgency="low",
        )  # fmt: skip
        if is_restarted:
            escalation.fire_due(at=NOON)
            escalation.acknowledge(escalation_id=row.pk, at=minutes(1), actor=ana)
            escalation.unacknowledge(escalation_id=row.pk, at=minutes(1), actor=ana)

        change(row, "high")
        escalation.fire_due(at=minutes(1))

        assert Page.objects.filter(state="pending").count() == 1
        assert not EscalationEntry.objects.filter(event="urgency").exists()

    def test_pages_again_when_every_step_was_tried(self, ana: Any) -> None:
        policy = make.policy(fallback=[ana])
        row = escalation.trigger(
            subject_type="test", subject_id=1, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=NOON,
            urgency="low",
        )  # fmt: skip
        escalation.fire_due(at=NOON)

        row = change(row, "high")

        assert Page.objects.filter(firing=2, user=ana, channel="sms").exists()
        assert (row.next_at, row.exhausted_at) == (None, NOON)

    def test_ends_a_snooze(self, ana: Any, bob: Any) -> None:
        row = ring(ana, bob, urgency="low")
        escalation.snooze(escalation_id=row.pk, until=minutes(60), at=NOON, actor=ana)

        row = change(row, "high")

        assert (row.state, row.step, row.next_at) == ("triggered", 0, minutes(1))
        escalation.fire_due(at=minutes(1))
        assert Page.objects.filter(user=ana, channel="sms", state="pending").exists()

    @pytest.mark.parametrize(("timeout", "next_at"), [(30, minutes(31)), (None, None)])
    def test_lets_the_time_out_of_an_acknowledgement_run_anew(self, ana: Any, timeout: Any, next_at: Any) -> None:
        row = ring(ana, urgency="low", ack_timeout_minutes=timeout)
        escalation.acknowledge(escalation_id=row.pk, at=NOON, actor=ana)

        row = change(row, "high")

        assert (row.state, row.acknowledged_by, row.acknowledged_at) == ("acknowledged", ana, NOON)
        assert row.next_at == next_at
        assert row.firing == 1

    def test_does_nothing_once_it_has_ended(self, ana: Any) -> None:
        row = ring(ana, urgency="low")
        escalation.end(escalation_id=row.pk, at=NOON, actor=None)

        assert change(row, "high").urgency == "low"


class TestOtherChanges:
    @pytest.mark.parametrize(("was", "becomes"), [("high", "low"), ("high", "high"), ("low", "low")])
    def test_ring_nobody(self, ana: Any, was: str, becomes: str) -> None:
        row = ring(ana, urgency=was)
        due_at = row.next_at

        row = change(row, becomes, priority=3)

        assert (row.urgency, row.priority, row.firing, row.next_at) == (becomes, 3, 1, due_at)
        assert events(row) == ["page"]
