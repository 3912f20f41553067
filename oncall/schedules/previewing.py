"""What a draft would do, before anything is stored: the rota as it would be, and what changes in plain words."""

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

# How far ahead it is said who follows.
_HORIZON = timedelta(days=60)


def preview(
    roster: Roster, *, layers: Sequence[LayerDraft], time_zone: str, effective_from: datetime, at: datetime
) -> Roster:
    """The roster as it would be, were these layers saved; calendars and closed accounts count as they do then.

    Raises ValidationError as `editing.save_version` does.
    """
    plan = editing.preview(
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
    editing.check_known(layers)
    named = {user for layer in layers for slot in layer.slots for user in slot}
    people, inactive = load_people(named, since=roster.since, until=roster.until)
    return replace(
        roster, plan=replace(plan, inactive={**plan.inactive, **inactive}), people={**roster.people, **people}
    )


@dataclass(frozen=True)
class _Stand:
    """Who is on call, and until when."""

    users: frozenset[int]
    ends_at: datetime | None


def in_words(before: Roster, after: Roster, *, effective_from: datetime) -> list[str]:
    """What changes for whom at the moment the new version takes over, and who comes next (R-V4)."""
    zone = version.zone.key if (version := after.plan.version_at(effective_from)) else "UTC"

    def names(users: frozenset[int]) -> str:
        return _listed([person.name for person in after.named(users)])

    def clock(at: datetime) -> str:
        return display.local_text(at, zone=zone)

    was = next(_stands(before.plan, effective_from - MINUTE, effective_from)).users
    first, *rest = _taken(_stands(after.plan, effective_from, effective_from + _HORIZON))
    if was and was == first.users:
        until = f"until {clock(first.ends_at)}" if first.ends_at else "from then on"
        said = [f"{names(was)} {_stays(was)} on call {until}."]
    elif was:
        said = [f"On {clock(effective_from)} {names(was)} {_hands(was)} over to {names(first.users) or 'nobody'}."]
    else:
        said = [f"From {clock(effective_from)} {names(first.users) or 'nobody'} is on call."]
    if rest:
        said[0] = f"{said[0][:-1]}; {names(rest[0].users) or 'nobody'} {_follows(rest[0].users)}."
    planned = [version.effective_from for version in before.plan.versions if version.effective_from > effective_from]
    if planned:
        said.append(f"From {clock(min(planned))} the version that is planned for then takes over; withdraw it if not.")
    return said


def _stands(plan: Plan, since: datetime, until: datetime) -> Iterator[_Stand]:
    """Who is on call, joined over changes of shadows alone; the last end is not known."""
    current: frozenset[int] | None = None
    for segment in segments(plan, since=since, until=until):
        if current is not None and segment.on_call != current:
            yield _Stand(current, segment.starts_at)
        current = segment.on_call
    yield _Stand(current or frozenset(), None)


def _taken(found: Iterator[_Stand]) -> list[_Stand]:
    """The first two of them."""
    return [one for _, one in zip(range(2), found, strict=False)]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _stays(users: frozenset[int]) -> str:
    return "stays" if len(users) == 1 else "stay"


def _hands(users: frozenset[int]) -> str:
    return "hands" if len(users) == 1 else "hand"


def _follows(users: frozenset[int]) -> str:
    return "follow" if len(users) > 1 else "follows"
