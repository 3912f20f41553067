"""The history of configuration in words: when, who, what changed from what to what, and why.

It reads the histories of versions: of one record with the rows below it, or of all configuration. A row is below a
record if it is deleted with it and has a history of its own. Each list takes a constant number of queries.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin

from config.base.data.users import User
from config.base.web.version_texts import NOTHING, Names, Version, rows_of, value_text

PRODUCT = "Holdfast"
"""Who changed what no person did."""


@dataclass(frozen=True)
class FieldChange:
    """One field: what it held and what it holds since; a new record has no old values, a deleted one no new ones."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class RecordChange:
    """One version of one record."""

    model: type[Model]
    record_id: object
    name: str
    verb: str
    """`Created`, `Changed` or `Deleted`."""
    fields: list[FieldChange]

    def joined_with(self, earlier: "RecordChange") -> "RecordChange":
        """This change and the one before it, as one."""
        fields = {each.label: each for each in earlier.fields}
        for each in self.fields:
            first = fields.get(each.label)
            fields[each.label] = FieldChange(each.label, first.old if first else each.old, each.new)
        verb = self.verb if self.verb == "Deleted" else earlier.verb
        return replace(self, verb=verb, fields=[each for each in fields.values() if each.old != each.new])

    @property
    def address(self) -> str:
        """The page of its history in the administration; empty if it has none."""
        page = admin.site.get_model_admin(self.model) if admin.site.is_registered(self.model) else None
        if not isinstance(page, SimpleHistoryAdmin):
            return ""
        return reverse(f"admin:{self.model._meta.label_lower.replace('.', '_')}_history", args=[self.record_id])

    @property
    def kind(self) -> str:
        """What the record is, as "escalation policy"."""
        return str(self.model._meta.verbose_name)


@dataclass
class Change:
    """What one person changed at one moment: a record, and the rows that were saved with it."""

    at: datetime
    who: str
    why: str
    records: list[RecordChange] = field(default_factory=list)

    def add(self, earlier: RecordChange) -> None:
        """Add a version; with a later one of the same record it becomes one."""
        for number, later in enumerate(self.records):
            if (later.model, later.record_id) == (earlier.model, earlier.record_id):
                self.records[number] = later.joined_with(earlier)
                return
        self.records.append(earlier)

    def creates(self, model: type[Model]) -> bool:
        """Whether it created a record of this model."""
        return any(entry.model is model and entry.verb == "Created" for entry in self.records)

    @property
    def mark(self) -> int:
        """The moment as microseconds since 1970, for addresses."""
        return mark_of(self.at)


@dataclass(frozen=True)
class Source:
    """A model with a history, and which versions of it are meant."""

    model: type[Model]
    condition: Q = field(default_factory=Q)

    def versions(self) -> "QuerySet[Model]":
        """The versions that are meant."""
        return history_of(self.model).filter(self.condition)


def mark_of(at: datetime) -> int:
    """The moment as microseconds since 1970."""
    return round(at.timestamp() * 1_000_000)


def history_of(model: type[Model]) -> "models.Manager[Model]":
    """The history of a model. Raises AttributeError if it has none."""
    name: str = model._meta.simple_history_manager_attribute  # type: ignore[attr-defined]  # set by simple_history
    return cast("models.Manager[Model]", getattr(model, name))


def recorded_models() -> list[type[Model]]:
    """All models with a history."""
    return [model for model in apps.get_models() if hasattr(model._meta, "simple_history_manager_attribute")]


