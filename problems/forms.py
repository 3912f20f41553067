"""Forms of problems and known errors."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from config.base.web.forms import EditForm, Form
from incidents.forms.response import VerbForm
from incidents.models import Incident, Service, Severity, Ticket, TicketKind
from oncall.models import Team
from problems.investigation import at_risk
from problems.investigation.lifecycle import CODE_CHOICES
from problems.models import Factor, KnownError, Problem

_ANSWERED_WITHIN = timedelta(days=14)


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ProblemForm(Form):
    """A problem that no incident has shown yet."""

    title = forms.CharField(label="What may go wrong?", max_length=300)
    description = forms.CharField(required=False, widget=_lines(4), help_text="Markdown works here.")
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), required=False, empty_label="The team that owns the service"
    )
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("rank"), label="How bad would it be?", empty_label=None
    )


class FactsForm(EditForm):
    """The facts of a problem."""

    title = forms.CharField(max_length=300)
    description = forms.CharField(required=False, widget=_lines(5))
    cause = forms.CharField(required=False, widget=_lines(4), help_text="Why it happens, once it is known.")
    workaround = forms.CharField(required=False, widget=_lines(3))
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    severity = forms.ModelChoiceField(queryset=Severity.objects.order_by("rank"), empty_label=None)
    category = forms.CharField(max_length=60, required=False)
    affected_customers = forms.CharField(max_length=300, required=False)

    @classmethod
    def of(cls, problem: Problem, data: Any = None) -> "FactsForm":
        """The form over a problem as it stands."""
        names = [name for name in cls.base_fields if name != "seen"]
        rows = {"service", "severity"}
        current = {name: getattr(problem, f"{name}_id" if name in rows else name) for name in names}
        return cls(data, current=current, updated_at=problem.updated_at)


class OptionalNoteForm(VerbForm):
    """A note, if there is something to say."""

    note = forms.CharField(required=False, widget=_lines(3))


class KnownErrorForm(VerbForm):
    """How one recognizes it, and what helps."""

    title = forms.CharField(max_length=200, help_text="What it is, in one line.")
    symptoms = forms.CharField(
        widget=_lines(4), help_text="What people see and say, in their words. New incidents are compared with it."
    )
    workaround = forms.CharField(widget=_lines(4), help_text="What to do until it is fixed. Markdown works here.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self._known().items():
            self.fields[name].initial = value

    def _known(self) -> Mapping[str, Any]:
        """As it was published; before that, what the problem and its incidents say."""
        known = KnownError.objects.filter(problem=self.ticket.pk).values("title", "symptoms", "workaround").first()
        if known:
            return known
        said = Incident.objects.filter(links_out__to_ticket=self.ticket).exclude(customer_impact="")
        workaround = Problem.objects.values_list("workaround", flat=True).get(pk=self.ticket.pk)
        symptoms = dict.fromkeys(said.order_by("-created_at").values_list("customer_impact", flat=True)[:5])
        return {"title": self.ticket.title[:200], "symptoms": "\n".join(symptoms), "workaround": workaround}


class _RiskField(forms.ModelMultipleChoiceField):
    """Services with the reason why they may be at risk."""

    reasons: Mapping[int, str] = {}

    def label_from_instance(self, service: Any) -> str:
        """The service, its team, and the reason."""
        return f"{service.name} ({service.team.name}): {self.reasons.get(service.pk, '')}"


class AtRiskForm(VerbForm):
    """What else the same cause may hit (S34): the dependency map proposes, a person chooses."""

    services = _RiskField(
        label="The same cause may hit", queryset=Service.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    others = forms.ModelMultipleChoiceField(
        label="Others that the map does not know", queryset=Service.objects.none(), required=False
    )
    due_on = forms.DateField(
        label="The teams answer until", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Each team that owns one of them gets one action.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = {one.service.pk: one.because for one in at_risk.propose(self.ticket)}
        rows = Service.objects.select_related("team").order_by("tier", "name")
        proposed: Any = self.fields["services"]
        proposed.queryset, proposed.reasons = rows.filter(pk__in=reasons), reasons
        rest = rows.exclude(pk__in=[*reasons, self.ticket.service_id or 0]).exclude(problems_at_risk=self.ticket.pk)
        self.fields["others"].queryset = rest  # type: ignore[attr-defined]  # typed as any Field
        self.fields["due_on"].initial = timezone.localdate(self.at) + _ANSWERED_WITHIN
        if not reasons:
            del self.fields["services"]

    def clean(self) -> dict[str, Any]:
        """Both kinds together."""
        cleaned = super().clean() or {}
        chosen = [*cleaned.pop("services", ()), *cleaned.pop("others", ())]
        if not chosen:
            raise forms.ValidationError("Choose at least one service.")
        return cleaned | {"services": chosen}


class FactorForm(VerbForm):
    """What contributed, and to what."""

    text = forms.CharField(label="What contributed?", widget=_lines(2))
    parent = forms.ModelChoiceField(
        label="It answers why", queryset=Factor.objects.none(), required=False, empty_label="the problem came about"
    )
    evidence_url = forms.URLField(
        label="Evidence", required=False, assume_scheme="https", help_text="A graph, a log, a change."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = Factor.objects.filter(problem=self.ticket.pk).order_by("pk")
        parent.label_from_instance = lambda factor: factor.text[:100]


def _open_problems(user: Any) -> Any:
    rows = Ticket.objects.visible_to(user).open().filter(kind=TicketKind.PROBLEM)
    return rows.distinct().order_by("-created_at")


class ProblemChoiceForm(VerbForm):
    """Which problem it was, those of the same service first."""

    problem = forms.ModelChoiceField(queryset=Ticket.objects.none(), empty_label="Choose a problem")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problem"].queryset = _open_problems(user)  # type: ignore[attr-defined]  # typed as any Field


class CloseForm(VerbForm):
    """How it ended."""

    code = forms.ChoiceField(label="As", choices=CODE_CHOICES)
    note = forms.CharField(required=False, widget=_lines(3), help_text="Needed when the risk is accepted.")
    original = forms.ModelChoiceField(
        label="Duplicate of", queryset=Ticket.objects.none(), required=False, empty_label="not a duplicate"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An open record only: who may act on this one may know of it.
        others = Ticket.objects.open().filter(kind=TicketKind.PROBLEM, visibility="open").exclude(pk=self.ticket.pk)
        self.fields["original"].queryset = others.order_by("-created_at")  # type: ignore[attr-defined]  # typed as any Field
