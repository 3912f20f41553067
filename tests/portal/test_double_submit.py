"""A form that is sent twice is done once, at the same time or later, and a form that was refused stays free."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.base.data.clock import database_now
from config.base.data.roles import Role
from incidents import response
from incidents.models import ActionItem, Integration, Ticket, TicketLink, TimelineEntry
from oncall.access import tokens
from oncall.models import Absence, ApiToken, FeedToken, IdempotentRequest
from oncall.paging.links import key_for
from postmortems.models import PostmortemComment
from tests import factories as make
from tests.portal.sent_forms import SentForm, forms_of, main_form


@pytest.fixture
def agent(db: None) -> Any:
    make.PriorityRuleFactory(impact=3, urgency=3, severity__pages=False)
    return make.UserFactory(roles=[Role.AGENT, Role.MANAGER], is_superuser=True)


@pytest.fixture
def acting(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


def form_to(client: Client, page: str, address: str) -> SentForm:
    """The page's form that is sent to the address."""
    forms = forms_of(client.get(page).content.decode())
    return next(form for form in forms if (form.action or page) == address)


class TestOnePerForm:
    """Each: the page with the form, its address, what is typed, and the rows it makes."""

    def incident(self, agent: Any) -> Any:
        service = make.ServiceFactory(name="Checkout")
        typed = {"title": "Payments fail", "service": service.pk}
        return "/incidents/declare/", "/incidents/declare/", typed, Ticket.objects.all()

    def note(self, agent: Any) -> Any:
        page = make.IncidentFactory().get_absolute_url()
        return page, f"{page}add-note/", {"text": "Looking."}, TimelineEntry.objects.filter(text="Looking.")

    def problem(self, agent: Any) -> Any:
        typed = {"title": "Pool", "service": make.ServiceFactory().pk, "severity": make.SeverityFactory(rank=3).pk}
        page = reverse("problems:new")
        return page, page, typed, Ticket.objects.filter(kind="problem")

    def action_item(self, agent: Any) -> Any:
        ticket = make.IncidentFactory()
        page = reverse("incidents:action-item-new", args=[ticket.reference])
        typed = {"title": "Add an alert", "team": ticket.team_id, "due_on": "2099-01-01"}
        return page, page, typed, ActionItem.objects.all()

    def link(self, agent: Any) -> Any:
        ticket, other = make.IncidentFactory(), make.IncidentFactory()
        page = reverse("incidents:link-new", args=[ticket.reference])
        return page, page, {"kind": "related", "other": other.reference}, TicketLink.objects.all()

    def time_off(self, agent: Any) -> Any:
        page = reverse("oncall:my-time-off")
        return page, page, {"first": "2099-01-01", "last": "2099-01-02"}, Absence.objects.all()

    def comment(self, agent: Any) -> Any:
        postmortem = make.PostmortemFactory()
        page = postmortem.get_absolute_url()
        return page, f"{page}comment/", {"text": "Good."}, PostmortemComment.objects.filter(text="Good.")

    def token(self, agent: Any) -> Any:
        return reverse("oncall:me"), reverse("oncall:token-add"), {"name": "Script"}, ApiToken.objects.all()

    def feed(self, agent: Any) -> Any:
        return reverse("oncall:feeds"), reverse("oncall:feed-add"), {"name": "Phone"}, FeedToken.objects.all()

    def integration(self, agent: Any) -> Any:
        page = reverse("incidents:integration-new")
        typed = {
            "name": "Prometheus", "kind": "alertmanager", "service": make.ServiceFactory().pk,
            "default_severity": make.SeverityFactory(rank=3).pk,
        }  # fmt: skip
        return page, page, typed, Integration.objects.all()

    @pytest.mark.parametrize(
        "kind",
        [
            "incident", "note", "problem", "action_item", "link", "time_off", "comment", "token", "feed",
            "integration",
        ],
    )  # fmt: skip
    def test_makes_one_record_and_leads_back_to_it(self, acting: Client, agent: Any, kind: str) -> None:
        page, address, typed, rows = getattr(self, kind)(agent)
        before = rows.count()
        data = form_to(acting, page, address).data(**typed)

        first, again, later = (acting.post(address, data) for _ in range(3))

        assert first.status_code in {200, 302}, first.content.decode()
        assert rows.count() == before + 1
        assert (again.status_code, later.status_code) == (302, 302)
        if first.status_code == 302:
            assert {again["Location"], later["Location"]} == {first["Location"]}
        page_after = acting.get(again["Location"], follow=True).content.decode()
        assert "It was done once." in page_after or "only. If you did not see it" in page_after


