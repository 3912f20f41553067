"""Pages: created from rules, claimed with a lease, recorded behind a fence, never lost silently."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.base.data import outbox
from config.base.data.outbox import Claim, Rooms
from oncall import escalation, paging
from oncall.channels.base import accepted, refused
from oncall.models import Escalation, EscalationEntry, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make.UserFactory(name="Ana", email="ana@example.com")


@pytest.fixture
def bob():
    return make.person_with_phone("Bob")


def ring(*people, at=NOON, **fields):
    """A running escalation whose steps page these people, step 0 fired."""
    policy = make.policy(*people, **fields)
    row = escalation.trigger(
        subject_type="test", subject_id=1, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=at
    )
    escalation.fire_due(at=at)
    return row


def seconds(count):
    return NOON + timedelta(seconds=count)


def send(outcome, at=NOON):
    """Claim what is due and record the same outcome for each."""
    jobs = paging.claim_jobs(at=at, limit=10)
    for job in jobs:
        paging.record(job, outcome, at=at)
    return jobs


class TestCreatePages:
    def test_follows_the_persons_own_rules(self, ana):
        sms = make.ContactMethodFactory(user=ana, kind="sms")
        voice = make.ContactMethodFactory(user=ana, kind="voice")
        make.NotificationRuleFactory(contact_method=sms, position=0, after_minutes=0)
        make.NotificationRuleFactory(contact_method=voice, position=1, after_minutes=3)

        ring(ana)

        pages = Page.objects.order_by("rule")
        assert [(p.channel, p.due_at) for p in pages] == [("sms", NOON), ("voice", NOON + timedelta(minutes=3))]

    def test_pages_the_accounts_address_without_contact_methods(self, ana):
        make.ContactMethodFactory(user=ana, verified_at=None)

        ring(ana)

        assert [(p.channel, p.address) for p in Page.objects.all()] == [("email", "ana@example.com")]

    def test_never_uses_a_key_twice(self, bob):
        """Paging rule 3: the firing counts on over restarts."""
        row = ring(bob)

        escalation.acknowledge(escalation_id=row.pk, at=seconds(10), actor=bob)
        escalation.unacknowledge(escalation_id=row.pk, at=seconds(20), actor=bob)
        escalation.fire_due(at=seconds(20))

        keys = list(Page.objects.values_list("key", flat=True))
        assert len(keys) == len(set(keys)) == 2
        assert sorted(p.firing for p in Page.objects.all()) == [1, 2]

    def test_needs_as_many_queries_for_five_people_as_for_one(self, django_assert_num_queries):
        def count(people):
            for person in people:
                make.ContactMethodFactory(user=person)
            row = make.EscalationFactory()
            with CaptureQueries() as queries:
                paging.create_pages(escalation=row, firing=1, users=[p.pk for p in people], at=NOON)
            return len(queries)

        assert count(make.UserFactory.create_batch(5)) == count([make.UserFactory()])


class CaptureQueries:
    """Collects the queries of a block."""

    def __enter__(self):
        self.context = CaptureQueriesContext(connection)
        return self.context.__enter__()

    def __exit__(self, *error):
        return self.context.__exit__(*error)


class TestClaim:
    def test_gives_a_page_to_a_single_sender_during_its_lease(self, bob):
        ring(bob)

        first = outbox.claim(Page, at=NOON, limit=5)
        during_lease = outbox.claim(Page, at=seconds(9), limit=5)
        again = outbox.claim(Page, at=seconds(10), limit=5)

        page = Page.objects.get()
        assert (first, during_lease, again) == ([Claim(page.pk, 1)], [], [Claim(page.pk, 2)])

    def test_takes_the_most_severe_first(self, bob):
        low = make.PageFactory(state="pending", priority=4, due_at=NOON - timedelta(minutes=5))
        high = make.PageFactory(state="pending", priority=1, due_at=NOON)

        claimed = outbox.claim(Page, at=NOON, limit=5)

        assert [claim.row_id for claim in claimed] == [high.pk, low.pk]

    def test_leaves_out_hosts_without_room(self, bob):
        make.PageFactory(state="pending", channel="webhook", host="slow.example")
        healthy = make.PageFactory(state="pending", channel="webhook", host="well.example")

        claims = outbox.claim(Page, at=NOON, limit=5, rooms=Rooms(caps={}, left={"webhook slow.example": 0}))

        assert [claim.row_id for claim in claims] == [healthy.pk]

    def test_takes_no_more_of_a_host_than_it_has_room_for(self, bob):
        """Paging rule 7: forty hanging webhooks of one person do not take every sender."""
        for _ in range(40):
            make.PageFactory(state="pending", channel="webhook", host="slow.example", priority=1)
        other = make.PageFactory(state="pending", channel="webhook", host="well.example", priority=5)
        rooms = Rooms(caps={"webhook": 4}, left={})

        first = outbox.claim(Page, at=NOON, limit=10, rooms=rooms)
        full = Rooms(caps={"webhook": 4}, left={"webhook slow.example": 0})
        second = outbox.claim(Page, at=NOON, limit=10, rooms=full)

        assert (len(first), [claim.row_id for claim in second]) == (4, [other.pk])

    def test_cancels_pages_that_were_answered_in_between(self, bob):
        row = ring(bob)
        Escalation.objects.filter(pk=row.pk).update(state="acknowledged", acknowledged_at=NOON)

        assert paging.claim_jobs(at=NOON, limit=5) == []
        assert Page.objects.get().state == "cancelled"


class TestRecord:
    def test_keeps_the_answer_of_the_present_lease(self, bob):
        """Paging rule 4: the fence."""
        ring(bob)
        (expired,) = paging.claim_jobs(at=NOON, limit=5)
        (now,) = paging.claim_jobs(at=seconds(11), limit=5)

        paging.record(now, accepted("n"), at=seconds(12))
        paging.record(expired, refused("too late"), at=seconds(13))

        page = Page.objects.get()
        assert (page.state, page.provider_id, page.attempts) == ("accepted", "n", 2)

    def test_tries_the_persons_next_channel_at_once_and_the_first_again_later(self, bob):
        """Paging rule 5."""
        ring(bob)

        send(refused("503"))

        first, second = Page.objects.order_by("pk")
        assert (first.state, second.state, second.channel) == ("pending", "pending", "email")
        assert second.key == f"{first.key}:1"
        assert second.due_at == NOON < first.due_at <= seconds(30)

    def test_moves_on_at_once_when_every_channel_is_refused_for_good(self, bob, ana):
        """R-E8: a page that cannot be sent must not use up the step's waiting time."""
        row = ring(bob, ana)
        send(refused("no", is_permanent=True))
        send(refused("no", is_permanent=True))

        row.refresh_from_db()
        assert row.next_at == NOON
        assert EscalationEntry.objects.filter(event="unreachable").count() == 1
        escalation.fire_due(at=NOON)
        assert Page.objects.filter(user=ana).exists()

    def test_waits_for_the_step_when_a_channel_worked(self, bob, ana):
        row = ring(bob, ana)
        send(refused("no"))
        send(accepted())

        row.refresh_from_db()
        assert row.next_at == NOON + timedelta(minutes=5)

    def test_honors_retry_after_up_to_half_a_minute(self, bob):
        ring(bob)

        send(refused("429", retry_after=timedelta(hours=1)))

        assert Page.objects.order_by("pk")[0].due_at == seconds(30)

    def test_lists_an_undeliverable_page_as_a_dead_letter(self, bob):
        """Paging rule 7: dead letters have a list; they can be sent again."""
        row = ring(bob)
        page = Page.objects.get()
        Page.objects.update(attempts=59)
        Escalation.objects.filter(pk=row.pk).update(next_at=None, exhausted_at=NOON)

        send(refused("no"))
        page.refresh_from_db()
        assert page.state == "dead"

        assert paging.resend(page_id=page.pk, at=seconds(60)).state == "pending"
        with pytest.raises(paging.NotDead):
            paging.discard(page_id=page.pk, at=seconds(60))

    def test_cancels_a_page_that_was_answered_in_between(self, bob):
        row = ring(bob)
        (job,) = paging.claim_jobs(at=NOON, limit=5)
        escalation.acknowledge(escalation_id=row.pk, at=seconds(1), actor=bob)

        paging.record(job, refused("no"), at=seconds(2))

        assert [p.state for p in Page.objects.all()] == ["cancelled"]


class TestDatabase:
    def test_refuses_an_escalation_that_would_be_silent(self):
        with pytest.raises(IntegrityError, match="never_silent"), transaction.atomic():
            make.EscalationFactory(next_at=None)

    def test_refuses_to_change_or_delete_what_happened(self):
        entry = make.EscalationEntryFactory()
        for change in (lambda: EscalationEntry.objects.update(event="ack"), entry.delete):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                change()
        assert EscalationEntry.objects.update(relay_at=NOON) == 1
