"""A call is logged by keyboard alone: two page loads, few keys, and nobody is paged."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Ticket
from oncall.models import Escalation
from tests import factories as make
from tests.browser.conftest import take_shot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
MOST_KEYS = 80
"""At two keys a second, which is slow, 40 of the 60 seconds of a call."""


class Hands:
    """A keyboard that counts its keys, and a page that counts its loads."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.loads = page, 0, 0
        page.on("domcontentloaded", self._count)

    def _count(self, _: Page) -> None:
        self.loads += 1

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        self.keys += len(keys)
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def priya() -> Any:
    make.ContactFactory(name="Dan Cole", email="dan.cole@northgate.example", phone="+44 117 496 0123")
    return make.ContactFactory(
        name="Priya Nair", email="priya.nair@northgate.example", phone="+44 117 496 0120", organisation="Bristol shop"
    )


class TestKeyboard:
    def test_logs_a_call_in_two_page_loads(
        self, open_page: Callable[..., Page], company: dict[str, Any], priya: Any
    ) -> None:
        before = Escalation.objects.count()
        page = open_page(user=company["bob"])
        page.goto("/services/")
        hands = Hands(page)

        hands.press("c")
        page.wait_for_url("**/tickets/new/")
        expect(page.locator("[name=title]")).to_be_focused()
        hands.type("card payment declined")
        hands.press("Tab")
        hands.type("0117 496")
        expect(page.locator("#who-list [role=option]")).to_have_count(3)
        hands.press("ArrowDown", "Enter")
        expect(page.locator("[name=who]")).to_have_value("Priya Nair")
        hands.press("Tab", "Tab")
        hands.type("Checkout")
        hands.press("Tab", "Tab", "ArrowDown", "Tab", "ArrowDown")
        expect(page.locator("#outcome")).to_contain_text("Goes to Shop platform")
        take_shot(page, "new-ticket-typed")
        hands.press("Control+Enter")
        page.wait_for_url("**/tickets/INC-*/")

        ticket = Ticket.objects.latest("pk")
        assert (ticket.title, ticket.requester) == ("card payment declined", priya)
        assert (ticket.service, ticket.impact, ticket.urgency) == (company["service"], 2, 2)
        assert Escalation.objects.count() == before
        assert hands.loads == 2
        assert hands.keys <= MOST_KEYS

    def test_adds_somebody_new_to_an_open_ticket(
        self, open_page: Callable[..., Page], company: dict[str, Any]
    ) -> None:
        page = open_page(user=company["bob"])
        page.goto("/tickets/new/")
        hands = Hands(page)

        hands.type("checkout answers with errors")
        expect(page.locator("#matches")).to_contain_text(company["ringing"].reference)
        hands.press("Tab")
        hands.type("Jo New")
        hands.press("Alt+n")
        expect(page.locator("[name=new_name]")).to_have_value("Jo New")
        expect(page.locator("#matches")).to_contain_text("Add Jo New to it")
        hands.press("Alt+a")
        page.wait_for_url("**/tickets/INC-*/")

        assert [row.name for row in company["ringing"].affected_contacts.all()] == ["Jo New"]

    def test_says_in_time_that_it_pages(self, open_page: Callable[..., Page], company: dict[str, Any]) -> None:
        page = open_page(user=company["bob"], width=390)
        page.goto("/tickets/new/")

        page.locator("[name=service]").select_option(label="Checkout")
        page.get_by_label("Many").check()
        page.get_by_label("No", exact=True).check()
        expect(page.locator("#outcome")).to_contain_text("SEV1 is proposed")
        page.locator("[name=page_now]").check()

        expect(page.locator("#outcome")).to_contain_text("now.")
        expect(page.locator("[name=page_now]")).to_be_checked()

    def test_closes_the_list_and_keeps_the_words(
        self, open_page: Callable[..., Page], company: dict[str, Any], priya: Any
    ) -> None:
        page = open_page(user=company["bob"])
        page.goto("/tickets/new/")

        page.locator("[name=who]").press_sequentially("priya")
        expect(page.locator("#who-list [role=option]").first).to_be_visible()
        page.keyboard.press("Escape")

        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(page.locator("[name=who]")).to_have_value("priya")


class TestCustomFields:
    def test_appear_with_the_category_and_leave_with_it(
        self, open_page: Callable[..., Page], company: dict[str, Any]
    ) -> None:
        row = {"help_text": "On the bottom.", "choices": [], "is_required": True, "is_retired": False}
        make.CategoryFactory(
            name="Laptop",
            custom_fields=[
                row | {"name": "asset", "label": "Inventory tag", "kind": "text"},
                row | {"name": "color", "label": "Color", "kind": "choice", "choices": ["Red"], "is_required": False},
            ],
        )
        page = open_page(user=company["bob"])
        page.goto("/tickets/new/")

        page.locator("[name=title]").fill("It smokes")
        page.locator("[name=category]").fill("laptop")
        page.locator("[name=category]").press("Tab")
        page.get_by_label("Inventory tag").fill("T-77")
        page.get_by_label("Color").select_option("Red")
        expect(page.locator("#outcome")).to_contain_text("Pages nobody")
        take_shot(page, "new-ticket-custom-fields")
        page.locator("[name=category]").fill("laptop ")
        page.locator("[name=category]").press("Tab")
        expect(page.get_by_label("Inventory tag")).to_have_value("T-77")
        page.locator("[name=category]").fill("Printer")
        page.locator("[name=category]").press("Tab")

        expect(page.get_by_label("Inventory tag")).to_have_count(0)
