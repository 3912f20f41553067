"""Tickets, their links to other systems, their timeline and their story as the API shows them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.rest.serializers import (
    AnyObject,
    InputSerializer,
    Instant,
    Key,
    Line,
    Lines,
    OutputSerializer,
    ReadKey,
    RecordSerializer,
)
from incidents.models import Service, Ticket, TimelineEntry
from incidents.models.tickets.ticket import PREFIXES
from incidents.permissions import can_see_requester
from incidents.serializers.requesters import RequesterInputSerializer, RequesterSerializer
from incidents.serializers.severities import LevelField
from incidents.tickets.external_links import MAX_TITLE, MAX_URL
from oncall.serializers.people import Address, PersonSerializer


class ExternalLinkSerializer(OutputSerializer):
    """A page of another system."""

    title = serializers.CharField(read_only=True)
    url = serializers.CharField(read_only=True)


class ExternalLinkAddressSerializer(InputSerializer):
    """The address of a page of another system."""

    url = Line(max_length=MAX_URL)


class NewExternalLinkSerializer(ExternalLinkAddressSerializer):
    """A new link: the address, and what to call it."""

    title = Line(max_length=MAX_TITLE, allow_blank=True, default="")


class TicketSerializer(RecordSerializer):
    """What every kind of ticket shows."""

    impact = LevelField(read_only=True, allow_null=True)
    urgency = LevelField(read_only=True, allow_null=True)
    severity = ReadKey("name")
    service = ReadKey("slug", allow_null=True)
    team = ReadKey("slug")
    assignee = PersonSerializer(read_only=True, allow_null=True)
    handover_from = ReadKey("slug", allow_null=True)
    opened_by = PersonSerializer(read_only=True, allow_null=True)
    requester = serializers.SerializerMethodField()
    external_links = ExternalLinkSerializer(many=True, read_only=True)
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = (
            "id", "reference", "url", "title", "description", "category", "is_security", "contact_type", "status",
            "hold_reason", "severity", "priority", "impact", "urgency", "service", "team", "assignee", "opened_by",
            "requester", "affected_customers", "asset_type", "asset_name", "asset_external_id", "asset_url",
            "closure_code", "closure_note", "visibility", "conference_url", "external_links",
            "created_at", "updated_at", "impact_started_at", "detected_at", "alerted_at", "acknowledged_at",
            "work_started_at", "mitigated_at", "restored_at", "resolved_at", "closed_at", "reopened_at", "sla_due_at",
            "opened_at", "imported_from", "reassignments", "handover_from", "handed_over_at",
        )  # fmt: skip

    @extend_schema_field(RequesterSerializer(allow_null=True))
    def get_requester(self, ticket: Ticket) -> Mapping[str, object] | None:
        """The requester, for people who may see it; null for everybody else."""
        if ticket.requester is None or not can_see_requester(self.context["request"].user, ticket):
            return None
        return self._of_requester.to_representation(ticket.requester)

    @cached_property
    def _of_requester(self) -> RequesterSerializer:
        """One for all rows: to make one takes longer than to show ten requesters."""
        return RequesterSerializer(context=self.context)


class IncidentSerializer(TicketSerializer):
    """An incident."""

    customer_impact = serializers.CharField(source="incident.customer_impact", read_only=True)
    workaround = serializers.CharField(source="incident.workaround", read_only=True)
    opened_because = serializers.CharField(source="incident.opened_because", read_only=True)
    custom_fields = AnyObject(
        source="custom",
        read_only=True,
        help_text="Values of custom fields by name, those of earlier categories too.",
    )

    class Meta(TicketSerializer.Meta):
        fields = (*TicketSerializer.Meta.fields, "customer_impact", "workaround", "opened_because", "custom_fields")


@extend_schema_field(
    {"type": "object", "additionalProperties": True, "example": {"asset": "T-77", "is_leased": False}}
)
class CustomValues(serializers.DictField):
    """Values of the category's custom fields by their names; the domain checks them."""


class FactsSerializer(InputSerializer):
    """The fields of an incident, as sent when it is declared or changed."""

    title = Line(max_length=300)
    description = Lines(max_length=LONG_TEXT, allow_blank=True, required=False)
    category = Line(max_length=60, allow_blank=True, required=False)
    is_security = serializers.BooleanField(required=False)
    service = Key(slug_field="slug", queryset=Service.objects.all(), allow_null=True, required=False)
    impact = LevelField(allow_null=True, required=False)
    urgency = LevelField(allow_null=True, required=False)
    affected_customers = Line(max_length=300, allow_blank=True, required=False)
    asset_type = Line(max_length=60, allow_blank=True, required=False)
    asset_name = Line(max_length=120, allow_blank=True, required=False)
    asset_external_id = Line(max_length=120, allow_blank=True, required=False)
    asset_url = serializers.URLField(max_length=200, allow_blank=True, required=False)
    customer_impact = Lines(max_length=SHORT_TEXT, allow_blank=True, required=False)
    impact_started_at = Instant(required=False)
    requester = RequesterInputSerializer(allow_null=True, required=False)
    custom_fields = CustomValues(
        required=False, help_text="By name, those of the ticket's category; null takes a value away."
    )


class EditSerializer(FactsSerializer):
    """The changes of an incident; only the named fields change."""

    workaround = Lines(max_length=LONG_TEXT, allow_blank=True, required=False)
    conference_url = serializers.URLField(max_length=200, allow_blank=True, required=False)


class TimelineEntrySerializer(RecordSerializer):
    """One entry of a ticket's timeline."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    actor = PersonSerializer(read_only=True, allow_null=True)
    token = ReadKey("name", allow_null=True)
    data = AnyObject(read_only=True)  # type: ignore[assignment]  # the entry's own field

    class Meta:
        model = TimelineEntry
        fields = ("id", "ticket", "kind", "at", "recorded_at", "actor", "token", "text", "data")


class MomentSerializer(OutputSerializer):
    """One event of a story, with the record it belongs to."""

    at = Instant(read_only=True)
    text = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    url = Address(read_only=True)


class ChapterSerializer(OutputSerializer):
    """A chapter of a story, oldest event first."""

    title = serializers.CharField(read_only=True)
    moments = MomentSerializer(many=True, read_only=True)


@extend_schema_field(
    {
        "oneOf": [{"type": "string", "pattern": "^[A-Za-z]{3}-[0-9]{1,18}$"}, {"type": "integer", "minimum": 1}],
        "example": "INC-7",
    }
)
class ReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A ticket that the caller may see, by its reference; a number is taken as an id."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown": "There is no such ticket, or you may not see it. Write its reference, as INC-7."
    }

    def __init__(self, *, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> Any:
        """The ticket."""
        rows = Ticket.objects.visible_to(self.context["request"].user).filter(self._condition(data))
        ticket = rows.select_related("service", "severity", "team").first()
        if ticket is None:
            self.fail("unknown")
        return ticket

    def _condition(self, data: object) -> Q:
        kinds = {name: kind for kind, name in PREFIXES.items() if self.kind in {"", kind}}
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data < 10**18:
            return Q(pk=data, kind__in=kinds.values())
        prefix, _, number = data.strip().upper().partition("-") if isinstance(data, str) else ("", "", "")
        if prefix not in kinds or not (number.isascii() and number.isdecimal()) or len(number) > 18:
            self.fail("unknown")
        return Q(kind=kinds[prefix], number=int(number))

    def to_representation(self, value: Any) -> str:
        """The reference."""
        return str(value.reference)
