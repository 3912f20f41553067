"""A company in which one incident and one problem are private, with a row of every model behind each of them.

Every text column of the private rows holds a marker of its own. Beside them stand an open incident and an open
problem, linked to the private ones, so that a page of an open record can be seen to leak.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.signals import pre_save
from factory.django import DjangoModelFactory

from incidents.models import Incident, PublicIncident, Ticket
from problems.models import Problem
from tests import factories as make
from tests.walk.columns import TEXT, models_behind_a_ticket, text_columns

PRIVATE = 7_000_001
"""The key and number of the private incident, and the key of every row behind it; the private problem's is next."""
OPEN = 8_000_001
"""The same of the open incident."""
ABSENT = 9_000_001
"""A key that no row has."""
_MARKER = re.compile(r"zqmark\d{4}z")
WORDS = "Payments fail at checkout"
"""The open incident's title begins with them, and so does every longer text: known errors are found by words."""
SLUG = "walk"
"""The slug of the service, the team and the status page of all these records."""
_FIELDS: dict[str, dict[str, Any]] = {
    "incidents.Incident": {"status": "in_progress", "title": f"{WORDS} in the shop"},
    "incidents.ActionItem": {"due_on": date(2026, 5, 20)},
    "problems.KnownError": {"title": WORDS},
    "oncall.Page": {"state": "dead", "accepted_at": None},
    "postmortems.PostmortemRevision": {"key": "summary"},
}
"""What a row needs beyond its factory's values."""


@dataclass
class Company:
    """The records, and which marker stands in which column."""

    columns: dict[str, str] = field(default_factory=dict)
    """The label of the column, by marker."""
    rows: dict[tuple[str, int], models.Model] = field(default_factory=dict)
    service: Any = None
    page: Any = None

    @property
    def incident(self) -> Any:
        """The private incident."""
        return self.rows["incidents.Incident", PRIVATE]

    def labels(self, text: str) -> set[str]:
        """The columns whose markers this text holds."""
        return {self.columns[marker] for marker in _MARKER.findall(text.lower()) if marker in self.columns}


def build(*, is_joined: bool = True) -> Company:
    """The open records, the private ones, and the links between them."""
    company = Company()
    company.service = make.ServiceFactory(slug=SLUG, team__slug=SLUG, team__name="Owners")
    company.page = make.StatusPageFactory(slug=SLUG)
    for key in (OPEN, PRIVATE):
        with _marked(company) if key == PRIVATE else _plain():
            for model in models_behind_a_ticket():
                company.rows[model._meta.label, key] = _row(model, key, company)
    if is_joined:
        _join(company)
    return company


def _row(model: type[models.Model], key: int, company: Company) -> models.Model:
    """A row of this model, which belongs to the incident with this key or to its problem."""
    if model is Ticket:
        return Ticket()  # every ticket is an incident or a problem
    factory = factory_of(model)
    fields: dict[str, Any] = {"pk": _key_of(model, key)} | _FIELDS.get(model._meta.label, {})
    if issubclass(model, Ticket):
        fields |= {"number": fields["pk"], "assignee": make.UserFactory(), "opened_by": make.UserFactory()}
        fields["service"] = company.service
        if key == PRIVATE:
            fields |= {"visibility": "private", "visibility_reason": "Personal data"}
    else:
        fields |= _related_rows(model, key, company)
    return factory(**fields)


def _related_rows(model: type[models.Model], key: int, company: Company) -> dict[str, Any]:
    """The records that a row of this model refers to, of those with the same key."""
    fields: dict[str, Any] = {}
    names = {column.name for column in model._meta.fields}
    for column in model._meta.fields:
        target: Any = column.related_model
        if target is Ticket:
            target = Problem if column.name == "to_ticket" else Incident
        if target is not None and target is not model and (target._meta.label, key) in company.rows:
            fields[column.name] = company.rows[target._meta.label, key]
    if "subject_id" in names:
        fields |= {"subject_type": "ticket", "subject_id": key}
    if "team" in names:
        fields["team"] = company.service.team
    if model is PublicIncident:
        fields |= {"page": company.page, "public_id": "private1" if key == PRIVATE else "open1"}
    return fields


def _key_of(model: type[models.Model], key: int) -> int:
    return key + 1 if model is Problem else key


def factory_of(model: type[models.Model]) -> Any:
    """The factory of this model. Raises LookupError if there is none: write one in `tests/factories/`."""
    for name in make.__all__:
        value: Any = getattr(make, name)
        is_factory = isinstance(value, type) and issubclass(value, DjangoModelFactory)
        if is_factory and vars(value)["_meta"].model is model:
            return value
    raise LookupError(f"{model._meta.label} has no factory in tests/factories, so the walk cannot make a row of it.")


