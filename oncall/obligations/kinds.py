"""The kinds of duty there are; apps above register theirs in `ready()`, with the rules that a new site starts with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.models import DismissedBy, OwedBy, Reminded, ReminderSide, TimeUnit


@dataclass(frozen=True)
class DefaultReminder:
    """A reminder of a standard rule."""

    amount: int = 0
    unit: TimeUnit = TimeUnit.DAYS
    side: ReminderSide = ReminderSide.BEFORE
    whom: Reminded = Reminded.OWNER


@dataclass(frozen=True)
class DefaultRule:
    """The rule a new site starts with; an administrator changes it or switches it off."""

    name: str
    amount: int | None = None
    unit: TimeUnit = TimeUnit.DAYS
    owed_by: OwedBy = OwedBy.RECORD
    dismissed_by: DismissedBy = DismissedBy.MANAGER
    reminders: tuple[DefaultReminder, ...] = ()


@dataclass(frozen=True)
class ObligationKind:
    """One kind of duty: how it is called, from which moment its time runs, and what ends it."""

    kind: str
    label: str
    moment: str
    """From when a rule's time runs, after the word "after": "the service was restored"."""
    done_when: str
    """What ends it, after the word "when": "the postmortem is approved"."""
    own_date: str = ""
    """The date that the record itself names, after the word "by"; empty where it names none."""
    by_hand: bool = False
    """Whether somebody may simply say that it is done, and put it off; else the record's own verbs end it."""
    standard: tuple[DefaultRule, ...] = field(default=())
    when_done: Callable[..., None] | None = None
    """Called with `obligation`, `actor` and `at`, in the transaction of a `finish` by hand."""
    catch_up: Callable[..., int] | None = None
    """Owes at `at` what no verb has owed, and says how much it found; asked by the lane `clocks`."""


_duties: dict[str, ObligationKind] = {}


def register(duty: ObligationKind) -> None:
    """Make a kind of duty known; called from an app's `ready()`."""
    _duties[duty.kind] = duty


def get(kind: str) -> ObligationKind:
    """The duty of this kind; one of an app that is no longer there has only its name."""
    return _duties.get(kind) or ObligationKind(
        kind, kind.replace("_", " ").capitalize(), "it began", "it is done", by_hand=True
    )


def all_kinds() -> list[ObligationKind]:
    """All that are registered, by their names."""
    return sorted(_duties.values(), key=lambda duty: duty.label)


def choices() -> list[tuple[str, str]]:
    """For forms and filters."""
    return [(duty.kind, duty.label) for duty in all_kinds()]


def catch_up(*, at: datetime) -> int:
    """Owe what no verb has owed. Says 0: nothing is left to do at once."""
    for duty in all_kinds():
        if duty.catch_up is not None:
            duty.catch_up(at=at)
    return 0


def end_of_day(day: date, *, zone: str) -> datetime:
    """The last minute of a day on a wall in `zone`: what is due on a day may be done all day."""
    midnight = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(minutes=1)
