"""Prometheus Alertmanager's webhook, version 4: one body holds a group of alerts, each with its own status.

Alertmanager sends the body again every `repeat_interval`, tries again on 5xx alone and drops everything on
any 4xx (intake rule 3), so what can be read is taken, and what cannot is shown on the integration's page.
"""

import base64
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from incidents.intake import integration_keys, refusals, requests, store
from incidents.intake.integration_keys import IntegrationKey
from incidents.intake.lenient_json import clean_details, clean_text
from incidents.intake.report import Report, instant, key, line, web_link, word
from incidents.intake.requests import Unreadable
from incidents.models import EventAction, IntegrationKind

logger = logging.getLogger(__name__)

# Labels that name the source, best first.
_PLACES = ("instance", "pod", "node", "host", "job", "namespace")
_TOO_MUCH_KEY = "holdfast: too much for one body"
_SHOWN_BYTES = 2_000
_MAX_SKIPPED_BYTES = 64 * 1024 * 1024
_MAX_GROUP_CHARACTERS = 4 * 1024


class TooMuch(Exception):
    """The body is beyond the limits of Alertmanager's address; the message is the title of the alert that says so."""


def _json_answer(detail: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)


@csrf_exempt
@requests.refuse_in_trouble(lambda: _json_answer("The database is away or too busy. Send it again.", 503))
def receive(request: HttpRequest, secret: str = "") -> JsonResponse:
    """Take a group of alerts; the key is in the address or in the Authorization header."""
    secret = secret or _key_in_header(request)
    integration = integration_keys.find_key(secret) if secret else None
    if request.method != "POST":
        if integration is not None and not integration.is_paused:
            problem = f"Method {request.method}: send alerts with POST."
            refusals.store_refusal(integration, problem, at=timezone.now())
        return requests.wrong_method({"detail": "Send alerts with POST."})
    if not secret:
        response = _json_answer("Give the integration's key in the address or as a bearer token.", 401)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    return _receive_for(integration, request) if integration else _json_answer("unknown integration", 404)


def _receive_for(integration: IntegrationKey, request: HttpRequest) -> JsonResponse:
    at = timezone.now()
    if integration.kind != IntegrationKind.ALERTMANAGER:
        refusals.store_refusal(integration, "Sent to Alertmanager's address, which is not this integration's.", at=at)
        return _json_answer("unknown integration", 404)
    try:
        problem = _take(integration, request, at=at)
    except Unreadable as error:
        refusals.store_refusal(integration, str(error), at=at)
        return _json_answer(str(error), error.status)
    return _json_answer(problem, 400) if problem else JsonResponse({"status": "ok"})


def _take(integration: IntegrationKey, request: HttpRequest, *, at: datetime) -> str:
    """Store the alerts of the request; returns why, if none of them could be read.

    Raises Unreadable for what is refused as a whole.
    """
    if integration.is_paused:
        raise Unreadable(f"{refusals.PAUSED}.", status=403)
    try:
        body = _read_body(request)
        with requests.large_body_alone(len(body)):
            document = requests.parse_object(body, limit=len(body))
            count, problem = _store(integration, document.content, document.problem, at=at)
    except TooMuch as excess:
        too_much = _too_much_report(integration, *excess.args)
        store.store_reports(integration_id=integration.integration_id, reports=[too_much], at=at)
        return ""
    if problem:
        refusals.store_refusal(integration, problem, at=at)
    return "" if count else problem


def _read_body(request: HttpRequest) -> bytes:
    limit: int = settings.INTAKE_ALERTMANAGER_MAX_BYTES
    body = requests.read_body(request, limit=limit)
    if len(body) <= limit:
        return body
    size = max(len(body) + requests.skip_rest(request, limit=_MAX_SKIPPED_BYTES), requests.announced_bytes(request))
    beginning = body[:_SHOWN_BYTES].decode(errors="replace")
    raise TooMuch(f"a body of {size:,} bytes: more than {limit // 1024**2} MiB", beginning)


def _store(
    integration: IntegrationKey, body: Mapping[str, object], corrected: str, *, at: datetime
) -> tuple[int, str]:
    """Store the alerts that can be read; returns their number, and what is wrong with the others."""
    reading = Reading(body, corrected)
    store.store_reports(integration_id=integration.integration_id, reports=reading, at=at)
    return reading.count, reading.problem


