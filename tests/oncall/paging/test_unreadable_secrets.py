"""A webhook whose encryption key is missing: it is never called without its secret, and the person is reached."""

from typing import Any

import pytest
from pytest_django import Settings

from oncall.messages import notices
from oncall.models import ContactMethod, Notice, Page, Reminder
from oncall.obligations import reminders
from oncall.paging import claim_jobs, delivering
from oncall.people import contact_methods
from oncall.readiness import wake_tests
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/in/the/path"


@pytest.fixture
def method(settings: Settings) -> ContactMethod:
    """A webhook of a person who also has a number, encrypted with a key that is gone."""
    settings.ENCRYPTION_KEYS = ["a key of before, long enough to be one"]
    method = make.ContactMethodFactory.build(user=make.UserFactory(), kind="webhook", secret="signs the calls")
    method.seal_address(URL)
    method.save()
    make.NotificationRuleFactory(contact_method=method, user=method.user, position=0)
    settings.ENCRYPTION_KEYS = ["another key, also long enough to be one"]
    return ContactMethod.objects.get(pk=method.pk)


def waiting(method: ContactMethod, **fields: Any) -> Page:
    return make.PageFactory(
        **{
            "escalation": make.EscalationFactory(firing=1), "user": method.user, "contact_method": method,
            "channel": "webhook", "address": method.address, "state": "pending", "accepted_at": None,
        } | fields
    )  # fmt: skip


class TestPages:
    def test_go_to_the_next_channel_at_once_and_the_webhook_is_not_called(self, method: ContactMethod) -> None:
        page = waiting(method)
        make.ContactMethodFactory(user=method.user, address="+49301234567")

        first = claim_jobs(at=NOON, limit=5)
        second = claim_jobs(at=NOON, limit=5)

        assert first == []
        assert [(job.channel, job.message.address) for job in second] == [("sms", "+49301234567")]
        page.refresh_from_db()
        assert (page.state, "ENCRYPTION_KEYS" in page.last_error) == ("failed", True)

    def test_go_to_the_account_if_there_is_no_other_channel(self, method: ContactMethod) -> None:
        waiting(method)
        claim_jobs(at=NOON, limit=5)

        [job] = claim_jobs(at=NOON, limit=5)

        assert job.message.address == method.user.email

    def test_that_cannot_be_prepared_go_on_too(self, method: ContactMethod, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ValueError("no facts")

        monkeypatch.setattr(delivering, "facts_for", fail)
        waiting(method, failures=1)

        claim_jobs(at=NOON, limit=5)

        assert [job.channel for job in claim_jobs(at=NOON, limit=5)] == ["email"]

    def test_hold_up_no_other_page(self, method: ContactMethod) -> None:
        waiting(method)
        other = make.ContactMethodFactory()
        waiting(method, user=other.user, contact_method=other, channel="sms", address=other.address)

        assert [job.message.address for job in claim_jobs(at=NOON, limit=5)] == [other.address]

    def test_carry_address_and_secret_when_the_key_is_there(self, settings: Settings, method: ContactMethod) -> None:
        settings.ENCRYPTION_KEYS = [*settings.ENCRYPTION_KEYS, "a key of before, long enough to be one"]
        waiting(method)
        waiting(method, failures=1)

        jobs = claim_jobs(at=NOON, limit=5)

        assert [(job.message.address, job.message.secret) for job in jobs] == [(URL, "signs the calls")] * 2


class TestOthers:
    def test_reminders_go_to_the_account_by_mail(self, method: ContactMethod) -> None:
        obligation = make.ObligationFactory(owner=method.user)
        Reminder.objects.create(
            key="r", obligation=obligation, user=method.user, contact_method=method, channel="webhook",
            address=method.address, due_at=NOON, created_at=NOON,
        )  # fmt: skip

        assert reminders.claim_jobs(at=NOON, limit=5) == []

        assert set(Reminder.objects.values_list("channel", "state")) == {("webhook", "failed"), ("email", "pending")}

    def test_notices_are_refused_for_good_so_that_mail_is_tried(self, method: ContactMethod) -> None:
        notice = Notice(key="n", user=method.user, channel="webhook", address=method.address, title="x", url="/")

        outcome = notices._send(notice)

        assert (outcome.is_accepted, outcome.is_permanent) == (False, True)

    def test_codes_and_test_pages_say_what_to_do(self, method: ContactMethod) -> None:
        with pytest.raises(contact_methods.CodeNotSent, match="Ask the operator"):
            contact_methods.send_code(method=method, at=NOON)
        with pytest.raises(wake_tests.TestPageNotSent, match="Ask the operator"):
            wake_tests.send(user=method.user, at=NOON)