class TestKey:
    def _declare(self, client: Client) -> tuple[str, dict[str, Any]]:
        typed = {"title": "Payments fail", "service": make.ServiceFactory().pk}
        return "/incidents/declare/", main_form(client.get("/incidents/declare/").content.decode()).data(**typed)

    def test_stays_free_when_the_form_was_refused(self, acting: Client) -> None:
        address, data = self._declare(acting)

        refused = acting.post(address, data | {"title": ""})
        corrected = main_form(refused.content.decode()).data(title="Payments fail")
        answer = acting.post(address, corrected)

        assert (refused.status_code, answer.status_code) == (422, 302)
        assert corrected["form_key"] == data["form_key"]
        assert Ticket.objects.count() == 1

    def test_lives_through_a_preview(self, acting: Client) -> None:
        address, data = self._declare(acting)

        preview = main_form(acting.post(address, data | {"preview": "1"}).content.decode())

        assert preview.fields["form_key"] == data["form_key"]

    def test_with_other_content_asks_before_a_second_record(self, acting: Client) -> None:
        address, data = self._declare(acting)
        first = acting.post(address, data)

        question = acting.post(address, data | {"title": "Search fails"})
        page = question.content.decode()
        answer = acting.post(address, main_form(page).data())

        assert question.status_code == 422
        assert f'<a href="{first["Location"]}">' in page
        assert "Search fails" in page
        assert answer.status_code == 302
        assert sorted(Ticket.objects.values_list("title", flat=True)) == ["Payments fail", "Search fails"]

    def test_is_each_persons_own(self, acting: Client) -> None:
        address, data = self._declare(acting)
        other = Client()
        other.force_login(make.UserFactory(roles=[Role.AGENT]))

        places = {acting.post(address, data)["Location"], other.post(address, data)["Location"]}

        assert len(places) == 2

    def test_holds_for_a_day(self, acting: Client) -> None:
        address, data = self._declare(acting)
        acting.post(address, data)
        at = IdempotentRequest.objects.get().created_at

        tokens.forget_answers(at=at + timedelta(hours=23, minutes=59))
        acting.post(address, data)

        assert Ticket.objects.count() == 1
        tokens.forget_answers(at=at + timedelta(hours=24))
        assert not IdempotentRequest.objects.exists()

    def test_of_the_phone_screen_adds_one_note(self, client: Client, agent: Any) -> None:
        policy = make.policy(agent, fallback=[agent])
        service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
        at = database_now()
        ticket = response.declare(title="Down", service=service, severity=make.SeverityFactory(rank=1), at=at)
        page = make.PageFactory(
            escalation=ticket.responses.get().escalation, user=agent, created_at=at, due_at=at, accepted_at=at
        )
        address = f"/p/{key_for(page)}/"
        client.post(address, {"verb": "acknowledge"})
        form = forms_of(client.get(f"{address}?do=add_note").content.decode())[0]

        answers = [client.post(address, form.data(verb="add_note", text="Looking.")) for _ in range(3)]

        assert TimelineEntry.objects.filter(text="Looking.").count() == 1
        assert {answer["Location"] for answer in answers} == {address}


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together, each with its own connection."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait(30)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def person(self, transactional_db: None) -> Any:
        for role in Role:  # a test that commits leaves an empty database behind, without the migrations' rows
            Group.objects.get_or_create(name=role.value)
        make.PriorityRuleFactory(impact=3, urgency=3, severity__pages=False)
        return make.UserFactory(roles=[Role.AGENT])

    def _signed_in(self, person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def _race(self, person: Any, page: str, address: str, **typed: Any) -> list[Any]:
        clients = [self._signed_in(person) for _ in range(4)]
        data = form_to(clients[0], page, address).data(**typed)
        return at_once(*(lambda client=client: client.post(address, data) for client in clients))

    def test_one_incident_is_declared(self, person: Any) -> None:
        service = make.ServiceFactory()

        answers = self._race(person, "/incidents/declare/", "/incidents/declare/", title="Down", service=service.pk)

        [ticket] = Ticket.objects.all()
        assert {answer["Location"] for answer in answers} == {ticket.get_absolute_url()}

    def test_one_note_is_added(self, person: Any) -> None:
        page = make.IncidentFactory().get_absolute_url()

        answers = self._race(person, page, f"{page}add-note/", text="Looking.")

        assert TimelineEntry.objects.filter(text="Looking.").count() == 1
        assert {answer["Location"] for answer in answers} == {page}
