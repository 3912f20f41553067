"""Verbs of a ticket's requesters and external links; the endpoints of watchers, private readings and time worked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import BaseViewSet, ReadViewSet, check_role, post_action, write_handler
from incidents.desk import joining, work_time
from incidents.filters.desk import PrivateReadingFilter, WatcherFilter
from incidents.models import Contact, PrivateReading, Ticket, Watcher
from incidents.permissions import can_act, can_see_requester
from incidents.requesters.directory import find_requester
from incidents.serializers.desk import (
    NewWatcherSerializer,
    NewWorkTimeSerializer,
    PrivateReadingSerializer,
    WatcherSerializer,
    WorkTimeSerializer,
)
from incidents.serializers.requesters import (
    AddRequesterSerializer,
    RemoveRequesterSerializer,
    RequesterSerializer,
)
from incidents.serializers.tickets import ExternalLinkAddressSerializer, NewExternalLinkSerializer
from incidents.tickets import external_links, watchers
from incidents.tickets.subject import TICKET
from oncall.api.work import WorkIntervalViewSet
from oncall.models import User, WorkInterval


def with_requester(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, with the record of the requester in place of its id, or of name and address."""
    requester = data.get("requester")
    return {**data, "requester": requester.get("id") or find_requester(**requester)} if requester else {**data}


class RequesterVerbs(BaseViewSet):
    """Who else has the trouble of a ticket."""

    @post_action(AddRequesterSerializer, scope=Scope.RESPOND, may=can_act)
    def add_requester(self, ticket: Ticket, data: Mapping[str, object]) -> Ticket:
        """Add somebody else with the same trouble; it pages nobody."""
        values = with_requester(data)
        return joining.add_requester_to(ticket_id=ticket.pk, actor=self.actor, at=self.at, **values)

    @post_action(RemoveRequesterSerializer, scope=Scope.RESPOND, may=can_act)
    def remove_requester(self, ticket: Ticket, data: Mapping[str, Contact]) -> Ticket:
        """Take back that somebody was added."""
        return joining.remove_requester_from(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)

    @extend_schema(responses=RequesterSerializer(many=True))
    @action(detail=True, serializer_class=RequesterSerializer, filter_backends=(), pagination_class=None)
    def added_requesters(self, request: Request, pk: str) -> Response:
        """Those who were added with the same trouble, the first 100, for who may see the requester; else none."""
        ticket = self.get_object()
        rows = ticket.affected_contacts.select_related("user").order_by("pk")
        visible = rows[:100] if can_see_requester(self.actor, ticket) else rows.none()
        return Response(self.get_serializer(visible, many=True).data)


class _NewWatcher(TypedDict):
    ticket: Ticket
    user: NotRequired[User]


class WatcherViewSet(ReadViewSet):
    """People who are told what becomes of a ticket, newest first."""

    queryset = Watcher.objects.select_related("ticket", "user", "added_by")
    serializer_class = WatcherSerializer
    filterset_class = WatcherFilter

    @write_handler(NewWatcherSerializer, scope=Scope.RESPOND, status=201)
    def create(self, data: _NewWatcher) -> Watcher:
        """Watch a ticket, or have somebody else watch one that you work on; who does already goes on to."""
        ticket, user = data["ticket"], data.get("user", self.actor)
        self._check_may_set(ticket, user)
        return watchers.watch(ticket_id=ticket.pk, user=user, actor=self.actor, at=self.at)

    @extend_schema(request=None, responses={204: None})
    @scoped(Scope.RESPOND)
    def destroy(self, request: Request, pk: str) -> Response:
        """Stop watching it, or have somebody else stop; who works on the ticket does that."""
        watcher = self.get_object()
        self._check_may_set(watcher.ticket, watcher.user)
        watchers.stop_watching(ticket_id=watcher.ticket_id, user=watcher.user)
        return Response(status=204)

    def _check_may_set(self, ticket: Ticket, user: User) -> None:
        if user != self.actor:
            check_role(can_act, self.actor, ticket)


class PrivateReadingViewSet(ReadViewSet):
    """Who has read private tickets, newest first; for people who work on tickets, of those that they may see."""

    queryset = PrivateReading.objects.select_related("ticket", "user", "token")
    serializer_class = PrivateReadingSerializer
    filterset_class = PrivateReadingFilter


class _NewTime(TypedDict):
    ticket: Ticket
    started_at: datetime
    ended_at: datetime


def _may_act(user: User, interval: WorkInterval | None = None) -> bool:
    """Whether the person works on tickets, and on this time's."""
    if interval is None:
        return can_act(user)
    ticket = Ticket.objects.filter(pk=interval.subject_id).first() if interval.subject_type == TICKET else None
    return ticket is not None and can_act(user, ticket)


class WorkTimeViewSet(WorkIntervalViewSet):
    """Who worked on what, from when to when, newest first."""

    @write_handler(NewWorkTimeSerializer, scope=Scope.RESPOND, may=_may_act, status=201)
    def create(self, data: _NewTime) -> WorkInterval:
        """Add a time in which you worked on a ticket."""
        return work_time.add(
            ticket_id=data["ticket"].pk, started_at=data["started_at"], ended_at=data["ended_at"],
            actor=self.actor, at=self.at,
        )  # fmt: skip

    @write_handler(WorkTimeSerializer, scope=Scope.RESPOND, may=_may_act, partial=True)
    def partial_update(self, interval: WorkInterval, data: dict[str, datetime]) -> WorkInterval:
        """Correct a time that you added; what is not sent stays."""
        return work_time.correct(interval_id=interval.pk, actor=self.actor, at=self.at, **data)

    @extend_schema(request=None, responses={204: None})
    @scoped(Scope.RESPOND)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a time that you added."""
        interval = self.get_object()
        check_role(_may_act, request.user, interval)
        work_time.remove(interval_id=interval.pk, actor=self.actor, at=self.at)
        return Response(status=204)


def _has_link(ticket: Ticket, data: dict[str, str]) -> bool:
    return external_links.has_external_link(ticket, data["url"])


def _has_no_link(ticket: Ticket, data: dict[str, str]) -> bool:
    return not _has_link(ticket, data)


class ExternalLinkVerbs(BaseViewSet):
    """Pages of other systems that belong to a ticket."""

    @post_action(
        NewExternalLinkSerializer, scope=Scope.RESPOND, may=can_act, is_done=_has_link, changes=("external_links",)
    )
    def add_external_link(self, ticket: Ticket, data: dict[str, str]) -> Ticket:
        """Link it to a page of another system; 20 at most, one to each address."""
        return external_links.add_external_link(
            ticket_id=ticket.pk, url=data["url"], title=data["title"], actor=self.actor, at=self.at
        )

    @post_action(
        ExternalLinkAddressSerializer,
        scope=Scope.RESPOND,
        may=can_act,
        is_done=_has_no_link,
        changes=("external_links",),
    )
    def remove_external_link(self, ticket: Ticket, data: dict[str, str]) -> Ticket:
        """Remove the link to this address."""
        return external_links.remove_external_link(ticket_id=ticket.pk, url=data["url"], actor=self.actor, at=self.at)
