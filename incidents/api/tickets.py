"""Endpoints of tickets, incidents with their verbs, and the timeline."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.bulk import bulk_action
from config.base.rest.includes import Include, IncludingViewSet
from config.base.rest.pagination import OrderedPagination, Pagination
from config.base.rest.scopes import Scope
from config.base.rest.viewsets import (
    Alias,
    ReadViewSet,
    post_action,
    requested_instant,
    status_is,
    write_handler,
)
from config.base.web import panels
from incidents import response
from incidents.api.alerts import AlertViewSet
from incidents.api.customers import CustomerUpdateViewSet
from incidents.api.desk import ExternalLinkVerbs, RequesterVerbs, with_requester
from incidents.api.prevention import LinkViewSet
from incidents.api.response import MovingVerbs
from incidents.filters.tickets import TicketFilter, TimelineFilter
from incidents.models import Ticket, TicketStatus, TimelineEntry
from incidents.permissions import can_act, can_declare, can_import, reads_as_requester
from incidents.prevention import conditions
from incidents.serializers.alerts import AlertSerializer
from incidents.serializers.clocks import ClockSerializer
from incidents.serializers.customers import CustomerUpdateSerializer
from incidents.serializers.prevention import ConditionSerializer, LinkSerializer
from incidents.serializers.response import (
    AssignSerializer,
    ChangeSeveritySerializer,
    CloseSerializer,
    DeclareSerializer,
    HoldSerializer,
    NoteSerializer,
    NotifyVendorSerializer,
    OptionalNoteSerializer,
    OptionalReasonSerializer,
    ReasonSerializer,
    TeamChoiceSerializer,
)
from incidents.serializers.sla.imported import OriginSerializer
from incidents.serializers.tickets import (
    ChapterSerializer,
    EditSerializer,
    IncidentSerializer,
    TimelineEntrySerializer,
)
from incidents.sla import imported, reading
from incidents.sla.imported import ImportedClock
from incidents.tickets import readings, story
from oncall.api.escalation import EscalationViewSet
from oncall.models import Escalation
from oncall.serializers.escalation import EscalationSerializer

TIMELINE = TimelineEntry.objects.select_related("ticket", "actor", "token")


def _is_held(ticket: Ticket, data: dict[str, object]) -> bool:
    return (ticket.status, ticket.hold_reason) == (TicketStatus.ON_HOLD, data["reason"])


def is_closed_so(ticket: Ticket, data: dict[str, object]) -> bool:
    """Whether a ticket is closed with the code that the request names."""
    return (ticket.status, ticket.closure_code) == (TicketStatus.CLOSED, data["code"])


_AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATETIME, description="A moment that has passed, with its offset; default: now."
)
INCLUDES = {
    "timeline": Include(TimelineEntrySerializer, TIMELINE.all, ("ticket_id",)),
    "links": Include(LinkSerializer, LinkViewSet.queryset.all, ("from_ticket_id", "to_ticket_id")),
}


class TicketViewSet(ExternalLinkVerbs, IncludingViewSet):
    """What the endpoints of all kinds of tickets share: look-up by id or by reference."""

    lookup_value_regex = "(?:[A-Z]{3}-)?[0-9]{1,18}"
    filterset_class = TicketFilter
    includes = INCLUDES
    pagination_class = OrderedPagination
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"sla_due_at": ("sla_due_at", "id")}

    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response:
        """One record; 304 if the caller has it already. Who reads a private one is recorded."""
        ticket = self.get_object()
        readings.record_reading(ticket=ticket, user=self.actor, at=self.at)
        return self.record_response(ticket)

    def get_object(self) -> Ticket:
        """The ticket at this address, if the caller may see it."""
        return self.named(self.kwargs["pk"])

    def named(self, name: str) -> Ticket:
        """The ticket with this id or reference; Http404 if there is none that the caller may see."""
        if not re.fullmatch(self.lookup_value_regex, name):
            raise Http404
        prefix, dash, number = name.rpartition("-")
        lookup = {"number": number} if dash else {"pk": number}
        ticket = get_object_or_404(self.get_queryset(), **lookup)
        if dash and ticket.reference != f"{prefix}-{int(number)}":
            return get_object_or_404(self.get_queryset().none())
        self.check_object_permissions(self.request, ticket)
        return ticket

    @extend_schema(responses=ChapterSerializer(many=True))
    @action(detail=True, serializer_class=ChapterSerializer, filter_backends=(), pagination_class=None)
    def story(self, request: Request, pk: str) -> Response:
        """From the alert to the known error, chapter by chapter, with times (S36)."""
        related = story.related_tickets(self.get_object(), user=request.user)
        return Response(self.get_serializer(panels.collect_chapters(related), many=True).data)

    @extend_schema(
        parameters=[_AS_OF],
        responses=ClockSerializer(many=True),
    )
    @action(
        detail=True,
        serializer_class=ClockSerializer,
        filter_backends=(),
        pagination_class=None,
        query_parameters=("as_of",),
    )
    def clocks(self, request: Request, pk: str) -> Response:
        """Its SLA clocks, promise by promise; with `as_of` as they stood at that moment, by what was known then."""
        ticket, as_of = self.get_object(), requested_instant(request, "as_of")
        if as_of > self.at:
            raise exceptions.ValidationError(
                {"as_of": ["This is in the future. Leave it out to see the clocks as they stand now."]}
            )
        views = reading.read_clocks(ticket=ticket, as_of=as_of, now=self.at)
        if reads_as_requester(self.actor, ticket):
            views = reading.shown_to_requester(views)
        return Response(self.get_serializer(views, many=True).data)


class IncidentViewSet(RequesterVerbs, MovingVerbs, TicketViewSet):
    """Incidents, newest first."""

    queryset = Ticket.objects.incidents().select_related(
        "incident", "service", "severity", "team", "assignee", "handover_from", "opened_by", "requester__user"
    )
    serializer_class = IncidentSerializer
    includes = INCLUDES | {
        "alerts": Include(AlertSerializer, AlertViewSet.queryset.all, ("ticket_id",)),
        "responses": Include(
            EscalationSerializer, EscalationViewSet.queryset.select_related("response").all, ("response__ticket_id",)
        ),
        "customer_updates": Include(
            CustomerUpdateSerializer, CustomerUpdateViewSet.queryset.all, ("incident__ticket_id",)
        ),
    }

    def _do(self, function: Callable[..., Ticket], ticket: Ticket, **arguments: Any) -> Ticket:
        changed: Ticket = function(ticket_id=ticket.pk, actor=self.actor, at=self.at, **arguments)
        return changed

    @write_handler(DeclareSerializer, scope=Scope.DECLARE, may=can_declare, status=201)
    def create(self, data: dict[str, Any]) -> Ticket:
        """Declare an incident; it pages if its severity does."""
        return response.declare(**with_requester(data), actor=self.actor, at=self.at)

    @write_handler(EditSerializer, scope=Scope.DECLARE, may=can_act, partial=True)
    def partial_update(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Change the named fields and no others."""
        return self._do(response.edit, ticket, changes=with_requester(data))

    @post_action(
        scope=Scope.RESPOND,
        may=can_act,
        is_done=status_is("acknowledged", "in_progress", "on_hold"),
        changes=("status", "acknowledged_at"),
    )
    def acknowledge(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Say "I am on it": what rings the caller, or their team, stops; other teams are still paged."""
        return self._do(response.acknowledge, ticket)

    @post_action(scope=Scope.RESPOND, may=can_act, changes=("assignee",))
    def take_over(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Become the assignee, in place of the person who is."""
        return self._do(response.take_over, ticket)

    @post_action(OptionalReasonSerializer, scope=Scope.RESPOND, may=can_act)
    def decline(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Say "I can't", if it rings the caller or they have acknowledged: the next step is paged now."""
        return self._do(response.decline, ticket, **data)

    @post_action(
        scope=Scope.RESPOND, may=can_act, is_done=status_is("in_progress"), changes=("status", "work_started_at")
    )
    def start_work(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Start to work on it."""
        return self._do(response.start_work, ticket)

    @post_action(AssignSerializer, scope=Scope.RESPOND, may=can_act, changes=("assignee",))
    def assign(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Assign it to a person."""
        return self._do(response.assign, ticket, **data)

    @post_action(TeamChoiceSerializer, scope=Scope.RESPOND, may=can_act)
    def add_responders(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Add another team; it is paged by its own policy."""
        return self._do(response.add_responders, ticket, **data)

    @post_action(
        NoteSerializer,
        scope=Scope.RESPOND,
        may=can_act,
        aliases=(Alias("note", deprecated_on=date(2026, 11, 29), removed_in="0.2.0"),),
    )
    def add_note(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Add a note to the timeline."""
        return self._do(response.add_note, ticket, **data)

    @post_action(HoldSerializer, scope=Scope.RESPOND, may=can_act, is_done=_is_held, changes=("status", "hold_reason"))
    def hold(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Put it on hold: it waits for somebody or something."""
        return self._do(response.hold, ticket, **data)

    @post_action(
        scope=Scope.RESPOND, may=can_act, is_done=status_is("acknowledged", "in_progress"), changes=("status",)
    )
    def resume(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """End the hold and go on."""
        return self._do(response.resume, ticket)

    @post_action(ChangeSeveritySerializer, scope=Scope.RESPOND, may=can_act, changes=("severity",))
    def change_severity(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Raise or lower the severity; raising it may page."""
        return self._do(response.change_severity, ticket, **data)

    @post_action(NotifyVendorSerializer, scope=Scope.RESPOND, may=can_act)
    def notify_vendor(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Record that a vendor was notified; clocks of its contract start. A ticket has one vendor's case."""
        return self._do(response.notify_vendor, ticket, **data)

    @post_action(OptionalNoteSerializer, scope=Scope.RESPOND, may=can_act)
    def note_vendor_answer(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Record that the vendor has answered."""
        return self._do(response.note_vendor_answer, ticket, **data)

    @post_action(OptionalNoteSerializer, scope=Scope.RESPOND, may=can_act)
    def note_vendor_done(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Record that the vendor has done its part, which is its answer too."""
        return self._do(response.note_vendor_done, ticket, **data)

    @post_action(OriginSerializer, scope=Scope.CONFIGURE, may=can_import, changes=("imported_from", "opened_at"))
    def note_origin(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Record which system it comes from, when it was opened there, and which promises were broken there."""
        clocks = [ImportedClock(**clock) for clock in data.pop("clocks")]
        return self._do(imported.note_origin, ticket, source=data.pop("system"), clocks=clocks, **data)

    @post_action(
        OptionalNoteSerializer,
        scope=Scope.RESPOND,
        may=can_act,
        is_done=status_is("restored", "resolved"),
        changes=("status", "restored_at"),
    )
    def restore(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Say that the service works again; paging ends."""
        return self._do(response.restore, ticket, **data)

    @post_action(
        OptionalReasonSerializer,
        scope=Scope.RESPOND,
        may=can_act,
        is_done=status_is("resolved"),
        changes=("status", "resolved_at"),
    )
    def resolve(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Say that prevention is done; while conditions are open it is refused with their names."""
        return self._do(response.resolve, ticket, **data)

    @post_action(
        ReasonSerializer,
        scope=Scope.RESPOND,
        may=can_act,
        is_done=lambda ticket, data: ticket.is_open,
        changes=("status", "reopened_at"),
    )
    def reopen(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Reopen the same record because the trouble is back; its team is paged again."""
        return self._do(response.reopen, ticket, **data)

    @post_action(
        CloseSerializer,
        scope=Scope.RESPOND,
        may=can_act,
        is_done=is_closed_so,
        changes=("status", "closure_code", "closure_note", "closed_at"),
    )
    def close(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Close it with a closure code."""
        return self._do(response.close, ticket, **data)

    bulk_acknowledge = bulk_action(acknowledge, "Acknowledge up to 300 incidents; each is done or refused by itself.")
    bulk_assign = bulk_action(assign, "Assign up to 300 incidents to a person; each is done or refused by itself.")
    bulk_hold = bulk_action(hold, "Put up to 300 incidents on hold; each is done or refused by itself.")
    bulk_close = bulk_action(close, "Close up to 300 incidents with a code; each is done or refused by itself.")

    @extend_schema(responses=ConditionSerializer(many=True))
    @action(detail=True, serializer_class=ConditionSerializer, filter_backends=(), pagination_class=None)
    def conditions(self, request: Request, pk: str) -> Response:
        """The conditions of resolving, each with the time when it was met, or null while it is open."""
        return Response(self.get_serializer(conditions.resolution_conditions(self.get_object()), many=True).data)

    def _listed(self, rows: QuerySet[Model]) -> Response:
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(responses=TimelineEntrySerializer(many=True))
    @action(
        detail=True,
        serializer_class=TimelineEntrySerializer,
        filter_backends=(),
        order=("at", "id"),
        query_parameters=Pagination.parameters,
    )
    def timeline(self, request: Request, pk: str) -> Response:
        """What happened, oldest first."""
        return self._listed(TIMELINE.filter(ticket=self.get_object()))

    @extend_schema(responses=AlertSerializer(many=True))
    @action(
        detail=True,
        serializer_class=AlertSerializer,
        filter_backends=(),
        query_parameters=Pagination.parameters,
    )
    def alerts(self, request: Request, pk: str) -> Response:
        """The alerts that opened or joined it, newest first."""
        return self._listed(AlertViewSet.queryset.visible_to(request.user).filter(ticket=self.get_object()))

    @extend_schema(responses=EscalationSerializer(many=True))
    @action(
        detail=True,
        serializer_class=EscalationSerializer,
        filter_backends=(),
        query_parameters=Pagination.parameters,
    )
    def escalations(self, request: Request, pk: str) -> Response:
        """The escalations of the responding teams, newest first."""
        of_ticket = Escalation.objects.filter(response__ticket=self.get_object())
        return self._listed(EscalationViewSet.queryset.filter(pk__in=of_ticket.values("pk")))


class TimelineViewSet(ReadViewSet):
    """What happened to tickets, newest first."""

    queryset = TIMELINE
    serializer_class = TimelineEntrySerializer
    filterset_class = TimelineFilter
