"""The answer of the endpoints that tell of the load of a team or a schedule."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from oncall.load import figures
from oncall.models import Schedule, Team
from oncall.serializers.load import DaysSerializer, LoadSerializer

DAYS = [
    OpenApiParameter("since", OpenApiTypes.DATE, required=True, description="The first day, on the team's clock."),
    OpenApiParameter("until", OpenApiTypes.DATE, required=True, description="The last day; at most 400 days in all."),
]
NAMES = ("since", "until")


def answer(request: Request, *, team: Team, schedule: Schedule | None = None) -> Response:
    """The load over the days asked for, as far as the caller may read it."""
    asked = DaysSerializer(data={name: request.query_params.get(name) for name in NAMES})
    asked.is_valid(raise_exception=True)
    days = asked.validated_data
    try:
        found = figures.shown(
            team=team,
            schedule=schedule,
            first_day=days["since"],
            last_day=days["until"],
            viewer=request.user,
            at=timezone.now(),
        )
    except figures.BadRange as refusal:
        raise exceptions.ValidationError({"until": [str(refusal)]}) from None
    return Response(LoadSerializer(found).data)
