"""A ticket's checklist: what is to be done, in order, ticked by who did it."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from config.base.data.text import clean_line
from incidents.models import ChecklistItem, EntryKind, Ticket
from incidents.models.tickets.checklists import MAX_ITEMS
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, save
from oncall.models import User

MAX_TEXT = 200
# What a list has before its lines where it is copied from: a bullet, an empty box, or both.
_BULLET = re.compile(r"^\s*(?:[-*+•]\s+)?(?:\[ ?\]\s+)?")


def items_of(ticket: Ticket) -> list[ChecklistItem]:
    """The items of a ticket's checklist, in order."""
    return list(ticket.checklist.select_related("done_by").order_by("position"))


@transaction.atomic
def add_items(*, ticket_id: int, lines: Sequence[str], actor: User | None, at: datetime) -> list[ChecklistItem]:
    """Add an item for each line with words, below those that are there; all of them, or none.

    Raises TicketRefused if there is no line, if one is too long, or if they are too many.
    """
    ticket = lock_ticket(ticket_id)
    texts = [text for line in lines if (text := clean_line(_BULLET.sub("", line)))]
    count = ticket.checklist.count()
    _check_texts(texts)
    if count + len(texts) > MAX_ITEMS:
        raise TicketRefused(
            f"A checklist has {MAX_ITEMS} items at most. This one has {count}, so there is room for"
            f" {MAX_ITEMS - count}, and these are {len(texts)}. Nothing was added.",
            field="text",
        )
    items = ChecklistItem.objects.bulk_create([
        ChecklistItem(
            ticket=ticket, text=text, position=position, created_by=actor, created_at=at, updated_at=at
        )
        for position, text in enumerate(texts, start=count + 1)
    ])  # fmt: skip
    added = f"Added to the checklist: {texts[0]}"
    _save(ticket, added if len(texts) == 1 else f"{len(texts)} items added to the checklist.", actor=actor, at=at)
    return items


@transaction.atomic
def tick(*, item_id: int, actor: User | None, at: datetime) -> ChecklistItem:
    """Mark it as done; one that is done keeps who did it and when."""
    ticket, item = _lock(item_id)
    if not item.is_done:
        item.done_at, item.done_by = at, actor
        _save_item(item, "done_at", "done_by", at=at)
        _save(ticket, f"Ticked on the checklist: {item.text}", item, actor=actor, at=at)
    return item


@transaction.atomic
def untick(*, item_id: int, actor: User | None, at: datetime) -> ChecklistItem:
    """Mark it as not done; one that is not stays so."""
    ticket, item = _lock(item_id)
    if item.is_done:
        item.done_at = item.done_by = None
        _save_item(item, "done_at", "done_by", at=at)
        _save(ticket, f"Unticked on the checklist: {item.text}", item, actor=actor, at=at)
    return item


@transaction.atomic
def rename(*, item_id: int, text: str, actor: User | None, at: datetime) -> ChecklistItem:
    """Give it other words; whether it is done stays."""
    ticket, item = _lock(item_id)
    before, text = item.text, clean_line(text)
    _check_texts([text] if text else [])
    if text != before:
        item.text = text
        _save_item(item, "text", at=at)
        _save(ticket, f"Renamed on the checklist: {before}, now: {text}", item, actor=actor, at=at)
    return item


@transaction.atomic
def move(*, item_id: int, position: int, at: datetime) -> ChecklistItem:
    """Put it at another place, of which the first is 1; one behind the last means the last. The others close up."""
    ticket, item = _lock(item_id)
    position = max(1, min(position, ticket.checklist.count()))
    if position != item.position:
        first, last = sorted((item.position, position))
        others_by = 1 if position < item.position else -1
        others = ticket.checklist.exclude(pk=item.pk).filter(position__range=(first, last))
        others.update(position=F("position") + others_by)
        item.position = position
        _save_item(item, "position", at=at)
        save(ticket, at=at)
    return item


@transaction.atomic
def shift(*, item_id: int, by: int, at: datetime) -> ChecklistItem:
    """Move it by so many places, up if it is less than 0; the first stays first, and the last last."""
    _, item = _lock(item_id)
    return move(item_id=item_id, position=item.position + by, at=at)


@transaction.atomic
def remove(*, item_id: int, actor: User | None, at: datetime) -> None:
    """Remove it; the others close up."""
    ticket, item = _lock(item_id)
    item.delete()
    ticket.checklist.filter(position__gt=item.position).update(position=F("position") - 1)
    _save(ticket, f"Removed from the checklist: {item.text}", actor=actor, at=at)


def lock_item(item_id: int) -> ChecklistItem:
    """The item, with its ticket locked; that lock guards the item too."""
    return _lock(item_id)[1]


def _lock(item_id: int) -> tuple[Ticket, ChecklistItem]:
    items: QuerySet[ChecklistItem] = ChecklistItem.objects.all()
    ticket = lock_ticket(items.values_list("ticket_id", flat=True).get(pk=item_id))
    return ticket, items.select_related("ticket").get(pk=item_id)


def _check_texts(texts: Sequence[str]) -> None:
    if not texts:
        raise TicketRefused("Say what is to be done.", field="text")
    for text in texts:
        if len(text) > MAX_TEXT:
            raise TicketRefused(
                f"“{text[:40]}…” has {len(text)} characters; an item has {MAX_TEXT} at most. Say it shorter, and put"
                " the rest into a note.",
                field="text",
            )


def _save_item(item: ChecklistItem, *fields: str, at: datetime) -> None:
    item.updated_at = at
    item.save(update_fields=[*fields, "updated_at"])


def _save(ticket: Ticket, text: str, item: ChecklistItem | None = None, *, actor: User | None, at: datetime) -> None:
    save(ticket, at=at)
    data = {"checklist_item": item.pk} if item else {}
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.ACTION, text=text, at=at, actor=actor, data=data)
