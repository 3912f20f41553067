"""The task to replace a service account's token before it expires: its team's managers are reminded in time."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from oncall import obligations
from oncall.models import ApiToken, AssignedTo, Reminded, ReminderSide, ServiceAccount, Team, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind
from oncall.subjects import Fields

SUBJECT = "service_account"
RENEWAL = "token_renewal"
RENEWAL_KIND = ObligationKind(
    kind=RENEWAL,
    label="Token of a service account",
    moment="the token was made",
    done_when="the token is replaced or revoked",
    own_date="the end of the token",
    default_rules=(
        DefaultRule(
            name="Tokens of service accounts",
            assigned_to=AssignedTo.TEAM,
            reminders=(
                DefaultReminder(14, whom=Reminded.MANAGER),
                DefaultReminder(1, whom=Reminded.MANAGER),
                DefaultReminder(1, side=ReminderSide.AFTER, whom=Reminded.MANAGER),
            ),
        ),
    ),
)


def plan_renewal(*, token: ApiToken, at: datetime) -> None:
    """Create the task of a new token that expires; a person looks after their own tokens."""
    if not token.user.is_service or token.expires_at is None:
        return
    account = token.user.service_account
    obligations.create(
        kind=RENEWAL,
        subject_type=SUBJECT,
        subject_id=account.pk,
        occurrence=str(token.pk),
        title=f"Replace the token “{token.name}” of {token.user.name}",
        url=account.get_absolute_url(),
        team=account.team,
        due_at=token.expires_at,
        at=at,
    )


def complete_renewal(*, token: ApiToken, at: datetime, actor: User | None) -> None:
    """Mark the task of a token done that was replaced or revoked; without a task nothing happens."""
    if token.user.is_service:
        obligations.complete(
            kind=RENEWAL,
            subject_type=SUBJECT,
            subject_id=token.user.service_account.pk,
            occurrence=str(token.pk),
            at=at,
            actor=actor,
        )


def move_renewals(*, account: ServiceAccount, team: Team, at: datetime) -> None:
    """Give the open tasks to the account's new team."""
    obligations.reassign(kind=RENEWAL, subject_type=SUBJECT, subject_id=account.pk, team=team, owner=None, at=at)


def lock_account(account_id: int) -> None:
    """Lock the service account."""
    ServiceAccount.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)


def accounts_visible_to(user: Any) -> QuerySet[Any]:
    """The service accounts that a person may see."""
    return ServiceAccount.objects.visible_to(user)


def account_message_fields(account_ids: list[int]) -> dict[int, Fields]:
    """Nothing beside the title, for each account that exists."""
    return {pk: {} for pk in ServiceAccount.objects.filter(pk__in=account_ids).values_list("pk", flat=True)}
