"""The promises of a case and the clocks that they make, as facts of single minutes, for tests only."""

from tests.incidents.sla.opening_minutes import ALWAYS, moment, to_minute
from tests.incidents.sla.ticket_minutes import CLOSING

KINDS = ("sla", "ola", "underpinning")
METRICS = ("acknowledge", "first_response", "first_update", "next_update", "restore", "fulfil", "prevent")
ANY_MINUTE = 10**12
# The marks that end a clock as met; a team's own acknowledgement stands for "acknowledged" in its clock.
MEETS = {
    "acknowledge": ("acknowledged", "relieved"),
    "first_response": ("replied",),
    "first_update": ("update",),
    "restore": ("restored",),
    "fulfil": ("restored",),
    "prevent": ("resolved",),
}
VENDOR_MEETS = {
    "acknowledge": ("vendor_acknowledged", "relieved"),
    "restore": ("vendor_done", "restored"),
    "fulfil": ("vendor_done", "restored"),
}
CANCELS = ("cancelled", "merged")


def read_targets(rows):
    """The targets with the order of their versions in `order`, by id."""
    return [
        dict(
            row,
            versions=[
                dict(version, order=(moment(version, "effective_from"), moment(version, "created_at"), version["id"]))
                for version in row["versions"]
            ],
        )
        for row in sorted(rows, key=lambda row: row["id"])
    ]


class Promises:
    """The targets and calendars of a case."""

    def __init__(self, targets, hours):
        self.targets = targets
        self.hours = hours
        versions = [version for target in targets for version in target["versions"]]
        versions += [version for rows in hours.calendars.values() for version in rows]
        self.changes = sorted({version["order"][0] for version in versions} - {ALWAYS})

    def in_force(self, target, minute, known_at, opened_at):
        """The version of a target in force at a minute, of those known by then and by `known_at`; or None."""
        known_by = min(minute, known_at)
        rows = [
            version
            for version in target["versions"]
            if version["order"][0] <= minute
            and version["order"][1] <= known_by
            and not (version.get("withdrawn_at") and to_minute(version["withdrawn_at"]) <= known_by)
            and not (version.get("scope") == "new" and opened_at < version["order"][0])
        ]
        version = max(rows, key=lambda row: row["order"], default=None)
        return None if version is None or version.get("retired") else version

    def first_match(self, clock, minute, known_at, opened_at, fields):
        """The target that applies to a clock's kind and metric, with its version; or (None, None)."""
        matches = []
        for target in self.targets:
            if (target["kind"], target["metric"]) != (clock["kind"], clock["metric"]):
                continue
            version = self.in_force(target, minute, known_at, opened_at)
            if version and all(is_met(fields.get(name), values) for name, values in version.get("when", {}).items()):
                matches.append((version.get("position", 1), target["id"], target, version))
        if not matches:
            return None, None
        return min(matches, key=lambda match: match[:2])[2:]


def is_met(value, values):
    """Whether a field satisfies a condition; an empty field satisfies none."""
    if value in (None, "", []):
        return False
    return any(item in values for item in (value if isinstance(value, list) else [value]))


def clocks_of(promises, ticket, until):
    """The clocks that have started and that a target has applied to, as `ticket` knows, in order of listing."""
    clocks = []
    for kind in KINDS:
        for metric in METRICS:
            for team, since in sorted(ticket.teams().items()) if kind == "ola" else [(None, None)]:
                clock = {"kind": kind, "metric": metric, "team": team, "since": since}
                if metric == "next_update":
                    clocks += cycles_of(promises, ticket, clock, until)
                    continue
                clock |= {"cycle": 1, "end": None, "outcome": None}
                if not find_first_match(promises, ticket, clock, ticket.opened_at, until):
                    continue
                clock["start"] = find_start(ticket, clock)
                if clock["start"] is not None and clock["start"] <= until:
                    clocks.append(clock)
    return clocks


def cycles_of(promises, ticket, clock, until):
    """The clock's cycles; they share its first match."""
    clocks: list[dict[str, object]] = []
    if not find_first_match(promises, ticket, clock, ticket.opened_at, until):
        return clocks
    for number, cycle in enumerate(ticket.cycles, 1):
        if clock["since"] is not None and cycle["start"] < clock["since"]:
            continue
        if cycle["start"] <= until:
            clocks.append(clock | {"cycle": number} | cycle)
    return clocks


def find_first_match(promises, ticket, clock, since, until):
    """Set the first minute in which a target applies, that target and its version; False if none does."""
    minutes = {since} | {at for at, _ in ticket.steps} | set(promises.changes)
    for minute in sorted(minutes):
        if since <= minute <= until:
            fields = fields_for(clock, ticket.state(minute))
            target, version = promises.first_match(clock, minute, minute, ticket.opened_at, fields)
            if target:
                clock |= {"first": minute, "target": target, "version": version}
                return True
    return False


def find_start(ticket, clock):
    """The instant of the start rule of the version that applied first, or None."""
    if clock["kind"] == "ola":
        return clock["since"]
    return {
        "opened": ticket.opened_at,
        "impact": ticket.impact_at,
        "alerted": ticket.first_mark("alerted"),
        "restored": ticket.first_mark("relieved"),
        "vendor": ticket.first_mark("vendor_notified"),
    }[clock["version"]["start"]]


def fields_for(clock, state):
    """The ticket's fields; for a team's clock, as if that team had the ticket."""
    return state["fields"] if clock["team"] is None else state["fields"] | {"team": clock["team"]}


def facts_of(promises, ticket, clock, minute, known_at=ANY_MINUTE, state=None):
    """What holds in a minute: target, version (None: nothing is promised), calendar, pauses and the event that ended.

    With a `state` the minute is judged as if the ticket stayed so from then on.
    """
    now = ticket.state(minute) if state is None else state
    if minute < clock["first"]:
        target, version = clock["target"], promises.in_force(clock["target"], minute, known_at, ticket.opened_at)
    else:
        target, version = promises.first_match(clock, minute, known_at, ticket.opened_at, fields_for(clock, now))
    facts = {"target": target, "version": version, "goal": None, "calendar": None, "reasons": set()}
    if version:
        facts["goal"] = version["goal_minutes"]
        if version.get("calendar"):
            facts["calendar"] = promises.hours.version(version["calendar"], minute, min(minute, known_at))
        if not now["fields"].get("major"):
            facts["reasons"] = set(now["holds"].values()) & set(version.get("pause_reasons", []))
    if clock["team"] is not None and now["fields"].get("team") != clock["team"]:
        facts["reasons"] = facts["reasons"] | {"team"}
    return facts | {"ended": event_that_ended(clock, now["marks"], minute)}


def event_that_ended(clock, marks, minute):
    """(minute, number, outcome) of the earliest event that ends the clock as things stand, or None."""
    if clock["metric"] == "next_update":
        is_over = clock["end"] is not None and clock["end"] <= minute
        return (clock["end"], 0, clock["outcome"]) if is_over else None
    meets: tuple = MEETS[clock["metric"]]
    if clock["kind"] == "underpinning":
        meets = VENDOR_MEETS.get(clock["metric"], meets)
    if clock["kind"] == "ola" and clock["metric"] == "acknowledge":
        meets = (("acknowledged", clock["team"]), "relieved")
    cancels = CLOSING[1:] if clock["metric"] in {"first_response", "first_update"} else CANCELS
    ends = [(*marks[name], "met") for name in meets if name in marks]
    ends += [(*marks[name], "cancelled") for name in cancels if name in marks]
    return min(ends, default=None)
