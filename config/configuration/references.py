"""How a file names what a record refers to, and how these names lead back to records."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeGuard

from django.core.exceptions import ValidationError
from django.db.models import Model

from config.configuration.document import Row
from incidents.models import Category, Component, Integration, Service, Severity, SlaTarget, SlaTargetVersion
from incidents.sla.conditions import FIELDS
from oncall.calendars import last_hours
from oncall.models import Calendar, EscalationPolicy, Team, User
from postmortems.models import Template

_NAMES = {Severity: "name", Service: "slug", Team: "slug"}
_PROMISE = ("goal_minutes", "start", "position", "pause_reasons", "warn_percents", "scope")


def plain(value: object) -> object:
    """A value as YAML writes it: text, number, yes or no, nothing, and lists and mappings of them."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def steps_of(record: EscalationPolicy) -> object:
    """The steps of a policy, each with its targets by name."""
    return [
        {
            "delay_minutes": step.delay_minutes,
            "mode": step.mode,
            "targets": [
                {"user": target.user.email}
                if target.user
                else {"schedule": target.schedule.name}
                if target.schedule
                else {"team": target.team.slug if target.team else None}
                for target in step.targets.all()
            ],
        }
        for step in record.steps.all()
    ]


def fallback_of(record: EscalationPolicy) -> object:
    """The people of a policy's fallback, by address."""
    return sorted(person.email for person in record.fallback.all())


def above(record: Severity) -> object:
    """The name of the severity right above one; nothing above the worst."""
    rows = Severity.objects.filter(position__lt=record.position).order_by("-position")
    return rows.values_list("name", flat=True).first()


def needs_of(record: Service) -> object:
    """What a service needs, by slug."""
    return sorted(each.slug for each in record.depends_on.all())


def words_of(record: Integration) -> object:
    """The severities of a sender's words, in the order of the words."""
    return dict(sorted(record.severities.items()))


def sections_of(record: Template) -> object:
    """The sections of a template, with their fields in one order."""
    return [{name: row[name] for name in ("key", "title", "guidance", "is_required")} for row in record.sections]


def custom_fields_of(record: Category) -> object:
    """The custom fields of a category, with their parts in one order."""
    names = ("name", "label", "kind", "choices", "is_required", "help_text", "is_retired")
    return [{name: row[name] for name in names} for row in record.custom_fields]


def hours_of(record: Calendar) -> object:
    """The opening hours that count in the end, with the calendar of holidays by name; nothing for dates only."""
    version = last_hours(record)
    if version is None:
        return None
    return {
        "time_zone": version.time_zone,
        "windows": [_in_order(window, "days", "start", "end") for window in version.windows],
        "exceptions": [
            {
                "date": exception["date"],
                "name": exception.get("name", ""),
                "windows": [_in_order(span, "start", "end") for span in exception["windows"]],
            }
            for exception in version.exceptions
        ],
        "holidays": version.holidays.name if version.holidays else None,
    }


def _in_order(row: Row, *names: str) -> Row:
    """A row as a person would write it; the database keeps names in an order of its own."""
    return {name: row[name] for name in names}


def last_version(target: SlaTarget) -> SlaTargetVersion | None:
    """What a target promises in the end; its versions are loaded in order, without withdrawn ones."""
    versions = [version for version in target.versions.all() if version.withdrawn_at is None]
    versions.sort(key=lambda version: (version.effective_from, version.created_at, version.pk))
    return versions[-1] if versions else None


def _of_version(name: str) -> Callable[[SlaTarget], object]:
    def read(record: SlaTarget) -> object:
        version = last_version(record)
        return getattr(version, name) if version else None

    return read


def _calendar_of(record: SlaTarget) -> object:
    version = last_version(record)
    return version.calendar.name if version and version.calendar else None


def _conditions_of(record: SlaTarget) -> object:
    """The conditions with the names of what they name."""
    version = last_version(record)
    conditions = version.conditions if version else {}
    return {name: sorted(_as_names(name, values), key=str) for name, values in conditions.items()}


def _as_names(name: str, values: list[object]) -> list[object]:
    model = FIELDS[name].model
    if model is None:
        return values
    key = _NAMES[model]
    return [getattr(row, key) for row in model._default_manager.filter(pk__in=values)]


PROMISE: dict[str, Callable[[SlaTarget], object]] = {
    **{name: _of_version(name) for name in _PROMISE},
    "calendar": _calendar_of,
    "conditions": _conditions_of,
}
"""What the last version of a target promises, by the names of a request."""


def resolve_target(row: Row) -> Row:
    """A target as a request has it. Raises ValidationError on the field that names what is not there."""
    resolved = dict(row)
    if isinstance(name := row.get("calendar"), str):
        resolved["calendar"] = _one(Calendar, "name", name, field="calendar").pk
    conditions = row.get("conditions")
    if isinstance(conditions, dict):
        resolved["conditions"] = {name: _as_ids(str(name), values) for name, values in conditions.items()}
    return resolved


def _as_ids(name: str, values: object) -> object:
    model = FIELDS[name].model if name in FIELDS else None
    if model is None or not isinstance(values, list):
        return values
    return [_one(model, _NAMES[model], str(value), field="conditions").pk for value in values]


def resolve_calendar(row: Row) -> Row:
    """A calendar as a request has it: that of its holidays by id. Raises as `resolve_target`."""
    hours = row.get("opening_hours")
    if not _is_row(hours) or hours.get("holidays") is None:
        return dict(row)
    name = hours["holidays"]
    if not isinstance(name, str):
        raise ValidationError(
            {"opening_hours": ["Write the name of the calendar of holidays; ids differ between systems."]}
        )
    return row | {"opening_hours": hours | {"holidays": _one(Calendar, "name", name, field="opening_hours").pk}}


def resolve_component(row: Row) -> Row:
    """A component as a request has it: its group is a component of the same page. Raises as `resolve_target`."""
    name = row.get("group")
    if not isinstance(name, str):
        return dict(row)
    groups = Component.objects.filter(page__slug=str(row.get("page")), name=name)
    if (group := groups.first()) is None:
        raise ValidationError({"group": [f"There is no component {name} on this page."]})
    return row | {"group": group.pk}


def _one(model: type[Model], key: str, name: str, *, field: str) -> Model:
    record = model._default_manager.filter(**{key: name}).first()
    if record is None:
        raise ValidationError({field: [f"There is no {model._meta.verbose_name} {name}."]})
    return record


def unknown_people(rows: Iterable[Row]) -> list[str]:
    """The addresses that rows name and no open account of a person has, sorted."""
    named = {address.lower() for row in rows for address in _addresses(row)}
    people = User.objects.people().filter(is_active=True, email__in=named)
    return sorted(named - {address.lower() for address in people.values_list("email", flat=True)})


def _addresses(value: object) -> Iterator[str]:
    """Whatever a row names as a person: `user`, and the list `fallback`."""
    if _is_row(value):
        for name, inner in value.items():
            if name == "user" and isinstance(inner, str):
                yield inner
            elif name == "fallback" and isinstance(inner, list):
                yield from (each for each in inner if isinstance(each, str))
            else:
                yield from _addresses(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each)


def _is_row(value: object) -> TypeGuard[Row]:
    return isinstance(value, dict)
