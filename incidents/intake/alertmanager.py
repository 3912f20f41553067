"""Prometheus Alertmanager's webhook, version 4: one body holds a group of alerts, each with its own status.

Alertmanager sends the body again every `repeat_interval`, tries again on 5xx alone and drops everything on
any 4xx (intake rule 3), so what can be read is taken and what cannot is shown on the integration's page.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from incidents.intake import integration_keys, requests, store
from incidents.intake.report import Report, instant, key, line, web_link
from incidents.intake.requests import Unreadable
from incidents.models import EventAction, EventOutcome, IntegrationKind

MOST_ALERTS = 5_000
# Labels that say where it is, best first.
_PLACES = ("instance", "pod", "node", "host", "job", "namespace")


def _answer(detail: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)


@csrf_exempt
@requests.refuse_in_trouble(lambda: _answer("The database is away. Send it again.", 503))
def receive(request: HttpRequest, secret: str = "") -> JsonResponse:
    """Take a group of alerts; the key stands in the address or in the Authorization header."""
    if request.method != "POST":
        return requests.wrong_method({"detail": "Send alerts with POST."})
    secret = secret or _key_in_header(request)
    if not secret:
        response = _answer("Give the integration's key in the address or as a bearer token.", 401)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    door = integration_keys.find_key(secret, kind=IntegrationKind.ALERTMANAGER)
    if door is None:
        return _answer("unknown integration", 404)
    at = timezone.now()
    try:
        reports, problems = _read_for(door, request)
    except Unreadable as error:
        _reject(door, str(error), at=at)
        return _answer(str(error), error.status)
    store.store(integration_id=door.integration_id, reports=reports, at=at)
    if problems:
        _reject(door, problems, at=at)
        if not reports:
            return _answer(problems, 400)
    return JsonResponse({"status": "ok"})


def _read_for(door: integration_keys.IntegrationKey, request: HttpRequest) -> tuple[list[Report], str]:
    if door.is_paused:
        raise Unreadable("This integration is paused.", status=403)
    return read(requests.read_object(request))


def read(body: Mapping[str, Any]) -> tuple[list[Report], str]:
    """The alerts that can be read, and what is wrong with the others.

    Raises Unreadable if there is no list of alerts, or too long a one.
    """
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise Unreadable("alerts: list expected")
    if len(alerts) > MOST_ALERTS:
        raise Unreadable(f"alerts: at most {MOST_ALERTS} expected; set max_alerts in alertmanager.yml", status=413)
    group = _group(body)
    left_out = body.get("truncatedAlerts")
    reports: list[Report] = []
    wrong = []
    for position, alert in enumerate(alerts):
        if not isinstance(alert, dict) or not isinstance(alert.get("labels"), dict):
            wrong.append(f"alerts[{position}].labels: object expected")
            continue
        problem = ""
        if not reports and isinstance(left_out, int) and left_out > 0:
            problem = f"Alertmanager left {left_out} more alerts of this group out: see its max_alerts."
        reports.append(_report(alert, group, problem))
    return reports, f"{len(wrong)} of {len(alerts)} alerts: {wrong[0]}" if wrong else ""


def _group(body: Mapping[str, Any]) -> dict[str, Any]:
    """What all alerts of the body share."""
    kept = ("receiver", "groupKey", "groupLabels", "externalURL", "truncatedAlerts")
    return {name: body[name] for name in kept if name in body}


def _report(alert: Mapping[str, Any], group: Mapping[str, Any], problem: str) -> Report:
    labels: dict[str, Any] = alert["labels"]
    found = alert.get("annotations")
    annotations: dict[str, Any] = found if isinstance(found, dict) else {}
    fingerprint = alert.get("fingerprint")
    dedup_key = key(fingerprint) if isinstance(fingerprint, str) and fingerprint else _fingerprint(labels)
    group_key = group.get("groupKey")
    is_over = alert.get("status") == "resolved"
    return Report(
        action=EventAction.RESOLVE if is_over else EventAction.TRIGGER,
        dedup_key=dedup_key,
        group_key=key(group_key) if isinstance(group_key, str) and group_key else dedup_key,
        title=_title(labels, annotations) or f"Alert {dedup_key[:16]}",
        severity_word=line(labels.get("severity"), most=60),
        source=next((place for name in _PLACES if (place := line(labels.get(name), most=300))), ""),
        link=web_link(alert.get("generatorURL"), group.get("externalURL")),
        payload={**group, **alert},
        started_at=instant(alert.get("startsAt")),
        ended_at=instant(alert.get("endsAt")) if is_over else None,
        problem=problem,
    )


def _title(labels: Mapping[str, Any], annotations: Mapping[str, Any]) -> str:
    if summary := line(annotations.get("summary"), most=300):
        return summary
    others = (
        f"{line(name, most=60)}={line(value, most=60)}"
        for name, value in sorted(labels.items())
        if name not in {"alertname", "severity"}
    )
    return line(f"{line(labels.get('alertname'), most=150)} {', '.join(others)}", most=300)


def _fingerprint(labels: Mapping[str, Any]) -> str:
    """What names an alert whose sender gives no fingerprint: its labels."""
    return sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()


def _key_in_header(request: HttpRequest) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""


def _reject(door: integration_keys.IntegrationKey, problem: str, *, at: datetime) -> None:
    store.keep(
        integration_id=door.integration_id,
        action=EventAction.NONE,
        outcome=EventOutcome.REJECTED,
        payload={},
        at=at,
        problem=problem,
    )
