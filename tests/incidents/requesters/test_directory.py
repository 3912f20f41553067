"""Requesters are found by their e-mail address, created and linked to the user who has it, and corrected later."""

import pytest
from django.core.exceptions import ValidationError

from config.base.data.roles import Role
from incidents.models import Contact
from incidents.requesters.directory import RequesterRefused, correct_requester, create_requester, find_requester
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


class TestCreateRequester:
    def test_needs_a_name_alone_and_links_the_user_with_the_address(self) -> None:
        petra, agent = UserFactory(email="petra@example.com"), UserFactory()

        assert create_requester(values={"name": "Bert"}, actor=agent).user is None
        requester = create_requester(values={"name": "Petra", "email": "Petra@example.com"}, actor=agent)

        assert requester.user == petra
        assert [version.history_user for version in requester.history.all()] == [agent]

    def test_names_who_has_the_address_already_to_those_who_may_see_requesters(self) -> None:
        ContactFactory(name="Ada", email="ada@example.org")

        for roles, text in ([Role.AGENT], "Ada has this address already"), ([], "Another requester has this address"):
            with pytest.raises(RequesterRefused, match=text) as refusal:
                create_requester(values={"name": "A.", "email": "ADA@example.org"}, actor=UserFactory(roles=roles))
            assert refusal.value.field == "email"
        assert Contact.objects.count() == 1


class TestCorrectRequester:
    def test_changes_what_is_named_and_keeps_what_stood_there(self) -> None:
        agent, requester = UserFactory(), create_requester(values={"name": "Pria", "phone": "1"}, actor=UserFactory())

        correct_requester(requester_id=requester.pk, values={"name": "Priya"}, actor=agent)

        requester.refresh_from_db()
        assert (requester.name, requester.phone) == ("Priya", "1")
        assert (requester.history.first().name, requester.history.first().history_user) == ("Priya", agent)
        assert requester.history.last().name == "Pria"

    def test_writes_no_version_where_nothing_changes(self) -> None:
        requester = create_requester(values={"name": "Priya"}, actor=UserFactory())

        correct_requester(requester_id=requester.pk, values={"name": "Priya"}, actor=UserFactory())

        assert requester.history.count() == 1

    def test_refuses_the_address_of_somebody_else_and_an_empty_name(self) -> None:
        ContactFactory(email="ada@example.org")
        requester = ContactFactory()

        with pytest.raises(RequesterRefused):
            correct_requester(requester_id=requester.pk, values={"email": "Ada@example.org"}, actor=UserFactory())
        with pytest.raises(ValidationError):
            correct_requester(requester_id=requester.pk, values={"name": ""}, actor=UserFactory())
