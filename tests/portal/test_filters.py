"""Filters of lists never answer something else than asked: found by walking, so that no new one is forgotten."""

import ast
from collections.abc import Iterator
from typing import Any

import django_filters
import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django_filters.widgets import BooleanWidget, SuffixedMultiWidget

from config.api import router
from config.base.data.roles import Role
from config.base.rest.viewsets import AnswerViewSet
from config.base.web.filters import FilterSet, YesNoField
from config.base.web.forms import FilterForm
from config.base.web.moments import DayField, MomentField
from incidents.filters.tickets import ReferenceField
from incidents.models import Ticket
from tests import factories as make
from tests.architecture.sources import APPS, place, sources, tree
from tests.clients import client_of
from tests.portal.pages import lists

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"


def _kinds(base: type) -> Iterator[type[Any]]:
    kind: type[Any]
    for kind in base.__subclasses__():
        if kind.__module__.partition(".")[0] in APPS:
            yield kind
        yield from _kinds(kind)


PAGES = lists()  # which also imports every page, and with them their forms
FILTER_SETS = sorted({kind for kind in _kinds(django_filters.FilterSet) if kind is not FilterSet}, key=str)
GET_FORMS = sorted({kind for kind in _kinds(FilterForm) if "forms" in kind.__module__.split(".")}, key=str)
OWN_PARSERS = (forms.DateField, forms.DateTimeField, forms.TimeField, forms.SplitDateTimeField, forms.NullBooleanField)
LENIENT_WIDGETS = (BooleanWidget, SuffixedMultiWidget, forms.NullBooleanSelect)
PARSERS = {
    "config/base/data/moments.py": "the parser",
    "config/cases/answering.py": "cases are files of a fixed format",
    "config/cases/reading.py": "cases are files of a fixed format",
    "config/cases/sla.py": "cases are files of a fixed format",
    "config/demo/views.py": "the demo's own inbox",
    "incidents/intake/report.py": "an alert is taken whatever its times are",
    "oncall/forms/schedules.py": "on the wall clock of the schedule's zone",
    "oncall/schedules/drafts.py": "on the wall clock of the schedule's zone",
    "oncall/schedules/editing.py": "drafts that were checked",
    "oncall/schedules/history.py": "drafts that were checked",
    "oncall/schedules/loading.py": "rows of a fixed format",
    "oncall/views/schedules/editor.py": "drafts that were checked",
}
"""Modules that parse a time themselves, with the reason; none reads a query parameter."""
NAMES = {"fromisoformat", "strptime", "parse_datetime", "parse_date"}


def _fields(kind: Any) -> dict[str, forms.Field]:
    return kind().form.fields if issubclass(kind, django_filters.FilterSet) else kind.base_fields


class TestParsers:
    def test_found_every_filter_set_and_form(self) -> None:
        assert len(FILTER_SETS) > 25
        assert len(GET_FORMS) >= 4

    @pytest.mark.parametrize("kind", FILTER_SETS, ids=str)
    def test_name_every_parameter_in_words(self, kind: Any) -> None:
        """The library calls a filter without a column "[invalid name]", also in what a page says of it."""
        assert [name for name, field in _fields(kind).items() if "invalid name" in str(field.label)] == []

    @pytest.mark.parametrize("kind", [*FILTER_SETS, *GET_FORMS], ids=lambda kind: kind.__name__)
    def test_of_dates_and_choices_are_the_common_ones(self, kind: Any) -> None:
        for name, field in _fields(kind).items():
            assert not isinstance(field, OWN_PARSERS), name
            assert not isinstance(field.widget, LENIENT_WIDGETS), name
            assert not (isinstance(field, forms.DecimalField)), f"{name}: an id is a whole number"

    @pytest.mark.parametrize("kind", [*FILTER_SETS, *GET_FORMS], ids=lambda kind: kind.__name__)
    def test_refuse_nonsense_in_every_field_but_free_text(self, kind: Any) -> None:
        for name, field in _fields(kind).items():
            if isinstance(
                field, (MomentField, DayField, YesNoField, forms.ChoiceField, forms.IntegerField, ReferenceField)
            ):
                bound = type("Bound", (FilterForm,), {name: field})({name: "\u0661x"})

                assert not bound.is_valid(), name

    @pytest.mark.parametrize("kind", FILTER_SETS, ids=lambda kind: kind.__name__)
    def test_that_are_not_sent_narrow_nothing(self, kind: Any) -> None:
        """The API makes only the filters of the parameters that were sent."""
        if not issubclass(kind, FilterSet):
            return
        model: Any = kind._meta.model or Ticket
        rows = model.objects.all()
        every, none = (kind(QueryDict(""), rows, sent=sent) for sent in (None, ()))

        assert every.is_valid()
        assert none.is_valid()
        assert str(every.qs.query) == str(none.qs.query)

    def test_are_nowhere_else(self) -> None:
        parsing = {
            place(path)
            for path in sources(*APPS, "config")
            for node in ast.walk(tree(path))
            if getattr(node, "attr", getattr(node, "id", "")) in NAMES
        }

        assert parsing == set(PARSERS)

    def test_of_forms_are_nowhere_djangos_own(self) -> None:
        wrong = [
            place(path)
            for path in sources(*APPS, "config")
            if "/models" not in place(path) and "forms.DateTimeField(" in path.read_text()
        ]

        assert not wrong


