"""What waits for one person: each app says which of its records do, and one page lists them by time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, TextChoices
from django.utils.safestring import SafeString

from config.base.data.users import User


class WorkKind(TextChoices):
    """What a person does with it."""

    TICKET = "ticket", "Tickets"
    TASK = "task", "Tasks"
    APPROVAL = "approval", "Approvals"


@dataclass(frozen=True)
class Decision:
    """An approval that can be given on the spot: the views that approve and decline, and the record as it is seen."""

    approve: str
    decline: str
    record: Model


@dataclass(frozen=True)
class WorkItem:
    """One thing that waits: what it is, when it is due, and the next step."""

    kind: WorkKind
    key: str
    icon: str
    title: str
    url: str
    facts: tuple[str, ...]
    due_at: datetime | None
    clock: SafeString
    """The face of its clock, and below it why or by when."""
    verb: str = "Open"
    decision: Decision | None = None


Source = Callable[[User, datetime], Iterable[WorkItem]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source; called from an app's `ready()`. It takes a constant number of queries."""
    _sources.append(source)


def collect(user: User, *, at: datetime) -> list[WorkItem]:
    """Everything that waits for this person: the first to be due first, what has no date last."""
    items = [item for source in _sources for item in source(user, at)]
    return sorted(items, key=lambda item: (item.due_at is None, item.due_at or at, item.title, item.key))
