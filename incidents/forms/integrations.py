"""Forms of integrations: the severities of a sender's words as rows."""

from collections.abc import Iterator, Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError

from config.base.web.row_fields import CellKind, Choices, Column, NumberedRow, Row, RowsField, collect_faults
from incidents.models import Integration, Severity

WORD_LENGTH = 60
"""The longest word of a sender that an alert keeps."""


def _severity_choices() -> Choices:
    rows = Severity.objects.filter(retired_at=None).order_by("position")
    return [(name, f"{name}, {title}") for name, title in rows.values_list("name", "title")]


class SeverityRowsField(RowsField):
    """A sender's words, each with one of our severities; stored as `{"critical": "SEV1"}`."""

    columns = (
        Column(name="word", label="The sender says", max_length=WORD_LENGTH),
        Column(name="severity", label="Severity", kind=CellKind.CHOICE, choices=_severity_choices),
    )

    def rows_of(self, value: object) -> list[Row]:
        """A row for each word, sorted; none for a value that is no mapping, which an old record may hold."""
        if not isinstance(value, Mapping):
            return []
        pairs = sorted((str(word), str(severity)) for word, severity in value.items())
        return [{"word": word, "severity": severity} for word, severity in pairs]

    def value_of(self, rows: Sequence[NumberedRow]) -> dict[str, str]:
        """The mapping, with severities as they are written. Raises ValidationError that names the rows."""
        names = {name.casefold(): name for name in Severity.objects.values_list("name", flat=True)} if rows else {}
        collect_faults(_faults(rows, names))
        return {row.text("word"): names[row.text("severity").casefold()] for row in rows}


def _faults(rows: Sequence[NumberedRow], names: Mapping[str, str]) -> Iterator[ValidationError]:
    number_by_word: dict[str, int] = {}
    for row in rows:
        word, severity = row.text("word"), row.text("severity")
        earlier = number_by_word.setdefault(word.casefold(), row.number)
        if not word:
            yield row.fault(f"write the sender's word for {severity}, or clear the row.")
        elif len(word) > WORD_LENGTH or not word.isprintable():
            yield row.fault(f"“{word[:20]}…” is no word of a sender: write at most {WORD_LENGTH} letters on one line.")
        elif earlier != row.number:
            yield row.fault(f"“{word}” already stands in row {earlier}. Keep one of them.")
        if word and not severity:
            yield row.fault(f"choose a severity for “{word}”.")
        elif severity and severity.casefold() not in names:
            yield row.fault(f"there is no severity “{severity[:20]}”. Choose one of the list.")


def severity_rows() -> SeverityRowsField:
    """The field as every form of an integration has it."""
    return SeverityRowsField(
        label="Words of the sender",
        required=False,
        help_text="Common words such as critical, warning and info have a severity without a row. A row goes before"
        " them.",
    )


class IntegrationAdminForm(forms.ModelForm):
    """An integration in the administration."""

    severities = severity_rows()

    class Meta:
        model = Integration
        fields = ("name", "kind", "service", "default_severity", "severities", "external_id")
