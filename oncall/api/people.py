"""Endpoints of people and teams."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.viewsets import SLUG, ReadViewSet, answers_record, requested_instant
from oncall import schedules
from oncall.api import load as load_api
from oncall.api.rota import AT, turn_of
from oncall.filters.people import TeamFilter, UserFilter
from oncall.models import AccountKind, Membership, Team, User
from oncall.serializers.load import LoadSerializer
from oncall.serializers.people import TeamSerializer, UserSerializer
from oncall.serializers.rota import OnCallSerializer


class UserViewSet(ReadViewSet):
    """People with an account; by its id also the account of a program, which timelines name."""

    queryset = User.objects.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name", "pk"))
    )
    serializer_class = UserSerializer
    filterset_class = UserFilter
    order = "id"

    def get_queryset(self) -> QuerySet[Any]:
        """People where somebody chooses one; every account where its id is known."""
        rows: QuerySet[Any] = super().get_queryset()
        return rows.filter(kind=AccountKind.PERSON) if self.action == "list" else rows

    @extend_schema(responses=UserSerializer)
    @action(detail=False, filter_backends=(), pagination_class=None)
    @answers_record
    def me(self, request: Request) -> Response:
        """The person or the service account whose token or session this is."""
        return self.record_response(self.get_queryset().get(pk=request.user.pk))

    @extend_schema(parameters=[AT], responses=OnCallSerializer)
    @action(detail=True, url_path="on-call", query_parameters=("at",))
    def on_call(self, request: Request, pk: str) -> Response:
        """The schedules on which this person is on call at an instant."""
        person, at = self.get_object(), requested_instant(request)
        turns = [turn_of(roster, at) for roster in schedules.load_range(at)]
        own = [turn for turn in turns if person in turn["people"]]
        return Response(OnCallSerializer({"at": at, "schedules": own}).data)


class TeamViewSet(ReadViewSet):
    """Teams and their members."""

    natural_key = "slug"
    lookup_value_regex = SLUG
    queryset = Team.objects.select_related("escalation_policy").prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("user").order_by("user__name", "pk"))
    )
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    order = "id"

    @extend_schema(parameters=load_api.DAYS, responses=LoadSerializer)
    @action(detail=True, query_parameters=load_api.NAMES)
    def load(self, request: Request, pk: str) -> Response:
        """Minutes on call against the fair share, and pages; of single people only what the caller may read."""
        return load_api.answer(request, team=self.get_object())
