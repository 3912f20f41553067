"""Who is paged when a policy reaches nobody, or cannot be read: the ladder of fallbacks (paging rule 5).

The frozen fallback first, then the managers of the team, then the people who operate Holdfast. Only active
accounts count; the first rung that has one is taken.
"""

from collections.abc import Callable, Iterable, Sequence

from oncall.models import Escalation, Membership, User

_operators: list[Callable[[], Sequence[int]]] = []


def register_operators(find: Callable[[], Sequence[int]]) -> None:
    """Register who operates Holdfast, as ids of users; the app above knows whose service it is."""
    _operators.append(find)


def operators() -> list[int]:
    """The active people who operate Holdfast; without any, the active superusers."""
    registered = _active([key for find in _operators for key in find()])
    return registered or list(
        User.objects.filter(is_active=True, is_superuser=True).order_by("name", "pk").values_list("pk", flat=True)
    )


def managers(teams: Iterable[int]) -> dict[int, list[int]]:
    """The active managers by team, each team's by name."""
    rows = Membership.objects.active_managers().filter(team__in=teams)
    people: dict[int, list[int]] = {}
    for team, user in rows.order_by("user__name", "user").values_list("team", "user"):
        people.setdefault(team, []).append(user)
    return people


def people_for(escalation: Escalation) -> list[int]:
    """The first rung with active people; empty only when nobody operates Holdfast either."""
    rungs: tuple[Callable[[], list[int]], ...] = (
        lambda: _active(_frozen_fallback(escalation.frozen_policy)),
        lambda: managers([escalation.team_id]).get(escalation.team_id, []) if escalation.team_id else [],
        operators,
    )
    return next((people for rung in rungs if (people := rung())), [])


def _frozen_fallback(frozen: object) -> list[int]:
    """The frozen fallback, read with care: the frozen policy may be what is broken."""
    people = frozen.get("fallback") if isinstance(frozen, dict) else None
    if not isinstance(people, list):
        return []
    return [key for key in people if isinstance(key, int) and not isinstance(key, bool) and abs(key) < 2**63]


def _active(keys: Sequence[int]) -> list[int]:
    if not keys:
        return []
    active = set(User.objects.filter(pk__in=keys, is_active=True).values_list("pk", flat=True))
    return [key for key in dict.fromkeys(keys) if key in active]
