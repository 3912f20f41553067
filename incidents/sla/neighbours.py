"""The other targets about the same promise: which stands before which, and what that means (K-6).

The first match by position is in force, the others are ignored. So a target can hide another one, and a team's own
target must not be looser than the central one that it replaces.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError

from incidents.models import SlaTarget, SlaTargetVersion
from incidents.sla.conditions import AllowedValues, covers, overlap
from incidents.sla.drafts import VersionDraft, draft_of
from incidents.sla.loading import WORK_IN_PROGRESS
from incidents.sla.stretches import TWO_YEARS
from incidents.sla.words import goal_text
from oncall.calendars.hours_loading import load_opening_hours
from oncall.calendars.opening_hours import AROUND_THE_CLOCK, OpeningHours, minute_of
from oncall.models import Calendar

COMPARED = timedelta(weeks=4)
"""How long two calendars are compared, from the moment a version takes effect."""
_NEW = 2**63
_TEAM = "team"


@dataclass(frozen=True)
class Neighbour:
    """A target as it is at one moment; `order` breaks ties of position, by the order in which targets were made."""

    name: str
    order: int
    draft: VersionDraft

    @property
    def conditions(self) -> AllowedValues:
        """Its conditions, with the kinds of record that it is for if it names none."""
        return {"kind": WORK_IN_PROGRESS, **self.draft.conditions}

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands; the smallest comes first."""
        return self.draft.position, self.order

    @property
    def is_of_team(self) -> bool:
        """Whether it is a team's own target: its conditions name the team."""
        return _TEAM in self.draft.conditions

    @property
    def url(self) -> str:
        """Its page in the administration."""
        return SlaTarget(pk=self.order).get_absolute_url()

    @property
    def goal_text(self) -> str:
        """Its goal in words."""
        return goal_text(self.draft.goal_minutes, self.draft.calendar is None)


def neighbours(target: SlaTarget, *, since: datetime) -> list[tuple[datetime, list[Neighbour]]]:
    """The other targets of the same kind and metric at `since`, and at each later moment for which one is planned.

    One query. Of each target the version in force then, without retired ones; in the order in which they stand.
    """
    rows = (
        SlaTargetVersion.objects.filter(target__kind=target.kind, target__metric=target.metric, withdrawn_at=None)
        .exclude(target=target.pk)
        .select_related("target", "calendar")
        .order_by("effective_from", "created_at", "pk")
    )
    versions = list(rows)
    moments = sorted({since, *(version.effective_from for version in versions if version.effective_from > since)})
    return [(moment, _in_force_at(versions, moment)) for moment in moments]


def check_no_looser(target: SlaTarget, draft: VersionDraft, *, since: datetime) -> None:
    """Raise ValidationError if a team's own target would stand before a central one and be looser (K-6).

    Looser is a larger goal, or a calendar that is closed in a minute of the four weeks from then on in which the
    central one's is open. The error is on `goal_minutes` or `calendar`.
    """
    own = Neighbour(target.name, target.pk or _NEW, draft)
    if not own.is_of_team:
        return
    for moment, others in neighbours(target, since=since):
        for central in _replaced(own, others):
            if fault := _looser(own, central, since=moment):
                name, sentence = fault
                raise ValidationError({name: [sentence]})


def loosened_by(target: SlaTarget, draft: VersionDraft, *, since: datetime) -> list[Neighbour]:
    """Teams' own targets, in force at `since`, that would be looser than this central one (K-6)."""
    own = Neighbour(target.name, target.pk or _NEW, draft)
    _, others = neighbours(target, since=since)[0]
    return list(_loosened_rows(own, others, since=since))


