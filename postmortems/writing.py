"""Writing a postmortem: the draft out of the incident's record, and its texts with every revision kept."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from config.base.data.models import Origin
from config.base.data.text import clean_lines
from config.base.web import display
from incidents.models import EntryKind, Ticket, TicketKind, TicketStatus
from incidents.tickets import timeline
from oncall.models import MembershipRole, User
from postmortems import drafting, obligations
from postmortems.default_template import default_template
from postmortems.locking import PostmortemRefused, locked, remark, save
from postmortems.models import (
    PUBLIC_TEXT,
    Postmortem,
    PostmortemRevision,
    PostmortemSection,
    RemarkKind,
    Template,
)

LOOK_BACK = timedelta(days=7)
_OLDEST = timedelta(days=60)
_ONE_SWEEP = 50
_NEVER_LATER = timedelta(microseconds=1)


class Stale(PostmortemRefused):
    """Somebody has saved the text since its writer read it."""


@transaction.atomic
def draft(
    *,
    ticket_id: int,
    actor: User | None,
    at: datetime,
    template: Template | None = None,
    owner: User | None = None,
) -> Postmortem:
    """The incident's postmortem: made now from what its record knows, or the one it has.

    Raises Refused for a ticket that is no incident, or is not over yet.
    """
    ticket = (
        Ticket.objects.select_for_update(no_key=True, of=("self",))
        .select_related("severity", "team", "service", "assignee")
        .get(pk=ticket_id)
    )
    existing = Postmortem.objects.filter(ticket=ticket).first()
    if existing is not None:
        return existing
    if ticket.kind != TicketKind.INCIDENT:
        raise PostmortemRefused(f"{ticket.reference} is no incident. Postmortems are of incidents.")
    if ticket.is_open:
        raise PostmortemRefused(
            f"{ticket.reference} is still open. Restore the service first; then its postmortem begins."
        )
    restored_at = ticket.restored_at or ticket.closed_at or at
    postmortem = Postmortem.objects.create(
        ticket=ticket,
        template=template or default_template(),
        owner=owner or ticket.assignee or _manager(ticket) or actor,
        due_on=restored_at.astimezone(ZoneInfo(ticket.team.time_zone)).date()
        + timedelta(days=ticket.severity.postmortem_days),
        restored_at=restored_at,
        created_at=at,
        updated_at=at,
    )
    _fill(postmortem, drafting.prefill_sections(ticket), at=at)
    obligations.create(postmortem, at=at)
    whose = f"{postmortem.owner.name} owns it" if postmortem.owner else "It has no owner yet"
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.CHANGE,
        text=f"Postmortem drafted. {whose}; it is due on {display.date_text(postmortem.due_on)}.",
        at=at,
        actor=actor,
        data={"postmortem": postmortem.pk},
    )
    return postmortem


def _manager(ticket: Ticket) -> User | None:
    membership = (
        ticket.team.memberships.filter(role=MembershipRole.MANAGER, user__is_active=True)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    return membership.user if membership else None


def _fill(postmortem: Postmortem, texts: dict[str, str], *, at: datetime) -> None:
    sections = [
        PostmortemSection(
            postmortem=postmortem, position=position, body=texts.get(section["key"], ""), updated_at=at, **section
        )
        for position, section in enumerate(postmortem.template.sections)
    ]
    PostmortemSection.objects.bulk_create(sections)
    PostmortemRevision.objects.bulk_create(
        PostmortemRevision(postmortem=postmortem, key=section.key, number=1, body=section.body, at=at)
        for section in sections
        if section.body
    )


@transaction.atomic
def write(
    *, postmortem_id: int, key: str, body: str, actor: User, at: datetime, seen: datetime | None = None
) -> Postmortem:
    """Save a section's text and keep the revision.

    With `seen`, the time of the text its writer read, raises Stale if somebody was faster; Refused once approved.
    """
    postmortem = _writable(postmortem_id)
    section = postmortem.sections.filter(key=key).first()
    if section is None:
        raise PostmortemRefused(f"This postmortem has no section {key}.")
    _check(section.updated_at, seen)
    body = clean_lines(body)
    if body == section.body:
        return postmortem
    section.body = body
    section.updated_at = max(at, section.updated_at + _NEVER_LATER)
    section.save(update_fields=["body", "updated_at"])
    _keep(postmortem, key, body, actor=actor, at=at)
    return postmortem


@transaction.atomic
def write_public(
    *, postmortem_id: int, text: str, actor: User, at: datetime, seen: datetime | None = None
) -> Postmortem:
    """Save the public text and keep the revision; it is reviewed and approved with the rest. Raises as `write`."""
    postmortem = _writable(postmortem_id)
    before = public_seen(postmortem)
    _check(before, seen)
    text = clean_lines(text)
    if text == postmortem.public_text:
        return postmortem
    postmortem.public_text = text
    postmortem.public_written_at = max(at, before + _NEVER_LATER)
    save(postmortem, "public_text", "public_written_at", at=at)
    _keep(postmortem, PUBLIC_TEXT, text, actor=actor, at=at)
    return postmortem


def public_seen(postmortem: Postmortem) -> datetime:
    """Since when the public text stands as it does."""
    return postmortem.public_written_at or postmortem.created_at


@transaction.atomic
def assign(*, postmortem_id: int, owner: User, actor: User | None, at: datetime) -> Postmortem:
    """Give it to somebody to bring to an end."""
    postmortem = _writable(postmortem_id)
    if postmortem.owner != owner:
        postmortem.owner = owner
        save(postmortem, "owner", at=at)
        obligations.reassign(postmortem, at=at)
        remark(postmortem, RemarkKind.OWNER, at=at, actor=actor, text=f"{owner.name} owns it now.")
    return postmortem


def draft_due(*, at: datetime) -> int:
    """Draft what a restored incident owes and has not got; says how many. The floor under the receiver."""
    owed = (
        Ticket.objects.incidents()
        .filter(
            Q(severity__needs_prevention=True) | Q(severity__is_major=True),
            status__in=[TicketStatus.RESTORED, TicketStatus.RESOLVED],
            created_at__gte=at - _OLDEST,  # what the index narrows by
            restored_at__gte=at - LOOK_BACK,
            origin=Origin.EDIT,
            postmortem__isnull=True,
        )
        .order_by("pk")
        .values_list("pk", flat=True)[:_ONE_SWEEP]
    )
    tickets = list(owed)
    for ticket_id in tickets:
        draft_restored(ticket_id=ticket_id, at=at)
    return len(tickets)


def draft_restored(*, ticket_id: int, at: datetime) -> Postmortem | None:
    """Draft for an incident that was restored, unless it has been opened again meanwhile."""
    try:
        return draft(ticket_id=ticket_id, actor=None, at=at)
    except PostmortemRefused:
        return None


def _writable(postmortem_id: int) -> Postmortem:
    postmortem = locked(postmortem_id)
    if postmortem.is_approved:
        raise PostmortemRefused("This postmortem is approved, so its text stands. Ask for changes to open it again.")
    return postmortem


def _check(stands_since: datetime, seen: datetime | None) -> None:
    if seen is not None and seen != stands_since:
        raise Stale(
            "Somebody saved this text while you were typing, so nothing was written. Look at theirs, then save again."
        )


def _keep(postmortem: Postmortem, key: str, body: str, *, actor: User, at: datetime) -> None:
    number = postmortem.revisions.filter(key=key).count() + 1
    PostmortemRevision.objects.create(postmortem=postmortem, key=key, number=number, body=body, author=actor, at=at)
    postmortem.drafted_at = postmortem.drafted_at or at
    save(postmortem, "drafted_at", at=at)
