"""Conditions, action items, links and waivers as the API shows them, and what their verbs take."""

from rest_framework import serializers

from config.base.data.lengths import SHORT_TEXT
from config.base.rest.serializers import (
    Day,
    InputSerializer,
    Instant,
    Key,
    Line,
    Lines,
    OutputSerializer,
    ReadKey,
    RecordSerializer,
)
from incidents.models import ActionItem, LinkKind, PreventionWaiver, TicketLink
from incidents.serializers.tickets import ReferenceField
from oncall.models import Team
from oncall.serializers.people import Address, PersonKey, PersonSerializer


class ConditionSerializer(OutputSerializer):
    """One condition of resolving an incident."""

    text = serializers.CharField(read_only=True)
    url = Address(read_only=True)
    fell_at = Instant(source="met_at", read_only=True, allow_null=True)


class ActionItemSerializer(RecordSerializer):
    """An action item: something to do so that it does not happen again."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    owner = PersonSerializer(read_only=True, allow_null=True)
    team = ReadKey("slug", allow_null=True)

    class Meta:
        model = ActionItem
        fields = (
            "id", "ticket", "title", "owner", "team", "due_on", "is_priority", "status", "reason", "done_at",
            "created_at", "updated_at",
        )  # fmt: skip


class OwnerSerializer(InputSerializer):
    """The owner: a person, a team, or both."""

    owner = PersonKey(allow_null=True, required=False)
    team = Key(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)


class NewActionItemSerializer(OwnerSerializer):
    """A new action item; without a person or a team it goes to the ticket's team."""

    ticket = ReferenceField()
    title = Line(max_length=200)
    due_on = Day()
    is_priority = serializers.BooleanField(default=False)


class LinkSerializer(RecordSerializer):
    """How one ticket relates to another."""

    from_ticket = serializers.CharField(source="from_ticket.reference", read_only=True)
    to_ticket = serializers.CharField(source="to_ticket.reference", read_only=True)

    class Meta:
        model = TicketLink
        fields = ("id", "from_ticket", "kind", "to_ticket", "created_at")


class NewLinkSerializer(InputSerializer):
    """A new link."""

    from_ticket = ReferenceField()
    kind = serializers.ChoiceField(choices=LinkKind.choices)
    to_ticket = ReferenceField()


class WaiverSerializer(RecordSerializer):
    """A prevention waiver: requested with a reason, decided by somebody else."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    requested_by = PersonSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PreventionWaiver
        fields = ("id", "ticket", "reason", "status", "requested_by", "requested_at", "decided_by", "decided_at")


class NewWaiverSerializer(InputSerializer):
    """The incident, and why no prevention is needed."""

    ticket = ReferenceField(kind="incident")
    reason = Lines(max_length=SHORT_TEXT)
