"""What a known error makes people owe: a look now and then at whether it still helps."""

from datetime import datetime

from incidents.models import Ticket
from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Obligation, ReminderSide, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind
from problems.models import KnownError

REVIEW = "known_error_review"


def create_review(ticket: Ticket, known: KnownError, *, actor: User | None, at: datetime) -> None:
    """Owe the next look from now on; publishing it again was one."""
    obligations.complete(kind=REVIEW, subject_type=TICKET, subject_id=ticket.pk, at=at, actor=actor)
    service = ticket.service
    obligations.create(
        kind=REVIEW, subject_type=TICKET, subject_id=ticket.pk, occurrence=f"known-error:{known.pk}",
        title=f"Review the known error: {known.title}", url=known.get_absolute_url(),
        team=ticket.team, owner=ticket.assignee, rank=ticket.severity.rank, tier=service.tier if service else None,
        origin=ticket.origin, at=at,
    )  # fmt: skip


def withdraw_review(ticket: Ticket, *, at: datetime) -> None:
    """It has retired."""
    obligations.withdraw(kind=REVIEW, subject_type=TICKET, subject_id=ticket.pk, at=at)


def renew_review(*, obligation: Obligation, actor: User, at: datetime) -> None:
    """Somebody has looked: the next look is owed from now on, while the known error is still shown."""
    ticket = Ticket.objects.select_related("service", "severity", "team", "assignee").get(pk=obligation.subject_id)
    known = KnownError.objects.filter(problem=ticket.pk, status="published").first()
    if known is not None:
        create_review(ticket, known, actor=actor, at=at)


KIND = ObligationKind(
    kind=REVIEW,
    label="Known error review",
    moment="it was published or last looked at",
    done_when="somebody says that it still helps, or publishes it again",
    by_hand=True,
    when_done=renew_review,
    default_rules=(
        DefaultRule(
            name="Review of known errors",
            amount=90,
            reminders=(DefaultReminder(3), DefaultReminder(7, side=ReminderSide.AFTER)),
        ),
    ),
)
