"""The figures: exact to the second, split by the reader's months, and equal to their records."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import response
from incidents.models import Ticket
from incidents.reports import aggregates, metrics
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR = 60, 3600


def _minutes(*offsets: float | None) -> list[datetime | None]:
    return [None if offset is None else NOON + timedelta(minutes=offset) for offset in offsets]


def _restored(minutes: float, **fields: Any) -> Any:
    end = NOON + timedelta(minutes=minutes)
    return make.IncidentFactory(**{"status": "restored", "restored_at": end} | fields)


def _whole(**options: Any) -> Any:
    cells = aggregates.tally(Ticket.objects.all(), zone=BERLIN, measures=tuple(metrics.MEASURES), **options)
    return next(cell.figures for cell in cells if cell.month is None and cell.is_of_all)


class TestTally:
    def test_measures_the_worked_vector(self) -> None:
        """Impact 10:00, alert 10:04, answer 10:07, work 10:10, restored 10:52, resolved the next day at 15:00."""
        impact, alert, answer, work, restored = _minutes(0, 4, 7, 10, 52)
        make.IncidentFactory(
            status="resolved", impact_started_at=impact, alerted_at=alert, acknowledged_at=answer,
            work_started_at=work, restored_at=restored, resolved_at=NOON + timedelta(days=1, hours=5),
        )  # fmt: skip

        medians = {name: figures.median for name, figures in _whole().items()}

        assert medians == {
            "acknowledge": 3 * MINUTE,
            "respond": 48 * MINUTE,
            "restore": 52 * MINUTE,
            "repair": 42 * MINUTE,
            "resolve": 29 * HOUR,
        }

    def test_gives_n_median_mean_and_p90(self) -> None:
        for minutes in (*range(1, 11), 1000):
            _restored(minutes)

        figures = _whole()["restore"]

        assert (figures.n, figures.median, figures.p90) == (11, 6 * MINUTE, 10 * MINUTE)
        assert figures.mean == pytest.approx((55 + 1000) / 11 * MINUTE)

    def test_puts_a_month_where_the_reader_lives(self) -> None:
        _restored(0, impact_started_at=datetime(2026, 4, 30, 22, 30, tzinfo=UTC))

        months = [
            cell.month
            for zone in (BERLIN, ZoneInfo("America/Chicago"))
            for cell in aggregates.tally(Ticket.objects.all(), zone=zone)
            if cell.month
        ]

        assert [f"{month:%Y-%m}" for month in months] == ["2026-05", "2026-04"]

    def test_says_why_a_record_is_left_out(self) -> None:
        alert, answer, end = _minutes(0, 5, 9)
        make.IncidentFactory()
        make.IncidentFactory(alerted_at=alert)
        make.IncidentFactory(alerted_at=answer, acknowledged_at=alert)
        make.IncidentFactory(alerted_at=alert, status="restored", restored_at=end)
        make.IncidentFactory(
            alerted_at=alert, acknowledged_at=answer, status="closed", closed_at=end, closure_code="duplicate"
        )

        figures_by_measure = _whole()

        assert figures_by_measure["acknowledge"].n == 0
        assert figures_by_measure["acknowledge"].left_out == {
            "no_start": 1, "not_yet": 1, "disordered": 1, "never": 1, "not_separate": 1,
        }  # fmt: skip
        assert (figures_by_measure["restore"].n, figures_by_measure["resolve"].left_out) == (
            1,
            {"not_separate": 1, "not_yet": 4},
        )

    @pytest.mark.parametrize("dimension", metrics.DIMENSIONS)
    def test_splits_in_one_query(self, dimension: str) -> None:
        for rank, minutes in ((1, 10), (2, 30)):
            _restored(minutes, severity=make.SeverityFactory(rank=rank))

        with CaptureQueriesContext(connection) as queries:
            cells = aggregates.tally(Ticket.objects.all(), zone=BERLIN, dimension=dimension)

        assert len(queries) == 1
        split = [cell for cell in cells if cell.month and not cell.is_of_all]
        assert {cell.figures["restore"].median for cell in split} == {10 * MINUTE, 30 * MINUTE}

    def test_tells_of_times_changed_by_hand(self) -> None:
        ticket = _restored(10)
        response.edit(
            ticket_id=ticket.pk, changes={"impact_started_at": NOON - timedelta(minutes=5)}, actor=None, at=NOON
        )
        _restored(10)

        figures = _whole()["restore"]

        assert (figures.n, figures.changed) == (2, 1)

    def test_of_nothing_is_nothing(self) -> None:
        assert aggregates.tally(Ticket.objects.none(), zone=BERLIN) == []
        assert _whole()["restore"].median is None


class TestRecords:
    def test_are_those_the_number_counts(self) -> None:
        _restored(10)
        make.IncidentFactory()

        for name, figures in _whole().items():
            rows: Any = metrics.with_measure(Ticket.objects.all(), metrics.MEASURES[name])
            counted = rows.filter(outcome="counted")
            assert counted.count() == figures.n, name
            assert rows.exclude(outcome="counted").count() == figures.left_out_total, name
            assert all(row.seconds is not None for row in counted)
