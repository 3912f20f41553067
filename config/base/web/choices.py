"""Choosers of configuration: what is out of use is not offered, and not taken; what a record names already stays."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from config.base.data import retirement


def retirable(field: forms.Field) -> bool:
    """Whether a form's field chooses among records that can be out of use."""
    rows = getattr(field, "queryset", None)
    return rows is not None and retirement.can_retire(rows.model)


def offer_in_use(form: forms.BaseForm) -> None:
    """Offer in each chooser of a form what is in use, and what the form had before, marked as retired."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelChoiceField) and retirable(field):
            key = field.to_field_name or "pk"
            before = _keys(form.get_initial_for_field(field, name), key)
            rows: QuerySet[Model] = getattr(field, "queryset")  # noqa: B009 - typed as optional; `retirable` has looked
            field.queryset = retirement.offered(rows, also=_ids(rows, before, key))
            mark_retired(field)


def mark_retired(field: forms.ModelChoiceField) -> None:
    """Say of each option that is out of use that it is retired."""
    label_of = field.label_from_instance
    # A name for people is a function of each field; Django documents overriding it.
    vars(field)["label_from_instance"] = lambda row: (
        f"{label_of(row)} (retired)" if retirement.is_retired(row) else label_of(row)
    )


def _keys(value: object, key: str) -> set[object]:
    values = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    return {getattr(each, key) if isinstance(each, Model) else each for each in values if each not in ("", None)}


def _ids(rows: QuerySet[Model], before: set[object], key: str) -> list[object]:
    if key == "pk" or not before:
        return list(before)
    return list(rows.model._default_manager.filter(**{f"{key}__in": before}).values_list("pk", flat=True))


_Form: Any = forms.BaseForm


class ChoosesInUse(_Form):
    """A form that offers and takes what is in use, and what was chosen before; stands before the form's class."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        offer_in_use(self)

    def clean(self) -> dict[str, Any] | None:
        """The values; a chooser that names something out of use is refused at its field."""
        cleaned = super().clean()
        for name in self.changed_data:
            field, value = self.fields[name], self.cleaned_data.get(name)
            if value is None or not retirable(field):
                continue
            before = _keys(self.get_initial_for_field(field, name), field.to_field_name or "pk")
            rows = [value] if isinstance(value, Model) else list(value)
            for row in rows:
                if retirement.is_retired(row) and not {row.pk, str(row.pk)} & before:
                    self.add_error(name, f"{row} is out of use. Choose one that is in use.")
        return cleaned
