"""Status pages and their components: created, changed and deleted."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from config.base.data.configuration import delete_record, move_default, write_record
from incidents.models import Component, StatusPage
from oncall.models import User


@transaction.atomic
def save_page(
    *, page: StatusPage | None, values: Mapping[str, object], reason: str = "", actor: User | None
) -> StatusPage:
    """Create a status page, or give a stored one these values; the same values twice change nothing.

    One that becomes the default takes that from the page that was. Raises ValidationError by field.
    """
    saved = StatusPage() if page is None else page
    if values.get("is_default"):
        move_default(saved, actor=actor, reason=reason)
    write_record(saved, values, actor=actor, reason=reason)
    return saved


def delete_page(*, page: StatusPage, reason: str = "", actor: User | None) -> None:
    """Delete a status page. Raises InUse while it has components, subscribers, incidents or planned work."""
    delete_record(page, actor=actor, reason=reason)


@transaction.atomic
def save_component(
    *, component: Component | None, values: Mapping[str, object], reason: str = "", at: datetime, actor: User | None
) -> Component:
    """Create a component, or give a stored one these values; the same values twice change nothing.

    Its status changes by updates and maintenance alone. Raises ValidationError by field.
    """
    saved = Component() if component is None else component
    write_record(saved, values, actor=actor, reason=reason, stamps={"updated_at": at})
    return saved


def delete_component(*, component: Component, reason: str = "", actor: User | None) -> None:
    """Delete a component. Raises InUse while it has members, or an incident, subscriber or planned work names it."""
    delete_record(component, actor=actor, reason=reason)
