"""The SLA clocks of one ticket with 40 events under 36 targets of all kinds, on calendars with holidays.

python -m config.embedded python -m tests.bench.bench_sla_clock
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from tests.bench import bulk_data, measure, sla_data
from tests.bench.measure import show

TICKETS = int(os.environ.get("BENCH_SLA_TICKETS", "300"))
AGES = (44.0, 14.0)
BATCH = 50
"""As many as the engine takes at once."""
AIM_MS = 5


def main() -> None:
    """Measure the pure clocks, then the same out of and into the database, and print."""
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    with bulk_data.scratch():
        bulk_data.fill(TICKETS, ages=AGES, still_open=TICKETS)
        targets = sla_data.add_targets(sla_data.PROMISES)
        keys = sla_data.lengthen_timelines()
        show(
            f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU;"
            f" {len(keys)} tickets with 40 events, {targets} targets"
        )
        _measure_pure(keys, anchor)
        _measure_database(keys, anchor)


def _measure_pure(keys: Sequence[int], anchor: float) -> None:
    from incidents.models import SlaTarget  # noqa: PLC0415 - Django must be ready
    from incidents.sla.loading import load_events, read_definitions  # noqa: PLC0415
    from incidents.sla.replay import replay  # noqa: PLC0415
    from oncall.calendars.opening_hours import minute_of  # noqa: PLC0415

    as_of = minute_of(timezone.now())
    definitions, loaded = read_definitions(SlaTarget.objects.all()), load_events(keys)
    figures, clocks = [], 0
    for key in keys:
        before = time.process_time()
        readings = replay(loaded[key].events, definitions, as_of=as_of)
        figures.append((time.process_time() - before) * 1000)
        clocks += len(readings)
    first, *others = figures
    median = statistics.median(others)
    show(
        f"pure, {clocks / len(keys):.0f} clocks: {median:.2f} ms CPU (aim {AIM_MS}), x {median / anchor:.1f};"
        f" p95 {statistics.quantiles(others, n=20)[-1]:.2f}; the first, whose weeks nobody has worked out, {first:.1f}"
    )


def _measure_database(keys: Sequence[int], anchor: float) -> None:
    from incidents.models import SlaCycle  # noqa: PLC0415 - Django must be ready
    from incidents.sla import loading, storage  # noqa: PLC0415

    batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]

    def compute(batch: Sequence[int]) -> None:
        storage.compute(ticket_ids=batch, at=timezone.now())

    def refresh(batch: Sequence[int]) -> None:
        with transaction.atomic():
            storage.refresh(ticket_ids=batch, at=timezone.now())

    ways: list[tuple[str, Callable[[Sequence[int]], object]]] = [
        ("events out of the database", loading.load_events),
        ("with the clocks", compute),
        ("with their rows, written first", refresh),
        ("with their rows, written again", refresh),
    ]
    compute(batches[0])
    for name, do in ways:
        each = _cost(do, batches) / len(keys)
        show(f"{name:32} {each:6.2f} ms CPU a ticket, {BATCH} together, x {each / anchor:.1f}")
    show(f"{SlaCycle.objects.count() / len(keys):.0f} rows a ticket")


def _cost(do: Callable[[Sequence[int]], object], batches: Sequence[Sequence[int]]) -> float:
    """CPU milliseconds of all batches, here and in PostgreSQL."""
    before = bulk_data.spent()
    for batch in batches:
        do(batch)
    return (bulk_data.spent() - before) * 1000


if __name__ == "__main__":
    main()
