"""Known errors match the text of a new incident, and count their uses."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import Incident, Ticket
from problems.known_errors import matching
from problems.models import KnownError, KnownErrorUse
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

KNOWN = {
    "pool": ("Connection pool runs empty after a release",
             "Checkout answers with errors. Customers cannot pay, the page says 502 after the card was entered."),
    "certificate": ("Certificate of the partner gateway expires",
                    "Partners say that their orders are refused, TLS handshake failure in the log."),
    "printer": ("Label printer loses its network address",
                "The warehouse cannot print labels after lunch, the printer shows offline."),
    "mail": ("Mail queue fills up on Mondays", "Newsletters and order confirmations arrive hours late."),
}  # fmt: skip


@pytest.fixture
def library() -> dict[str, Any]:
    return {name: make.KnownErrorFactory(title=title, symptoms=symptoms) for name, (title, symptoms) in KNOWN.items()}


def match_names(**arguments: Any) -> list[str]:
    named = {title: name for name, (title, _) in KNOWN.items()}
    return [named[known_error.title] for known_error in matching.find_matches(**arguments)]


class TestFind:
    @pytest.mark.parametrize(
        ("title", "text", "name"),
        [
            ("Checkout is down", "Customers cannot pay, they get a 502", "pool"),
            ("Customers can not pay by card", "", "pool"),
            ("TLS handshake failures", "orders of partners are refused", "certificate"),
            ("Warehouse printer offline", "no labels", "printer"),
            ("Order confirmation mails are late", "", "mail"),
            ("printing labels fails in the warehouse", "", "printer"),
        ],
    )
    def test_knows_the_trouble_in_other_words(self, library: dict[str, Any], title: str, text: str, name: str) -> None:
        assert match_names(title=title, text=text)[0] == name

    @pytest.mark.parametrize("title", ["Coffee machine leaks on floor 2", "VPN needs a new password", "x", "'--", ""])
    def test_stays_silent_about_another(self, library: dict[str, Any], title: str) -> None:
        assert match_names(title=title) == []

    def test_prefers_the_same_service(self, library: dict[str, Any]) -> None:
        service = library["mail"].problem.service
        twin = make.KnownErrorFactory(title="Mail queue fills up on Mondays", symptoms="Late newsletters.")

        best = matching.find_matches(title="Mail queue is full", service=service)

        assert best[0] == library["mail"]
        assert twin in best

    def test_leaves_out_what_is_retired_or_private(self, library: dict[str, Any]) -> None:
        KnownError.objects.filter(pk=library["printer"].pk).update(status="retired")
        Ticket.objects.filter(pk=library["mail"].problem_id).update(visibility="private", visibility_reason="HR")

        assert match_names(title="Warehouse printer offline") == []
        assert match_names(title="Mail queue fills up") == []
        assert match_names(title="Mail queue fills up", user=make.UserFactory()) == []

    def test_reads_what_the_customer_sees(self, library: dict[str, Any]) -> None:
        incident = make.IncidentFactory(title="Something is wrong", customer_impact="Cannot print labels, offline")

        assert [known_error.title for known_error in matching.find_matches_for(incident)][:1] == [KNOWN["printer"][0]]


class TestUse:
    def test_counts_once_an_incident_and_carries_the_workaround(self, library: dict[str, Any]) -> None:
        incident, known_error = make.IncidentFactory(), library["pool"]

        for _ in range(2):
            matching.use(known_error_id=known_error.pk, incident_id=incident.pk, actor=None, at=NOON)
        matching.use(known_error_id=known_error.pk, incident_id=make.IncidentFactory().pk, actor=None, at=NOON)

        known_error.refresh_from_db()
        assert (known_error.hits, known_error.last_hit_at) == (2, NOON)
        assert Incident.objects.get(pk=incident.pk).workaround == known_error.workaround
        assert incident.timeline.filter(text__startswith="Known error used").count() == 1
        assert incident.links_out.get().to_ticket_id == known_error.problem_id


class TestUsesThatAReaderSees:
    @pytest.fixture
    def known_error(self) -> KnownError:
        """Used in an open incident, and later in a private one."""
        known_error: KnownError = make.KnownErrorFactory()
        private = make.IncidentFactory(visibility="private", visibility_reason="Personal data")
        for hours, incident in enumerate((make.IncidentFactory(), private)):
            at = NOON + timedelta(hours=hours)
            matching.use(known_error_id=known_error.pk, incident_id=incident.pk, actor=None, at=at)
        return known_error

    @pytest.mark.parametrize(("is_superuser", "count", "hours"), [(False, 1, 0), (True, 2, 1)])
    def test_are_counted_everywhere_without_private_incidents(
        self, client: Client, known_error: KnownError, is_superuser: bool, count: int, hours: int
    ) -> None:
        client.force_login(make.UserFactory(is_superuser=is_superuser, is_staff=True, roles=[Role.PRACTICE]))
        last = (NOON + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")

        rows = [
            client.get("/api/v1/known-errors/").json()["results"][0],
            client.get(f"/api/v1/known-errors/{known_error.pk}/").json(),
        ]
        page = client.get(known_error.get_absolute_url()).content.decode()
        problem = client.get(known_error.problem.get_absolute_url()).content.decode()
        rows_of_admin = client.get("/admin/problems/knownerror/").content.decode()

        assert [(row["hits"], row["last_hit_at"]) for row in rows] == [(count, last)] * 2
        words = f"{count} incident{'s' if count > 1 else ''}"
        assert f"<dd>{words}</dd>" in page
        assert f"used in {words}<" in problem
        assert re.search(rf"field-uses[^>]*>\s*{count}\s*<", rows_of_admin)

    def test_are_counted_for_the_one_who_uses_it(self, client: Client, known_error: KnownError) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        incident = make.IncidentFactory()

        answer = client.post(
            f"/api/v1/known-errors/{known_error.pk}/use/", {"incident": incident.reference}, "application/json"
        )

        assert answer.json()["hits"] == 2

    def test_in_a_period_are_those_in_incidents_that_the_reader_sees(
        self, client: Client, known_error: KnownError
    ) -> None:
        KnownErrorUse.objects.filter(incident__visibility="private").update(used_at=NOON + timedelta(days=9))
        client.force_login(make.UserFactory())

        late = f"{NOON + timedelta(days=8):%Y-%m-%d}"

        assert client.get(f"/api/v1/known-errors/?used_after={late}").json()["results"] == []
        assert client.get(f"/api/v1/known-errors/?used_before={late}").json()["results"]

    def test_cost_the_same_for_one_and_for_ten(self, client: Client) -> None:
        client.force_login(make.UserFactory())
        counts = []
        for rows in (1, 9):
            for _ in range(rows):
                make.KnownErrorUseFactory()
            with CaptureQueriesContext(connection) as queries:
                client.get("/api/v1/known-errors/")
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestRepeatOfAPrivateIncident:
    @pytest.mark.parametrize("hidden", ["incident", "problem"])
    def test_is_no_repeat_to_those_who_may_not_see_it(self, client: Client, hidden: str) -> None:
        privacy = {"visibility": "private", "visibility_reason": "Personal data"}
        problem = make.ProblemFactory(**(privacy if hidden == "problem" else {}))
        earlier = make.IncidentFactory(**(privacy if hidden == "incident" else {}))
        later = make.IncidentFactory()
        Ticket.objects.filter(pk=earlier.pk).update(created_at=later.created_at - timedelta(days=1))
        for incident in (earlier, later):
            make.TicketLinkFactory(from_ticket=incident, to_ticket=problem, kind="caused_by")

        def ids(user: Any) -> list[int]:
            client.force_login(user)
            return [row["id"] for row in client.get("/api/v1/incidents/?repeat=yes").json()["results"]]

        assert ids(make.UserFactory(roles=[Role.AGENT])) == []
        assert ids(make.UserFactory(is_superuser=True)) == [later.pk]
