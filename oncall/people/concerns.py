"""Concerns about accounts and teams: what a new installation needs first."""

from datetime import datetime

from django.db.models import Q

from config.base.data.roles import Role
from config.base.web.concerns import (
    ADMINISTER,
    Concern,
    Stage,
    Task,
    Wording,
    about_records,
    add_page,
    list_page,
    name_records,
)
from oncall.models import Team, User


def list_concerns(at: datetime) -> list[Concern]:
    """Teams and people that are missing, teams that page only their managers, and a single administrator."""
    teams = list(Team.objects.filter(retired_at=None).order_by("name").values_list("pk", "name", "escalation_policy"))
    return [
        *([] if teams else [_no_team()]),
        *_people(),
        *about_records(
            name_records(((pk, name) for pk, name, policy in teams if policy is None), "oncall_team"),
            Wording(
                single="team has no escalation policy.",
                several="teams have no escalation policy.",
                effect="A ticket that is assigned to it pages only its managers.",
                button="Choose a policy",
            ),
            task=Task.PEOPLE,
            stage=Stage.POLICIES,
            url=list_page("oncall_team"),
            right="oncall.view_team",
        ),
    ]


def _no_team() -> Concern:
    return Concern(
        text="There is no team.",
        effect="Services, rotas and tickets belong to teams.",
        task=Task.PEOPLE,
        stage=Stage.TEAMS,
        url=add_page("oncall_team"),
        button="Add a team",
        right="oncall.view_team",
        is_blocking=True,
    )


def _people() -> list[Concern]:
    administers = Q(is_superuser=True) | Q(groups__name=Role.ADMINISTRATOR)
    people = User.objects.people().filter(is_active=True)
    names = list(people.filter(administers, is_staff=True).order_by("name").values_list("name", flat=True).distinct())
    concerns = []
    if not people.exclude(administers).exists():
        concerns.append(
            Concern(
                text="Nobody but the administrators has an account.",
                effect="Add the people who answer pages, then put them into their teams.",
                task=Task.PEOPLE,
                stage=Stage.PEOPLE,
                url=add_page("oncall_user"),
                button="Add an account",
                right="oncall.view_user",
            )
        )
    if len(names) < 2:
        concerns.append(
            Concern(
                text=f"Only {names[0]} can administer." if names else "Nobody can administer.",
                effect="If this person is away, nobody can change settings: give a second person the role.",
                task=Task.PEOPLE,
                stage=Stage.SECOND_PERSON,
                url=list_page("oncall_user"),
                button="Choose a second person",
                right=ADMINISTER,
            )
        )
    return concerns
