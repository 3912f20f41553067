"""The summary of the reports: every figure equals a count over the records, whatever changed."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import ReportChange, ReportRun, ReportSegment, Ticket
from incidents.reports import aggregates, metrics, summary
from incidents.reports.summary import Scope
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
AFTER_ALL_INCIDENTS = NOON + timedelta(days=20)


def _refresh() -> None:
    while summary.refresh_one(at=AFTER_ALL_INCIDENTS):
        pass


def _length(values: list[float], share: float) -> float | None:
    """By hand: between two of the sorted values in a straight line."""
    if not values:
        return None
    values = sorted(values)
    position = share * (len(values) - 1)
    low, high = values[floor(position)], values[ceil(position)]
    return low + (high - low) * (position - floor(position))


def _figures(rows: list[Any]) -> tuple[Any, ...]:
    counted = [row.seconds for row in rows if row.outcome == "counted"]
    mean = sum(counted) / len(counted) if counted else None
    changed = sum(row.times_changed_at is not None for row in rows if row.outcome == "counted")
    left_out: dict[str, int] = {}
    for row in rows:
        if row.outcome != "counted":
            left_out[row.outcome] = left_out.get(row.outcome, 0) + 1
    values = (len(counted), _length(counted, 0.5), mean, _length(counted, 0.9))
    return (
        *(None if value is None else round(value, 3) for value in values),
        changed,
        len(rows) - len(counted),
        left_out,
    )


def _by_hand(tickets: Any, dimension: str, zone: ZoneInfo) -> dict[Any, Any]:
    """The same groups, from the records one by one."""
    figures: dict[Any, Any] = {}
    for measure in metrics.MEASURES.values():
        groups: dict[Any, list[Any]] = {(None, None, True): []}
        for row in metrics.with_measure(tickets, measure):
            month = row.impact_started_at.astimezone(zone).date().replace(day=1)
            key = getattr(row, metrics.DIMENSIONS[dimension])
            for group in ((month, None, True), (None, None, True), (month, key, False), (None, key, False)):
                groups.setdefault(group, []).append(row)
        figures |= {(*group, measure.name): _figures(rows) for group, rows in groups.items()}
    return figures


def _rounded(cells: Iterable[aggregates.Cell]) -> dict[Any, Any]:
    return {
        (cell.month, cell.key, cell.is_of_all, name): (
            *(
                None if value is None else round(value, 3)
                for value in (figures.n, figures.median, figures.mean, figures.p90)
            ),
            figures.changed, figures.left_out_total, dict(figures.left_out),
        )
        for cell in cells
        for name, figures in cell.figures.items()
    }  # fmt: skip


def _change(tickets: list[Any], chance: random.Random) -> None:
    """One change of one incident, as somebody may make it, and not always through our functions."""
    rows = Ticket.objects.filter(pk=chance.choice(tickets).pk)
    end = chance.choice(tickets).impact_started_at + timedelta(days=70, seconds=chance.randrange(90_000))
    nothing = {"closed_at": None, "closure_code": "", "resolved_at": None}
    restored = nothing | {"status": "restored", "restored_at": end}
    closed = {"status": "closed", "closed_at": end, "restored_at": end, "resolved_at": end}
    chance.choice([
        lambda: rows.update(**restored),
        lambda: rows.update(**nothing | {"status": "in_progress", "restored_at": None}),
        lambda: rows.update(**closed | {"closure_code": chance.choice(["solved", "duplicate", "cancelled"])}),
        lambda: rows.update(severity=chance.choice(tickets).severity),
        lambda: rows.update(team=chance.choice(tickets).team, service=chance.choice(tickets).service),
        lambda: rows.update(alerted_at=end - timedelta(days=3), acknowledged_at=end - timedelta(hours=3)),
        lambda: rows.update(impact_started_at=chance.choice(tickets).impact_started_at, times_changed_at=end),
        lambda: rows.update(visibility="private", visibility_reason="Personal data"),
        lambda: rows.update(visibility="open", visibility_reason=""),
        lambda: rows.update(title="Another title"),
    ])()  # fmt: skip


def _company(chance: random.Random) -> list[Any]:
    teams = [make.TeamFactory() for _ in range(3)]
    services: list[Any] = [make.ServiceFactory(), make.ServiceFactory(), None]
    severities = [make.SeverityFactory(rank=rank) for rank in (1, 2)]
    return [
        make.IncidentFactory(
            team=chance.choice(teams),
            service=chance.choice(services),
            severity=chance.choice(severities),
            impact_started_at=NOON - timedelta(hours=chance.randrange(24 * 70)),
        )
        for _ in range(40)
    ]


class TestTally:
    @pytest.mark.drill
    @pytest.mark.parametrize("dimension", metrics.DIMENSIONS)
    def test_equals_a_hand_count_after_any_change(self, dimension: str) -> None:
        chance = random.Random(dimension)
        reader = make.MembershipFactory(user__time_zone="Europe/Berlin").user
        tickets = _company(chance)
        _refresh()
        visible = Ticket.objects.incidents().visible_to(reader)
        for step in range(30):
            for _ in range(3):
                _change(tickets, chance)
            if step % 3 == 0:
                _refresh()
            if step == 20:
                Ticket.objects.filter(pk=tickets.pop().pk).delete()
            zone = chance.choice([BERLIN, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")])

            cells = aggregates.tally(
                visible, zone=zone, dimension=dimension, measures=tuple(metrics.MEASURES), scope=Scope()
            )

            assert _rounded(cells) == _by_hand(visible, dimension, zone), f"after step {step}"

    def test_equals_a_hand_count_of_what_the_reader_narrowed_it_to(self) -> None:
        chance = random.Random(7)
        tickets = _company(chance)
        for _ in range(60):
            _change(tickets, chance)
        _refresh()
        rows = Ticket.objects.incidents()
        since, team, severity = NOON - timedelta(days=40), tickets[0].team_id, tickets[0].severity_id
        scopes = [
            (Scope(since=since), rows.filter(impact_started_at__gte=since)),
            (Scope(until=since, team=team), rows.filter(impact_started_at__lt=since, team=team)),
            (Scope(severity=severity, is_changed=False), rows.filter(severity=severity, times_changed_at=None)),
        ]

        for scope, narrowed in scopes:
            cells = aggregates.tally(
                narrowed, zone=BERLIN, dimension="team", measures=tuple(metrics.MEASURES), scope=scope
            )

            assert _rounded(cells) == _by_hand(narrowed, "team", BERLIN)

    def test_asks_two_questions_and_counts_nothing_that_is_summed_up(self) -> None:
        make.IncidentFactory(status="restored", restored_at=NOON + timedelta(hours=1))
        _refresh()

        with CaptureQueriesContext(connection) as queries:
            cells = aggregates.tally(Ticket.objects.all(), zone=ZoneInfo("UTC"), scope=Scope())

        assert len(queries) == 2
        assert cells[-1].figures["restore"].n == 1
        assert ReportRun.objects.count() == len(metrics.MEASURES)


class TestRefresh:
    def test_cuts_time_where_a_month_begins_for_somebody(self) -> None:
        make.UserFactory(time_zone="Europe/Berlin")
        make.IncidentFactory(impact_started_at=datetime(2026, 5, 15, tzinfo=UTC))

        while summary.refresh_one(at=datetime(2026, 5, 20, tzinfo=UTC)):
            pass

        cuts = ReportSegment.objects.order_by("starts_at").values_list("starts_at", "ends_at")
        assert [(start.isoformat()[:13], end.isoformat()[:13]) for start, end in cuts] == [
            ("2026-04-30T22", "2026-05-01T00"),
            ("2026-05-01T00", "2026-05-31T22"),
            ("2026-05-31T22", "2026-06-01T00"),
        ]

    def test_has_nothing_to_do_when_nothing_changed(self) -> None:
        ticket = make.IncidentFactory()
        _refresh()

        Ticket.objects.filter(pk=ticket.pk).update(title="No figure depends on it")

        assert not ReportChange.objects.exists()
        assert not summary.refresh_one(at=AFTER_ALL_INCIDENTS)

    def test_sums_up_again_what_has_changed(self) -> None:
        ticket = make.IncidentFactory()
        _refresh()

        Ticket.objects.filter(pk=ticket.pk).update(status="restored", restored_at=NOON + timedelta(hours=1))

        assert ReportChange.objects.count() == 1
        assert summary.refresh_one(at=AFTER_ALL_INCIDENTS)
        assert bytes(ReportRun.objects.get(measure="restore").seconds)
        assert not ReportChange.objects.exists()

    def test_of_nothing_keeps_nothing(self) -> None:
        assert summary.refresh(at=AFTER_ALL_INCIDENTS) == 0
        assert not ReportSegment.objects.exists()


class TestStored:
    def test_is_read_by_the_months_of_the_reader_only_where_they_fit(self) -> None:
        make.IncidentFactory()
        _refresh()

        of_utc, of_chicago = (
            summary.read_summary(Scope(), zone=ZoneInfo(zone), dimension=None, measures=["restore"])
            for zone in ("UTC", "America/Chicago")
        )

        assert [row.month for row in of_utc.rows] == [date(NOON.year, NOON.month, 1)]
        assert (of_chicago.rows, of_chicago.periods) == ([], [])
