"""Service accounts: created for a team, changed, closed and reopened, and the tokens they act with.

Nobody gives one more than they hold themselves: who can make its tokens can act as it. The caller checks rights.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.text import slugify

from config.base.data import rights
from config.base.data.history import sign_history
from config.base.data.lifecycle import Refusal
from config.base.data.text import clean_line, clean_lines
from oncall.access import renewals, tokens
from oncall.models import SERVICE_DOMAIN, SERVICE_SUFFIX, AccountKind, ApiToken, ServiceAccount, Team, User
from oncall.people import privileges

NAME_LENGTH = 100


class ServiceAccountRefused(Refusal):
    """The service account, or the one who acts, does not allow it."""


def grantable_groups(actor: User) -> list[Group]:
    """The roles and groups that the actor may give to a service account, by name: those that give no more."""
    if actor.is_superuser:
        return list(Group.objects.order_by("name"))
    held = rights.all_codes(actor)
    return [group for group in Group.objects.order_by("name") if _codes_of(group) <= held]


def _codes_of(group: Group) -> frozenset[str]:
    granted = group.permissions.values_list("content_type__app_label", "codename")
    return rights.codes_of(group.name) | {f"{app}.{code}" for app, code in granted}


@transaction.atomic
def create_service_account(
    *, name: str, team: Team, description: str, groups: Collection[Group], actor: User, at: datetime
) -> ServiceAccount:
    """Create an account for a program. Raises ValidationError, ServiceAccountRefused."""
    user = User(
        kind=AccountKind.SERVICE,
        name=full_name(name),
        # The end keeps addresses apart, and an address is never used again.
        email=f"{slugify(short_name(name))[:60] or 'program'}-{secrets.token_hex(4)}@{SERVICE_DOMAIN}",
        joined_at=at,
    )
    user.set_unusable_password()
    user.full_clean()
    user.save(force_insert=True)
    user.groups.set(groups)
    account = ServiceAccount(
        user=user, team=team, description=clean_lines(description), created_by=actor, created_at=at, updated_at=at
    )
    account.full_clean()
    sign_history(account, actor=actor, reason=f"Roles: {_names(groups)}")
    account.save(force_insert=True)
    _refuse_stronger(actor, user)
    return account


@transaction.atomic
def change_service_account(
    *, account_id: int, name: str, team: Team, description: str, actor: User, at: datetime
) -> ServiceAccount:
    """Change name, team and description. Raises ValidationError, ServiceAccountRefused."""
    account = _locked(account_id)
    user = account.user
    _refuse_stronger(actor, user)
    notes = []
    if user.name != full_name(name):
        notes.append(f"Name before: {user.name}")
        user.name = full_name(name)
        user.full_clean()
        user.save(update_fields=["name"])
    if account.team_id != team.pk:
        renewals.move_renewals(account=account, team=team, at=at)
    account.team, account.description = team, clean_lines(description)
    account.full_clean()
    return _save(account, "team", "description", at=at, actor=actor, notes=notes)


@transaction.atomic
def set_roles(*, account_id: int, groups: Collection[Group], actor: User, at: datetime) -> ServiceAccount:
    """Give it these roles and no others. Raises ServiceAccountRefused for more than the actor holds."""
    account = _locked(account_id)
    _refuse_stronger(actor, account.user)
    before = list(account.user.groups.order_by("name"))
    if before == sorted(groups, key=lambda group: group.name):
        return account
    account.user.groups.set(groups)
    _refuse_stronger(actor, account.user)
    return _save(account, at=at, actor=actor, notes=[f"Roles: {_names(groups)}; before: {_names(before)}"])


@transaction.atomic
def close_service_account(*, account_id: int, actor: User | None, at: datetime) -> ServiceAccount:
    """Close it: its tokens end at once and for good. Closing a closed one changes nothing."""
    account = _locked(account_id)
    if account.closed_at is not None:
        return account
    for token in ApiToken.objects.filter(user=account.user_id, revoked_at=None).select_related("user").order_by("pk"):
        tokens.revoke_token(token=token, at=at, actor=actor)
    return _set_closed(account, closed_at=at, closed_by=actor, at=at, actor=actor)


@transaction.atomic
def reopen_service_account(*, account_id: int, actor: User | None, at: datetime) -> ServiceAccount:
    """Let it be used again, with new tokens. Reopening an open one changes nothing."""
    account = _locked(account_id)
    if account.closed_at is None:
        return account
    return _set_closed(account, closed_at=None, closed_by=None, at=at, actor=actor)


def _set_closed(
    account: ServiceAccount,
    *,
    closed_at: datetime | None,
    closed_by: User | None,
    at: datetime,
    actor: User | None,
) -> ServiceAccount:
    account.closed_at, account.closed_by = closed_at, closed_by
    account.user.is_active = closed_at is None
    account.user.save(update_fields=["is_active"])
    return _save(account, "closed_at", "closed_by", at=at, actor=actor, notes=["Closed" if closed_at else "Reopened"])


@transaction.atomic
def create_service_token(
    *,
    account_id: int,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    actor: User,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Create a token and return it with its key, which is shown now and never again.

    Raises ServiceAccountRefused for a closed account, or one that may do more than the actor; BadScopes.
    """
    account = _usable(account_id, actor)
    return tokens.create_token(user=account.user, name=name, scopes=scopes, expires_at=expires_at, actor=actor, at=at)


@transaction.atomic
def rotate_service_token(*, token: ApiToken, overlap: timedelta, actor: User, at: datetime) -> tuple[ApiToken, str]:
    """Replace a token and return the successor with its key. Raises as `create_service_token`, TokenEnded."""
    _usable(token.user.service_account.pk, actor)
    return tokens.rotate_token(token=token, overlap=overlap, actor=actor, at=at)


def full_name(name: str) -> str:
    """The name that every place shows: it says that this is a program."""
    return f"{short_name(name)}{SERVICE_SUFFIX}"


def short_name(name: str) -> str:
    """The name without the words that say what it is."""
    return clean_line(name).removesuffix(SERVICE_SUFFIX)[:NAME_LENGTH].strip()


def may_act_as(*, actor: User, account: ServiceAccount) -> bool:
    """Whether the actor holds all that the account holds, and so may make its tokens and change it."""
    return privileges.may_take_over(actor=actor, account=account.user)


def _locked(account_id: int) -> ServiceAccount:
    rows = ServiceAccount.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "team")
    return rows.get(pk=account_id)


def _usable(account_id: int, actor: User) -> ServiceAccount:
    account = _locked(account_id)
    if account.closed_at is not None:
        raise ServiceAccountRefused(f"{account} is closed. Reopen it first.")
    _refuse_stronger(actor, account.user)
    return account


def _refuse_stronger(actor: User, user: User) -> None:
    """Raise ServiceAccountRefused if the account may do or see more than the actor."""
    if not privileges.may_take_over(actor=actor, account=User.objects.get(pk=user.pk)):
        raise ServiceAccountRefused(
            f"{user.name} may do or see more than you, so you cannot change it or make its tokens."
            " Ask somebody who holds its roles, or a superuser."
        )


def _save(
    account: ServiceAccount, *columns: str, at: datetime, actor: User | None, notes: list[str]
) -> ServiceAccount:
    """Save with a line in the history; the time of the change moves also when no column of the account did."""
    sign_history(account, actor=actor, reason="; ".join(notes))
    account.updated_at = at
    account.save(update_fields=[*columns, "updated_at"])
    return account


def _names(groups: Collection[Group]) -> str:
    return ", ".join(sorted(group.name for group in groups)) or "none"
