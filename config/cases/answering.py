"""What the product answers to a worked case, in the format of the cases."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from config.cases.reading import Company, Row, as_text, instant
from config.cases.sla import answer_sla
from oncall import schedules
from oncall.schedules import fairness
from oncall.schedules.loading import load_absences, restriction_hours
from oncall.schedules.timeline import ScheduleTimeline, Shift, absences_on_call, build_timeline, double_bookings


def answer(case: Mapping[str, object]) -> dict[str, object]:
    """Load a case and answer it; ValueError for an unknown kind."""
    kind = case.get("kind")
    if kind == "sla":
        return answer_sla(case)
    if kind not in _ANSWERS:
        kinds = ", ".join(sorted([*_ANSWERS, "sla"]))
        raise ValueError(f"There are no cases of kind {kind!r}; known are {kinds}.")
    return _ANSWERS[kind](case, Company(case))


def _schedule(case: Row, company: Company) -> dict[str, Any]:
    since, until = instant(case["query"]["from"]), instant(case["query"]["to"])
    timelines = _timelines(company, since, until)
    absent = load_absences(company.user_names, since=since, until=until)
    return {
        "schedules": {
            company.schedule_names[schedule]: _timeline_as_json(timeline, absent, company)
            for schedule, timeline in timelines.items()
        },
        "double_booked": [
            {
                "user": company.user_names[booking.user],
                **_span(booking.starts_at, booking.ends_at),
                "schedules": [company.schedule_names[key] for key in booking.schedules],
            }
            for booking in double_bookings({schedule: timeline.shifts for schedule, timeline in timelines.items()})
        ],
    }


def _timelines(company: Company, since: datetime, until: datetime) -> dict[int, ScheduleTimeline]:
    rosters = schedules.load(ids=company.schedule_names, since=since, until=until)
    return {roster.schedule.pk: build_timeline(roster.plan, since=since, until=until) for roster in rosters}


def _timeline_as_json(timeline: ScheduleTimeline, absent: Mapping[int, Any], company: Company) -> dict[str, Any]:
    names = company.user_names
    return {
        "segments": [
            {
                **_span(item.starts_at, item.ends_at),
                "on_call": sorted(names[user] for user in item.on_call),
                "shadow": sorted(names[user] for user in item.shadow),
            }
            for item in timeline.segments
        ],
        "shifts": [_shift(item, names) for item in timeline.shifts],
        "windows": [_span(*window) for window in timeline.windows],
        "gaps": [_span(*gap) for gap in timeline.gaps],
        "noop_adjustments": company.adjustment_names(timeline.idle_adjustments),
        "absent_on_call": [_shift(item, names) for item in absences_on_call(timeline.shifts, absent)],
        "minutes": {names[user]: minutes for user, minutes in timeline.minutes.items()},
    }


def _fairness(case: Row, company: Company) -> dict[str, Any]:
    night = case.get("night")
    pattern = (
        restriction_hours([{"type": "daily", "days": None, "start": night[0], "end": night[1]}]) if night else None
    )
    calendar = case.get("calendar")
    dates = case["calendars"][calendar] if isinstance(calendar, str) else calendar or []
    rules = fairness.Rules(
        zone=ZoneInfo(case["time_zone"]),
        night=pattern,
        is_always_night=bool(night) and pattern is None,
        weekend=case.get("weekend_days", (5, 6)),
        holidays=frozenset(map(date.fromisoformat, dates)),
    )
    weights = {company.user(name): Decimal(weight) for name, weight in case.get("weights", {}).items()}
    report = fairness.report(_shifts_on_call(case, company), rules=rules, weights=weights)
    return {
        "users": {
            company.user_names[user]: {
                **share.minutes,
                "total": share.total,
                "target": str(fairness.as_decimal(share.target)),
                "deviation": str(fairness.as_decimal(share.deviation)),
            }
            for user, share in sorted(report.shares.items())
        },
        "balance": str(fairness.as_decimal(report.balance)),
    }


def _shifts_on_call(case: Row, company: Company) -> list[Shift]:
    """The shifts of a case within its query: listed in it, or computed from its schedules."""
    since, until = instant(case["query"]["from"]), instant(case["query"]["to"])
    if "duty" not in case:
        return [shift for timeline in _timelines(company, since, until).values() for shift in timeline.shifts]
    shifts = (
        Shift(company.user(row["user"]), max(instant(row["from"]), since), min(instant(row["to"]), until))
        for duty in case["duty"].values()
        for row in duty["shifts"]
    )
    return [shift for shift in shifts if shift.starts_at < shift.ends_at]


def _span(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"from": as_text(starts_at), "to": as_text(ends_at)}


def _shift(shift: Shift, names: Mapping[int, str]) -> dict[str, str]:
    return {"user": names[shift.user], **_span(shift.starts_at, shift.ends_at)}


_ANSWERS: dict[str, Callable[[Mapping[str, object], Company], dict[str, object]]] = {
    "schedule": _schedule,
    "fairness": _fairness,
}
