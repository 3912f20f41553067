"""What the API shows and takes of the status page, updates, subscribers and mails."""

from typing import Any

from rest_framework import serializers

from config.base.rest.serializers import (
    AnyObject,
    InputSerializer,
    Instant,
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
    StatusPage,
    Subscriber,
    Ticket,
    UpdateDelivery,
)
from oncall.serializers.people import Address, PersonSerializer


class StatusPageSerializer(RecordSerializer):
    """A page for customers."""

    class Meta:
        model = StatusPage
        fields = ("id", "public_id", "name", "slug", "time_zone", "is_default")


class ComponentSerializer(RecordSerializer):
    """A part of the status page; the service behind it is for the portal alone."""

    page = ReadKey("slug")
    group = ReadKey("public_id", allow_null=True)
    service = ReadKey("slug", allow_null=True)

    class Meta:
        model = Component
        fields = ("id", "public_id", "page", "name", "description", "position", "group", "service", "status",
                  "created_at", "updated_at")  # fmt: skip


class MessageTemplateSerializer(RecordSerializer):
    """Words to begin an update with."""

    class Meta:
        model = MessageTemplate
        fields = ("id", "title", "phase", "body")


class PublicIncidentSerializer(RecordSerializer):
    """One trouble as customers know it."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True, allow_null=True, default=None)
    components = ReadKey("public_id", many=True)
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = PublicIncident
        fields = ("id", "public_id", "url", "ticket", "name", "impact", "status", "components", "created_at",
                  "updated_at", "started_at", "monitoring_at", "resolved_at", "next_update_at")  # fmt: skip


class CustomerUpdateSerializer(RecordSerializer):
    """One published update."""

    incident = ReadId()
    author = PersonSerializer(read_only=True)
    affected = serializers.ListField(child=AnyObject(), read_only=True)

    class Meta:
        model = CustomerUpdate
        fields = ("id", "public_id", "incident", "status", "body", "affected", "next_update_at", "published_at",
                  "author", "is_mailed", "withdrawn_at", "fanned_out_at")  # fmt: skip


def _page(found: StatusPage | None) -> StatusPage:
    if found is None:
        raise serializers.ValidationError({"page": ["There is no such status page. An administrator adds one."]})
    return found


def _parts(wanted: list[str], *, page: StatusPage) -> tuple[Component, ...]:
    found = tuple(page.components.filter(public_id__in=wanted))
    if missing := set(wanted) - {part.public_id for part in found}:
        raise serializers.ValidationError({"components": [f"There is no part {', '.join(sorted(missing))}."]})
    return found


class PublishSerializer(InputSerializer):
    """An update to publish; what customers read stands here and nowhere else."""

    incident = Line(max_length=30, help_text="The incident's number, as INC-7.")
    name = Line(max_length=200)
    status = serializers.ChoiceField(choices=Phase.choices)
    impact = serializers.ChoiceField(choices=Impact.choices, default=Impact.MINOR)
    body = Lines(max_length=5000)
    components = serializers.ListField(child=Line(max_length=16), default=list, help_text="Public ids of parts.")
    component_status = serializers.ChoiceField(choices=ComponentStatus.choices, required=False)
    started_at = Instant(required=False)
    next_update_at = Instant(required=False)
    page = Line(max_length=80, required=False, help_text="The slug of the page; else the service's, or the default.")
    key = serializers.UUIDField(required=False, help_text="The same key is published once.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The ticket the caller may know of, and the draft."""
        prefix, _, number = attrs.pop("incident").upper().partition("-")
        tickets = Ticket.objects.incidents().visible_to(self.context["request"].user)
        known = prefix == "INC" and number.isdecimal() and len(number) < 19
        ticket = tickets.filter(number=int(number)).first() if known else None
        wanted_page = attrs.pop("page", "")
        if ticket is None:
            raise serializers.ValidationError({"incident": ["There is no such incident. Give its number, as INC-7."]})
        page = _page(status_page.page_for(ticket.service, slug=wanted_page))
        parts = _parts(attrs.pop("components"), page=page)
        begun = attrs.pop("started_at", ticket.impact_started_at)
        return {"ticket_id": ticket.pk, "draft": Draft(page=page, components=parts, started_at=begun, **attrs)}


class MaintenanceSerializer(RecordSerializer):
    """Planned work as customers know it."""

    page = ReadKey("slug")
    components = ReadKey("public_id", many=True)
    created_by = PersonSerializer(read_only=True)
    url = Address(source="get_public_url", read_only=True)

    class Meta:
        model = ScheduledMaintenance
        fields = ("id", "public_id", "url", "page", "name", "status", "components", "starts_at", "ends_at", "turn_at",
                  "reminded_at", "completed_at", "created_by", "created_at", "updated_at")  # fmt: skip


class MaintenanceUpdateSerializer(RecordSerializer):
    """One published message about planned work; without an author it came by itself."""

    maintenance = ReadId()
    author = PersonSerializer(read_only=True, allow_null=True)
    affected = serializers.ListField(child=AnyObject(), read_only=True)

    class Meta:
        model = MaintenanceUpdate
        fields = ("id", "public_id", "maintenance", "status", "body", "affected", "is_mailed", "published_at",
                  "author", "fanned_out_at")  # fmt: skip


class ScheduleSerializer(InputSerializer):
    """Work to schedule; what customers read stands here and nowhere else."""

    page = Line(max_length=80, required=False, help_text="The slug of the page; the default one otherwise.")
    name = Line(max_length=200)
    body = Lines(max_length=5000)
    components = serializers.ListField(child=Line(max_length=16), default=list, help_text="Public ids of parts.")
    starts_at = Instant()
    ends_at = Instant()
    key = serializers.UUIDField(required=False, help_text="The same key is scheduled once.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The plan."""
        page = _page(status_page.page_named(attrs.pop("page", "")))
        parts = _parts(attrs.pop("components"), page=page)
        return {"plan": Plan(page=page, components=parts, **attrs)}


class TellSerializer(InputSerializer):
    """How the work goes."""

    status = serializers.ChoiceField(choices=MaintenanceStatus.choices)
    body = Lines(max_length=5000)
    starts_at = Instant(required=False, help_text="Another beginning, while it is scheduled.")
    ends_at = Instant(required=False)
    is_mailed = serializers.BooleanField(default=False, help_text="The end is always mailed.")


class SubscriberSerializer(RecordSerializer):
    """Who is told by e-mail."""

    components = ReadKey("public_id", many=True)

    class Meta:
        model = Subscriber
        fields = ("id", "email", "components", "confirmed_at", "unsubscribed_at", "created_at")


class DeliverySerializer(RecordSerializer):
    """One mail to a subscriber; without an update or notice it asks whether the address is theirs."""

    # Only shown, so that it hides no method we use.
    update = ReadId(allow_null=True)  # type: ignore[assignment]  # the record's own word
    notice = ReadId(allow_null=True)
    subscriber = ReadId()

    class Meta:
        model = UpdateDelivery
        fields = ("id", "update", "notice", "subscriber", "address", "state", "attempts", "due_at", "sent_at",
                  "accepted_at", "ended_at", "last_error", "created_at")  # fmt: skip
