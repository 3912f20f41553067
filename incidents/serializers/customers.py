"""Status pages, updates, maintenance, subscribers and mails as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from config.base.data.lengths import SHORT_TEXT
from config.base.rest.configuration import ConfigurationSerializer
from config.base.rest.serializers import (
    AnyObject,
    InputSerializer,
    Instant,
    Key,
    Line,
    Lines,
    ReadId,
    ReadKey,
    RecordSerializer,
)
from incidents.customers import status_page
from incidents.customers.maintenance import Plan
from incidents.customers.updates import Draft
from incidents.models import (
    Component,
    ComponentStatus,
    CustomerUpdate,
    Impact,
    MaintenanceStatus,
    MaintenanceUpdate,
    MessageTemplate,
    Phase,
    PublicIncident,
    ScheduledMaintenance,
    Service,
    StatusPage,
    Subscriber,
    UpdateDelivery,
)
from incidents.serializers.tickets import ReferenceField
from oncall.serializers.people import Address, PersonSerializer


class StatusPageSerializer(RecordSerializer):
    """A page for customers."""

    class Meta:
        model = StatusPage
        fields = ("id", "public_id", "name", "slug", "time_zone", "is_default", "external_id")


class StatusPageWriteSerializer(ConfigurationSerializer):
    """A page for customers."""

    class Meta:
        model = StatusPage
        fields = ("name", "slug", "time_zone", "is_default", "external_id", "reason")


class ComponentSerializer(RecordSerializer):
    """A component of the status page; its service is never public."""

    page = ReadKey("slug")
    group = ReadKey("public_id", allow_null=True)
    service = ReadKey("slug", allow_null=True)

    class Meta:
        model = Component
        fields = ("id", "public_id", "page", "name", "description", "position", "group", "service", "status",
                  "external_id", "created_at", "updated_at")  # fmt: skip


class ComponentWriteSerializer(ConfigurationSerializer):
    """A component of a status page; its status changes by updates and maintenance."""

    page = Key("slug", queryset=StatusPage.objects.all())
    group = Key("public_id", queryset=Component.objects.all(), required=False, allow_null=True, default=None)
    service = Key("slug", queryset=Service.objects.all(), required=False, allow_null=True, default=None)

    class Meta:
        model = Component
        fields = ("page", "name", "description", "position", "group", "service", "external_id", "reason")


class MessageTemplateSerializer(RecordSerializer):
    """A template of updates."""

    class Meta:
        model = MessageTemplate
        fields = ("id", "title", "phase", "body", "external_id", "retired_at")


class MessageTemplateWriteSerializer(ConfigurationSerializer):
    """A template of updates; {placeholders} are from a fixed list."""

    class Meta:
        model = MessageTemplate
        fields = ("title", "phase", "body", "external_id", "reason")


class PublicIncidentSerializer(RecordSerializer):
    """An incident as customers see it."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True, allow_null=True, default=None)
    components = ReadKey("public_id", many=True)
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = PublicIncident
        fields = ("id", "public_id", "url", "ticket", "name", "impact", "status", "components", "created_at",
                  "updated_at", "started_at", "monitoring_at", "resolved_at", "next_update_at")  # fmt: skip


class CustomerUpdateSerializer(RecordSerializer):
    """One published update."""

    incident = serializers.CharField(
        source="incident.ticket.reference",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="The incident, by reference, as INC-7; null for one that only the status page has.",
    )
    public_incident = ReadId(source="incident", help_text="The incident as customers see it, by id.")
    author = PersonSerializer(read_only=True)
    affected = serializers.ListField(child=AnyObject(), read_only=True)

    class Meta:
        model = CustomerUpdate
        fields = ("id", "public_id", "incident", "public_incident", "status", "body", "affected", "next_update_at",
                  "published_at", "author", "is_mailed", "withdrawn_at", "fanned_out_at")  # fmt: skip


def _page(page: StatusPage | None) -> StatusPage:
    if page is None:
        raise serializers.ValidationError({"page": ["There is no such status page. An administrator adds one."]})
    return page


def _components(public_ids: list[str], *, page: StatusPage) -> tuple[Component, ...]:
    components = tuple(page.components.filter(public_id__in=public_ids))
    if missing := set(public_ids) - {component.public_id for component in components}:
        raise serializers.ValidationError({"components": [f"There is no component {', '.join(sorted(missing))}."]})
    return components


