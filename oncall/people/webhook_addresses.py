"""Moves webhooks' addresses that were stored readable where they are safe, in the contact method and its messages."""

from collections.abc import Iterator

from django.db import transaction

from config.base.net.destinations import is_label, label
from oncall.models import ContactKind, ContactMethod, Notice, Page, Reminder

_MESSAGES: tuple[type[Page | Reminder | Notice], ...] = (Page, Reminder, Notice)
_BATCH = 500


def readable_methods() -> Iterator[int]:
    """The ids of the webhooks whose address is stored readable."""
    rows = ContactMethod.objects.filter(kind=ContactKind.WEBHOOK).order_by("pk").values_list("pk", "address")
    return (pk for pk, address in rows.iterator() if not is_label(address))


@transaction.atomic
def seal(method_id: int) -> bool:
    """Encrypt the address of one webhook, in waiting messages too; False if it was. Raises SecretUnreadable."""
    method = ContactMethod.objects.select_for_update(no_key=True).filter(pk=method_id).first()
    if method is None or method.kind != ContactKind.WEBHOOK or is_label(method.address):
        return False
    url = method.address
    method.seal_address(url)
    method.save(update_fields=["webhook_url", "address"])
    for model in _MESSAGES:
        # By person, for which there is an index.
        rows = model._default_manager.filter(user=method.user_id, channel=ContactKind.WEBHOOK, address=url)
        rows.update(address=method.address)
    return True


def label_messages() -> int:
    """Cut the addresses that messages of removed webhooks still hold; returns how many. Call it after `seal`."""
    cut = 0
    for model in _MESSAGES:
        rows = model._default_manager.filter(channel=ContactKind.WEBHOOK).exclude(address__contains="/...#")
        while batch := list(rows.only("address").order_by("pk")[:_BATCH]):
            for row in batch:
                row.address = label(row.address)
            model._default_manager.bulk_update(batch, ["address"])
            cut += len(batch)
    return cut
