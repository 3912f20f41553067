"""Forms of what can be done about an obligation."""

from django import forms

from config.base.web.forms import Form


class DismissForm(Form):
    """Why something need not be done."""

    reason = forms.CharField(
        label="Why need it not be done?", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class PostponeForm(Form):
    """Until when something is put off, and why."""

    due_at = forms.DateTimeField(
        label="Due at, on your clock",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(label="Why later?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
