"""Alerts and the events behind them as the API shows them."""

from rest_framework import serializers

from config.base.rest.serializers import AnyObject, ReadId, ReadKey, RecordSerializer
from incidents.models import Alert, Event
from oncall.serializers.people import Address


class AlertSerializer(RecordSerializer):
    """One problem as one sender reports it, until it is closed."""

    integration = ReadId()
    service = ReadKey("slug", source="integration.service")
    ticket = serializers.CharField(source="ticket.reference", read_only=True, allow_null=True, default=None)
    payload = AnyObject(read_only=True)
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = Alert
        fields = (
            "id", "url", "integration", "dedup_key", "status", "count", "title", "severity_word", "source", "link",
            "service", "ticket", "started_at", "opened_at", "last_event_at", "closed_at", "explanation", "payload",
        )  # fmt: skip


class EventSerializer(RecordSerializer):
    """One message from a sender, as it came."""

    integration = ReadId()
    alert = ReadId(allow_null=True)
    payload = AnyObject(read_only=True)

    class Meta:
        model = Event
        fields = ("id", "integration", "alert", "received_at", "action", "dedup_key", "outcome", "problem", "payload")
