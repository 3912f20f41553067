"""Categories: the words of a ticket name one in any case of letters, and it says which team gets the ticket."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from incidents import response
from incidents.categories.catalogue import category_names, find_category, save_category
from incidents.desk.opening import Call, choose_team
from incidents.models import Category
from incidents.tickets.locking import TicketRefused
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def payroll() -> Any:
    return make.CategoryFactory(name="Payroll", team=make.TeamFactory(name="People"))


class TestFindCategory:
    @pytest.mark.parametrize("words", ["Payroll", "payroll", "PAYROLL"])
    def test_finds_it_in_any_case_of_letters(self, payroll: Any, words: str) -> None:
        assert find_category(words) == payroll

    @pytest.mark.parametrize("words", ["", "Pay", "Payroll and more", "%"])
    def test_finds_none_for_other_words(self, payroll: Any, words: str) -> None:
        assert find_category(words) is None

    def test_finds_none_that_is_out_of_use(self) -> None:
        make.CategoryFactory(name="Fax", retired_at=NOON)

        assert find_category("Fax") is None
        assert category_names() == []


class TestSaveCategory:
    def test_refuses_the_same_name_in_other_letters(self, payroll: Any) -> None:
        with pytest.raises(ValidationError, match="There is a category with this name already"):
            save_category(category=None, values={"name": "PAYROLL"}, actor=None)

        assert Category.objects.get() == payroll


class TestTeam:
    def test_gets_a_ticket_that_has_neither_team_nor_service(self, payroll: Any) -> None:
        make.SeverityFactory(rank=4, pages=False)

        ticket = response.declare(title="Pay slip is wrong", category="payroll", at=NOON)

        assert ticket.team == payroll.team
        assert ticket.category == "payroll"

    def test_comes_after_the_team_of_the_service_and_before_the_own_desk(self, payroll: Any) -> None:
        service = make.ServiceFactory()
        desk = make.TeamFactory(kind="service_desk")
        agent = make.MembershipFactory(team=desk).user

        assert choose_team(Call("x", category="Payroll", service=service), agent) == service.team
        assert choose_team(Call("x", category="Payroll"), agent) == payroll.team
        assert choose_team(Call("x", category="Other"), agent) == desk

    def test_is_missing_where_the_words_name_no_category(self, payroll: Any) -> None:
        make.SeverityFactory(rank=4, pages=False)

        with pytest.raises(TicketRefused, match="Choose the affected service"):
            response.declare(title="Pay slip is wrong", category="pay", at=NOON)


class TestForms:
    def test_offer_the_categories_in_use_and_keep_other_words(self, client: Client, payroll: Any) -> None:
        make.SeverityFactory()
        make.CategoryFactory(name="Fax", retired_at=NOON)
        ticket = make.IncidentFactory(category="Quill")
        client.force_login(make.UserFactory(roles=[Role.AGENT]))

        for address in (reverse("incidents:ticket-new"), reverse("incidents:ticket-edit", args=[ticket.reference])):
            page = client.get(address).content.decode()
            assert '<option value="Payroll">' in page
            assert 'list="categories"' in page
            assert "Fax" not in page
        assert 'value="Quill"' in page
