"""News pages: told without an answer, at most one a minute for a person and channel (R-E7a)."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from oncall import escalation, paging
from oncall.models import Escalation, EscalationEntry, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def seconds(count: int) -> datetime:
    return NOON + timedelta(seconds=count)


@pytest.fixture
def ana() -> Any:
    return make.person_with_phone("Ana")


@pytest.fixture
def row() -> Escalation:
    return make.EscalationFactory(title="INC-1 Down", state="acknowledged", acknowledged_at=NOON)


@pytest.fixture
def other() -> Escalation:
    return make.EscalationFactory(title="INC-2 Slow", state="acknowledged", acknowledged_at=NOON)


def tell(row: Escalation, *people: Any, text: str = "A new alert.", at: datetime = NOON) -> list[Page]:
    return paging.tell(escalation=row, users=[person.pk for person in people], text=text, at=at)


def send(page: Page, at: datetime) -> None:
    Page.objects.filter(pk=page.pk).update(state="accepted", sent_at=at, accepted_at=at)


class TestTell:
    def test_makes_a_page_that_asks_for_no_answer(self, row: Escalation, ana: Any) -> None:
        row.firing = 7

        [page] = tell(row, ana)

        assert (page.purpose, page.text, page.count, page.state) == ("news", "A new alert.", 1, "pending")
        assert (page.user, page.channel, page.due_at) == (ana, "sms", NOON)
        assert page.key == f"{row.pk}:news:1:{ana.pk}:1"
        assert page.priority == row.priority

    def test_uses_only_what_the_persons_rules_use_at_once(self, row: Escalation, ana: Any) -> None:
        sms = make.ContactMethodFactory(user=ana, kind="sms")
        voice = make.ContactMethodFactory(user=ana, kind="voice")
        make.NotificationRuleFactory(contact_method=sms, position=0, after_minutes=0)
        make.NotificationRuleFactory(contact_method=voice, position=1, after_minutes=3)

        assert [page.channel for page in tell(row, ana)] == ["sms"]

    def test_uses_the_first_rule_when_none_is_at_once(self, row: Escalation, ana: Any) -> None:
        voice = make.ContactMethodFactory(user=ana, kind="voice")
        make.NotificationRuleFactory(contact_method=voice, position=4, after_minutes=3)

        [page] = tell(row, ana)

        assert (page.channel, page.rule, page.due_at) == ("voice", 4, NOON)

    def test_uses_one_page_for_two_rules_of_one_channel(self, row: Escalation, ana: Any) -> None:
        for position in range(2):
            number = make.ContactMethodFactory(user=ana, kind="sms", address=f"+4930123450{position}")
            make.NotificationRuleFactory(contact_method=number, position=position, after_minutes=0)

        assert [page.rule for page in tell(row, ana)] == [0]

    def test_reaches_a_person_without_contact_methods_by_the_accounts_address(self, row: Escalation) -> None:
        person = make.UserFactory(email="eve@example.com")

        assert [(page.channel, page.address) for page in tell(row, person)] == [("email", "eve@example.com")]

    def test_leaves_out_closed_accounts(self, row: Escalation) -> None:
        assert tell(row, make.UserFactory(is_active=False)) == []
        assert not EscalationEntry.objects.exists()

    def test_is_logged_and_is_no_paging_of_the_log(self, row: Escalation, ana: Any) -> None:
        tell(row, ana)

        entry = EscalationEntry.objects.get()
        assert (entry.event, entry.detail) == ("news", {"text": "A new alert.", "people": [{"user": ana.pk}]})

    def test_cuts_a_text_that_is_too_long(self, row: Escalation, ana: Any) -> None:
        [page] = tell(row, ana, text="x" * 1000)

        page.refresh_from_db()
        assert len(page.text) == 300

    def test_needs_as_many_queries_for_five_people_as_for_one(self, row: Escalation) -> None:
        def count(people: list[Any]) -> int:
            for person in people:
                make.ContactMethodFactory(user=person)
            with CaptureQueriesContext(connection) as queries:
                tell(row, *people)
                tell(row, *people)
            return len(queries)

        assert count(make.UserFactory.create_batch(5)) == count([make.UserFactory()])


class TestOnePageAMinute:
    def test_later_news_waits_in_the_page_that_is_not_sent(self, row: Escalation, ana: Any) -> None:
        tell(row, ana)

        for second in range(1, 5):
            assert tell(row, ana, at=seconds(second)) == []

        assert [(page.count, page.due_at) for page in Page.objects.all()] == [(5, NOON)]

    def test_of_another_record_waits_there_too_and_is_named_by_its_number(
        self, row: Escalation, other: Escalation, ana: Any
    ) -> None:
        tell(row, ana)

        for second in (1, 2):
            tell(other, ana, text="Secret.", at=seconds(second))

        page = Page.objects.get()
        assert (page.count, page.text) == (3, "A new alert.; also INC-2")

    @pytest.mark.parametrize(("sent", "now", "due"), [(3, 10, 63), (3, 62, 63), (3, 63, 63), (3, 200, 200)])
    def test_the_next_page_is_due_a_minute_after_the_last(
        self, row: Escalation, other: Escalation, ana: Any, sent: int, now: int, due: int
    ) -> None:
        [page] = tell(row, ana)
        send(page, seconds(sent))

        assert [page.due_at for page in tell(other, ana, at=seconds(now))] == [seconds(due)]

    def test_while_the_last_is_being_sent_the_next_waits_a_minute(self, row: Escalation, ana: Any) -> None:
        [page] = tell(row, ana)
        Page.objects.filter(pk=page.pk).update(state="sending", sent_at=seconds(1), lease_until=seconds(11))

        assert [page.due_at for page in tell(row, ana, at=seconds(2))] == [seconds(61)]
        assert Page.objects.get(pk=page.pk).count == 1

    def test_pages_that_were_never_sent_hold_nothing_back(self, row: Escalation, ana: Any) -> None:
        [page] = tell(row, ana)
        Page.objects.filter(pk=page.pk).update(state="failed", ended_at=seconds(1))

        assert [page.due_at for page in tell(row, ana, at=seconds(2))] == [seconds(2)]

    def test_is_counted_for_each_person_and_channel(self, row: Escalation, ana: Any) -> None:
        tell(row, ana)
        push = make.ContactMethodFactory(user=ana, kind="push")

        [to_ana, to_bob] = tell(row, ana, make.UserFactory(), at=seconds(1))

        assert (to_ana.contact_method, to_ana.due_at, to_bob.due_at) == (push, seconds(1), seconds(1))

    def test_never_uses_a_key_twice(self, row: Escalation, ana: Any) -> None:
        for minute in range(3):
            for page in tell(row, ana, at=seconds(120 * minute)):
                send(page, seconds(120 * minute))

        assert sorted(Page.objects.values_list("key", flat=True)) == [
            f"{row.pk}:news:{number}:{ana.pk}:1" for number in (1, 2, 3)
        ]


@pytest.mark.django_db(transaction=True)
class TestBesideAnotherTransaction:
    def test_never_waits_for_one_that_tells_the_same_person(self, row: Escalation, ana: Any) -> None:
        with psycopg.connect(**connection.get_connection_params()) as elsewhere:
            elsewhere.execute("SELECT pg_advisory_xact_lock(7103, hashint8(%s))", [ana.pk])

            with transaction.atomic():
                pages = tell(row, ana)

        assert [page.due_at for page in pages] == [seconds(60)]

    def test_leaves_a_page_that_is_being_claimed(self, row: Escalation, ana: Any) -> None:
        with transaction.atomic():
            [page] = tell(row, ana)
        with psycopg.connect(**connection.get_connection_params()) as elsewhere:
            elsewhere.execute("SELECT 1 FROM oncall_page WHERE id = %s FOR NO KEY UPDATE", [page.pk])

            with transaction.atomic():
                pages = tell(row, ana, at=seconds(1))

        assert [page.due_at for page in pages] == [seconds(60)]


class TestCancelling:
    @pytest.fixture
    def running(self, ana: Any) -> Escalation:
        policy = make.policy(ana)
        row = escalation.trigger(
            subject_type="test", subject_id=1, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=NOON
        )
        escalation.fire_due(at=NOON)
        row.refresh_from_db()
        tell(row, ana)
        return row

    def test_an_answer_leaves_news(self, running: Escalation, ana: Any) -> None:
        escalation.acknowledge(escalation_id=running.pk, at=NOON, actor=ana)

        assert dict(Page.objects.values_list("purpose", "state")) == {"ring": "cancelled", "news": "pending"}

    def test_the_end_cancels_news(self, running: Escalation) -> None:
        escalation.end(escalation_id=running.pk, at=NOON, actor=None)

        assert set(Page.objects.values_list("state", flat=True)) == {"cancelled"}

    def test_the_end_leaves_a_page_in_which_other_news_waits(
        self, running: Escalation, other: Escalation, ana: Any
    ) -> None:
        tell(other, ana)

        escalation.end(escalation_id=running.pk, at=NOON, actor=None)

        assert dict(Page.objects.values_list("purpose", "state")) == {"ring": "cancelled", "news": "pending"}

    def test_a_dead_news_page_may_be_sent_again_after_the_answer(self, running: Escalation, ana: Any) -> None:
        Page.objects.filter(purpose="news").update(state="dead", ended_at=NOON)
        escalation.acknowledge(escalation_id=running.pk, at=NOON, actor=ana)

        page = paging.resend(page_id=Page.objects.get(purpose="news").pk, at=NOON)

        assert page.state == "pending"