class PublishSerializer(InputSerializer):
    """An update to publish; customers read these fields and nothing else."""

    incident = ReferenceField(kind="incident")
    name = Line(max_length=200)
    status = serializers.ChoiceField(choices=Phase.choices)
    impact = serializers.ChoiceField(choices=Impact.choices, default=Impact.MINOR)
    body = Lines(max_length=SHORT_TEXT)
    components = serializers.ListField(child=Line(max_length=16), default=list, help_text="Public ids of components.")
    component_status = serializers.ChoiceField(choices=ComponentStatus.choices, required=False)
    started_at = Instant(required=False)
    next_update_at = Instant(required=False)
    page = Line(max_length=80, required=False, help_text="The slug of the page; else the service's, or the default.")
    reopens = serializers.BooleanField(
        default=False, help_text="Needed for a status that opens an incident again that customers read of as over."
    )
    key = serializers.UUIDField(required=False, help_text="The same key is published once.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Build the draft."""
        ticket, page_slug = attrs.pop("incident"), attrs.pop("page", "")
        page = _page(status_page.page_for(ticket.service, slug=page_slug))
        components = _components(attrs.pop("components"), page=page)
        started_at = attrs.pop("started_at", ticket.impact_started_at)
        return {
            "ticket_id": ticket.pk,
            "draft": Draft(page=page, components=components, started_at=started_at, **attrs),
        }


class MaintenanceSerializer(RecordSerializer):
    """Maintenance as customers see it."""

    page = ReadKey("slug")
    components = ReadKey("public_id", many=True)
    created_by = PersonSerializer(read_only=True)
    url = Address(source="get_public_url", read_only=True)

    class Meta:
        model = ScheduledMaintenance
        fields = ("id", "public_id", "url", "page", "name", "status", "components", "starts_at", "ends_at", "turn_at",
                  "reminded_at", "completed_at", "created_by", "created_at", "updated_at")  # fmt: skip


class MaintenanceUpdateSerializer(RecordSerializer):
    """One published update of maintenance; without an author it was automatic."""

    maintenance = ReadId()
    author = PersonSerializer(read_only=True, allow_null=True)
    affected = serializers.ListField(child=AnyObject(), read_only=True)

    class Meta:
        model = MaintenanceUpdate
        fields = ("id", "public_id", "maintenance", "status", "body", "affected", "is_mailed", "published_at",
                  "author", "fanned_out_at")  # fmt: skip


class ScheduleSerializer(InputSerializer):
    """Maintenance to schedule; customers read these fields and nothing else."""

    page = Line(max_length=80, required=False, help_text="The slug of the page; the default one otherwise.")
    name = Line(max_length=200)
    body = Lines(max_length=SHORT_TEXT)
    components = serializers.ListField(child=Line(max_length=16), default=list, help_text="Public ids of components.")
    starts_at = Instant()
    ends_at = Instant()
    key = serializers.UUIDField(required=False, help_text="The same key is scheduled once.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Build the plan."""
        page = _page(status_page.page_named(attrs.pop("page", "")))
        components = _components(attrs.pop("components"), page=page)
        return {"plan": Plan(page=page, components=components, **attrs)}


class TellSerializer(InputSerializer):
    """An update of maintenance."""

    status = serializers.ChoiceField(choices=MaintenanceStatus.choices)
    body = Lines(max_length=SHORT_TEXT)
    starts_at = Instant(required=False, help_text="A new beginning; only while it is scheduled.")
    ends_at = Instant(required=False)
    is_mailed = serializers.BooleanField(default=False, help_text="The end is always mailed.")


class SubscriberSerializer(RecordSerializer):
    """A subscriber to updates by e-mail."""

    components = ReadKey("public_id", many=True)

    class Meta:
        model = Subscriber
        fields = ("id", "email", "components", "confirmed_at", "unsubscribed_at", "created_at")


class DeliverySerializer(RecordSerializer):
    """One mail to a subscriber; without an update or notice it asks to confirm the address."""

    # Read only, so it hides no method that is used.
    update = ReadId(allow_null=True)  # type: ignore[assignment]  # the record's own word
    notice = ReadId(allow_null=True)
    subscriber = ReadId()

    class Meta:
        model = UpdateDelivery
        fields = ("id", "update", "notice", "subscriber", "address", "state", "attempts", "due_at", "sent_at",
                  "accepted_at", "ended_at", "last_error", "created_at")  # fmt: skip
