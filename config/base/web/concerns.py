"""Concerns: what an administrator should set up or fix. Each app declares its own; the administration shows them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from operator import attrgetter

from django.urls import reverse

ADMINISTER = "oncall.change_user"
"""The right of those who see concerns about the installation: they keep its accounts."""
_MAX_NAMES = 3


class Task(StrEnum):
    """The eight tasks of the administration, as they stand in addresses."""

    SEVERITIES = "severities"
    PAGING = "paging"
    SERVICES = "services"
    PEOPLE = "people"
    INTAKE = "intake"
    CUSTOMERS = "customers"
    MESSAGES = "messages"
    SYSTEM = "system"


class Stage(IntEnum):
    """The stages of setting up a new installation, in their order: concerns are listed by it."""

    MAIL = 1
    KEYS = 2
    ENGINE = 3
    CHANNELS = 4
    TEAMS = 5
    PEOPLE = 6
    SCHEDULES = 7
    POLICIES = 8
    SEVERITIES = 9
    MATRIX = 10
    SERVICES = 11
    TARGETS = 12
    INTAKE = 13
    CUSTOMERS = 14
    TEMPLATES = 15
    SECOND_PERSON = 16
    OUTSIDE = 17
    UPKEEP = 18


@dataclass(frozen=True)
class NamedRecord:
    """A record by its name, and where it is changed."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Concern:
    """Something to set up or fix.

    `text` is one sentence with its count, `effect` says what happens until then, `button` is the verb that leads to
    `url`. `right` is the permission that a reader needs to see it. `is_blocking`: something cannot work until it is
    done; else everything works, but less well.
    """

    text: str
    task: Task
    stage: Stage
    url: str
    button: str
    right: str
    count: int = 1
    effect: str = ""
    records: tuple[NamedRecord, ...] = ()
    is_blocking: bool = False

    @property
    def first_records(self) -> tuple[NamedRecord, ...]:
        """The records that are named."""
        return self.records[:_MAX_NAMES]

    @property
    def others(self) -> int:
        """How many records more there are."""
        return max(len(self.records) - _MAX_NAMES, 0)


ListConcerns = Callable[[datetime], Sequence[Concern]]
_sources: list[ListConcerns] = []


def register(*sources: ListConcerns) -> None:
    """Add functions that list concerns at a moment; called from an app's `ready()`."""
    _sources.extend(sources)


def registered() -> tuple[ListConcerns, ...]:
    """All functions, in the order of the apps."""
    return tuple(_sources)


def list_concerns(at: datetime) -> list[Concern]:
    """What all apps declare at `at`: first what cannot work, and each part in the order of setting up."""
    concerns = [concern for source in _sources for concern in source(at)]
    return sorted(concerns, key=lambda concern: (not concern.is_blocking, concern.stage))


def count_text(count: int, single: str, several: str) -> str:
    """The number with the words that fit it: "1 team has", "2 teams have"."""
    return f"{count:,} {single if count == 1 else several}"


def list_page(model: str) -> str:
    """The list of a model in the administration; `model` is written as "oncall_team"."""
    return reverse(f"admin:{model}_changelist")


def add_page(model: str) -> str:
    """The form that adds a record of a model."""
    return reverse(f"admin:{model}_add")


def name_records(rows: Iterable[tuple[int, str]], model: str) -> list[NamedRecord]:
    """Records by key and name, sorted by name, each with its page in the administration."""
    page = f"admin:{model}_change"
    return sorted((NamedRecord(name, reverse(page, args=[key])) for key, name in rows), key=attrgetter("name", "url"))


@dataclass(frozen=True, kw_only=True)
class Wording:
    """How a concern about records is said: of a single record, of several, what follows from it, and the button."""

    single: str
    several: str
    button: str
    effect: str = ""


def about_records(
    records: Sequence[NamedRecord],
    wording: Wording,
    *,
    task: Task,
    stage: Stage,
    url: str,
    right: str,
    is_blocking: bool = False,
) -> list[Concern]:
    """One concern about these records, or none without records. The button for a single record leads to it."""
    if not records:
        return []
    return [
        Concern(
            text=f"{count_text(len(records), wording.single, wording.several)}",
            effect=wording.effect,
            count=len(records),
            records=tuple(records),
            url=records[0].url if len(records) == 1 else url,
            button=wording.button,
            task=task,
            stage=stage,
            right=right,
            is_blocking=is_blocking,
        )
    ]
