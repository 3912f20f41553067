"""Global search as a page, in the dialog and as an endpoint: never an error, and only what its reader may see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.base.data import search
from config.base.data.roles import Role
from config.base.data.search import Limits, Question
from incidents.models import Ticket
from oncall.models import User
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db

NOT_WORDS = [
    "%",
    "'",
    "\\",
    "a",
    "the",
    "a & | !",
    "a:*",
    "\0",
    "(",
    "<b>",
    "--",
    "\u202e",
    "_",
    "''; DROP",
    "é" * 300,
]


@pytest.fixture
def person() -> Any:
    return make.UserFactory(is_superuser=False)


@pytest.fixture
def client(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def kinds_of(client: Client, typed: str) -> list[str]:
    return [group.kind.name for group in client.get("/search/", {"q": typed}).context["groups"]]


class TestKinds:
    def test_stand_in_a_fixed_order(self) -> None:
        assert [kind.name for kind in search.registered()] == [
            "tickets", "known_errors", "services", "teams", "people", "requesters", "postmortems",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("kind", "create"),
        [
            ("tickets", lambda: make.IncidentFactory(title="Zebra fails")),
            ("known_errors", lambda: make.KnownErrorFactory(symptoms="The zebra stops.")),
            ("services", lambda: make.ServiceFactory(name="Zebra printing", slug="zp")),
            ("teams", lambda: make.TeamFactory(name="Zebra team", slug="zt")),
            ("people", lambda: make.UserFactory(name="Zoe Zebra")),
            ("requesters", lambda: make.ContactFactory(name="Zoe Zebra")),
            ("postmortems", lambda: _postmortem("The zebra was untested.")),
        ],
    )
    def test_are_found_by_their_words_and_by_words_with_a_typing_error(
        self, kind: str, create: Callable[[], Any]
    ) -> None:
        create()
        admin = make.UserFactory(is_superuser=True)
        (chosen,) = [item for item in search.kinds_for(admin) if item.name == kind]

        assert [len(chosen.find(Question.of(typed), admin, Limits()).rows) for typed in ("zebra", "quagga")] == [1, 0]

    @pytest.mark.parametrize("typed", ["Ricardo Cardoso", "cardso", "CARDOSO ricardo", "porto"])
    def test_of_people_allow_a_typing_error(self, typed: str) -> None:
        make.ContactFactory(name="Ricardo Cardoso", location="Porto")
        admin = make.UserFactory(is_superuser=True)
        (requesters,) = [kind for kind in search.kinds_for(admin) if kind.name == "requesters"]

        assert [hit.title for hit in requesters.find(Question.of(typed), admin, Limits()).rows] == ["Ricardo Cardoso"]

    @pytest.mark.parametrize("typed", ["+351 22 010 4410", "220104410", "022 010 44"])
    def test_find_a_phone_number_in_any_grouping(self, typed: str) -> None:
        make.ContactFactory(name="Ricardo Cardoso", phone="+351 (0)22 0104410")
        admin = make.UserFactory(is_superuser=True)
        (requesters,) = [kind for kind in search.kinds_for(admin) if kind.name == "requesters"]

        assert [hit.title for hit in requesters.find(Question.of(typed), admin, Limits()).rows] == ["Ricardo Cardoso"]

    def test_of_requesters_are_for_those_who_may_see_all(self, person: Any, client: Client) -> None:
        make.ContactFactory(name="Zoe Zebra")

        assert kinds_of(client, "zebra") == []
        assert "requesters" not in [kind.name for kind in search.kinds_for(person)]


def _postmortem(text: str) -> Any:
    postmortem = make.PostmortemFactory()
    return make.PostmortemSectionFactory(postmortem=postmortem, body=text)


class TestPage:
    def test_marks_the_words(self, client: Client) -> None:
        make.IncidentFactory(title="Cards <b>are</b> declined")

        content = client.get("/search/", {"q": "card declining"}).content.decode()

        assert "<mark>Cards</mark> &lt;b&gt;are&lt;/b&gt; <mark>declined</mark>" in content

    def test_of_a_number_is_the_page_of_the_ticket(self, client: Client) -> None:
        ticket = make.IncidentFactory()

        answer = client.get("/search/", {"q": f"inc{ticket.number}"})

        assert (answer.status_code, answer["Location"]) == (302, ticket.get_absolute_url())

    def test_of_a_private_number_is_that_of_no_number(self, client: Client) -> None:
        ticket = make.IncidentFactory(visibility="private", visibility_reason="HR")

        private, missing = (client.get("/search/", {"q": f"INC-{number}"}) for number in (ticket.number, 10**9))

        assert private.status_code == missing.status_code == 200
        assert (private.context["groups"], private.context["exact"]) == ([], None)
        assert "Nothing found" in private.content.decode()

    def test_says_what_else_was_looked_for(self, client: Client) -> None:
        make.TeamFactory(name="Storefront", slug="storefront")

        assert "Also looked for: <strong>Storefront</strong>" in client.get("/search/?q=storefrnt").content.decode()

    def test_leads_to_what_is_done(self, client: Client) -> None:
        make.IncidentFactory(title="Zebra", status="restored", restored_at=make.NOON)

        content = client.get("/search/?q=zebra").content.decode()

        assert "Nothing open for “zebra”" in content
        assert '<a href="/search/?q=zebra&amp;kind=tickets&amp;done=1">1 match among done</a>' in content
        assert "Only what is done" in client.get("/search/?q=zebra&kind=tickets&done=1").content.decode()

    def test_offers_a_ticket_with_words_that_nothing_has(self) -> None:
        agent = Client()
        agent.force_login(make.UserFactory(roles=[Role.AGENT]))

        content = agent.get("/search/?q=quagga+is+gone").content.decode()

        assert 'href="/tickets/new/?title=quagga+is+gone"' in content
        assert 'href="/incidents/declare/?title=quagga+is+gone"' not in content

    def test_offers_an_incident_to_who_logs_no_calls(self) -> None:
        person = Client()
        person.force_login(make.UserFactory())

        content = person.get("/search/?q=quagga+is+gone").content.decode()

        assert 'href="/incidents/declare/?title=quagga+is+gone"' in content
        assert "/tickets/new/" not in content

    def test_gives_the_dialog_its_part(self, client: Client) -> None:
        ticket = make.IncidentFactory()

        content = client.get("/search/", {"q": str(ticket.number)}, headers={"HX-Request": "true"}).content.decode()

        assert f"Open {ticket.reference}" in content
        assert "<html" not in content

    def test_needs_a_sign_in(self) -> None:
        assert Client().get("/search/?q=zebra").status_code == 302

    @pytest.mark.parametrize("typed", [*NOT_WORDS, "x" * 200_000, "word " * 40_000])
    def test_answers_whatever_is_typed(self, client: Client, typed: str) -> None:
        make.IncidentFactory()

        assert client.get("/search/", {"q": typed}).status_code == 200

    def test_says_that_a_long_text_is_cut(self, client: Client) -> None:
        assert "are searched" in client.get("/search/", {"q": "word " * 40_000}).content.decode()


class TestQueries:
    def test_are_at_most_one_of_a_kind_however_much_is_found(self, person: Any) -> None:
        person.is_superuser = True
        person.save()
        counts = set()
        for _ in range(2):
            _postmortem("zebra")
            make.KnownErrorFactory(title="Zebra")
            make.ContactFactory(name="Zebra")
            make.UserFactory(name="Zebra")
            for number in range(6):
                make.TimelineEntryFactory(text="zebra", ticket__title=f"Zebra {number}")
            with CaptureQueriesContext(connection) as queries:
                groups = search.search(
                    Question.of("zebra"), user=person, kinds=search.kinds_for(person), limits=Limits()
                )
                assert len([hit.url for group in groups for hit in group.hits.rows]) > 4
            counts.add(len(queries))

        assert counts == {len(search.registered())}


class TestEndpoint:
    def test_gives_the_answer_of_the_page(self) -> None:
        user = make.UserFactory(is_superuser=True)
        ticket = make.IncidentFactory(title="Cards are declined", description="All shops.")
        answer = client_of(user).get("/api/v1/search/?q=declined").json()

        assert answer["kinds"] == [{"kind": "tickets", "open_count": 1, "done_count": 0, "is_capped": False}]
        (hit,) = answer["hits"]
        assert hit["kind"] == "tickets"
        assert (hit["reference"], hit["url"]) == (ticket.reference, ticket.get_absolute_url())
        assert (hit["is_open"], hit["is_exact"], hit["status"]) == (True, False, "new")

    @pytest.mark.parametrize("query", ["", "q=", "q=%20", f"q={'x' * 201}", "q=a&kind=moon", "q=a&done=perhaps"])
    def test_refuses_what_asks_nothing(self, query: str) -> None:
        answer = client_of(make.UserFactory()).get(f"/api/v1/search/?{query}")

        assert answer.status_code == 400
        assert answer.json()["fields"]


class TestAnyText:
    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        typed=st.one_of(st.text(max_size=60), st.sampled_from(["secret", "HR secret", "secrte", "open", "payroll"]))
    )
    @example(typed="secret & !open | x:*")
    def test_finds_only_what_its_reader_may_see(self, company: tuple[User, set[str]], typed: str) -> None:
        reader, hidden = company

        groups = search.search(Question.of(typed), user=reader, kinds=search.kinds_for(reader), limits=Limits(rows=50))

        urls = {hit.url for group in groups for hit in group.hits.rows}
        assert not urls & hidden


@pytest.fixture
def company(person: Any) -> tuple[User, set[str]]:
    """A reader, and the addresses of what is hidden from them."""
    private = make.IncidentFactory(title="Secret payroll", visibility="private", visibility_reason="HR")
    make.TimelineEntryFactory(ticket=private, text="Open secret")
    problem = make.ProblemFactory(title="Secret", visibility="private", visibility_reason="HR")
    known_error = make.KnownErrorFactory(problem=problem, title="Secret payroll")
    postmortem = make.PostmortemFactory(ticket=private)
    make.PostmortemSectionFactory(postmortem=postmortem, body="secret")
    make.IncidentFactory(title="Open secret")
    assert Ticket.objects.visible_to(person).count() < Ticket.objects.count()
    hidden = {record.get_absolute_url() for record in (private, problem, known_error, postmortem)}
    return person, hidden
