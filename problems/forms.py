"""Forms of problems and known errors."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.data.retirement import offered
from config.base.web.forms import EditForm, Form
from incidents.forms.response import VerbForm
from incidents.forms.tickets import CategoryField, SecurityField, private_categories_hint
from incidents.models import Incident, Service, Severity, Ticket, TicketKind
from incidents.tickets import quoting
from oncall.models import Team, User
from problems.investigation import at_risk
from problems.investigation.lifecycle import CODE_CHOICES
from problems.models import Factor, KnownError, Problem

_ANSWERED_WITHIN = timedelta(days=14)


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ProblemForm(Form):
    """A problem without an incident."""

    title = forms.CharField(label="Title", max_length=300)
    description = forms.CharField(
        max_length=LONG_TEXT, required=False, widget=_lines(4), help_text="Markdown works here."
    )
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), required=False, empty_label="The team that owns the service"
    )
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("position"), label="Severity", empty_label="Choose how bad it may get"
    )


class FactsForm(EditForm):
    """The editable fields of a problem."""

    title = forms.CharField(max_length=300)
    description = forms.CharField(max_length=LONG_TEXT, required=False, widget=_lines(5))
    cause = forms.CharField(
        max_length=LONG_TEXT, required=False, widget=_lines(4), help_text="Why it happens, once known."
    )
    workaround = forms.CharField(max_length=LONG_TEXT, required=False, widget=_lines(3))
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    severity = forms.ModelChoiceField(queryset=Severity.objects.order_by("position"), empty_label=None)
    category = CategoryField()
    is_security = SecurityField()
    affected_customers = forms.CharField(max_length=300, required=False)

    @classmethod
    def of(cls, problem: Problem, data: object = None) -> "FactsForm":
        """The form with the problem's current values."""
        relations = {"service", "severity"}
        current = {name: getattr(problem, f"{name}_id" if name in relations else name) for name in cls.base_fields}
        form = cls(data, current=current)
        form.fields["category"].help_text = private_categories_hint()
        return form


class OptionalNoteForm(VerbForm):
    """An optional note."""

    note = forms.CharField(max_length=LONG_TEXT, required=False, widget=_lines(3))


class KnownErrorForm(VerbForm, EditForm):
    """Title, symptoms and workaround of a known error."""

    title = forms.CharField(max_length=200, help_text="In one line.")
    symptoms = forms.CharField(
        max_length=LONG_TEXT,
        widget=_lines(4),
        help_text="What people see, in their words. New incidents are matched with it.",
    )
    workaround = forms.CharField(
        max_length=LONG_TEXT, widget=_lines(4), help_text="What to do until it is fixed. Markdown works here."
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, current=self._current_values(ticket), **kwargs)

    @staticmethod
    def _current_values(ticket: Ticket) -> dict[str, object]:
        """The published values; before that, those of the problem and of incidents that are open to everybody."""
        published = KnownError.objects.filter(problem=ticket.pk).values("title", "symptoms", "workaround").first()
        if published:
            return dict(published)
        incidents = Incident.objects.filter(quoting.QUOTABLE, links_out__to_ticket=ticket).exclude(customer_impact="")
        workaround = Problem.objects.values_list("workaround", flat=True).get(pk=ticket.pk)
        newest = incidents.order_by("-created_at", "-pk").values_list("customer_impact", flat=True)[:5]
        return {"title": ticket.title[:200], "symptoms": "\n".join(dict.fromkeys(newest)), "workaround": workaround}


class _RiskField(forms.ModelMultipleChoiceField):
    """Services, each with the reason why it may be at risk."""

    reasons: Mapping[int, str] = {}

    def label_from_instance(self, service: Any) -> str:
        """The service, its team, and the reason."""
        return f"{service.name} ({service.team.name}): {self.reasons.get(service.pk, '')}"


class AtRiskForm(VerbForm):
    """Other services at risk (S34): the dependency map proposes, a person chooses."""

    services = _RiskField(
        label="Proposed services", queryset=Service.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    more = forms.ModelMultipleChoiceField(label="More services", queryset=Service.objects.none(), required=False)
    due_on = forms.DateField(
        label="Due on", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Each team that owns one of them gets one action item.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = {proposal.service.pk: proposal.because for proposal in at_risk.propose(self.ticket)}
        rows = offered(Service.objects.select_related("team").order_by("tier", "name"))
        proposed: Any = self.fields["services"]
        proposed.queryset, proposed.reasons = rows.filter(pk__in=reasons), reasons
        remaining = rows.exclude(pk__in=[*reasons, self.ticket.service_id or 0]).exclude(
            problems_at_risk=self.ticket.pk
        )
        self.fields["more"].queryset = remaining  # type: ignore[attr-defined]  # typed as any Field
        self.fields["due_on"].initial = timezone.localdate(self.at) + _ANSWERED_WITHIN
        if not reasons:
            del self.fields["services"]

    def clean(self) -> dict[str, object]:
        """Merge proposed and more services into `services`."""
        cleaned = super().clean() or {}
        chosen = [*cleaned.pop("services", ()), *cleaned.pop("more", ())]
        if not chosen:
            raise forms.ValidationError("Choose at least one service.")
        return cleaned | {"services": chosen}


class FactorForm(VerbForm):
    """A contributing factor, and the factor that it explains."""

    text = forms.CharField(label="What contributed?", max_length=SHORT_TEXT, widget=_lines(2))
    parent = forms.ModelChoiceField(
        label="It explains", queryset=Factor.objects.none(), required=False, empty_label="the problem itself"
    )
    evidence_url = forms.URLField(
        label="Evidence", max_length=500, required=False, assume_scheme="https", help_text="A graph, a log, a change."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = Factor.objects.filter(problem=self.ticket.pk).order_by("pk")
        parent.label_from_instance = lambda factor: factor.text[:100]


def _open_problems(user: User) -> QuerySet[Ticket]:
    rows = Ticket.objects.visible_to(user).open().filter(kind=TicketKind.PROBLEM)
    return rows.distinct().order_by("-created_at")


class ProblemChoiceForm(VerbForm):
    """The problem that caused the incident, newest first."""

    problem = forms.ModelChoiceField(queryset=Ticket.objects.none(), empty_label="Choose a problem")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problem"].queryset = _open_problems(user)  # type: ignore[attr-defined]  # typed as any Field


class CloseForm(VerbForm):
    """The closure code of a problem."""

    code = forms.ChoiceField(label="Closure code", choices=CODE_CHOICES)
    note = forms.CharField(
        max_length=LONG_TEXT, required=False, widget=_lines(3), help_text="Needed when the risk is accepted."
    )
    original = forms.ModelChoiceField(
        label="Duplicate of", queryset=Ticket.objects.none(), required=False, empty_label="not a duplicate"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only records that are not private: everybody who may act on this one may see them.
        candidates = (
            Ticket.objects.open().filter(kind=TicketKind.PROBLEM, visibility="open").exclude(pk=self.ticket.pk)
        )
        self.fields["original"].queryset = candidates.order_by("-created_at")  # type: ignore[attr-defined]  # typed as any Field
