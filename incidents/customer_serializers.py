"""What the API shows and takes of the status page, updates, subscribers and mails."""

from typing import Any

from rest_framework import serializers

from config.base.serializers import AnyObject, Asked, Instant, Line, Lines, Shown, ShownId, ShownKey
from incidents.models import (
    Component,
    ComponentStatus,
    CustomerUpdate,
    Impact,
    MessageTemplate,
    Phase,
    PublicIncident,
    StatusPage,
    Subscriber,
    Ticket,
    UpdateDelivery,
)
from incidents.updates import Draft
from oncall.serializers import Address, PersonSerializer


class StatusPageSerializer(Shown):
    """A page for customers."""

    class Meta:
        model = StatusPage
        fields = ("id", "public_id", "name", "slug", "time_zone")


class ComponentSerializer(Shown):
    """A part of the status page; the service behind it is for the portal alone."""

    page = ShownKey("slug")
    group = ShownKey("public_id", allow_null=True)
    service = ShownKey("slug", allow_null=True)

    class Meta:
        model = Component
        fields = ("id", "public_id", "page", "name", "description", "position", "group", "service", "status",
                  "created_at", "updated_at")  # fmt: skip


class MessageTemplateSerializer(Shown):
    """Words to begin an update with."""

    class Meta:
        model = MessageTemplate
        fields = ("id", "title", "phase", "body")


class PublicIncidentSerializer(Shown):
    """One trouble as customers know it."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True, allow_null=True, default=None)
    components = ShownKey("public_id", many=True)
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = PublicIncident
        fields = ("id", "public_id", "url", "ticket", "name", "impact", "status", "components", "created_at",
                  "updated_at", "started_at", "monitoring_at", "resolved_at", "next_update_at")  # fmt: skip


class CustomerUpdateSerializer(Shown):
    """One published update."""

    incident = ShownId()
    author = PersonSerializer(read_only=True)
    affected = serializers.ListField(child=AnyObject(), read_only=True)

    class Meta:
        model = CustomerUpdate
        fields = ("id", "public_id", "incident", "status", "body", "affected", "next_update_at", "published_at",
                  "author", "fanned_out_at")  # fmt: skip


class PublishSerializer(Asked):
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
    key = serializers.UUIDField(required=False, help_text="The same key is published once.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The ticket the caller may know of, and the draft."""
        prefix, _, number = attrs.pop("incident").upper().partition("-")
        tickets = Ticket.objects.incidents().visible_to(self.context["request"].user)
        known = prefix == "INC" and number.isdecimal() and len(number) < 19
        ticket = tickets.filter(number=int(number)).first() if known else None
        page = StatusPage.objects.order_by("pk").first()
        if ticket is None:
            raise serializers.ValidationError({"incident": ["There is no such incident. Give its number, as INC-7."]})
        if page is None:
            raise serializers.ValidationError("There is no status page yet. An administrator adds one.")
        wanted = attrs.pop("components")
        parts = tuple(page.components.filter(public_id__in=wanted))
        if missing := set(wanted) - {part.public_id for part in parts}:
            raise serializers.ValidationError({"components": [f"There is no part {', '.join(sorted(missing))}."]})
        begun = attrs.pop("started_at", ticket.impact_started_at)
        return {"ticket_id": ticket.pk, "draft": Draft(page=page, components=parts, started_at=begun, **attrs)}


class SubscriberSerializer(Shown):
    """Who is told by e-mail."""

    components = ShownKey("public_id", many=True)

    class Meta:
        model = Subscriber
        fields = ("id", "email", "components", "confirmed_at", "unsubscribed_at", "created_at")


class DeliverySerializer(Shown):
    """One mail to a subscriber; without an update it asks whether the address is theirs."""

    # Only shown, so that it hides no method we use.
    update = ShownId(allow_null=True)  # type: ignore[assignment]
    subscriber = ShownId()

    class Meta:
        model = UpdateDelivery
        fields = ("id", "update", "subscriber", "address", "state", "attempts", "due_at", "sent_at", "accepted_at",
                  "ended_at", "last_error", "created_at")  # fmt: skip
