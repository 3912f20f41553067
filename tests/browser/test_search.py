"""The search over any page: its key opens it, arrows move, Enter opens, Esc leads back, and axe finds nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import take_shot
from tests.browser.test_portal_pages import violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


class TestDialog:
    def test_finds_and_opens_by_keyboard_alone(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        page = open_page(user=company["ana"])
        page.goto("/teams/")
        page.locator("main a").first.focus()

        page.keyboard.press("/")
        field = page.get_by_role("searchbox", name="Search everything")
        expect(field).to_be_focused()
        page.keyboard.type("printing")
        hits = page.locator("dialog [data-hit]")
        expect(hits.first).to_contain_text("Printer on floor 2 prints pale")
        expect(hits.first.locator("mark").first).to_have_text("Printer")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == []
            take_shot(page, f"search-dialog-{scheme}")

        page.keyboard.press("Escape")
        expect(page.locator("dialog#finder")).to_be_hidden()
        assert page.evaluate("document.activeElement.closest('main') !== null")

        page.keyboard.press("/")
        page.keyboard.type("checkout")
        expect(hits.first).to_contain_text("Checkout")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        expect(hits.first).to_have_class("hf-result is-active")
        page.keyboard.press("ArrowUp")
        expect(field).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/INC-*/")

    def test_opens_the_record_of_a_number(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        page = open_page(user=company["ana"])
        page.goto("/teams/")

        page.keyboard.press("/")
        page.keyboard.type(f"inc{company['quiet'].number}")
        page.keyboard.press("Enter")

        page.wait_for_url(f"**{company['quiet'].get_absolute_url()}")


class TestPage:
    @pytest.mark.parametrize("query", ["q=checkout", "q=quagga", "q=checkout&kind=tickets"])
    def test_fits_and_axe_finds_nothing(
        self, open_page: Callable[..., Any], company: dict[str, Any], query: str
    ) -> None:
        page = open_page(user=company["ana"])
        page.goto(f"/search/?{query}")
        for width, scheme in [(1360, "dark"), (390, "light")]:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
            assert violations(page) == []
            take_shot(page, f"search-{query[2:].replace('&', '-')}-{width}")