ENDPOINTS = {basename: f"/api/v1/{prefix}/" for prefix, viewset, basename in router.registry}


def _fields_of(viewset: Any) -> dict[str, Any]:
    """The fields of the view's filter set."""
    return _fields(viewset.filterset_class) if getattr(viewset, "filterset_class", None) else {}


PAGED = [basename for _, viewset, basename in router.registry if not issubclass(viewset, AnswerViewSet)]
FILTERED = [
    (basename, name)
    for _, viewset, basename in router.registry
    for name, field in _fields_of(viewset).items()
    if not isinstance(field, forms.CharField) or isinstance(field, ReferenceField)
]


@pytest.fixture
def api() -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


def _named_fields(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return list(answer.json()["fields"])


@pytest.mark.walk
class TestEveryEndpoint:
    @pytest.mark.parametrize(("basename", "name"), FILTERED)
    def test_refuses_an_unreadable_filter_by_its_name(self, api: Any, basename: str, name: str) -> None:
        assert _named_fields(api.get(ENDPOINTS[basename], {name: "\u0661x"})) == [name]

    @pytest.mark.parametrize("basename", PAGED)
    def test_refuses_a_page_size_that_is_no_number_of_rows(self, api: Any, basename: str) -> None:
        for size in ("abc", "0", "-1", "1.5", "", "\u0661", "000"):
            assert _named_fields(api.get(ENDPOINTS[basename], {"page_size": size})) == ["page_size"], size

    @pytest.mark.parametrize("basename", PAGED)
    def test_refuses_a_second_page_size(self, api: Any, basename: str) -> None:
        assert _named_fields(api.get(f"{ENDPOINTS[basename]}?page_size=5&page_size=9")) == ["page_size"]


class TestRepeated:
    def test_values_of_a_choice_are_a_union(self, api: Any) -> None:
        rows = [make.IncidentFactory(service=make.ServiceFactory(slug=slug)) for slug in ("shop", "mail", "printer")]

        answer = api.get(f"{INCIDENTS}?service=shop&service=mail&service=shop&group=open&group=done").json()

        assert {row["id"] for row in answer["results"]} == {rows[0].pk, rows[1].pk}

    def test_values_of_a_reference_are_a_union(self, api: Any) -> None:
        first, second, third = (make.AlertFactory(ticket=make.IncidentFactory()) for _ in range(3))

        query = f"ticket={first.ticket.reference}&ticket={second.ticket.number}"
        answer = api.get(f"/api/v1/alerts/?{query}").json()

        assert {row["id"] for row in answer["results"]} == {first.pk, second.pk}
        assert third.pk not in {row["id"] for row in answer["results"]}

    @pytest.mark.parametrize("kind", FILTER_SETS, ids=lambda kind: kind.__name__)
    def test_values_that_are_empty_are_no_filter(self, kind: Any) -> None:
        filterset = kind(QueryDict("&".join(f"{name}=" for name in kind.base_filters)))

        assert filterset.form.errors == {}

    def test_values_are_each_checked(self, api: Any) -> None:
        make.ServiceFactory(slug="shop")

        assert _named_fields(api.get(f"{INCIDENTS}?service=nowhere&service=shop")) == ["service"]

    @pytest.mark.parametrize(
        "query", ["search=a&search=b", "created_after=2026-01-01&created_after=2026-01-02", "at=x&at=y"]
    )
    def test_values_that_cannot_be_a_union_are_refused(self, api: Any, query: str) -> None:
        url = "/api/v1/on-call/" if query.startswith("at") else INCIDENTS

        assert _named_fields(api.get(f"{url}?{query}")) == [query.partition("=")[0]]

    def test_values_of_a_report_are_refused(self, api: Any) -> None:
        for slug in ("web", "data"):
            make.TeamFactory(slug=slug)

        assert _named_fields(api.get("/api/v1/metrics/?team=web&team=data")) == ["team"]

    def test_values_are_limited(self, api: Any) -> None:
        query = "&".join(f"ticket={number}" for number in range(21))

        assert _named_fields(api.get(f"/api/v1/alerts/?{query}")) == ["ticket"]

    def test_empty_value_does_not_undo_the_filter(self, api: Any) -> None:
        make.IncidentFactory(service=make.ServiceFactory(slug="shop"))
        make.IncidentFactory()

        assert len(api.get(f"{INCIDENTS}?service=shop&service=").json()["results"]) == 1

    def test_values_stay_selected_on_the_page(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        for slug in ("shop", "mail"):
            make.IncidentFactory(service=make.ServiceFactory(slug=slug, name=slug), title=f"In {slug}")
        make.IncidentFactory(title="Elsewhere")

        page = client.get("/incidents/?service=shop&service=mail").content.decode()

        assert "In shop" in page
        assert "In mail" in page
        assert "Elsewhere" not in page
        assert '<option value="shop" selected>' in page
        assert '<option value="mail" selected>' in page


class TestEveryPage:
    @pytest.mark.parametrize(("name", "url", "view"), PAGES, ids=[name for name, _, _ in PAGES])
    def test_says_what_it_does_not_understand_and_shows_nothing_wrong(
        self, client: Client, name: str, url: str, view: Any
    ) -> None:
        client.force_login(make.UserFactory(roles=list(Role)))
        fields = _fields(view.filterset_class)
        for field in view.filters:
            if isinstance(fields[field], (forms.ChoiceField, YesNoField)):
                page = client.get(url, {field: "no-such-value"}).content.decode()

                assert "Part of this address is not understood." in page, field
                assert "<tbody" not in page, field
                assert "“no-such-value”" in page or isinstance(fields[field], YesNoField), field
                assert "No matches" not in page, field

        page = client.get(url, {"sort": "password", "page": "x", "per_page": "many"}).content.decode()
        for part in ("sorted by “password”", "page “x”", "“many” rows"):
            assert part in page

    def test_says_that_one_word_is_searched(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        make.IncidentFactory(title="Elsewhere")

        page = client.get("/incidents/?search=a&search=b").content.decode()

        assert "Give it once." in page
        assert "Elsewhere" not in page


class TestTimes:
    @pytest.mark.parametrize("name", ["created_after", "created_before"])
    @pytest.mark.parametrize("moment", ["2026-11-28T10:00:00+02:00", "2026-11-28T10:00:00%2B02:00", "2026-11-28"])
    def test_of_lists_take_a_plus_that_was_not_escaped(self, api: Any, name: str, moment: str) -> None:
        for url in (INCIDENTS, "/api/v1/problems/"):
            assert api.get(f"{url}?{name}={moment}").status_code == 200

    def test_are_in_utc_for_programs_in_every_zone(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT], time_zone="Pacific/Auckland"))
        ticket = make.IncidentFactory()
        written = f"{ticket.created_at:%Y-%m-%dT%H:%M:%S}"

        assert len(client.get(f"{INCIDENTS}?created_after={written}").json()["results"]) == 1
        assert not client.get(f"{INCIDENTS}?created_before={written}").json()["results"]

    def test_of_days_are_the_readers_on_a_page(self, client: Client) -> None:
        """An item due on the 28th is due on the 28th in every time zone."""
        client.force_login(make.UserFactory(roles=[Role.AGENT], time_zone="Europe/Berlin"))
        action = make.ActionItemFactory(title="Rotate the keys")

        for name in ("due_after", "due_before"):
            assert (
                "Rotate the keys"
                in client.get(f"{reverse('incidents:action-items')}?{name}={action.due_on}").content.decode()
            )


class TestReferences:
    def test_name_a_ticket_of_their_kind(self, api: Any) -> None:
        alert = make.AlertFactory(ticket=make.IncidentFactory())

        assert api.get("/api/v1/alerts/", {"ticket": f"INC-{alert.ticket.number}"}).json()["results"]
        assert not api.get("/api/v1/alerts/", {"ticket": f"PRB-{alert.ticket.number}"}).json()["results"]
