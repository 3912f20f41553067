"""Writing a postmortem: the draft from the incident's record, and its texts with all revisions."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from config.base.data.models import Origin
from config.base.data.rests import Rests, run_alone
from config.base.data.text import clean_lines
from config.base.web import display
from incidents.models import EntryKind, Ticket, TicketKind, TicketStatus
from incidents.tickets import timeline
from oncall.models import User
from oncall.people.programs import refuse_program
from postmortems import drafting, obligations
from postmortems.default_template import default_template
from postmortems.locking import PostmortemRefused, add_remark, locked, save
from postmortems.models import PUBLIC_TEXT, Postmortem, PostmortemRevision, PostmortemSection, RemarkKind, Template

LOOK_BACK = timedelta(days=7)
_MAX_AGE = timedelta(days=60)
_MAX_PER_SWEEP = 50
_rests: Rests[int] = Rests(first=60.0, longest=3600.0)
_TICK = timedelta(microseconds=1)


class Stale(PostmortemRefused):
    """Somebody else saved the text after its writer read it."""


@transaction.atomic
def draft(
    *,
    ticket_id: int,
    actor: User | None,
    at: datetime,
    template: Template | None = None,
    owner: User | None = None,
) -> Postmortem:
    """Create the incident's postmortem from its record, or return the existing one.

    Raises PostmortemRefused for a ticket that is not an incident or is still open.
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
        raise PostmortemRefused(f"{ticket.reference} is not an incident. Only incidents have postmortems.")
    if ticket.is_open:
        raise PostmortemRefused(
            f"{ticket.reference} is still open. Restore the service first, then draft its postmortem."
        )
    restored_at = ticket.restored_at or ticket.closed_at or at
    postmortem = Postmortem.objects.create(
        ticket=ticket,
        template=template or default_template(),
        owner=owner or ticket.assignee or _manager(ticket) or (None if actor and actor.is_service else actor),
        due_on=restored_at.astimezone(ZoneInfo(ticket.team.time_zone)).date()
        + timedelta(days=ticket.severity.postmortem_days),
        restored_at=restored_at,
        created_at=at,
        updated_at=at,
    )
    _fill(postmortem, drafting.prefill_sections(ticket), at=at)
    obligations.create_for_postmortem(postmortem, at=at)
    ownership = f"{postmortem.owner.name} owns it" if postmortem.owner else "It has no owner yet"
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.CHANGE,
        text=f"Postmortem drafted. {ownership}; it is due on {display.date_text(postmortem.due_on)}.",
        at=at,
        actor=actor,
        data={"postmortem": postmortem.pk},
    )
    return postmortem


def _manager(ticket: Ticket) -> User | None:
    membership = ticket.team.memberships.active_managers().select_related("user").order_by("pk").first()
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
    """Save a section's text as a new revision.

    With `seen`, the time of the text that the writer read, raises Stale if somebody saved it since. Raises
    PostmortemRefused once approved.
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
    section.updated_at = max(at, section.updated_at + _TICK)
    section.save(update_fields=["body", "updated_at"])
    _save_revision(postmortem, key, body, actor=actor, at=at)
    return postmortem


@transaction.atomic
def write_public(
    *, postmortem_id: int, text: str, actor: User, at: datetime, seen: datetime | None = None
) -> Postmortem:
    """Save the public text as a new revision; it is reviewed and approved with the rest. Raises as `write`."""
    postmortem = _writable(postmortem_id)
    saved_at = public_text_saved_at(postmortem)
    _check(saved_at, seen)
    text = clean_lines(text)
    if text == postmortem.public_text:
        return postmortem
    postmortem.public_text = text
    postmortem.public_written_at = max(at, saved_at + _TICK)
    save(postmortem, "public_text", "public_written_at", at=at)
    _save_revision(postmortem, PUBLIC_TEXT, text, actor=actor, at=at)
    return postmortem


def public_text_saved_at(postmortem: Postmortem) -> datetime:
    """When the public text was last saved."""
    return postmortem.public_written_at or postmortem.created_at


@transaction.atomic
def assign(*, postmortem_id: int, owner: User, actor: User | None, at: datetime) -> Postmortem:
    """Assign it to an owner, and the obligation with it."""
    refuse_program(owner, why="a postmortem needs a person who writes it.", instead="Choose somebody else.")
    postmortem = _writable(postmortem_id)
    if postmortem.owner != owner:
        postmortem.owner = owner
        save(postmortem, "owner", at=at)
        obligations.reassign_for_postmortem(postmortem, at=at)
        add_remark(postmortem, RemarkKind.OWNER, at=at, actor=actor, text=f"{owner.name} owns it now.")
    return postmortem


def draft_due(*, at: datetime) -> int:
    """Draft missing postmortems of restored incidents, in case the receiver failed; returns how many.

    An incident that fails stops no other.
    """
    missing = (
        Ticket.objects.incidents()
        .filter(
            severity__needs_postmortem=True,
            status__in=[TicketStatus.RESTORED, TicketStatus.RESOLVED],
            created_at__gte=at - _MAX_AGE,  # so that the index is used
            restored_at__gte=at - LOOK_BACK,
            origin=Origin.EDIT,
            postmortem__isnull=True,
        )
        .exclude(pk__in=_rests.resting(at))
        .order_by("pk")
        .values_list("pk", flat=True)[:_MAX_PER_SWEEP]
    )
    return len(run_alone("postmortems", list(missing), partial(_draft_missing, at=at), rests=_rests, at=at))


def _draft_missing(ticket_id: int, *, at: datetime) -> Postmortem | None:
    return draft_restored(ticket_id=ticket_id, at=at)


def draft_restored(*, ticket_id: int, at: datetime) -> Postmortem | None:
    """Draft the postmortem of a restored incident; None if it was reopened meanwhile."""
    try:
        return draft(ticket_id=ticket_id, actor=None, at=at)
    except PostmortemRefused:
        return None


def _writable(postmortem_id: int) -> Postmortem:
    postmortem = locked(postmortem_id)
    if postmortem.is_approved:
        raise PostmortemRefused(
            "This postmortem is approved, so its text cannot change. Request changes to edit it again."
        )
    return postmortem


def _check(saved_at: datetime, seen: datetime | None) -> None:
    if seen is not None and seen != saved_at:
        raise Stale(
            "Somebody saved this text while you were typing, so yours was not saved. Read theirs, then save again."
        )


def _save_revision(postmortem: Postmortem, key: str, body: str, *, actor: User, at: datetime) -> None:
    number = postmortem.revisions.filter(key=key).count() + 1
    PostmortemRevision.objects.create(postmortem=postmortem, key=key, number=number, body=body, author=actor, at=at)
    postmortem.drafted_at = postmortem.drafted_at or at
    save(postmortem, "drafted_at", at=at)
