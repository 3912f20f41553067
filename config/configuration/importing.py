"""Import a file: each record through the rules of its endpoint, all of them or none, and a list of what changes."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from rest_framework import exceptions

from config.base.data.lifecycle import Refusal
from config.base.rest.errors import sentences_by_field
from config.configuration import document, references
from config.configuration.document import Problem, Refused, Row, Sections
from config.configuration.kinds import BY_SECTION, KINDS, Kind
from oncall.models import User

Snapshot = dict[str, dict[int, Row]]
_REFUSALS = (exceptions.APIException, ValidationError, PermissionDenied, Refusal)


@dataclass(frozen=True)
class FieldChange:
    """A field with its value before and after."""

    name: str
    old: object
    new: object


@dataclass(frozen=True)
class Change:
    """A record that an import creates or changes; a new one lists no fields."""

    section: str
    record: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the record is created."""
        return not self.fields


@dataclass(frozen=True)
class Outcome:
    """What an import changes, in the order of the file's sections, and how many records it leaves as they are."""

    changes: tuple[Change, ...]
    unchanged: int

    @property
    def digest(self) -> str:
        """Marks what is changed; two imports with the same mark change the same."""
        parts = [(each.section, each.record, [vars(field) for field in each.fields]) for each in self.changes]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


class OutOfDate(Exception):
    """The import would change something else than what was shown; nothing was changed."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def import_configuration(
    text: str | bytes,
    *,
    is_dry_run: bool,
    reason: str = "",
    expected: str = "",
    at: datetime,
    actor: User | None,
) -> Outcome:
    """Import a file, all of it or nothing; a dry run does the same and takes it back.

    Without an actor nobody's rights are asked: that is for those who operate the system. Raises Refused that names
    section, record and field of what is wrong, and OutOfDate if `expected`, the digest of an earlier outcome, is not
    that of this one.
    """
    sections = document.read(text, sections=BY_SECTION)
    with transaction.atomic():
        outcome = _apply(sections, reason=reason, at=at, actor=actor)
        if expected and outcome.digest != expected:
            raise OutOfDate(outcome)
        transaction.set_rollback(is_dry_run)
    return outcome


def _apply(sections: Sections, *, reason: str, at: datetime, actor: User | None) -> Outcome:
    if problems := [*_unknown_people(sections), *_doubles(sections)]:
        raise Refused(problems)
    before = _snapshot()
    writer = _Writer(reason=reason, at=at, actor=actor)
    for kind, rows in _named(sections):
        writer.write_all(kind, rows)
    for kind, rows in _named(sections):
        writer.write_again(kind, rows)
    if writer.problems:
        raise Refused(writer.problems)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return _compare(before, _snapshot(), rows=sum(map(len, sections.values())))


def _named(sections: Sections) -> Iterator[tuple[Kind, list[Row]]]:
    for kind in KINDS:
        if kind.section in sections:
            yield kind, sections[kind.section]


class _Writer:
    """Writes rows one after another and collects what is wrong with them."""

    def __init__(self, *, reason: str, at: datetime, actor: User | None) -> None:
        self.reason, self.at, self.actor = reason, at, actor
        self.problems: list[Problem] = []

    def write_all(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Write the records without what comes later."""
        for row in rows:
            self._try(kind, row, {name: value for name, value in row.items() if name not in kind.later})

    def write_again(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Write the fields that name records of the whole file, and those that neighbours limit."""
        if self.problems:
            return
        for names, ordered in ((kind.later, rows), (kind.again, rows[::-1])):
            for row in ordered:
                if values := {name: row[name] for name in names if name in row}:
                    self._try(kind, row, values)

    def _try(self, kind: Kind, row: Row, values: Row) -> None:
        try:
            with transaction.atomic():
                self._write(kind, row, values)
        except IntegrityError:
            sentence = "Another record has one of these values already. Choose another one."
            self.problems.append(Problem(sentence, kind.section, kind.name_of(row)))
        except _REFUSALS as refusal:
            for name, sentences in sentences_by_field(refusal).items():
                self.problems += [Problem(text, kind.section, kind.name_of(row), name) for text in sentences]

    def _write(self, kind: Kind, row: Row, values: Row) -> None:
        if unknown := [name for name in values if name not in kind.fields]:
            sentence = f"There is no such field. Known are: {', '.join(kind.fields)}."
            raise ValidationError({name: [sentence] for name in unknown})
        record = kind.find(row)
        stored: Row = {} if record is None else kind.row_of(record)
        _check_names(values)
        merged = {name: value for name, value in (stored | values).items() if name not in kind.later or name in values}
        view = kind.viewset.outside_requests(actor=self.actor, at=self.at)
        serializer = kind.viewset.takes(
            data=kind.resolve(merged) | {"reason": self.reason},
            partial=record is not None,
            context={"view": view, "request": view.request},
        )
        serializer.is_valid(raise_exception=True)
        data = {"reason": self.reason} | dict(serializer.validated_data)
        if self.actor is None:
            view.write(record, data)
        else:
            view.save(record, data)


def _check_names(values: Row) -> None:
    """Raise ValidationError for a record that is named by an id: ids differ between systems."""
    references_by_name = {"team", "user", "service", "page", "group", "below", "calendar", "escalation_policy"}
    wrong = [name for name in values if name in references_by_name and isinstance(values[name], int)]
    if wrong:
        raise ValidationError({name: ["Write its name; ids differ between systems."] for name in wrong})


def _unknown_people(sections: Sections) -> list[Problem]:
    people = references.unknown_people(row for rows in sections.values() for row in rows)
    if not people:
        return []
    return [
        Problem(
            f"Nobody here has an open account with these addresses: {', '.join(people)}. Create the accounts first, or"
            " take the addresses out of the file."
        )
    ]


def _doubles(sections: Sections) -> Iterator[Problem]:
    for kind, rows in _named(sections):
        seen: set[str] = set()
        for row in rows:
            name = kind.name_of(row)
            if name and name in seen:
                yield Problem("This record stands twice in the file. Leave one of them out.", kind.section, name)
            seen.add(name)


def _snapshot() -> Snapshot:
    return {kind.section: {record.pk: kind.row_of(record) for record in kind.records()} for kind in KINDS}


def _compare(before: Snapshot, after: Snapshot, *, rows: int) -> Outcome:
    changes = [change for kind in KINDS for change in _changes(kind, before[kind.section], after[kind.section])]
    return Outcome(tuple(changes), max(rows - len(changes), 0))


def _changes(kind: Kind, before: Mapping[int, Row], after: Mapping[int, Row]) -> Iterator[Change]:
    for pk, row in after.items():
        old = before.get(pk)
        if old is None:
            yield Change(kind.section, kind.name_of(row))
        elif old != row:
            fields = [FieldChange(name, old[name], row[name]) for name in row if old[name] != row[name]]
            yield Change(kind.section, kind.name_of(row), tuple(fields))
