"""Why a simulated step pages whom it pages, or nobody: schedules, layers, overrides, teams and accounts in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.base.web.display import local_text
from oncall import schedules
from oncall.escalation.freezing import MANAGERS, OPERATORS
from oncall.escalation.machine import LogLine, Reached, Target
from oncall.escalation.simulation import Simulation
from oncall.models import Layer, Override, Schedule, Team, User
from oncall.schedules import Roster


@dataclass(frozen=True)
class Reasons:
    """The names behind a simulation, fetched once; times are written in `zone`."""

    zone: str
    users: Mapping[int, User]
    teams: Mapping[int, str]
    schedules: Mapping[int, str]
    rosters: Mapping[int, Roster]
    layers: Mapping[int, str]
    overrides: Mapping[int, Override]

    def why(self, person: Reached, *, at: datetime, step: str) -> str:
        """Why this person is paged at a moment; `step` is the step's number, or "fallback"."""
        because = person.because
        if "schedule" in because:
            return self._turn(_key(because["schedule"]), because, at)
        if "team" in because:
            return f"In team {self.teams.get(_key(because['team']), '')}"
        if MANAGERS in because:
            return f"Manager of {self.teams.get(_key(because[MANAGERS]), 'the team')}: the last resort"
        if OPERATORS in because:
            return "Operates Holdfast: the last resort"
        return f"Named in step {step}" if step.isdigit() else "Named as fallback"

    def _turn(self, schedule: int, because: Mapping[str, object], at: datetime) -> str:
        parts = [self.schedules.get(schedule, "A schedule")]
        if name := self.layers.get(_key(because.get("layer"))):
            parts.append(name)
        rows = [self.overrides[key] for key in _keys(because.get("overrides")) if key in self.overrides]
        parts += [f"override to {local_text(row.ends_at, zone=self.zone)}" for row in rows]
        roster = self.rosters.get(schedule)
        if roster is not None and roster.since <= at < roster.until:
            ends_at = schedules.stint(roster, at=at).ends_at
            parts += [f"on call to {local_text(ends_at, zone=self.zone)}"] if ends_at else []
        return ", ".join(parts)

    def why_nobody(self, line: LogLine, targets: Iterable[Target]) -> str:
        """Why a step reaches nobody at its moment."""
        return "; ".join(self._nobody(target, line.at) for target in targets) or "The step has no target."

    def _nobody(self, target: Target, at: datetime) -> str:
        if target.kind == "user":
            person = self.users.get(target.key)
            return f"the account of {person.name} is closed" if person else "a person who has no account any more"
        if target.kind == "team":
            return f"team {self.teams.get(target.key, '')} has no responder or manager with an open account"
        name = self.schedules.get(target.key)
        if name is None:
            return "a schedule that does not exist any more"
        roster = self.rosters.get(target.key)
        if roster is not None and roster.plan.version_at(at) is None:
            return f"{name} has no rota at that time"
        return f"nobody is on call in {name}"

    def name(self, target: Target) -> str:
        """A target by name."""
        if target.kind == "user":
            person = self.users.get(target.key)
            return person.name if person else "a person"
        if target.kind == "team":
            return f"team {self.teams.get(target.key, '')}"
        return self.schedules.get(target.key, "a schedule")


def load_reasons(run: Simulation, *, zone: str) -> Reasons:
    """Fetch the names behind a simulation; a constant number of queries."""
    targets = [target for step in run.policy.steps for target in step.targets]
    reached = [person for event in run.events for person in event.line.reached]
    keys = {kind: {target.key for target in targets if target.kind == kind} for kind in ("user", "schedule", "team")}
    teams = keys["team"] | {target.key for target in run.policy.last_resort if target.kind == MANAGERS and target.key}
    overrides = {key for person in reached for key in _keys(person.because.get("overrides"))}
    layers = {_key(person.because["layer"]) for person in reached if "layer" in person.because}
    return Reasons(
        zone=zone,
        users=User.objects.in_bulk(keys["user"]),
        teams=dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")),
        schedules=dict(Schedule.objects.filter(pk__in=keys["schedule"]).values_list("pk", "name")),
        rosters={roster.schedule.pk: roster for roster in schedules.load_range(run.at, ids=keys["schedule"])},
        layers=dict(Layer.objects.filter(pk__in=layers).values_list("pk", "name")),
        overrides=Override.objects.in_bulk(overrides),
    )


def _key(value: object) -> int:
    return value if isinstance(value, int) else 0


def _keys(value: object) -> list[int]:
    return [key for key in value if isinstance(key, int)] if isinstance(value, list) else []
