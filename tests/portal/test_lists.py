"""Every list page: found through the addresses, so that a new one is tested the day it is declared."""

import csv
import io
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from config.base.web import csv_files
from config.base.web.csv_files import without_formula
from oncall.models import User
from tests import factories as make
from tests.architecture.sources import APPS, place, sources
from tests.portal import pages

pytestmark = pytest.mark.django_db


def _incident(**fields: Any) -> Any:
    return make.IncidentFactory(assignee=make.UserFactory(), **fields)


def _major() -> Any:
    return _incident(severity=make.SeverityFactory(is_major=True))


def _escalation() -> Any:
    return make.EscalationFactory(
        subject_type="ticket",
        subject_id=_incident().pk,
        acknowledged_by=make.UserFactory(),
        policy=make.PolicyFactory(),
    )


def _restored() -> Any:
    severity = make.SeverityFactory(rank=1, needs_prevention=True)
    row = _incident(status="restored", restored_at=make.NOON, severity=severity)
    link = make.TicketLinkFactory(from_ticket=row)
    make.ActionItemFactory(ticket=link.to_ticket, is_priority=True)
    return row


def _reader() -> Any:
    return User.objects.get(name="Reader")


def _team_of_reader() -> Any:
    reader = _reader()
    return reader.teams.first() or make.MembershipFactory(user=reader).team


_rank = iter(range(1, 1000))
ROWS: dict[str, Callable[[], Any]] = {
    "incidents:queue": _incident,
    "incidents:majors": _major,
    "incidents:restored": _restored,
    "incidents:action-items": lambda: make.ActionItemFactory(owner=make.UserFactory()),
    "incidents:excluded-times": make.SlaCreditFactory,
    "incidents:sla-waivers": make.SlaWaiverFactory,
    "incidents:alerts": lambda: make.AlertFactory(ticket=_incident()),
    "incidents:readiness": make.ServiceReadinessFactory,
    "incidents:services": lambda: make.ServiceFactory(escalation_policy=make.PolicyFactory()),
    "incidents:severities": lambda: make.SeverityFactory(rank=next(_rank)),
    "incidents:requesters": make.ContactFactory,
    "incidents:integrations": make.IntegrationFactory,
    "incidents:report-records": _incident,
    "incidents:sla-clocks": lambda: make.waived_clock(ticket=_incident()),
    "incidents:maintenances": lambda: make.MaintenanceFactory(component=True),
    "incidents:public-incidents": lambda: make.PublicIncidentFactory(ticket=_incident()),
    "incidents:components": lambda: make.ComponentFactory(service=make.ServiceFactory()),
    "incidents:subscribers": make.SubscriberFactory,
    "incidents:deliveries": make.UpdateDeliveryFactory,
    "oncall:views": lambda: make.SavedViewFactory(owner=User.objects.order_by("pk").first()),
    "oncall:my-tasks": lambda: make.ObligationFactory(owner=_reader()),
    "oncall:team-tasks": lambda: make.ObligationFactory(team=_team_of_reader()),
    "oncall:calendars": lambda: make.CalendarDateFactory().calendar,
    "oncall:teams": make.MembershipFactory,
    "oncall:users": make.MembershipFactory,
    "oncall:schedules": make.ScheduleFactory,
    "oncall:service-accounts": lambda: make.ServiceAccountFactory(team=_team_of_reader()),
    "oncall:time-off": make.AbsenceFactory,
    "oncall:overrides": lambda: make.with_person(make.OverrideFactory()),
    "oncall:swaps": lambda: make.SwapOfferFactory().swap,
    "oncall:handoff-notes": make.HandoffNoteFactory,
    "oncall:escalations": _escalation,
    "oncall:pages": lambda: make.PageFactory(escalation=_escalation()),
    "postmortems:postmortems": make.PostmortemFactory,
    "problems:known-errors": make.KnownErrorFactory,
    "problems:problems": lambda: make.ProblemFactory(assignee=make.UserFactory()),
}
LISTS = pages.lists()


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.AGENT], name="Reader"))
    return client


