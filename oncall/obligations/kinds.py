"""The kinds of obligation; apps above register theirs in `ready()`, with the default rules of a new site."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.base.data.rests import Rests, run_alone
from oncall.models import AssignedTo, DismissedBy, Reminded, ReminderSide, TimeUnit


@dataclass(frozen=True)
class DefaultReminder:
    """A reminder of a default rule."""

    amount: int = 0
    unit: TimeUnit = TimeUnit.DAYS
    side: ReminderSide = ReminderSide.BEFORE
    whom: Reminded = Reminded.OWNER


@dataclass(frozen=True)
class DefaultRule:
    """A rule that a new site starts with; an administrator can change it or switch it off."""

    name: str
    amount: int | None = None
    unit: TimeUnit = TimeUnit.DAYS
    assigned_to: AssignedTo = AssignedTo.RECORD
    dismissed_by: DismissedBy = DismissedBy.MANAGER
    reminders: tuple[DefaultReminder, ...] = ()


@dataclass(frozen=True)
class ObligationKind:
    """One kind of obligation: its label, the moment from which its time runs, and what ends it."""

    kind: str
    label: str
    moment: str
    """The moment from which a rule's time runs, as read after the word "after": "the service was restored"."""
    done_when: str
    """What ends it, as read after the word "when": "the postmortem is approved"."""
    own_date: str = ""
    """The date that the record sets, as read after the word "by"; empty where records set none."""
    by_hand: bool = False
    """Whether people may mark it done and postpone it themselves; else only actions on the record end it."""
    default_rules: tuple[DefaultRule, ...] = field(default=())
    when_done: Callable[..., None] | None = None
    """Called with `obligation`, `actor` and `at`, in the transaction of `finish`."""
    catch_up: Callable[..., int] | None = None
    """Creates at `at` the obligations that no action has created and returns how many; run by the lane `clocks`."""


_kinds: dict[str, ObligationKind] = {}
_rests: Rests[str] = Rests(first=60.0, longest=3600.0)


def register(kind: ObligationKind) -> None:
    """Register a kind; called from an app's `ready()`."""
    _kinds[kind.kind] = kind


def get(kind: str) -> ObligationKind:
    """The kind with this name; the kind of an app that is no longer installed has only its name."""
    return _kinds.get(kind) or ObligationKind(
        kind, kind.replace("_", " ").capitalize(), "it began", "it is done", by_hand=True
    )


def all_kinds() -> list[ObligationKind]:
    """All registered kinds, sorted by label."""
    return sorted(_kinds.values(), key=lambda kind: kind.label)


def choices() -> list[tuple[str, str]]:
    """Kinds and labels, for forms and filters."""
    return [(kind.kind, kind.label) for kind in all_kinds()]


def catch_up(*, at: datetime) -> int:
    """Create the obligations that no action has created. Returns 0: nothing is left to do at once.

    A kind that fails stops no other.
    """
    catching_up = {kind.kind: kind.catch_up for kind in all_kinds() if kind.catch_up is not None}
    run_alone("obligations", catching_up, lambda name: catching_up[name](at=at), rests=_rests, at=at)
    return 0


def end_of_day(day: date, *, zone: str) -> datetime:
    """The last minute of a day on the clock of `zone`, in UTC: what is due on a day may be done all day."""
    midnight = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(minutes=1)
