"""The engine's sweep of clocks: facts on time, once, for every ticket but a bad one (K-35 to K-39)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from incidents import response
from incidents.clocks import sweep
from incidents.models import HoldReason, SlaBreach, SlaCycle, SlaStale, SlaWarning, Ticket, TimelineEntry
from incidents.sla import storage
from oncall.engine import health_checks
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db
GOAL = 60


@pytest.fixture
def start() -> datetime:
    """The beginning of this minute; the tests go on from here, because entries are recorded now."""
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def actor() -> User:
    user: User = make.UserFactory()
    return user


def target(start: datetime, **fields: Any) -> Any:
    fields = {"goal_minutes": GOAL, "effective_from": start - timedelta(days=1), **fields}
    return make.SlaTargetVersionFactory(**fields)


def declare(at: datetime, **fields: Any) -> Ticket:
    severity = make.SeverityFactory(rank=4, pages=False)
    return response.declare(title="Slow", at=at, team=make.TeamFactory(), severity=severity, **fields)


def run(at: datetime) -> int:
    total = 0
    while count := sweep.sweep(at=at):
        total += count
    return total


def minutes(at: datetime, start: datetime) -> float:
    return (at - start) / timedelta(minutes=1)


def findings(at: datetime) -> set[str]:
    return {finding.code for finding in health_checks.check_health(at=at).findings}


class TestSweep:
    def test_shows_a_new_ticket_what_is_due(self, start: datetime) -> None:
        target(start)
        ticket = declare(start)

        assert run(start + timedelta(seconds=3)) == 1

        ticket.refresh_from_db()
        row = SlaCycle.objects.get()
        assert (row.state, row.elapsed_minutes, row.goal_minutes) == ("running", 0, GOAL)
        assert ticket.sla_due_at == start + timedelta(minutes=60)
        # 50 % after 30 minutes, judged when that minute is over.
        assert ticket.sla_next_at == start + timedelta(minutes=31, seconds=2)

    def test_warns_and_records_a_breach_when_the_minute_is_over(self, start: datetime) -> None:
        target(start)
        ticket = declare(start)
        run(start)

        for minute in range(1, 70):
            run(start + timedelta(minutes=minute, seconds=3))

        warned = SlaWarning.objects.order_by("percent").values_list("percent", "warned_at", "is_sent")
        assert [(percent, minutes(at, start), sent) for percent, at, sent in warned] == [
            (50, 30, True), (75, 45, True), (100, 60, True),
        ]  # fmt: skip
        breach = SlaBreach.objects.get()
        assert minutes(breach.breached_at, start) == 60
        assert breach.recorded_at == start + timedelta(minutes=61, seconds=3)
        row = SlaCycle.objects.get()
        assert (row.state, row.is_kept, row.breach_holds) == ("running", False, True)
        assert TimelineEntry.objects.filter(ticket=ticket, source__startswith="sla:").count() == 1

    def test_lets_an_event_in_the_due_minute_win(self, start: datetime, actor: User) -> None:
        target(start)
        ticket = declare(start)
        run(start)
        run(start + timedelta(minutes=60, seconds=10))

        response.restore(ticket_id=ticket.pk, actor=actor, at=start + timedelta(minutes=60, seconds=40))
        run(start + timedelta(minutes=61, seconds=3))

        assert not SlaBreach.objects.exists()
        assert SlaCycle.objects.get().state == "met"

    def test_keeps_the_instant_when_it_is_late_and_sends_only_the_highest(self, start: datetime) -> None:
        target(start)
        declare(start)
        run(start)

        run(start + timedelta(hours=5))

        assert minutes(SlaBreach.objects.get().breached_at, start) == 60
        sent = SlaWarning.objects.order_by("percent").values_list("percent", "is_sent")
        assert list(sent) == [(50, False), (75, False), (100, True)]

    def test_does_nothing_twice(self, start: datetime) -> None:
        target(start)
        ticket = declare(start)
        for _ in range(3):
            Ticket.objects.filter(pk=ticket.pk).update(sla_next_at=start)
            run(start + timedelta(hours=5))

        assert (SlaBreach.objects.count(), SlaWarning.objects.count(), SlaCycle.objects.count()) == (1, 3, 1)

    def test_says_why_a_clock_is_paused_and_since_when(self, start: datetime, actor: User) -> None:
        target(start, pause_reasons=[HoldReason.REQUESTER])
        ticket = declare(start)
        held_at = start + timedelta(minutes=20)
        response.hold(ticket_id=ticket.pk, reason=HoldReason.REQUESTER, actor=actor, at=held_at)
        run(start + timedelta(hours=5))

        row = SlaCycle.objects.get()
        ticket.refresh_from_db()
        assert (row.state, row.paused_by, row.paused_since) == ("paused", ["requester"], held_at)
        assert (ticket.sla_due_at, ticket.sla_next_at) == (None, None)
        assert not SlaBreach.objects.exists()

    def test_computes_again_after_every_entry_that_clocks_read(self, start: datetime, actor: User) -> None:
        target(start)
        ticket = declare(start)
        run(start)
        response.add_note(ticket_id=ticket.pk, text="Looking", actor=actor, at=start)
        assert not SlaStale.objects.exists()

        response.restore(ticket_id=ticket.pk, actor=actor, at=start + timedelta(minutes=5))

        assert SlaStale.objects.filter(ticket=ticket).exists()
        run(start + timedelta(minutes=6))
        assert SlaCycle.objects.get().state == "met"
        assert not SlaStale.objects.exists()

    def test_looks_at_every_open_ticket_after_a_new_definition(self, start: datetime) -> None:
        ticket = declare(start)
        run(start)
        assert not SlaCycle.objects.exists()

        target(start)

        run(start)
        assert SlaCycle.objects.get().ticket == ticket

    def test_looks_again_when_a_planned_version_takes_effect(self, start: datetime) -> None:
        first = target(start, goal_minutes=480)
        make.SlaTargetVersionFactory(
            target=first.target, goal_minutes=30, effective_from=start + timedelta(minutes=40), created_at=start
        )
        ticket = declare(start)
        run(start)

        ticket.refresh_from_db()
        assert ticket.sla_next_at == start + timedelta(minutes=41, seconds=2)
        run(start + timedelta(minutes=41, seconds=3))
        breach = SlaBreach.objects.get()
        assert (minutes(breach.breached_at, start), breach.goal_minutes) == (40, 30)


class TestHealth:
    def test_says_when_clocks_are_late(self, start: datetime) -> None:
        target(start)
        declare(start)
        assert "clocks_late" not in findings(start + timedelta(minutes=4))

        assert "clocks_late" in findings(timezone.now() + timedelta(minutes=6))
        run(timezone.now() + timedelta(minutes=6))
        assert "clocks_late" not in findings(timezone.now() + timedelta(minutes=6))


class TestBadRows:
    def test_stop_no_other(self, start: datetime, caplog: pytest.LogCaptureFixture) -> None:
        target(start)
        bad, good = declare(start), declare(start)
        TimelineEntry.objects.create(
            ticket=bad, kind="change", text="?", at=start, facts=[{"type": "impact", "value": 7}]
        )

        run(start + timedelta(minutes=1))

        assert list(SlaCycle.objects.values_list("ticket", flat=True)) == [good.pk]
        assert "sla" in caplog.text


@pytest.mark.django_db(transaction=True)
class TestLocks:
    def test_leave_a_ticket_for_later_and_hold_up_nobody(self, start: datetime) -> None:
        target(start)
        locked, free = declare(start), declare(start)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SELECT 1 FROM incidents_ticket WHERE id = %s FOR NO KEY UPDATE", [locked.pk])
                assert sweep.sweep(at=start) == 1
                assert list(SlaCycle.objects.values_list("ticket", flat=True)) == [free.pk]
                cursor.execute("ROLLBACK")
        finally:
            other.close()

        run(start)
        assert SlaCycle.objects.filter(ticket=locked).exists()

    def test_of_other_tickets_are_free_while_people_are_told(
        self, start: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target(start)
        tickets = {declare(start).pk for _ in range(3)}
        run(start)
        reached: list[int] = []
        other = connection.copy()

        def tell(*, ticket: Ticket, **_: object) -> None:
            # A lock of any other ticket would make this wait, as it would make somebody who answers wait.
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                keys = [pk for pk in tickets if pk != ticket.pk]
                cursor.execute("SELECT 1 FROM incidents_ticket WHERE id = ANY(%s) FOR NO KEY UPDATE NOWAIT", [keys])
                cursor.execute("ROLLBACK")
            reached.append(ticket.pk)

        monkeypatch.setattr(sweep, "carry_out", tell)
        try:
            run(start + timedelta(minutes=31, seconds=3))
        finally:
            other.close()

        assert sorted(reached) == sorted(tickets)

    def test_are_not_taken_while_clocks_are_computed(self, start: datetime) -> None:
        target(start)
        ticket = declare(start)
        computed = storage.compute(ticket_ids=[ticket.pk], at=start)

        with transaction.atomic():
            Ticket.objects.select_for_update(no_key=True, nowait=True).get(pk=ticket.pk)
            assert storage.write({}, at=start) == []
        assert len(storage.write(computed, at=start)) == 0
        assert SlaCycle.objects.filter(ticket=ticket).exists()
