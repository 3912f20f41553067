"""Who may manage whose account, and what a change of address takes with it."""

from typing import Any

from allauth.account.models import EmailAddress

from oncall.models import User


def may_manage(*, actor: Any, account: User) -> bool:
    """Whether the actor holds everything the account may do; a superuser holds it all."""
    if actor.is_superuser:
        return True
    return not account.is_superuser and account.get_all_permissions() <= actor.get_all_permissions()


def forget_addresses(*, user_id: int) -> None:
    """Drop the addresses the sign-in remembers besides the account's own, so that an old one opens nothing."""
    EmailAddress.objects.filter(user=user_id).delete()
