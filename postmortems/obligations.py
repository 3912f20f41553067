"""The obligation of a restored incident: its postmortem, approved by a day (S12, S37)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Reminded, ReminderSide, TimeUnit, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind
from postmortems.models import Postmortem

POSTMORTEM = "postmortem"


def create_for_postmortem(postmortem: Postmortem, *, at: datetime) -> None:
    """Create the obligation to approve it; if a rule sets the time, its day becomes the postmortem's due day."""
    ticket = postmortem.ticket
    zone = ticket.team.time_zone
    obligation = obligations.create(
        kind=POSTMORTEM, subject_type=TICKET, subject_id=ticket.pk,
        title=f"Postmortem of {ticket.reference} {ticket.title}",
        url=postmortem.get_absolute_url(), team=ticket.team, owner=postmortem.owner, since=postmortem.restored_at,
        due_at=obligations.end_of_day(postmortem.due_on, zone=zone), rank=ticket.severity.rank,
        tier=ticket.service.tier if ticket.service else None, origin=ticket.origin, at=at,
    )  # fmt: skip
    if obligation is not None and obligation.is_open and obligation.rule.amount is not None:
        due_on = obligation.due_at.astimezone(ZoneInfo(zone)).date()
        if due_on != postmortem.due_on:
            postmortem.due_on = due_on
            postmortem.save(update_fields=["due_on"])


def complete_for_postmortem(postmortem: Postmortem, *, actor: User | None, at: datetime) -> None:
    """Complete the obligation: the postmortem is approved."""
    obligations.complete(kind=POSTMORTEM, subject_type=TICKET, subject_id=postmortem.ticket_id, actor=actor, at=at)


def reassign_for_postmortem(postmortem: Postmortem, *, at: datetime) -> None:
    """Give the obligation to the postmortem's new owner."""
    obligations.reassign(
        kind=POSTMORTEM, subject_type=TICKET, subject_id=postmortem.ticket_id, at=at,
        team=postmortem.ticket.team, owner=postmortem.owner,
    )  # fmt: skip


POSTMORTEM_KIND = ObligationKind(
    kind=POSTMORTEM,
    label="Postmortem",
    moment="the service was restored",
    own_date="the day that its severity gives",
    done_when="the postmortem is approved",
    default_rules=(
        DefaultRule(
            name="Postmortems",
            reminders=(
                DefaultReminder(1),
                DefaultReminder(0, TimeUnit.MINUTES),
                DefaultReminder(1, TimeUnit.DAYS, ReminderSide.AFTER, Reminded.MANAGER),
                DefaultReminder(7, TimeUnit.DAYS, ReminderSide.AFTER, Reminded.PRACTICE),
            ),
        ),
    ),
)