def list_warnings(target: SlaTarget, draft: VersionDraft, *, since: datetime) -> list[str]:
    """What to think of before a version is saved, in sentences: what hides it, and what it hides."""
    own = Neighbour(target.name, target.pk or _NEW, draft)
    _, others = neighbours(target, since=since)[0]
    sentences = [*_hiding(own, others), *_hidden(own, others), *_loosened(own, others, since=since)]
    start, hours = minute_of(since), _hours(draft.calendar)
    if hours.advance(start, draft.goal_minutes, limit=start + TWO_YEARS) is None:
        sentences.append("This goal is not reached within two years: the calendar is hardly ever open. Check both.")
    return sentences


def _in_force_at(versions: Iterable[SlaTargetVersion], moment: datetime) -> list[Neighbour]:
    in_force = {version.target_id: version for version in versions if version.effective_from <= moment}
    rows = [
        Neighbour(version.target.name, version.target_id, draft_of(version))
        for version in in_force.values()
        if not version.is_retired
    ]
    return sorted(rows, key=lambda row: row.place)


def _replaced(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[Neighbour]:
    """The central targets that would be in force for some of the team's tickets if the team's own did not exist."""
    tickets = {name: values for name, values in own.conditions.items() if name != _TEAM}
    for central in others:
        if central.is_of_team or not overlap(central.conditions, tickets):
            continue
        if central.place > own.place:
            yield central
        if covers(central.conditions, tickets):
            return


def _looser(own: Neighbour, central: Neighbour, *, since: datetime) -> tuple[str, str] | None:
    """The field and the sentence of what is looser; None if nothing is."""
    after = f"or a position after {central.draft.position}"
    if own.draft.goal_minutes > central.draft.goal_minutes:
        return "goal_minutes", (
            f"A team's own target is no looser than the central one that it stands before: “{central.name}” promises"
            f" {central.goal_text}. Choose at most {central.draft.goal_minutes:,} minutes, {after}."
        )
    if not _is_as_wide(own.draft.calendar, central.draft.calendar, since=since):
        return "calendar", (
            f"A team's own target is no looser than the central one that it stands before: this calendar is closed at"
            f" times at which “{central.name}” counts. Choose the same calendar, a wider one or none, {after}."
        )
    return None


def _is_as_wide(own: Calendar | None, central: Calendar | None, *, since: datetime) -> bool:
    if own is None or own == central:
        return True
    start, end = minute_of(since), minute_of(since + COMPARED)
    hours = _hours(own)
    windows = _hours(central).windows(start, end)
    return all(hours.count(opens, closes) == closes - opens for opens, closes in windows)


def _hours(calendar: Calendar | None) -> OpeningHours:
    return AROUND_THE_CLOCK if calendar is None else load_opening_hours([calendar.pk])[calendar.pk]


def _hiding(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[str]:
    for other in others:
        if other.place > own.place or not overlap(other.conditions, own.conditions):
            continue
        if covers(other.conditions, own.conditions):
            yield (
                f"“{other.name}” at position {other.draft.position} matches the same tickets and stands before this"
                " one, so this one never applies."
            )
        else:
            yield (
                f"“{other.name}” at position {other.draft.position} matches some of the same tickets and stands before"
                " this one."
            )


def _hidden(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[str]:
    for other in others:
        if other.place > own.place and covers(own.conditions, other.conditions):
            yield (
                f"This stands before “{other.name}” (position {other.draft.position}) and matches all its tickets, so"
                f" “{other.name}” no longer applies."
            )


def _loosened(own: Neighbour, others: Sequence[Neighbour], *, since: datetime) -> Iterator[str]:
    for other in _loosened_rows(own, others, since=since):
        yield (
            f"The team's own target “{other.name}” ({other.goal_text}) stands before this one and would be looser"
            " than it. Change that target too."
        )


def _loosened_rows(own: Neighbour, others: Sequence[Neighbour], *, since: datetime) -> Iterator[Neighbour]:
    """Teams' own targets that would be looser than this central one."""
    if own.is_of_team:
        return
    central = sorted([*others, own], key=lambda row: row.place)
    for other in others:
        if other.is_of_team and own in _replaced(other, central) and _looser(other, own, since=since):
            yield other
