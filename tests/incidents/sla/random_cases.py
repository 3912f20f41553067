"""Random cases of SLA clocks: a few days, several targets and calendars, and many things in the same minute.

`cases()` is a strategy, whose failures Hypothesis makes smaller. `case_from(random.Random(seed))` makes the same
sort of case much faster, for tests that try thousands.
"""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.incidents.sla.opening_minutes import to_minute, to_text

DAY_MINUTES = 1440
# A day on which the case begins: a clock change in Berlin comes within days, or nothing special does.
FIRST_DAYS = [date(2026, 3, 27), date(2026, 3, 28), date(2026, 10, 23), date(2026, 10, 24), date(2026, 1, 8)]
ZONES = ["UTC", "Europe/Berlin", "Europe/Berlin", "Asia/Kolkata"]
REASONS = ["customer", "supplier"]
TEAMS = ["A", "B", "C"]
TIMES = ["00:00", "01:30", "02:00", "02:30", "03:00", "08:00", "09:00", "12:00", "13:15", "17:00", "22:00"]
STARTS = ["opened", "opened", "impact", "impact", "alerted", "restored"]
METRICS = {
    "sla": ["acknowledge", "first_response", "first_update", "next_update", "next_update", "restore", "prevent"],
    "ola": ["acknowledge", "first_response", "first_update", "restore", "fulfil", "prevent"],
    "underpinning": ["acknowledge", "restore"],
}
METRICS["sla"] += ["fulfil", "restore"]
CLOSING = ["restored", "resolved", "cancelled", "merged"]
SIMPLE = ["alerted", "acknowledged", "update", "replied", "vendor_notified", "vendor_acknowledged", "vendor_done"]
# Several events in one minute are what goes wrong.
STEPS = [0, 0, 0, 1, 1, 2, 5, 10, 15, 30, 60, 60, 90, 240]
GOALS = [1, 2, 3, 5, 7, 15, 30, 60, 90, 120, 240, 480]
VALUES = {
    "severity": ["SEV1", "SEV2", "SEV2", "SEV3", None, ""],
    "team": [*TEAMS, *TEAMS, None],
    "major": [True, False],
    "customers": [["x"], ["x", "y"], ["z"], []],
    "tier": ["1", "2", None],
}
CONDITIONS = {"severity": ["SEV1", "SEV2", "SEV3"], "team": TEAMS, "customers": ["x", "y"], "tier": ["1", "2"]}


def cases():
    """A strategy for the `input` of cases that keep the rules for input."""
    return st.randoms(use_true_random=False).map(case_from)


def case_from(dice):
    """The `input` of a case, from a `random.Random`."""
    first_day = dice.choice(FIRST_DAYS)
    opened = to_minute(f"{first_day}T00:00Z") + dice.randint(0, 47) * 30 + dice.choice([0, 0, 1, 29])
    end = opened + dice.randint(1, 6) * DAY_MINUTES
    kinds = [dice.choice(["sla", "sla", "sla", "ola", "underpinning"]) for _ in range(dice.randint(1, 6))]
    targets_of = [(kind, dice.choice(METRICS[kind])) for kind in kinds]
    events = events_from(dice, opened, end, any(metric == "next_update" for _, metric in targets_of))
    stamps = sorted({event["at"] for event in events} | {event.get("recorded_at", opened) for event in events})

    def moment():
        return dice.choice(stamps) if likely(dice, 2) else dice.randint(opened - DAY_MINUTES, end)

    names = "cde"[: dice.randint(1, 3)]
    return {
        "kind": "sla",
        "as_of": to_text(
            dice.choice([dice.choice(stamps), stamps[-1], dice.randint(opened, end), max(end, stamps[-1])])
        ),
        "calendars": {name: calendar_versions(dice, first_day, moment) for name in names},
        "targets": [
            {
                "id": f"T{number}",
                "kind": kind,
                "metric": metric,
                "versions": target_versions(dice, kind, metric, [None, *names], moment),
            }
            for number, (kind, metric) in enumerate(targets_of)
        ],
        "events": [in_words(event) for event in events],
    }


def likely(dice, sides):
    """Once in so many times."""
    return dice.randint(1, sides) == 1


def some(dice, options, fewest, most):
    """Several different options, in any order."""
    return dice.sample(options, dice.randint(fewest, min(most, len(options))))


def calendar_versions(dice, first_day, moment):
    """A version for always, and sometimes a planned one; or a single one with a beginning."""
    versions = [calendar_version(dice, first_day)]
    if likely(dice, 3):
        versions.append(calendar_version(dice, first_day) | dates_of_definition(dice, moment))
        if likely(dice, 5):
            versions.pop(0)
            # It holds before its beginning too, so it must have been there.
            del versions[0]["created_at"]
    return versions


def calendar_version(dice, first_day):
    windows = [
        {
            "days": sorted(some(dice, range(7), 1, 7)) if likely(dice, 2) else [0, 1, 2, 3, 4],
            "start": dice.choice(TIMES),
            "end": dice.choice([*TIMES, "24:00"]),
        }
        for _ in range(dice.randint(1, 3))
    ]
    if likely(dice, 3):
        windows = [{"days": list(range(7)), "start": "08:00", "end": "17:00"}]
    if likely(dice, 60):
        # Never open: it takes two years of minutes to say so.
        windows = []
    near = [str(first_day + timedelta(days=n)) for n in range(-1, 10)]
    return {
        "time_zone": dice.choice(ZONES),
        "windows": windows,
        "holidays": some(dice, near, 0, 2),
        "exceptions": [
            {"date": day, "windows": [day_window(dice) for _ in range(dice.randint(0, 2))]}
            for day in some(dice, near, 0, 2)
        ],
    }


