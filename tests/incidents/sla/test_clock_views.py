"""What agents and requesters see of SLA clocks: on the ticket, in the queue, in CSV."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import SlaBreach, Ticket
from incidents.sla import storage
from tests import factories as make
from tests.incidents.sla.histories import credit, hold, later, opened, tell

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday, ten o'clock in Berlin."""
NOW = later(START, hours=2)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(make.UserFactory(name="Ana", roles=[Role.AGENT], time_zone="Europe/Berlin"))
    return client


def target(**fields: Any) -> Any:
    fields = {"effective_from": START - timedelta(days=30), "goal_minutes": 180, **fields}
    return make.SlaTargetVersionFactory(**fields)


def sweep(*tickets: Ticket, at: datetime = NOW) -> None:
    storage.refresh(ticket_ids=[ticket.pk for ticket in tickets], at=at)


def panel(client: Client, ticket: Ticket) -> str:
    """The text of the panel, without its tags."""
    page = client.get(ticket.get_absolute_url()).content.decode()
    if 'id="clocks"' not in page:
        return ""
    html = page.split('id="clocks"', 1)[1].split('<div id="live"', 1)[0]
    words = "".join(part.split(">", 1)[-1] for part in html.split("<"))
    return " ".join(words.split())


class TestTicketPage:
    def test_shows_goal_elapsed_remaining_and_due(self, agent: Client) -> None:
        target(calendar=make.CalendarVersionFactory(calendar__name="Office Berlin").calendar)

        text = panel(agent, opened(START))

        assert "Restore 1 working h left" in text
        assert "2 working hours of 3 working hours, due Mon 13:00." in text
        assert "Office Berlin: open now." in text

    def test_says_when_a_closed_calendar_opens(self, agent: Client) -> None:
        hours = make.CalendarVersionFactory(
            calendar__name="Office Berlin", windows=[{"days": [1], "start": "09:00", "end": "17:00"}]
        )
        target(calendar=hours.calendar)

        text = panel(agent, opened(START))

        assert "Opens Tue 09:00" in text
        assert "closed now, opens Tue 09:00." in text

    def test_says_why_a_clock_is_paused_and_since_when(self, agent: Client) -> None:
        target(pause_reasons=["requester"])
        ticket = opened(START)
        hold(ticket, later(START, hours=1), "requester")

        text = panel(agent, ticket)

        assert "Paused, 2 h left" in text
        assert "Paused since Mon 11:00: waits for the requester." in text

    def test_says_why_a_hold_does_not_pause_it(self, agent: Client) -> None:
        target(pause_reasons=["requester"])
        minor, major = opened(START), opened(START, major=True)
        for ticket in (minor, major):
            hold(ticket, later(START, hours=1), "supplier")

        assert "Not paused: this promise does not accept the reason." in panel(agent, minor)
        assert "Not paused: a major incident never pauses." in panel(agent, major)

    def test_shows_a_breach_with_its_record_and_waiver(self, agent: Client) -> None:
        target(goal_minutes=60)
        ticket = opened(START)
        sweep(ticket, at=later(START, minutes=65))
        before = panel(agent, ticket)
        make.SlaWaiverFactory(
            breach=SlaBreach.objects.get(), status="approved", reason="Agreed.", requested_at=NOW,
            decided_by=make.UserFactory(name="Bea"), decided_at=NOW,
        )  # fmt: skip

        assert "1 h late" in before
        assert "Broken Mon 11:00, recorded Mon 11:05." in before
        assert "Waived by Bea: Agreed." in panel(agent, ticket)

    def test_says_that_the_history_no_longer_shows_a_breach(self, agent: Client) -> None:
        target(goal_minutes=60)
        ticket = opened(START)
        sweep(ticket, at=later(START, minutes=65))
        credit(ticket, NOW, START, NOW)
        make.SlaCreditFactory(
            ticket=ticket, starts_at=START, ends_at=NOW, status="approved", reason="A holiday.", requested_at=NOW,
            decided_by=make.UserFactory(name="Bea"), decided_at=NOW,
        )  # fmt: skip

        text = panel(agent, ticket)

        assert "The history no longer shows this breach. It stays recorded." in text
        assert "Mon 2 Mar 2026, 10:00 to 12:00 CET, approved by Bea: A holiday." in text

    def test_names_a_supplier_target_and_old_history(self, agent: Client) -> None:
        target(target__kind="underpinning", start="opened")
        old = make.IncidentFactory(created_at=START, impact_started_at=START)

        text = panel(agent, Ticket.objects.get(pk=old.pk))

        assert "Restore supplier target" in text
        assert "Times incomplete" in text

    def test_folds_earlier_cycles(self, agent: Client) -> None:
        target(target__metric="next_update", goal_minutes=30)
        ticket = opened(START)
        for minutes in (10, 30, 50):
            tell(ticket, later(START, minutes=minutes), "update")

        assert "2 earlier" in panel(agent, ticket)

    def test_has_no_panel_without_a_promise(self, agent: Client) -> None:
        assert panel(agent, opened(START)) == ""

    def test_tells_the_requester_by_when_and_no_more(self, client: Client) -> None:
        target()
        target(target__kind="underpinning", target__metric="acknowledge", start="opened")
        person = make.UserFactory(time_zone="Asia/Tokyo")
        ticket = opened(START)
        Ticket.objects.filter(pk=ticket.pk).update(requester=make.ContactFactory(user=person))
        client.force_login(person)

        assert panel(client, ticket) == "Clocks We aim to have this solved by Mon 21:00 your time."


