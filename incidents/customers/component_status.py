"""Parts of a status page: giving them their status, and saying which was what."""

from collections.abc import Callable, Sequence
from datetime import datetime

from incidents.models import Component


def change_component_status(
    ids: Sequence[int], rule: Callable[[Component], str], *, at: datetime
) -> list[dict[str, str]]:
    """Give parts the status that a rule says; part of the caller's transaction."""
    affected = []
    for part in Component.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        before, after = part.status, str(rule(part))
        affected.append({"code": part.public_id, "name": part.name, "old_status": before, "new_status": after})
        if before != after:
            part.status, part.updated_at = after, at
            part.save(update_fields=["status", "updated_at"])
    return affected