class Reading:
    """The reports of a body, read while they are stored: a large body is never in memory twice.

    Raises Unreadable if there is no list of alerts, TooMuch if it is too long. `problem` says afterwards what
    was wrong with the alerts that could not be read.
    """

    def __init__(self, body: Mapping[str, object], corrected: str = "") -> None:
        alerts = body.get("alerts")
        if not isinstance(alerts, list):
            raise Unreadable("alerts: list expected")
        limit: int = settings.INTAKE_ALERTMANAGER_MAX_ALERTS
        if len(alerts) > limit:
            beginning = json.dumps(alerts[0])[:_SHOWN_BYTES]
            raise TooMuch(f"{len(alerts):,} alerts in one body: more than {limit:,}", beginning)
        self._alerts: Sequence[object] = alerts
        self._group_key = key(body.get("groupKey"))
        self._external_url = body.get("externalURL")
        self._group = _group_fields(body)
        self._note = " ".join(filter(None, (corrected, _left_out(body))))
        self._wrong: list[str] = []
        self.count = 0

    @property
    def problem(self) -> str:
        """What was wrong with the alerts that could not be read; empty if all could."""
        return f"{len(self._wrong)} of {len(self._alerts)} alerts: {self._wrong[0]}" if self._wrong else ""

    def __iter__(self) -> Iterator[Report]:
        for position, alert in enumerate(self._alerts):
            if not isinstance(alert, dict) or not isinstance(alert.get("labels"), dict):
                self._wrong.append(f"alerts[{position}].labels: object expected")
                continue
            try:
                report = self._read(alert)
            except Exception:
                # One alert must not cost the others, whatever is wrong with it.
                logger.exception("intake.alert")
                self._wrong.append(f"alerts[{position}]: could not be read")
                continue
            self.count += 1
            yield report

    def _read(self, alert: dict[str, object]) -> Report:
        problem, self._note = self._note, ""
        return _report(alert, self._group, self._group_key, self._external_url, problem)


def _left_out(body: Mapping[str, object]) -> str:
    count = body.get("truncatedAlerts")
    if isinstance(count, bool) or not isinstance(count, int) or count <= 0:
        return ""
    return f"Alertmanager left {count} more alerts of this group out: see its max_alerts."


def _group_fields(body: Mapping[str, object]) -> dict[str, object]:
    """The fields that all alerts of the body share, short: they are stored with each."""
    names = ("receiver", "groupKey", "groupLabels", "externalURL", "truncatedAlerts")
    fields = {name: body[name] for name in names if name in body}
    return clean_details(fields, max_characters=_MAX_GROUP_CHARACTERS).content


def _too_much_report(integration: IntegrationKey, excess: str, beginning: str) -> Report:
    """The alert that stands for a body beyond the limits: an outage that large must page somebody."""
    dedup_key = key(_TOO_MUCH_KEY)
    return Report(
        action=EventAction.TRIGGER,
        dedup_key=dedup_key,
        group_key=dedup_key,
        title=f"Alertmanager sent {excess} are taken. Look there: the alerts in it are not here.",
        severity_word="critical",
        source="Alertmanager",
        payload={"integration": integration.integration_id, "beginning": clean_text(beginning)},
        problem=f"Alertmanager sent {excess} are taken; set max_alerts or group by more labels.",
    )


def _report(
    alert: Mapping[str, Any], group: Mapping[str, Any], group_key: str, external_url: object, problem: str
) -> Report:
    labels: dict[str, Any] = alert["labels"]
    value = alert.get("annotations")
    annotations: dict[str, Any] = value if isinstance(value, dict) else {}
    dedup_key = key(alert.get("fingerprint")) or _fingerprint(labels)
    is_over = word(alert.get("status")) == "resolved"
    return Report(
        action=EventAction.RESOLVE if is_over else EventAction.TRIGGER,
        dedup_key=dedup_key,
        group_key=group_key or dedup_key,
        title=_alert_title(labels, annotations) or f"Alert {dedup_key[:16]}",
        severity_word=line(labels.get("severity"), max_length=60),
        source=next((place for name in _PLACES if (place := line(labels.get(name), max_length=300))), ""),
        link=web_link(alert.get("generatorURL"), external_url),
        payload={**group, **alert},
        started_at=instant(alert.get("startsAt")),
        ended_at=instant(alert.get("endsAt")) if is_over else None,
        problem=problem,
    )


def _alert_title(labels: Mapping[str, object], annotations: Mapping[str, object]) -> str:
    if summary := line(annotations.get("summary"), max_length=300):
        return summary
    others = (
        f"{line(name, max_length=60)}={line(value, max_length=60)}"
        for name, value in sorted(labels.items())
        if name not in {"alertname", "severity"}
    )
    return line(f"{line(labels.get('alertname'), max_length=150)} {', '.join(others)}", max_length=300)


def _fingerprint(labels: Mapping[str, object]) -> str:
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
