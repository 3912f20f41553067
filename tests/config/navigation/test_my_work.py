"""My work: tickets, tasks and approvals of one person in one list, by time."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.roles import Role
from incidents.models import PreventionWaiver
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana Agent", roles=[Role.AGENT])


@pytest.fixture
def desk(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/work/{query}").content.decode()


class TestMyWork:
    def test_lists_everything_by_time(self, desk: Client, agent: Any) -> None:
        now = timezone.now()
        make.IncidentFactory(title="No clock", assignee=agent)
        make.IncidentFactory(title="Broken", assignee=agent, sla_due_at=now - timedelta(hours=2))
        make.ObligationFactory(title="Write it up", owner=agent, due_at=now + timedelta(days=3))
        make.IncidentFactory(title="Of somebody else", assignee=make.UserFactory())

        page = page_of(desk)

        order = sorted(("No clock", "Broken", "Write it up"), key=page.index)
        assert order == ["Broken", "Write it up", "No clock"]
        assert page.index("Overdue") < page.index("Broken") < page.index("The next seven days")
        assert "Of somebody else" not in page

    def test_is_narrowed_to_one_kind(self, desk: Client, agent: Any) -> None:
        make.IncidentFactory(title="A ticket", assignee=agent)
        make.ObligationFactory(title="A task", owner=agent)

        page = page_of(desk, "?kind=task")

        assert "A task" in page
        assert "A ticket" not in page
        assert 'Tickets <span class="hf-count">1</span>' in page

    def test_says_that_it_does_not_know_a_kind(self, desk: Client) -> None:
        assert "Part of this address is not understood." in page_of(desk, "?kind=dreams")

    def test_an_approval_is_given_on_the_spot(self, client: Client) -> None:
        commander = make.UserFactory(roles=[Role.COMMANDER])
        ticket = make.IncidentFactory(status="restored", restored_at=make.NOON)
        waiver = PreventionWaiver.objects.create(
            ticket=ticket, reason="A test", requested_by=make.UserFactory(), requested_at=timezone.now()
        )
        client.force_login(commander)
        assert f"No prevention needed after {ticket.reference}?" in page_of(client)

        answer = client.post(f"/waivers/{waiver.pk}/approve/", follow=True)

        waiver.refresh_from_db()
        assert answer.status_code == 200
        assert waiver.decided_by == commander
        assert f"No prevention needed after {ticket.reference}?" not in page_of(client)

    def test_never_offers_an_approval_to_who_requested_it(self, client: Client) -> None:
        commander = make.UserFactory(roles=[Role.COMMANDER])
        ticket = make.IncidentFactory(status="restored", restored_at=make.NOON)
        PreventionWaiver.objects.create(
            ticket=ticket, reason="A test", requested_by=commander, requested_at=timezone.now()
        )
        client.force_login(commander)

        assert "No prevention needed" not in page_of(client)

    def test_says_what_to_do_when_nothing_waits(self, desk: Client, agent: Any) -> None:
        team = make.MembershipFactory(user=agent).team
        make.IncidentFactory(title="Lonely", service=make.ServiceFactory(team=team))

        page = page_of(desk)

        assert "Nothing waits for you" in page
        assert "Your teams have tickets that nobody has." in page
        assert "Lonely" in page

    def test_takes_as_many_queries_for_many_as_for_one(self, desk: Client, agent: Any) -> None:
        def queries() -> int:
            page_of(desk)
            with CaptureQueriesContext(connection) as captured:
                page_of(desk)
            return len(captured)

        make.IncidentFactory(assignee=agent)
        make.ObligationFactory(owner=agent)
        few = queries()
        for _ in range(6):
            make.IncidentFactory(assignee=agent)
            make.ObligationFactory(owner=agent)

        assert queries() == few
