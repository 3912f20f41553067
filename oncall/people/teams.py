"""Create, change and delete teams."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from config.base.data.configuration import delete_record, write_record
from oncall import signals
from oncall.models import Team, User


@transaction.atomic
def save_team(
    *, team: Team | None, values: Mapping[str, object], reason: str = "", at: datetime, actor: User | None
) -> Team:
    """Create a team, or give a stored one these values; the same values twice change nothing.

    Whether its people can be reached is checked again after a change. Raises ValidationError by field.
    """
    saved = Team() if team is None else team
    if write_record(saved, values, actor=actor, reason=reason):
        signals.send_reachability_changed(at=at, teams=[saved.pk])
    return saved


def delete_team(*, team: Team, reason: str = "", actor: User | None) -> None:
    """Delete a team with its memberships. Raises InUse while a service, schedule or other record names it."""
    delete_record(team, actor=actor, reason=reason)
