"""What every form shares: looks, accessible errors, and protection of what somebody else has just saved."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES, MaxLengthValidator
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt, pretty_name
from django.template.defaultfilters import linebreaksbr
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.data.lengths import TOO_LONG
from config.base.web import drafts
from config.base.web.batched_choices import BatchedChoiceField, BatchedChoiceIterator, BatchedChoices
from config.base.web.choices import ChoosesInUse
from config.base.web.markup import escaped

_CSS = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
    forms.CheckboxSelectMultiple: "checks",
    forms.RadioSelect: "checks",
}


def refusal_sentences(refusal: Exception) -> dict[str, list[str]]:
    """The messages of a refusal by field; those about no field are under ''."""
    if not isinstance(refusal, ValidationError):
        return {getattr(refusal, "field", ""): [str(refusal)]}
    return refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}


def add_refusal(form: forms.BaseForm, refusal: Exception) -> None:
    """Put a refusal's messages beside their fields, the others above the form."""
    for name, messages in refusal_sentences(refusal).items():
        for sentence in messages:
            form.add_error(name if name in form.fields else None, sentence)


class Styled:
    """Gives each widget the style sheet's class, and a form with free text its draft.

    `secrets` names fields that the browser never keeps, beside passwords and codes. `draft_rows` is "redrawn" for a
    form whose rows the server draws, on a page with a button `data-redraw`.
    """

    fields: dict[str, forms.Field]
    template_name = "components/form.html"
    secrets: tuple[str, ...] = ()
    draft_rows = ""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.style_fields()
        drafts.hide_secrets(self.fields, self.secrets)

    def style_fields(self) -> None:
        """Give each widget its class; a form that adds fields afterwards calls it again.

        What is too long is refused with a sentence: a browser that knows the length cuts a paste without a word.
        """
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.error_messages["max_length"] = TOO_LONG
            if isinstance(field.widget, forms.Textarea | forms.TextInput):
                field.widget.attrs.pop("maxlength", None)
            css = next((css for kind, css in _CSS.items() if isinstance(field.widget, kind)), "form-control")
            field.widget.attrs.setdefault("class", css)

    @property
    def draft_input(self: Any) -> SafeString:
        """The hidden field of the form's draft; empty for a form without free text."""
        if not drafts.has_free_text(self.fields):
            return SafeString()
        draft_id = drafts.sent_id(self.data) or drafts.sent_id(self.initial)
        rows = {"rows": self.draft_rows} if self.draft_rows else {}
        return drafts.draft_input(name=type(self).__name__, draft_id=draft_id, **rows)


class Form(ChoosesInUse, Styled, forms.Form):
    """A form of our own; `{{ form }}` renders it. Its choosers offer what is in use."""

    required_css_class = "required"


class ModelForm(ChoosesInUse, Styled, forms.ModelForm):
    """A form of a model's columns, for configuration that needs no domain function."""

    required_css_class = "required"


