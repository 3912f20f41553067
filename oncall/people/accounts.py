"""How an account is closed and reopened, and what happens when its address changes."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Greatest

from config.base.data.clock import floor_minute
from oncall.models import Deactivation, User


def delete_other_addresses(*, user_id: int) -> None:
    """Delete the other addresses that sign-in knows, so that an old address cannot be used any more."""
    EmailAddress.objects.filter(user=user_id).delete()


@transaction.atomic
def close_account(*, user: User, at: datetime, actor: User | None) -> User:
    """End sign-in and on-call duty together, from the current minute on (R-V6).

    Past shifts stay as they were; from now on other people keep their shifts and lower layers cover the rest.
    Closing a closed account changes nothing.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not person.deactivations.filter(ends_at__isnull=True).exists():
        Deactivation.objects.create(user=person, starts_at=floor_minute(at), created_at=at, closed_by=actor)
    return _set_active(person, user, is_active=False)


@transaction.atomic
def reopen_account(*, user: User, at: datetime, actor: User | None) -> User:
    """Let a person sign in and be on call again, from the current minute on (R-V6)."""
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    # A planned deactivation begins later: its end must not be before its start.
    person.deactivations.filter(ends_at__isnull=True).update(
        ends_at=Greatest(floor_minute(at), "starts_at"), reopened_by=actor
    )
    return _set_active(person, user, is_active=True)


def _set_active(person: User, passed_in: User, *, is_active: bool) -> User:
    person.is_active = passed_in.is_active = is_active
    person.save(update_fields=["is_active"])
    return person
