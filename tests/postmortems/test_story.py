"""The story of a ticket (S36): every linked record on one page, with times, whatever page one comes from."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from config.base.web import panels
from incidents.models import Ticket
from incidents.tickets import story
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
CHAPTERS = [
    "Alerts", "Incidents", "Customer updates", "Problems", "Postmortems", "Action items", "Known errors",
]  # fmt: skip


@pytest.fixture
def incident() -> Any:
    return whole_story()


def whole_story(problem: Any = None) -> Any:
    """An incident with something in every chapter."""
    row = make.IncidentFactory(title="Checkout down", status="restored", restored_at=NOON + timedelta(hours=1))
    make.AlertFactory(ticket=row, title="HighErrorRate")
    public = make.PublicIncidentFactory(ticket=row, name="Payments fail")
    make.CustomerUpdateFactory(incident=public, body="We look into it.")
    problem = problem or make.ProblemFactory(title="Pool too small")
    make.TicketLinkFactory(from_ticket=row, to_ticket=problem)
    make.PostmortemFactory(ticket=row, drafted_at=NOON + timedelta(days=1))
    make.ActionItemFactory(ticket=problem, title="Add an alert")
    known_error = getattr(problem, "known_error", None) or make.KnownErrorFactory(problem=problem, title="Pool empty")
    make.KnownErrorUseFactory(known_error=known_error, incident=row)
    return row


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.AGENT]))
    return client


class TestPage:
    def test_tells_every_chapter_with_times(self, reader: Client, incident: Any) -> None:
        page = reader.get(f"/tickets/{incident.reference}/story/").content.decode()

        for text in (
            "HighErrorRate", "Service restored", "We look into it.", "Pool too small", "First text written",
            "Add an alert", "Used in", "2 Jun 2026, 12:00",
        ):  # fmt: skip
            assert text in page, text

    def test_is_the_same_from_the_problem(self, reader: Client, incident: Any) -> None:
        problem = incident.links_out.get().to_ticket

        page = reader.get(f"/tickets/{problem.reference}/story/").content.decode()

        assert "Checkout down" in page
        assert "HighErrorRate" in page

    def test_is_reached_from_incident_problem_and_postmortem(self, reader: Client, incident: Any) -> None:
        problem = incident.links_out.get().to_ticket
        for ticket, page in (
            (incident, incident.get_absolute_url()),
            (problem, problem.get_absolute_url()),
            (incident, incident.postmortem.get_absolute_url()),
        ):
            assert f'href="/tickets/{ticket.reference}/story/"' in reader.get(page).content.decode(), page

    def test_says_kindly_what_there_is_not(self, reader: Client) -> None:
        page = reader.get(f"/tickets/{make.IncidentFactory().reference}/story/").content.decode()

        assert "No problem is linked to it." in page

    def test_hides_what_is_private(self, reader: Client, incident: Any) -> None:
        problem = incident.links_out.get().to_ticket
        Ticket.objects.filter(pk=problem.pk).update(visibility="private", visibility_reason="HR")

        page = reader.get(f"/tickets/{incident.reference}/story/").content.decode()

        assert "Pool too small" not in page
        assert "Add an alert" not in page
        assert "Pool empty" not in page
        assert reader.get(f"/tickets/{problem.reference}/story/").status_code == 404

    def test_asks_as_much_for_ten_incidents_as_for_one(self, reader: Client, incident: Any) -> None:
        problem = incident.links_out.get().to_ticket

        def count() -> int:
            circle = story.related_tickets(problem, user=make.UserFactory())
            with CaptureQueriesContext(connection) as queries:
                panels.collect_chapters(circle)
            return len(queries)

        for_one = count()
        for _ in range(9):
            whole_story(problem.problem)

        assert count() == for_one

    def test_ends_somewhere(self, reader: Client) -> None:
        problem = make.ProblemFactory()
        for _ in range(story.MAX_LINKED + 1):
            make.TicketLinkFactory(to_ticket=problem)

        page = reader.get(f"/tickets/{problem.reference}/story/").content.decode()

        assert f"Only the {story.MAX_LINKED} newest linked tickets are shown" in page


class TestEndpoint:
    def test_tells_the_same(self, incident: Any) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT]))

        chapters = client.get(f"/api/v1/incidents/{incident.reference}/story/").json()

        assert [chapter["title"] for chapter in chapters] == CHAPTERS
        assert all(chapter["moments"] for chapter in chapters)
        times = [moment["at"] for moment in chapters[1]["moments"]]
        assert times == sorted(times)
        problem = incident.links_out.get().to_ticket
        assert client.get(f"/api/v1/problems/{problem.reference}/story/").status_code == 200
