"""A ticket of a team, or about a category, that is private by default starts private, and a handover makes it so."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from incidents import response
from incidents.desk.opening import Call, open_ticket
from incidents.models import EntryKind, Ticket
from incidents.routing import route_due
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON
from tests.portal.sent_forms import main_form

pytestmark = pytest.mark.django_db
OF_TEAM = ("private", "Tickets of People are private by default")
ABOUT_PAYROLL = ("private", "Tickets about Payroll are private by default")
OPEN = ("open", "")


def privacy(ticket: Any) -> tuple[str, str]:
    return ticket.visibility, ticket.visibility_reason


@pytest.fixture(autouse=True)
def quiet() -> Any:
    return make.SeverityFactory(rank=4, pages=False)


@pytest.fixture
def people() -> Any:
    return make.TeamFactory(name="People", is_private_by_default=True)


@pytest.fixture
def payroll() -> Any:
    return make.CategoryFactory(name="Payroll", is_private=True)


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana", roles=[Role.AGENT])


@pytest.mark.usefixtures("payroll")
class TestOpening:
    def test_for_such_a_team_is_private(self, people: Any) -> None:
        ticket = response.declare(title="x", team=people, at=NOON)

        assert privacy(ticket) == OF_TEAM

    def test_on_a_service_of_such_a_team_is_private(self, people: Any) -> None:
        ticket = response.declare(title="x", service=make.ServiceFactory(team=people), at=NOON)

        assert privacy(ticket) == OF_TEAM

    def test_about_such_a_category_is_private(self, agent: Any) -> None:
        call = Call("x", team=make.TeamFactory(), category="payroll")

        assert privacy(open_ticket(call=call, actor=agent, at=NOON)) == ABOUT_PAYROLL

    def test_for_others_is_open(self) -> None:
        make.CategoryFactory(name="Printer")

        ticket = response.declare(title="x", team=make.TeamFactory(), category="Printer", at=NOON)

        assert privacy(ticket) == OPEN

    def test_keeps_what_somebody_chose(self, people: Any) -> None:
        own = response.declare(title="x", team=people, visibility="private", visibility_reason="A complaint", at=NOON)
        chosen = response.declare(title="x", team=people, visibility="open", at=NOON)

        assert privacy(own) == ("private", "A complaint")
        assert privacy(chosen) == OPEN

    def test_by_a_program_is_private_unless_it_says_otherwise(self, people: Any, agent: Any) -> None:
        client = client_of(agent)
        body = {"title": "x", "team": people.slug}

        silent = client.post("/api/v1/incidents/", body, format="json").json()
        chosen = client.post("/api/v1/incidents/", body | {"visibility": "open"}, format="json").json()

        assert privacy(Ticket.objects.get(pk=silent["id"])) == OF_TEAM
        assert privacy(Ticket.objects.get(pk=chosen["id"])) == OPEN

    def test_by_an_alert_is_private(self, people: Any) -> None:
        integration = make.IntegrationFactory(service__team=people)
        alert = make.AlertFactory(integration=integration, route_at=NOON)

        assert route_due(at=NOON) == 1

        alert.refresh_from_db()
        assert privacy(alert.ticket) == OF_TEAM


class TestHandover:
    def test_makes_it_private_and_records_why(self, people: Any, agent: Any) -> None:
        ticket = make.IncidentFactory()

        response.reassign(ticket_id=ticket.pk, team=people, reason="About pay.", actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert privacy(ticket) == OF_TEAM
        entry = ticket.timeline.get(kind=EntryKind.CHANGE, data__field="visibility")
        assert (entry.text, entry.actor, entry.data["from"], entry.data["to"]) == (
            f"{OF_TEAM[1]}.", agent, "open", "private",
        )  # fmt: skip

    def test_leaves_the_reason_of_one_that_is_private(self, people: Any, agent: Any) -> None:
        ticket = make.IncidentFactory(visibility="private", visibility_reason="A complaint")

        response.reassign(ticket_id=ticket.pk, team=people, reason="x", actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert privacy(ticket) == ("private", "A complaint")
        assert not ticket.timeline.filter(data__field="visibility").exists()

    def test_to_another_team_leaves_it_open(self, agent: Any) -> None:
        ticket = make.IncidentFactory()

        response.reassign(ticket_id=ticket.pk, team=make.TeamFactory(), reason="x", actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert privacy(ticket) == OPEN

    def test_leads_who_may_not_see_it_any_more_to_the_queue(self, client: Client, people: Any, agent: Any) -> None:
        client.force_login(agent)
        ticket = make.IncidentFactory()
        form = reverse("incidents:verb", args=[ticket.reference, "reassign"])

        page = client.get(form)
        sent = main_form(page.content.decode()).data(team=people.pk, reason="About pay.")
        answer = client.post(form, sent, follow=True)

        assert "A ticket becomes private with: People." in page.content.decode()
        assert answer.redirect_chain == [(reverse("incidents:queue"), 302)]
        assert f"{ticket.reference} is private now" in answer.content.decode()
        assert Ticket.objects.get(pk=ticket.pk).team == people


class TestAnotherCategory:
    def test_makes_it_private_and_records_why(self, payroll: Any, agent: Any) -> None:
        ticket = make.IncidentFactory(category="Printer")

        response.edit(ticket_id=ticket.pk, changes={"category": "payroll"}, actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert privacy(ticket) == ABOUT_PAYROLL
        entry = ticket.timeline.get(kind=EntryKind.CHANGE, data__field="visibility")
        assert (entry.text, entry.actor, entry.data["to"]) == (f"{ABOUT_PAYROLL[1]}.", agent, "private")

    def test_that_is_open_leaves_a_private_one_private(self, payroll: Any, agent: Any) -> None:
        ticket = make.IncidentFactory(category="Payroll", visibility="private", visibility_reason="A complaint")

        for category in ("Printer", "Payroll", ""):
            response.edit(ticket_id=ticket.pk, changes={"category": category}, actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert privacy(ticket) == ("private", "A complaint")
        assert not ticket.timeline.filter(data__field="visibility").exists()

    def test_that_is_kept_hides_nothing(self, agent: Any) -> None:
        ticket = make.IncidentFactory(category="Payroll")
        make.CategoryFactory(name="Payroll", is_private=True)

        response.edit(ticket_id=ticket.pk, changes={"category": "Payroll", "title": "y"}, actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert privacy(ticket) == OPEN

    def test_leads_who_may_not_see_it_any_more_to_the_queue(self, client: Client, payroll: Any, agent: Any) -> None:
        client.force_login(agent)
        ticket = make.IncidentFactory()
        form = reverse("incidents:ticket-edit", args=[ticket.reference])

        page = client.get(f"{form}?field=category")
        sent = main_form(page.content.decode()).data(category="Payroll")
        answer = client.post(f"{form}?field=category", sent, follow=True)

        assert "A ticket becomes private with: Payroll." in page.content.decode()
        assert answer.redirect_chain == [(reverse("incidents:queue"), 302)]
        assert f"{ticket.reference} is private now" in answer.content.decode()

    def test_by_a_program_makes_it_private(self, payroll: Any, agent: Any) -> None:
        ticket = make.IncidentFactory()

        answer = client_of(agent).patch(f"/api/v1/incidents/{ticket.pk}/", {"category": "Payroll"}, format="json")

        assert answer.status_code == 200
        ticket.refresh_from_db()
        assert privacy(ticket) == ABOUT_PAYROLL


class TestForms:
    def test_say_it_before_anything_is_saved(self, client: Client, people: Any, payroll: Any, agent: Any) -> None:
        client.force_login(agent)
        other = make.TeamFactory()

        of_team = client.post(reverse("incidents:ticket-outlook"), {"title": "x", "team": people.pk})
        about = client.post(
            reverse("incidents:ticket-outlook"), {"title": "x", "team": other.pk, "category": "payroll"}
        )
        declared = client.post(reverse("incidents:proposal"), {"title": "x", "team": people.pk})
        declared_about = client.post(
            reverse("incidents:proposal"), {"title": "x", "team": other.pk, "category": "Payroll"}
        )
        plain = client.post(reverse("incidents:ticket-outlook"), {"title": "x", "team": other.pk})

        assert OF_TEAM[1] in of_team.content.decode()
        assert ABOUT_PAYROLL[1] in about.content.decode()
        assert OF_TEAM[1] in declared.content.decode()
        assert ABOUT_PAYROLL[1] in declared_about.content.decode()
        assert "private by default" not in plain.content.decode()
        assert not Ticket.objects.exists()
