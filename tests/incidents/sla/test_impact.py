"""What a version would do to the open tickets, before it is saved (K-42)."""

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.base.data.clock import ceil_minute, floor_minute
from incidents.models import SlaTarget, Ticket
from incidents.sla import previewing, targets
from incidents.sla.definitions import Definitions, Target, TargetVersion
from incidents.sla.drafts import VersionDraft
from incidents.sla.history import Event
from incidents.sla.impact import Impact, impact
from incidents.sla.previewing import Planned
from tests import factories as make


def event(at: int, kind: str, **fields: object) -> Event:
    return Event(at, kind, at, fields=fields)


def target(*versions: TargetVersion, key: str = "t", metric: str = "restore") -> Target:
    return Target(key, 1, "sla", metric, versions)


OLD = TargetVersion(1, "t", goal=480, effective_from=0, created_at=0)
TICKETS: dict[Hashable, list[Event]] = {
    "new": [event(900, "opened", priority=1)],
    "old": [event(100, "opened", priority=1)],
    "other": [event(900, "opened", priority=3)],
    "restored": [event(900, "opened", priority=1), event(950, "restored")],
}


def changed(*versions: TargetVersion) -> Impact:
    return impact(Definitions((target(OLD),)), Definitions((target(OLD, *versions),)), TICKETS, at=1000)


class TestImpact:
    def test_counts_open_clocks_that_get_another_promise(self) -> None:
        lower = TargetVersion(2, "t", goal=60, conditions={"priority": (1,)}, effective_from=1000, created_at=990)

        # "new" and "old" get a shorter goal and are beyond it; "other" loses its promise.
        assert changed(lower) == Impact(open_clocks=3, changed=3, in_breach=2)

    def test_counts_what_is_in_breach_only_if_it_changes(self) -> None:
        higher = TargetVersion(2, "t", goal=100_000, effective_from=1000, created_at=990)

        # "old" broke its old promise, and a larger goal heals nothing (K-38).
        assert changed(higher) == Impact(open_clocks=3, changed=3, in_breach=1)

    def test_the_same_content_in_another_version_is_no_change(self) -> None:
        again = replace(OLD, key=2, effective_from=1000, created_at=990)

        assert changed(again) == Impact(open_clocks=3, changed=0, in_breach=0)

    def test_a_version_for_new_tickets_changes_none(self) -> None:
        new = TargetVersion(2, "t", goal=60, is_for_new=True, effective_from=1000, created_at=990)

        assert changed(new).changed == 0

    def test_another_metric_is_left_out(self) -> None:
        before = Definitions((target(OLD), target(replace(OLD, target="u"), key="u", metric="prevent")))
        lower = TargetVersion(2, "t", goal=60, effective_from=1000, created_at=990)
        after = Definitions((target(OLD, lower), before.targets[1]))

        assert impact(before, after, TICKETS, at=1000).open_clocks == 3


@pytest.mark.django_db
class TestPreview:
    @pytest.fixture
    def at(self) -> datetime:
        return timezone.now()

    @pytest.fixture
    def planned(self, at: datetime) -> Planned:
        gold = targets.create_target(
            name="Gold", kind="sla", metric="restore", draft=VersionDraft(480), effective_from=floor_minute(at), at=at,
            actor=None,
        )  # fmt: skip
        return Planned(gold, VersionDraft(1, start="opened"), ceil_minute(at) + timedelta(minutes=5))

    def test_is_exact_for_the_open_tickets(self, planned: Planned, at: datetime) -> None:
        for _ in range(3):
            make.IncidentFactory()
        make.IncidentFactory(status="resolved", restored_at=at, resolved_at=at)

        assert previewing.preview_now(planned, at=at) == Impact(open_clocks=3, changed=3, in_breach=3)

    def test_of_a_new_target_counts_the_clocks_that_it_starts(self, at: datetime) -> None:
        make.IncidentFactory()
        new = Planned(SlaTarget(kind="sla", metric="restore"), VersionDraft(480, start="opened"), ceil_minute(at))

        assert previewing.preview_now(new, at=at) == Impact(open_clocks=1, changed=1, in_breach=0)

    def test_for_new_tickets_looks_at_none(self, planned: Planned, at: datetime) -> None:
        make.IncidentFactory()

        assert previewing.preview_now(replace(planned, scope="new"), at=at) == Impact()

    def test_of_many_tickets_is_computed_in_the_background(
        self, planned: Planned, at: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        monkeypatch.setattr(previewing, "EXACT_TICKETS", 2)
        monkeypatch.setattr(previewing, "PORTION", 2)
        queued: list[int] = []
        monkeypatch.setattr(previewing, "_enqueue", queued.append)
        actor = make.UserFactory()
        for _ in range(3):
            make.IncidentFactory()

        assert previewing.preview_now(planned, at=at) is None
        with django_capture_on_commit_callbacks(execute=True):
            row = previewing.start_preview(planned, seen_as="x", at=at, actor=actor)
        assert queued == [row.pk]
        assert (row.done, row.total) == (0, Ticket.objects.count())

        previewing.compute_impact(row.pk)
        row.refresh_from_db()

        assert (row.open_clocks, row.changed, row.in_breach) == (3, 3, 3)
        assert (row.done, row.total) == (3, 3)
        assert row.finished_at is not None
        assert previewing.start_preview(planned, seen_as="x", at=at, actor=actor) == row
        previewing.start_preview(planned, seen_as="y", at=at + timedelta(days=2), actor=actor)
        assert not type(row).objects.filter(pk=row.pk).exists()

    def test_in_the_background_says_why_it_failed(
        self, planned: Planned, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("out of order")

        monkeypatch.setattr(previewing, "_impact_of", fail)
        make.IncidentFactory()
        row = previewing.start_preview(planned, seen_as="x", at=at, actor=None)

        previewing.compute_impact(row.pk)

        row.refresh_from_db()
        assert row.failure == "RuntimeError: out of order"
