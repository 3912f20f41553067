"""JSON that people edit stands as rows on every form, and JSON that they only read as names and values."""

import json
from typing import ClassVar

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from config.base.web.admin import FactAdmin
from config.base.web.facts import write_facts
from config.base.web.row_fields import CellKind, Column, NumberedRow, Row, RowsField
from oncall.models import User
from tests import factories as make

EDITED = [page for page in admin.site._registry.values() if not isinstance(page, FactAdmin)]


class PairsField(RowsField):
    columns = (
        Column(name="word", label="Word"),
        Column(name="number", label="Number", kind=CellKind.NUMBER, counts=False),
        Column(name="is_big", label="Big", kind=CellKind.CHECK, counts=False),
        Column(name="color", label="Color", kind=CellKind.CHOICE, choices=lambda: [("red", "Red"), ("blue", "Blue")]),
    )
    max_rows = 3

    def rows_of(self, value: object) -> list[Row]:
        return [{"word": str(word)} for word in value] if isinstance(value, list) else []

    def value_of(self, rows: list[NumberedRow]) -> object:  # type: ignore[override]  # a test's field takes lists alone
        return [(row.number, row.text("word"), row.is_checked("is_big")) for row in rows]


class PairsForm(forms.Form):
    pairs = PairsField(label="Pairs", required=False)


def sent(**cells: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({f"pairs-{name.replace('_', '-', 1)}": value for name, value in cells.items()})
    return data


class TestRowsField:
    def test_reads_the_rows_in_the_order_of_the_page(self) -> None:
        strangers = {"x_word": "no", "0_other": "no", "0_word_more": "no"}
        form = PairsForm(sent(**{"10_word": "ten", "2_word": "two", "2_is_big": "on"}, **strangers))

        assert form.is_valid()
        assert form.cleaned_data["pairs"] == [(1, "two", True), (2, "ten", False)]

    def test_leaves_empty_rows_out_and_keeps_the_numbers_of_the_page(self) -> None:
        form = PairsForm(sent(**{"0_word": "  ", "0_number": "4", "0_is_big": "on", "1_word": " a ", "2_word": ""}))

        assert form.is_valid()
        assert form.cleaned_data["pairs"] == [(2, "a", False)]

    def test_refuses_more_rows_than_fit_and_shows_all_that_was_typed(self) -> None:
        form = PairsForm(sent(**{f"{number}_word": f"w{number}" for number in range(5)}))

        assert "At most 3 rows fit, and there are 5. Clear some of them." in str(form.errors)
        assert all(f'value="w{number}"' in str(form["pairs"]) for number in range(5))

    def test_draws_stored_rows_with_empty_ones_at_the_end(self) -> None:
        page = str(PairsForm(initial={"pairs": ["a<b", "c"]})["pairs"])

        assert page.count("<tr>") == 1 + 2 + 3
        assert 'value="a&lt;b"' in page
        assert 'aria-label="Word, row 5"' in page

    def test_keeps_a_choice_that_is_not_offered_any_more(self) -> None:
        page = str(PairsForm(sent(**{"0_word": "a", "0_color": "green", "1_word": "b", "1_color": "RED"}))["pairs"])

        assert '<option value="green" selected>green (not in use)</option>' in page
        assert '<option value="red" selected>Red</option>' in page

    def test_needs_a_row_when_it_is_required(self) -> None:
        field = PairsField(label="Pairs", error_messages={"required": "Add one."})

        with pytest.raises(forms.ValidationError, match="Add one"):
            field.clean([{"word": " "}])

    def test_knows_whether_anything_has_changed(self) -> None:
        field = PairsField(label="Pairs", required=False)

        assert not field.has_changed([(1, "a", False)], [{"word": "a"}])
        assert field.has_changed([(1, "a", False)], [{"word": "b"}])
        assert field.has_changed([], [{"word": str(number)} for number in range(9)])

    def test_writes_new_values_into_what_was_sent(self) -> None:
        data = sent(**{"0_word": "old", "0_is_big": "on", "7_word": "older"})
        field = PairsField(label="Pairs")

        field.widget.put_rows(data, "pairs", [{"word": "new", "is_big": False}])

        assert PairsForm(data).fields["pairs"].widget.value_from_datadict(data, {}, "pairs")[0]["word"] == "new"
        assert not [name for name in data if "older" in data[name] or "is_big" in name]


@pytest.mark.django_db
class TestForms:
    @pytest.mark.parametrize("page", EDITED, ids=[page.opts.label for page in EDITED])
    def test_of_the_administration_have_no_raw_json(self, page: ModelAdmin) -> None:
        """A JSON column that people edit gets a `RowsField`, or lines as calendars have them."""
        request = RequestFactory().get("/")
        request.user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")

        fields = dict(page.get_form(request).base_fields)
        for formset, _ in page.get_formsets_with_inlines(request):
            fields |= formset.form.base_fields

        assert [name for name, field in fields.items() if isinstance(field, forms.JSONField)] == []


class TestFacts:
    NESTED: ClassVar[dict[str, object]] = {
        "delay_minutes": 5,
        "People": ["Ana", "Bob"],
        "steps": [{"mode": "all", "is_last": True}],
        "none": None,
    }

    def test_are_names_and_values(self) -> None:
        html = write_facts(self.NESTED)

        assert "<dt>delay minutes</dt><dd>5</dd>" in html
        assert "<dt>People</dt><dd>Ana, Bob</dd>" in html
        assert '<li><dl class="hf-facts"><dt>mode</dt><dd>all</dd><dt>is last</dt><dd>yes</dd></dl></li>' in html
        assert "<dt>none</dt><dd>none</dd>" in html
        assert not set("{}") & set(html)

    def test_escape_what_senders_wrote(self) -> None:
        assert "&lt;script&gt;" in write_facts({"<script>": ["<script>"]})
        assert "<script>" not in write_facts({"<script>": ["<script>", {"a": "<script>"}]})

    @pytest.mark.parametrize(
        ("value", "rest"),
        [
            (json.loads('{"a": ' * 30 + "1" + "}" * 30), "1 more entries"),
            ({str(number): number for number in range(250)}, "and 50 more"),
            (list(range(250)), "and 50 more"),
        ],
        ids=["deep", "wide", "long"],
    )
    def test_are_cut_where_nobody_would_read_on(self, value: object, rest: str) -> None:
        assert rest in write_facts(value)

    @pytest.mark.parametrize(("value", "text"), [({}, "none"), ([], "none"), ("x", "x"), (0, "0"), (False, "no")])
    def test_of_single_values_are_texts(self, value: object, text: str) -> None:
        assert write_facts(value) == text

    @pytest.mark.django_db
    def test_stand_on_the_pages_of_records(self, client: Client) -> None:
        client.force_login(User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss"))
        alert = make.AlertFactory(payload={"labels": {"alert_name": "Disk"}})

        page = client.get(reverse("admin:incidents_alert_change", args=[alert.pk])).content.decode()

        assert "<dt>alert name</dt><dd>Disk</dd>" in page
