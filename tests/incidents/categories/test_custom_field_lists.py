"""Lists of tickets by the fields of their categories: the filter, in the portal and over REST, and the CSV file."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from incidents.categories.custom_fields import CustomField, print_value, read_text, values_of_text
from incidents.models import CustomFieldKind
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.UserFactory(is_superuser=True))
    return client


@pytest.fixture
def laptop() -> Any:
    custom = {"asset_tag": "PC-12", "floor": 2, "is_home": True}
    make.IncidentFactory(title="Another", custom={"asset_tag": "PC-13", "floor": 22, "is_home": False})
    make.IncidentFactory(title="Without")
    return make.IncidentFactory(title="Laptop", category="Hardware", custom=custom)


class TestFilter:
    @pytest.mark.parametrize("sent", ["asset_tag: PC-12", "asset_tag=PC-12", "floor:2", "floor: 2.0", "is_home: Yes"])
    def test_finds_the_value_of_any_kind(self, desk: Client, laptop: Any, sent: str) -> None:
        answer = desk.get("/api/v1/incidents/", {"custom_field": sent}).json()
        page = desk.get("/incidents/", {"custom_field": sent}).content.decode()

        assert [row["reference"] for row in answer["results"]] == [laptop.reference]
        assert "Laptop</a>" in page
        assert "Another</a>" not in page

    @pytest.mark.parametrize("sent", ["PC-12", "asset_tag:", ": PC-12", "Asset Tag: PC-12"])
    def test_says_how_to_write_it(self, desk: Client, laptop: Any, sent: str) -> None:
        answer = desk.get("/api/v1/incidents/", {"custom_field": sent})

        assert answer.status_code == 400
        assert "as asset_tag: PC-12" in str(answer.json())

    @pytest.mark.parametrize("sent", ["asset_tag: PC-1", "other: PC-12", "floor: 3"])
    def test_finds_nothing_else(self, desk: Client, laptop: Any, sent: str) -> None:
        assert desk.get("/api/v1/incidents/", {"custom_field": sent}).json()["results"] == []

    def test_goes_by_category_in_any_case_of_letters(self, desk: Client, laptop: Any) -> None:
        answer = desk.get("/api/v1/incidents/", {"category": "hardware"}).json()

        assert [row["reference"] for row in answer["results"]] == [laptop.reference]


class TestValuesOfText:
    @given(st.sampled_from([CustomFieldKind.NUMBER, CustomFieldKind.DATE, CustomFieldKind.YES_NO]), st.data())
    def test_hold_what_the_text_of_a_value_is_read_as(self, kind: CustomFieldKind, data: st.DataObject) -> None:
        texts = {
            CustomFieldKind.NUMBER: st.integers(-9999, 9999).map(str) | st.decimals(0, 99, places=2).map(str),
            CustomFieldKind.DATE: st.dates().map(str),
            CustomFieldKind.YES_NO: st.sampled_from(["yes", "no"]),
        }
        value = read_text(CustomField(name="any", label="Any", kind=kind), data.draw(texts[kind]))

        assert value in values_of_text(print_value(value))


class TestFile:
    def test_holds_category_and_fields(self, desk: Client, laptop: Any) -> None:
        head, *rows = desk.get("/incidents/?export=csv").content.decode("utf-8-sig").splitlines()

        assert "Category" in head
        assert "Fields of the category" in head
        [row] = [row for row in rows if "Laptop" in row]
        assert "Hardware" in row
        assert "asset_tag: PC-12; floor: 2; is_home: yes" in row
