"""The response of the load endpoints of teams and schedules."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data.users import signed_in
from oncall.load import figures
from oncall.models import Schedule, Team
from oncall.serializers.load import DaysSerializer, LoadSerializer

DAYS = [
    OpenApiParameter("since", OpenApiTypes.DATE, required=True, description="The first day, in the team's time zone."),
    OpenApiParameter(
        "until", OpenApiTypes.DATE, required=True, description="The last day, included; at most 400 days in all."
    ),
]
NAMES = ("since", "until")


def answer(request: Request, *, team: Team, schedule: Schedule | None = None) -> Response:
    """The load over the requested days, as far as the caller may read it."""
    serializer = DaysSerializer(data={name: request.query_params.get(name) for name in NAMES})
    serializer.is_valid(raise_exception=True)
    days = serializer.validated_data
    try:
        load = figures.visible_load(
            team=team,
            schedule=schedule,
            first_day=days["since"],
            last_day=days["until"],
            viewer=signed_in(request),
            at=timezone.now(),
        )
    except figures.BadRange as refusal:
        raise exceptions.ValidationError({"until": [str(refusal)]}) from None
    return Response(LoadSerializer(load).data)
