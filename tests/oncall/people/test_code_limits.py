"""Codes and test pages to an address somebody typed: limited by person and by address, whatever is deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from oncall.channels import Message, base
from oncall.models import ContactMethod
from oncall.people import contact_methods
from oncall.people.contact_methods import CodeNotSent, WrongCode
from oncall.readiness import wake_tests
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
NUMBER = "+49301234567"


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were called or texted."""
    addresses: list[str] = []

    def send(message: Message) -> base.Outcome:
        addresses.append(message.address)
        return base.accepted()

    for module in (contact_methods, wake_tests):
        monkeypatch.setattr(module, "SENDERS", dict.fromkeys(("sms", "voice", "push", "webhook"), send))
    return addresses


def request_codes(times: int, *, address: Any, user: Any, kind: str = "sms") -> int:
    """Add a contact method, request a code and delete it, over and over; returns how many codes were sent."""
    done = 0
    for number in range(times):
        method = make.ContactMethodFactory(user=user(number), kind=kind, address=address(number), verified_at=None)
        try:
            contact_methods.send_code(method=method, at=NOON)
        except CodeNotSent:
            pass
        else:
            done += 1
        method.delete()
    return done


class TestCodes:
    def test_to_one_number_are_not_sent_again_after_deleting_and_adding_it(self, sent: list[str]) -> None:
        user = make.UserFactory()

        request_codes(3, address=lambda _: NUMBER, user=lambda _: user)

        assert sent == [NUMBER]

    def test_to_one_number_are_few_for_any_asker_by_text_or_call(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contact_methods, "_CODES_TO_ADDRESS", contact_methods._CODES_TO_ADDRESS[1:])
        people = make.UserFactory.create_batch(12)

        texts = request_codes(6, address=lambda _: NUMBER, user=lambda n: people[n])
        calls = request_codes(6, address=lambda _: NUMBER, user=lambda n: people[6 + n], kind="voice")

        assert (texts, calls) == (5, 0)

    def test_of_one_person_are_few_whatever_the_number(self) -> None:
        user = make.UserFactory()

        assert request_codes(12, address=lambda n: f"+4930123456{n:02}", user=lambda _: user) == 5

    def test_by_mail_count_every_spelling_of_a_mailbox(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contact_methods, "_CODES_TO_ADDRESS", contact_methods._CODES_TO_ADDRESS[1:])
        people = make.UserFactory.create_batch(8)

        request_codes(8, address=lambda n: f"Ana+{n}@Example.com", user=lambda n: people[n], kind="email")

        assert len(mail.outbox) == 5

    def test_say_when_to_try_again(self) -> None:
        user = make.UserFactory()
        request_codes(5, address=lambda n: f"+4930123456{n:02}", user=lambda _: user)
        method = make.ContactMethodFactory(user=user, kind="sms", address="+4930555555")

        with pytest.raises(CodeNotSent, match=r"requested many codes\. Try again in an hour"):
            contact_methods.send_code(method=method, at=NOON)


class TestGuesses:
    def test_of_a_code_do_not_begin_anew_with_a_new_contact_method(self) -> None:
        user = make.UserFactory()
        for _ in range(5):
            with pytest.raises(WrongCode, match="wrong or expired"):
                contact_methods.verify(method=_new(user), code="none", at=NOON)

        with pytest.raises(WrongCode, match="Too many wrong codes"):
            contact_methods.verify(method=_new(user), code="none", at=NOON)

    def test_of_one_person_are_few_a_day(self) -> None:
        user = make.UserFactory()
        answers = []
        for number in range(32):
            method = _new(user, address=f"+4930123456{number:02}")
            with pytest.raises(WrongCode) as refusal:
                contact_methods.verify(method=method, code="none", at=NOON)
            answers.append(str(refusal.value))

        assert "tomorrow" in answers[-1]
        assert "tomorrow" not in answers[29]


class TestWakeTests:
    def test_are_few_an_hour_also_when_they_cannot_be_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tried: list[str] = []

        def refuse(message: Message) -> base.Outcome:
            tried.append(message.address)
            return base.refused("No.")

        monkeypatch.setattr(wake_tests, "SENDERS", {"sms": refuse})
        user = make.ContactMethodFactory().user

        for number in range(9):
            with pytest.raises(wake_tests.TestPageNotSent):
                wake_tests.send(user=user, at=NOON + timedelta(minutes=2 * number))

        assert len(tried) == 6


def _new(user: Any, address: str = NUMBER) -> ContactMethod:
    ContactMethod.objects.filter(user=user).delete()
    method: ContactMethod = make.ContactMethodFactory(user=user, kind="sms", address=address, verified_at=None)
    return method