def day_window(dice):
    start, end = sorted(dice.sample([*TIMES, "24:00"], 2))
    return {"start": start, "end": end}


def dates_of_definition(dice, moment):
    """When a version was made and from when it counts."""
    effective = moment()
    return {
        "created_at": to_text(effective - dice.choice([0, 0, 10, 600])),
        "effective_from": to_text(effective),
    }


def target_versions(dice, kind, metric, calendars, moment):
    """One to three versions, the later ones sometimes retired, some withdrawn before they took effect."""
    versions = [target_version(dice, "v1", kind, metric, calendars)]
    if likely(dice, 5):
        versions[0] |= dates_of_definition(dice, moment)
    for number in range(2, 2 + dice.choice([0, 0, 1, 2])):
        version = target_version(dice, f"v{number}", kind, metric, calendars) | dates_of_definition(dice, moment)
        if likely(dice, 5):
            version["retired"] = True
        versions.append(version)
    for version in versions:
        created, effective = version.get("created_at"), version.get("effective_from")
        if created != effective and likely(dice, 5):
            version["withdrawn_at"] = to_text(dice.randint(to_minute(created), to_minute(effective) - 1))
    return versions


def target_version(dice, name, kind, metric, calendars):
    version = {
        "id": name,
        "goal_minutes": dice.choice(GOALS) if likely(dice, 2) else dice.randint(1, 3000),
        "calendar": dice.choice(calendars),
        "start": dice.choice(["vendor", "vendor", "opened"] if kind == "underpinning" else STARTS),
    }
    if likely(dice, 5):
        version["scope"] = dice.choice(["new", "new", "all"])
    if likely(dice, 2):
        version["position"] = dice.randint(1, 3)
    if likely(dice, 2):
        names = some(dice, ["severity", dice.choice(["severity", "team", "customers", "tier"])], 1, 2)
        version["when"] = {name: some(dice, CONDITIONS[name], 1, 3) for name in names}
    if metric != "acknowledge" and not likely(dice, 3):
        version["pause_reasons"] = some(dice, REASONS, 1, 2)
    if likely(dice, 3):
        version["warn"] = some(dice, [1, 33, 50, 80, 100, 150], 0, 4)
    return version


def fields(dice, names):
    return {name: dice.choice(VALUES[name]) for name in names}


def events_from(dice, opened, end, has_cadence):
    """An opening and 2 to 13 events after it, in order; instants are minutes."""
    names = ["severity", "team"] if likely(dice, 2) else some(dice, ["severity", "team"], 0, 2)
    names += some(dice, ["customers", "tier", "major"], 0, 2)
    events = [{"at": opened, "type": "opened", "fields": fields(dice, names)}]
    holds: list[str] = []
    at, is_closed, is_messy = opened, False, likely(dice, 2)
    for number in range(dice.randint(2, 13)):
        at = min(at + (dice.randint(0, 1500) if likely(dice, 4) else dice.choice(STEPS)), end)
        kind = dice.choice(kinds_of_event(has_cadence, holds, is_closed))
        event = {"at": at, "type": kind} | details(dice, kind, opened, at, [f"h{number}", *holds])
        if kind in {*CLOSING, "reopened"}:
            is_closed, holds = kind != "reopened", []
        elif kind == "hold":
            holds = [*holds, event["hold"]]
        elif kind == "unhold":
            holds = [hold for hold in holds if hold != event["hold"]]
        events.append(event | (corrections(dice, event, has_cadence) if is_messy else {}))
    return events


def kinds_of_event(has_cadence, holds, is_closed):
    """The types of event that may come next, the likely ones several times."""
    kinds = ["change", "change", "change", "change", "impact", "credit", "hold", "hold", "hold", *SIMPLE]
    kinds += ["unhold"] * 3 if holds else []
    kinds += ["update"] * 6 if has_cadence else []
    return kinds + (["reopened"] * 6 + CLOSING if is_closed else ["restored", *CLOSING])


def details(dice, kind, opened, at, holds):
    """What an event of a type says; the first of `holds` is a new one."""
    if kind == "change":
        names = [dice.choice(["severity", "severity", "team", "team", *VALUES]) for _ in range(dice.randint(1, 2))]
        return {"fields": fields(dice, names)}
    if kind == "impact":
        return {"value": dice.choice([opened, at, dice.randint(opened - 600, at)])}
    if kind == "credit":
        start = dice.choice([opened, at, dice.randint(opened - 60, at + 300)])
        return {"from": start, "to": start + dice.randint(1, 900)}
    if kind == "hold":
        return {"hold": holds[0], "reason": dice.choice(REASONS)}
    return {"hold": dice.choice(holds[1:])} if kind == "unhold" else {}


def corrections(dice, event, has_cadence):
    """Sometimes an event is entered late or struck out; holds are entered at once, updates too under a cadence."""
    if event["type"] == "update" and has_cadence:
        return {}
    changes = {}
    if event["type"] != "hold" and likely(dice, 3):
        changes["recorded_at"] = event["at"] + dice.choice([1, 5, 60, dice.randint(1, 900)])
    if likely(dice, 5):
        known_since = changes.get("recorded_at", event["at"])
        changes["withdrawn_at"] = known_since + dice.choice([1, 5, 60, dice.randint(1, 900)])
    return changes


def in_words(event):
    """The event with its minutes as instants of a case."""
    instants = {"at", "recorded_at", "withdrawn_at", "value", "from", "to"}
    return {name: to_text(value) if name in instants else value for name, value in event.items()}
