"""The people who operate Holdfast: those of the team that owns the service named by OPERATIONS_SERVICE."""

from django.conf import settings

from oncall.models import Membership, MembershipRole


def user_ids() -> list[int]:
    """Managers and responders of the operators' team, by name; none if there is no such service."""
    members = Membership.objects.filter(team__services__slug=settings.OPERATIONS_SERVICE)
    active = members.exclude(role=MembershipRole.OBSERVER).order_by("user__name", "user")
    return list(active.values_list("user", flat=True))
