"""What a file holds: the kinds of records in the order in which they can be made, each known by a natural key.

A record is named by its slug, name or address, never by its id: ids differ between systems. Keys of integrations,
contact methods, passwords and what only planners read of a member are in no file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db.models import Model, Prefetch, QuerySet

from config.base.rest.configuration import ConfigurationViewSet
from config.configuration import references
from config.configuration.document import Row
from incidents.api.categories import CategoryViewSet
from incidents.api.customers import ComponentViewSet, MessageTemplateViewSet, StatusPageViewSet
from incidents.api.integrations import IntegrationViewSet
from incidents.api.services import ServiceViewSet
from incidents.api.severities import SeverityViewSet
from incidents.api.sla.targets import SlaTargetViewSet
from incidents.models import SlaTarget, SlaTargetVersion
from oncall.api.calendars import CalendarViewSet
from oncall.api.escalation import EscalationPolicyViewSet
from oncall.api.people import MembershipViewSet, TeamViewSet
from postmortems.api import TemplateViewSet

Source = str | Callable[..., object]
"""Where a record has the value of a field: the path to it, or what reads it."""


@dataclass(frozen=True)
class Kind:
    """One section of a file."""

    section: str
    viewset: type[ConfigurationViewSet]
    """The endpoint that takes the same values; its rules and rights hold for files, too."""
    key: Mapping[str, str]
    """The fields that name a record, each with its lookup."""
    fields: Mapping[str, Source]
    order: tuple[str, ...]
    resolve: Callable[[Row], Row] = dict
    """A row as a request has it, where that names records by ids alone."""
    later: tuple[str, ...] = ()
    """Fields that name records which are made afterwards; they are set once all records are there."""
    again: tuple[str, ...] = ()
    """Fields that are set once more, from the last record to the first, because neighbours limit them."""
    rows: Callable[[QuerySet[Model]], QuerySet[Model]] = field(default=lambda rows: rows)

    def records(self) -> QuerySet[Model]:
        """The stored records in the order of a file, with what their rows show; a constant number of queries."""
        records: QuerySet[Model] = self.viewset.queryset.all().order_by(*self.order)  # type: ignore[union-attr]  # every endpoint has one
        return self.rows(records)

    def row_of(self, record: Model) -> Row:
        """A record as a file has it."""
        return {name: references.plain(_read(record, source)) for name, source in self.fields.items()}

    def find(self, row: Row) -> Model | None:
        """The stored record that a row is about: by its external id, else by its key; None for a new one."""
        records = self.viewset.queryset.all()  # type: ignore[union-attr]  # as above
        external_id = row.get("external_id")
        if isinstance(external_id, str) and external_id:
            same = records.filter(external_id=external_id).first()
            if same is not None:
                return same
        values = {lookup: row.get(name) for name, lookup in self.key.items()}
        if not all(isinstance(value, str) for value in values.values()):
            return None
        return records.filter(**values).first()

    def name_of(self, row: Row) -> str:
        """What a row is called in messages."""
        return " / ".join(str(row[name]) for name in self.key if row.get(name) not in (None, ""))


def _read(record: Model, source: Source) -> object:
    if callable(source):
        return source(record)
    value: object = record
    for part in source.split("."):
        value = None if value is None else getattr(value, part)
    return value


def _same(*names: str) -> dict[str, Source]:
    return {name: name for name in names}


def _with_versions(rows: QuerySet[Model]) -> QuerySet[Model]:
    versions = SlaTargetVersion.objects.filter(withdrawn_at=None).select_related("calendar")
    ordered = Prefetch("versions", versions.order_by("effective_from", "created_at", "pk"))
    return SlaTarget.objects.order_by("name").select_related("team").prefetch_related(ordered)


KINDS = (
    Kind(
        "calendars", CalendarViewSet, {"name": "name"},
        {
            **_same("name", "country", "subdivision", "description"),
            "opening_hours": references.hours_of, "external_id": "external_id",
        },
        ("name",), resolve=references.resolve_calendar, later=("opening_hours",),
    ),
    Kind(
        "teams", TeamViewSet, {"slug": "slug"},
        {
            **_same("slug", "name", "kind", "description", "time_zone"),
            "escalation_policy": "escalation_policy.name",
            **_same("swaps_need_approval", "is_private_by_default", "external_id"),
        },
        ("slug",), later=("escalation_policy",),
    ),
    Kind(
        "memberships", MembershipViewSet, {"team": "team__slug", "user": "user__email__iexact"},
        {"team": "team.slug", "user": "user.email", **_same("role", "external_id")},
        ("team__slug", "user__email"),
    ),
    Kind(
        "escalation_policies", EscalationPolicyViewSet, {"name": "name"},
        {
            "name": "name", "team": "team.slug", **_same("repeat", "ack_timeout_minutes"),
            "steps": references.steps_of, "fallback": references.fallback_of,
            **_same("fallback_delay_minutes", "external_id"),
        },
        ("name",),
    ),
    Kind(
        "severities", SeverityViewSet, {"name": "name"},
        {
            **_same("name", "title", "description", "examples", "rank"), "below": references.above,
            **_same(
                "is_major", "pages", "urgency", "needs_prevention", "confirms_restore", "needs_postmortem",
                "postmortem_days", "review_seats", "customer_impact", "component_status", "first_words", "external_id",
            ),
        },
        ("position",), again=("rank",),
    ),
    Kind(
        "categories", CategoryViewSet, {"name": "name__iexact"},
        {"name": "name", "team": "team.slug", "is_private": "is_private",
         "custom_fields": references.custom_fields_of, "external_id": "external_id"}, ("name",),
    ),
    Kind(
        "services", ServiceViewSet, {"slug": "slug"},
        {
            **_same("slug", "name", "kind", "description"), "team": "team.slug", "tier": "tier",
            "escalation_policy": "escalation_policy.name", "flapping_minutes": "flapping_minutes",
            "depends_on": references.needs_of, "external_id": "external_id",
        },
        ("slug",), later=("depends_on",),
    ),
    Kind(
        "integrations", IntegrationViewSet, {"name": "name"},
        {
            **_same("name", "kind"), "service": "service.slug", "severities": references.words_of,
            "default_severity": "default_severity.name", "external_id": "external_id",
        },
        ("name",),
    ),
    Kind(
        "sla_targets", SlaTargetViewSet, {"name": "name"},
        {
            **_same("name", "kind", "metric", "description"), "team": "team.slug", **references.PROMISE,
            "external_id": "external_id",
        },
        ("name",), resolve=references.resolve_target, rows=_with_versions,
    ),
    Kind(
        "message_templates", MessageTemplateViewSet, {"title": "title"},
        _same("title", "phase", "body", "external_id"), ("title",),
    ),
    Kind(
        "postmortem_templates", TemplateViewSet, {"name": "name"},
        {
            **_same("name", "description"), "sections": references.sections_of,
            **_same("needs_other_team", "is_default", "external_id"),
        },
        ("name",),
    ),
    Kind(
        "status_pages", StatusPageViewSet, {"slug": "slug"},
        _same("slug", "name", "time_zone", "is_default", "external_id"), ("slug",),
    ),
    Kind(
        "components", ComponentViewSet, {"page": "page__slug", "name": "name"},
        {
            "page": "page.slug", **_same("name", "description", "position"), "group": "group.name",
            "service": "service.slug", "external_id": "external_id",
        },
        ("page__slug", "position", "name"), later=("group",), resolve=references.resolve_component,
    ),
)  # fmt: skip
"""Every kind, so that each names only kinds before it, except by its `later` fields."""
BY_SECTION = {kind.section: kind for kind in KINDS}
