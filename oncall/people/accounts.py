"""Who may manage whose account, how one is closed, and what a change of address takes with it."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Greatest

from config.base.data.clock import floor_minute
from oncall.models import Deactivation, User


def may_manage(*, actor: Any, account: User) -> bool:
    """Whether the actor holds everything the account may do; a superuser holds it all."""
    if actor.is_superuser:
        return True
    return not account.is_superuser and account.get_all_permissions() <= actor.get_all_permissions()


def forget_addresses(*, user_id: int) -> None:
    """Drop the addresses the sign-in remembers besides the account's own, so that an old one opens nothing."""
    EmailAddress.objects.filter(user=user_id).delete()


@transaction.atomic
def close_account(*, user: User, at: datetime, actor: User | None) -> User:
    """End sign-in and standby together, from the current minute on (R-V6).

    The rota's past stays as it was; from now on others keep their turns and lower layers step in. Closing
    a closed account changes nothing.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not person.deactivations.filter(ends_at__isnull=True).exists():
        Deactivation.objects.create(user=person, starts_at=floor_minute(at), created_at=at, closed_by=actor)
    return _set_active(person, user, is_active=False)


@transaction.atomic
def reopen_account(*, user: User, at: datetime, actor: User | None) -> User:
    """Let somebody sign in and stand by again, from the current minute on (R-V6)."""
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    # Planned ones begin later: their end is never before their start.
    person.deactivations.filter(ends_at__isnull=True).update(
        ends_at=Greatest(floor_minute(at), "starts_at"), reopened_by=actor
    )
    return _set_active(person, user, is_active=True)


def _set_active(person: User, given: User, *, is_active: bool) -> User:
    person.is_active = given.is_active = is_active
    person.save(update_fields=["is_active"])
    return person
