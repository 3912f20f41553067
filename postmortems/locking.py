"""Steps of every action on a postmortem: lock it, change its status, and write the review and the timeline."""

from datetime import datetime

from config.base.data.lifecycle import Refusal
from incidents.models import EntryKind
from incidents.tickets import timeline
from oncall.models import User
from postmortems.models import Postmortem, PostmortemComment, PostmortemStatus, RemarkKind
from postmortems.status import POSTMORTEM


class PostmortemRefused(Refusal):
    """The action is not possible in the postmortem's current state; the message says what to do instead."""


def locked(postmortem_id: int) -> Postmortem:
    """Lock the postmortem; it comes after its ticket in the lock order."""
    return (
        Postmortem.objects.select_for_update(no_key=True, of=("self",))
        .select_related("ticket__team", "ticket__severity", "owner", "template")
        .get(pk=postmortem_id)
    )


def save(postmortem: Postmortem, *fields: str, at: datetime) -> None:
    """Save these columns and the time of the change."""
    postmortem.updated_at = at
    postmortem.save(update_fields=[*fields, "updated_at"])


def add_remark(
    postmortem: Postmortem, kind: RemarkKind, *, at: datetime, actor: User | None, text: str = "", section: str = ""
) -> PostmortemComment:
    """Add an entry to the review."""
    return PostmortemComment.objects.create(
        postmortem=postmortem, kind=kind, author=actor, text=text, section=section, at=at
    )


def change_status(
    postmortem: Postmortem,
    status: PostmortemStatus,
    kind: RemarkKind,
    *,
    at: datetime,
    actor: User | None,
    text: str = "",
    **stamps: object,
) -> Postmortem:
    """Change the status, set its stamps, and record it on the review and the timeline. Raises IllegalMove."""
    old_status = postmortem.status
    POSTMORTEM.check(old_status, status)
    postmortem.status = status
    for name, value in stamps.items():
        setattr(postmortem, name, value)
    save(postmortem, "status", *stamps, at=at)
    add_remark(postmortem, kind, at=at, actor=actor, text=text)
    timeline.record(
        ticket_id=postmortem.ticket_id,
        kind=EntryKind.CHANGE,
        text=f"Postmortem: {kind.label.lower()}.",
        at=at,
        actor=actor,
        data={"postmortem": postmortem.pk, "from": old_status, "to": str(status)},
    )
    return postmortem