@pytest.mark.parametrize(("name", "url", "view"), LISTS, ids=[name for name, _, _ in LISTS])
class TestEveryList:
    def test_needs_as_many_queries_for_ten_rows_as_for_one(
        self, reader: Client, name: str, url: str, view: Any
    ) -> None:
        row = ROWS[name]
        row()
        reader.get(url)  # warms the content types

        with CaptureQueriesContext(connection) as queries_for_one:
            first = reader.get(url)
        for _ in range(9):
            row()
        with CaptureQueriesContext(connection) as queries_for_ten:
            ten = reader.get(url)

        assert first.status_code == ten.status_code == 200
        assert ten.content.count(b"<tr>") + ten.content.count(b"<tr ") >= 10
        assert len(queries_for_ten) == len(queries_for_one)

    def test_sends_strangers_to_sign_in(self, client: Client, name: str, url: str, view: Any) -> None:
        response = client.get(url)

        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]

    def test_gives_its_rows_as_csv(self, reader: Client, name: str, url: str, view: Any) -> None:
        ROWS[name]()

        response = reader.get(url, {"export": "csv"})

        assert response.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert response["Content-Type"].startswith("text/csv")
        assert len(rows) >= 2
        assert "<" not in response.content.decode()

    def test_gives_no_file_for_an_address_it_does_not_understand(
        self, reader: Client, name: str, url: str, view: Any
    ) -> None:
        response = reader.get(url, {"export": "csv", "shape": "round"})

        assert "Part of this address is not understood." in response.content.decode()

    def test_says_what_to_do_when_it_is_empty(self, client: Client, name: str, url: str, view: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))

        response = client.get(url, {"search": "there is no such row at all"})

        assert response.status_code == 200
        assert view.empty.endswith((".", "!"))

    def test_survives_nonsense_in_its_address(self, reader: Client, name: str, url: str, view: Any) -> None:
        ROWS[name]()
        for nonsense in (
            {"page": "-1"}, {"page": "9" * 40}, {"page": "x"}, {"per_page": "100000000"}, {"per_page": "0"},
            {"sort": "password"}, {"sort": "-pk,;drop"}, {"search": "%_\\'\x00"}, {"team": "no-such-team"},
        ):  # fmt: skip
            assert reader.get(url, nonsense).status_code == 200, nonsense

    @pytest.mark.parametrize("descending", ["", "-"])
    def test_sorts_by_each_of_its_columns(
        self, reader: Client, name: str, url: str, view: Any, descending: str
    ) -> None:
        ROWS[name]()
        for column in view.table_class.base_columns:
            assert reader.get(url, {"sort": f"{descending}{column}"}).status_code == 200, column


class TestCsv:
    def test_opens_in_excel_with_units_and_times(self, reader: Client) -> None:
        ticket = _incident(title="Größenänderung schlägt fehl")

        response = reader.get("/incidents/", {"export": "csv"})

        [row] = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
        assert row["Title"] == "Größenänderung schlägt fehl"
        assert row["Created"] == ticket.created_at.isoformat(timespec="seconds")
        assert int(row["Age (minutes)"]) > 60
        assert row["Assigned team"] == str(ticket.team)
        assert row["Status"] == ticket.get_status_display()

    def test_says_in_its_last_row_that_there_are_more(self, reader: Client) -> None:
        make.IncidentFactory.create_batch(4, service=make.ServiceFactory(), severity=make.SeverityFactory())
        with mock.patch.object(csv_files, "MAX_ROWS", 3):
            lines = reader.get("/incidents/", {"export": "csv"}).content.decode().splitlines()

        assert len(lines) == 1 + 3 + 1
        assert lines[-1] == "Only the first 3 rows are in this file. Narrow the filter to get the others."

    def test_ends_when_its_processor_time_is_spent(self) -> None:
        with mock.patch.object(csv_files, "BUDGET_SECONDS", 0):
            file = csv_files.csv_response(["A"], ([n] for n in range(10**9)), name="endless")

        assert "Only the first 0 rows" in file.content.decode()

    def test_has_one_writer(self) -> None:
        writers = [place(path) for path in sources(*APPS, "config") if "csv.writer(" in path.read_text()]

        assert writers == ["config/base/web/csv_files.py"]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_disarms_a_formula(self, start: str) -> None:
        assert without_formula(f"{start}1+1") == f"'{start}1+1"

    def test_leaves_other_values_alone(self) -> None:
        assert without_formula("a=b") == "a=b"
        assert without_formula(-3) == -3

    def test_disarms_a_title_in_the_queue(self, reader: Client) -> None:
        _incident(title="=HYPERLINK(1)")

        response = reader.get("/incidents/", {"export": "csv"})

        assert "'=HYPERLINK(1)" in response.content.decode()


class TestPages:
    def test_never_show_more_than_a_hundred_rows(self, reader: Client) -> None:
        service, severity = make.ServiceFactory(), make.SeverityFactory()
        make.IncidentFactory.create_batch(104, service=service, severity=severity)

        response = reader.get("/incidents/", {"per_page": "5000"})

        assert response.content.count(b"/tickets/INC-") == 100

    def test_turn_without_losing_the_filter(self, reader: Client) -> None:
        make.IncidentFactory.create_batch(30, service=make.ServiceFactory(slug="shop"))

        response = reader.get("/incidents/", {"service": "shop"})

        assert b"?service=shop&amp;page=2" in response.content
