"""Changes the status of components of a status page."""

from collections.abc import Callable, Sequence
from datetime import datetime

from incidents.models import Component


def change_component_status(
    ids: Sequence[int], rule: Callable[[Component], str], *, at: datetime
) -> list[dict[str, str]]:
    """Set the status of these components by a rule, in the caller's transaction; returns old and new of each."""
    affected = []
    for component in Component.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        old_status, new_status = component.status, str(rule(component))
        affected.append(
            {
                "code": component.public_id, "name": component.name,
                "old_status": old_status, "new_status": new_status,
            }
        )  # fmt: skip
        if old_status != new_status:
            component.status, component.updated_at = new_status, at
            component.save(update_fields=["status", "updated_at"])
    return affected
