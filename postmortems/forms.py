"""Forms of writing and reviewing postmortems."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import slug_re

from config.base.data.lengths import SHORT_TEXT
from config.base.web.forms import EditForm, FilterForm, Form
from config.base.web.moments import DayField
from config.base.web.row_fields import CellKind, Column, NumberedRow, Row, RowsField, collect_faults
from oncall.models import Team, User
from postmortems import reports
from postmortems.models import Postmortem, PostmortemSection, Presence, Template
from postmortems.template_sections import KEY_LENGTH, SectionDraft, build_sections

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

    text = forms.CharField(label="Why?", max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 3}))


class ChangesForm(VerbForm):
    """What should change."""

    text = forms.CharField(
        label="What should change?", max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )


class ApproveForm(VerbForm):
    """An optional comment."""

    text = forms.CharField(
        label="Comment", required=False, max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )


class CommentForm(VerbForm):
    """A comment."""

    text = forms.CharField(label="Comment", max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 2}))


class SeatForm(Form):
    """A seat (S30): the question of its perspective, and whether the person attended or signs off."""

    presence = forms.ChoiceField(label="Review", choices=Presence.choices, widget=forms.RadioSelect)
    answer = forms.CharField(required=False, max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 4}))
    person = forms.ModelChoiceField(
        label="Person", queryset=User.objects.people().filter(is_active=True).order_by("name"), required=False,
        empty_label="Me",
        help_text="You can record that another person attended.",
    )  # fmt: skip

    def __init__(self, *args: object, question: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = question


class AssignForm(VerbForm):
    """The new owner."""

    owner = forms.ModelChoiceField(queryset=User.objects.people().filter(is_active=True).order_by("name"))


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
        """The scope of a valid form: without days the last year, without a team all of them."""
        values = self.cleaned_data
        until = values.get("until") or max(today, values.get("since") or today)
        return reports.Scope(user, values.get("since") or until - reports.PERIOD, until, values.get("team"))


class SectionRowsField(RowsField):
    """The sections of a template; each keeps its key in a hidden cell."""

    columns = (
        Column(name="key", kind=CellKind.HIDDEN, counts=False),
        Column(name="order", label="Order", kind=CellKind.NUMBER, counts=False),
        Column(name="title", label="Title", max_length=PostmortemSection._meta.get_field("title").max_length),
        Column(name="guidance", label="Guidance for the author", kind=CellKind.LONG),
        Column(name="is_required", label="Required", kind=CellKind.CHECK, counts=False),
    )
    max_rows = 50

    def rows_of(self, value: object) -> list[Row]:
        """A row for each section; none for a value of another shape."""
        sections = [section for section in value if isinstance(section, Mapping)] if isinstance(value, list) else []
        return [
            {
                "key": str(section.get("key", "")),
                "order": str(number),
                "title": str(section.get("title", "")),
                "guidance": str(section.get("guidance", "")),
                "is_required": bool(section.get("is_required")),
            }
            for number, section in enumerate(sections, start=1)
        ]

    def value_of(self, rows: Sequence[NumberedRow]) -> list[dict[str, object]]:
        """The sections in their order. Raises ValidationError that names the rows."""
        collect_faults(fault for row in rows for fault in _section_faults(row))
        return build_sections(
            [
                SectionDraft(
                    key=row.text("key"),
                    title=row.text("title"),
                    guidance=row.text("guidance"),
                    is_required=row.is_checked("is_required"),
                    order=int(row.text("order")) if row.text("order") else None,
                )
                for row in rows
            ]
        )


def _section_faults(row: NumberedRow) -> Iterator[ValidationError]:
    title, order, key = row.text("title"), row.text("order"), row.text("key")
    if not title:
        yield row.fault("write the title of the section, or clear its guidance to remove it.")
    elif len(title) > (PostmortemSection._meta.get_field("title").max_length or 0) or not title.isprintable():
        yield row.fault("the title is too long, or more than one line. Put the details into the guidance.")
    if order and not (order.isascii() and order.isdigit() and len(order) < 4):
        yield row.fault("the order is a whole number from 1 to 999.")
    if key and (len(key) > KEY_LENGTH or not slug_re.fullmatch(key)):
        yield row.fault("the section is not known any more. Open the page again.")


class TemplateAdminForm(forms.ModelForm):
    """A template in the administration."""

    sections = SectionRowsField(
        label="Sections",
        help_text="Sections appear in the order of these numbers. A change does not reach postmortems that exist.",
        error_messages={"required": "Add at least one section: write a title into a row."},
    )

    class Meta:
        model = Template
        fields = ("name", "description", "sections", "needs_other_team", "is_default")
