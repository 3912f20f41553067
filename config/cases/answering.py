"""What the product answers to a worked case, in the format of the cases."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from config.cases.reading import Company, as_text, instant
from oncall import schedules
from oncall.schedules import fairness
from oncall.schedules.loading import load_absences, restriction_hours
from oncall.schedules.timeline import ScheduleTimeline, Shift, absences_on_call, build_timeline, double_bookings


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """Load a case and answer it; ValueError with a sentence for a kind that is not known."""
    kind = case.get("kind")
    if kind not in _ANSWERS:
        raise ValueError(f"There are no cases of kind {kind!r}; known are {', '.join(sorted(_ANSWERS))}.")
    return _ANSWERS[kind](case, Company(case))


def _schedule(case: Mapping[str, Any], company: Company) -> dict[str, Any]:
    since, until = instant(case["query"]["from"]), instant(case["query"]["to"])
    found = _facts(company, since, until)
    absent = load_absences(company.user_names, since=since, until=until)
    return {
        "schedules": {
            company.schedule_names[schedule]: _facts_as_json(facts, absent, company)
            for schedule, facts in found.items()
        },
        "double_booked": [
            {
                "user": company.user_names[one.user],
                **_span(one.starts_at, one.ends_at),
                "schedules": [company.schedule_names[key] for key in one.schedules],
            }
            for one in double_bookings({schedule: facts.shifts for schedule, facts in found.items()})
        ],
    }


def _facts(company: Company, since: datetime, until: datetime) -> dict[int, ScheduleTimeline]:
    rosters = schedules.load(ids=company.schedule_names, since=since, until=until)
    return {one.schedule.pk: build_timeline(one.plan, since=since, until=until) for one in rosters}


def _facts_as_json(facts: ScheduleTimeline, absent: Mapping[int, Any], company: Company) -> dict[str, Any]:
    names = company.user_names
    return {
        "segments": [
            {
                **_span(one.starts_at, one.ends_at),
                "on_call": sorted(names[user] for user in one.on_call),
                "shadow": sorted(names[user] for user in one.shadow),
            }
            for one in facts.segments
        ],
        "shifts": [_shift(one, names) for one in facts.shifts],
        "windows": [_span(*window) for window in facts.windows],
        "gaps": [_span(*gap) for gap in facts.gaps],
        "noop_adjustments": company.adjustment_names(facts.idle_adjustments),
        "absent_on_call": [_shift(one, names) for one in absences_on_call(facts.shifts, absent)],
        "minutes": {names[user]: minutes for user, minutes in facts.minutes.items()},
    }


def _fairness(case: Mapping[str, Any], company: Company) -> dict[str, Any]:
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
    found = fairness.report(_duty(case, company), rules=rules, weights=weights)
    return {
        "users": {
            company.user_names[user]: {
                **share.minutes,
                "total": share.total,
                "target": str(fairness.as_decimal(share.target)),
                "deviation": str(fairness.as_decimal(share.deviation)),
            }
            for user, share in sorted(found.shares.items())
        },
        "balance": str(fairness.as_decimal(found.balance)),
    }


def _duty(case: Mapping[str, Any], company: Company) -> list[Shift]:
    """The shifts of a case within its query: given, or what its schedules say."""
    since, until = instant(case["query"]["from"]), instant(case["query"]["to"])
    if "duty" not in case:
        return [shift for facts in _facts(company, since, until).values() for shift in facts.shifts]
    given = (
        Shift(company.user(one["user"]), max(instant(one["from"]), since), min(instant(one["to"]), until))
        for duty in case["duty"].values()
        for one in duty["shifts"]
    )
    return [shift for shift in given if shift.starts_at < shift.ends_at]


def _span(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"from": as_text(starts_at), "to": as_text(ends_at)}


def _shift(shift: Shift, names: Mapping[int, str]) -> dict[str, str]:
    return {"user": names[shift.user], **_span(shift.starts_at, shift.ends_at)}


_ANSWERS: dict[str, Callable[[Mapping[str, Any], Company], dict[str, Any]]] = {
    "schedule": _schedule,
    "fairness": _fairness,
}
