"""The form of a category with its custom fields as rows, and these fields in the forms of tickets."""

from collections.abc import Iterator, Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from config.base.data.text import clean_line
from config.base.web.row_fields import CellKind, Column, NumberedRow, Row, RowsField, collect_faults
from incidents.categories.custom_fields import PREFIX, CustomField, Value, print_value, read_text
from incidents.models import Category, CustomFieldKind
from incidents.models.categories import MAX_CUSTOM_FIELDS

_NAME_LENGTH = 40
_WIDGETS: dict[str, tuple[type[forms.Widget], dict[str, object]]] = {
    CustomFieldKind.TEXT: (forms.TextInput, {"maxlength": 500}),
    CustomFieldKind.NUMBER: (forms.TextInput, {"inputmode": "decimal", "maxlength": 40}),
    CustomFieldKind.DATE: (forms.DateInput, {"type": "date"}),
    CustomFieldKind.YES_NO: (forms.Select, {}),
    CustomFieldKind.CHOICE: (forms.Select, {}),
}


class CustomFormField(forms.Field):
    """One custom field in a form. A value that is not offered any more stays as long as nobody changes it."""

    def __init__(self, definition: CustomField, *, value: Value | None = None, is_required: bool) -> None:
        widget, attrs = _WIDGETS[definition.kind]
        self.definition, self.value = definition, value
        super().__init__(
            label=definition.label,
            help_text=definition.help_text,
            required=is_required,
            widget=widget(attrs=attrs),
            error_messages={"required": f"{definition.label} is needed for this category. Fill it in."},
        )
        if isinstance(self.widget, forms.Select):
            self.widget.choices = self._choices()

    def _choices(self) -> list[tuple[str, str]]:
        is_choice = self.definition.kind == CustomFieldKind.CHOICE
        choices = [(text, text) for text in self.definition.choices] if is_choice else [("yes", "Yes"), ("no", "No")]
        old = "" if self.value is None else print_value(self.value)
        more = [] if old in {"", *(key for key, _ in choices)} else [(old, f"{old} (not offered any more)")]
        return [("", "Not set"), *choices, *more]

    def prepare_value(self, value: object) -> object:
        """The text of a stored value, or what was typed."""
        return print_value(value) if isinstance(value, int | float) else value

    def clean(self, value: object) -> Value | None:
        """The value as it is stored; None for none."""
        text = "" if value is None else str(value)
        if self.value is not None and text == print_value(self.value):
            return self.value
        if not text.strip():
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return read_text(self.definition, text)


def form_fields(
    fields: Sequence[CustomField], values: Mapping[str, Value], *, only: str = "", is_new: bool = False
) -> dict[str, forms.Field]:
    """The form fields by their names in the form: all, or the `only` one.

    Required ones must be filled in if they are new, alone in the form, or have a value: an old ticket can be edited
    without them.
    """
    return {
        field.form_name: CustomFormField(
            field,
            value=values.get(field.name),
            is_required=field.is_required and (is_new or bool(only) or field.name in values),
        )
        for field in fields
        if only in {"", field.form_name}
    }


def sent_values(cleaned: Mapping[str, object]) -> dict[str, object]:
    """The values of custom fields among a form's values, by the names of the fields."""
    return {name.removeprefix(PREFIX): value for name, value in cleaned.items() if name.startswith(PREFIX)}


class CustomFieldRows(RowsField):
    """The custom fields of a category; each keeps its name in a hidden cell, also under another label."""

    columns = (
        Column(name="name", kind=CellKind.HIDDEN, counts=False),
        Column(name="order", label="Order", kind=CellKind.NUMBER, counts=False),
        Column(name="label", label="Label", max_length=60),
        Column(name="kind", label="Type", kind=CellKind.CHOICE, counts=False, choices=lambda: CustomFieldKind.choices),
        Column(name="choices", label="Choices, one a line", kind=CellKind.LONG),
        Column(name="help_text", label="Help", max_length=200),
        Column(name="is_required", label="Required", kind=CellKind.CHECK, counts=False),
        Column(name="is_retired", label="Retired", kind=CellKind.CHECK, counts=False),
    )
    max_rows = MAX_CUSTOM_FIELDS

    def rows_of(self, value: object) -> list[Row]:
        """A row for each field; none for a value of another shape."""
        fields = [field for field in value if isinstance(field, Mapping)] if isinstance(value, list) else []
        return [
            {
                **{name: str(field.get(name, "")) for name in ("name", "label", "kind", "help_text")},
                **{name: bool(field.get(name)) for name in ("is_required", "is_retired")},
                "order": str(number),
                "choices": "\n".join(map(str, field.get("choices", []))),
            }
            for number, field in enumerate(fields, start=1)
        ]

    def value_of(self, rows: Sequence[NumberedRow]) -> list[dict[str, object]]:
        """The fields in their order. Raises ValidationError that names the rows."""
        collect_faults(fault for row in rows for fault in _faults(row))
        names = {row.text("name") for row in rows}
        fields = []
        for row in sorted(rows, key=lambda row: (int(row.text("order") or 999), row.number)):
            name = row.text("name") or _new_name(row.text("label"), names)
            names.add(name)
            fields.append(
                {
                    "name": name,
                    "label": clean_line(row.text("label")),
                    "kind": row.text("kind"),
                    "choices": _lines(row),
                    "is_required": row.is_checked("is_required"),
                    "help_text": clean_line(row.text("help_text")),
                    "is_retired": row.is_checked("is_retired"),
                }
            )
        return fields


def _lines(row: NumberedRow) -> list[str]:
    lines = map(clean_line, row.text("choices").splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def _faults(row: NumberedRow) -> Iterator[ValidationError]:
    label, kind, order, choices = row.text("label"), row.text("kind"), row.text("order"), _lines(row)
    if not clean_line(label) or len(label) > 60:
        yield row.fault("write a label of 60 characters at most, or clear the row to remove the field.")
    if kind not in CustomFieldKind.values:
        yield row.fault("choose its type.")
    elif bool(choices) != (kind == CustomFieldKind.CHOICE):
        yield row.fault("a choice needs its choices, one on each line, and no other type has any.")
    if len(choices) > 50 or any(len(choice) > 80 for choice in choices):
        yield row.fault("at most 50 choices of 80 characters fit.")
    if len(row.text("help_text")) > 200:
        yield row.fault("the help has 200 characters at most.")
    if order and not (order.isascii() and order.isdigit() and len(order) < 4):
        yield row.fault("the order is a whole number from 1 to 999.")


def _new_name(label: str, taken: set[str]) -> str:
    base = slugify(label).replace("-", "_")[:_NAME_LENGTH].lstrip("_0123456789") or "field"
    numbered = (f"{base[: _NAME_LENGTH - 4]}_{number}" for number in range(2, 1000))
    return base if base not in taken else next(name for name in numbered if name not in taken)


class CategoryAdminForm(forms.ModelForm):
    """A category in the administration."""

    custom_fields = CustomFieldRows(
        label="Custom fields",
        help_text="Tickets of this category ask for them, in the order of these numbers. A retired field is in no form"
        " any more; tickets go on to show its values. Tick that instead of clearing the row.",
        required=False,
    )

    class Meta:
        model = Category
        fields = ("name", "team", "is_private", "custom_fields")
