"""Custom fields of categories: their values are typed, checked in one place, and never lost."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from config.base.data.roles import Role
from config.base.data.text import clean_line
from incidents import response
from incidents.categories.custom_fields import (
    MAX_TEXT,
    CustomField,
    Value,
    change_values,
    list_values,
    print_value,
    read_text,
    read_value,
)
from incidents.models import EntryKind, Incident, Ticket
from oncall.models import User
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON
from tests.portal.sent_forms import main_form

ASSET = CustomField(name="asset", label="Inventory tag", kind="text", is_required=True)
FLOORS = CustomField(name="floors", label="Floors", kind="number")
BOUGHT = CustomField(name="bought", label="Bought on", kind="date")
IS_LEASED = CustomField(name="is_leased", label="Leased", kind="yes_no")
COLOR = CustomField(name="color", label="Color", kind="choice", choices=("Red", "Dark blue"))
FIELDS = [ASSET, FLOORS, BOUGHT, IS_LEASED, COLOR]


def texts() -> st.SearchStrategy[str]:
    return st.text(max_size=80).map(clean_line).filter(bool)


VALUES = st.one_of(
    st.tuples(st.just(ASSET), texts()),
    st.tuples(st.just(FLOORS), st.integers(-(10**15) + 1, 10**15 - 1)),
    st.tuples(st.just(FLOORS), st.decimals(-(10**9), 10**9, places=5).map(float)),
    st.tuples(st.just(BOUGHT), st.dates(date(1950, 1, 1), date(2090, 1, 1)).map(str)),
    st.tuples(st.just(IS_LEASED), st.booleans()),
    st.tuples(st.just(COLOR), st.sampled_from(COLOR.choices)),
)


class TestReadValue:
    @given(VALUES)
    def test_is_what_people_read_and_type(self, case: tuple[CustomField, Any]) -> None:
        field, value = case

        stored = read_value(field, value)

        assert stored == value
        assert read_text(field, print_value(stored)) == stored
        assert read_value(field, stored) == stored

    @pytest.mark.parametrize(("field", "value"), [
        (ASSET, 7), (ASSET, ["a"]), (ASSET, {"a": 1}), (ASSET, "x" * (MAX_TEXT + 1)), (FLOORS, "7"), (FLOORS, True),
        (FLOORS, 10**15), (FLOORS, float("nan")), (FLOORS, float("inf")), (BOUGHT, "2026-02-30"), (BOUGHT, "soon"),
        (BOUGHT, 20260101), (IS_LEASED, "yes"), (IS_LEASED, 1), (COLOR, "Green"), (COLOR, "red"),
    ])  # fmt: skip
    def test_refuses_another_kind(self, field: CustomField, value: object) -> None:
        with pytest.raises(ValidationError):
            read_value(field, value)

    @pytest.mark.parametrize("text", ["", "1e5", "1,5", "0x10", "12345678901234567", "--1", "١٢"])
    def test_refuses_what_is_no_number(self, text: str) -> None:
        with pytest.raises(ValidationError, match="Write a number"):
            read_text(FLOORS, text)


class TestChangeValues:
    def test_changes_only_what_is_named_and_leaves_values_of_fields_that_are_gone(self) -> None:
        before: dict[str, Value] = {"asset": "T-1", "floors": 2, "gone": "still here"}

        after = change_values(fields=FIELDS, values=before, sent={"floors": None, "color": "Red"})

        assert after == {"asset": "T-1", "gone": "still here", "color": "Red"}

    def test_names_every_wrong_field(self) -> None:
        with pytest.raises(ValidationError) as refusal:
            change_values(fields=FIELDS, values={"asset": "T-1"}, sent={"asset": " ", "floors": "x", "size": 1})

        assert refusal.value.message_dict == {
            "custom_fields.asset": ["Inventory tag is needed for this category. Fill it in."],
            "custom_fields.floors": ["This is a number. Send it without quotes."],
            "custom_fields.size": [
                "The ticket's category has no such field. It has: asset, floors, bought, is_leased, color."
            ],
        }


class TestListValues:
    def test_shows_fields_in_use_then_values_of_others(self) -> None:
        retired = CustomField(name="room", label="Room", kind="text", is_retired=True)
        empty = CustomField(name="desk", label="Desk", kind="text", is_retired=True)

        rows = list_values(fields=[retired, empty, FLOORS], values={"room": "4.1", "old_tag": "X"})

        assert [(row.field.label, row.text, row.is_of_category) for row in rows] == [
            ("Room", "4.1", False), ("Floors", "", True), ("Old tag", "X", False),
        ]  # fmt: skip


def definition(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    row = {"name": name, "label": label, "kind": kind, "choices": [], "is_required": False, "help_text": ""}
    return row | {"is_retired": False} | more


LAPTOP = [
    definition("asset", "Inventory tag", is_required=True, help_text="On the bottom."),
    definition("color", "Color", "choice", choices=["Red", "Dark blue"]),
    definition("is_leased", "Leased", "yes_no"),
]


@pytest.fixture
def agent() -> Any:
    make.SeverityFactory(rank=4, pages=False)
    user = make.UserFactory(name="Ana", roles=[Role.AGENT])
    make.MembershipFactory(user=user, team=make.TeamFactory(kind="service_desk"))
    return user


@pytest.fixture
def laptop() -> Any:
    return make.CategoryFactory(name="Laptop", custom_fields=LAPTOP)


@pytest.fixture
def desk(client: Client, agent: Any, laptop: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.mark.django_db
class TestCategory:
    @pytest.mark.parametrize(("rows", "sentence"), [
        ([definition("Asset", "x")], "small letters"),
        ([definition("a", "x"), definition("a", "y")], "Two fields have the name a"),
        ([definition("a", "x", "choice")], "a choice needs its choices"),
        ([definition("a", "x", choices=["b"])], "a choice needs its choices"),
        ([definition("a", "x", "choice", choices=["b", "b"])], "stands there once"),
        ([definition("a", "x", "color")], "choose one of these kinds"),
        ([definition(f"a{number}", "x") for number in range(31)], "30 fields at most"),
        ([{"name": "a"}], "has exactly"),
    ])  # fmt: skip
    def test_refuses_what_is_no_definition(self, rows: Any, sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence):
            make.CategoryFactory.build(custom_fields=rows).full_clean()

    def test_is_written_by_programs_as_it_is_read(self) -> None:
        client = client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))
        sent = {"name": "Laptop", "custom_fields": [{"name": "asset", "label": "Inventory tag", "is_required": True}]}

        made = client.post("/api/v1/categories/", sent, format="json")
        refused = client.post(
            "/api/v1/categories/",
            {"name": "Phone", "custom_fields": [{"name": "No!", "label": "x"}]},
            format="json",
        )

        assert made.json()["custom_fields"] == [definition("asset", "Inventory tag", is_required=True)]
        assert "custom_fields.0.name" in refused.json()["fields"]

    def test_is_edited_as_rows_in_the_administration(self, client: Client, laptop: Any) -> None:
        client.force_login(User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss"))
        address = reverse("admin:incidents_category_change", args=[laptop.pk])

        page = client.get(address).content.decode()
        sent = main_form(page).data(
            **{
                "custom_fields-0-label": "Tag", "custom_fields-2-is_retired": "on",
                "change_reason": "Plain", "custom_fields-3-label": "Größe in cm", "custom_fields-3-kind": "number",
            }
        )  # fmt: skip
        answer = client.post(address, sent)

        assert answer.status_code == 302, answer.content.decode()
        laptop.refresh_from_db()
        assert [(row["name"], row["label"], row["is_retired"]) for row in laptop.custom_fields] == [
            ("asset", "Tag", False), ("color", "Color", False), ("is_leased", "Leased", True),
            ("groe_in_cm", "Größe in cm", False),
        ]  # fmt: skip


@pytest.mark.django_db
class TestNewTicket:
    def test_draws_the_fields_once_a_required_one_is_missing_and_loses_nothing(self, desk: Client) -> None:
        page = desk.get(reverse("incidents:ticket-new")).content.decode()
        sent = main_form(page).data(title="It smokes", category="laptop", description="Since noon")

        again = desk.post(reverse("incidents:ticket-new"), sent)
        text = again.content.decode()
        filled = main_form(text).data(custom_asset="T-77", custom_is_leased="no")
        answer = desk.post(reverse("incidents:ticket-new"), filled)

        assert again.status_code == 422
        assert "Inventory tag is needed for this category" in text
        assert "Since noon" in text
        assert answer.status_code == 302
        incident = Incident.objects.get()
        assert incident.custom == {"asset": "T-77", "is_leased": False}
        assert incident.description == "Since noon"

    def test_draws_them_when_the_category_is_chosen(self, desk: Client) -> None:
        address = reverse("incidents:ticket-fields")

        drawn = desk.post(address, {"category": "Laptop", "custom_asset": "T-1"}).content.decode()

        assert 'value="T-1"' in drawn
        assert "is needed" not in drawn
        assert "custom_" not in desk.post(address, {"category": "Printer"}).content.decode()

    def test_refuses_a_choice_that_is_not_offered(self, desk: Client) -> None:
        sent = {"title": "x", "category": "Laptop", "contact_type": "phone", "custom_asset": "T"}

        answer = desk.post(reverse("incidents:ticket-new"), sent | {"custom_color": "Pink"})

        assert "“Pink” is not a choice. Choose one of: Red, Dark blue." in answer.content.decode()
        assert not Incident.objects.exists()


@pytest.mark.django_db
class TestTicketPage:
    def test_shows_values_and_what_is_needed_each_with_its_form(self, desk: Client) -> None:
        ticket = make.IncidentFactory(category="Laptop", custom={"color": "Red", "old_tag": "X-9"})

        page = desk.get(ticket.get_absolute_url()).content.decode()

        assert "Not set, needed" in page
        assert "field=custom_asset" in page
        assert "Old tag" in page
        assert "X-9" in page
        assert "field=custom_old_tag" not in page

    def test_changes_one_in_place_and_records_it(self, desk: Client, agent: Any) -> None:
        ticket = make.IncidentFactory(category="Laptop", custom={"color": "Red", "old_tag": "X-9"})
        form = f"{reverse('incidents:ticket-edit', args=[ticket.reference])}?field=custom_color"

        sent = main_form(desk.get(form).content.decode()).data(custom_color="Dark blue")
        answer = desk.post(form, sent)

        assert answer.status_code == 302
        ticket.refresh_from_db()
        assert ticket.custom == {"color": "Dark blue", "old_tag": "X-9"}
        entry = ticket.timeline.get(kind=EntryKind.CHANGE)
        assert (entry.text, entry.actor) == ("Color changed.", agent)
        assert entry.data == {"field": "custom_fields.color", "from": "Red", "to": "Dark blue"}

    def test_takes_no_required_value_away(self, desk: Client) -> None:
        ticket = make.IncidentFactory(category="Laptop", custom={"asset": "T-1"})
        form = f"{reverse('incidents:ticket-edit', args=[ticket.reference])}?field=custom_asset"

        answer = desk.post(form, main_form(desk.get(form).content.decode()).data(custom_asset=""))

        assert answer.status_code == 422
        ticket.refresh_from_db()
        assert ticket.custom == {"asset": "T-1"}

    def test_leaves_a_choice_that_is_gone_while_another_field_changes(self, desk: Client) -> None:
        ticket = make.IncidentFactory(category="Laptop", custom={"asset": "T-1", "color": "Pink"})
        form = reverse("incidents:ticket-edit", args=[ticket.reference])

        answer = desk.post(form, main_form(desk.get(form).content.decode()).data(title="It burns"))

        assert answer.status_code == 302
        ticket.refresh_from_db()
        assert (ticket.title, ticket.custom) == ("It burns", {"asset": "T-1", "color": "Pink"})

    def test_asks_for_the_fields_of_another_category_and_shows_the_old_values(self, desk: Client) -> None:
        ticket = make.IncidentFactory(category="Printer", custom={"tray": "2"})
        form = f"{reverse('incidents:ticket-edit', args=[ticket.reference])}?field=category"

        sent = main_form(desk.get(form).content.decode()).data(category="Laptop")
        page = desk.post(form, sent, follow=True).content.decode()

        assert "Laptop needs also: Inventory tag." in page
        assert "Tray" in page
        assert Ticket.objects.get(pk=ticket.pk).custom == {"tray": "2"}

    def test_shows_the_value_of_a_retired_field_and_edits_it_no_more(self, desk: Client, laptop: Any) -> None:
        laptop.custom_fields = [row | {"is_retired": True} for row in LAPTOP]
        laptop.save()
        ticket = make.IncidentFactory(category="Laptop", custom={"color": "Red"})

        page = desk.get(ticket.get_absolute_url()).content.decode()

        assert "Color" in page
        assert "field=custom_" not in page


@pytest.mark.django_db
class TestApi:
    def test_reads_and_changes_values(self, agent: Any, laptop: Any) -> None:
        client = client_of(agent)
        body = {"title": "x", "team": make.TeamFactory().slug, "category": "Laptop"}

        made = client.post("/api/v1/incidents/", body | {"custom_fields": {"asset": "T-1"}}, format="json").json()
        address = f"/api/v1/incidents/{made['id']}/"
        changed = client.patch(address, {"custom_fields": {"color": "Red", "is_leased": True}}, format="json").json()
        cleared = client.patch(address, {"custom_fields": {"color": None}}, format="json").json()

        assert made["custom_fields"] == {"asset": "T-1"}
        assert changed["custom_fields"] == {"asset": "T-1", "color": "Red", "is_leased": True}
        assert cleared["custom_fields"] == {"asset": "T-1", "is_leased": True}

    def test_names_wrong_fields_one_by_one(self, agent: Any, laptop: Any) -> None:
        client, ticket = client_of(agent), make.IncidentFactory(category="Laptop", custom={"asset": "T-1"})

        answer = client.patch(
            f"/api/v1/incidents/{ticket.pk}/",
            {"custom_fields": {"asset": None, "color": "Pink", "size": 4}},
            format="json",
        )

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == {"custom_fields.asset", "custom_fields.color", "custom_fields.size"}
        ticket.refresh_from_db()
        assert ticket.custom == {"asset": "T-1"}

    def test_needs_required_fields_of_a_logged_call_and_not_of_what_is_urgent(self, agent: Any, laptop: Any) -> None:
        client = client_of(agent)
        body = {"title": "x", "team": make.TeamFactory().slug, "category": "Laptop"}

        urgent = client.post("/api/v1/incidents/", body, format="json")
        logged = client.post("/api/v1/incidents/", body | {"page": False}, format="json")

        assert urgent.status_code == 201
        assert logged.status_code == 400
        assert set(logged.json()["fields"]) == {"custom_fields.asset"}

    def test_takes_fields_of_the_category_that_the_same_change_sets(self, agent: Any, laptop: Any) -> None:
        ticket = make.IncidentFactory(category="Printer", custom={"tray": 2})

        changes = {"custom_fields": {"asset": "T-1"}, "category": "Laptop"}

        response.edit(ticket_id=ticket.pk, changes=changes, actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert ticket.custom == {"tray": 2, "asset": "T-1"}