def cell(client: Client, ticket: Ticket, query: str = "") -> str:
    """The words under "Next due" in a ticket's row."""
    page = client.get(f"/incidents/?{query}").content.decode()
    row = page.split(f'id="row-ticket-{ticket.pk}"', 1)[1].split("</tr>", 1)[0]
    html = row.split('data-label="Next due"', 1)[1].split("</td>", 1)[0]
    return " ".join("".join(part.split(">", 1)[-1] + " " for part in html.split("<")).split())


class TestQueue:
    def test_says_what_is_left_and_until_when(self, agent: Client) -> None:
        target()
        ticket = opened(START)
        sweep(ticket)

        assert cell(agent, ticket) == "1 h left restore by Mon 13:00"

    def test_counts_working_minutes_from_now(self, agent: Client) -> None:
        calendar = make.CalendarVersionFactory().calendar
        target(calendar=calendar, goal_minutes=600)
        ticket = opened(START)
        sweep(ticket, at=later(START, minutes=5))

        assert cell(agent, ticket) == "8 working h left restore by Tue 12:00"

    def test_says_why_a_clock_is_paused_and_since_when(self, agent: Client) -> None:
        target(pause_reasons=["supplier"])
        ticket = opened(START)
        hold(ticket, later(START, minutes=30), "supplier")
        sweep(ticket)

        assert cell(agent, ticket) == "Paused supplier, since Mon 10:30"

    def test_says_how_late_it_is(self, agent: Client) -> None:
        target(goal_minutes=60)
        ticket = opened(START)
        sweep(ticket)

        assert cell(agent, ticket) == "1 h late restore was Mon 11:00"
        assert 'class="hf-clock is-broken"' in agent.get("/incidents/").content.decode()

    def test_shows_the_first_of_several_promises(self, agent: Client) -> None:
        target()
        target(target__kind="ola", goal_minutes=150)
        ticket = opened(START)
        sweep(ticket)

        assert cell(agent, ticket) == "30 min left restore by Mon 12:30"

    def test_is_sorted_by_what_is_due_next_with_the_rest_last(self, agent: Client) -> None:
        target(conditions={"priority": [1, 3]})
        late, early, without = opened(START), opened(later(START, minutes=-30)), opened(START, priority=5)
        sweep(late, early, without)

        def order(sort: str) -> list[int]:
            page = agent.get(f"/incidents/?sort={sort}").content.decode()
            return sorted(
                (ticket.pk for ticket in (late, early, without)), key=lambda pk: page.index(f'id="row-ticket-{pk}"')
            )

        assert order("next_due") == [early.pk, late.pk, without.pk]
        assert order("-next_due") == [late.pk, early.pk, without.pk]

    def test_counts_what_breaks_within_half_an_hour(self, agent: Client) -> None:
        target(conditions={"priority": [3]}, goal_minutes=145)
        target(conditions={"priority": [4]}, goal_minutes=160)
        target(conditions={"priority": [1]}, goal_minutes=30)
        soon, later_on, broken = opened(START), opened(START, priority=4), opened(START, priority=1)
        sweep(soon, later_on, broken)

        page = agent.get("/incidents/").content.decode()
        listed = agent.get("/incidents/?group=open&sla=due_soon").content.decode()

        assert 'Breaks in 30 min <span class="hf-count is-loud">2</span>' in page
        assert [f'id="row-ticket-{ticket.pk}"' in listed for ticket in (soon, later_on, broken)] == [True, False, True]

    def test_is_filtered_by_how_promises_stand(self, agent: Client) -> None:
        target(conditions={"priority": [3]}, pause_reasons=["requester"])
        target(conditions={"priority": [1]}, goal_minutes=30)
        paused, broken, without = opened(START), opened(START, priority=1), opened(START, priority=5)
        hold(paused, START, "requester")
        sweep(paused, broken, without)

        def ids(value: str) -> set[int]:
            answer = agent.get(f"/api/v1/incidents/?sla={value}").json()
            return {row["id"] for row in answer["results"]}

        assert (ids("paused"), ids("breached"), ids("none")) == ({paused.pk}, {broken.pk}, {without.pk})

    def test_gives_its_clock_as_csv(self, agent: Client) -> None:
        target(conditions={"priority": [3]})
        target(conditions={"priority": [4]}, pause_reasons=["requester"])
        running, paused = opened(START), opened(START, priority=4)
        hold(paused, START, "requester")
        sweep(running, paused)

        head, *rows = agent.get("/incidents/?export=csv").content.decode("utf-8-sig").splitlines()

        assert head.endswith("Due at,Minutes left,Clock,Paused by,Category,Fields of the category")
        assert any(row.endswith("2026-03-02T12:00:00+00:00,60,Running,,,") for row in rows)
        assert any(row.endswith(",,,Paused,waits for the requester,,") for row in rows)

    def test_costs_the_same_for_many_tickets(self, agent: Client) -> None:
        calendar = make.CalendarVersionFactory().calendar
        target(calendar=calendar)
        target(target__kind="ola")

        def count(number: int) -> int:
            sweep(*(opened(START) for _ in range(number)))
            agent.get("/incidents/")
            with CaptureQueriesContext(connection) as queries:
                agent.get("/incidents/?sort=next_due")
            return len(queries)

        # The stamp of the definitions is one more than without working hours.
        assert count(1) == count(10) <= 9

    def test_is_the_same_on_the_list_of_problems(self, agent: Client) -> None:
        target(conditions={"kind": ["problem"]}, target__metric="prevent", goal_minutes=180)
        problem = make.ProblemFactory(created_at=START, impact_started_at=START)
        tell(problem, START, "opened", fields={"kind": "problem", "team": problem.team_id})
        sweep(problem)

        assert "1 h left" in agent.get("/problems/").content.decode()
