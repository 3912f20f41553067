"""Two tabs with the same record: the second is told what the first has changed, and loses nothing that was typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.roles import Role
from config.base.web import guards
from config.base.web.guards import ActsOn, Edits
from incidents import response
from incidents.models import CustomerUpdate, Incident, PublicIncident, Ticket
from incidents.views.response import verbs as incident_verbs
from oncall.models import Calendar, ObligationStatus
from postmortems.models import PostmortemSection
from problems.views import verbs as problem_verbs
from tests import factories as make
from tests.portal.form_pages import ADDRESSES, form_views
from tests.portal.sent_forms import forms_of, main_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db: None) -> Any:
    return make.UserFactory(name="Ana", is_superuser=True, roles=[Role.AGENT])


@pytest.fixture
def ben(db: None) -> Any:
    return make.UserFactory(name="Ben", is_superuser=True, roles=[Role.AGENT])


def tab(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def opened(person: Any, address: str) -> tuple[Client, dict[str, Any]]:
    """A tab of this person with the page, and what its form would send."""
    client = tab(person)
    return client, main_form(client.get(address).content.decode()).data()


class TestComposer:
    @pytest.fixture
    def address(self, ana: Any) -> str:
        make.StatusPageFactory()
        return f"{make.IncidentFactory().get_absolute_url()}update/"

    def typed(self, **changed: Any) -> dict[str, Any]:
        due = timezone.localtime() + timedelta(hours=1)
        return {
            "do": "publish", "name": "Payments fail", "status": "investigating", "body": "We look into it.",
            "next_update_at": f"{due:%Y-%m-%dT%H:%M}",
        } | changed  # fmt: skip

    def test_a_stale_tab_does_not_reopen_what_was_resolved(self, ana: Any, ben: Any, address: str) -> None:
        client, data = opened(ben, address)
        client.post(address, data | self.typed())
        stale, stale_data = opened(ana, address)
        client, data = opened(ben, address)
        client.post(address, data | self.typed(status="resolved", body="It works again."))

        refused = stale.post(address, stale_data | self.typed(body="Still looking."))
        page = refused.content.decode()

        assert refused.status_code == 422
        assert "Ben changed this on" in page
        assert "status is now Resolved" in page
        assert "Still looking." in page
        assert "It works again." in page
        assert PublicIncident.objects.get().status == "resolved"
        assert CustomerUpdate.objects.count() == 2

        question = stale.post(address, main_form(page).data(do="publish"))
        assert question.status_code == 422
        assert CustomerUpdate.objects.count() == 2
        again = stale.post(address, main_form(question.content.decode()).data(do="publish", reopens="on"))
        assert again.status_code == 302
        assert CustomerUpdate.objects.count() == 3

    def test_a_first_update_from_a_stale_tab_is_refused_too(self, ana: Any, ben: Any, address: str) -> None:
        stale, stale_data = opened(ana, address)
        client, data = opened(ben, address)
        client.post(address, data | self.typed())

        assert stale.post(address, stale_data | self.typed()).status_code == 422
        assert CustomerUpdate.objects.count() == 1

    def test_a_preview_does_not_hide_that_the_tab_is_stale(self, ana: Any, ben: Any, address: str) -> None:
        stale, stale_data = opened(ana, address)
        client, data = opened(ben, address)
        client.post(address, data | self.typed())

        preview = stale.post(address, stale_data | self.typed(do="preview")).content.decode()

        assert stale.post(address, main_form(preview).data(do="publish")).status_code == 422
        assert CustomerUpdate.objects.count() == 1


class TestMaintenance:
    def test_is_told_about_once_the_author_has_read_what_was_told_meanwhile(self, ana: Any, ben: Any) -> None:
        maintenance = make.MaintenanceFactory(component=True)
        address = reverse("incidents:maintenance-tell", args=[maintenance.pk])
        stale, stale_data = opened(ana, address)
        client, data = opened(ben, address)
        assert client.post(address, data | {"body": "It takes an hour more."}).status_code == 302

        refused = stale.post(address, stale_data | {"body": "All goes as planned."})
        page = refused.content.decode()

        assert refused.status_code == 422
        assert "Ben changed this on" in page
        assert "customers now read “It takes an hour more.”" in page
        assert "All goes as planned." in page
        assert maintenance.updates.count() == 1
        assert stale.post(address, main_form(page).data()).status_code == 302
        assert maintenance.updates.count() == 2


class TestEveryEditForm:
    def test_compares_each_field_or_names_the_columns_that_one_more_text_changes(self, ana: Any) -> None:
        client, tried = tab(ana), 0
        for name, view in form_views().items():
            if not isinstance(view.guard, Edits):
                continue
            for address in ADDRESSES[name](ana):
                answer = client.get(address)
                form = answer.context["form"]
                missed = set(form.fields) - form.compared
                assert not missed or view.guard.columns, f"{name}: {missed}"
                assert (guards.FIELD in main_form(answer.content.decode()).fields) == bool(view.guard.columns), name
                tried += 1

        assert tried > 9


class TestEditForm:
    @pytest.fixture
    def address(self) -> str:
        return f"{make.IncidentFactory(title='Old', description='Old words').get_absolute_url()}edit/"

    def refused(self, ana: Any, ben: Any, address: str) -> tuple[Client, str]:
        """Ben has saved a title and a description; Ana typed others over the old ones."""
        stale, data = opened(ana, address)
        client, theirs = opened(ben, address)
        client.post(address, theirs | {"title": "Theirs", "description": "Their words", "category": "network"})
        answer = stale.post(address, data | {"title": "Mine", "description": "My words"})
        assert answer.status_code == 422
        return stale, answer.content.decode()

    def test_shows_both_texts_and_who_saved_when(self, ana: Any, ben: Any, address: str) -> None:
        _, page = self.refused(ana, ben, address)

        assert "Ben saved this on" in page
        assert "There are two versions of: Title, Description" in page
        assert "Saved meanwhile: Their words" in page
        assert main_form(page).fields["description"] == ["My words"]
        assert main_form(page).fields["category"] == ["network"]

    @pytest.mark.parametrize(
        ("title", "description", "saved"),
        [
            ("mine", "mine", ("Mine", "My words")),
            ("theirs", "mine", ("Theirs", "My words")),
            ("theirs", "both", ("Theirs", "Their words\n\nMy words")),
        ],
    )
    def test_saves_what_was_chosen_for_each_field(
        self, ana: Any, ben: Any, address: str, title: str, description: str, saved: tuple[str, str]
    ) -> None:
        stale, page = self.refused(ana, ben, address)

        stale.post(address, main_form(page).data(choice_title=title, choice_description=description))

        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.description.replace("\r", ""), ticket.category) == (*saved, "network")

    def test_is_compared_once_more_when_a_third_saves(self, ana: Any, ben: Any, address: str) -> None:
        stale, page = self.refused(ana, ben, address)
        third, data = opened(ben, address)
        third.post(address, data | {"description": "Third words"})

        answer = stale.post(address, main_form(page).data(choice_title="mine", choice_description="both"))

        assert answer.status_code == 422
        assert "Third words" in answer.content.decode()

    def test_does_not_mind_a_note_or_what_no_field_shows(self, ana: Any, ben: Any, address: str) -> None:
        client, data = opened(ana, address)
        response.add_note(ticket_id=Ticket.objects.get().pk, text="Looking.", actor=ben, at=timezone.now())

        assert client.post(address, data | {"title": "Mine"}).status_code == 302
        assert Incident.objects.get().title == "Mine"

    def test_of_two_fields_saves_both_people(self, ana: Any, ben: Any) -> None:
        calendar = make.CalendarFactory(name="Old", description="")
        address = f"{calendar.get_absolute_url()}edit/"
        stale, data = opened(ana, address)
        client, theirs = opened(ben, address)
        client.post(address, theirs | {"name": "Theirs"})

        page = stale.post(address, data | {"description": "Mine"}).content.decode()
        stale.post(address, main_form(page).data())

        assert Calendar.objects.values_list("name", "description").get(pk=calendar.pk) == ("Theirs", "Mine")


class TestVerbs:
    def test_restore_does_not_end_an_incident_that_was_reopened(self, ana: Any, ben: Any) -> None:
        ticket = make.IncidentFactory()
        address = f"{ticket.get_absolute_url()}restore/"
        stale, data = opened(ana, address)
        at = timezone.now()
        response.restore(ticket_id=ticket.pk, actor=ben, at=at)
        response.reopen(ticket_id=ticket.pk, reason="Again.", actor=ben, at=at)

        refused = stale.post(address, data | {"note": "Restarted it."})

        assert refused.status_code == 422
        assert "Restarted it." in refused.content.decode()
        assert Ticket.objects.get(pk=ticket.pk).status == "in_progress"

    @pytest.mark.parametrize("table", [incident_verbs.VERBS, problem_verbs.VERBS])
    def test_carry_the_state_on_every_page_that_acts_on_one(self, ana: Any, table: Any) -> None:
        is_incident = table is incident_verbs.VERBS
        ticket = make.IncidentFactory() if is_incident else make.ProblemFactory().ticket_ptr
        client = tab(ana)
        for verb in table.values():
            page = main_form(client.get(f"{ticket.get_absolute_url()}{verb.name}/").content.decode())
            assert (guards.FIELD in page.fields) == isinstance(verb.guard, ActsOn), verb.name
            if isinstance(verb.guard, Edits):
                assert {name for name in verb.form.base_fields if f"initial-{name}" not in page.fields} == set()


class TestButton:
    def test_pause_is_not_turned_round_by_a_stale_tab(self, ana: Any) -> None:
        integration = make.IntegrationFactory()
        page, address = integration.get_absolute_url(), f"{integration.get_absolute_url()}pause/"
        stale, fresh = tab(ana), tab(ana)
        first, second = (
            next(form for form in forms_of(client.get(page).content.decode()) if form.action == address)
            for client in (stale, fresh)
        )
        fresh.post(address, second.data())

        answer = stale.post(address, first.data(), follow=True)

        integration.refresh_from_db()
        assert integration.paused_at is not None
        assert "after you opened the page" in answer.content.decode()

    def test_new_key_does_not_end_the_one_that_somebody_has_just_made(self, ana: Any) -> None:
        integration = make.IntegrationFactory()
        page, address = integration.get_absolute_url(), f"{integration.get_absolute_url()}rotate/"
        client = tab(ana)
        first = next(form for form in forms_of(client.get(page).content.decode()) if form.action == address)
        tab(ana).post(address)
        integration.refresh_from_db()

        answer = client.post(address, first.data(), follow=True)

        assert "after you opened the page" in answer.content.decode()
        assert type(integration).objects.get().key_digest == integration.key_digest

    def test_is_pressed_again_on_the_fresh_page(self, ana: Any) -> None:
        task = make.ObligationFactory(owner=ana)
        client = tab(ana)
        address = f"/tasks/{task.pk}/postpone/"
        due = timezone.now() + timedelta(days=9)
        data = main_form(client.get(address).content.decode()).data(due_at=f"{due:%Y-%m-%dT%H:%M}", reason="Later.")
        type(task).objects.filter(pk=task.pk).update(due_at=due - timedelta(days=1))

        refused = client.post(address, data)
        again = client.post(address, main_form(refused.content.decode()).data())

        assert (refused.status_code, again.status_code) == (422, 302)
        task.refresh_from_db()
        assert task.status == ObligationStatus.OPEN


class TestSection:
    def test_of_a_postmortem_keeps_both_texts(self, ana: Any, ben: Any) -> None:
        postmortem = make.PostmortemFactory(status="draft")
        section = postmortem.sections.first()
        assert section is not None
        address = f"{postmortem.get_absolute_url()}sections/{section.key}/"
        stale, data = opened(ana, address)
        client, theirs = opened(ben, address)
        client.post(address, theirs | {"body": "Their words."})

        page = stale.post(address, data | {"body": "My words."}).content.decode()
        assert "Ben saved this on" in page
        stale.post(address, main_form(page).data(choice_body="both"))

        assert PostmortemSection.objects.get(pk=section.pk).body == "Their words.\n\nMy words."
