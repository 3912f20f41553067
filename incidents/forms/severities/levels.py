"""Fields for impact, urgency, and whether it is about security."""

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


class SecurityField(forms.TypedChoiceField):
    """Yes or no to whether it is about security.

    A drop-down and not a check box: a form with a box cannot tell "not marked" from "not sent", and an edit compares
    what its author saw with what is saved.
    """

    def __init__(self, **options: Any) -> None:
        choices = [("", "No"), ("True", "Yes, Security takes part in the review")]
        fixed: dict[str, Any] = {"coerce": bool, "empty_value": False, "required": False}
        super().__init__(label="About security", choices=choices, **fixed, **options)

    def prepare_value(self, value: Any) -> Any:
        """The option that says the same."""
        return "" if value is False else value
