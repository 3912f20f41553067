"""What an import changes, in words."""

from collections.abc import Iterator

from config.configuration.importing import FieldChange, Outcome

_LENGTH = 80


def outcome_lines(outcome: Outcome, *, is_dry_run: bool) -> Iterator[str]:
    """A line for each new record and each changed field, then the numbers."""
    for change in outcome.changes:
        place = f"{change.section}, {change.record}"
        if change.is_new:
            yield f"{place}: new"
        for field in change.fields:
            yield f"{place}: {field_text(field)}"
    numbers = numbers_text(outcome)
    yield f"{numbers}. Nothing was saved: this was a dry run." if is_dry_run else f"{numbers}."


def numbers_text(outcome: Outcome) -> str:
    """How many records are new, changed and unchanged."""
    created = sum(change.is_new for change in outcome.changes)
    return f"{created} new, {len(outcome.changes) - created} changed, {outcome.unchanged} unchanged"


def field_text(field: FieldChange) -> str:
    """A changed field with both values, as `tier: 2 -> 1`."""
    return f"{field.name}: {value_text(field.old)} -> {value_text(field.new)}"


def value_text(value: object) -> str:
    """A value in a line, shortened."""
    if value is None or value in ("", [], {}):
        return "nothing"
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else " ".join(str(value).split())
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"
