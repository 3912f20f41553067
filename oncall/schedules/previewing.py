"""Preview a draft before anything is stored: the rota as it would be, and what changes, in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.base.web import display
from oncall.schedules import editing
from oncall.schedules.drafts import LayerDraft
from oncall.schedules.loading import Roster, load_dates, load_people
from oncall.schedules.plan import Plan
from oncall.schedules.timeline import segments
from oncall.schedules.wall_clock import MINUTE

# How far ahead the next person is searched.
_HORIZON = timedelta(days=60)


def preview(
    roster: Roster, *, layers: Sequence[LayerDraft], time_zone: str, effective_from: datetime, at: datetime
) -> Roster:
    """The roster as it would be with these layers saved, including calendars and closed accounts.

    Raises ValidationError as `editing.save_version` does.
    """
    plan = editing.preview_plan(
        roster.plan,
        layers=layers,
        time_zone=time_zone,
        effective_from=effective_from,
        at=at,
        dates=load_dates(
            {layer.calendar_id for layer in layers if layer.calendar_id is not None},
            since=roster.since,
            until=roster.until,
        ),
    )
    editing.check_references(layers)
    named = {user for layer in layers for slot in layer.slots for user in slot}
    people, inactive = load_people(named, since=roster.since, until=roster.until)
    return replace(
        roster, plan=replace(plan, inactive={**plan.inactive, **inactive}), people={**roster.people, **people}
    )


@dataclass(frozen=True)
class _Run:
    """Who is on call, and until when."""

    users: frozenset[int]
    ends_at: datetime | None


def change_sentences(before: Roster, after: Roster, *, effective_from: datetime) -> list[str]:
    """Sentences about what changes when the new version takes over, and who comes next (R-V4)."""
    zone = version.zone.key if (version := after.plan.version_at(effective_from)) else "UTC"

    def names(users: frozenset[int]) -> str:
        return _joined_names([person.name for person in after.people_named(users)])

    def clock(at: datetime) -> str:
        return display.local_text(at, zone=zone)

    before_users = next(_runs(before.plan, effective_from - MINUTE, effective_from)).users
    first_run, *next_runs = _first_two(_runs(after.plan, effective_from, effective_from + _HORIZON))
    if before_users and before_users == first_run.users:
        until = f"until {clock(first_run.ends_at)}" if first_run.ends_at else "from then on"
        sentences = [f"{names(before_users)} {_stay_verb(before_users)} on call {until}."]
    elif before_users:
        sentences = [
            f"On {clock(effective_from)} {names(before_users)} {_hand_verb(before_users)} over"
            f" to {names(first_run.users) or 'nobody'}."
        ]
    else:
        sentences = [f"From {clock(effective_from)} {names(first_run.users) or 'nobody'} is on call."]
    if next_runs:
        sentences[0] = (
            f"{sentences[0][:-1]}; {names(next_runs[0].users) or 'nobody'} {_follow_verb(next_runs[0].users)}."
        )
    planned_starts = [
        version.effective_from for version in before.plan.versions if version.effective_from > effective_from
    ]
    if planned_starts:
        sentences.append(
            f"From {clock(min(planned_starts))} the version planned for then takes over."
            " Withdraw it if you do not want that."
        )
    return sentences


def _runs(plan: Plan, since: datetime, until: datetime) -> Iterator[_Run]:
    """Runs with the same people on call; the end of the last one is not known."""
    current: frozenset[int] | None = None
    for segment in segments(plan, since=since, until=until):
        if current is not None and segment.on_call != current:
            yield _Run(current, segment.starts_at)
        current = segment.on_call
    yield _Run(current or frozenset(), None)


def _first_two(runs: Iterator[_Run]) -> list[_Run]:
    """The first two runs."""
    return [run for _, run in zip(range(2), runs, strict=False)]


def _joined_names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _stay_verb(users: frozenset[int]) -> str:
    return "stays" if len(users) == 1 else "stay"


def _hand_verb(users: frozenset[int]) -> str:
    return "hands" if len(users) == 1 else "hand"


def _follow_verb(users: frozenset[int]) -> str:
    return "follow" if len(users) > 1 else "follows"
