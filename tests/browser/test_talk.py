"""A note that names a colleague by keyboard, and a checklist that is ticked without a new page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from incidents.checklists import editing
from incidents.models import ChecklistItem, Ticket, Watcher
from tests import factories as make
from tests.browser.conftest import take_shot
from tests.factories import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def ticket(company: dict[str, Any]) -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory(service=company["service"]).pk)


class TestNote:
    def test_names_a_colleague_by_keyboard(
        self, open_page: Callable[..., Page], company: dict[str, Any], ticket: Ticket
    ) -> None:
        page = open_page(user=company["bob"])
        page.goto(ticket.get_absolute_url())
        field, options = page.locator("[data-composer] textarea"), page.locator("#mention-list [role=option]")

        field.click()
        page.keyboard.type("Please look, @s")
        expect(options.nth(1)).to_be_visible()
        expect(field).to_have_attribute("aria-controls", "mention-list")
        expect(field).to_have_attribute("aria-activedescendant", "mention-1")
        page.keyboard.press("ArrowDown")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        take_shot(page, "ticket-mention")
        page.keyboard.press("Escape")
        expect(options.first).to_be_hidden()
        expect(field).to_have_value("Please look, @s")
        expect(field).not_to_have_attribute("aria-controls", "mention-list")
        page.keyboard.type("il")
        expect(options).to_have_count(1)
        page.keyboard.press("Enter")
        expect(field).to_have_value("Please look, @ana ")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".hf-toast")).to_contain_text("Told: Ana Silva.")

        expect(page.locator(".hf-said mark")).to_have_text("@Ana Silva")
        assert Watcher.objects.get().user == company["ana"]
        take_shot(page, "ticket-mention-sent")

    def test_offers_nobody_in_a_mail_address(
        self, open_page: Callable[..., Page], company: dict[str, Any], ticket: Ticket
    ) -> None:
        page = open_page(user=company["bob"])
        page.goto(ticket.get_absolute_url())

        page.locator("[data-composer] textarea").click()
        with page.expect_response("**/mentions/?q=ana"):
            page.keyboard.type("x@ana @ana")
        expect(page.locator("#mention-list [role=option]")).to_have_count(1)
        page.keyboard.type("@example")

        expect(page.locator("#mention-list")).to_be_hidden()


class TestChecklist:
    def test_is_ticked_in_place(self, open_page: Callable[..., Page], company: dict[str, Any], ticket: Ticket) -> None:
        lines = ["Call the carrier", "Replace the disk of host 7 before the shop opens", "Tell the requester"]
        first, *_ = editing.add_items(ticket_id=ticket.pk, lines=lines, actor=company["ana"], at=NOON)
        page = open_page(user=company["bob"])
        page.goto(ticket.get_absolute_url())
        loads: list[Page] = []

        def count(document: Page) -> None:
            loads.append(document)

        page.on("domcontentloaded", count)

        page.locator(f"#mark-{first.pk}").click()
        expect(page.locator("#checklist > summary")).to_contain_text("1/3")
        expect(page.locator(f"#mark-{first.pk}")).to_be_focused()
        expect(page.locator("#timeline")).to_contain_text("Ticked on the checklist: Call the carrier")
        page.locator("#checklist li").nth(1).locator("summary").click()
        take_shot(page, "ticket-checklist")
        page.locator(f"#mark-{first.pk}").click()
        expect(page.locator("#checklist > summary")).to_contain_text("0/3")

        assert loads == []
        assert not ChecklistItem.objects.filter(done_at__isnull=False).exists()
