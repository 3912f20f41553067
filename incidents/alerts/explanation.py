"""The explanation of an alert, and the mark that stays in it."""

from django.db.models import Case, TextField, Value, When

REPORTED_AGAIN = "Reported again after its end."
"""Begins the explanation of an alert whose end was stored when it was reported (intake rule 11)."""


def explain(text: str) -> Case:
    """The new explanation, for an update: `text`, after the mark if the alert has it."""
    marked = When(explanation__startswith=REPORTED_AGAIN, then=Value(f"{REPORTED_AGAIN} {text}"))
    return Case(marked, default=Value(text), output_field=TextField())
