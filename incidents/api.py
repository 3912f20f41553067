"""Endpoints of incidents and their verbs, alerts, events, timeline and the service catalogue."""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from config.base import panels
from config.base.api import AnswerViewSet, Pagination, ReadViewSet, verb, writes
from config.base.permissions import Role, ScopedAccess, only
from incidents import (
    conditions,
    filters,
    filters_customers,
    metrics,
    numbers,
    response,
    serializers,
    story,
    updates,
)
from incidents import customer_serializers as told
from incidents.contacts import find_requester
from incidents.models import (
    Alert,
    Component,
    Contact,
    CustomerUpdate,
    Event,
    Integration,
    MessageTemplate,
    PublicIncident,
    Service,
    ServiceReadiness,
    Severity,
    StatusPage,
    Subscriber,
    Ticket,
    TimelineEntry,
    UpdateDelivery,
)
from incidents.permissions import ACTING, can_act, can_declare, can_publish
from oncall.api import EscalationViewSet
from oncall.models import Escalation, Team
from oncall.serializers import EscalationSerializer

TIMELINE = TimelineEntry.objects.select_related("ticket", "actor")


def _with_requester(data: dict[str, Any]) -> dict[str, Any]:
    """The same values, with the contact in place of what was said about them."""
    asked = data.get("requester")
    return data | {"requester": find_requester(**asked)} if asked else data


class TicketViewSet(ReadViewSet):
    """What every kind of ticket's endpoint shares: found by id or by reference."""

    lookup_value_regex = "(?:[A-Z]{3}-)?[0-9]{1,18}"
    filterset_class = filters.TicketFilter

    def get_object(self) -> Any:
        """The ticket, if the caller may know of it."""
        prefix, dash, number = self.kwargs["pk"].rpartition("-")
        wanted = {"number": number} if dash else {"pk": number}
        ticket = get_object_or_404(self.get_queryset(), **wanted)
        if dash and ticket.reference != f"{prefix}-{int(number)}":
            return get_object_or_404(self.get_queryset().none())
        self.check_object_permissions(self.request, ticket)
        return ticket

    @extend_schema(responses=serializers.ChapterSerializer(many=True))
    @action(detail=True, serializer_class=serializers.ChapterSerializer, filter_backends=(), pagination_class=None)
    def story(self, request: Request, pk: str) -> Response:
        """From the alert to the known error, chapter by chapter, with times (S36)."""
        circle = story.around(self.get_object(), user=request.user)
        return Response(self.get_serializer(panels.tell(circle), many=True).data)


