"""A provider's outage does not use up a policy, and a person who cannot be reached does not delay it (R-E8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from oncall import escalation, paging
from oncall.channels import Outcome
from oncall.channels.base import accepted, refused
from oncall.models import Escalation, EscalationEntry, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

FOR_GOOD = refused("No such number.", is_permanent=True)
DOWN = refused("The provider answered 503.")


def seconds(count: float) -> datetime:
    return NOON + timedelta(seconds=count)


def ring(*steps: Any, **fields: Any) -> Escalation:
    policy = make.policy(*steps, **fields)
    row = escalation.trigger(
        subject_type="test", subject_id=1, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=NOON
    )
    escalation.fire_due(at=NOON)
    return row


def answer(outcome: Outcome, *, at: datetime, channel: str = "") -> int:
    jobs = [job for job in paging.claim_jobs(at=at, limit=50) if not channel or job.channel == channel]
    for job in jobs:
        paging.record(job, outcome, at=at)
    return len(jobs)


def run(row: Escalation, outcome: Outcome, *, since: int, until: int) -> None:
    """The engine for a while, in steps of a second, every provider answering the same."""
    for second in range(since, until):
        escalation.fire_due(at=seconds(second))
        while answer(outcome, at=seconds(second)):
            pass


class TestOutage:
    def test_of_twelve_seconds_still_reaches_the_first_person(self) -> None:
        """Three steps, two rounds and the fallback were once used up in five seconds."""
        people = [make.person_with_phone(name) for name in ("Ana", "Ben", "Cem", "Dee")]
        row = ring(*people[:3], fallback=people[3:], repeat=1)

        run(row, DOWN, since=0, until=12)
        run(row, accepted(), since=12, until=60)

        reached = {page.user for page in Page.objects.filter(state="accepted").select_related("user")}
        row.refresh_from_db()
        assert reached == {people[0]}
        assert (row.round, row.firing, row.exhausted_at) == (0, 1, None)

    def test_gives_the_next_step_its_own_delay_back_when_it_ends(self) -> None:
        row = ring(make.person_with_phone("Ana"), make.person_with_phone("Ben"), delay=5)
        run(row, DOWN, since=0, until=12)
        row.refresh_from_db()
        assert row.next_at == seconds(60)

        run(row, accepted(), since=12, until=50)

        row.refresh_from_db()
        assert row.next_at == seconds(300)

    def test_fires_the_next_step_a_minute_after_the_firing(self) -> None:
        ben = make.person_with_phone("Ben")
        row = ring(make.person_with_phone("Ana"), ben, delay=5)

        run(row, DOWN, since=0, until=60)
        assert not Page.objects.filter(user=ben).exists()
        run(row, DOWN, since=60, until=62)

        assert Page.objects.filter(user=ben).exists()
        assert EscalationEntry.objects.filter(event="provider_down").count() >= 1
        assert not EscalationEntry.objects.filter(event="unreachable").exists()

    def test_never_delays_a_step_beyond_its_own_time(self) -> None:
        row = ring(make.person_with_phone("Ana"), make.person_with_phone("Ben"), delay=1)

        run(row, DOWN, since=0, until=2)

        row.refresh_from_db()
        assert row.next_at == seconds(60)

    def test_goes_on_trying_the_people_of_earlier_steps(self) -> None:
        ana = make.person_with_phone("Ana")
        row = ring(ana, make.person_with_phone("Ben"))

        run(row, DOWN, since=0, until=70)
        row.refresh_from_db()
        assert row.firing == 2
        run(row, accepted(), since=70, until=110)

        assert Page.objects.filter(user=ana, firing=1, state="accepted").exists()

    def test_leaves_each_person_one_message_to_get(self) -> None:
        """Not one for every round that the outage took."""
        ana = make.person_with_phone("Ana")
        row = ring(ana, fallback=[ana], repeat=2)
        run(row, DOWN, since=0, until=200)
        row.refresh_from_db()
        assert row.firing >= 3

        run(row, accepted(), since=200, until=231)

        sent = Page.objects.filter(user=ana, state="accepted")
        assert sorted(sent.values_list("channel", flat=True)) == ["email", "sms"]
        assert not Page.objects.filter(state="pending").exists()

    def test_does_not_count_the_round_it_took(self) -> None:
        ana, deputy = make.person_with_phone("Ana"), make.person_with_phone("Dee")
        row = ring(ana, fallback=[deputy], repeat=0)

        run(row, DOWN, since=0, until=70)

        row.refresh_from_db()
        assert (row.round, row.exhausted_at) == (0, None)
        assert row.next_at == seconds(60 + 60)  # the fallback's page failed too
        assert Page.objects.filter(user=deputy).exists()

    def test_counts_the_round_in_which_a_page_arrived(self) -> None:
        ana, deputy = make.person_with_phone("Ana"), make.person_with_phone("Dee")
        row = ring(ana, fallback=[deputy], repeat=0, delay=1)
        run(row, accepted(), since=0, until=3)

        escalation.fire_due(at=seconds(60))

        row.refresh_from_db()
        assert row.exhausted_at == seconds(60)

    def test_is_over_for_a_person_with_another_channel_that_works(self) -> None:
        ana = make.person_with_phone("Ana")
        make.ContactMethodFactory(user=ana, kind="voice")
        row = ring(ana, make.person_with_phone("Ben"))
        answer(DOWN, at=NOON, channel="sms")

        run(row, accepted(), since=1, until=3)

        row.refresh_from_db()
        assert row.next_at == seconds(300)


class TestPersonOutOfReach:
    def test_is_passed_over_at_once(self) -> None:
        ben = make.person_with_phone("Ben")
        row = ring(make.person_with_phone("Ana"), ben)

        run(row, FOR_GOOD, since=0, until=2)

        assert Page.objects.filter(user=ben).exists()
        assert EscalationEntry.objects.filter(escalation=row, event="unreachable").exists()

    def test_counts_in_the_round(self) -> None:
        row = ring(make.person_with_phone("Ana"), repeat=0)

        run(row, FOR_GOOD, since=0, until=2)

        row.refresh_from_db()
        assert row.exhausted_at is not None

    def test_waits_while_somebody_else_of_the_step_was_reached(self) -> None:
        ana, ben = make.person_with_phone("Ana"), make.person_with_phone("Ben")
        row = ring([ana, ben], make.person_with_phone("Cem"))
        for job in paging.claim_jobs(at=NOON, limit=10):
            is_ana = Page.objects.get(pk=job.held.row_id).user == ana
            paging.record(job, FOR_GOOD if is_ana else accepted(), at=NOON)

        run(row, FOR_GOOD, since=0, until=2)

        row.refresh_from_db()
        assert row.next_at == seconds(300)
