"""Rights with postmortems; portal, API and admin use the same functions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from oncall.models import User
    from postmortems.models import Postmortem


def can_write(user: "User | AnonymousUser", postmortem: "Postmortem | None" = None) -> bool:
    """Write postmortems, of incidents that the person can see."""
    return user.has_perm("postmortems.change_postmortem", postmortem)


def can_comment(user: "User | AnonymousUser", postmortem: "Postmortem") -> bool:
    """Comment, and take a seat in the review."""
    return user.has_perm("postmortems.comment_postmortem", postmortem)


def can_approve(user: "User | AnonymousUser", postmortem: "Postmortem") -> bool:
    """Approve, publish, withdraw and close."""
    return user.has_perm("postmortems.approve_postmortem", postmortem)
