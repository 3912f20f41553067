"""The form of a severity, whole: what it means, who is paged, what it promises, what follows, from when and why."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django import forms
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from config.base.web.moments import MomentField
from incidents.forms.severities.promise_fields import initial_promises, promise_fields, read_promises
from incidents.forms.sla.targets import background_text, impact_text
from incidents.models import ReviewSeat, Service, Severity, SlaScope, Ticket
from incidents.severities import order, promises
from incidents.severities.contradictions import Contradiction, find_contradictions
from incidents.severities.drafts import SeverityDraft
from incidents.severities.order import Place
from incidents.severities.outlook import Outlook, look_ahead
from incidents.sla import previewing
from oncall.models import User

_BEHAVIOUR = {"pages", "urgency", "is_major", "needs_prevention", "confirms_restore", "needs_postmortem"}
_FIRST = "It is the first, the worst"
MOMENT_INPUT = {"type": "datetime-local", "class": UnfoldAdminTextInputWidget().attrs.get("class", "")}


_SERVICES = Service.objects.filter(retired_at=None).order_by("tier", "name", "pk")


def first_service() -> Service | None:
    """The service that the preview asks about first: the most critical one."""
    return _SERVICES.all().first()


class SeverityForm(forms.ModelForm):
    """A severity with its place and promises. A change of promises is saved after its figures were seen (K-42).

    The administration sets `at`, `actor` and `reason` for each request.
    """

    at: datetime
    actor: User | None = None
    reason = ""

    below = forms.ModelChoiceField(
        label="Right below",
        queryset=Severity.objects.order_by("position"),
        required=False,
        empty_label=_FIRST,
        widget=UnfoldAdminSelectWidget,
    )
    review_seats = forms.MultipleChoiceField(
        label="Seats at the review",
        choices=ReviewSeat.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=Severity._meta.get_field("review_seats").help_text,
    )
    effective_from = MomentField(
        label="Promises in force from",
        required=False,
        whole_minutes=True,
        widget=forms.DateTimeInput(attrs=MOMENT_INPUT, format="%Y-%m-%dT%H:%M"),
        help_text="Empty: from the next minute on. Everything else on this page holds once it is saved.",
    )
    only_new = forms.BooleanField(
        label="Only tickets opened from then on", required=False, widget=UnfoldBooleanSwitchWidget
    )
    preview_at = MomentField(
        label="At",
        required=False,
        whole_minutes=True,
        widget=forms.DateTimeInput(attrs=MOMENT_INPUT, format="%Y-%m-%dT%H:%M"),
    )
    preview_service = forms.ModelChoiceField(
        label="On",
        queryset=_SERVICES,
        required=False,
        empty_label="No service yet",
        widget=UnfoldAdminSelectWidget,
    )
    without_figures = forms.BooleanField(
        label="Save without the figures", required=False, widget=UnfoldBooleanSwitchWidget
    )
    previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Severity
        fields = (
            "name", "title", "description", "examples", "pages", "is_major", "urgency", "needs_prevention",
            "confirms_restore", "needs_postmortem", "postmortem_days", "review_seats", "customer_impact",
            "component_status", "first_words",
        )  # fmt: skip

    def __init__(
        self,
        data: QueryDict | None = None,
        files: object = None,
        *,
        instance: Severity | None = None,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, instance=instance, initial=dict(initial or {}))
        self.outlook: Outlook | None = None
        self.contradictions: Sequence[Contradiction] = ()
        self.figures: Sequence[str] = ()
        _, own = promises.next_targets(self.instance, at=self.at)
        place = order.place_of(self.instance, order.in_order())
        self.initial = {
            **initial_promises(promises.stated(own)),
            "below": place.below.pk if place.below else None,
            "preview_service": first_service(),
            **self.initial,
        }
        others = Severity.objects.order_by("position").exclude(pk=self.instance.pk)
        below = self.fields["below"]
        if isinstance(below, forms.ModelChoiceField):
            below.queryset = others

    @property
    def changed_data(self) -> list[str]:
        """The fields that changed; those of the preview are no part of the severity."""
        return [name for name in super().changed_data if name not in _OF_THE_PAGE]

    def draft(self) -> SeverityDraft:
        """What the form says, as far as it can be read."""
        scope = SlaScope.NEW if self.cleaned_data.get("only_new") else SlaScope.ALL
        moment = self.cleaned_data.get("effective_from")
        stated = {}
        if moment is not None:
            stated = promises.stated(promises.own_targets(self.instance, at=moment))
        return SeverityDraft(
            severity=self.instance,
            place=Place(self.cleaned_data.get("below")),
            promises=read_promises(self, untouched=stated),
            effective_from=moment,
            scope=scope,
            reason=self.reason,
        )

    def _post_clean(self) -> None:
        """Compare all values with each other, and show what a change of promises does, until it was seen."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which its types leave out
        draft = self.draft()
        self.outlook = look_ahead(draft, at=self.at)
        self.contradictions = find_contradictions(self.outlook)
        for each in self.contradictions:
            self.add_error(each.field, each.sentence)
        if not self.errors:
            self._check_versions(self.outlook)
        if not self.errors and self.instance.pk is not None:
            self._show_figures(self.outlook)

    def _check_versions(self, outlook: Outlook) -> None:
        """Add what is wrong with the versions that would be written."""
        for name, sentences in promises.find_faults(outlook.planned, at=self.at).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)

    def _show_figures(self, outlook: Outlook) -> None:
        """Refuse once, with what the change would do to open tickets; not again for the same change."""
        planned = list(outlook.planned.values())
        touches = bool(_BEHAVIOUR & set(self.changed_data))
        if not planned and not touches:
            return
        token = self._token(outlook)
        if self.cleaned_data.get("without_figures") or self.cleaned_data.get("previewed") == token:
            return
        sentences = [*self._promise_figures(outlook, token)] if planned else []
        if touches:
            count = Ticket.objects.filter(severity=self.instance.pk).open().count()
            sentences.append(
                f"{count:,} open ticket{'' if count == 1 else 's'} of this severity follow the new rules from now on;"
                " pages that run keep theirs."
            )
        for sentence in sentences:
            self.add_error(None, sentence)
        if not self._is_waiting:
            self.add_error(None, "Nothing was saved yet. Save again if it is right.")
            self._note_preview(token)

    def _note_preview(self, token: str) -> None:
        if isinstance(self.data, QueryDict):
            data = self.data.copy()  # what was sent cannot be changed
            data["previewed"] = token
            self.data = data

    _is_waiting = False

    def _promise_figures(self, outlook: Outlook, token: str) -> list[str]:
        planned = list(outlook.planned.values())
        figures = previewing.preview_now(*planned, at=self.at)
        if figures is not None:
            return [impact_text(figures, planned[0])]
        rows = [
            previewing.start_preview(each, seen_as=f"{token}{n}", at=self.at, actor=self.actor)
            for n, each in enumerate(planned)
        ]
        self._is_waiting = any(row.finished_at is None or row.failure for row in rows)
        return [
            impact_text(row, each) if row.finished_at and not row.failure else background_text(row)
            for row, each in zip(rows, planned, strict=True)
        ]

    def _token(self, outlook: Outlook) -> str:
        """Names the change: without a moment it is the same change a minute later."""
        moment = self.cleaned_data.get("effective_from")
        values = {name: self.cleaned_data.get(name) for name in sorted(_BEHAVIOUR)}
        digests = [each.content_digest for each in outlook.planned.values()]
        text = f"{digests} {values} {moment.isoformat() if moment else 'now'}"
        return hashlib.sha256(text.encode()).hexdigest()[:60]


_OF_THE_PAGE = {"preview_at", "preview_service", "previewed", "without_figures"}

for _name, _field in promise_fields():
    SeverityForm.base_fields[_name] = SeverityForm.declared_fields[_name] = _field
