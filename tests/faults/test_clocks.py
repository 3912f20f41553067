"""F16: clocks of processes jump an hour ahead and back while they run; no page comes early, late or twice.

The clocks are faked by libfaketime for one process at a time, the monotonic clock left alone: what an NTP step does.
A database whose clock jumps is out of reach here: every process of a server would have to run under the library.
"""

import importlib.util
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import answers, oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, Ledger, full_only, sized
from tests.faults.site import Site

LATE_SECONDS = 3.0
READ_SECONDS = 1.5
"""Every program has read the file again; without a pause each look at the clock would read it."""
EACH_SECONDS = 0.25
"""Engines under the library keep up with this; a burst would measure their backlog, not their clock."""
JUMPS = ("+1h", "-1h", "+0")
pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() != "x86_64", reason="libfaketime is built for Linux on x86-64"
)


@dataclass(frozen=True)
class Clock:
    """The clock of the programs that are started with `environment`."""

    file: Path

    def jump(self, offset: str) -> None:
        """Show the true time plus this offset from now on; replaced at once, so that no process reads half a file."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        new.replace(self.file)
        time.sleep(READ_SECONDS)

    @property
    def environment(self) -> dict[str, str]:
        """What preloads the library; it is found without importing the package, which would change this process."""
        package = importlib.util.find_spec("libfaketime")
        assert package is not None, "libfaketime is missing: run make setup"
        assert package.origin is not None
        return {
            "LD_PRELOAD": str(Path(package.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"),
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
        }


@pytest.fixture
def clock(site: Site) -> Clock:
    clock = Clock(site.folder / "clock")
    clock.jump("+0")
    return clock


def _hours_off(site: Site) -> float:
    """How far the engine's clock is off, as it says itself: shows that the library works."""
    question = "SELECT skew_seconds FROM oncall_enginelane WHERE lane = 'pages' ORDER BY swept_at DESC LIMIT 1"
    return float(site.sql(question)[0][0]) / 3600


def _judge(site: Site, ledger: Ledger, what: str, plan: Sequence[Planned]) -> None:
    verdict = site.await_pages(plan, limit=30)
    stray = oracle.strays(plan, site.messages())
    ledger.note("F16", what, verdict, also=f"early or of another step {len(stray)}")
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled, stray) == (0, 0, [])
    assert verdict.late_at(0.99) <= LATE_SECONDS * CEILING


@full_only
def test_the_engine_s_clock_jumps(site: Site, ledger: Ledger, clock: Clock) -> None:
    """First steps come at once; second steps when they are due, not when the engine's clock says so."""
    site.stop_programs()
    site.start_web()
    site.overrides = clock.environment
    site.have_workers(2)
    plan, seen = [], []

    for offset in JUMPS:
        clock.jump(offset)
        with senders.Stream(site, site.desks(sized(5, 12)), each=EACH_SECONDS) as stream:
            stream.finish()
        first = senders.accepted(stream.sent)
        site.await_arrival(first, limit=30)
        due_at = site.make_due([request.token for request in stream.sent], seconds=2)
        seen.append(round(_hours_off(site)))
        plan += first
        for request in stream.sent:
            plan += plans.of_step(request.token, request.desk, 1, due_at[request.token])
        time.sleep(3)

    assert seen == [1, -1, 0]
    _judge(site, ledger, "the engine's clock 1 h ahead, 1 h behind, and right again", plan)


@full_only
def test_the_portal_s_clock_jumps(site: Site, ledger: Ledger, clock: Clock) -> None:
    """What the portal makes due - an alert, the next step after "I can't" - is due by the database's clock."""
    site.stop_programs()
    site.overrides = clock.environment
    site.start_web()
    site.overrides = {"SITE_URL": site.address}
    site.have_workers(1)
    plan: list[Planned] = []

    for offset in JUMPS:
        clock.jump(offset)
        sent = senders.send_all(site, site.desks(sized(3, 20)))
        first = senders.accepted(sent)
        assert len(first) == len(sent) * plans.PER_STEP
        site.await_arrival(first, limit=30)
        plan += first
        for request in sent:
            began = time.time()
            assert answers.by_link(_link_of(site, request), "decline") == 200
            plan += plans.of_step(request.token, request.desk, 1, began)

    _judge(site, ledger, "the portal's clock 1 h ahead, 1 h behind, and right again", plan)


def _link_of(site: Site, request: senders.Sent) -> str:
    address = plans.phone(request.desk["first"])
    return next(m.link for m in site.messages() if m.token == request.token and m.address == address)