@contextmanager
def _plain() -> Iterator[None]:
    yield


@contextmanager
def _marked(company: Company) -> Iterator[None]:
    """Put a marker into every text column of a row behind a ticket before it is saved."""
    behind = set(models_behind_a_ticket())

    def mark(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
        if sender not in behind:
            return
        for label, column in text_columns(sender):
            marker = f"zqmark{len(company.columns):04}z"
            company.columns[marker] = label
            setattr(instance, column.name, _value(column, marker))

    pre_save.connect(mark)
    try:
        yield
    finally:
        pre_save.disconnect(mark)


def _value(column: Any, marker: str) -> Any:
    if isinstance(column, models.JSONField):
        address = f"https://example.org/{marker}"
        return [{"title": marker, "url": address}] if column.default is list else {"summary": marker}
    if isinstance(column, models.URLField) or column.name == "link":
        return f"https://example.org/{marker}"
    return f"{WORDS}: {marker}" if isinstance(column, models.TextField) else marker


def erase() -> None:
    """Delete the private records and all that belongs to them, also what a trigger protects: as if they never were.

    The test's transaction brings them back.
    """
    private = set(Ticket.objects.filter(visibility="private").values_list("pk", flat=True))
    erased: dict[Any, set[int]] = {}
    tables: list[Any] = []
    for model in models_behind_a_ticket():
        tables += [model, *(relation.remote_field.through for relation in model._meta.many_to_many)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in tables:
            keys = {
                column.column: _ids_of(column, private, erased)
                for column in model._meta.local_fields
                if column.primary_key or column.name == "subject_id" or column.related_model in tables
            }
            keys[model._meta.pk.column] |= set(range(PRIVATE, PRIVATE + 99))
            condition = " OR ".join(f'"{column}" = ANY(%s)' for column in keys)
            statement = f'DELETE FROM "{model._meta.db_table}" WHERE {condition} RETURNING "{model._meta.pk.column}"'  # noqa: S608  # names of our own tables
            cursor.execute(statement, [list(ids) for ids in keys.values()])
            erased[model] = {row[0] for row in cursor.fetchall()}
        cursor.execute("SET LOCAL session_replication_role = origin")


def _ids_of(column: Any, tickets: set[int], erased: dict[Any, set[int]]) -> set[int]:
    """The keys that this column may hold of what is erased: of tickets, or of rows that are gone already."""
    is_of_ticket = column.name == "subject_id" or column.model is Ticket or column.related_model is Ticket
    return tickets if is_of_ticket else erased.get(column.related_model, set())


def marked_columns(company: Company) -> dict[str, set[str]]:
    """The columns of this database whose rows hold markers, each with the private columns they came from."""
    labels_by_column: dict[str, set[str]] = {}
    for model in apps.get_models():
        names = [column.name for column in model._meta.local_fields if isinstance(column, TEXT)]
        for values in model._base_manager.values_list(*names) if names else ():
            for name, value in zip(names, values, strict=True):
                if labels := company.labels(str(value)):
                    labels_by_column.setdefault(f"{model._meta.label}.{name}", set()).update(labels)
    return labels_by_column


def _join(company: Company) -> None:
    """Join the open records to the private ones in every way that a table has."""
    rows = company.rows
    open_incident, open_problem = rows["incidents.Incident", OPEN], rows["problems.Problem", OPEN]
    incident, problem = rows["incidents.Incident", PRIVATE], rows["problems.Problem", PRIVATE]
    for offset, (first, other) in enumerate(((open_incident, problem), (incident, open_problem)), start=1):
        make.TicketLinkFactory(pk=PRIVATE + offset, from_ticket=first, to_ticket=other)
    for offset, kind in enumerate(("related", "duplicate_of"), start=3):
        make.TicketLinkFactory(pk=PRIVATE + offset, from_ticket=open_incident, to_ticket=incident, kind=kind)
        make.TicketLinkFactory(pk=PRIVATE + 10 + offset, from_ticket=open_problem, to_ticket=problem, kind=kind)
    # With the private incident the open one is a repeat, and the open problem was not opened before any incident.
    long_ago = make.NOON - timedelta(days=60)
    type(incident)._base_manager.filter(pk=incident.pk).update(created_at=long_ago)
    make.KnownErrorUseFactory(pk=PRIVATE + 1, known_error=rows["problems.KnownError", PRIVATE], incident=open_incident)
    make.KnownErrorUseFactory(
        pk=PRIVATE + 2, known_error=rows["problems.KnownError", OPEN], incident=incident, used_at=long_ago
    )
