"""The forms of the administration: done once, and nobody's changes are overwritten."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from config.base.web.admin_guards import GuardedForms
from incidents.models import Severity
from oncall.models import Calendar, Team, User
from tests import factories as make
from tests.portal.sent_forms import SentForm, forms_of

pytestmark = pytest.mark.django_db
OURS = {"oncall", "incidents", "problems", "postmortems", "auth"}


@pytest.fixture
def ana(db: None) -> Any:
    return make.UserFactory(name="Ana", is_superuser=True, is_staff=True, roles=[Role.ADMINISTRATOR])


@pytest.fixture
def ben(db: None) -> Any:
    return make.UserFactory(name="Ben", is_superuser=True, is_staff=True, roles=[Role.ADMINISTRATOR])


def url(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def opened(person: Any, address: str) -> tuple[Client, SentForm]:
    """A tab of this person, and the form of the page."""
    client = Client()
    client.force_login(person)
    return client, own_form(client.get(address).content.decode())


def own_form(page: str) -> SentForm:
    """The page's form, with a reason where it asks for one."""
    own = next(
        form for form in forms_of(page) if "_save" in page and len(form.fields) > 3 and "form_key" in form.fields
    )
    if own.fields.get("change_reason") == [""]:
        own.fields["change_reason"] = ["As agreed in the review"]
    return own


class TestGuards:
    def test_stand_before_every_form_of_ours(self) -> None:
        without = [
            model._meta.label
            for model, page in admin.site._registry.items()
            if model._meta.app_label in OURS and not isinstance(page, GuardedForms)
        ]

        assert without == []


class TestAdd:
    def test_twice_makes_one_record(self, ana: Any) -> None:
        client, form = opened(ana, url(Calendar, "add"))
        data = form.data(name="Holidays")

        first, again = client.post(url(Calendar, "add"), data), client.post(url(Calendar, "add"), data)

        assert (first.status_code, again.status_code) == (302, 302)
        assert again["Location"] == first["Location"]
        assert Calendar.objects.filter(name="Holidays").count() == 1

    def test_is_free_again_after_a_refusal(self, ana: Any) -> None:
        client, form = opened(ana, url(Calendar, "add"))
        refused = client.post(url(Calendar, "add"), form.data(name=""))

        corrected = own_form(refused.content.decode()).data(name="Holidays")

        assert corrected["form_key"] == form.fields["form_key"]
        assert client.post(url(Calendar, "add"), corrected).status_code == 302

    def test_with_other_content_asks_first(self, ana: Any) -> None:
        client, form = opened(ana, url(Calendar, "add"))
        client.post(url(Calendar, "add"), form.data(name="Holidays"))

        question = client.post(url(Calendar, "add"), form.data(name="Closing days"))
        page = question.content.decode()

        assert "You sent this form before with other content" in page
        assert not Calendar.objects.filter(name="Closing days").exists()
        assert client.post(url(Calendar, "add"), own_form(page).data()).status_code == 302
        assert Calendar.objects.filter(name="Closing days").exists()


class TestChange:
    def test_of_a_stale_form_is_refused_once_and_keeps_both_people(self, ana: Any, ben: Any) -> None:
        make.PolicyFactory()  # a severity that pages needs one
        severity = make.SeverityFactory(rank=7, name="SEV7", title="Old", description="Old words")
        address = url(Severity, "change", severity.pk)
        stale, form = opened(ana, address)
        other, theirs = opened(ben, address)
        assert other.post(address, theirs.data(title="Theirs")).status_code == 302

        refused = stale.post(address, form.data(description="My words"))
        page = refused.content.decode()

        assert refused.status_code == 200
        assert "Ben changed this on" in page
        assert "title is now Theirs" in page
        severity.refresh_from_db()
        assert (severity.title, severity.description) == ("Theirs", "Old words")
        assert stale.post(address, own_form(page).data()).status_code == 302
        severity.refresh_from_db()
        assert (severity.title, severity.description) == ("Theirs", "My words")

    def test_of_the_same_field_keeps_what_was_typed(self, ana: Any, ben: Any) -> None:
        team = make.TeamFactory(name="Old")
        address = url(Team, "change", team.pk)
        stale, form = opened(ana, address)
        other, theirs = opened(ben, address)
        other.post(address, theirs.data(name="Theirs"))

        page = stale.post(address, form.data(name="Mine")).content.decode()

        assert "name is now Theirs" in page
        assert own_form(page).fields["name"] == ["Mine"]
        assert Team.objects.get(pk=team.pk).name == "Theirs"

    def test_sees_the_rows_below_the_record(self, ana: Any, ben: Any) -> None:
        team = make.TeamFactory()
        member = make.MembershipFactory(team=team)
        address = url(Team, "change", team.pk)
        stale, form = opened(ana, address)
        other, theirs = opened(ben, address)
        assert other.post(address, theirs.data(**{"memberships-0-role": "manager"})).status_code == 302

        page = stale.post(address, form.data(name="Mine")).content.decode()

        assert "role is now Manager" in page
        assert stale.post(address, own_form(page).data()).status_code == 302
        member.refresh_from_db()
        assert member.role == "manager"
        assert Team.objects.get(pk=team.pk).name == "Mine"

    def test_sees_a_row_that_was_added(self, ana: Any) -> None:
        team = make.TeamFactory()
        address = url(Team, "change", team.pk)
        stale, form = opened(ana, address)
        make.MembershipFactory(team=team)

        assert "was added" in stale.post(address, form.data()).content.decode()

    def test_never_shows_a_password(self, ana: Any) -> None:
        person = make.UserFactory()
        address = url(User, "change", person.pk)
        stale, form = opened(ana, address)
        person.set_password("another long pass phrase")
        person.save()

        page = stale.post(address, form.data(name="Mine")).content.decode()

        assert person.password not in page

    def test_without_a_change_of_others_saves_at_once(self, ana: Any) -> None:
        team = make.TeamFactory()
        client, form = opened(ana, url(Team, "change", team.pk))

        assert client.post(url(Team, "change", team.pk), form.data(name="Mine")).status_code == 302
