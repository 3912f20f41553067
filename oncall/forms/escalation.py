"""The form of an escalation policy with its steps, and the question to one: if it fired at this moment."""

from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from unfold.forms import PaginationInlineFormSet

from config.base.data.clock import database_now
from config.base.data.clock_changes import Reading, read_wall_clock
from config.base.data.moments import Unreadable, read_local_minute, read_moment
from config.base.data.wall_clock import wall_time
from oncall.escalation.draft_checks import check_steps, refuse_fallback
from oncall.escalation.draft_types import StepDraft
from oncall.escalation.machine import Target
from oncall.models import EscalationPolicy, Urgency, User
from oncall.models.people import validate_zone


class PolicyForm(forms.ModelForm):
    """A policy that can always reach somebody in the end."""

    class Meta:
        model = EscalationPolicy
        fields = ("team", "name", "repeat", "ack_timeout_minutes", "fallback", "fallback_delay_minutes")

    def clean_fallback(self) -> QuerySet[User]:
        """Refuse a fallback with only closed accounts: nobody could be reached when all steps fail."""
        chosen: QuerySet[User] = self.cleaned_data["fallback"]
        if refusal := refuse_fallback(chosen):
            raise forms.ValidationError(refusal)
        return chosen


class StepFormSet(PaginationInlineFormSet):
    """The steps of a policy with their targets, checked together: could each of them ever page somebody?"""

    def clean(self) -> None:
        """Put each refusal beside the field of its step, and those about no step above them.

        Two steps with one position are refused here in our words, so Django's own check is not asked.
        """
        forms_of_steps = [form for form in self.forms if form not in self.deleted_forms and _is_filled(form)]
        if any(form.errors or _target_errors(form) for form in forms_of_steps):
            return
        for finding in check_steps([_step_draft(form) for form in forms_of_steps], at=database_now()):
            if finding.step is None:
                raise forms.ValidationError(finding.text)
            form = forms_of_steps[finding.step]
            if finding.field in form.fields:
                form.add_error(finding.field, finding.text)
            for formset in () if finding.field in form.fields else _targets_of(form):
                formset.non_form_errors().append(finding.text)


def _is_filled(form: forms.ModelForm) -> bool:
    return bool(form.instance.pk or form.has_changed())


def _targets_of(form: forms.ModelForm) -> list[forms.BaseInlineFormSet]:
    return [nested.formset for nested in getattr(form, "nested_formsets", ())]


def _target_errors(form: forms.ModelForm) -> bool:
    return not all(formset.is_valid() for formset in _targets_of(form))


def _step_draft(form: forms.ModelForm) -> StepDraft:
    targets = [
        Target(kind, row.cleaned_data[kind].pk)
        for formset in _targets_of(form)
        for row in formset.forms
        if row not in formset.deleted_forms
        for kind in ("user", "schedule", "team")
        if row.cleaned_data.get(kind)
    ]
    step = form.cleaned_data
    return StepDraft(step["position"], tuple(targets), step["delay_minutes"], step["mode"])


class MomentForm(forms.Form):
    """A moment on the wall of a place. `reading` is what it means there, once the form is valid.

    A repeated local time means the first one, or with `second` the second; a skipped one the end of the gap.
    """

    moment = forms.CharField(
        label="Moment", max_length=40, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    zone = forms.CharField(
        label="Time zone", max_length=64, validators=[validate_zone], widget=forms.TextInput(attrs={"list": "zones"})
    )
    second = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reading: Reading

    def clean(self) -> dict[str, object]:
        """The values, with `at` as the instant that is asked about."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        zone = ZoneInfo(cleaned["zone"])
        try:
            self.reading = _read(cleaned["moment"], zone)
        except Unreadable as error:
            self.add_error("moment", str(error))
            return cleaned
        second = self.reading.second if cleaned["second"] else None
        return cleaned | {"at": second or self.reading.at, "zone": zone}


def _read(text: str, zone: ZoneInfo) -> Reading:
    """What the text means; one with an offset is one instant, and no local time to doubt. Raises Unreadable."""
    at = read_moment(text, zone=zone).replace(second=0, microsecond=0)
    local = read_local_minute(text)
    return read_wall_clock(local, zone) if local is not None else Reading(wall_time(at, zone), at)


class PolicyQuestion(MomentForm):
    """If this policy fired with this urgency at this moment."""

    urgency = forms.ChoiceField(label="Notification urgency", choices=Urgency.choices)
    field_order = ("urgency", "moment", "zone")
