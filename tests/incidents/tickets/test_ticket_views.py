"""The ticket's page, its verbs, the form to edit it, and the queue."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.roles import Role
from incidents import response
from incidents.models import Incident, Ticket
from incidents.views.response.verbs import VERBS
from tests import factories as make
from tests.portal.sent_forms import main_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana Agent", roles=[Role.AGENT])


@pytest.fixture
def acting(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def reading(client: Client) -> Client:
    client.force_login(make.UserFactory(name="Rita Reader"))
    return client


@pytest.fixture
def paged() -> Ticket:
    """An incident whose policy has paged nobody yet and will page Bob next."""
    bob = make.UserFactory(name="Bob Builder")
    team = make.TeamFactory()
    service = make.ServiceFactory(team=team, escalation_policy=make.policy(bob, fallback=[bob], team=team))
    return response.declare(
        title="Checkout is down", service=service, severity=make.SeverityFactory(rank=1), at=timezone.now()
    )


def url(ticket: Ticket, verb: str = "") -> str:
    return f"{ticket.get_absolute_url()}{verb}/" if verb else ticket.get_absolute_url()


class TestQueue:
    def test_shows_what_is_open_and_hides_the_rest(self, acting: Client) -> None:
        make.IncidentFactory(title="Still broken")
        make.IncidentFactory(title="Long over", status="closed", closed_at=make.NOON, closure_code="solved")

        page = acting.get("/").content.decode()

        assert "Still broken" in page
        assert "Long over" not in page

    def test_finds_closed_tickets_by_number(self, acting: Client) -> None:
        closed = make.IncidentFactory(title="Long over", status="closed", closed_at=make.NOON, closure_code="solved")
        other = make.IncidentFactory(title="Not this one")
        closed.refresh_from_db()
        other.refresh_from_db()

        page = acting.get("/incidents/", {"search": closed.reference}).content.decode()

        assert "Long over" in page
        assert "Not this one" not in page

    def test_finds_by_words_in_any_order(self, acting: Client) -> None:
        make.IncidentFactory(title="Checkout is slow in Spain")

        assert "slow in Spain" in acting.get("/incidents/", {"search": "spain CHECKOUT"}).content.decode()

    def test_says_unanswered_while_nobody_has_answered(self, acting: Client, paged: Ticket) -> None:
        before = acting.get("/incidents/").content.decode()
        response.acknowledge(ticket_id=paged.pk, actor=make.UserFactory(), at=timezone.now())
        answered = acting.get("/incidents/").content.decode()

        assert "unanswered" in before
        assert "unanswered" not in answered

    def test_filters_by_assignee(self, acting: Client, agent: Any) -> None:
        make.IncidentFactory(title="Mine", assignee=agent)
        make.IncidentFactory(title="Theirs")

        page = acting.get("/incidents/", {"group": "open", "whose": "me"}).content.decode()

        assert "Mine</a>" in page
        assert "Theirs" not in page


class TestTicketPage:
    def test_says_who_is_paged_next(self, acting: Client, paged: Ticket) -> None:
        page = acting.get(url(paged)).content.decode()

        assert "Bob Builder" in page
        assert "Checkout is down" in page

    def test_has_no_buttons_for_readers(self, reading: Client, paged: Ticket) -> None:
        page = reading.get(url(paged)).content.decode()

        assert "Checkout is down" in page
        assert "/restore/" not in page

    def test_does_not_exist_for_those_who_may_not_know_of_it(self, reading: Client) -> None:
        incident = make.IncidentFactory(visibility="private", visibility_reason="HR")
        incident.refresh_from_db()

        assert reading.get(url(incident)).status_code == 404
        assert reading.get(url(incident, "respond")).status_code == 404
        assert incident.title not in reading.get("/incidents/").content.decode()

    @pytest.mark.parametrize("reference", ["INC-0", "PRB-1", "INC-999999999999999999", "ABC-1"])
    def test_is_404_for_a_number_that_is_none(self, acting: Client, reference: str) -> None:
        assert acting.get(f"/tickets/{reference}/").status_code == 404

    def test_renders_a_note_safely(self, acting: Client, paged: Ticket) -> None:
        acting.post(url(paged, "add-note"), {"text": "**bold** <script>alert(1)</script>"})

        page = acting.get(url(paged)).content.decode()

        assert "<strong>bold</strong>" in page
        assert "<script>alert" not in page

    def test_hides_the_requester_from_others(self, reading: Client) -> None:
        incident = make.IncidentFactory(requester=make.ContactFactory(name="Carla Caller"))
        incident.refresh_from_db()

        assert "Carla Caller" not in reading.get(url(incident)).content.decode()

    def test_takes_as_many_queries_with_much_history_as_with_little(
        self, acting: Client, paged: Ticket, django_assert_max_num_queries: Any
    ) -> None:
        def add() -> None:
            make.TimelineEntryFactory(ticket_id=paged.pk, ticket=None, actor=make.UserFactory())
            make.AlertFactory(ticket=paged)
            make.PageFactory(escalation=paged.responses.get().escalation)

        add()
        acting.get(url(paged))  # what a process reads once is read now
        with django_assert_max_num_queries(36) as little:
            acting.get(url(paged))
        for _ in range(10):
            add()

        with django_assert_max_num_queries(len(little)):
            acting.get(url(paged))


class TestVerbs:
    def test_readers_are_refused_each_of_them(self, reading: Client, paged: Ticket) -> None:
        for verb in VERBS:
            assert reading.post(url(paged, verb)).status_code == 403, verb

    def test_need_a_sign_in(self, client: Client, paged: Ticket) -> None:
        for verb in VERBS:
            assert client.post(url(paged, verb)).status_code == 302, verb

    def test_each_has_a_page_of_its_own(self, acting: Client, paged: Ticket) -> None:
        for verb in VERBS:
            assert acting.get(url(paged, verb)).status_code == 200, verb

    def test_lead_from_the_page_to_the_end_without_script(self, acting: Client, paged: Ticket) -> None:
        team = make.TeamFactory(name="Payments")
        steps: list[tuple[str, dict[str, Any], str]] = [
            ("acknowledge", {}, "acknowledged"),
            ("start-work", {}, "in_progress"),
            ("add-note", {"text": "Looking."}, "in_progress"),
            ("hold", {"reason": "supplier"}, "on_hold"),
            ("resume", {}, "in_progress"),
            ("reassign", {"team": team.pk, "reason": "Theirs"}, "in_progress"),
            ("take-over", {}, "in_progress"),
            ("restore", {"note": "Rolled back."}, "resolved"),
            ("reopen", {"reason": "Again"}, "in_progress"),
            ("restore", {}, "resolved"),
            ("close", {"code": "solved"}, "closed"),
        ]
        for verb, data, status in steps:
            answer = acting.post(url(paged, verb), data)
            assert answer.status_code == 302, (verb, answer.content.decode())
            paged = Ticket.objects.get(pk=paged.pk)
            assert paged.status == status, verb
        assert paged.team == team

    def test_what_the_status_does_not_allow_is_refused_in_words(self, acting: Client, paged: Ticket) -> None:
        Ticket.objects.filter(pk=paged.pk).update(status="restored", restored_at=timezone.now())

        answer = acting.post(url(paged, "close"), {"code": "no_fault_found"})

        assert answer.status_code == 422
        assert "cannot become closed" in answer.content.decode()

    def test_lowering_a_severity_needs_a_reason(self, acting: Client, paged: Ticket) -> None:
        milder = make.SeverityFactory(rank=3)

        answer = acting.post(url(paged, "change-severity"), {"severity": milder.pk})

        assert answer.status_code == 422
        assert "Say why" in answer.content.decode()

    def test_raising_says_whom_it_pages_before(self, acting: Client, paged: Ticket) -> None:
        quiet = make.SeverityFactory(rank=4, pages=False)
        Ticket.objects.filter(pk=paged.pk).update(severity=quiet)

        page = acting.get(url(paged, "change-severity")).content.decode()

        assert "(pages Bob Builder)" in page

    def test_a_button_on_the_phone_screen_leads_back_to_it(self, acting: Client, paged: Ticket) -> None:
        answer = acting.post(url(paged, "acknowledge"), {"next": "respond"})

        assert answer["Location"] == reverse("incidents:respond", args=[paged.reference])

    def test_get_changes_nothing(self, acting: Client, paged: Ticket) -> None:
        acting.get(url(paged, "acknowledge"))

        assert Ticket.objects.get(pk=paged.pk).status == "new"


class TestEdit:
    def test_changes_what_was_changed(self, acting: Client, paged: Ticket) -> None:
        page = acting.get(url(paged, "edit")).content.decode()

        answer = acting.post(url(paged, "edit"), main_form(page).data(title="Checkout is slow", impact="1"))
        assert answer.status_code == 302
        changed = Ticket.objects.get(pk=paged.pk)
        assert (changed.title, changed.impact) == ("Checkout is slow", 1)
        assert changed.service == paged.service

    def test_a_stale_form_is_refused_and_nothing_typed_is_lost(
        self, acting: Client, paged: Ticket, agent: Any
    ) -> None:
        page = acting.get(url(paged, "edit")).content.decode()
        response.edit(
            ticket_id=paged.pk,
            changes={"title": "Theirs", "customer_impact": "No orders"},
            actor=agent,
            at=timezone.now(),
        )

        refused = acting.post(url(paged, "edit"), main_form(page).data(title="Ours", description="New words"))

        refused_page = refused.content.decode()
        assert refused.status_code == 422
        assert "There are two versions of: Title" in refused_page
        assert "Ours" in refused_page
        assert "New words" in refused_page
        assert Ticket.objects.get(pk=paged.pk).title == "Theirs"

        again = acting.post(url(paged, "edit"), main_form(refused_page).data())

        assert again.status_code == 302
        saved = Incident.objects.get(pk=paged.pk)
        assert (saved.title, saved.description, saved.customer_impact) == ("Ours", "New words", "No orders")

    def test_a_field_nobody_touched_is_not_written_back(self, acting: Client, paged: Ticket, agent: Any) -> None:
        page = acting.get(url(paged, "edit")).content.decode()
        response.edit(ticket_id=paged.pk, changes={"title": "Theirs"}, actor=agent, at=timezone.now())
        refused = acting.post(url(paged, "edit"), main_form(page).data(description="Mine")).content.decode()

        acting.post(url(paged, "edit"), main_form(refused).data())

        saved = Ticket.objects.get(pk=paged.pk)
        assert (saved.title, saved.description) == ("Theirs", "Mine")
