"""The neutral format of a worked case, read into rows; it holds no rules of its own."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Any

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

# Dates of a case count from the beginning; a year that every case lies behind.
_LONG_AGO = datetime(1000, 1, 1, tzinfo=UTC)


def instant(text: str) -> datetime:
    """A whole minute in UTC; ValueError with a sentence for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise ValueError(f"{text!r} is not an instant: write it as 2026-03-29T01:00Z.") from None


def as_text(at: datetime) -> str:
    """An instant as the format writes it."""
    return f"{at.isoformat()[:16]}Z"


class Company:
    """The people, calendars and schedules of one case, as rows, and their names in the case."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self._mark = token_hex(6)
        self.user_names: dict[int, str] = {}
        self.schedule_names: dict[int, str] = {}
        self._adjustment_names: dict[int, str] = {}
        self._users = self._write_users(sorted(_users_named(case)))
        self._calendars = {name: self._write_calendar(dates) for name, dates in case.get("calendars", {}).items()}
        for name, facts in case.get("users", {}).items():
            self._write_presence(self._users[name], facts)
        self._team = Team.objects.create(name=f"Case {self._mark}", slug=f"case-{self._mark}")
        for found in sorted(case.get("schedules", []), key=lambda one: str(one["id"])):
            self._write_schedule(found)

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

    def _write_presence(self, user: User, facts: Mapping[str, Any]) -> None:
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

    def _write_schedule(self, found: Mapping[str, Any]) -> None:
        schedule = Schedule.objects.create(team=self._team, name=f"Case {self._mark} {len(self.schedule_names)}")
        self.schedule_names[schedule.pk] = str(found["id"])
        # Ids of a case compare as strings; rows are written in that order, so that their keys compare alike.
        for version in sorted(found.get("versions", []), key=lambda one: str(one["id"])):
            self._write_version(schedule, version)
        for adjustment in sorted(found.get("adjustments", []), key=lambda one: str(one["id"])):
            self._write_override(schedule, adjustment)

    def _write_version(self, schedule: Schedule, found: Mapping[str, Any]) -> None:
        version = ScheduleVersion.objects.create(
            schedule=schedule,
            created_at=instant(found["created_at"]),
            effective_from=instant(found["effective_from"]),
            withdrawn_at=instant(found["withdrawn_at"]) if found.get("withdrawn_at") else None,
            time_zone=found["time_zone"],
            origin=Origin.CASE,
        )
        for one in sorted(found["layers"], key=lambda layer: str(layer["id"])):
            rotation, holiday = one["rotation"], one.get("holiday")
            layer = Layer.objects.create(
                version=version,
                name=str(one["id"])[:80],
                priority=one["priority"],
                kind=one.get("kind") or "primary",
                time_zone=one.get("time_zone") or "",
                starts_at=one.get("starts_at") or "",
                ends_at=one.get("ends_at") or "",
                anchor=rotation["anchor"],
                unit=rotation["unit"],
                length=rotation.get("length") or 1,
                lengths=rotation.get("lengths") or [] if rotation["unit"] == "custom" else [],
                clock=rotation.get("clock") or "wall",
                count=rotation.get("count") or "calendar",
                concurrent=rotation.get("concurrent") or 1,
                slots=len(rotation["slots"]),
                restrictions=one.get("restrictions") or [],
                calendar=self._calendars[holiday["calendar"]] if holiday else None,
                holiday_mode=holiday["mode"] if holiday else "",
            )
            LayerMember.objects.bulk_create(
                LayerMember(layer=layer, slot=slot, user=self._users[name])
                for slot, names in enumerate(rotation["slots"])
                for name in sorted(set(names))
            )

    def _write_override(self, schedule: Schedule, found: Mapping[str, Any]) -> None:
        is_replace = found["op"] == "replace"
        row = Override.objects.create(
            schedule=schedule,
            op=found["op"],
            starts_at=instant(found["from"]),
            ends_at=instant(found["to"]),
            created_at=instant(found["created_at"]),
            cancelled_at=instant(found["cancelled_at"]) if found.get("cancelled_at") else None,
            out=self._users[found["out"]] if is_replace else None,
            origin=Origin.CASE,
        )
        self._adjustment_names[row.pk] = str(found["id"])
        OverridePerson.objects.bulk_create(
            OverridePerson(override=row, user=self._users[name])
            for name in sorted({found["in"]} if is_replace else set(found["users"]))
        )


def _users_named(case: Mapping[str, Any]) -> set[str]:
    """Everybody a case mentions."""
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
