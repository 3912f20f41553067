"""Forms to dismiss or postpone an obligation."""

from django import forms

from config.base.web.forms import Form
from config.base.web.moments import MomentField


class DismissForm(Form):
    """Why the task is not needed."""

    reason = forms.CharField(
        label="Why is it not needed?", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class PostponeForm(Form):
    """The new due time, and why the task is postponed."""

    due_at = MomentField(label="New due time, in your time zone")
    reason = forms.CharField(label="Why is it postponed?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
