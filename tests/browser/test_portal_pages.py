"""Each page fits at two widths, axe finds nothing on it, and the content policy is kept."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from incidents import response
from tests.browser.conftest import take_shot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

# The screens that most people see, each judged by axe at both widths and in both sets of colors.
_CORE = {
    "sign-in",
    "queue",
    "ticket",
    "new-ticket",
    "declare",
    "respond",
    "on-call",
    "rota",
    "status",
    "my-work",
    "reports",
}
_WAYS = [(1360, "light"), (1360, "dark"), (390, "dark"), (390, "light")]
# Of any other page each width is looked at, and axe judges it once: they are made of the same parts.
_WAYS_OF_OTHERS = [(1360, "light"), (390, "light")]
_JUDGED_OF_OTHERS = _WAYS_OF_OTHERS[:1]
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}


def _desk(company: dict[str, Any]) -> dict[str, str]:
    """The pages of those who answer."""
    ticket = company["ringing"]
    return {
        "queue": "/",
        "ticket": ticket.get_absolute_url(),
        "respond": reverse("incidents:respond", args=[ticket.reference]),
        "edit": reverse("incidents:ticket-edit", args=[ticket.reference]),
        "severity": reverse("incidents:verb", args=[ticket.reference, "change-severity"]),
        "declare": reverse("incidents:declare"),
        "new-ticket": f"{reverse('incidents:ticket-new')}?title=Checkout+errors&service={company['service'].pk}",
        "ticket-requester": reverse("incidents:ticket-requester", args=[ticket.reference]),
        "checklist-new": reverse("incidents:checklist-new", args=[ticket.reference]),
        "work-time-new": reverse("incidents:work-time-new", args=[ticket.reference]),
        "watcher-new": reverse("incidents:watcher-new", args=[ticket.reference]),
        "person": company["ana"].get_absolute_url(),
        "who-can": reverse("oncall:who-can"),
        "alerts": reverse("incidents:alerts"),
        "alert": company["alert"].get_absolute_url(),
        "services": reverse("incidents:services"),
        "service": company["service"].get_absolute_url(),
        "integrations": reverse("incidents:integrations"),
        "integration": company["integration"].get_absolute_url(),
        "severities": reverse("incidents:severities"),
        "on-call": reverse("oncall:on-call"),
        "team": company["team"].get_absolute_url(),
        "schedule": company["schedule"].get_absolute_url(),
        "system-health": reverse("oncall:system-health"),
        "pages": reverse("oncall:pages"),
        "me": reverse("oncall:me"),
        "my-work": reverse("my-work"),
        "majors": reverse("incidents:majors"),
        "my-tasks": reverse("oncall:my-tasks"),
        "team-tasks": reverse("oncall:team-tasks"),
        "task": reverse("oncall:task", args=[company["obligation"].pk]),
        "task-dismiss": reverse("oncall:task-dismiss", args=[company["obligation"].pk]),
        "task-postpone": reverse("oncall:task-postpone", args=[company["obligation"].pk]),
    }


def _on_call(company: dict[str, Any]) -> dict[str, str]:
    """The pages of people on call, and of those who plan the rota."""
    schedule, team, rota = company["schedule"], company["team"], company["rota"]
    return {
        "rota": reverse("oncall:schedule-rota", args=[schedule.pk]),
        "rota-month": f"{reverse('oncall:team-rota', args=[team.slug])}?span=month",
        "my-shifts": reverse("oncall:my-shifts"),
        "hand-off": reverse("oncall:hand-off", args=[schedule.pk]),
        "handoff-notes": reverse("oncall:handoff-notes"),
        "schedules": reverse("oncall:schedules"),
        "schedule-new": reverse("oncall:schedule-new"),
        "schedule-edit": reverse("oncall:schedule-edit", args=[schedule.pk]),
        "overrides": reverse("oncall:overrides"),
        "override": rota["override"].get_absolute_url(),
        "cover": reverse("oncall:cover", args=[schedule.pk]),
        "override-add": reverse("oncall:override-add", args=[schedule.pk]),
        "swaps": reverse("oncall:swaps"),
        "swap": rota["swap"].get_absolute_url(),
        "time-off": reverse("oncall:time-off"),
        "my-time-off": reverse("oncall:my-time-off"),
        "calendars": reverse("oncall:calendars"),
        "calendar": rota["calendar"].get_absolute_url(),
        "calendar-add": reverse("oncall:calendar-add"),
        "feeds": reverse("oncall:feeds"),
    }


def _customers(company: dict[str, Any]) -> dict[str, str]:
    """The pages about customers and their updates."""
    reference = company["ringing"].reference
    return {
        "update": reverse("incidents:update", args=[reference]),
        "customers": reverse("incidents:public-incidents"),
        "components": reverse("incidents:components"),
        "subscribers": reverse("incidents:subscribers"),
        "deliveries": reverse("incidents:deliveries"),
    }


def _visitors(company: dict[str, Any]) -> dict[str, str]:
    """What is open to all."""
    return {
        "sign-in": reverse("account_login"),
        "status": reverse("incidents:status"),
        "status-incident": company["public_incident"].get_absolute_url(),
        "subscribe": reverse("incidents:status-subscribe"),
    }


def _prevention(company: dict[str, Any]) -> dict[str, str]:
    """What comes after the service works again."""
    postmortem, problem = company["postmortem"], company["known_error"].problem
    return {
        "restored": reverse("incidents:restored"),
        "restored-ticket": postmortem.ticket.get_absolute_url(),
        "action-items": reverse("incidents:action-items"),
        "action-item-new": reverse("incidents:action-item-new", args=[problem.reference]),
        "problems": reverse("problems:problems"),
        "problem": problem.get_absolute_url(),
        "factor": reverse("problems:verb", args=[problem.reference, "add-factor"]),
        "known-errors": reverse("problems:known-errors"),
        "known-error": company["known_error"].get_absolute_url(),
        "postmortems": reverse("postmortems:postmortems"),
        "postmortem": postmortem.get_absolute_url(),
        "section": reverse("postmortems:section", args=[postmortem.pk, "causes"]),
        "seat": reverse("postmortems:seat", args=[postmortem.pk, "other_team"]),
        "story": reverse("incidents:story", args=[postmortem.ticket.reference]),
        "reports": reverse("incidents:reports"),
        "report-records": reverse("incidents:report-records"),
        "sla-report": f"{reverse('incidents:sla-report')}?since=2020-01-01&by=customer",
        "sla-clocks": reverse("incidents:sla-clocks"),
    }


_GROUPS = {
    "desk": _desk,
    "on-call": _on_call,
    "customers": _customers,
    "prevention": _prevention,
    "visitors": _visitors,
}


def test_core_screens_are_among_the_pages(company: dict[str, Any]) -> None:
    assert len(_CORE) == 11
    assert {name for pages in _GROUPS.values() for name in pages(company)} >= _CORE


@pytest.mark.parametrize("pages", _GROUPS.values(), ids=_GROUPS)
def test_every_page_fits_and_axe_finds_nothing(
    open_page: Callable[..., Any], company: dict[str, Any], pages: Callable[[dict[str, Any]], Mapping[str, str]]
) -> None:
    """WCAG 2.2 AA; the fixture that opens the page reports violations of its content policy."""
    page = open_page(user=None if pages is _visitors else company["ana"])
    problems: list[str] = []
    for name, address in pages(company).items():
        answer = page.goto(address)
        assert answer.status == 200, name
        ways, judged = (_WAYS, _WAYS) if name in _CORE else (_WAYS_OF_OTHERS, _JUDGED_OF_OTHERS)
        for width, scheme in ways:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                problems.append(f"{name} scrolls sideways by {wide} px at {width} px")
            if (width, scheme) in judged:
                problems += [f"{name}, {width} px, {scheme}: {words}" for words in violations(page)]
                take_shot(page, f"{name}-{width}-{scheme}")

    assert not problems, "\n".join(problems)


def violations(page: Any) -> list[str]:
    """What axe finds: the rule, where, and why."""
    response = Axe().run(page, options=_RULES).response
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


class TestTheme:
    def test_follows_the_system_and_remembers_a_choice(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        page = open_page(dark=True, user=company["ana"])
        page.goto("/on-call/")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"

        page.locator(".menu-person > summary").click()
        page.get_by_role("button", name="Light or dark").click()
        page.goto("/teams/")

        assert page.locator("html").get_attribute("data-bs-theme") == "light"


class TestKeyboard:
    def test_declares_without_the_mouse(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        page = open_page(user=company["bob"])
        page.goto("/incidents/declare/")
        expect(page.locator("[name=title]")).to_be_focused()

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

        page.locator(".more-filters > summary").click()
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
        assert page.get_by_text("matching known error").count() == 1
        for button in page.get_by_role("button").all():
            assert button.bounding_box()["height"] >= 44

        page.get_by_role("button", name="Acknowledge").click()

        assert page.get_by_text("It is yours since").count() == 1

    def test_reloads_by_itself_and_says_what_is_new(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        page = open_page(width=390, dark=True, user=company["ana"])
        page.clock.install()
        page.goto(reverse("incidents:respond", args=[company["ringing"].reference]))
        page.get_by_role("button", name="Take over").focus()

        response.acknowledge(ticket_id=company["ringing"].pk, actor=company["bob"], at=timezone.now())
        page.clock.run_for(11_000)

        expect(page.get_by_text("Bob Martin has it.")).to_be_visible()
        expect(page.get_by_role("button", name="Take over")).to_be_focused()
