"""Endpoints of alerts and events."""

from config.base.rest.viewsets import ReadViewSet
from incidents.filters.alerts import AlertFilter, EventFilter
from incidents.models import Alert, Event
from incidents.serializers.alerts import AlertSerializer, EventSerializer


class AlertViewSet(ReadViewSet):
    """What machines report, newest first."""

    queryset = Alert.objects.select_related("integration__service", "ticket")
    serializer_class = AlertSerializer
    filterset_class = AlertFilter


class EventViewSet(ReadViewSet):
    """Messages from senders as they came, newest first."""

    queryset = Event.objects.all()
    serializer_class = EventSerializer
    filterset_class = EventFilter
