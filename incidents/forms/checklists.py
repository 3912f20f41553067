"""Forms of a ticket's checklist."""

from django import forms

from config.base.data.lengths import LONG_TEXT
from incidents.checklists.editing import MAX_TEXT
from incidents.forms.response import VerbForm
from incidents.models.tickets.checklists import MAX_ITEMS


class ChecklistForm(VerbForm):
    """One item, or several lines of them."""

    text = forms.CharField(
        label="Items",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True}),
        help_text=f"What is to be done, one item a line: {MAX_ITEMS} at most, each of {MAX_TEXT} characters at most.",
    )


class ChecklistItemForm(VerbForm):
    """The words of one item."""

    text = forms.CharField(label="Item", max_length=MAX_TEXT, widget=forms.TextInput(attrs={"autofocus": True}))
