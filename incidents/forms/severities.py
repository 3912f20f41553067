"""Fields for impact and urgency."""

from typing import Any

from django import forms

from incidents.models import Level


def levels(unknown: str) -> list[tuple[str, str]]:
    """Choices of impact or urgency, the first for "not known"."""
    return [("", unknown), *((str(value), label) for value, label in Level.choices)]


class LevelField(forms.TypedChoiceField):
    """One of ITIL's three levels, or none while it is not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=levels("Not known yet"), coerce=int, empty_value=None, required=False, **options)
