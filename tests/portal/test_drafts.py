"""Every form with free text: found through the addresses, it names the draft that the browser keeps of it."""

import json
import re
import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from config.base.web import drafts, guards, submissions
from config.base.web.forms import FilterForm, Styled
from oncall.models import User
from tests import factories as make
from tests.portal.form_pages import ADDRESSES, form_views, other_pages_with_forms

pytestmark = pytest.mark.django_db
DRAFT = "0123456789abcdef"
_SECRET = re.compile(r"code|password|secret|token|key|url|address|webhook|hook")
# Addresses and keys that open nothing: they may be kept.
_OPEN = {"conference_url", "evidence_url"}


def is_free_text(tag: str, named: dict[str, Any]) -> bool:
    is_secret = "data-secret" in named or named.get("autocomplete") == "one-time-code"
    return not is_secret and (
        tag == "textarea" or (tag == "input" and named.get("type", "text") in {"text", "search"})
    )


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: the address, the names of free text, and the names of drafts."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.page = page
        self.rows: list[tuple[str, list[str], list[str]]] = []
        self.is_open = False
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: Any) -> None:
        named = dict(pairs)
        if tag == "form":
            self.is_open = named.get("method") == "post"
            if self.is_open:
                self.rows.append((named.get("action") or self.page, [], []))
        elif self.is_open and "data-draft" in named:
            self.rows[-1][2].append(named["data-draft"])
        elif self.is_open and is_free_text(tag, named):
            self.rows[-1][1].append(named["name"])

    def handle_endtag(self, tag: str) -> None:
        self.is_open = self.is_open and tag != "form"


@pytest.fixture
def person() -> User:
    return make.UserFactory(roles=list(Role), is_staff=True, is_superuser=True)


