"""Reads the neutral format of a worked case into rows; it has no rules of its own."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Any, TypeAlias

from config.base.data.models import Origin
from oncall.models import (
    Absence,
    Calendar,
    CalendarDate,
    Deactivation,
    Layer,
    LayerMember,
    Override,
    OverridePerson,
    Schedule,
    ScheduleVersion,
    Team,
    User,
)

Row: TypeAlias = Mapping[str, Any]
"""A part of a case, as JSON gives it."""
# Dates of a case count from the beginning; a year before every case.
_LONG_AGO = datetime(1000, 1, 1, tzinfo=UTC)


def instant(text: str) -> datetime:
    """A whole minute in UTC; ValueError for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise ValueError(f"{text!r} is not an instant: write it as 2026-03-29T01:00Z.") from None


def as_text(at: datetime) -> str:
    """An instant in the format of the cases."""
    return f"{at.isoformat()[:16]}Z"


class Company:
    """The people, calendars and schedules of one case, as rows, and their names in the case."""

    def __init__(self, case: Row) -> None:
        self._mark = token_hex(6)
        self.user_names: dict[int, str] = {}
        self.schedule_names: dict[int, str] = {}
        self._adjustment_names: dict[int, str] = {}
        self._users = self._write_users(sorted(_users_named(case)))
        self._calendars = {name: self._write_calendar(dates) for name, dates in case.get("calendars", {}).items()}
        for name, facts in case.get("users", {}).items():
            self._write_presence(self._users[name], facts)
        self._team = Team.objects.create(name=f"Case {self._mark}", slug=f"case-{self._mark}")
        for schedule in sorted(case.get("schedules", []), key=lambda item: str(item["id"])):
            self._write_schedule(schedule)

    def user(self, name: str) -> int:
        """The key of a person of the case."""
        return self._users[name].pk

    def adjustment_names(self, keys: Iterable[int]) -> list[str]:
        """What the case calls these overrides."""
        return [self._adjustment_names[key] for key in keys]

    def _write_users(self, names: list[str]) -> dict[str, User]:
        rows = User.objects.bulk_create(
            User(email=f"{n}.{self._mark}@case.invalid", name=name[:120], origin=Origin.CASE)
            for n, name in enumerate(names)
        )
        self.user_names = {row.pk: name for row, name in zip(rows, names, strict=True)}
        return dict(zip(names, rows, strict=True))

    def _write_calendar(self, dates: Iterable[str]) -> Calendar:
        calendar = Calendar.objects.create(name=f"Case {self._mark} {token_hex(4)}")
        CalendarDate.objects.bulk_create(
            CalendarDate(calendar=calendar, date=date.fromisoformat(day), created_at=_LONG_AGO, origin=Origin.CASE)
            for day in sorted(set(dates))
        )
        return calendar

    def _write_presence(self, user: User, facts: Row) -> None:
        for span in facts.get("inactive", []):
            Deactivation.objects.create(
                user=user,
                starts_at=instant(span["from"]),
                ends_at=instant(span["to"]) if span.get("to") else None,
                created_at=instant(span["from"]),
                origin=Origin.CASE,
            )
        for span in facts.get("absent", []):
            Absence.objects.create(
                user=user,
                starts_at=instant(span["from"]),
                ends_at=instant(span["to"]),
                created_at=instant(span["from"]),
                origin=Origin.CASE,
            )

    def _write_schedule(self, data: Row) -> None:
        schedule = Schedule.objects.create(team=self._team, name=f"Case {self._mark} {len(self.schedule_names)}")
        self.schedule_names[schedule.pk] = str(data["id"])
        # Ids of a case compare as strings; rows are written in that order, so that their keys sort the same way.
        for version in sorted(data.get("versions", []), key=lambda item: str(item["id"])):
            self._write_version(schedule, version)
        for adjustment in sorted(data.get("adjustments", []), key=lambda item: str(item["id"])):
            self._write_override(schedule, adjustment)

    def _write_version(self, schedule: Schedule, data: Row) -> None:
        version = ScheduleVersion.objects.create(
            schedule=schedule,
            created_at=instant(data["created_at"]),
            effective_from=instant(data["effective_from"]),
            withdrawn_at=instant(data["withdrawn_at"]) if data.get("withdrawn_at") else None,
            time_zone=data["time_zone"],
            origin=Origin.CASE,
        )
        for layer_data in sorted(data["layers"], key=lambda layer: str(layer["id"])):
            rotation, holiday = layer_data["rotation"], layer_data.get("holiday")
            layer = Layer.objects.create(
                version=version,
                name=str(layer_data["id"])[:80],
                priority=layer_data["priority"],
                kind=layer_data.get("kind") or "primary",
                time_zone=layer_data.get("time_zone") or "",
                starts_at=layer_data.get("starts_at") or "",
                ends_at=layer_data.get("ends_at") or "",
                anchor=rotation["anchor"],
                unit=rotation["unit"],
                length=rotation.get("length") or 1,
                lengths=rotation.get("lengths") or [] if rotation["unit"] == "custom" else [],
                clock=rotation.get("clock") or "wall",
                count=rotation.get("count") or "calendar",
                concurrent=rotation.get("concurrent") or 1,
                slots=len(rotation["slots"]),
                restrictions=layer_data.get("restrictions") or [],
                calendar=self._calendars[holiday["calendar"]] if holiday else None,
                holiday_mode=holiday["mode"] if holiday else "",
            )
            LayerMember.objects.bulk_create(
                LayerMember(layer=layer, slot=slot, user=self._users[name])
                for slot, names in enumerate(rotation["slots"])
                for name in sorted(set(names))
            )

    def _write_override(self, schedule: Schedule, data: Row) -> None:
        is_replace = data["op"] == "replace"
        row = Override.objects.create(
            schedule=schedule,
            op=data["op"],
            starts_at=instant(data["from"]),
            ends_at=instant(data["to"]),
            created_at=instant(data["created_at"]),
            cancelled_at=instant(data["cancelled_at"]) if data.get("cancelled_at") else None,
            out=self._users[data["out"]] if is_replace else None,
            origin=Origin.CASE,
        )
        self._adjustment_names[row.pk] = str(data["id"])
        OverridePerson.objects.bulk_create(
            OverridePerson(override=row, user=self._users[name])
            for name in sorted({data["in"]} if is_replace else set(data["users"]))
        )


def _users_named(case: Row) -> set[str]:
    """Everybody named in a case."""
    named = set(case.get("users", {})) | set(case.get("weights", {}))
    for schedule in case.get("schedules", []):
        for version in schedule.get("versions", []):
            for layer in version["layers"]:
                named.update(name for slot in layer["rotation"]["slots"] for name in slot)
        for adjustment in schedule.get("adjustments", []):
            named.update(adjustment.get("users", ()))
            named.update(adjustment[side] for side in ("out", "in") if side in adjustment)
    for duty in case.get("duty", {}).values():
        named.update(shift["user"] for shift in duty["shifts"])
    return named
