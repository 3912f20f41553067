"""Prometheus Alertmanager's webhook, version 4: one body holds a group of alerts, each with its own status.

Alertmanager sends the body again every `repeat_interval`, tries again on 5xx alone and drops everything on
any 4xx (intake rule 3), so what can be read is taken, and what cannot is shown on the integration's page.
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

MAX_ALERTS = 5_000
# Labels that name the source, best first.
_PLACES = ("instance", "pod", "node", "host", "job", "namespace")


def _json_answer(detail: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)


@csrf_exempt
@requests.refuse_in_trouble(lambda: _json_answer("The database is not available. Send it again.", 503))
def receive(request: HttpRequest, secret: str = "") -> JsonResponse:
    """Take a group of alerts; the key is in the address or in the Authorization header."""
    if request.method != "POST":
        return requests.wrong_method({"detail": "Send alerts with POST."})
    secret = secret or _key_in_header(request)
    if not secret:
        response = _json_answer("Give the integration's key in the address or as a bearer token.", 401)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    integration = integration_keys.find_key(secret, kind=IntegrationKind.ALERTMANAGER)
    if integration is None:
        return _json_answer("unknown integration", 404)
    at = timezone.now()
    try:
        reports, problems = _read_for(integration, request)
    except Unreadable as error:
        _reject(integration, str(error), at=at)
        return _json_answer(str(error), error.status)
    store.store_reports(integration_id=integration.integration_id, reports=reports, at=at)
    if problems:
        _reject(integration, problems, at=at)
        if not reports:
            return _json_answer(problems, 400)
    return JsonResponse({"status": "ok"})


def _read_for(integration: integration_keys.IntegrationKey, request: HttpRequest) -> tuple[list[Report], str]:
    if integration.is_paused:
        raise Unreadable("This integration is paused.", status=403)
    return read(requests.read_object(request))


def read(body: Mapping[str, Any]) -> tuple[list[Report], str]:
    """The alerts that can be read, and what is wrong with the others.

    Raises Unreadable if there is no list of alerts, or too long a one.
    """
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise Unreadable("alerts: list expected")
    if len(alerts) > MAX_ALERTS:
        raise Unreadable(f"alerts: at most {MAX_ALERTS} expected; set max_alerts in alertmanager.yml", status=413)
    group = _group_fields(body)
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


def _group_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that all alerts of the body share."""
    names = ("receiver", "groupKey", "groupLabels", "externalURL", "truncatedAlerts")
    return {name: body[name] for name in names if name in body}


def _report(alert: Mapping[str, Any], group: Mapping[str, Any], problem: str) -> Report:
    labels: dict[str, Any] = alert["labels"]
    value = alert.get("annotations")
    annotations: dict[str, Any] = value if isinstance(value, dict) else {}
    fingerprint = alert.get("fingerprint")
    dedup_key = key(fingerprint) if isinstance(fingerprint, str) and fingerprint else _fingerprint(labels)
    group_key = group.get("groupKey")
    is_over = alert.get("status") == "resolved"
    return Report(
        action=EventAction.RESOLVE if is_over else EventAction.TRIGGER,
        dedup_key=dedup_key,
        group_key=key(group_key) if isinstance(group_key, str) and group_key else dedup_key,
        title=_alert_title(labels, annotations) or f"Alert {dedup_key[:16]}",
        severity_word=line(labels.get("severity"), max_length=60),
        source=next((place for name in _PLACES if (place := line(labels.get(name), max_length=300))), ""),
        link=web_link(alert.get("generatorURL"), group.get("externalURL")),
        payload={**group, **alert},
        started_at=instant(alert.get("startsAt")),
        ended_at=instant(alert.get("endsAt")) if is_over else None,
        problem=problem,
    )


def _alert_title(labels: Mapping[str, Any], annotations: Mapping[str, Any]) -> str:
    if summary := line(annotations.get("summary"), max_length=300):
        return summary
    others = (
        f"{line(name, max_length=60)}={line(value, max_length=60)}"
        for name, value in sorted(labels.items())
        if name not in {"alertname", "severity"}
    )
    return line(f"{line(labels.get('alertname'), max_length=150)} {', '.join(others)}", max_length=300)


def _fingerprint(labels: Mapping[str, Any]) -> str:
    """The key of an alert without a fingerprint: a digest of its labels."""
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


def _reject(integration: integration_keys.IntegrationKey, problem: str, *, at: datetime) -> None:
    store.store_event(
        integration_id=integration.integration_id,
        action=EventAction.NONE,
        outcome=EventOutcome.REJECTED,
        payload={},
        at=at,
        problem=problem,
    )
