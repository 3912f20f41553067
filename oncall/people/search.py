"""Teams and people in global search, by name, and people by mail address."""

from django.db.models import Q

from config.base.data import search
from config.base.data.name_search import find_named
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from oncall.models import Team, User


def find_people(question: Question, user: User, limits: Limits) -> Hits:
    """Accounts of people; a closed one counts as done."""
    return find_named(
        User.objects.people(), question, limits,
        columns=("name", "email"), is_done=Q(is_active=False), hit=_person_hit,
    )  # fmt: skip


def find_teams(question: Question, user: User, limits: Limits) -> Hits:
    """Teams; one that is out of use counts as done."""
    return find_named(
        Team.objects.all(), question, limits,
        columns=("name", "slug"), is_done=Q(retired_at__isnull=False), hit=_team_hit,
    )  # fmt: skip


def _person_hit(person: User) -> Hit:
    return Hit(
        title=person.name,
        url=person.get_absolute_url(),
        detail=person.email if person.is_active else f"{person.email}, closed account",
        is_open=person.is_active,
    )


def _team_hit(team: Team) -> Hit:
    return Hit(
        title=team.name,
        url=team.get_absolute_url(),
        detail=f"{team.get_kind_display()}, retired" if team.retired_at else team.get_kind_display(),
        is_open=team.retired_at is None,
    )


def register() -> None:
    """Add the two kinds."""
    search.register(Kind(name="teams", label="Teams", icon="users-group", order=40, find=find_teams))
    search.register(Kind(name="people", label="People", icon="user", order=50, find=find_people))
