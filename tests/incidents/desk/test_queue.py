"""The queue: its order, its bands, and what each row says."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from config.base.data.roles import Role
from config.base.web import display
from incidents.desk.queue_order import Band, band_sizes, in_order, with_bands
from incidents.models import EntryKind, LinkKind, Ticket, TicketLink
from incidents.tickets import timeline
from tests import factories as make

pytestmark = pytest.mark.django_db
SOON, LATER = timedelta(minutes=20), timedelta(hours=5)


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana Agent", roles=[Role.AGENT])


@pytest.fixture
def desk(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/incidents/{query}").content.decode()


def row(page: str, ticket: Ticket) -> str:
    return page.split(f'id="row-ticket-{ticket.pk}"', 1)[1].split("</tr>", 1)[0]


class TestOrder:
    def test_begins_with_what_breaks_then_what_nobody_has_then_the_rest(self, desk: Client) -> None:
        now, person = timezone.now(), make.UserFactory()
        rest = make.IncidentFactory(title="Rest", assignee=person, sla_due_at=now + LATER)
        unowned = make.IncidentFactory(title="Unowned", sla_due_at=now + LATER * 2)
        unanswered = make.IncidentFactory(title="Unanswered", assignee=person, alerted_at=now)
        soon = make.IncidentFactory(title="Soon", assignee=person, sla_due_at=now + SOON)
        broken = make.IncidentFactory(title="Broken", assignee=person, sla_due_at=now - SOON)

        page = page_of(desk)

        order = sorted(
            (broken, soon, unanswered, unowned, rest), key=lambda ticket: page.index(f">{ticket.title}</a>")
        )
        assert order == [broken, soon, unanswered, unowned, rest]
        assert f'{Band.URGENT.label}<span class="hf-count">3</span>' in page

    def test_has_no_bands_when_the_reader_sorts_it(self, desk: Client) -> None:
        make.IncidentFactory()

        assert Band.UNOWNED.label in page_of(desk)
        assert Band.UNOWNED.label not in page_of(desk, "?sort=-ticket")

    def test_leaves_problems_to_their_own_list(self, desk: Client) -> None:
        make.IncidentFactory(title="An incident")
        problem = make.ProblemFactory(title="A problem")

        assert "A problem" not in page_of(desk)
        assert "A problem" in page_of(desk, "?kind=problem")
        assert "A problem" in page_of(desk, f"?search={problem.reference}"), "a number is found, whatever its kind"


class TestBandsOfAnyTickets(TestCase):
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["new", "in_progress", "restored"]), st.booleans(), st.sampled_from([-9, 29, 31, None])
            ),
            max_size=8,
        )
    )
    def test_each_ticket_stands_in_one_and_in_order(self, rows: list[tuple[str, bool, int | None]]) -> None:
        at = timezone.now()
        person, service, severity = make.UserFactory(), make.ServiceFactory(), make.SeverityFactory(rank=3)
        for status, is_assigned, minutes in rows:
            make.IncidentFactory(
                status=status, service=service, severity=severity, assignee=person if is_assigned else None,
                restored_at=at if status == "restored" else None,
                sla_due_at=None if minutes is None else at + timedelta(minutes=minutes),
            )  # fmt: skip

        tickets: list[Any] = list(in_order(with_bands(Ticket.objects.all(), at=at)))

        def key(ticket: Any) -> tuple[int, bool, datetime]:
            return ticket.band, ticket.sla_due_at is None, ticket.sla_due_at or at

        assert tickets == sorted(tickets, key=key)
        assert sum(band_sizes(with_bands(Ticket.objects.all(), at=at), at_most=100).values()) == len(rows)
        for ticket in tickets:
            if ticket.status == "restored":
                assert ticket.band == Band.REST
            elif ticket.sla_due_at is not None and ticket.sla_due_at < at + timedelta(minutes=30):
                assert ticket.band == Band.URGENT
            else:
                assert ticket.band == (Band.REST if ticket.assignee_id else Band.UNOWNED)


class TestRow:
    def test_says_who_spoke_last(self, desk: Client, agent: Any) -> None:
        caller = make.UserFactory(name="Carl Caller")
        ticket = make.IncidentFactory(requester=make.ContactFactory(user=caller))
        now = timezone.now()
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.NOTE, text="Looking", at=now, actor=agent)
        assert "us, " in row(page_of(desk), ticket)

        timeline.record(ticket_id=ticket.pk, kind=EntryKind.COMMENT, text="It is back", at=now, actor=caller)
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.PAGE, text="Paged Ana", at=now)

        assert "requester, " in row(page_of(desk), ticket)

    def test_says_when_it_was_opened_while_nobody_has_spoken(self, desk: Client) -> None:
        ticket = make.IncidentFactory(created_at=timezone.now() - timedelta(minutes=9))

        assert "opened" in row(page_of(desk), ticket)
        assert "9 min ago" in row(page_of(desk), ticket)

    def test_shows_the_requester_only_to_those_who_may_see_them(self, client: Client, desk: Client) -> None:
        ticket = make.IncidentFactory(requester=make.ContactFactory(name="Grace Obi"))
        ticket.affected_contacts.add(make.ContactFactory(), make.ContactFactory())
        assert "Grace Obi" in row(page_of(desk), ticket)
        assert "and 2 others" in row(page_of(desk), ticket)

        client.force_login(make.UserFactory())

        assert "Grace Obi" not in page_of(client)
        assert "Hidden from you" in row(page_of(client), ticket)

    def test_names_the_known_error_behind_it(self, desk: Client) -> None:
        problem = make.ProblemFactory(status="known_error")
        ticket = make.IncidentFactory()
        make.TicketLinkFactory(from_ticket=ticket, to_ticket=problem, kind="caused_by")

        assert f"known error {problem.reference}" in row(page_of(desk), ticket)

    def test_never_names_a_private_known_error(self, desk: Client) -> None:
        problem = make.ProblemFactory(status="known_error", visibility="private", visibility_reason="Personal data")
        ticket = make.IncidentFactory()
        make.TicketLinkFactory(from_ticket=ticket, to_ticket=problem, kind="caused_by")

        assert problem.reference not in page_of(desk)

    @pytest.mark.parametrize(("visibility", "is_named"), [("open", True), ("private", False)])
    def test_names_what_it_is_part_of_unless_that_is_private(
        self, desk: Client, visibility: str, *, is_named: bool
    ) -> None:
        parent = make.IncidentFactory(title="Dark", visibility=visibility, visibility_reason="HR" * (not is_named))
        part = make.IncidentFactory(title="Dim")
        TicketLink.objects.create(from_ticket=part, to_ticket=parent, kind=LinkKind.PARENT, created_at=make.NOON)

        assert (f"part of {parent.reference}" in row(page_of(desk), part)) is is_named

    def test_names_nobody_where_nobody_has_it(self, desk: Client) -> None:
        ticket = make.IncidentFactory()

        assert "Nobody yet" in row(page_of(desk), ticket)


class TestAgo:
    def test_is_relative_while_near_then_a_time_then_a_day(self) -> None:
        at = make.NOON

        texts = [
            display.ago_text(at - timedelta(**ago), at=at)
            for ago in ({"minutes": 4}, {"hours": 2}, {"days": 2}, {"days": 30}, {"days": 500})
        ]

        assert texts[0] == "4 min ago"
        assert ":" in texts[1]
        assert "ago" not in texts[1]
        assert texts[2].split(" ")[0] in {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
        assert ":" not in texts[3]
        assert texts[4].split(" ")[-1].isdecimal()


class TestFilters:
    def test_offer_what_no_team_has_confirmed(self, desk: Client) -> None:
        make.IncidentFactory(title="Waits", handover_from=make.TeamFactory(), handed_over_at=make.NOON)
        make.IncidentFactory(title="Stays")

        page = page_of(desk, "?handover=unconfirmed")

        assert 'name="handover"' in page
        assert "Waits" in page
        assert "Stays" not in page


class TestMajors:
    def test_lists_only_major_incidents(self, desk: Client) -> None:
        make.IncidentFactory(title="Small", severity=make.SeverityFactory(rank=4))
        make.IncidentFactory(title="Huge", severity=make.SeverityFactory(rank=1, is_major=True))

        page = desk.get("/majors/").content.decode()

        assert "Huge" in page
        assert "Small" not in page


class TestTabs:
    def test_count_and_list_what_waits_for_the_requester(self, desk: Client) -> None:
        make.IncidentFactory(title="Waits for them", status="on_hold", hold_reason="requester")
        make.IncidentFactory(title="Waits for a supplier", status="on_hold", hold_reason="supplier")

        page = page_of(desk, "?group=open&hold_reason=requester")

        assert 'aria-current="page">Waits for requester <span class="hf-count">1</span>' in page
        assert "Waits for them</a>" in page
        assert "Waits for a supplier</a>" not in page
