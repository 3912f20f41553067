"""What every verb on a postmortem does: lock it, move it by the table, say it on the review and the timeline."""

from datetime import datetime
from typing import Any

from config.base.data.lifecycle import Refusal
from incidents.models import EntryKind
from incidents.tickets import timeline
from oncall.models import User
from postmortems.models import Postmortem, PostmortemComment, PostmortemStatus, RemarkKind
from postmortems.status import POSTMORTEM


class PostmortemRefused(Refusal):
    """What was asked cannot be done to this postmortem as it stands; the message says what to do instead."""


def locked(postmortem_id: int) -> Postmortem:
    """The postmortem, locked; it comes after its ticket in the lock order."""
    return (
        Postmortem.objects.select_for_update(no_key=True, of=("self",))
        .select_related("ticket__team", "ticket__severity", "owner", "template")
        .get(pk=postmortem_id)
    )


def save(postmortem: Postmortem, *fields: str, at: datetime) -> None:
    """Write these columns and the time of the change."""
    postmortem.updated_at = at
    postmortem.save(update_fields=[*fields, "updated_at"])


def remark(
    postmortem: Postmortem, kind: RemarkKind, *, at: datetime, actor: User | None, text: str = "", section: str = ""
) -> PostmortemComment:
    """Write a line into the review."""
    return PostmortemComment.objects.create(
        postmortem=postmortem, kind=kind, author=actor, text=text, section=section, at=at
    )


def move(
    postmortem: Postmortem,
    status: PostmortemStatus,
    kind: RemarkKind,
    *,
    at: datetime,
    actor: User | None,
    text: str = "",
    **stamps: Any,
) -> Postmortem:
    """Give it a status that the table allows, set its stamps, and tell it on both histories. Raises IllegalMove."""
    before = postmortem.status
    POSTMORTEM.check(before, status)
    postmortem.status = status
    for name, value in stamps.items():
        setattr(postmortem, name, value)
    save(postmortem, "status", *stamps, at=at)
    remark(postmortem, kind, at=at, actor=actor, text=text)
    timeline.record(
        ticket_id=postmortem.ticket_id,
        kind=EntryKind.CHANGE,
        text=f"Postmortem: {kind.label.lower()}.",
        at=at,
        actor=actor,
        data={"postmortem": postmortem.pk, "from": before, "to": str(status)},
    )
    return postmortem
