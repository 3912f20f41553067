"""Which promise of one kind and metric a ticket has in each minute; chosen once for each set of fields (K-6, K-7)."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping

from incidents.sla.definitions import Promises, TargetVersion
from incidents.sla.history import History, State

Frame = tuple[State, TargetVersion | None, bool]


class Matching:
    """The promises of a ticket over time; for a team's clock as if that team had the ticket (K-23)."""

    def __init__(self, history: History, promises: Promises, team: Hashable) -> None:
        self.history = history
        self.promises = promises
        self.team = team
        credited = {minute for span in history.credits for minute in span}
        self.edges = sorted({history.opened, *history.turns, *promises.boundaries, *credited})
        """The minutes in which anything may change, but for what ends one clock for good."""
        self._frames: list[Frame | None] = [None] * len(self.edges)
        self._match: tuple[Mapping[str, object], int, TargetVersion | None] = ({}, -1, None)
        """The fields, the place among the boundaries, and the promise that was looked for last."""

    def fields_at(self, minute: int) -> Mapping[str, object]:
        """The ticket's fields after all events of a minute."""
        return self._own(self.history.state_at(minute).fields)

    def at(self, minute: int) -> TargetVersion | None:
        """The promise in force in a minute."""
        return self.frame(minute)[1]

    def frame(self, minute: int) -> Frame:
        """The ticket's state in a minute, the promise in force, and whether a correction takes the minute out."""
        place = bisect_right(self.edges, minute) - 1
        if place < 0:
            return self._frame(minute)
        frame = self._frames[place]
        if frame is None:
            frame = self._frames[place] = self._frame(self.edges[place])
        return frame

    def _frame(self, minute: int) -> Frame:
        state, place = self.history.state_at(minute), bisect_right(self.promises.boundaries, minute)
        fields, last_place, version = self._match
        # Most events change no field; fields are replaced when they change, never altered.
        if state.fields is not fields or place != last_place:
            version = self.promises.match(self._own(state.fields), minute, opened=self.history.opened)
            self._match = state.fields, place, version
        return state, version, self.history.is_credited(minute)

    def _own(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        return fields if self.team is None else {**fields, "team": self.team}

    def first(self, *, until: int) -> tuple[int, TargetVersion] | None:
        """The first minute since opening in which a target applied, and its version."""
        for minute in self.edges[bisect_left(self.edges, self.history.opened) :]:
            if minute > until:
                return None
            if (version := self.at(minute)) is not None:
                return minute, version
        return None

    def last(self, *, before: int, since: int) -> TargetVersion | None:
        """The promise that was last in force before a minute."""
        for minute in reversed(self.edges[bisect_left(self.edges, since) : bisect_left(self.edges, before)]):
            if (version := self.at(minute)) is not None:
                return version
        return None
