"""Eighteen months of incidents from a seeded generator: seasons, nights, majors, and slow improvement."""

import random
from datetime import datetime, timedelta

from config.demo import records
from config.demo.company import Company
from config.demo.incident_patterns import ALERT_PATTERNS, CALL_PATTERNS, Pattern
from config.demo.past_incident import PastIncident

COUNT = 2600
OPEN_MAJORS = 4
"""The last majors: restored, with prevention still open."""
# How much happens in each month, from January: the weeks before Christmas are the busiest.
_SEASON = (1.0, 0.8, 0.8, 0.85, 0.9, 0.9, 0.75, 0.7, 0.95, 1.1, 1.6, 1.8)
_CALL_TYPES = ("phone", "phone", "phone", "email", "portal", "portal", "chat")
_FIRST_CONTACT = 0.45
_RANDOM_ENDS = (("no_fault_found", 0.05), ("duplicate", 0.03), ("merged", 0.01), ("cancelled", 0.02))


def write(company: Company) -> None:
    """Generate the past and write it in bulk."""
    incidents = sorted((_generate(company) for _ in range(COUNT)), key=lambda past: past.began_at)
    for past in [past for past in incidents if past.is_major and past.closure_code != "duplicate"][-OPEN_MAJORS:]:
        past.resolved_at, past.closed_at, past.closure_code = None, None, ""
    records.write(company, incidents)


def _generate(company: Company) -> PastIncident:
    chance = company.chance
    is_call = chance.random() < 0.5
    began_at = _random_start(company, is_call=is_call)
    pattern = _choose_pattern(chance, CALL_PATTERNS if is_call else ALERT_PATTERNS)
    service = company.services[pattern.service]
    created_at = began_at + timedelta(minutes=chance.lognormvariate(2.0, 0.8) if is_call else 1)
    rank = max(1, min(5, pattern.rank + chance.choice((0, 0, 0, 0, 1)) * (pattern.rank > 2)))
    responders = company.responders[service.team_id]
    past = PastIncident(
        pattern=pattern,
        title=pattern.title.format(n=chance.randint(1, 6)),
        rank=rank,
        team=service.team,
        responder=responders[_week(began_at) % len(responders)],
        began_at=began_at,
        created_at=created_at,
        restored_at=created_at,
    )
    # From 1 at the beginning to 0 today: the figures improve month by month.
    age = (company.at - began_at) / (company.at - company.since)
    (_fill_from_call if is_call else _fill_from_alert)(company, past, age)
    _fill_end(company, past, age)
    return past


def _choose_pattern(chance: random.Random, patterns: list[Pattern]) -> Pattern:
    return chance.choices(
        patterns, weights=[pattern.weight / (3 if pattern.rank <= 2 else 1) for pattern in patterns]
    )[0]


def _week(at: datetime) -> int:
    return at.toordinal() // 7


def _random_start(company: Company, *, is_call: bool) -> datetime:
    """A random instant that fits the season, and for calls the office hours."""
    chance = company.chance
    length = company.at - timedelta(hours=30) - company.since
    while True:
        at = company.since + length * chance.random()
        if chance.random() * max(_SEASON) > _SEASON[at.month - 1]:
            continue
        is_office = at.weekday() < 5 and 6 <= at.hour < 20
        if chance.random() < (0.04 if is_call else 0.6) or is_office:
            return at


def _fill_from_alert(company: Company, past: PastIncident, age: float) -> None:
    chance = company.chance
    is_night = not 7 <= past.began_at.hour < 21
    pages = company.severities[past.rank].pages
    wait = chance.lognormvariate(4.6 + 0.7 * age + 0.4 * is_night, 0.8)
    past.alerted_at = past.created_at + timedelta(seconds=2) if pages else None
    past.acknowledged_at = past.created_at + timedelta(seconds=wait if pages else wait * 40)
    if pages and wait > 300:
        past.steps = 2
        past.helpers = [helper for helper in company.responders[past.team.pk] if helper != past.responder][:2]
        if past.helpers and chance.random() < 0.7:
            past.responder, past.helpers = past.helpers[0], [past.responder, *past.helpers[1:]]
    minutes = chance.lognormvariate(3.0 + 0.5 * age + (0.6 if past.is_major else 0), 0.75)
    past.restored_at = past.acknowledged_at + timedelta(minutes=minutes)
    if pages and not past.is_major and chance.random() < 0.03:  # it ended before anybody answered
        past.acknowledged_at, past.restored_at = None, past.created_at + timedelta(minutes=4)
    past.is_private = past.pattern.category == "Security" and chance.random() < 0.06


def _fill_from_call(company: Company, past: PastIncident, age: float) -> None:
    chance = company.chance
    desk = company.responders[company.teams["service-desk"].pk]
    past.contact_type = chance.choice(_CALL_TYPES)
    past.requester = chance.choice(company.requesters)
    if past.contact_type in {"phone", "chat"} and chance.random() < _FIRST_CONTACT + 0.2 * (1 - age):
        past.team, past.responder = company.teams["service-desk"], chance.choice(desk)
        past.acknowledged_at = past.created_at
        past.restored_at = past.created_at + timedelta(minutes=chance.uniform(3, 16))
        return
    if company.severities[past.rank].pages:
        past.alerted_at = past.created_at + timedelta(seconds=2)
    past.acknowledged_at = past.created_at + timedelta(minutes=chance.lognormvariate(2.2 + 0.7 * age, 0.8))
    past.restored_at = past.acknowledged_at + timedelta(hours=chance.lognormvariate(0.7 + 0.6 * age, 0.9))


def _fill_end(company: Company, past: PastIncident, age: float) -> None:
    chance = company.chance
    latest = company.at - timedelta(minutes=20)
    past.restored_at = min(past.restored_at, latest)
    past.acknowledged_at = min(past.acknowledged_at, past.restored_at) if past.acknowledged_at else None
    if chance.random() < 0.03 and past.acknowledged_at:
        past.reopened_at = past.restored_at
        past.restored_at = min(latest, past.restored_at + timedelta(hours=chance.uniform(1, 20)))
    if chance.random() < 0.02:
        past.changed_at = past.restored_at + timedelta(minutes=10)
    past.resolved_at = past.restored_at
    if company.severities[past.rank].needs_prevention:
        past.resolved_at = past.restored_at + timedelta(days=chance.lognormvariate(2.7 + 0.5 * age, 0.6))
    if past.resolved_at > latest:
        past.resolved_at = None
        return
    if company.at - past.resolved_at > timedelta(days=3):
        past.closed_at = past.resolved_at + timedelta(days=3)
        past.closure_code = "solved"
        draw = chance.random()
        for code, share in _RANDOM_ENDS if not past.is_major else ():
            if draw < share:
                past.closure_code = code
                break
            draw -= share
