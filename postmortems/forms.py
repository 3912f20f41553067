"""Forms of writing and reviewing postmortems."""

from datetime import date

from django import forms

from config.base.web.forms import EditForm, FilterForm, Form
from config.base.web.moments import DayField
from oncall.models import Team, User
from postmortems import reports
from postmortems.models import Postmortem, PostmortemSection, Presence

MAX_TEXT = 50_000


class SectionForm(EditForm):
    """One section's text."""

    body = forms.CharField(
        label="Text",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Markdown works here. Leave it empty if there is nothing to say.",
    )

    @classmethod
    def of(cls, section: PostmortemSection, data: object = None) -> "SectionForm":
        """The form with the section's current text."""
        return cls(data, current={"body": section.body})


class PublicTextForm(EditForm):
    """The text that the public reads."""

    text = forms.CharField(
        label="Public text",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="A summary in two or three sentences, what happened, and what we do about it. No names.",
    )

    @classmethod
    def of(cls, postmortem: Postmortem, data: object = None) -> "PublicTextForm":
        """The form with the current text."""
        return cls(data, current={"text": postmortem.public_text})


class VerbForm(Form):
    """A form without fields."""


class PublishForm(VerbForm):
    """Whether the postmortem is also mailed to subscribers."""

    tells_subscribers = forms.BooleanField(
        label="Mail it to the subscribers",
        required=False,
        help_text="It is shown on the status page below the updates of the incident, mailed or not.",
    )


class TextForm(VerbForm):
    """A form that needs a reason."""

    text = forms.CharField(label="Why?", max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))


class ChangesForm(VerbForm):
    """What should change."""

    text = forms.CharField(label="What should change?", max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))


class ApproveForm(VerbForm):
    """An optional comment."""

    text = forms.CharField(label="Comment", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}))


class CommentForm(VerbForm):
    """A comment."""

    text = forms.CharField(label="Comment", max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}))


class SeatForm(Form):
    """A seat (S30): the question of its perspective, and whether the person attended or signs off."""

    presence = forms.ChoiceField(label="Review", choices=Presence.choices, widget=forms.RadioSelect)
    answer = forms.CharField(required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))
    person = forms.ModelChoiceField(
        label="Person", queryset=User.objects.filter(is_active=True).order_by("name"), required=False,
        empty_label="Me",
        help_text="You can record that another person attended.",
    )  # fmt: skip

    def __init__(self, *args: object, question: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = question


class AssignForm(VerbForm):
    """The new owner."""

    owner = forms.ModelChoiceField(queryset=User.objects.filter(is_active=True).order_by("name"))


class ReportForm(FilterForm):
    """Period and team; by default the last year of all teams."""

    since = DayField(label="From", required=False)
    until = DayField(label="To, included", required=False)
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), required=False, to_field_name="slug", empty_label="All teams"
    )

    def clean(self) -> dict[str, object]:
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or {}
        days = [cleaned[name] for name in ("since", "until") if cleaned.get(name)]
        if len(days) == 2 and days[0] > days[1]:
            raise forms.ValidationError("The period ends before it begins. Swap the two days.")
        return cleaned

    def scope(self, *, user: User, today: date) -> reports.Scope:
        """The report's scope; the default period and all teams if the form is invalid."""
        values = self.cleaned_data if self.is_valid() else {}
        until = values.get("until") or max(today, values.get("since") or today)
        return reports.Scope(user, values.get("since") or until - reports.PERIOD, until, values.get("team"))
