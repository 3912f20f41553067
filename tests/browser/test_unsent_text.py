"""What was typed and not saved, in a browser: an ended session, two tabs, two people, and a page that refreshes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Dialog, Page, expect

from incidents import response
from incidents.models import Ticket
from oncall.models import EscalationPolicy, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PASSWORD = "a long pass phrase"  # of a person of this test alone
TEXT = "Half a thought about the pool"


def sign_in(page: Page, person: User) -> None:
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def swap_person(page: Page, person: User) -> None:
    """Another person uses the same browser."""
    client = Client()
    client.force_login(person)
    origin = "/".join(page.url.split("/")[:3])
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": origin}])


def note_of(page: Page) -> Any:
    return page.locator("textarea[name=text]")


def top_of(element: Any) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().top"))


@pytest.fixture
def people(company: dict[str, Any]) -> dict[str, Any]:
    for name in ("ana", "bob"):
        company[name].set_password(PASSWORD)
        company[name].save(update_fields=["password"])
    return company


class TestDraft:
    def test_survives_an_ended_session_and_only_what_was_sent_goes(
        self, open_page: Callable[..., Page], people: dict[str, Any]
    ) -> None:
        page = open_page(user=people["ana"])
        ticket = people["ringing"].get_absolute_url()
        hold = reverse("incidents:verb", args=[people["ringing"].reference, "hold"])
        page.goto(hold)
        page.locator("[name=note]").fill("The supplier looks at it")
        page.goto(ticket)
        note_of(page).fill(TEXT)

        Session.objects.all().delete()
        expect(page.get_by_role("alert")).to_contain_text("You were signed out", timeout=15_000)
        assert note_of(page).input_value() == TEXT
        page.get_by_role("button", name="Add note").click()
        expect(page.get_by_text("You were signed out, so nothing was saved.")).to_be_visible()
        sign_in(page, people["ana"])

        page.wait_for_url(f"**{ticket}")
        assert note_of(page).input_value() == TEXT
        expect(page.locator(".draft-note")).to_contain_text("restored. It is not saved yet.")
        expect(page.get_by_text("You were signed out before this was sent")).to_be_visible()
        page.get_by_role("button", name="Add note").click()
        expect(page.locator("#timeline")).to_contain_text(TEXT)
        assert note_of(page).input_value() == ""

        page.goto(hold)
        assert page.locator("[name=note]").input_value() == "The supplier looks at it"
        page.get_by_role("button", name="Discard").click()
        assert page.locator("[name=note]").input_value() == ""
        page.reload()
        assert page.locator("[name=note]").input_value() == ""

    def test_is_its_own_in_each_tab_and_never_shown_to_another_person(
        self, open_page: Callable[..., Page], people: dict[str, Any]
    ) -> None:
        page = open_page(user=people["ana"])
        address = people["ringing"].get_absolute_url()
        other = page.context.new_page()
        page.goto(address)
        other.goto(address)
        note_of(page).fill("typed first")
        note_of(other).fill("typed second")

        page.get_by_role("button", name="Add note").click()
        expect(page.locator("#timeline")).to_contain_text("typed first")
        other.reload()
        assert note_of(other).input_value() == "typed second"

        swap_person(page, people["bob"])
        page.goto(address)
        assert note_of(page).input_value() == ""
        assert page.locator(".draft-note").count() == 0

    def test_survives_a_sign_in_in_another_tab(self, open_page: Callable[..., Page], people: dict[str, Any]) -> None:
        page = open_page(user=people["ana"])
        ticket = people["quiet"].get_absolute_url()
        page.goto(ticket)
        note_of(page).fill(TEXT)
        Session.objects.all().delete()
        other = page.context.new_page()
        other.goto("/accounts/login/")
        sign_in(other, people["ana"])
        other.wait_for_url("**/")

        page.get_by_role("button", name="Add note").click()

        expect(page.get_by_text("so nothing was saved. Check it and send it again")).to_be_visible()
        assert note_of(page).input_value() == TEXT

    def test_does_not_overwrite_what_somebody_else_has_saved_since(
        self, open_page: Callable[..., Page], people: dict[str, Any]
    ) -> None:
        page, ticket = open_page(user=people["ana"]), people["quiet"]
        address = reverse("incidents:ticket-edit", args=[ticket.reference])
        page.goto(address)
        page.locator("[name=title]").fill("Printer prints too pale")
        page.goto("/")
        response.edit(
            ticket_id=ticket.pk, changes={"title": "Printer is out of toner"}, actor=people["bob"], at=timezone.now()
        )

        page.goto(address)
        page.get_by_role("button", name="Save").click()

        expect(page.get_by_text("while you were typing")).to_be_visible()
        assert page.locator("[name=title]").input_value() == "Printer prints too pale"
        assert Ticket.objects.get(pk=ticket.pk).title == "Printer is out of toner"


class TestAdministration:
    def test_keeps_a_form_with_its_rows_and_only_what_is_no_secret(
        self, open_page: Callable[..., Page], people: dict[str, Any]
    ) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD, name="Boss")
        page = open_page(user=boss)
        policy = EscalationPolicy.objects.get()
        steps = policy.steps.count()
        address = reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
        page.goto(address)
        page.locator("[name=name]").fill("Shop at night")
        page.locator("[name=change_reason]").fill("Nights have a person of their own")
        page.locator("#steps-data > .form-actions .add-row").click()
        page.locator(f"[name=steps-{steps}-delay_minutes]").fill("7")
        page.locator(f"#steps-{steps}-targets-data > .form-actions .add-row").click()
        choose(page, f"steps-{steps}-targets-0-user", people["bob"])

        Session.objects.all().delete()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("You were signed out, so nothing was saved.")).to_be_visible()
        sign_in(page, boss)

        page.wait_for_url(f"**{address}")
        expect(page.locator(".draft-note")).to_contain_text("restored. It is not saved yet.")
        assert page.locator("[name=name]").input_value() == "Shop at night"
        assert page.locator(f"[name=steps-{steps}-delay_minutes]").input_value() == "7"
        expect(page.locator(f"#steps-{steps}-targets-data")).to_contain_text("Bob Martin")
        page.get_by_role("button", name="Discard").click()
        assert page.locator("[name=steps-TOTAL_FORMS]").input_value() == str(steps)
        assert page.locator("[name=name]").input_value() == policy.name

        page.goto(reverse("admin:oncall_contactmethod_add"))
        page.locator("[name=address]").fill("https://example.com/hook/s3cret")
        page.locator("[name=secret]").fill("s3cret")
        page.locator("[name=verified_at_0]").fill("2026-01-01")
        assert "s3cret" not in page.evaluate("JSON.stringify(localStorage)")
        assert "2026-01-01" in page.evaluate("JSON.stringify(localStorage)")


class TestRotation:
    def test_keeps_the_layers_of_a_draft(self, open_page: Callable[..., Page], people: dict[str, Any]) -> None:
        page = open_page(user=people["ana"])
        address = reverse("oncall:schedule-edit", args=[people["schedule"].pk])
        page.goto(address)
        names = page.locator(".turns .name")
        before = names.all_inner_texts()
        page.get_by_role("button", name=f"{before[0]} a turn later").click()
        expect(names).to_have_text(before[::-1])
        page.get_by_role("button", name="Add layer").click()
        page.locator("[name=l2-length]").fill("3")

        page.goto("/")
        page.goto(address)

        expect(page.locator(".draft-note")).to_contain_text("restored. It is not saved yet.")
        assert page.locator("[name=l2-length]").input_value() == "3"
        assert names.all_inner_texts() == before[::-1]
        page.get_by_role("button", name="Discard").click()
        expect(page.locator("[name=l2-length]")).to_have_count(0)
        expect(names).to_have_text(before)
        assert page.locator(".draft-note").count() == 0


def choose(page: Page, name: str, person: User) -> None:
    """Choose a person in a field of the administration that searches."""
    page.locator(f"[name={name}] + .select2 .select2-selection").click()
    page.locator(".select2-search__field").last.fill(person.name)
    page.locator(".select2-results__option", has_text=person.name).click()


class TestQuestion:
    def test_before_a_sign_out_and_before_what_cannot_be_undone(
        self, open_page: Callable[..., Page], people: dict[str, Any]
    ) -> None:
        page, answers, words = open_page(user=people["ana"]), [False, False, True], []

        def answer(dialog: Dialog) -> None:
            words.append(dialog.message)
            (dialog.accept if answers.pop(0) else dialog.dismiss)()

        page.on("dialog", answer)
        rules = people["ana"].notification_rules
        page.goto(reverse("oncall:me"))
        page.locator("li", has_text="urgency:").get_by_role("button", name="Remove").first.click()
        assert rules.count() == 1

        page.goto(people["quiet"].get_absolute_url())
        note_of(page).fill(TEXT)
        page.locator(".menu-person > summary").click()
        for left in (1, 0):
            page.get_by_role("button", name="Sign out").click()
            if not left:
                page.wait_for_url("**/accounts/login/")
            assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length") == left

        assert [question.split("?")[0] for question in words] == [
            "Remove this rule",
            "One text is not saved yet. Sign out and delete it",
            "One text is not saved yet. Sign out and delete it",
        ]


class TestSearch:
    def test_is_one_request_and_one_entry_of_the_history(
        self, open_page: Callable[..., Page], company: dict[str, Any]
    ) -> None:
        page = open_page(user=company["ana"])
        page.goto(reverse("incidents:alerts"))
        searches: list[str] = []
        page.on("request", lambda request: searches.append(request.url) if "search=" in request.url else None)
        start = page.evaluate("history.length")

        for words in ("HighError", "crash"):
            page.locator("[name=search]").fill(words)
            page.keyboard.press("Enter")
            page.wait_for_url(f"**search={words}**")
            page.wait_for_load_state("networkidle")

        assert len(searches) == 2
        assert page.evaluate("history.length") == start + 2
        page.go_back()
        expect(page.locator("#results")).to_contain_text("HighErrorRate")
        assert page.locator("[name=search]").input_value() == "HighError"


class TestRefresh:
    def test_keeps_the_focus_and_the_row_under_the_pointer(
        self, open_page: Callable[..., Page], company: dict[str, Any]
    ) -> None:
        page = open_page(user=company["ana"])
        page.goto("/")
        link = page.locator("#results").get_by_role("link", name="Printer on floor 2")
        link.focus()
        link.hover()
        top = top_of(link)
        at = timezone.now()
        for title in ("Mail is slow", "Telephones are silent"):
            response.declare(title=title, service=company["service"], impact=1, urgency=1, actor=company["bob"], at=at)
        page.evaluate("document.getElementById('results').dispatchEvent(new CustomEvent('every'))")

        expect(page.locator("#results")).to_contain_text("Telephones are silent", timeout=30_000)
        expect(link).to_be_focused()
        assert abs(top_of(link) - top) < 2
