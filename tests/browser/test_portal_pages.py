"""Each page at two widths, light and dark: nothing scrolls sideways, nothing breaks the content policy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from tests.browser.conftest import SHOTS

pytestmark = [pytest.mark.django_db(transaction=True)]


def _addresses(company: dict[str, Any]) -> dict[str, str]:
    ticket = company["ringing"]
    return {
        "queue": "/",
        "ticket": ticket.get_absolute_url(),
        "respond": reverse("incidents:respond", args=[ticket.reference]),
        "edit": reverse("incidents:ticket-edit", args=[ticket.reference]),
        "severity": reverse("incidents:verb", args=[ticket.reference, "severity"]),
        "declare": reverse("incidents:declare"),
        "alerts": reverse("incidents:alerts"),
        "alert": company["alert"].get_absolute_url(),
        "services": reverse("incidents:services"),
        "service": company["service"].get_absolute_url(),
        "integration": company["integration"].get_absolute_url(),
        "on-call": reverse("oncall:on-call"),
        "team": company["team"].get_absolute_url(),
        "schedule": company["schedule"].get_absolute_url(),
        "numbers": reverse("numbers"),
        "numbers-records": reverse("numbers-records"),
        "engine": reverse("oncall:engine"),
        "pages": reverse("oncall:pages"),
        "me": reverse("oncall:me"),
        "due-mine": reverse("oncall:due-mine"),
        "due-team": reverse("oncall:due-team"),
        "due": reverse("oncall:obligation", args=[company["obligation"].pk]),
        "due-dismiss": reverse("oncall:obligation-dismiss", args=[company["obligation"].pk]),
        "due-postpone": reverse("oncall:obligation-postpone", args=[company["obligation"].pk]),
        "postmortems": reverse("postmortems:postmortems"),
        "postmortem": company["postmortem"].get_absolute_url(),
        "postmortem-section": reverse("postmortems:section", args=[company["postmortem"].pk, "causes"]),
        "postmortem-incident": company["postmortem"].ticket.get_absolute_url(),
    }


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (1360, True), (390, False), (390, True)])
def test_every_page_fits_and_keeps_the_policy(
    open_page: Callable[..., Any], company: dict[str, Any], width: int, dark: bool
) -> None:
    page = open_page(width=width, dark=dark, user=company["ana"])
    SHOTS.mkdir(exist_ok=True)
    for name, address in _addresses(company).items():
        answer = page.goto(address)
        assert answer.status == 200, name
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px"


class TestTheme:
    def test_follows_the_system_and_remembers_a_choice(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        page = open_page(dark=True, user=company["ana"])
        page.goto("/on-call/")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"

        page.get_by_role("button", name="Switch between light and dark").click()
        page.goto("/teams/")

        assert page.locator("html").get_attribute("data-bs-theme") == "light"


class TestKeyboard:
    def test_declares_without_the_mouse(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        page = open_page(user=company["bob"])
        page.goto("/incidents/declare/")

        page.keyboard.type("Nobody can pay by card")
        page.keyboard.press("Tab")
        page.keyboard.type("Checkout")
        page.keyboard.press("Tab")
        page.keyboard.type("An error after the card number")
        page.keyboard.press("Tab")
        page.keyboard.type("High")
        page.keyboard.press("Tab")
        page.keyboard.type("High")
        page.keyboard.press("Tab")
        page.wait_for_selector("#proposal >> text=SEV1")
        names = page.locator("#proposal strong").all_inner_texts()
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/tickets/INC-*/")

        assert {"Ana Silva", "Bob Martin"} & set(names)
        assert "Nobody can pay by card" in page.locator("h1").inner_text()

    def test_reaches_the_content_by_the_first_link(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        page = open_page(user=company["ana"])
        page.goto("/teams/")

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        assert page.evaluate("document.activeElement.id") == "content"


class TestLive:
    def test_a_fragment_is_fetched_again_and_the_form_keeps_its_text(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        page = open_page(user=company["ana"])
        page.goto(company["ringing"].get_absolute_url())
        page.locator("textarea[name=text]").fill("Half a thought")

        with page.expect_response(lambda answer: "/tickets/" in answer.url, timeout=15_000):
            pass
        page.wait_for_load_state("networkidle")

        assert page.locator("textarea[name=text]").input_value() == "Half a thought"
        assert page.locator("#live").count() == 1

    def test_the_filter_answers_without_a_click(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        page = open_page(user=company["ana"])
        page.goto("/incidents/")

        page.get_by_label("Severity").select_option("SEV3")
        page.wait_for_url("**severity=SEV3**")

        assert page.locator("#results").get_by_text("Printer").count() == 1
        assert page.locator("#results").get_by_text("every second customer").count() == 0
        assert page.locator("#results").count() == 1


class TestPhone:
    def test_answers_without_script_with_large_buttons(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        page = open_page(width=390, dark=True, user=company["ana"], scripts=False)
        page.goto(reverse("incidents:respond", args=[company["ringing"].reference]))
        for button in page.get_by_role("button").all():
            assert button.bounding_box()["height"] >= 44

        page.get_by_role("button", name="Acknowledge").click()

        assert page.get_by_text("It is yours.", exact=True).count() == 1
