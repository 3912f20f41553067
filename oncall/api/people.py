"""Endpoints of people and teams."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.configuration import ConfigurationViewSet, Values, with_values
from config.base.rest.viewsets import SLUG, ReadViewSet, answers_record, requested_instant
from oncall import schedules
from oncall.api import load as load_api
from oncall.api.rota import AT, turn_of
from oncall.filters.people import MembershipFilter, TeamFilter, UserFilter
from oncall.models import AccountKind, Membership, Team, User
from oncall.people import members, privileges, teams
from oncall.serializers.load import LoadSerializer
from oncall.serializers.people import (
    MembershipSerializer,
    MembershipWriteSerializer,
    TeamSerializer,
    TeamWriteSerializer,
    UserSerializer,
)
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


class TeamViewSet(ConfigurationViewSet):
    """Teams and their members."""

    natural_key = "slug"
    lookup_value_regex = SLUG
    queryset = Team.objects.select_related("escalation_policy").prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("user").order_by("user__name", "pk"))
    )
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    order = "id"
    takes = TeamWriteSerializer

    def write(self, record: Team | None, values: Values) -> Team:
        """The team itself; its members have addresses of their own."""
        return teams.save_team(team=record, reason=values.pop("reason"), values=values, at=self.at, actor=self.actor)

    def remove(self, record: Team) -> None:
        """Only a team that nothing names."""
        teams.delete_team(team=record, actor=self.actor)

    @extend_schema(parameters=load_api.DAYS, responses=LoadSerializer)
    @action(detail=True, query_parameters=load_api.NAMES)
    def load(self, request: Request, pk: str) -> Response:
        """Minutes on call against the fair share, and pages; of single people only what the caller may read."""
        return load_api.answer(request, team=self.get_object())


class MembershipViewSet(ConfigurationViewSet):
    """Who is in which team, with which role."""

    queryset = Membership.objects.select_related("team", "user")
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilter
    order = "id"
    takes = MembershipWriteSerializer

    def check_may_write(self, record: Membership | None, values: Mapping[str, object]) -> None:
        """As the table says; and nobody gives a person more than they hold."""
        super().check_may_write(record, values)
        changed = with_values(Membership() if record is None else record, values)
        columns = ("team_id", "user_id", "role")
        gives_rights = record is None or any(getattr(record, name) != getattr(changed, name) for name in columns)
        if gives_rights and not privileges.may_put_into_team(actor=self.actor, team=changed.team, role=changed.role):
            raise PermissionDenied(privileges.refusal_to_put_into(changed.team))

    def write(self, record: Membership | None, values: Values) -> Membership:
        """One person in one team."""
        return members.save_member(
            member=record, reason=values.pop("reason"), values=values, at=self.at, actor=self.actor
        )

    def remove(self, record: Membership) -> None:
        """The person leaves the team."""
        members.remove_member(member=record, at=self.at, actor=self.actor)
