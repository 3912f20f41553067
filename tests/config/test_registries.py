"""`manage.py registries` prints everything that apps register."""

from io import StringIO

import pytest
from django.core.management import call_command

from config.base.data import search
from config.base.web import concerns, panels
from oncall import subjects
from oncall.engine import health_checks
from oncall.engine.registry import sweeps_of
from oncall.obligations import kinds
from oncall.wake import LANES


@pytest.fixture
def printed() -> str:
    output = StringIO()
    call_command("registries", stdout=output)
    return output.getvalue()


def _rows(printed: str, title: str) -> list[list[str]]:
    """The rows below a title, each as its cells."""
    _, _, below = printed.partition(f"\n{title}")
    return [line.split("  ") for line in below.partition("\n\n")[0].splitlines()[1:]]


class TestRegistries:
    @pytest.mark.parametrize(
        ("title", "count"),
        [
            ("Panels", len(panels.registered())),
            ("Chapters", len(panels.chapters())),
            ("Search", len(search.registered())),
            ("Sweeps", sum(len(sweeps_of(lane)) for lane in LANES)),
            ("Subject types", len(subjects.names())),
            ("Obligation kinds", len(kinds.all_kinds())),
            ("Health checks", len(health_checks.checks())),
            ("Concerns", len(concerns.registered())),
        ],
    )
    def test_have_a_row_for_each_entry(self, printed: str, title: str, count: int) -> None:
        assert len(_rows(printed, title)) == count > 0

    def test_say_how_often_a_sweep_runs_and_where_it_is(self, printed: str) -> None:
        (sweep,) = [sweep for sweep in sweeps_of("clocks") if sweep.name == "pulse"]
        cells = [cell.strip() for cell in " ".join(printed.splitlines()).partition("clocks  pulse")[2].split("  ")]

        assert [cell for cell in cells if cell][:2] == ["600", f"{sweep.run.__module__}.{sweep.run.__qualname__}"]

    def test_name_receivers_with_their_signal(self, printed: str) -> None:
        rows = {cells[1]: [cell.strip() for cell in cells[2:] if cell] for cells in _rows(printed, "Receivers")}

        assert {"incident_restored", "escalation_acknowledged", "post_migrate"} <= set(rows)
        assert all(names and "." in names[-1] for names in rows.values())

    def test_keep_one_line_a_question(self, printed: str) -> None:
        assert "alert_unrouted" in printed
        assert max(map(len, printed.splitlines())) < 200
