"""Templates of customer updates: which placeholders a text may have, and how a template is written and deleted."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.configuration import delete_record, write_record
from incidents.customers import updates
from incidents.customers.template_previews import MAX_BODY
from incidents.models import MessageTemplate
from oncall.models import User


def check_body(body: str) -> None:
    """Raise ValidationError for a placeholder that is not on the fixed list, and for a text that is too long."""
    if unknown := updates.unknown_placeholders(body):
        allowed = ", ".join([*updates.AUTOMATIC_PLACEHOLDERS, *updates.AUTHOR_PLACEHOLDERS])
        raise ValidationError(f"There is no placeholder {', '.join(unknown)}. Use one of: {allowed}.")
    if len(body) > MAX_BODY:
        raise ValidationError(f"Shorten the text: {len(body):,} of {MAX_BODY:,} characters.")


@transaction.atomic
def save_template(
    *, template: MessageTemplate | None, values: Mapping[str, object], reason: str = "", actor: User | None
) -> MessageTemplate:
    """Create a template, or give a stored one these values; the same values twice change nothing.

    Raises ValidationError by field, also for a placeholder that does not exist.
    """
    saved = MessageTemplate() if template is None else template
    try:
        check_body(str(values.get("body", "")))
    except ValidationError as refusal:
        raise ValidationError({"body": refusal}) from None
    write_record(saved, values, actor=actor, reason=reason)
    return saved


def delete_template(*, template: MessageTemplate, reason: str = "", actor: User | None) -> None:
    """Delete a template; updates that were written from it keep their text."""
    delete_record(template, actor=actor, reason=reason)
