"""What every form shares: looks, accessible errors, and protection of what somebody else has just saved."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt, pretty_name
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.base.web import drafts
from config.base.web.batched_choices import BatchedChoiceField, BatchedChoiceIterator, BatchedChoices

_CSS = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
    forms.CheckboxSelectMultiple: "checks",
    forms.RadioSelect: "checks",
}


def refusal_sentences(refusal: Exception) -> dict[str, list[str]]:
    """The messages of a refusal by field; those about no field are under ''."""
    if not isinstance(refusal, ValidationError):
        return {"": [str(refusal)]}
    return refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}


def add_refusal(form: Any, refusal: Exception) -> None:
    """Put a refusal's messages beside their fields, the others above the form."""
    for name, messages in refusal_sentences(refusal).items():
        for sentence in messages:
            form.add_error(name if name in form.fields else None, sentence)


class Styled:
    """Gives each widget the style sheet's class, and a form with free text its draft.

    `secrets` names fields that the browser never keeps, beside passwords and codes.
    """

    fields: dict[str, forms.Field]
    template_name = "components/form.html"
    secrets: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = next((css for kind, css in _CSS.items() if isinstance(field.widget, kind)), "form-control")
            field.widget.attrs.setdefault("class", css)
        drafts.hide_secrets(self.fields, self.secrets)

    @property
    def draft_input(self: Any) -> SafeString:
        """The hidden field of the form's draft; empty for a form without free text."""
        if not drafts.has_free_text(self.fields):
            return SafeString()
        draft_id = drafts.sent_id(self.data) or drafts.sent_id(self.initial)
        return drafts.draft_input(name=type(self).__name__, draft_id=draft_id)


class Form(Styled, forms.Form):
    """A form of our own; `{{ form }}` renders it."""

    required_css_class = "required"


class ModelForm(Styled, forms.ModelForm):
    """A form of a model's columns, for configuration that needs no domain function."""

    required_css_class = "required"


class LeanSelect(forms.Select):
    """A drop-down drawn at once: Django's own renders two templates per option, 25 ms for a list of people."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The element with its options; groups of options are left to Django's own."""
        chosen = set(self.format_value(value))
        options = [(str(key), label) for key, label in self.choices]  # not list(), which would query a count first
        if any(isinstance(label, list | tuple) for _, label in options):
            return super().render(name, value, attrs, renderer)
        drawn = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, _SELECTED if key in chosen else "", label) for key, label in options),
        )
        attributes = flatatt({"name": name} | self.build_attrs(self.attrs, attrs))
        return format_html("<select{}>\n{}\n</select>", attributes, drawn)


_SELECTED = SafeString(" selected")


class FilterForm(Styled, forms.Form):
    """A list's filter; the page draws the fields it names on one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if type(field.widget) is forms.Select:
                stock, field.widget = field.widget, LeanSelect(attrs=field.widget.attrs)
                field.widget.choices, field.widget.is_required = stock.choices, stock.is_required
        named = {name: field for name, field in self.fields.items() if isinstance(field, BatchedChoiceField)}
        self.batch = BatchedChoices(
            list(named.values()), {field: self.data.get(self.add_prefix(name)) for name, field in named.items()}
        )
        for field in named.values():
            field.widget.choices = BatchedChoiceIterator(self.batch, field)


class EditForm(Form):
    """A form for an existing record that never overwrites what somebody else has just saved.

    It carries the record's `updated_at` and every value as its reader saw it. When the record has changed since,
    nothing is saved: fields the reader did not change take the new values, the others keep what the reader
    typed, and the message names the fields that both changed. Sending it again saves.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, current: dict[str, Any], updated_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, initial=current | {"seen": updated_at.isoformat()}, **kwargs)
        self.is_stale = False
        self.conflicts: list[str] = []
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "seen"
        if self.is_bound and self.data.get("seen") != updated_at.isoformat():
            self._merge_current(current, updated_at)

    def _merge_current(self, current: dict[str, Any], updated_at: datetime) -> None:
        self.is_stale = True
        data: Any = self.data
        data = data.copy()
        for name in self._editable():
            typed = data.get(name, "")
            saw = data.get(f"initial-{name}", "")
            now = self.fields[name].prepare_value(current.get(name))
            now = "" if now is None else str(now)
            if typed == saw:
                data[name] = now
            elif now not in {saw, typed}:
                self.conflicts.append(str(self.fields[name].label or pretty_name(name)))
            data[f"initial-{name}"] = now
        data["seen"] = updated_at.isoformat()
        self.data = data

    def _editable(self) -> list[str]:
        return [name for name in self.fields if name != "seen"]

    def clean(self) -> dict[str, Any]:
        """Refuse a stale form, with what its reader typed still in it."""
        cleaned = super().clean() or {}
        if self.is_stale:
            both = f" Both of you changed: {', '.join(self.conflicts)}." if self.conflicts else ""
            self.add_error(
                None,
                "Somebody else saved this record while you were typing, so your changes are not saved yet."
                f"{both} What you typed is still here: check it and save again.",
            )
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What the reader changed, by column."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "seen"}
