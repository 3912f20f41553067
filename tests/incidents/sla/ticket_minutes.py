"""What is known of a ticket of a case, minute by minute: fields, holds, marks and cycles, for tests only."""

from copy import deepcopy
from itertools import groupby

from tests.incidents.sla.opening_minutes import to_minute

CLOSING = ("restored", "resolved", "cancelled", "merged")
ENDS_HOLDS = (*CLOSING, "reopened")
BLANK: dict[str, dict[str, str]] = {"fields": {}, "holds": {}, "marks": {}}


def read_events(rows):
    """The events in order of their minute, then of the list, with all instants in minutes since 1970."""
    events = []
    for row in rows:
        at = to_minute(row["at"])
        event = dict(row, at=at, recorded_at=to_minute(row.get("recorded_at") or row["at"]))
        event["withdrawn_at"] = to_minute(row["withdrawn_at"]) if row.get("withdrawn_at") else None
        for name in ("value", "from", "to"):
            if name in row:
                event[name] = to_minute(row[name])
        events.append(event)
    return [dict(event, number=n) for n, event in enumerate(sorted(events, key=lambda event: event["at"]))]


class TicketMinutes:
    """The ticket as it was known at a minute.

    `opened_at` is None while nobody knows of it. A mark is (minute, number of the event): the first event of
    its sort that still holds. "relieved" is the first restoration: it gives every acknowledgement, and
    reopening does not take it away.
    """

    def __init__(self, events, known_at):
        self.known_at = known_at
        self.events = [
            event
            for event in events
            if max(event["recorded_at"], event["at"]) <= known_at
            and (event["withdrawn_at"] is None or event["withdrawn_at"] > known_at)
        ]
        self.opened_at = next((event["at"] for event in self.events if event["type"] == "opened"), None)
        impacts = [event["value"] for event in self.events if event["type"] == "impact"]
        self.impact_at = impacts[-1] if impacts else self.opened_at
        self.credits = [(event["from"], event["to"]) for event in self.events if event["type"] == "credit"]
        self.steps, self.cycles = self._steps()

    def _steps(self):
        """The state after each minute with events, and the cycles of public updates."""
        steps: list[tuple[int, dict]] = []
        cycles: list[dict] = []
        state = deepcopy(BLANK)
        for minute, rows in groupby(self.events, key=lambda event: event["at"]):
            group = list(rows)
            state = deepcopy(state)
            for event in group:
                apply_event(state, event)
            steps.append((minute, state))
            follow_cycles(cycles, minute, {event["type"] for event in group}, state["marks"])
        return steps, cycles

    def state(self, minute):
        """The state after all events up to and in that minute."""
        latest = BLANK
        for at, state in self.steps:
            if at <= minute:
                latest = state
        return latest

    def first_mark(self, name):
        """The minute of a mark, or None."""
        mark = self.state(self.known_at)["marks"].get(name)
        return mark[0] if mark else None

    def teams(self):
        """Each team that has had the ticket at the end of a minute, with the first such minute."""
        first: dict[str, int] = {}
        for minute, state in self.steps:
            if team := state["fields"].get("team"):
                first.setdefault(team, minute)
        return first

    def is_credited(self, minute):
        return any(start <= minute < end for start, end in self.credits)


def apply_event(state, event):
    """Change the state by one event."""
    kind, marks, mark = event["type"], state["marks"], (event["at"], event["number"])
    if kind in {"opened", "change"}:
        state["fields"].update(event["fields"])
    elif kind == "hold":
        state["holds"][event["hold"]] = event["reason"]
    elif kind == "unhold":
        state["holds"].pop(event["hold"], None)
    elif kind == "reopened":
        for name in CLOSING:
            marks.pop(name, None)
    else:
        marks.setdefault(kind, mark)
    if kind == "acknowledged":
        marks.setdefault(("acknowledged", state["fields"].get("team")), mark)
    if kind in {"restored", "resolved"}:
        marks.setdefault("restored", mark)
        marks.setdefault("relieved", mark)
    if kind in ENDS_HOLDS:
        state["holds"].clear()


def follow_cycles(cycles, minute, kinds, marks):
    """End and start cycles after a minute with events of these kinds; `marks` are those at its end."""
    running = cycles[-1] if cycles and cycles[-1]["end"] is None else None
    is_closed = any(name in marks for name in CLOSING)
    if running and "update" in kinds:
        running.update(end=minute, outcome="met")
    elif running and (is_closed or kinds & set(CLOSING)):
        running.update(end=minute, outcome="cancelled")
    elif running:
        return
    begins = "update" in kinds or ("reopened" in kinds and "update" in marks)
    if begins and not is_closed:
        cycles.append({"start": minute, "end": None, "outcome": None})
