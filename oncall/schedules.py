"""Who is on call at an instant: the one resolver that rota, pager, API and reports ask."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from config.base.clock import floor_minute
from oncall.models import Layer, LayerMember, Schedule, ScheduleVersion, User

_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Turn:
    """Who stands by at an instant, since when and until when, and by which version and turn."""

    users: tuple[User, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    because: dict[str, int] = field(default_factory=dict)


NOBODY = Turn(users=())


def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """The least instant whose wall clock in `zone` is at least `local` (R-T3), in UTC.

    An ambiguous time means its first reading; one that the clock skips means the first instant after the
    gap. The answer never runs backwards as `local` grows, in any zone.
    """
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    # The clock skipped it: find where the wall clock jumps over `local`.
    low, high = first - timedelta(hours=26), first + timedelta(hours=26)
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).replace(tzinfo=None) >= local:
            high = middle
        else:
            low = middle
    return high


def turn_of(layer: Layer, zone: ZoneInfo, at: datetime) -> tuple[int, datetime, datetime]:
    """The number of the turn that holds `at`, and its two handoffs (R-R2, R-R4).

    Computed directly, however far ahead: a first guess from the calendar, mended by at most a few turns.
    """
    anchor = datetime.fromisoformat(layer.anchor)
    length = timedelta(days=_DAYS[layer.unit] * layer.length)
    local = at.astimezone(zone).replace(tzinfo=None)
    number = (local - anchor) // length

    def handoff(turn: int) -> datetime:
        return resolve(anchor + turn * length, zone)

    nearby = [handoff(turn) for turn in range(number - 2, number + 4)]
    place = bisect_right(nearby, at) - 1
    return number - 2 + place, nearby[place], nearby[place + 1]


def version_in_force(versions: Iterable[ScheduleVersion], at: datetime) -> ScheduleVersion | None:
    """Among versions that began by `at`, the greatest (effective_from, created_at, id) (R-V2)."""
    found = [v for v in versions if v.withdrawn_at is None and v.effective_from <= at]
    return max(found, key=lambda v: (v.effective_from, v.created_at, v.pk), default=None)


def on_call(schedule: Schedule, *, at: datetime) -> Turn:
    """Who is on call on one schedule; its versions are fetched unless `load` has done so."""
    at = floor_minute(at)
    version = version_in_force(schedule.versions.all(), at)
    if version is None:
        return NOBODY
    zone = ZoneInfo(version.time_zone)
    layers = sorted(version.layers.all(), key=lambda layer: (-layer.priority, layer.pk))
    for priority in sorted({layer.priority for layer in layers}, reverse=True):
        turn = _standing([layer for layer in layers if layer.priority == priority], version, zone, at)
        if turn.users:
            return turn
    return NOBODY


def _standing(layers: Sequence[Layer], version: ScheduleVersion, zone: ZoneInfo, at: datetime) -> Turn:
    """The union of the active people of layers of one priority (R-F1)."""
    users: dict[int, User] = {}
    starts: list[datetime] = []
    ends: list[datetime] = []
    because: dict[str, int] = {}
    for layer in layers:
        members = list(layer.members.all())
        slots = max((member.slot for member in members), default=-1) + 1
        if not slots:
            continue
        number, starts_at, ends_at = turn_of(layer, zone, at)
        people = [m.user for m in members if m.slot == number % slots and m.user.is_active]
        if people:
            users |= {person.pk: person for person in people}
            starts.append(starts_at)
            ends.append(ends_at)
            because = {"version": version.pk, "layer": layer.pk, "turn": number}
    ordered = tuple(sorted(users.values(), key=lambda person: (person.name, person.pk)))
    return Turn(ordered, max(starts, default=None), min(ends, default=None), because) if ordered else NOBODY


def load(*, ids: Iterable[int] | None = None) -> list[Schedule]:
    """Schedules with all that `on_call` needs, in a constant number of queries."""
    schedules = Schedule.objects.select_related("team").order_by("team__name", "name", "pk")
    if ids is not None:
        schedules = schedules.filter(Q(pk__in=list(ids)))
    members = LayerMember.objects.select_related("user").order_by("slot", "pk")
    layers = Layer.objects.order_by("pk").prefetch_related(Prefetch("members", members))
    versions = ScheduleVersion.objects.filter(withdrawn_at__isnull=True).prefetch_related(Prefetch("layers", layers))
    return list(schedules.prefetch_related(Prefetch("versions", versions)))
