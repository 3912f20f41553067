"""The page of a new ticket, with and without script."""

from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from incidents.models import Contact, Ticket, TimelineEntry
from oncall.models import Escalation
from tests import factories as make

pytestmark = pytest.mark.django_db
NEW = "/tickets/new/"


@pytest.fixture
def agent(client: Client) -> Any:
    agent = make.UserFactory(name="Marta", roles=[Role.AGENT])
    client.force_login(agent)
    return agent


@pytest.fixture
def service() -> Any:
    ana = make.person_with_phone("Ana Ruiz")
    schedule = make.team_schedule(ana, team__name="Payments")
    loud, quiet = make.SeverityFactory(rank=2, pages=True), make.SeverityFactory(rank=4, pages=False)
    make.PriorityRuleFactory(impact=1, urgency=1, priority=1, severity=loud)
    make.PriorityRuleFactory(impact=2, urgency=2, priority=3, severity=quiet)
    return make.ServiceFactory(
        name="Card payments", team=schedule.team, escalation_policy=make.policy(schedule, team=schedule.team)
    )


@pytest.fixture
def priya() -> Any:
    return make.ContactFactory(name="Priya Nair", email="priya@northgate.example", phone="+44 117 496 0120")


class TestLog:
    def test_pages_nobody_and_leads_to_the_ticket(self, client: Client, agent: Any, service: Any, priya: Any) -> None:
        answer = client.post(
            NEW,
            {"title": "Card payment declined", "who": "Priya Nair", "requester": priya.pk, "service": service.pk,
             "impact": "1", "urgency": "1", "contact_type": "phone"},
        )  # fmt: skip

        ticket = Ticket.objects.get()
        assert answer["Location"] == ticket.get_absolute_url()
        assert (ticket.requester, ticket.priority, ticket.severity.pages) == (priya, 1, True)
        assert not Escalation.objects.exists()

    def test_pages_when_the_tick_is_set(self, client: Client, agent: Any, service: Any) -> None:
        client.post(NEW, {"title": "No payments", "service": service.pk, "page_now": "on", "contact_type": "phone"})

        assert Ticket.objects.get().responses.get().team == service.team

    def test_makes_a_requester_on_the_spot(self, client: Client, agent: Any, service: Any) -> None:
        client.post(NEW, {"title": "It is dark", "service": service.pk, "new_name": "Jo New", "contact_type": "phone"})

        assert Ticket.objects.get().requester == Contact.objects.get(name="Jo New")

    def test_is_solved_at_once(self, client: Client, agent: Any, service: Any) -> None:
        make.PriorityRuleFactory(
            impact=3, urgency=3, priority=5, severity=make.SeverityFactory(rank=5, needs_prevention=False)
        )

        client.post(
            NEW,
            {"title": "Forgot it", "service": service.pk, "impact": "3", "urgency": "3", "contact_type": "phone",
             "solve": "1", "solution": "Reset it."},
        )  # fmt: skip

        assert Ticket.objects.get().status == "closed"

    @pytest.mark.parametrize(("data", "text"), [
        ({"title": ""}, "Say it in a few words"),
        ({"who": "Priya"}, "Choose somebody from the list"),
        ({"who": "Priya Nair", "requester": "priya", "new_name": "Jo"}, "Choose one:"),
        ({"new_phone": "0117"}, "Write the name that belongs to"),
        ({"new_name": "Jo", "new_email": "jo@firm"}, "An address ends like"),
        ({"new_name": "Jo", "new_email": "PRIYA@northgate.example"}, "Priya Nair has this address already"),
        ({"service": ""}, "Choose the affected service"),
        ({"is_private": "on"}, "Say why this record is private"),
        ({"solve": "1"}, "Say what solved it"),
        ({"solve": "1", "solution": "Done.", "page_now": "on"}, "What is solved pages nobody"),
    ])  # fmt: skip
    def test_says_what_is_wrong_and_logs_nothing(
        self, client: Client, agent: Any, service: Any, priya: Any, data: dict[str, str], text: str
    ) -> None:
        data = {"title": "It is dark", "service": str(service.pk), "contact_type": "phone"} | data
        if data.get("requester"):
            data["requester"] = str(priya.pk)

        answer = client.post(NEW, data)

        assert answer.status_code == 422
        page = answer.content.decode()
        assert text in page
        assert "Nothing was logged yet." in page
        assert not Ticket.objects.exists()
        assert Contact.objects.count() == 1

    def test_takes_nobody_by_a_key_that_was_guessed(self, client: Client, service: Any, priya: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.RESPONDER]))

        answer = client.post(
            NEW,
            {"title": "It is dark", "who": "Priya Nair", "requester": priya.pk, "service": service.pk,
             "contact_type": "phone"},
        )  # fmt: skip

        assert answer.status_code == 422
        assert "priya@northgate.example" not in answer.content.decode()

    def test_is_for_people_who_work_on_tickets(self, client: Client) -> None:
        client.force_login(make.UserFactory())

        assert {client.get(NEW).status_code, client.post(NEW).status_code} == {403}
        assert client.post(f"{NEW}outlook/").status_code == 403
        assert client.post(f"{NEW}requesters/", {"who": "priya"}).status_code == 403

    def test_is_filled_from_the_address(self, client: Client, agent: Any, service: Any, priya: Any) -> None:
        page = client.get(NEW, {"title": "It is dark", "requester": priya.pk}).content.decode()

        assert 'value="It is dark"' in page
        assert 'value="Priya Nair"' in page


