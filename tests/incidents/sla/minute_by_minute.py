"""The clocks of a case by visiting every minute: slow, simple, and without the product's clocks, for tests only.

What the rules leave open is decided so:

- A restoration gives every acknowledgement (of all teams, later ones too, and of the vendor) for good.
- Of an end and a cancellation the earlier event counts, in one minute the earlier in the list.
- Reopening a ticket that is not closed ends its holds and changes nothing else.
- A first reply or update that comes while the ticket is resolved counts once the ticket is reopened.
- What a vendor has done is no acknowledgement by the vendor.
- A cycle of updates that no target applied to, up to the minute of its end, is not listed.
- Of several impact times the last by its place in the timeline counts, not by when it was recorded.
- The due time of an ended clock uses the definitions of that minute and all credits of today.
"""

from itertools import pairwise

from tests.incidents.sla.clock_minutes import ANY_MINUTE, Promises, clocks_of, facts_of, read_targets
from tests.incidents.sla.opening_minutes import DAY_MINUTES, OpeningMinutes, to_minute, to_text
from tests.incidents.sla.ticket_minutes import TicketMinutes, read_events

HORIZON = 730 * DAY_MINUTES


def evaluate(case):
    """The answer to the `input` of a case of kind `sla`: {"clocks": [...]}."""
    as_of = to_minute(case["as_of"])
    events = read_events(case["events"])
    earliest = min([event["at"] for event in events] + [event.get("value", event["at"]) for event in events])
    since = earliest // DAY_MINUTES * DAY_MINUTES - DAY_MINUTES
    promises = Promises(read_targets(case["targets"]), OpeningMinutes(case["calendars"], since))
    records = record_everything(promises, events, as_of)
    today = TicketMinutes(events, as_of)
    if today.opened_at is None:
        return {"clocks": []}
    return {
        "clocks": [
            describe(Walk(promises, today, clock, as_of), records[key_of(clock)])
            for clock in clocks_of(promises, today, as_of)
        ]
    }


def key_of(clock):
    """What stays the same of a clock, whatever becomes known of its ticket."""
    return clock["kind"], clock["metric"], clock["team"], clock["cycle"]


def record_everything(promises, events, as_of):
    """The breach and the warnings of every clock, as each minute up to `as_of` would have recorded them.

    What is known changes only where an event is recorded or withdrawn. In between, the same minutes are judged
    alike, so they are walked once up to the last of them.
    """
    news = {max(event["recorded_at"], event["at"]) for event in events}
    news |= {event["withdrawn_at"] for event in events if event["withdrawn_at"] is not None}
    minutes = [*sorted(minute for minute in news if minute <= as_of), as_of + 1]
    records: dict[tuple, dict] = {}
    for since, following in pairwise(minutes):
        ticket = TicketMinutes(events, since)
        if ticket.opened_at is None:
            continue
        for clock in clocks_of(promises, ticket, following - 1):
            record = records.setdefault(key_of(clock), {"breach": None, "sent": set(), "warnings": []})
            walk = Walk(promises, ticket, clock, following - 1)
            if record["breach"] is None and (breached_at := walk.first_breach()) is not None:
                record["breach"] = (breached_at, max(breached_at, since))
            for minute in range(max(since, clock["start"], clock["first"]), following):
                warn(record, walk, minute)
    return records


def warn(record, walk, minute):
    """Send the highest of the warnings that fall due in this minute; all of them count as sent."""
    if not walk.is_running(minute):
        return
    facts, elapsed = walk.facts(minute), walk.elapsed(minute)
    goal = facts["goal"]
    percents = [
        percent
        for percent in facts["version"].get("warn", [50, 75, 100])
        if elapsed * 100 >= percent * goal and (percent, goal) not in record["sent"]
    ]
    if percents:
        record["warnings"].append({"percent": max(percents), "at": to_text(minute)})
        record["sent"] |= {(percent, goal) for percent in percents}