class LeanSelect(forms.Select):
    """A drop-down drawn at once: Django's own renders two templates per option, 25 ms for a list of people.

    It shows several values selected if the address has them, so that nothing is lost when it is sent again.
    """

    several: tuple[str, ...] = ()

    def render(
        self, name: str, value: object, attrs: dict[str, object] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The element with its options; groups of options are left to Django's own."""
        chosen = {*self.format_value(value), *self.several}
        options = [(str(key), label) for key, label in self.choices]  # not list(), which would query a count first
        if any(isinstance(label, list | tuple) for _, label in options):
            return super().render(name, value, attrs, renderer)
        drawn = SafeString(
            "\n".join(
                f'<option value="{escaped(key)}"{" selected" if key in chosen else ""}>{escaped(label)}</option>'
                for key, label in options
            )
        )
        more = {"multiple": True} if self.several else {}
        attributes = flatatt({"name": name} | self.build_attrs(self.attrs, attrs) | more)
        return format_html("<select{}>\n{}\n</select>", attributes, drawn)


MAX_VALUES = 20


class FilterForm(Styled, forms.Form):
    """A list's filter; the page draws the fields it names on one line.

    A parameter sent several times never answers for its last value alone: each value is read, into `several`, if the
    field is `repeatable`, and refused otherwise.
    """

    repeatable: frozenset[str] = frozenset()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.several: dict[str, list[object]] = {}
        for name, field in self.fields.items():
            if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
                field.error_messages["invalid_choice"] = "“%(value)s” is not one of its choices."
            if type(field.widget) is forms.Select:
                stock, field.widget = field.widget, LeanSelect(attrs=field.widget.attrs)
                field.widget.choices, field.widget.is_required = stock.choices, stock.is_required
                sent = self.sent_values(name)
                field.widget.several = sent if len(sent) > 1 else ()
        named = {name: field for name, field in self.fields.items() if isinstance(field, BatchedChoiceField)}
        self.batch = BatchedChoices(
            list(named.values()), {field: self.sent_values(name) for name, field in named.items()}
        )
        for field in named.values():
            field.widget.choices = BatchedChoiceIterator(self.batch, field)

    def sent_values(self, name: str) -> tuple[str, ...]:
        """The different values of a parameter, in their order, without empty ones."""
        key = self.add_prefix(name)
        sent = self.data.getlist(key) if isinstance(self.data, MultiValueDict) else [self.data.get(key)]
        return tuple(dict.fromkeys(str(value) for value in sent if value not in EMPTY_VALUES))

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own, without types
        for name, field in self.fields.items():
            values = self.data.getlist(self.add_prefix(name)) if isinstance(self.data, MultiValueDict) else []
            if isinstance(field, forms.MultipleChoiceField):
                if "" in values:  # an empty value is no filter
                    self._clean_several(name, field)
            elif len(values) > 1:
                self._clean_repeated(name, field)

    def _clean_several(self, name: str, field: forms.MultipleChoiceField) -> None:
        self.errors.pop(name, None)
        try:
            self.cleaned_data[name] = field.clean(list(self.sent_values(name)))
        except ValidationError as error:
            self.add_error(name, error)

    def _clean_repeated(self, name: str, field: forms.Field) -> None:
        values = self.sent_values(name)
        self.errors.pop(name, None)  # about the last value alone
        if len(values) > MAX_VALUES:
            self.add_error(name, f"This is in the address with more than {MAX_VALUES} values. Give fewer.")
            return
        if len(values) > 1 and name not in self.repeatable:
            self.add_error(name, "This is in the address several times. Give it once.")
            return
        try:
            cleaned = [field.clean(value) for value in values] or [field.clean("")]
        except ValidationError as error:
            self.add_error(name, error)
            return
        self.cleaned_data[name] = cleaned[-1]
        if len(cleaned) > 1:
            self.several[name] = cleaned


class _AsShown(forms.HiddenInput):
    """A hidden copy of a value, in the text of the visible widget, so that the two can be compared."""

    def __init__(self, visible: forms.Widget) -> None:
        super().__init__()
        self.visible = visible

    def format_value(self, value: object) -> str:
        """The value as the visible widget writes it."""
        return _plain(self.visible.format_value(value))


class EditForm(Form):
    """A form for an existing record that never overwrites what somebody else has just saved.

    It carries every value as its reader saw it. When one has changed since, nothing is saved: fields the reader did
    not change take the new values, the others keep what the reader typed. For each field that both changed the
    reader chooses: their own, the other one, or both, one after the other, for a long text. Sending it again saves.
    """

    saved_by = "Somebody else saved this"
    """Who saved the record and when, in words; the page knows it."""

    def __init__(self, *args: object, current: Mapping[str, object], **kwargs: Any) -> None:
        super().__init__(*args, initial=kwargs.pop("initial", {}) | current, **kwargs)
        self.compared = frozenset(current)
        self.is_stale = False
        self.conflicts: list[str] = []
        self._choices: list[str] = []
        for field in self.fields.values():
            field.show_hidden_initial = True
            field.hidden_widget = partial(_AsShown, field.widget)  # type: ignore[assignment]  # called like a class
        if self.is_bound:
            self.data: Any = self.data.copy()
            self._apply_choices()
            texts = {name: self._shown(name, current.get(name)) for name in self.fields}
            self._merge(texts)
            self._accept_stored(texts)

    def _shown(self, name: str, value: object) -> str:
        field = self.fields[name]
        return _plain(field.widget.format_value(field.prepare_value(value)))

    def _apply_choices(self) -> None:
        """Put the chosen text into each field that both had changed."""
        for name in self.fields:
            choice, theirs = self.data.get(_choice_name(name)), self.data.get(f"initial-{name}", "")
            if choice == "theirs":
                self.data[name] = theirs
            elif choice == "both":
                self.data[name] = f"{theirs}\n\n{self.data.get(name, '')}"

    def _merge(self, current: dict[str, str]) -> None:
        # A program that sends no earlier value claims to have seen none.
        saw = {name: _plain(self.data.get(f"initial-{name}", now)) for name, now in current.items()}
        self.is_stale = saw != current
        for name, now in current.items():
            typed = _plain(self.data.get(name, ""))
            if now == saw[name]:
                continue
            if typed == saw[name]:
                self.data[name] = now
            elif now != typed:
                self.conflicts.append(str(self.fields[name].label or pretty_name(name)))
                self._offer_choice(name, now)
            self.data[f"initial-{name}"] = now

    def _accept_stored(self, current: dict[str, str]) -> None:
        """Take the limit of length from a text that stays as it is: an older or imported one may be longer."""
        for name, now in current.items():
            field = self.fields[name]
            if _plain(self.data.get(name, "")) == now:
                limits = [check for check in field.validators if isinstance(check, MaxLengthValidator)]
                field.validators = [check for check in field.validators if check not in limits]

    def _offer_choice(self, name: str, theirs: str) -> None:
        field = self.fields[name]
        choices = [("mine", "Keep what you typed"), ("theirs", "Take what was saved meanwhile")]
        if isinstance(field.widget, forms.Textarea):
            choices.append(("both", "Keep both: what was saved, and yours below it"))
        labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        choice = forms.ChoiceField(
            label=f"{field.label or pretty_name(name)}: two versions",
            choices=choices, required=False, widget=forms.RadioSelect(attrs={"class": "checks"}),
            help_text=format_html("Saved meanwhile: {}", linebreaksbr(labels.get(theirs, theirs) or "(empty)")),
        )  # fmt: skip
        self._choices.append(_choice_name(name))
        self.data[_choice_name(name)] = "mine"
        self.fields[_choice_name(name)] = choice
        order = list(self.fields)
        order.insert(order.index(name) + 1, order.pop())
        self.order_fields(order)

    def clean(self) -> dict[str, object]:
        """The values alone; a stale form is refused, with what its reader typed still in it."""
        cleaned = super().clean() or {}
        if self.is_stale:
            both = f" There are two versions of: {', '.join(self.conflicts)}." if self.conflicts else ""
            self.add_error(
                None,
                f"{self.saved_by} while you were typing, so your changes are not saved yet.{both}"
                " What you typed is still here: check it and save again.",
            )
        return {name: value for name, value in cleaned.items() if name not in self._choices}

    def changes(self) -> dict[str, object]:
        """What the reader changed, by column."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}


def _choice_name(name: str) -> str:
    return f"choice_{name}"


def _plain(value: object) -> str:
    """A widget's or a browser's text, so that line ends and blanks at the ends make no difference."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
