"""Declaring an incident: keyboard only, under a minute, and it says whom it wakes before it does."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from config.base.web import panels
from config.base.web.views import FormPage, TemplatePage
from incidents import permissions, response
from incidents.forms.response import DeclareForm
from incidents.forms.severities import LevelField
from incidents.models import Service, Severity
from incidents.requesters.directory import find_requester
from incidents.severities import priority
from incidents.views.response.verbs import REFUSALS
from oncall.models import Team

_REQUESTER = ("requester_name", "requester_phone", "requester_email")


class _Asked(forms.Form):
    """The part of the form that the proposal depends on; nonsense counts as not given."""

    title = forms.CharField(required=False)
    customer_impact = forms.CharField(required=False)
    description = forms.CharField(required=False)
    service = forms.ModelChoiceField(Service.objects.select_related("team"), required=False)
    team = forms.ModelChoiceField(Team.objects.all(), required=False)
    severity = forms.ModelChoiceField(Severity.objects.all(), required=False)
    impact = LevelField()
    urgency = LevelField()


@dataclass(frozen=True)
class Declaration:
    """What a person has said so far of an incident that nobody has declared yet; panels of "declare" read it."""

    title: str
    text: str
    service: Service | None


def _proposal(request: HttpRequest, data: Any, at: Any) -> dict[str, Any]:
    asked = _Asked(data)
    asked.is_valid()
    given: dict[str, Any] = {name: asked.cleaned_data.get(name) for name in asked.fields}
    proposed = priority.propose(impact=given["impact"], urgency=given["urgency"])
    severity = given["severity"] or proposed.severity
    names = response.preview_page(severity=severity, service=given["service"], team=given["team"], at=at)
    text = f"{given['customer_impact'] or ''} {given['description'] or ''}".strip()
    said = Declaration(given["title"] or "", text, given["service"])
    return {
        "priority": proposed.priority,
        "severity": severity,
        "is_chosen": given["severity"] is not None,
        "owner": given["team"] or (given["service"].team if given["service"] else None),
        "names": names,
        "panels": panels.collect("declare", request, said),
    }


class Declare(FormPage):
    """The form. "Preview" shows the proposal without script; nothing is saved by it."""

    title = "Declare an incident"
    template_name = "incidents/response/declare.html"
    form_class = DeclareForm
    button = "Declare"
    refusals = REFUSALS

    def may(self) -> bool:
        """Everybody who is signed in."""
        return permissions.can_declare(self.person)

    def get_initial(self) -> dict[str, Any]:
        """What a link to this page already knows, as ?service=3&title=..."""
        return {name: value for name, value in self.request.GET.items() if name in DeclareForm.base_fields}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Declare, or with the preview button only show what declaring would do."""
        if "preview" in request.POST:
            form = DeclareForm(initial=request.POST.dict())
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> Any:
        """Open the incident."""
        given = form.cleaned_data
        name, phone, email = (given.pop(key) for key in _REQUESTER)
        with transaction.atomic():  # a refused incident leaves no requester behind
            ticket = response.declare(
                **given,
                requester=find_requester(name=name, phone=phone, email=email),
                actor=self.person,
                at=self.at,
            )
        self.done = f"{ticket.reference} is open."
        return ticket

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the proposal as things stand."""
        context = super().get_context_data(**kwargs)
        data = self.request.POST if self.request.method == "POST" else self.get_initial()
        return context | {
            "proposal": _proposal(self.request, data, self.at),
            "severities": Severity.objects.order_by("rank"),
        }


class Proposal(TemplatePage):
    """Priority, severity, who would be paged and what is known of it, for the fields of the form so far."""

    template_name = "incidents/response/proposal.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same: a long description does not fit into an address."""
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The proposal."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        return super().get_context_data(**kwargs) | {"proposal": _proposal(self.request, data, self.at)}
