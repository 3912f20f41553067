"""A worked case read straight into the pure clocks, without a database, and the answer in the format of the cases."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.cases.sla import reading_as_json
from incidents.sla.definitions import Definitions, Target, TargetVersion
from incidents.sla.history import Event
from incidents.sla.replay import replay
from oncall.calendars.opening_hours import AROUND_THE_CLOCK, FOREVER, HoursVersion, OpeningHours, minute_of
from oncall.schedules.restrictions import daily, hours_of


def evaluate(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the pure clocks say."""
    calendars = {name: hours(versions) for name, versions in case["calendars"].items()}
    targets = [
        target(row, order, calendars)
        for order, row in enumerate(sorted(case["targets"], key=lambda row: str(row["id"])))
    ]
    names = {target.key: str(target.key) for target in targets}
    readings = replay([event(row) for row in case["events"]], Definitions(tuple(targets)), as_of=minute(case["as_of"]))
    return {"clocks": [reading_as_json(reading, names) for reading in readings]}


def minute(text: str) -> int:
    """An instant of the format."""
    return minute_of(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC))


def hours(versions: list[dict[str, Any]]) -> OpeningHours:
    """A calendar of the format."""
    return OpeningHours(tuple(_hours_version(n, row) for n, row in enumerate(versions)))


def _hours_version(key: int, row: dict[str, Any]) -> HoursVersion:
    windows = [
        stretch
        for window in row["windows"]
        for stretch in daily(start=_clock(window["start"]), end=_clock(window["end"]), days=window["days"])
    ]
    return HoursVersion(
        key=key,
        zone=ZoneInfo(row["time_zone"]),
        hours=hours_of(windows),
        holidays=frozenset(map(date.fromisoformat, row.get("holidays", []))),
        exceptions={
            date.fromisoformat(item["date"]): tuple((_clock(w["start"]), _clock(w["end"])) for w in item["windows"])
            for item in row.get("exceptions", [])
        },
        **_dates(row),
    )


def target(row: dict[str, Any], order: int, calendars: Mapping[str, OpeningHours]) -> Target:
    """A target of the format."""
    ordered = sorted(row["versions"], key=lambda version: str(version["id"]))
    versions = tuple(
        TargetVersion(
            key=key,
            target=row["id"],
            position=version.get("position", 1),
            conditions={name: tuple(values) for name, values in version.get("when", {}).items()},
            goal=version["goal_minutes"],
            hours=calendars[version["calendar"]] if version.get("calendar") else AROUND_THE_CLOCK,
            start=version.get("start", "opened"),
            pause_reasons=frozenset(version.get("pause_reasons", ())),
            warn=tuple(version.get("warn", (50, 75, 100))),
            is_for_new=version.get("scope") == "new",
            is_retired=bool(version.get("retired")),
            **_dates(version),
        )
        for key, version in enumerate(ordered)
    )
    return Target(row["id"], order, row["kind"], row["metric"], versions)


def event(row: dict[str, Any]) -> Event:
    """An event of the format."""
    at = minute(row["at"])
    return Event(
        at=at,
        type=row["type"],
        recorded_at=minute(row["recorded_at"]) if row.get("recorded_at") else at,
        withdrawn_at=minute(row["withdrawn_at"]) if row.get("withdrawn_at") else None,
        fields=row.get("fields", {}),
        hold=row.get("hold", ""),
        reason=row.get("reason", ""),
        value=minute(row["value"]) if "value" in row else None,
        span=(minute(row["from"]), minute(row["to"])) if row["type"] == "credit" else None,
    )


def _dates(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "effective_from": minute(row["effective_from"]) if row.get("effective_from") else -FOREVER,
        "created_at": minute(row["created_at"]) if row.get("created_at") else -FOREVER,
        "withdrawn_at": minute(row["withdrawn_at"]) if row.get("withdrawn_at") else None,
    }


def _clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
