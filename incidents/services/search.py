"""Services in global search, by name."""

from django.db.models import Q

from config.base.data.name_search import find_named
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from incidents.models import Service
from oncall.models import User


def find(question: Question, user: User, limits: Limits) -> Hits:
    """Services; one that is out of use counts as done."""
    return find_named(
        Service.objects.select_related("team"), question, limits,
        columns=("name", "slug"), is_done=Q(retired_at__isnull=False), hit=_hit,
    )  # fmt: skip


def _hit(service: Service) -> Hit:
    return Hit(
        title=service.name,
        url=service.get_absolute_url(),
        detail=f"{service.team.name}, retired" if service.retired_at else service.team.name,
        is_open=service.retired_at is None,
    )


KIND = Kind(name="services", label="Services", icon="stack-2", order=30, find=find)
