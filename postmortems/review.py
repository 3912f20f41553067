"""The review: sent, discussed, changed, approved by somebody who did not write it, published, closed."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from incidents.customers import public_postmortems
from incidents.models import Visibility
from oncall.models import User
from postmortems import obligations, seats
from postmortems.locking import PostmortemRefused, locked, move, remark, save
from postmortems.models import Postmortem, PostmortemComment, PostmortemStatus, RemarkKind

_PART = (RemarkKind.COMMENT, RemarkKind.SEAT)


@transaction.atomic
def submit(*, postmortem_id: int, actor: User, at: datetime) -> Postmortem:
    """Send it to review. Raises Refused, naming them, while sections are missing that must be written."""
    postmortem = locked(postmortem_id)
    missing = [section.title for section in postmortem.sections.order_by("position") if section.is_missing]
    if missing:
        raise PostmortemRefused(f"Write these sections first: {', '.join(missing)}.")
    seats.begin(postmortem, at=at)
    return move(
        postmortem,
        PostmortemStatus.IN_REVIEW,
        RemarkKind.SUBMITTED,
        at=at,
        actor=actor,
        submitted_at=postmortem.submitted_at or at,
    )


@transaction.atomic
def comment(*, postmortem_id: int, text: str, actor: User, at: datetime, section: str = "") -> Postmortem:
    """Say something about it, or about one of its sections."""
    postmortem = locked(postmortem_id)
    text = clean_lines(text)
    if not text:
        raise PostmortemRefused("The comment is empty. Write a word or two.")
    if section and not postmortem.sections.filter(key=section).exists():
        raise PostmortemRefused(f"This postmortem has no section {section}.")
    remark(postmortem, RemarkKind.COMMENT, at=at, actor=actor, text=text, section=section)
    save(postmortem, at=at)
    return postmortem


@transaction.atomic
def request_changes(*, postmortem_id: int, text: str, actor: User, at: datetime) -> Postmortem:
    """Give it back to those who write, saying what to change; an approval ends with it."""
    postmortem = locked(postmortem_id)
    text = clean_lines(text)
    if not text:
        raise PostmortemRefused("Say what should change, so that its owner can.")
    move(
        postmortem,
        PostmortemStatus.DRAFT,
        RemarkKind.CHANGES,
        at=at,
        actor=actor,
        text=text,
        approved_by=None,
        approved_at=None,
    )
    obligations.create(postmortem, at=at)
    return postmortem


@transaction.atomic
def approve(*, postmortem_id: int, actor: User, at: datetime, text: str = "") -> Postmortem:
    """Settle the text. Raises Refused for those who wrote it, and, naming them, while seats are empty (S29)."""
    postmortem = locked(postmortem_id)
    if actor.pk in authors(postmortem):
        raise PostmortemRefused("You own this postmortem or wrote in it. Ask somebody who did not to approve it.")
    if postmortem.template.needs_other_team and not _seen_by_another_team(postmortem, actor):
        raise PostmortemRefused(
            f"Nobody from outside {postmortem.ticket.team.name} has taken part yet."
            " Ask another team for a comment first."
        )
    if empty := seats.missing(seats.seat_views(postmortem)):
        waited = "; ".join(f"{one.kind.label} ({one.who})" for one in empty)
        raise PostmortemRefused(
            f"These seats are still empty: {waited}. Ask each to attend the review or to sign off."
        )
    move(
        postmortem,
        PostmortemStatus.APPROVED,
        RemarkKind.APPROVED,
        at=at,
        actor=actor,
        text=clean_lines(text),
        approved_by=actor,
        approved_at=at,
    )
    obligations.complete(postmortem, actor=actor, at=at)
    return postmortem


def authors(postmortem: Postmortem) -> set[int]:
    """The ids of those who own it or wrote in it."""
    wrote = set(postmortem.revisions.filter(author__isnull=False).values_list("author_id", flat=True))
    return wrote | ({postmortem.owner_id} if postmortem.owner_id else set())


def _seen_by_another_team(postmortem: Postmortem, actor: User) -> bool:
    took_part = PostmortemComment.objects.filter(postmortem=postmortem, kind__in=_PART).values("author")
    outside = User.objects.exclude(memberships__team=postmortem.ticket.team_id)
    return outside.filter(pk__in=took_part).exists() or outside.filter(pk=actor.pk).exists()


@transaction.atomic
def publish(*, postmortem_id: int, actor: User, at: datetime, tells_subscribers: bool = False) -> Postmortem:
    """Show the public text, and nothing else, wherever customers were told of the incident.

    They get it by mail only if that is asked for. Raises Refused, and TooEarly while customers still wait.
    """
    ticket = public_postmortems.lock(_ticket_of(postmortem_id))
    postmortem = locked(postmortem_id)
    if not postmortem.public_text:
        raise PostmortemRefused("There is no public text yet. Write it, have it reviewed with the rest, then publish.")
    if postmortem.ticket.visibility != Visibility.OPEN:
        raise PostmortemRefused(f"{postmortem.ticket.reference} is private, so nothing of it can be published.")
    move(postmortem, PostmortemStatus.PUBLISHED, RemarkKind.PUBLISHED, at=at, actor=actor, published_at=at)
    public_postmortems.publish(
        ticket_id=ticket.pk, body=postmortem.public_text, is_mailed=tells_subscribers, actor=actor, at=at
    )
    return postmortem


def _ticket_of(postmortem_id: int) -> int:
    """Its ticket's id, which is locked before it."""
    return Postmortem.objects.values_list("ticket_id", flat=True).get(pk=postmortem_id)


@transaction.atomic
def withdraw(*, postmortem_id: int, text: str, actor: User, at: datetime) -> Postmortem:
    """Take the public text back from the status page, and open again what was closed; the reason is kept."""
    ticket = public_postmortems.lock(_ticket_of(postmortem_id))
    postmortem = locked(postmortem_id)
    text = clean_lines(text)
    if not text:
        raise PostmortemRefused("Say why it is taken back.")
    public_postmortems.withdraw(ticket_id=ticket.pk, at=at)
    return move(
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
    """Say that the review is over; what is published stays so."""
    return move(locked(postmortem_id), PostmortemStatus.CLOSED, RemarkKind.CLOSED, at=at, actor=actor, closed_at=at)