@pytest.fixture
def browser_of(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def check(page: str, html: str) -> list[tuple[str, str]]:
    """The keys of the page's drafts: form and address; each form with free text has one, and no two the same."""
    rows = Forms(page, html).rows
    for action, texts, names in rows:
        assert len(names) == (1 if texts else 0), f"{page}: the form to {action} with {texts} names {names}"
    keys = [(names[0], action) for action, texts, names in rows if texts]
    assert len(set(keys)) == len(keys), page
    return keys


class TestEveryFormPage:
    def test_is_on_the_list(self) -> None:
        assert set(ADDRESSES) == set(form_views())

    @pytest.mark.parametrize("name", ADDRESSES)
    def test_names_the_draft_of_its_form(self, browser_of: Client, person: User, name: str) -> None:
        keys = []
        for address in ADDRESSES[name](person):
            answer = browser_of.get(address)
            assert answer.status_code == 200, address
            keys += check(address, answer.content.decode())

        assert len(set(keys)) == len(keys)

    def test_of_free_text_is_most_of_them(self, browser_of: Client, person: User) -> None:
        """The walk sees forms: a page whose form is not read would pass for one without text."""
        address = ADDRESSES["incidents:verb"](person)

        assert [check(page, browser_of.get(page).content.decode()) for page in address if "hold" in page] != [[]]

    def test_elsewhere_names_it_too(self, browser_of: Client, person: User) -> None:
        for address in other_pages_with_forms(person):
            answer = browser_of.get(address)
            assert answer.status_code == 200, address
            check(address, answer.content.decode())


def _form_classes(base: Any = Styled) -> set[Any]:
    return {form for kind in base.__subclasses__() for form in {kind} | _form_classes(kind)}


class TestSecrets:
    def test_are_marked_so_that_no_browser_keeps_them(self) -> None:
        assert form_views()  # imports every form
        forgotten = {
            f"{form.__module__}.{form.__qualname__}.{name}"
            for form in _form_classes()
            if not issubclass(form, FilterForm)  # a filter only asks, and has no draft
            for name in _kept(form)
        }

        assert forgotten == set(), "Add them to `secrets` of their form, or to _OPEN above."


def kept_secrets(fields: dict[str, Any]) -> set[str]:
    """The fields that look like a secret and that a browser would keep."""
    drafts.hide_secrets(fields, ())
    looks = {name for name in fields if _SECRET.search(name)}
    return {name for name in looks if drafts.has_free_text({name: fields[name]})} - _OPEN


class TestScript:
    def test_never_keeps_what_belongs_to_one_sending(self) -> None:
        [names] = re.findall(r"NEVER = (\[.*?\]);", (settings.BASE_DIR / "static/drafts.js").read_text())

        assert {"csrfmiddlewaretoken", submissions.FIELD, drafts.FIELD} <= set(json.loads(names))

    def test_keeps_what_the_author_saw(self) -> None:
        """A restored draft without the mark of what its author saw would write over what others saved since."""
        [names] = re.findall(r"NEVER = (\[.*?\]);", (settings.BASE_DIR / "static/drafts.js").read_text())

        assert guards.FIELD not in json.loads(names)


def _kept(form: Any) -> set[str]:
    """The fields of a form that look like a secret and that a browser would keep."""
    fields = {name: field for name, field in getattr(form, "base_fields", {}).items() if name not in form.secrets}
    return kept_secrets(fields)


class TestSentDraft:
    def test_is_named_when_it_was_saved(self, browser_of: Client) -> None:
        address = reverse("incidents:verb", args=[make.IncidentFactory().reference, "add-note"])

        answer = browser_of.post(address, {"text": "Looked at it", "draft": DRAFT})

        assert answer.status_code == 302
        assert answer.cookies[drafts.COOKIE].value == DRAFT

    def test_is_named_again_for_a_form_that_was_sent_twice(self, browser_of: Client) -> None:
        ticket = make.IncidentFactory()
        address = reverse("incidents:verb", args=[ticket.reference, "add-note"])
        sent = {"text": "Looked at it", submissions.FIELD: str(uuid.uuid4())}

        answers = [browser_of.post(address, sent | {"draft": draft}) for draft in (DRAFT, "fedcba9876543210")]

        assert "fedcba9876543210" in answers[1].cookies[drafts.COOKIE].value
        assert ticket.timeline.filter(text="Looked at it").count() == 1

    def test_is_added_to_those_that_the_browser_has_not_read_yet(self, browser_of: Client) -> None:
        address = reverse("incidents:verb", args=[make.IncidentFactory().reference, "add-note"])
        browser_of.cookies[drafts.COOKIE] = "fedcba9876543210"

        answer = browser_of.post(address, {"text": "Looked at it", "draft": DRAFT})

        assert answer.cookies[drafts.COOKIE].value == f"fedcba9876543210.{DRAFT}"

    def test_stays_with_a_form_that_was_refused(self, browser_of: Client) -> None:
        address = reverse("incidents:verb", args=[make.IncidentFactory().reference, "add-note"])

        answer = browser_of.post(address, {"text": "", "draft": DRAFT})

        assert answer.status_code == 422
        assert drafts.COOKIE not in answer.cookies
        assert f'value="{DRAFT}"' in answer.content.decode()

    def test_stays_with_a_preview(self, browser_of: Client) -> None:
        make.SeverityFactory()

        answer = browser_of.post(
            reverse("incidents:declare"), {"title": "Mail is down", "preview": "1", "draft": DRAFT}
        )

        assert drafts.COOKIE not in answer.cookies
        assert f'value="{DRAFT}"' in answer.content.decode()

    @pytest.mark.parametrize("sent", ["", "too-short", "x" * 40, "a;b=c567890", "UPPER0123456789", "<script>123"])
    def test_is_not_repeated_when_it_is_no_id(self, browser_of: Client, sent: str) -> None:
        address = reverse("incidents:verb", args=[make.IncidentFactory().reference, "add-note"])

        assert drafts.COOKIE not in browser_of.post(address, {"text": "Looked", "draft": sent}).cookies
        assert sent == "" or sent not in browser_of.post(address, {"text": "", "draft": sent}).content.decode()

    def test_is_not_named_by_a_sign_in(self, client: Client) -> None:
        person = make.UserFactory()
        person.set_password("a long pass phrase")
        person.save(update_fields=["password"])

        answer = client.post(
            reverse("account_login"), {"login": person.email, "password": "a long pass phrase", "draft": DRAFT}
        )

        assert answer.status_code == 302
        assert drafts.COOKIE not in answer.cookies