class IncidentViewSet(TicketViewSet):
    """Incidents, newest first."""

    queryset = Ticket.objects.incidents().select_related(
        "incident", "service", "severity", "team", "assignee", "opened_by", "requester__user"
    )
    serializer_class = serializers.IncidentSerializer

    def _do(self, verb_of: Any, ticket: Ticket, **arguments: Any) -> Ticket:
        changed: Ticket = verb_of(ticket_id=ticket.pk, actor=self.actor, at=timezone.now(), **arguments)
        return changed

    @writes(serializers.DeclareSerializer, may=can_declare, status=201)
    def create(self, data: dict[str, Any]) -> Ticket:
        """Declare an incident; it pages if its severity does."""
        return response.declare(**_with_requester(data), actor=self.actor, at=timezone.now())

    @writes(serializers.EditSerializer, may=can_act, partial=True)
    def partial_update(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Change the named fields and no others."""
        return self._do(response.edit, ticket, changes=_with_requester(data))

    @verb(may=can_act)
    def acknowledge(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Say "I am on it": the escalation of your team stops."""
        return self._do(response.acknowledge, ticket)

    @verb(may=can_act)
    def take_over(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Become the assignee in place of whoever is."""
        return self._do(response.take_over, ticket)

    @verb(serializers.OptionalReasonSerializer, may=can_act)
    def decline(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Say "I can't": the next step is paged now."""
        return self._do(response.decline, ticket, **data)

    @verb(may=can_act)
    def start_work(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Begin to work on it."""
        return self._do(response.start_work, ticket)

    @verb(serializers.AssignSerializer, may=can_act)
    def assign(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Give it to a person."""
        return self._do(response.assign, ticket, **data)

    @verb(serializers.HandOverSerializer, may=can_act)
    def reassign(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Hand it over to another team; number and history stay."""
        return self._do(response.hand_over, ticket, **data)

    @verb(serializers.TeamChoiceSerializer, may=can_act)
    def add_responders(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Call another team to help; it is paged on its own escalation."""
        return self._do(response.add_responders, ticket, **data)

    @verb(serializers.NoteSerializer, may=can_act)
    def note(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Write a note into the timeline."""
        return self._do(response.add_note, ticket, **data)

    @verb(serializers.HoldSerializer, may=can_act)
    def hold(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Wait for somebody or something."""
        return self._do(response.hold, ticket, **data)

    @verb(may=can_act)
    def resume(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Go on with a ticket that was on hold."""
        return self._do(response.resume, ticket)

    @verb(serializers.ChangeSeveritySerializer, may=can_act)
    def change_severity(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Raise or lower the severity; raising it may page."""
        return self._do(response.change_severity, ticket, **data)

    @verb(serializers.OptionalNoteSerializer, may=can_act)
    def restore(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Say that the service works again; paging ends."""
        return self._do(response.restore, ticket, **data)

    @verb(serializers.OptionalReasonSerializer, may=can_act)
    def resolve(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Say that prevention is done, or why none is needed."""
        return self._do(response.resolve, ticket, **data)

    @verb(serializers.ReasonSerializer, may=can_act)
    def reopen(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Continue the same record: the trouble is back."""
        return self._do(response.reopen, ticket, **data)

    @verb(serializers.CloseSerializer, may=can_act)
    def close(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """End it with a code."""
        return self._do(response.close, ticket, **data)

    @extend_schema(responses=serializers.ConditionSerializer(many=True))
    @action(detail=True, serializer_class=serializers.ConditionSerializer, filter_backends=(), pagination_class=None)
    def conditions(self, request: Request, pk: str) -> Response:
        """What prevention consists of, each with the time when it fell, or null while it is waited for."""
        return Response(self.get_serializer(conditions.of(self.get_object()), many=True).data)

    def _listed(self, rows: QuerySet[Any]) -> Response:
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(responses=serializers.TimelineEntrySerializer(many=True))
    @action(
        detail=True,
        serializer_class=serializers.TimelineEntrySerializer,
        filter_backends=(),
        order=("at", "id"),
        query_parameters=Pagination.parameters,
    )
    def timeline(self, request: Request, pk: str) -> Response:
        """What happened, oldest first."""
        return self._listed(TIMELINE.filter(ticket=self.get_object()))

    @extend_schema(responses=EscalationSerializer(many=True))
    @action(
        detail=True,
        serializer_class=EscalationSerializer,
        filter_backends=(),
        query_parameters=Pagination.parameters,
    )
    def escalations(self, request: Request, pk: str) -> Response:
        """The escalations of the teams that were called, newest first."""
        of_ticket = Escalation.objects.filter(response__ticket=self.get_object())
        return self._listed(EscalationViewSet.queryset.filter(pk__in=of_ticket.values("pk")))


class TimelineViewSet(ReadViewSet):
    """What happened to tickets, newest first."""

    queryset = TIMELINE
    serializer_class = serializers.TimelineEntrySerializer
    filterset_class = filters.TimelineFilter


class AlertViewSet(ReadViewSet):
    """What machines report, newest first."""

    queryset = Alert.objects.select_related("integration__service", "ticket")
    serializer_class = serializers.AlertSerializer
    filterset_class = filters.AlertFilter


class EventViewSet(ReadViewSet):
    """Messages from senders as they came, newest first."""

    queryset = Event.objects.all()
    serializer_class = serializers.EventSerializer
    filterset_class = filters.EventFilter


class ServiceViewSet(ReadViewSet):
    """The service catalogue."""

    queryset = Service.objects.select_related("team", "escalation_policy").prefetch_related(
        Prefetch("depends_on", Service.objects.order_by("name"))
    )
    serializer_class = serializers.ServiceSerializer
    filterset_class = filters.ServiceFilter
    order = "id"


class ReadinessViewSet(ReadViewSet):
    """How ready each service is for its next incident, with every check."""

    queryset = ServiceReadiness.objects.select_related("service")
    serializer_class = serializers.ReadinessSerializer
    filterset_class = filters.ReadinessFilter
    order = "id"


class SeverityViewSet(ReadViewSet):
    """Severities, the worst first."""

    queryset = Severity.objects.all()
    serializer_class = serializers.SeveritySerializer
    filterset_class = filters.SeverityFilter
    order = "rank"


class ContactViewSet(ReadViewSet):
    """Requesters; for the service desk."""

    queryset = Contact.objects.select_related("user")
    serializer_class = serializers.ContactSerializer
    filterset_class = filters.ContactFilter
    permission_classes = (ScopedAccess, only(Role.AGENT, Role.ADMINISTRATOR))
    order = "id"


class IntegrationViewSet(ReadViewSet):
    """Senders' doors, without their keys."""

    queryset = Integration.objects.select_related("service", "default_severity")
    serializer_class = serializers.IntegrationSerializer
    filterset_class = filters.IntegrationFilter
    order = "id"


_SPLITS = {"team": Team.objects.all(), "service": Service.objects.all(), "severity": Severity.objects.all()}


class MetricsViewSet(AnswerViewSet):
    """Times to acknowledge, restore, resolve, respond and repair by month of the caller's zone."""

    queryset = Ticket.objects.incidents()
    serializer_class = serializers.MetricsSerializer
    query_parameters = ("by", "since", "until", "team", "service", "severity", "times")

    @extend_schema(parameters=[OpenApiParameter(name) for name in query_parameters])
    def list(self, request: Request) -> Response:
        """All groups in one answer."""
        by = request.query_params.get("by")
        if by is not None and by not in metrics.DIMENSIONS:
            raise exceptions.ValidationError({"by": [f"Split by one of: {', '.join(metrics.DIMENSIONS)}."]})
        asked = filters.NumbersFilter(request.query_params, queryset=self.get_queryset(), request=request)
        if not asked.is_valid():
            raise exceptions.ValidationError(asked.errors)
        zone = ZoneInfo(timezone.get_current_timezone_name())
        cells = numbers.tally(asked.qs, zone=zone, dimension=by, measures=tuple(metrics.MEASURES), scope=asked.scope)
        keys = dict(_SPLITS[by].values_list("pk", "name" if by == "severity" else "slug")) if by else {}
        shown = [
            {
                "month": cell.month,
                "key": keys.get(cell.key),
                "is_of_all": cell.is_of_all,
                "measures": {name: asdict(figures) for name, figures in cell.figures.items()},
            }
            for cell in cells
        ]
        return Response(serializers.MetricsSerializer({"zone": str(zone), "by": by, "cells": shown}).data)


class StatusPageViewSet(ReadViewSet):
    """Pages for customers."""

    queryset = StatusPage.objects.all()
    serializer_class = told.StatusPageSerializer
    filterset_class = filters_customers.StatusPageFilter
    order = "id"


class ComponentViewSet(ReadViewSet):
    """Parts of the status pages."""

    queryset = Component.objects.select_related("page", "group", "service")
    serializer_class = told.ComponentSerializer
    filterset_class = filters_customers.ComponentFilter
    order = "id"


class MessageTemplateViewSet(ReadViewSet):
    """Templates of updates."""

    queryset = MessageTemplate.objects.all()
    serializer_class = told.MessageTemplateSerializer
    filterset_class = filters_customers.MessageTemplateFilter
    order = "id"


class PublicIncidentViewSet(ReadViewSet):
    """What customers were told of, newest first."""

    queryset = PublicIncident.objects.select_related("ticket").prefetch_related("components")
    serializer_class = told.PublicIncidentSerializer
    filterset_class = filters_customers.PublicIncidentFilter


class CustomerUpdateViewSet(ReadViewSet):
    """Published updates, newest first."""

    queryset = CustomerUpdate.objects.select_related("author")
    serializer_class = told.CustomerUpdateSerializer
    filterset_class = filters_customers.CustomerUpdateFilter
    scope = "respond"

    @writes(told.PublishSerializer, may=can_publish, status=201)
    def create(self, data: dict[str, Any]) -> CustomerUpdate:
        """Publish an update on the status page and mail it to the subscribers of its parts."""
        return updates.publish(**data, actor=self.actor, at=timezone.now())


class SubscriberViewSet(ReadViewSet):
    """Who is told by e-mail; for those who act on incidents."""

    queryset = Subscriber.objects.prefetch_related("components")
    serializer_class = told.SubscriberSerializer
    filterset_class = filters_customers.SubscriberFilter
    permission_classes = (ScopedAccess, only(*ACTING, Role.ADMINISTRATOR))


class DeliveryViewSet(ReadViewSet):
    """Mails to subscribers, newest first; for those who act on incidents."""

    queryset = UpdateDelivery.objects.all()
    serializer_class = told.DeliverySerializer
    filterset_class = filters_customers.DeliveryFilter
    permission_classes = (ScopedAccess, only(*ACTING, Role.ADMINISTRATOR))
