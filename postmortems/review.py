"""The review of a postmortem: submit, comment, request changes, approve, publish, withdraw, close."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from incidents.customers import public_postmortems
from incidents.models import Visibility
from incidents.tickets.locking import lock_ticket
from oncall.models import User
from oncall.people.programs import refuse_program
from postmortems import obligations, seats
from postmortems.locking import PostmortemRefused, add_remark, change_status, locked, save
from postmortems.models import Postmortem, PostmortemComment, PostmortemStatus, RemarkKind

_TAKES_PART = (RemarkKind.COMMENT, RemarkKind.SEAT)


@transaction.atomic
def submit(*, postmortem_id: int, actor: User, at: datetime) -> Postmortem:
    """Submit it for review. Raises PostmortemRefused, with their names, while required sections are empty."""
    postmortem = locked(postmortem_id)
    missing = [section.title for section in postmortem.sections.order_by("position") if section.is_missing]
    if missing:
        raise PostmortemRefused(f"Write these sections first: {', '.join(missing)}.")
    seats.open_review(postmortem, at=at)
    return change_status(
        postmortem,
        PostmortemStatus.IN_REVIEW,
        RemarkKind.SUBMITTED,
        at=at,
        actor=actor,
        submitted_at=postmortem.submitted_at or at,
    )


@transaction.atomic
def comment(*, postmortem_id: int, text: str, actor: User, at: datetime, section: str = "") -> Postmortem:
    """Comment on it or on one of its sections."""
    postmortem = locked(postmortem_id)
    text = clean_lines(text)
    if not text:
        raise PostmortemRefused("The comment is empty. Write something first.", field="text")
    if section and not postmortem.sections.filter(key=section).exists():
        raise PostmortemRefused(f"This postmortem has no section {section}. Choose one that it has.", field="section")
    add_remark(postmortem, RemarkKind.COMMENT, at=at, actor=actor, text=text, section=section)
    save(postmortem, at=at)
    return postmortem


@transaction.atomic
def request_changes(*, postmortem_id: int, text: str, actor: User, at: datetime) -> Postmortem:
    """Make it a draft again and say what to change; this ends an approval."""
    postmortem = locked(postmortem_id)
    text = clean_lines(text)
    if not text:
        raise PostmortemRefused("Say what should change.")
    change_status(
        postmortem,
        PostmortemStatus.DRAFT,
        RemarkKind.CHANGES,
        at=at,
        actor=actor,
        text=text,
        approved_by=None,
        approved_at=None,
    )
    obligations.create_for_postmortem(postmortem, at=at)
    return postmortem


@transaction.atomic
def approve(*, postmortem_id: int, actor: User, at: datetime, text: str = "") -> Postmortem:
    """Approve it. Raises PostmortemRefused for its authors, and, with their names, while seats are empty (S29)."""
    refuse_program(actor, why="a person has to read what they approve.", instead="Ask somebody who did not write it.")
    postmortem = locked(postmortem_id)
    if actor.pk in authors(postmortem):
        raise PostmortemRefused("You own this postmortem or wrote in it. Ask another person to approve it.")
    if postmortem.template.needs_other_team and not _has_other_team(postmortem, actor):
        raise PostmortemRefused(
            f"Nobody from outside {postmortem.ticket.team.name} has taken part yet."
            " Ask another team for a comment first."
        )
    if empty := seats.missing_seats(seats.seat_views(postmortem)):
        names = "; ".join(f"{seat.kind.label} ({seat.who})" for seat in empty)
        raise PostmortemRefused(f"These seats are still empty: {names}. Ask each to attend the review or to sign off.")
    change_status(
        postmortem,
        PostmortemStatus.APPROVED,
        RemarkKind.APPROVED,
        at=at,
        actor=actor,
        text=clean_lines(text),
        approved_by=actor,
        approved_at=at,
    )
    obligations.complete_for_postmortem(postmortem, actor=actor, at=at)
    return postmortem


def authors(postmortem: Postmortem) -> set[int]:
    """The ids of the people who own it or wrote in it."""
    wrote = set(postmortem.revisions.filter(author__isnull=False).values_list("author_id", flat=True))
    return wrote | ({postmortem.owner_id} if postmortem.owner_id else set())


def _has_other_team(postmortem: Postmortem, actor: User) -> bool:
    took_part = PostmortemComment.objects.filter(postmortem=postmortem, kind__in=_TAKES_PART).values("author")
    outside = User.objects.people().exclude(memberships__team=postmortem.ticket.team_id)
    return outside.filter(pk__in=took_part).exists() or outside.filter(pk=actor.pk).exists()


@transaction.atomic
def publish(*, postmortem_id: int, actor: User, at: datetime, tells_subscribers: bool = False) -> Postmortem:
    """Show the public text, and nothing else, on each status page that shows the incident.

    It is mailed only with `tells_subscribers`. Raises PostmortemRefused, and TooEarly until it is resolved there.
    """
    ticket = lock_ticket(_ticket_of(postmortem_id))
    postmortem = locked(postmortem_id)
    if not postmortem.public_text:
        raise PostmortemRefused(
            "There is no public text yet. Write it and have it approved with the rest, then publish."
        )
    if postmortem.ticket.visibility != Visibility.OPEN:
        raise PostmortemRefused(f"{postmortem.ticket.reference} is private, so nothing of it can be published.")
    change_status(postmortem, PostmortemStatus.PUBLISHED, RemarkKind.PUBLISHED, at=at, actor=actor, published_at=at)
    public_postmortems.publish(
        ticket_id=ticket.pk, body=postmortem.public_text, is_mailed=tells_subscribers, actor=actor, at=at
    )
    return postmortem


def _ticket_of(postmortem_id: int) -> int:
    """The id of its ticket, which is locked first."""
    return Postmortem.objects.values_list("ticket_id", flat=True).get(pk=postmortem_id)


@transaction.atomic
def withdraw(*, postmortem_id: int, text: str, actor: User, at: datetime) -> Postmortem:
    """Withdraw the public text from the status page, reopen the postmortem if closed, and record the reason."""
    ticket = lock_ticket(_ticket_of(postmortem_id))
    postmortem = locked(postmortem_id)
    text = clean_lines(text)
    if not text:
        raise PostmortemRefused("Say why it is withdrawn.")
    if postmortem.status not in {PostmortemStatus.PUBLISHED, PostmortemStatus.CLOSED}:
        raise PostmortemRefused("It is not published, so there is nothing to withdraw.")
    public_postmortems.withdraw(ticket_id=ticket.pk, at=at)
    return change_status(
        postmortem,
        PostmortemStatus.APPROVED,
        RemarkKind.WITHDRAWN,
        at=at,
        actor=actor,
        text=text,
        published_at=None,
        closed_at=None,
    )


@transaction.atomic
def close(*, postmortem_id: int, actor: User, at: datetime) -> Postmortem:
    """Close it: the review is done. A published text stays published."""
    return change_status(
        locked(postmortem_id), PostmortemStatus.CLOSED, RemarkKind.CLOSED, at=at, actor=actor, closed_at=at
    )