class TestOutlook:
    def post(self, client: Client, **data: object) -> str:
        return client.post(f"{NEW}outlook/", data).content.decode()

    def test_says_that_nobody_is_paged_and_who_could_be(self, client: Client, agent: Any, service: Any) -> None:
        page = self.post(client, title="No payments", service=service.pk, impact="1", urgency="1")

        assert "Pages nobody." in page
        assert "Goes to Payments" in page
        assert "SEV2 is proposed. Declared, it would page Ana Ruiz." in page
        assert "Page Ana Ruiz, on call for Payments" in page

    def test_says_whom_it_pages_once_that_is_chosen(self, client: Client, agent: Any, service: Any) -> None:
        page = self.post(client, title="No payments", service=service.pk, page_now="on")

        assert "Pages Ana Ruiz now." in page
        assert "checked" in page

    def test_shows_what_is_there_already(self, client: Client, agent: Any, service: Any) -> None:
        ticket = make.IncidentFactory(title="Card payments are declined")
        make.KnownErrorFactory(title="Card payments declined by the old terminal", status="published")

        page = self.post(client, title="card payment declined", new_name="Priya")

        assert ticket.reference in page
        assert "Add Priya to it" in page
        assert "Card payments declined by the old terminal" in page
        assert "2 with the same words" in page

    def test_hides_private_tickets(self, client: Client, agent: Any, service: Any) -> None:
        make.IncidentFactory(title="Card declined, zqsecret", visibility="private", visibility_reason="HR")

        assert "zqsecret" not in self.post(client, title="card declined")

    def test_carries_the_words_over_to_declaring(self, client: Client, agent: Any, service: Any) -> None:
        page = self.post(client, title="No payments", service=service.pk)

        assert f"/incidents/declare/?title=No+payments&amp;service={service.pk}" in page

    @pytest.mark.parametrize("title", ["%", "'", "a", "x" * 100_000, "\u05d0\U0001f600" * 250, "\x00"])
    def test_answers_any_text(self, client: Client, agent: Any, service: Any, title: str) -> None:
        assert client.post(f"{NEW}outlook/", {"title": title, "who": title}).status_code == 200
        assert client.post(f"{NEW}requesters/", {"who": title}).status_code == 200


class TestWithoutScript:
    def test_looks_up_people_and_matches_and_saves_nothing(
        self, client: Client, agent: Any, service: Any, priya: Any
    ) -> None:
        ticket = make.IncidentFactory(title="Card payments are declined")

        page = client.post(NEW, {"title": "card declined", "who": "0117 496", "look": "1"}).content.decode()

        assert ticket.reference in page
        assert f'value="{priya.pk}"' in page
        assert Ticket.objects.count() == 1

    def test_chooses_somebody(self, client: Client, agent: Any, service: Any, priya: Any) -> None:
        page = client.post(NEW, {"title": "It is dark", "who": "0117", "choose": str(priya.pk)}).content.decode()

        assert 'value="Priya Nair"' in page
        assert "It is dark" in page

    @pytest.mark.parametrize(("who", "field"), [
        ("0117 496", "new_phone"), ("jo@firm.example", "new_email"), ("Jo New", "new_name"),
    ])  # fmt: skip
    def test_begins_somebody_new_with_the_words(
        self, client: Client, agent: Any, service: Any, who: str, field: str
    ) -> None:
        answer = client.post(NEW, {"who": who, "choose": "new"})

        assert answer.context["form"][field].value() == who
        assert answer.context["form"]["who"].value() == ""


