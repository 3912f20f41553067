"""At the claim accounts, contact methods and messages are read again: what has changed or is broken (F23, F25)."""

from datetime import timedelta

import pytest

from oncall import escalation, paging, subjects
from oncall.channels import SENDERS
from oncall.channels.base import accepted, unprepared
from oncall.models import ContactMethod, Escalation, EscalationEntry, Page, User
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana")


@pytest.fixture
def phone(ana: User) -> ContactMethod:
    return make.ContactMethodFactory(user=ana, kind="sms", address="+491")


def ring(*people: User, about: int = 1, kind: str = "test") -> Escalation:
    policy = make.policy(*people)
    row = escalation.trigger(
        subject_type=kind, subject_id=about, title="INC-1 Down", url="/", policy=policy, team=policy.team, at=NOON
    )
    escalation.fire_due(at=NOON)
    return row


def addresses() -> list[str]:
    """What would be called now, until nothing more is claimed."""
    called: list[str] = []
    while jobs := paging.claim_jobs(at=NOON, limit=10) or paging.claim_jobs(at=NOON, limit=10):
        called += [job.message.address for job in jobs]
        for job in jobs:
            paging.record(job, accepted(), at=NOON)
    return called


class TestClosedAccount:
    def test_is_not_called(self, ana: User, phone: ContactMethod) -> None:
        ben = make.UserFactory(name="Ben")
        ring(ana, ben)
        User.objects.filter(pk=ana.pk).update(is_active=False)

        assert addresses() == []
        page = Page.objects.get()
        assert (page.state, page.last_error) == ("failed", "The account is closed.")

    def test_lets_the_next_step_fire_at_once(self, ana: User, phone: ContactMethod) -> None:
        ben = make.UserFactory(name="Ben")
        ring(ana, ben)
        User.objects.filter(pk=ana.pk).update(is_active=False)
        paging.claim_jobs(at=NOON, limit=10)

        escalation.fire_due(at=NOON)

        assert addresses() == [ben.email]
        assert EscalationEntry.objects.filter(event="unreachable").exists()


class TestContactMethod:
    def test_that_was_removed_is_not_called_and_the_next_one_is(self, ana: User, phone: ContactMethod) -> None:
        make.ContactMethodFactory(user=ana, kind="email", address="ana@home.example")
        make.NotificationRuleFactory(contact_method=phone)
        ring(ana)
        phone.delete()

        assert addresses() == ["ana@home.example"]
        first, second = Page.objects.order_by("pk")
        assert (first.state, first.address) == ("failed", "+491")
        assert second.key == f"{first.key}:1"

    def test_that_was_changed_is_called_at_its_new_number(self, ana: User, phone: ContactMethod) -> None:
        """As a page of its own: the fact that the old number was to be called stays."""
        ring(ana)
        ContactMethod.objects.filter(pk=phone.pk).update(address="+492")

        assert addresses() == ["+492"]
        assert list(Page.objects.order_by("pk").values_list("address", "state")) == [
            ("+491", "failed"), ("+492", "accepted"),
        ]  # fmt: skip

    def test_that_was_changed_is_called_at_its_new_number_also_after_the_text_arrived(
        self, ana: User, phone: ContactMethod
    ) -> None:
        """Every rule runs until somebody answers (R-E8): the call three minutes later goes to the new number."""
        call = make.ContactMethodFactory(user=ana, kind="voice", address="+493")
        ring(ana)
        assert addresses() == ["+491"]
        ContactMethod.objects.filter(pk=call.pk).update(address="+494")

        later = NOON + timedelta(minutes=3)
        for _ in range(2):
            jobs = paging.claim_jobs(at=later, limit=10)
        assert [(job.channel, job.message.address) for job in jobs] == [("voice", "+494")]

    def test_that_lost_its_verification_is_not_called(self, ana: User, phone: ContactMethod) -> None:
        ring(ana)
        ContactMethod.objects.filter(pk=phone.pk).update(verified_at=None)

        assert addresses() == [ana.email]

    def test_that_is_the_accounts_own_address_follows_the_account(self, ana: User) -> None:
        ring(ana)
        User.objects.filter(pk=ana.pk).update(email="new@example.com")

        assert addresses() == ["new@example.com"]


class TestPoisonedPage:
    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A type of record of which number 13 cannot be read."""

        def message_fields(ids: list[int]) -> dict[int, dict[str, str]]:
            if 13 in ids:
                raise ValueError("unreadable\x00record")
            return {key: {"service": "Shop"} for key in ids}

        kind = subjects.SubjectType("brittle", lambda _: None, lambda _: Page.objects.none(), message_fields)
        monkeypatch.setitem(subjects._types, "brittle", kind)

    @pytest.mark.usefixtures("broken", "phone")
    def test_is_sent_as_a_plain_text_and_stops_nobody_else(self, ana: User) -> None:
        good = [ring(ana, about=number, kind="brittle") for number in (1, 2)]
        bad = ring(ana, about=13, kind="brittle")

        jobs = {job.message.key.partition(":")[0]: job.message for job in paging.claim_jobs(at=NOON, limit=10)}

        assert [jobs[str(row.pk)].facts for row in good] == [{"service": "Shop"}] * 2
        plain = jobs[str(bad.pk)]
        assert plain.is_plain
        assert "INC-1" not in plain.title
        assert plain.link
        page = Page.objects.get(escalation=bad)
        assert (page.failures, page.failure) == (1, "ValueError: unreadablerecord")

    @pytest.mark.usefixtures("phone")
    def test_whose_sender_fails_is_tried_at_once_as_a_plain_text(self, ana: User) -> None:
        ring(ana)
        (job,) = paging.claim_jobs(at=NOON, limit=10)

        paging.record(job, unprepared("TemplateSyntaxError"), at=NOON)

        (again,) = paging.claim_jobs(at=NOON, limit=10)
        assert (again.message.is_plain, again.message.key) == (True, job.message.key)
        assert Page.objects.get().failures == 1

    @pytest.mark.usefixtures("phone")
    def test_that_cannot_even_be_sent_plain_gives_way_to_another_channel(self, ana: User) -> None:
        ring(ana)
        for _ in range(2):
            (job,) = paging.claim_jobs(at=NOON, limit=10)
            paging.record(job, unprepared("broken"), at=NOON)

        (job,) = paging.claim_jobs(at=NOON, limit=10)
        assert job.message.address == ana.email

    def test_on_a_channel_that_does_not_exist_is_claimed(self, ana: User) -> None:
        """It must not wait for ever for room on a channel that nobody knows."""
        page = make.PageFactory(state="pending", channel="fax", due_at=NOON - timedelta(seconds=1))
        assert "fax" not in SENDERS

        paging.claim_jobs(at=NOON, limit=10)

        page.refresh_from_db()
        assert (page.attempts, page.state) == (1, "failed")
        assert Page.objects.exclude(pk=page.pk).get().user == page.user
