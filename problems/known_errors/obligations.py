"""The obligation to review a known error from time to time."""

from datetime import datetime

from incidents.models import Ticket
from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Obligation, ReminderSide, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind
from problems.models import KnownError

REVIEW = "known_error_review"


def create_review(ticket: Ticket, known_error: KnownError, *, actor: User | None, at: datetime) -> None:
    """Create the next review, counted from now; publishing it again completes the last one."""
    obligations.complete(kind=REVIEW, subject_type=TICKET, subject_id=ticket.pk, at=at, actor=actor)
    service = ticket.service
    obligations.create(
        kind=REVIEW, subject_type=TICKET, subject_id=ticket.pk, occurrence=f"known-error:{known_error.pk}",
        title=f"Review the known error: {known_error.title}", url=known_error.get_absolute_url(),
        team=ticket.team, owner=ticket.assignee, rank=ticket.severity.rank, tier=service.tier if service else None,
        origin=ticket.origin, at=at,
    )  # fmt: skip


def withdraw_review(ticket: Ticket, *, at: datetime) -> None:
    """Withdraw the review of a known error that has retired."""
    obligations.withdraw(kind=REVIEW, subject_type=TICKET, subject_id=ticket.pk, at=at)


def renew_review(*, obligation: Obligation, actor: User, at: datetime) -> None:
    """Create the next review after one was done, while the known error is published."""
    ticket = Ticket.objects.select_related("service", "severity", "team", "assignee").get(pk=obligation.subject_id)
    known_error = KnownError.objects.filter(problem=ticket.pk, status="published").first()
    if known_error is not None:
        create_review(ticket, known_error, actor=actor, at=at)


REVIEW_KIND = ObligationKind(
    kind=REVIEW,
    label="Known error review",
    moment="it was published or last reviewed",
    done_when="somebody confirms that it still helps, or publishes it again",
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
