"""Endpoints of postmortems and their templates."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data.users import signed_in
from config.base.rest.configuration import ConfigurationViewSet, Values
from config.base.rest.scopes import Scope
from config.base.rest.viewsets import AnswerViewSet, ReadViewSet, post_action, status_is, write_handler
from postmortems import filters, reports, review, seats, serializers, templates, writing
from postmortems.forms import ReportForm
from postmortems.models import Postmortem, PostmortemComment, PostmortemStatus, Seat, Template
from postmortems.permissions import can_approve, can_comment, can_write


def _is_withdrawn(postmortem: Postmortem, data: dict[str, object]) -> bool:
    return postmortem.status == PostmortemStatus.APPROVED and postmortem.published_at is None


class PostmortemViewSet(ReadViewSet):
    """Postmortems, newest first."""

    queryset = (
        Postmortem.objects.for_list()
        .select_related("template", "approved_by", "review")
        .prefetch_related(
            "sections",
            Prefetch("review__seats", Seat.objects.select_related("user").order_by("pk")),
            Prefetch("comments", PostmortemComment.objects.select_related("author").order_by("at", "pk")),
        )
    )
    serializer_class = serializers.PostmortemSerializer
    filterset_class = filters.PostmortemFilter

    def _do(self, verb_of: Callable[..., Postmortem], postmortem: Postmortem, **arguments: Any) -> Postmortem:
        changed: Postmortem = verb_of(postmortem_id=postmortem.pk, actor=self.actor, at=self.at, **arguments)
        return changed

    @write_handler(serializers.DraftSerializer, scope=Scope.POSTMORTEMS, may=can_write, status=201)
    def create(self, data: dict[str, Any]) -> Postmortem:
        """Draft it from the incident's record; returns the existing one if there is one."""
        ticket = data.pop("ticket")
        return writing.draft(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)

    @post_action(serializers.WriteSerializer, scope=Scope.POSTMORTEMS, may=can_write)
    def write(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Save a section's text as a new revision."""
        return self._do(writing.write, postmortem, **data)

    @post_action(serializers.PublicTextSerializer, scope=Scope.POSTMORTEMS, may=can_write)
    def write_public(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Save the text that the public reads once it is approved and published."""
        return self._do(writing.write_public, postmortem, **data)

    @post_action(serializers.PostmortemOwnerSerializer, scope=Scope.POSTMORTEMS, may=can_write, changes=("owner",))
    def assign(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Assign it to an owner."""
        return self._do(writing.assign, postmortem, **data)

    @post_action(serializers.NewCommentSerializer, scope=Scope.POSTMORTEMS, may=can_comment)
    def comment(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Comment on it or on one section."""
        return self._do(review.comment, postmortem, **data)

    @post_action(scope=Scope.POSTMORTEMS, may=can_write, is_done=status_is("in_review"), changes=("status",))
    def submit(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Submit it for review."""
        return self._do(review.submit, postmortem)

    @post_action(
        serializers.TextSerializer,
        scope=Scope.POSTMORTEMS,
        may=can_comment,
        is_done=status_is("draft"),
        changes=("status",),
    )
    def request_changes(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Request changes; it becomes a draft again."""
        return self._do(review.request_changes, postmortem, **data)

    @post_action(serializers.TakeSeatSerializer, scope=Scope.POSTMORTEMS, may=can_comment)
    def take_seat(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Record that you attended the review or sign it off, or that another person attended (S29)."""
        return self._do(seats.take_seat, postmortem, **data)

    @post_action(
        serializers.OptionalTextSerializer,
        scope=Scope.POSTMORTEMS,
        may=can_approve,
        is_done=status_is("approved", "published", "closed"),
        changes=("status",),
    )
    def approve(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Approve it; only for a person who did not write it."""
        return self._do(review.approve, postmortem, **data)

    @post_action(
        serializers.PublishReportSerializer,
        scope=Scope.PUBLISH,
        may=can_approve,
        is_done=status_is("published"),
        changes=("status",),
    )
    def publish(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Show the public text on each status page that shows the incident."""
        return self._do(review.publish, postmortem, **data)

    @post_action(
        serializers.TextSerializer, scope=Scope.PUBLISH, may=can_approve, is_done=_is_withdrawn, changes=("status",)
    )
    def withdraw(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Withdraw the public text."""
        return self._do(review.withdraw, postmortem, **data)

    @post_action(scope=Scope.POSTMORTEMS, may=can_approve, is_done=status_is("closed"), changes=("status",))
    def close(self, postmortem: Postmortem, data: dict[str, object]) -> Postmortem:
        """Close it: the review is done."""
        return self._do(review.close, postmortem)


class TemplateViewSet(ConfigurationViewSet):
    """Templates of postmortems."""

    queryset = Template.objects.all()
    serializer_class = serializers.TemplateSerializer
    filterset_class = filters.TemplateFilter
    order = "id"
    takes = serializers.TemplateWriteSerializer

    def write(self, record: Template | None, values: Values) -> Template:
        """One template with its sections."""
        if "sections" in values:
            values["sections"] = [dict(section) for section in values["sections"]]
        return templates.save_template(template=record, reason=values.pop("reason"), values=values, actor=self.actor)

    def remove(self, record: Template) -> None:
        """Only a template that no postmortem has."""
        templates.delete_template(template=record, actor=self.actor)


def _day(name: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.DATE, description="A day, included. The last year without both.")


class PreventionReportViewSet(AnswerViewSet):
    """How soon postmortems are written, and how many incidents repeat."""

    queryset = Postmortem.objects.all()
    serializer_class = serializers.PreventionReportSerializer
    query_parameters = filter_parameters = ("since", "until", "team")

    @extend_schema(
        parameters=[
            _day("since"),
            _day("until"),
            OpenApiParameter("team", OpenApiTypes.STR, description="A team's slug."),
        ]
    )
    def list(self, request: Request) -> Response:
        """Days from restoration to each step, and shares; each figure with its list (S37, S38)."""
        form = ReportForm(request.query_params)
        if not form.is_valid():
            raise exceptions.ValidationError(
                {name: [str(message) for message in errors] for name, errors in form.errors.items()}
            )
        scope = form.scope(user=signed_in(request), today=timezone.localdate())
        return Response(self.get_serializer(reports.build_report(scope)).data)
