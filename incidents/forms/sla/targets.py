"""The form of a new version of an SLA target, with its preview, and of what a warning does (K-5, K-6, K-42)."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from config.base.web import display
from config.base.web.forms import refusal_sentences
from incidents.models import HoldReason, SlaAction, SlaImpact, SlaScope, SlaTarget, SlaTargetVersion
from incidents.sla import neighbours, previewing, targets
from incidents.sla.conditions import FIELDS, ConditionField
from incidents.sla.drafts import VersionDraft
from incidents.sla.impact import Impact
from incidents.sla.previewing import Planned
from oncall.models import User

_WHEN = "when_"
"""Before the name of a condition's field."""
_YES_NO = (("", "Does not matter"), ("yes", "Yes"), ("no", "No"))


def when_fields() -> list[str]:
    """The form's fields that are conditions, in order."""
    return [f"{_WHEN}{name}" for name in FIELDS]


class LinesField(forms.Field):
    """Several texts, one on each line."""

    def to_python(self, value: object) -> list[str]:
        """The lines without empty ones."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: object) -> object:
        """The texts as lines."""
        return "\n".join(value) if isinstance(value, list) else value


class PercentsField(forms.Field):
    """Whole percentages, as "50, 75, 100"."""

    def to_python(self, value: object) -> list[int]:
        """The percentages in the order in which they stand. Raises ValidationError."""
        words = str(value or "").replace(",", " ").replace("%", " ").split()
        if any(not word.isdecimal() or len(word) > 6 for word in words):
            raise ValidationError("Write whole percentages, as 50, 75, 100.")
        return [int(word) for word in words]

    def prepare_value(self, value: object) -> object:
        """The percentages as text."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class VersionForm(forms.ModelForm):
    """A new version of a target. It shows what the version would do, and is saved when it is sent once more (K-42).

    The administration sets `at` and `actor` for each request. `previewed` names the change whose figures the reader
    saw: a form that was changed since shows its figures again.
    """

    at: datetime
    actor: User | None = None

    pause_reasons = forms.MultipleChoiceField(
        label="Pauses", choices=HoldReason.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="A hold for one of these reasons pauses the clock. Others leave it running.",
    )  # fmt: skip
    warn_percents = PercentsField(
        label="Warns at", required=False, widget=UnfoldAdminTextInputWidget,
        help_text="Percentages of the goal, as 50, 75, 100.",
    )  # fmt: skip
    without_figures = forms.BooleanField(
        label="Save without the figures", required=False,
        help_text="Only if the figures of the preview cannot be computed.",
    )  # fmt: skip
    previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = SlaTargetVersion
        fields = (
            "target", "effective_from", "scope", "is_retired", "position", "goal_minutes", "calendar", "start", "note",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.planned: Planned | None = None
        for name in ("effective_from", "position", "goal_minutes", "start", "scope"):
            if name in self.fields:
                self.fields[name].required = False

    def clean(self) -> dict[str, object]:
        """The version as it would be stored; what is wrong with it, else its preview, until it was seen."""
        cleaned = super().clean() or {}
        target = cleaned.get("target")
        if target is None or self.errors:
            return cleaned
        self.instance.target = target  # the table of rights looks at whose target it is
        # Held until the version is stored, so that nothing checked here changes meanwhile.
        targets.lock_target(target)
        try:
            self.planned = self._plan(target, cleaned)
        except (ValidationError, targets.NotPlanned) as refusal:
            for name, sentences in refusal_sentences(refusal).items():
                for sentence in sentences:
                    self.add_error(name if name in self.fields else None, sentence)
            return cleaned
        if not cleaned.get("without_figures") and cleaned.get("previewed") != self._seen_token(self.planned):
            self._show_preview(self.planned)
        return cleaned

    def save_version(self) -> SlaTargetVersion:
        """Store what the form says."""
        planned, note = self.planned, self.cleaned_data.get("note", "")
        if planned is None:
            raise TypeError("Only a valid form can be saved.")
        moment = self.cleaned_data.get("effective_from")
        if planned.is_retired:
            return targets.retire_target(
                target=planned.target, effective_from=moment, note=note, at=self.at, actor=self.actor
            )
        return targets.add_version(
            target=planned.target, draft=planned.draft, scope=planned.scope, effective_from=moment, note=note,
            at=self.at, actor=self.actor,
        )  # fmt: skip

    def _post_clean(self) -> None:
        """Nothing: the domain checks the version, and nothing is written into a row here."""

    def _plan(self, target: SlaTarget, cleaned: Mapping[str, Any]) -> Planned:
        """The version of this form. Raises ValidationError."""
        moment = cleaned.get("effective_from") or targets.soonest(target, at=self.at)
        scope = cleaned.get("scope") or SlaScope.ALL
        if cleaned.get("is_retired"):
            draft = targets.check_end(target=target, effective_from=moment, at=self.at)
            return Planned(target, draft, moment, SlaScope.ALL, is_retired=True)
        draft = VersionDraft(
            goal_minutes=cleaned.get("goal_minutes") or 0,
            calendar=cleaned.get("calendar"),
            start=cleaned.get("start") or "",
            conditions=dict(_conditions(cleaned)),
            position=cleaned.get("position") or 0,
            pause_reasons=tuple(cleaned.get("pause_reasons") or ()),
            warn_percents=tuple(cleaned.get("warn_percents") or ()),
        )
        content = targets.check_version(target=target, draft=draft, scope=scope, effective_from=moment, at=self.at)
        return Planned(target, content, moment, scope)

    def _seen_token(self, planned: Planned) -> str:
        """Names the change: without a moment it is the same change a minute later."""
        moment = self.cleaned_data.get("effective_from")
        text = f"{planned.content_digest} {moment.isoformat() if moment else 'now'}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _show_preview(self, planned: Planned) -> None:
        """Refuse once, with what the version would do."""
        figures = previewing.preview_now(planned, at=self.at)
        is_complete = figures is not None
        if figures is None:
            row = previewing.start_preview(
                planned, seen_as=self._seen_token(planned), at=self.at, actor=self.actor
            )  # fmt: skip
            is_complete = row.finished_at is not None and not row.failure
            self.add_error(None, background_text(row) if not is_complete else impact_text(row, planned))
        else:
            self.add_error(None, impact_text(figures, planned))
        if not planned.is_retired:
            for sentence in neighbours.list_warnings(planned.target, planned.draft, since=planned.effective_from):
                self.add_error(None, sentence)
        if is_complete:
            self.add_error(None, "Nothing was saved yet. Save again if it is right.")
            sent: Any = self.data
            data = sent.copy()  # what was sent cannot be changed
            data[self.add_prefix("previewed")] = self._seen_token(planned)
            self.data = data


def impact_text(figures: Impact | SlaImpact, planned: Planned) -> str:
    """From when, for which tickets, how many open clocks change, and how many would be in breach (K-42)."""
    moment = display.local_text(planned.effective_from)
    if planned.scope == SlaScope.NEW and not planned.is_retired:
        return f"From {moment}, for tickets opened from then on: no open clock changes."
    return (
        f"From {moment}, for all tickets: of {figures.open_clocks:,} open clocks {figures.changed:,} change, and"
        f" {figures.in_breach:,} of these would be in breach at that minute."
    )


def background_text(row: SlaImpact) -> SafeString:
    """How far a preview is, with the address of its progress."""
    url = reverse("admin:incidents_slaimpact_change", args=[row.pk])
    if row.failure:
        return format_html(
            'The figures could not be computed: <a href="{}" target="_blank">see why</a>. Send the form again to try'
            " again, or save without the figures.",
            url,
        )
    return format_html(
        "There are more than {} open tickets, so the figures are computed in the background: {} of {} tickets so far."
        ' <a href="{}" target="_blank">Watch it</a>, and save again when it is done. Nothing was saved yet.',
        f"{previewing.EXACT_TICKETS:,}",
        f"{row.done:,}",
        f"{row.total:,}",
        url,
    )


class ActionForm(forms.ModelForm):
    """What a warning or a breach does; refuses what would never happen."""

    class Meta:
        model = SlaAction
        fields = ("percent", "act", "policy", "team")

    def clean(self) -> dict[str, object]:
        """The action."""
        cleaned = super().clean() or {}
        target = getattr(self.instance, "target", None) or cleaned.get("target")
        if target is not None and target.pk is not None and cleaned.get("percent") is not None:
            try:
                targets.check_action(SlaAction(target=target, percent=cleaned["percent"]))
            except ValidationError as refusal:
                self.add_error("percent", refusal.message_dict["percent"])
        return cleaned


def initial_of(version: SlaTargetVersion) -> dict[str, object]:
    """The values of a form that begins with the content of a version."""
    names = ("scope", "position", "goal_minutes", "calendar", "start", "pause_reasons", "warn_percents")
    values = {name: getattr(version, name) for name in names} | {"calendar": version.calendar_id, "scope": ""}
    for name, allowed in version.conditions.items():
        is_yes_no = FIELDS[name].kind is bool
        values[f"{_WHEN}{name}"] = _yes_or_no(allowed) if is_yes_no else list(allowed)
    return values


def _yes_or_no(allowed: list[bool]) -> str:
    return "" if len(set(allowed)) > 1 else "yes" if allowed[0] else "no"


def _conditions(cleaned: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for name, field in FIELDS.items():
        value = cleaned.get(f"{_WHEN}{name}")
        if field.kind is bool:
            if value:
                yield name, [value == "yes"]
        elif value:
            yield name, [row.pk if field.model else row for row in value]


def _when_field(field: ConditionField) -> forms.Field:
    made: forms.Field
    if field.kind is bool:
        made = forms.ChoiceField(choices=_YES_NO, widget=UnfoldAdminSelectWidget)
    elif field.model is not None:
        rows = field.model._default_manager.order_by(field.order, "pk")
        made = forms.ModelMultipleChoiceField(queryset=rows, widget=UnfoldAdminSelectMultipleWidget)
    elif field.choices:
        made = forms.TypedMultipleChoiceField(
            choices=field.choices, coerce=field.kind, widget=UnfoldAdminSelectMultipleWidget
        )
    else:
        made = LinesField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), help_text="One on each line.")
    made.label, made.required = field.label, False
    return made


for _name, _field in FIELDS.items():
    VersionForm.base_fields[f"{_WHEN}{_name}"] = VersionForm.declared_fields[f"{_WHEN}{_name}"] = _when_field(_field)
