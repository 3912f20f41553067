"""Declaring an incident; the page says whom it will page before it does."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.data.retirement import offered
from config.base.web import panels
from config.base.web.guards import Once
from config.base.web.views import Destination, FormPage, TemplatePage
from incidents import permissions, response
from incidents.categories.catalogue import category_names, find_category
from incidents.forms.response import DeclareForm
from incidents.forms.tickets import LevelField
from incidents.models import Service, Severity
from incidents.requesters.directory import find_requester
from incidents.tickets import priority
from incidents.views.response.verbs import REFUSALS
from oncall.models import Team

_REQUESTER = ("requester_name", "requester_phone", "requester_email", "requester_location")


class _ProposalForm(forms.Form):
    """The fields that the proposal depends on; an invalid value counts as empty."""

    title = forms.CharField(max_length=300, required=False)
    customer_impact = forms.CharField(max_length=SHORT_TEXT, required=False)
    description = forms.CharField(max_length=LONG_TEXT, required=False)
    service = forms.ModelChoiceField(Service.objects.select_related("team"), required=False)
    team = forms.ModelChoiceField(Team.objects.all(), required=False)
    category = forms.CharField(max_length=60, required=False)
    severity = forms.ModelChoiceField(Severity.objects.all(), required=False)
    impact = LevelField()
    urgency = LevelField()


@dataclass(frozen=True)
class Declaration:
    """The fields typed so far for an incident that is not declared yet; panels of "declare" read it."""

    title: str
    text: str
    service: Service | None


def _proposal(request: HttpRequest, data: Any, at: Any) -> dict[str, Any]:
    form = _ProposalForm(data)
    form.is_valid()
    values: dict[str, Any] = {name: form.cleaned_data.get(name) for name in form.fields}
    proposed = priority.propose(impact=values["impact"], urgency=values["urgency"])
    severity = values["severity"] or proposed.severity
    about = find_category(values["category"] or "")
    owner = response.owner_of(team=values["team"], service=values["service"], category=about)
    names = response.preview_page(severity=severity, service=values["service"], team=owner, at=at)
    text = f"{values['customer_impact'] or ''} {values['description'] or ''}".strip()
    declaration = Declaration(values["title"] or "", text, values["service"])
    return {
        "priority": proposed.priority,
        "severity": severity,
        "is_chosen": values["severity"] is not None,
        "owner": owner,
        "private_because": response.default_reason(team=owner, category=about),
        "names": names,
        "panels": panels.collect("declare", request, declaration),
    }


class Declare(FormPage):
    """The form. "Preview" shows the proposal without script; nothing is saved by it."""

    guard = Once("each form is one incident")
    title = "Declare an incident"
    template_name = "incidents/response/declare.html"
    form_class = DeclareForm
    button = "Declare"
    refusals = REFUSALS

    def may(self) -> bool:
        """Everybody who is signed in."""
        return permissions.can_declare(self.person)

    def get_initial(self) -> dict[str, object]:
        """Values from the URL, as ?service=3&title=..."""
        return {name: value for name, value in self.request.GET.items() if name in DeclareForm.base_fields}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Declare, or with the preview button only show what declaring would do."""
        if "preview" in request.POST:
            form = DeclareForm(initial=request.POST.dict())
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    def perform(self, form: DeclareForm) -> Destination:
        """Open the incident."""
        values = form.cleaned_data
        name, phone, email, location = (values.pop(key) for key in _REQUESTER)
        with transaction.atomic():  # if declaring is refused, no requester is created either
            ticket = response.declare(
                **values,
                requester=find_requester(name=name, phone=phone, email=email, location=location),
                actor=self.person,
                at=self.at,
            )
        self.done = f"{ticket.reference} is open."
        return ticket

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the proposal for the current values."""
        context = super().get_context_data(**kwargs)
        data = self.request.POST if self.request.method == "POST" else self.get_initial()
        return context | {
            "proposal": _proposal(self.request, data, self.at),
            "categories": category_names(),
            "severities": offered(Severity.objects.order_by("position")),
        }


class Proposal(TemplatePage):
    """Priority, severity and people who would be paged, for the fields of the form so far."""

    template_name = "incidents/response/proposal.html"

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The same by POST: a long description does not fit into an address."""
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The proposal."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        return super().get_context_data(**kwargs) | {"proposal": _proposal(self.request, data, self.at)}
