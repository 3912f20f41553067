"""What a list costs with many rows: database queries, and an order that an index provides (aim 8)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import Ticket
from tests import factories as make
from tests.bench import bulk_data

pytestmark = pytest.mark.django_db
ALL_FILTERS = "team={team}&service={service}&severity={severity}&assignee={assignee}"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.AGENT]))
    return client


@pytest.fixture
def narrowed() -> str:
    """A query string that names a row of every small table."""
    member = make.MembershipFactory()
    ticket = make.IncidentFactory(team=member.team, service=make.ServiceFactory(), assignee=member.user)
    return ALL_FILTERS.format(
        team=ticket.team.slug, service=ticket.service.slug, severity=ticket.severity.name, assignee=member.user.pk
    )


def _count_queries(client: Client, url: str) -> tuple[int, Any]:
    client.get(url)  # warms the content types
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    return len(queries), answer


class TestQueue:
    def test_needs_at_most_eight_queries_with_every_filter(self, reader: Client, narrowed: str) -> None:
        count, answer = _count_queries(reader, f"/incidents/?{narrowed}&sort=-age")

        assert answer.content.count(b'<td data-label="Ticket"') == 1
        assert count <= 8

    def test_offers_the_rows_of_small_tables_in_their_order(self, reader: Client, narrowed: str) -> None:
        for rank, name in ((9, "A minor one"), (8, "Z major")):
            make.SeverityFactory(rank=rank, name=name)
        make.TeamFactory(name="Zebra", slug="zebra")

        page = reader.get("/incidents/?team=zebra").content.decode()

        assert '<option value="zebra" selected>Zebra</option>' in page
        assert page.index(">Z major<") < page.index(">A minor one<")

    def test_says_that_there_is_no_such_row(self, reader: Client) -> None:
        for query in ("team=nowhere", "assignee=nobody", "assignee=99999999999999999999", "team=a%00b"):
            page = reader.get(f"/incidents/?{query}")

            assert page.status_code == 200
            assert "is not one of its choices" in page.content.decode(), query


class TestEndpoint:
    def test_needs_at_most_four_queries_with_every_filter(self, reader: Client, narrowed: str) -> None:
        count, answer = _count_queries(reader, f"/api/v1/incidents/?{narrowed}&page_size=50")

        assert len(answer.json()["results"]) == 1
        assert count <= 4


class TestIndexes:
    @pytest.mark.parametrize(
        ("narrowed", "order", "index"),
        [
            ((), ("priority", "-created_at", "-id"), "incidents_ticket_in_order"),
            (("team",), ("priority", "-created_at", "-id"), "incidents_ticket_of_team"),
            (("team",), ("-id",), "incidents_ticket_team_newest"),
            (("service", "severity"), ("-id",), "incidents_ticket_severities"),
            ((), ("sla_due_at", "id"), "incidents_ticket_sla_due"),
            # As the page orders: the table adds the unique key.
            ((), ("sla_due_at", "id", "-id"), "incidents_ticket_sla_due"),
        ],
    )
    def test_give_a_page_in_its_order_without_a_sort(
        self, narrowed: tuple[str, ...], order: tuple[str, ...], index: str
    ) -> None:
        bulk_data.add(4000)
        rare = make.ServiceFactory(name="Rare", slug="rare", team=make.TeamFactory(name="Rare", slug="rare"))
        ticket = make.IncidentFactory(service=rare, severity=make.SeverityFactory(rank=9, name="Rare"))
        with connection.cursor() as cursor:
            # In an empty table one index seems as good as another; so few rows are otherwise read as a whole.
            cursor.execute("ANALYZE incidents_ticket")
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

        plan = (
            Ticket.objects.filter(**{name: getattr(ticket, name) for name in narrowed}).order_by(*order)[:50].explain()
        )

        assert index in plan
        assert "Sort" not in plan
