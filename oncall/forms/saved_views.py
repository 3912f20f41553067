"""Forms of saved views."""

from django import forms

from config.base.data.retirement import offered
from config.base.web.forms import EditForm, Form
from oncall.models import Team, User
from oncall.saved_views import saving


def _name_field() -> forms.CharField:
    return forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}))


class ViewForm(EditForm):
    """The name of a saved view."""

    name = _name_field()


class SaveViewForm(Form):
    """The name of a new view, and for whom it is."""

    name = _name_field()
    team = forms.ModelChoiceField(
        label="For",
        queryset=Team.objects.none(),
        required=False,
        empty_label="Me",
        help_text="Or for a team that you manage.",
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        managed = offered(saving.managed_by(user))
        self.fields["team"].queryset = managed  # type: ignore[attr-defined]  # typed as any Field
        if not managed:
            del self.fields["team"]
