"""Requesters are found by their e-mail address, or created and linked to the user who has it."""

import pytest

from incidents.models import Contact
from incidents.requesters.directory import find_requester
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


class TestFindRequester:
    def test_finds_the_requester_with_the_address_in_any_case(self) -> None:
        existing = ContactFactory(name="Ada", email="ada@example.org")

        assert find_requester(name="A. Lovelace", email="ADA@Example.org", phone="") == existing
        assert Contact.objects.get().name == "Ada"

    def test_creates_one_for_a_new_address(self) -> None:
        requester = find_requester(name="Bert", email="bert@example.org", phone="+49301234567")

        assert requester is not None
        assert (requester.name, requester.email, requester.phone) == ("Bert", "bert@example.org", "+49301234567")
        assert requester.user is None

    def test_links_a_new_requester_to_the_user_with_the_address(self) -> None:
        petra = UserFactory(email="petra@example.com")

        requester = find_requester(name="Petra", email="Petra@example.com", phone="")

        assert requester is not None
        assert requester.user == petra

    def test_links_no_closed_account_and_no_user_who_is_a_requester_already(self) -> None:
        UserFactory(email="closed@example.com", is_active=False)
        petra = UserFactory(email="petra@example.com")
        ContactFactory(email="petra.private@example.com", user=petra)

        for email in ("closed@example.com", "petra@example.com"):
            requester = find_requester(name="Somebody", email=email, phone="")

            assert requester is not None
            assert requester.user is None

    def test_creates_one_each_time_without_an_address(self) -> None:
        first = find_requester(name="Cleo", email="", phone="+49301234567")

        assert find_requester(name="Cleo", email="", phone="+49301234567") != first

    def test_is_none_without_a_name(self) -> None:
        assert find_requester(name="", email="ada@example.org", phone="") is None
        assert not Contact.objects.exists()
