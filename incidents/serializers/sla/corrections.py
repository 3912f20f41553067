"""Excluded time and waivers as the API shows them, and what requesting them takes."""

from django.db.models import QuerySet
from rest_framework import serializers

from config.base.data.lengths import SHORT_TEXT
from config.base.rest.serializers import InputSerializer, Instant, Lines, ReadId, RecordSerializer
from incidents.models import SlaBreach, SlaCredit, SlaWaiver
from incidents.serializers.tickets import ReferenceField
from oncall.serializers.people import PersonSerializer

_DECISION = ("reason", "status", "requested_by", "requested_at", "decided_by", "decided_at")


class SlaCreditSerializer(RecordSerializer):
    """Excluded time: minutes that no clock of a ticket counts, once they are approved."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    minutes = serializers.IntegerField(read_only=True)
    requested_by = PersonSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = SlaCredit
        fields = ("id", "ticket", "starts_at", "ends_at", "minutes", "batch", *_DECISION)


class NewSlaCreditSerializer(InputSerializer):
    """The ticket, the minutes, and why they do not count."""

    ticket = ReferenceField()
    starts_at = Instant()
    ends_at = Instant()
    reason = Lines(max_length=SHORT_TEXT)


class SlaWaiverSerializer(RecordSerializer):
    """A waiver: the breach stays, and reports show it as waived once that is approved."""

    ticket = serializers.CharField(source="breach.ticket.reference", read_only=True)
    breach = ReadId()
    kind = serializers.CharField(source="breach.kind", read_only=True)
    metric = serializers.CharField(source="breach.metric", read_only=True)
    breached_at = Instant(source="breach.breached_at", read_only=True)
    requested_by = PersonSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = SlaWaiver
        fields = ("id", "ticket", "breach", "kind", "metric", "breached_at", *_DECISION)


class BreachKey(serializers.PrimaryKeyRelatedField[SlaBreach]):
    """A breach of a ticket that the caller may see, by its id."""

    def get_queryset(self) -> QuerySet[SlaBreach]:
        """Only those that the caller may see."""
        return SlaBreach.objects.visible_to(self.context["request"].user)


class NewSlaWaiverSerializer(InputSerializer):
    """The breach, and why it is waived."""

    breach = BreachKey(queryset=SlaBreach.objects.none())
    reason = Lines(max_length=SHORT_TEXT)
