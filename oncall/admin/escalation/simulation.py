"""The page "Who would be paged": the question as a sentence, and the answer of the real machine; nothing is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from config.base.data.clock import find_zone
from config.base.data.wall_clock import wall_time
from config.base.web.moments import reader_zone, reading_notice
from oncall.admin.escalation.simulation_chart import chart
from oncall.escalation import simulation_text
from oncall.escalation.simulation import simulate
from oncall.escalation.simulation_moments import occasions
from oncall.escalation.simulation_night import Night, describe_night
from oncall.escalation.simulation_reasons import load_reasons
from oncall.escalation.simulation_text import Line
from oncall.forms.escalation import MomentForm
from oncall.models import EscalationPolicy, Team

TITLE = "Who would be paged"
TEMPLATE = "oncall/escalation/simulation.html"


@dataclass(frozen=True)
class Answer:
    """What the page shows below the question."""

    headline: str
    warning: str
    notice: str
    second_url: str
    zone: str
    lines: list[Line]
    chart: SafeString
    night: Night | None


@dataclass(frozen=True)
class Suggestion:
    """A moment worth asking about."""

    name: str
    url: str
    is_current: bool


def initial_question(request: HttpRequest, *, team: Team | None, at: datetime, **more: object) -> dict[str, object]:
    """The question as sent, and what was left out: now, in the team's zone."""
    zone = str(request.GET.get("zone") or (team.time_zone if team else reader_zone().key))
    now = wall_time(at, find_zone(zone))  # the form says that there is no such zone
    start = {"zone": zone, "moment": now.strftime("%Y-%m-%dT%H:%M")}
    return start | more | {name: value for name, value in request.GET.items() if value}


def answer(
    request: HttpRequest, form: MomentForm, *, policy: EscalationPolicy | None, team: Team | None, urgency: str
) -> Answer:
    """The answer to a valid question."""
    at, zone = form.cleaned_data["at"], form.cleaned_data["zone"]
    run = simulate(policy=policy, team=team, at=at, urgency=urgency)
    reasons = load_reasons(run, zone=zone.key)
    is_first = form.reading.second is not None and at == form.reading.at
    return Answer(
        headline=simulation_text.headline(run, zone=zone),
        warning=simulation_text.warning(run),
        notice=reading_notice(form.reading, at=at, zone=zone),
        second_url=f"{question_url(request, form)}&second=on" if is_first else "",
        zone=zone.key,
        lines=simulation_text.describe(run, reasons, zone=zone),
        chart=chart(run, zone=zone),
        night=describe_night(run, reasons, zone=zone),
    )


def suggestions(
    request: HttpRequest, form: MomentForm, policy: EscalationPolicy | None, *, home: str, at: datetime
) -> Iterable[Suggestion]:
    """Moments worth asking about, in the zone of the question, or else in that of the team."""
    is_asked = form.is_valid()
    zone = form.cleaned_data["zone"] if is_asked else find_zone(home)
    chosen = form.cleaned_data["at"] if is_asked else None
    for occasion in occasions(policy, zone=zone, home=find_zone(home), at=at):
        query = request.GET.copy()
        query.pop("second", None)
        query["moment"], query["zone"] = occasion.local.strftime("%Y-%m-%dT%H:%M"), occasion.zone.key
        yield Suggestion(occasion.name, f"{request.path}?{query.urlencode()}", occasion.at == chosen)


def question_url(request: HttpRequest, form: MomentForm) -> str:
    """The address of the question as it stands."""
    query = request.GET.copy()
    for name in form.fields:
        if name != "second" and (value := form.data.get(name)):
            query[name] = str(value)
    query.pop("second", None)
    return f"{request.path}?{query.urlencode()}"


def context(
    request: HttpRequest, form: MomentForm, *, policy: EscalationPolicy | None, team: Team | None, at: datetime
) -> dict[str, object]:
    """What the page shows whether or not the question can be answered."""
    home = team.time_zone if team else reader_zone().key
    zones = [home, reader_zone().key, "UTC"]
    return {
        "form": form,
        "policy": policy,
        "policy_url": reverse("admin:oncall_escalationpolicy_change", args=[policy.pk]) if policy else "",
        "suggestions": list(suggestions(request, form, policy, home=home, at=at)),
        "zones": list(dict.fromkeys(zones)),
    }


def page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """The page in the frame of the administration."""
    return TemplateResponse(request, TEMPLATE, admin.site.each_context(request) | {"title": TITLE} | context)
