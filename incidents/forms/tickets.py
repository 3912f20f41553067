"""The form to edit an incident, and the fields for impact, urgency and whether it is about security."""

from typing import Any

from django import forms

from config.base.data.lengths import ADDRESS, LONG_TEXT, SHORT_TEXT
from config.base.data.retirement import offered
from config.base.web.forms import EditForm
from incidents.categories.catalogue import category_of
from incidents.categories.custom_fields import PREFIX, fields_of
from incidents.desk.conversation import Show
from incidents.forms.categories import form_fields, sent_values
from incidents.models import Category, Incident, Level, Service


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


def private_categories_hint() -> str:
    """Which categories' tickets are private, said before one gets such a category; empty if no category's are."""
    rows = offered(Category.objects.filter(is_private=True)).order_by("name")
    names = list(rows.values_list("name", flat=True))
    return f"A ticket becomes private with: {', '.join(names)}. You may not see it any more then." if names else ""


class CategoryField(forms.CharField):
    """The words of a category, as a page with the list of categories offers them; other words are allowed."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"list": "categories", "autocomplete": "off"})
        super().__init__(max_length=60, required=False, widget=widget, **options)


class TicketForm(EditForm):
    """The editable fields of an incident."""

    title = forms.CharField(max_length=300)
    description = forms.CharField(max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 6}))
    customer_impact = forms.CharField(
        label="What customers see", max_length=SHORT_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    workaround = forms.CharField(max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    impact = LevelField()
    urgency = LevelField()
    category = CategoryField()
    is_security = SecurityField()
    affected_customers = forms.CharField(max_length=300, required=False)
    conference_url = forms.URLField(label="Conference link", max_length=ADDRESS, required=False, assume_scheme="https")

    @classmethod
    def of(cls, incident: Incident, data: object = None, *, field: str = "") -> "TicketForm":
        """The form with the incident's current values, or with that of one field; of all for an unknown name."""
        custom = fields_of(category_of(incident))
        is_alone = field in cls.base_fields or field in {each.form_name for each in custom}
        is_column = is_alone and field in cls.base_fields
        more = {} if is_column else form_fields(custom, incident.custom, only=field if is_alone else "")
        left_out = [name for name in cls.base_fields if name != field] if is_alone else []
        # Django's forms declare a field away by None.
        kind: type[TicketForm] = type(cls.__name__, (cls,), {**dict.fromkeys(left_out), **more})
        stored = {name: incident.custom.get(name.removeprefix(PREFIX)) for name in more}
        columns = {name: f"{name}_id" if name == "service" else name for name in kind.base_fields if name not in more}
        form = kind(data, current={name: getattr(incident, column) for name, column in columns.items()} | stored)
        if "category" in form.fields:
            form.fields["category"].help_text = private_categories_hint()
        return form

    def changes(self) -> dict[str, object]:
        """What the reader changed, by column; of custom fields the values by name."""
        changed = super().changes()
        sent = sent_values(changed)
        columns = {name: value for name, value in changed.items() if not name.startswith(PREFIX)}
        return columns | ({"custom_fields": sent} if sent else {})


class ConversationForm(forms.Form):
    """What of a ticket's conversation is read, and whether the reader is writing."""

    show = forms.ChoiceField(choices=Show.choices, required=False)
    whole = forms.BooleanField(required=False)
    writing = forms.CharField(max_length=3, required=False)