def rows_below(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """The models of rows below a record of this model, each with its field that names the record."""
    for other in recorded_models():
        for column in other._meta.concrete_fields:
            if not isinstance(column, models.ForeignKey) or column.related_model is not model or other is model:
                continue
            if column.remote_field.on_delete is models.CASCADE:
                yield other, column.name
                break


def sources_of(model: type[Model], pk: object) -> list[Source]:
    """The histories of one record and of the rows below it, down to the last."""
    own = model._meta.pk.attname
    sources, nodes = [Source(model, Q(**{own: pk}))], [(model, Q(**{own: pk}))]
    while nodes:
        parent, condition = nodes.pop()
        keys = history_of(parent).filter(condition).values(parent._meta.pk.attname)
        for row, name in rows_below(parent):
            below = Q(**{f"{name}__in": keys})
            sources.append(Source(row, below))
            nodes.append((row, below))
    return sources


def list_changes(
    limit: int, *, sources: Sequence[Source] | None = None, offset: int = 0, conditions: Q | None = None
) -> list[Change]:
    """The newest changes of configuration, the newest first: at most `limit` versions, joined by their moment.

    `conditions` are about the columns of every history, as `history_user` and `history_date`.
    """
    sources = [Source(model) for model in recorded_models()] if sources is None else sources
    keys = _newest_keys(sources, conditions or Q(), offset, offset + limit)
    numbers = {number for _, _, number in keys}
    loaded = {number: _load(sources[number], [key for _, key, n in keys if n == number]) for number in numbers}
    names = Names(version for rows in loaded.values() for pair in rows.values() for version in pair if version)
    changes: list[Change] = []
    for _, key, number in keys:
        version, before = loaded[number][key]
        entry = _record_change(sources[number].model, version, before, names)
        newest = changes[-1] if changes else None
        who, why = who_text(version.history_user), version.history_change_reason or ""
        if newest is None or (newest.at, newest.who) != (version.history_date, who):
            changes.append(Change(version.history_date, who, why))
        changes[-1].add(entry)
    for change in changes:
        change.records = [entry for entry in change.records if entry.fields or entry.verb != "Changed"]
    return [change for change in changes if change.records]


def has_versions(sources: Sequence[Source], *, offset: int, conditions: Q | None = None) -> bool:
    """Whether there are versions after the first `offset` ones."""
    return bool(_newest_keys(sources, conditions or Q(), offset, offset + 1))


def newest_mark(sources: Sequence[Source]) -> int:
    """The moment of the newest version, as `Change.mark`; 0 if there is none."""
    keys = _newest_keys(sources, Q(), 0, 1)
    return mark_of(keys[0][0]) if keys else 0


def who_text(user: User | None) -> str:
    """Who made a version: a person, a program, or the product itself."""
    if user is None:
        return PRODUCT
    return f"{user.name} (service account)" if user.is_service else str(user.name)


def _newest_keys(sources: Sequence[Source], conditions: Q, start: int, end: int) -> list[tuple[datetime, int, int]]:
    """The versions from `start` to `end` of all sources by time, each as moment, id and the number of its source."""
    parts = [
        source.versions()
        .filter(conditions)
        .order_by("-history_date", "-pk")
        .annotate(number=Value(number))
        .values_list("history_date", "history_id", "number")[:end]
        for number, source in enumerate(sources)
    ]
    if not parts:
        return []
    if len(parts) == 1:
        return list(parts[0][start:])
    rows = parts[0].union(*parts[1:], all=True).order_by("-history_date", "number", "-history_id")
    return list(rows[start:end])


def _load(source: Source, keys: Iterable[int]) -> dict[int, tuple[Version, Version | None]]:
    """These versions by id, each with the one before it."""
    manager, own = history_of(source.model), source.model._meta.pk.attname
    earlier = (
        manager.filter(**{own: OuterRef(own)})
        .filter(Q(history_date__lt=OuterRef("history_date")) | Q(history_id__lt=OuterRef("history_id")))
        .filter(history_date__lte=OuterRef("history_date"))
        .order_by("-history_date", "-pk")
    )
    rows = manager.annotate(before=Subquery(earlier.values("history_id")[:1])).select_related("history_user")
    many = getattr(manager.model, "_history_m2m_fields", ())
    related = [rows_of(manager.model, column.name) for column in many]
    versions = cast("list[Version]", list(rows.filter(pk__in=list(keys)).prefetch_related(*related)))
    previous = manager.annotate(before=F("history_id")).prefetch_related(*related)
    before = cast("Mapping[int, Version]", previous.in_bulk([row.before for row in versions if row.before]))
    return {row.history_id: (row, before.get(row.before or 0)) for row in versions}


def _record_change(model: type[Model], version: Version, before: Version | None, names: Names) -> RecordChange:
    verb = {"+": "Created", "-": "Deleted"}.get(version.history_type, "Changed")
    if verb == "Changed" and before is None:  # the record is older than its history
        fields: list[FieldChange] = []
    else:
        fields = list(_field_changes(version, None if verb == "Created" else before, names, is_gone=verb == "Deleted"))
    return RecordChange(model, getattr(version, model._meta.pk.attname), names.of_version(version), verb, fields)


def _field_changes(version: Version, before: Version | None, names: Names, *, is_gone: bool) -> Iterator[FieldChange]:
    if is_gone:
        return
    for column in names.columns(version):
        old = value_text(before, column, names) if before is not None else ""
        new = value_text(version, column, names)
        if old != new and (before is not None or new != NOTHING):
            label = str(column.verbose_name)
            yield FieldChange(label[:1].upper() + label[1:], old, new)
