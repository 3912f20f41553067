"""Texts that are too long: every form has the API's limit, says so in a sentence, and loses nothing."""

import html
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.data.roles import Role
from config.base.web.forms import EditForm, FilterForm, Styled
from incidents import response
from incidents.models import EntryKind, Incident
from oncall.paging.links import key_for
from tests import factories as make
from tests.clients import client_of
from tests.portal.sent_forms import main_form

PASTE = "Traceback: it’s <broken> & “slow”\n" * 6000
PASTE = PASTE[:200_000].strip()


def _kinds(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def portal_forms() -> list[type[Any]]:
    """Every form of the portal that is no filter."""
    _ = get_resolver().url_patterns  # which imports every page
    kinds = dict.fromkeys(_kinds(Styled))
    return [kind for kind in kinds if not issubclass(kind, FilterForm) and not kind.__module__.startswith("tests.")]


class TestEveryForm:
    def test_limits_each_text(self) -> None:
        kinds = portal_forms()

        unlimited = [
            f"{kind.__module__}.{kind.__qualname__}: {name}"
            for kind in kinds
            for name, field in getattr(kind, "base_fields", {}).items()
            if isinstance(field, forms.CharField) and field.max_length is None
        ]

        assert len(kinds) > 60
        assert unlimited == []

    def test_lets_no_browser_cut_a_paste_without_a_word(self) -> None:
        class Note(Styled, forms.Form):
            """A form with a limit."""

            text = forms.CharField(max_length=10, widget=forms.Textarea())
            title = forms.CharField(max_length=10, required=False)

        form = Note({"text": "x" * 11})

        assert "maxlength" not in f"{form['text']}{form['title']}"
        assert form.errors["text"] == ["This has 11 characters, and 10 fit. Shorten it: what you typed is still here."]

    def test_lets_a_longer_text_stay_that_is_stored_already(self) -> None:
        class Two(EditForm):
            """A form for a record."""

            title = forms.CharField(max_length=10)
            text = forms.CharField(max_length=10, widget=forms.Textarea())

        current = {"title": "old", "text": "x" * 30}
        sent = {"initial-title": "old", "initial-text": "x" * 30, "title": "new"}

        assert Two(sent | {"text": "x" * 30}, current=current).is_valid()
        assert Two(sent | {"text": "x" * 31}, current=current).errors["text"]


@pytest.mark.django_db
class TestPaste:
    """200,000 characters, through the browser's way."""

    @pytest.fixture(autouse=True)
    def agent(self, client: Client) -> Any:
        make.SeverityFactory(rank=4, pages=False)
        user = make.UserFactory(name="Ana", roles=[Role.AGENT, Role.COMMANDER])
        make.MembershipFactory(user=user, team=make.TeamFactory(kind="service_desk"))
        client.force_login(user)
        return user

    def refused(self, client: Client, address: str, limit: int, **values: Any) -> str:
        """The page that comes back: it says the length, and holds the whole text."""
        sent = main_form(client.get(address).content.decode()).data(**values)

        answer = client.post(address, sent)
        page = answer.content.decode()

        assert answer.status_code == 422
        assert f"This has {len(PASTE)} characters, and {limit} fit." in page
        assert PASTE in html.unescape(page).replace("\r\n", "\n")
        return page

    def test_into_a_new_ticket(self, client: Client) -> None:
        self.refused(client, reverse("incidents:ticket-new"), LONG_TEXT, title="x", description=PASTE)

        assert not Incident.objects.exists()

    def test_of_a_title_from_right_to_left_keeps_all_of_it(self, client: Client) -> None:
        address, title = reverse("incidents:ticket-new"), ("המדפסת לא עובדת 🖨️ " * 30)[:499] + "!"

        sent = main_form(client.get(address).content.decode()).data(title=title)
        answer = client.post(address, sent)

        assert answer.status_code == 422
        assert "This has 500 characters, and 300 fit." in answer.content.decode()
        assert title in html.unescape(answer.content.decode())
        assert not Incident.objects.exists()

    @pytest.mark.parametrize(("field", "limit"), [
        ("description", LONG_TEXT), ("workaround", LONG_TEXT), ("customer_impact", SHORT_TEXT),
    ])  # fmt: skip
    def test_into_a_ticket(self, client: Client, field: str, limit: int) -> None:
        ticket = make.IncidentFactory()

        self.refused(client, reverse("incidents:ticket-edit", args=[ticket.reference]), limit, **{field: PASTE})

        incident = Incident.objects.get()
        assert (incident.description, incident.workaround, incident.customer_impact) == ("", "", "")

    def test_into_a_note(self, client: Client) -> None:
        ticket = make.IncidentFactory()

        self.refused(client, reverse("incidents:verb", args=[ticket.reference, "add-note"]), LONG_TEXT, text=PASTE)

        assert not ticket.timeline.filter(kind=EntryKind.NOTE).exists()

    def test_into_an_update_for_customers(self, client: Client) -> None:
        make.StatusPageFactory()
        ticket = make.IncidentFactory()

        self.refused(client, reverse("incidents:update", args=[ticket.reference]), SHORT_TEXT, body=PASTE)

    def test_into_a_postmortem(self, client: Client, agent: Any) -> None:
        postmortem = make.PostmortemFactory(owner=agent)
        section = postmortem.sections.order_by("position").first()
        address = reverse("postmortems:section", args=[postmortem.pk, section.key])

        self.refused(client, address, 50_000, body=PASTE)

    def test_into_a_note_through_the_link_in_a_page(self, agent: Any) -> None:
        service = make.ServiceFactory(escalation_policy=make.policy(agent, fallback=[agent]))
        at = timezone.now()
        ticket = response.declare(title="x", service=service, severity=make.SeverityFactory(rank=1), at=at)
        escalation = ticket.responses.get().escalation
        page = make.PageFactory(escalation=escalation, user=agent, created_at=at, due_at=at, accepted_at=at)
        link, browser = f"/p/{key_for(page)}/", Client()
        browser.post(link, {"verb": "acknowledge"})

        answer = browser.post(link, {"verb": "add_note", "text": PASTE})

        assert answer.status_code == 409
        assert PASTE in html.unescape(answer.content.decode())
        assert not ticket.timeline.filter(kind=EntryKind.NOTE).exists()


@pytest.mark.django_db
class TestApi:
    @pytest.mark.parametrize(("field", "limit"), [
        ("description", LONG_TEXT), ("workaround", LONG_TEXT), ("customer_impact", SHORT_TEXT),
    ])  # fmt: skip
    def test_takes_as_much_as_the_forms_and_no_more(self, field: str, limit: int) -> None:
        client, ticket = client_of(make.UserFactory(roles=[Role.AGENT])), make.IncidentFactory()
        address = f"/api/v1/incidents/{ticket.pk}/"

        assert client.patch(address, {field: "x" * limit}, format="json").status_code == 200
        assert client.patch(address, {field: "x" * (limit + 1)}, format="json").status_code == 400
