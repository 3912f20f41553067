"""Sessions slide and end, and people whose session has ended lose nothing (bad input 71)."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from config.base.web.views import SignedIn
from config.sign_in import session_end
from config.sign_in.sessions import LONGEST, WRITTEN_EVERY
from tests import factories as make
from tests.architecture.sources import ROOT
from tests.factories import NOON
from tests.portal import pages

pytestmark = pytest.mark.django_db
SHIFT = timedelta(seconds=settings.SESSION_COOKIE_AGE)
REFRESH = {"HX-Request": "true", "X-Refresh": "1", "HX-Current-URL": "http://testserver/incidents/?search=disk"}


def _signed_in() -> Client:
    client = Client()
    client.force_login(make.UserFactory())
    return client


def _is_signed_in(client: Client, *, at: datetime) -> bool:
    with time_machine.travel(at, tick=False):
        return client.get(reverse("oncall:pulse")).status_code == 200


class TestSlidingSession:
    def test_ends_twelve_hours_after_the_last_request(self) -> None:
        with time_machine.travel(NOON, tick=False):
            client = _signed_in()

        assert _is_signed_in(client, at=NOON + SHIFT - timedelta(minutes=1))
        assert _is_signed_in(client, at=NOON + 2 * SHIFT - timedelta(minutes=2))
        assert not _is_signed_in(client, at=NOON + 3 * SHIFT)

    def test_ends_after_seven_days_of_work(self) -> None:
        with time_machine.travel(NOON, tick=False):
            client = _signed_in()
        hours = int(LONGEST / timedelta(hours=1))

        assert all(_is_signed_in(client, at=NOON + timedelta(hours=hour)) for hour in range(8, hours, 8))
        assert not _is_signed_in(client, at=NOON + LONGEST)

    def test_is_not_kept_alive_by_a_page_that_looks_again_by_itself(self) -> None:
        with time_machine.travel(NOON, tick=False):
            client = _signed_in()
        for hour in range(1, 12):
            with time_machine.travel(NOON + timedelta(hours=hour), tick=False):
                assert client.get(reverse("oncall:pulse"), headers=REFRESH).status_code == 200

        assert not _is_signed_in(client, at=NOON + SHIFT)

    def test_is_written_once_in_a_while_and_not_at_each_request(self) -> None:
        with time_machine.travel(NOON, tick=False):
            client = _signed_in()
        writes = []
        for minutes in range(1, 46):
            with (
                time_machine.travel(NOON + timedelta(minutes=minutes), tick=False),
                CaptureQueriesContext(connection) as queries,
            ):
                client.get(reverse("oncall:pulse"))
            writes += [minutes for query in queries if query["sql"].startswith('UPDATE "django_session"')]

        apart = int(WRITTEN_EVERY / timedelta(minutes=1))
        assert writes == [apart + 1, 2 * (apart + 1)]

    def test_of_a_new_sign_in_begins_again(self) -> None:
        person, client = make.UserFactory(), Client()
        with time_machine.travel(NOON, tick=False):
            client.force_login(person)
        later = NOON + LONGEST - timedelta(hours=1)
        with time_machine.travel(later, tick=False):
            client.force_login(person)

        assert _is_signed_in(client, at=later + timedelta(hours=11))


def _asking_pages() -> list[str]:
    """Every address of a page behind the sign-in that needs no record."""
    addresses = []
    for name, view in pages.views():
        if issubclass(view, SignedIn) and not name.startswith("demo:"):  # outside the demo they do not exist
            try:
                addresses.append(reverse(name))
            except NoReverseMatch:
                continue
    return addresses


class TestRefreshAfterTheEnd:
    def test_is_answered_alike_by_every_page(self) -> None:
        make.ComponentFactory()  # without a status page there is nothing to schedule maintenance on
        client = Client()
        addresses = _asking_pages()
        assert reverse("oncall:pulse") in addresses
        assert len(addresses) > 50

        for address in addresses:
            answer = client.get(address, {"path": "/incidents/"}, headers=REFRESH)  # what a new saved view shows
            assert answer.status_code == 401, address
            assert answer.headers["Session-Ended"] == "/accounts/login/?next=/incidents/%3Fsearch%3Ddisk", address
            assert "<" not in answer.content.decode(), address

    def test_goes_to_the_sign_in_where_back_would_show_no_page(self) -> None:
        answer = Client().get("/incidents/", headers=REFRESH | {"HX-History-Restore-Request": "true"})

        assert answer.headers["HX-Redirect"].startswith("/accounts/login/?next=")
        assert "Session-Ended" not in answer.headers

    def test_leaves_a_visit_as_it_was(self) -> None:
        answer = Client().get("/incidents/")

        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/incidents/")

    def test_holds_for_the_administration(self) -> None:
        assert Client().get("/admin/", headers=REFRESH).status_code == 401


class TestTemplates:
    """What loads again by itself keeps focus and selection: it is morphed, never replaced."""

    EVERY = re.compile(r"<[^>]*hx-trigger=\"every[^>]*>")

    def test_that_load_again_morph_what_they_show(self) -> None:
        parts = [
            (path.name, tag)
            for path in (ROOT / "templates").rglob("*.html")
            for tag in self.EVERY.findall(re.sub(r"\{%.*?%\}", "", path.read_text()))
        ]
        assert len(parts) >= 8
        for name, tag in parts:
            assert 'hx-swap="outerMorph"' in tag, name
            others = re.search(r'hx-select-oob="([^"]*)"', tag)
            assert others is None or all(part.endswith(":outerMorph") for part in others[1].split(",")), name


class TestFormAfterTheEnd:
    @pytest.fixture
    def ticket(self) -> Any:
        return make.IncidentFactory()

    def test_leads_over_the_sign_in_back_to_its_page_which_says_so_once(self, ticket: Any) -> None:
        person, client = make.UserFactory(), Client()
        page = ticket.get_absolute_url()
        address = reverse("incidents:verb", args=[ticket.reference, "add-note"])

        refused = client.post(address, {"text": "Half a thought"}, headers={"Referer": f"http://testserver{page}"})
        sign_in = client.get(refused.headers["Location"])
        client.force_login(person)
        client.get("/", headers=REFRESH)
        pages_after = [client.get(page).content.decode() for _ in range(2)]

        assert refused.headers["Location"] == f"/accounts/login/?next={page}"
        assert "You were signed out, so nothing was saved." in sign_in.content.decode()
        assert ["it is not saved yet" in page_after for page_after in pages_after] == [True, False]
        assert not ticket.timeline.filter(text="Half a thought").exists()

    def test_of_a_button_leads_back_to_the_page_it_stood_on(self, ticket: Any) -> None:
        page = ticket.get_absolute_url()
        address = reverse("incidents:verb", args=[ticket.reference, "acknowledge"])

        refused = Client().post(address, headers={"Referer": f"http://testserver{page}"})

        assert refused.headers["Location"] == f"/accounts/login/?next={page}"

    @pytest.mark.parametrize(
        "referer", ["", "https://evil.example/x/", "http://testserver//evil.example/", "javascript:alert(1)"]
    )
    def test_never_leads_elsewhere(self, ticket: Any, referer: str) -> None:
        address = reverse("incidents:verb", args=[ticket.reference, "acknowledge"])

        refused = Client().post(address, headers={"Referer": referer} if referer else {})

        assert refused.headers["Location"] == "/accounts/login/?next=/"


class TestFormOfAnEarlierSignIn:
    """The person signed in again in another tab, so the token of the form is old."""

    def _post(self, client: Client, **headers: str) -> Any:
        address = reverse("incidents:verb", args=[make.IncidentFactory().reference, "add-note"])
        data = {"text": "Half a thought", "csrfmiddlewaretoken": "x" * 64}
        return client.post(address, data, headers=headers)

    @pytest.fixture
    def client(self) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(make.UserFactory())
        client.get(reverse("oncall:me"))
        return client

    def test_goes_back_to_its_page_which_says_so(self, client: Client) -> None:
        answer = self._post(client, Referer="http://testserver/me/")

        assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
        assert "so nothing was saved. Check it and send it again." in client.get("/me/").content.decode()

    def test_of_a_script_gets_a_notice(self, client: Client) -> None:
        answer = self._post(client, **{"HX-Request": "true", "HX-Current-URL": "http://testserver/me/"})

        assert (answer.status_code, answer.headers["Session-Ended"]) == (403, "/me/")

    @pytest.mark.parametrize("referer", ["", "https://evil.example/form/"])
    def test_from_elsewhere_is_refused(self, client: Client, referer: str) -> None:
        answer = self._post(client, **({"Referer": referer} if referer else {}))

        assert answer.status_code == 403
        assert "Session-Ended" not in answer.headers

    def test_without_cookies_is_refused(self) -> None:
        assert self._post(Client(enforce_csrf_checks=True), Referer="http://testserver/me/").status_code == 403


class TestPageOf:
    def test_keeps_the_query(self) -> None:
        request = RequestFactory().post("/x/", headers={"Referer": "http://testserver/incidents/?search=a%26b&page=2"})

        assert session_end.page_of(request) == "/incidents/?search=a%26b&page=2"