class Walk:
    """Every minute of a clock from its start to `until`: its facts, and what has elapsed when it begins."""

    def __init__(self, promises, ticket, clock, until):
        self.promises, self.ticket, self.clock, self.until = promises, ticket, clock, until
        self.start = clock["start"]
        self.changes = {self.start, clock["first"], *promises.changes, *(at for at, _ in ticket.steps)}
        self._facts, self._elapsed = [], []
        total = 0
        for minute in range(self.start, until + 1):
            if minute in self.changes:
                facts = facts_of(promises, ticket, clock, minute)
                is_counting = facts["version"] and not facts["reasons"] and not facts["ended"]
            self._facts.append(facts)
            self._elapsed.append(total)
            if is_counting and self.is_business(facts, minute):
                total += 1

    def is_business(self, facts, minute):
        """Whether the calendar is open in that minute and no credit takes it out."""
        return self.promises.hours.is_open(facts["calendar"], minute) and not self.ticket.is_credited(minute)

    def facts(self, minute):
        return self._facts[minute - self.start]

    def elapsed(self, minute):
        return self._elapsed[minute - self.start]

    def is_running(self, minute):
        """Whether the clock is promised, neither paused nor ended, and its first match has come."""
        facts = self.facts(minute)
        return bool(facts["version"] and not facts["reasons"] and not facts["ended"] and minute >= self.clock["first"])

    def first_breach(self):
        """The first minute in which the running clock has reached the goal of that minute, or None."""
        for minute in range(max(self.start, self.clock["first"]), self.until + 1):
            if self.is_running(minute) and self.elapsed(minute) >= self.facts(minute)["goal"]:
                return minute
        return None

    def last_facts_before(self, minute):
        """The facts of the last minute before this in which something was promised, back to the first match."""
        for earlier in sorted(self.changes, reverse=True):
            if self.clock["first"] <= earlier < minute:
                facts = facts_of(self.promises, self.ticket, self.clock, earlier)
                if facts["version"]:
                    return facts
        return facts_of(self.promises, self.ticket, self.clock, self.clock["first"])

    def ending(self):
        """How the clock stands ended at `until`: minute, outcome and the facts in force then; or None.

        It lapses while nothing is promised. An event that comes meanwhile leaves it cancelled.
        """
        ending, event = None, None
        for minute in range(self.start, self.until + 1):
            if minute not in self.changes:
                continue
            facts = self.facts(minute)
            if facts["ended"] is None:
                event = None
                if facts["version"]:
                    ending = None
                elif minute >= self.clock["first"] and not (ending and ending["lapsed"]):
                    ending = self._lapse(minute)
            elif facts["ended"] != event:
                event = facts["ended"]
                at = max(event[0], self.start)
                if self.facts(at)["version"]:
                    ending = {"at": at, "outcome": event[2], "facts": self.facts(at), "lapsed": False}
                elif not (ending and ending["lapsed"]):
                    ending = self._lapse(at)
        return ending

    def _lapse(self, minute):
        return {"at": minute, "outcome": "cancelled", "facts": self.last_facts_before(minute), "lapsed": True}

    def due(self, base, facts, outcome):
        """The first minute with the goal elapsed, back to the start or ahead of `base`; None if there is none."""
        if self.elapsed(base) >= facts["goal"]:
            return next(minute for minute in range(self.start, base + 1) if self.elapsed(minute) >= facts["goal"])
        if outcome == "cancelled" or (outcome is None and facts["reasons"]):
            return None
        state, total, clock = self.ticket.state(base), self.elapsed(base), self.clock
        if base < clock["first"]:
            clock = clock | {"first": ANY_MINUTE}
        for minute in range(base, base + HORIZON + 1):
            if minute == base or minute in self.changes:
                facts = facts_of(self.promises, self.ticket, clock, minute, known_at=base, state=state)
                is_paused = outcome is None and facts["reasons"]
            if not facts["version"]:
                return None
            if total >= facts["goal"]:
                return minute
            if not is_paused and self.is_business(facts, minute):
                total += 1
        return None


def describe(walk, record):
    """A clock of the answer."""
    clock, as_of = walk.clock, walk.until
    ending = walk.ending()
    base = ending["at"] if ending else as_of
    facts = ending["facts"] if ending else walk.facts(as_of)
    reasons = [] if ending else sorted(facts["reasons"])
    state = ending["outcome"] if ending else "paused" if reasons else "running"
    if ending and record["breach"]:
        state = "breached"
    breached_at, recorded_at = record["breach"] or (None, None)
    return {
        "kind": clock["kind"],
        "metric": clock["metric"],
        "team": clock["team"],
        "cycle": clock["cycle"],
        "target": facts["target"]["id"],
        "state": state,
        "started_at": to_text(walk.start),
        "stopped_at": to_text(ending["at"]) if ending else None,
        "due_at": to_text(walk.due(base, facts, ending["outcome"] if ending else None)),
        "goal_minutes": facts["goal"],
        "elapsed_minutes": walk.elapsed(base),
        "remaining_minutes": facts["goal"] - walk.elapsed(base),
        "paused_by": reasons,
        "within_calendar_hours": None if ending else walk.promises.hours.is_open(facts["calendar"], as_of),
        "breached_at": to_text(breached_at),
        "breach_recorded_at": to_text(recorded_at),
        "breach_holds": None if record["breach"] is None else walk.first_breach() is not None,
        "warnings": record["warnings"],
    }