class TestAddToOpenTicket:
    def test_adds_the_requester_and_opens_nothing(self, client: Client, agent: Any, service: Any, priya: Any) -> None:
        ticket = make.IncidentFactory(title="Card payments are declined")

        answer = client.post(
            NEW, {"title": "", "who": "Priya Nair", "requester": priya.pk, "add_to": ticket.reference}
        )

        assert answer["Location"] == ticket.get_absolute_url()
        assert list(ticket.affected_contacts.all()) == [priya]
        assert Ticket.objects.count() == 1

    def test_needs_somebody(self, client: Client, agent: Any, service: Any) -> None:
        ticket = make.IncidentFactory()

        answer = client.post(NEW, {"title": "card", "add_to": ticket.reference, "contact_type": "phone"})

        assert answer.status_code == 422
        assert "Say who it is first" in answer.content.decode()
        assert not TimelineEntry.objects.exists()

    def test_knows_no_private_ticket_of_others(self, client: Client, agent: Any, service: Any, priya: Any) -> None:
        ticket = make.IncidentFactory(title="zqsecret", visibility="private", visibility_reason="HR")

        answer = client.post(
            NEW,
            {"title": "card", "who": "Priya Nair", "requester": priya.pk, "add_to": ticket.reference,
             "contact_type": "phone"},
        )  # fmt: skip

        assert answer.status_code == 422
        assert "zqsecret" not in answer.content.decode()
        assert not ticket.affected_contacts.exists()

    def test_is_undone_from_the_ticket(self, client: Client, agent: Any, service: Any, priya: Any) -> None:
        ticket = make.IncidentFactory(title="Card payments are declined")
        ticket.affected_contacts.add(priya)
        row = ticket.affected_contacts.through.objects.get()
        remove = f"{ticket.get_absolute_url()}requesters/{row.pk}/remove/"

        assert remove in client.get(ticket.get_absolute_url()).content.decode()
        client.post(remove)

        assert not ticket.affected_contacts.exists()


class TestRequesterOfTicket:
    def test_is_changed(self, client: Client, agent: Any, priya: Any) -> None:
        ticket = make.IncidentFactory(requester=make.ContactFactory())

        client.post(f"{ticket.get_absolute_url()}requester/", {"who": "Priya Nair", "requester": priya.pk})

        ticket.refresh_from_db()
        assert ticket.requester == priya

    def test_is_added(self, client: Client, agent: Any) -> None:
        ticket = make.IncidentFactory()

        client.post(f"{ticket.get_absolute_url()}requesters/add/", {"new_name": "Jo New"})

        assert [contact.name for contact in ticket.affected_contacts.all()] == ["Jo New"]

    def test_is_corrected(self, client: Client, agent: Any, priya: Any) -> None:
        ticket = make.IncidentFactory(requester=priya)
        details = {"name": "Priya Nair-Cole", "phone": "", "email": priya.email, "organisation": "", "location": ""}

        seen = {f"initial-{name}": getattr(priya, name) for name in details}
        of_ticket = client.post(f"{ticket.get_absolute_url()}requesters/{priya.pk}/correct/", details | seen)
        of_list = client.post(f"/requesters/{priya.pk}/correct/", details)

        priya.refresh_from_db()
        assert (priya.name, priya.phone) == ("Priya Nair-Cole", "")
        assert (of_ticket["Location"], of_list["Location"]) == (ticket.get_absolute_url(), priya.get_absolute_url())

    def test_is_hidden_from_those_who_may_not_see_them(self, client: Client, priya: Any) -> None:
        responder = make.UserFactory(roles=[Role.RESPONDER])
        client.force_login(responder)
        foreign = make.IncidentFactory(requester=priya)

        of_ticket = f"{foreign.get_absolute_url()}requesters/{priya.pk}/correct/"
        others = f"{foreign.get_absolute_url()}requesters/{make.ContactFactory().pk}/correct/"

        assert client.get(f"/requesters/{priya.pk}/correct/").status_code == 404
        assert client.get(f"{foreign.get_absolute_url()}requester/").status_code == 403
        assert client.get(of_ticket).status_code == 404
        make.MembershipFactory(user=responder, team=foreign.team)
        assert [client.get(address).status_code for address in (of_ticket, others)] == [200, 404]


class TestMenu:
    def test_offers_a_new_ticket_to_those_who_may_log_one(self, client: Client, agent: Any) -> None:
        assert f'href="{NEW}"' in client.get("/services/").content.decode()

        client.force_login(make.UserFactory())

        assert f'href="{NEW}"' not in client.get("/services/").content.decode()
