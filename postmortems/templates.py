"""Templates of postmortems: created, changed and deleted."""

from collections.abc import Mapping

from django.db import transaction

from config.base.data.configuration import delete_record, move_default, write_record
from oncall.models import User
from postmortems.models import Template


@transaction.atomic
def save_template(
    *, template: Template | None, values: Mapping[str, object], reason: str = "", actor: User | None
) -> Template:
    """Create a template, or give a stored one these values; the same values twice change nothing.

    Postmortems that exist keep their sections. One that becomes the default takes that from the template that was.
    Raises ValidationError by field.
    """
    saved = Template() if template is None else template
    if values.get("is_default"):
        move_default(saved, actor=actor, reason=reason)
    write_record(saved, values, actor=actor, reason=reason)
    return saved


def delete_template(*, template: Template, reason: str = "", actor: User | None) -> None:
    """Delete a template. Raises InUse while a postmortem has it."""
    delete_record(template, actor=actor, reason=reason)
