"""Shapes of JSON settings that people edit: checked on the model, so that no later reader meets another one."""

from django.core.exceptions import ValidationError

_MAX_ENTRIES = 200


def check_texts_by_text(value: object, *, example: str) -> None:
    """Raise ValidationError unless the value is an object of text to text, with at most 200 entries."""
    if not isinstance(value, dict):
        raise ValidationError(f"Write an object of text to text, as {example}.")
    if len(value) > _MAX_ENTRIES:
        raise ValidationError(f"At most {_MAX_ENTRIES} entries are allowed.")
    for name, item in value.items():
        if not isinstance(name, str) or not name.strip() or not isinstance(item, str) or not item.strip():
            raise ValidationError(f"'{str(name)[:60]}' does not stand for a text. Write it as {example}.")
