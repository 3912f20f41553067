"""PagerDuty's Events API v2, for senders that change nothing but the address.

Its clients try again on 429 and 5xx alone and read `errors` of a 400 (intake rule 2), so the texts are
PagerDuty's own. One difference is on purpose: an event without a source is taken, because a lost page is
worse than an unknown source (Uptime Kuma sends `"source": null`).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from incidents.intake import integration_keys, refusals, requests, store
from incidents.intake.integration_keys import IntegrationKey
from incidents.intake.lenient_json import Document
from incidents.intake.report import Report, instant, key, key_text, line, web_link, word
from incidents.intake.requests import Unreadable
from incidents.models import EventAction, EventOutcome, IntegrationKind

SUMMARY_LENGTH = 1024
ACTIONS = {
    "trigger": EventAction.TRIGGER,
    "acknowledge": EventAction.ACKNOWLEDGE,
    "resolve": EventAction.RESOLVE,
}
SEVERITIES = ("critical", "warning", "error", "info")
_MAX_SEARCHED_BYTES = 16 * 1024 * 1024
_WRONG_METHOD = {"message": "method not allowed"}


def _refuse(*errors: str, status: int = 400) -> JsonResponse:
    return JsonResponse(
        {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}, status=status
    )


def _unrecognized() -> JsonResponse:
    return JsonResponse(
        {
            "status": "Unrecognized object",
            "message": "Event object format is unrecognized",
            "errors": ["JSON parse error"],
        },
        status=400,
    )


def _database_away() -> JsonResponse:
    return JsonResponse(
        {"status": "error", "message": "The database is not available", "errors": ["Send the event again"]}, status=503
    )


@csrf_exempt
@requests.refuse_in_trouble(_database_away)
def enqueue(request: HttpRequest) -> JsonResponse:
    """Take one event: trigger, acknowledge or resolve."""
    at = timezone.now()
    document = _read(request, at=at)
    if isinstance(document, JsonResponse):
        return document
    body: dict[str, object] = document.content
    integration = _find_integration(body, problems=_event_errors(body), at=at)
    if isinstance(integration, JsonResponse):
        return integration
    dedup_key = key_text(body.get("dedup_key")) or uuid4().hex
    report = _report(body, dedup_key, corrected=document.problem)
    store.store_reports(integration_id=integration.integration_id, reports=[report], at=at)
    return JsonResponse({"status": "success", "message": "Event processed", "dedup_key": dedup_key}, status=202)


@csrf_exempt
@requests.refuse_in_trouble(_database_away)
def enqueue_change(request: HttpRequest) -> JsonResponse:
    """Store a change event: it opens no alert and pages nobody."""
    at = timezone.now()
    document = _read(request, at=at)
    if isinstance(document, JsonResponse):
        return document
    body: dict[str, object] = document.content
    integration = _find_integration(body, problems=_summary_errors(body), at=at)
    if isinstance(integration, JsonResponse):
        return integration
    store.store_event(
        integration_id=integration.integration_id,
        action=EventAction.CHANGE,
        outcome=EventOutcome.KEPT,
        payload=_without_key(body),
        at=at,
        problem=document.problem,
    )
    return JsonResponse({"status": "success", "message": "Change event processed"}, status=202)


def _read(request: HttpRequest, *, at: datetime) -> Document | JsonResponse:
    """The object in the request, or the answer that refuses it.

    A refusal is stored for the integration whose key stands somewhere in the bytes (intake rule 8).
    """
    limit: int = settings.INTAKE_MAX_BYTES
    if request.method != "POST":
        _store_refusals(request, b"", f"Method {request.method}: send events with POST.", at=at)
        return requests.wrong_method(_WRONG_METHOD)
    body = b""
    try:
        body = requests.read_body(request, limit=limit)
        document = requests.parse_object(body, limit=limit)
    except Unreadable as error:
        _store_refusals(request, body, str(error), at=at)
        return _unrecognized() if error.status == 400 else _refuse(str(error), status=error.status)
    # Without a key there is nobody to correct it for, so it is answered as PagerDuty would.
    return document if "routing_key" in document.content or requests.is_plain(body) else _unrecognized()


def _store_refusals(request: HttpRequest, body: bytes, problem: str, *, at: datetime) -> None:
    for integration in refusals.search_rest(request, body, limit=_MAX_SEARCHED_BYTES):
        refusals.store_refusal(integration, problem, at=at)


def _find_integration(
    body: Mapping[str, object], *, problems: list[str], at: datetime
) -> IntegrationKey | JsonResponse:
    """The integration the event is for, or the answer that refuses it; refusals are stored for its page."""
    secret = key_text(body.get("routing_key")) if isinstance(body.get("routing_key"), str) else ""
    if wrong := _key_errors(secret):
        return _refuse(*wrong, *problems)
    integration = integration_keys.find_key(secret)
    if integration is None:
        return _refuse("Invalid routing key")
    if integration.kind != IntegrationKind.PAGERDUTY:
        refusals.store_refusal(integration, "Sent to PagerDuty's address, which is not this integration's.", at=at)
        return _refuse("Invalid routing key")
    if integration.is_paused:
        problems = ["This integration is paused"]
    if not problems:
        return integration
    refusals.store_refusal(integration, "; ".join(problems), at=at, payload=_without_key(body))
    return _refuse(*problems, status=403 if integration.is_paused else 400)


def _key_errors(secret: str) -> list[str]:
    if not secret:
        return ["'routing_key' is missing or blank"]
    wrong = []
    if len(secret) != 32:
        wrong.append("Length of 'routing_key' is incorrect (should be 32 characters)")
    if not (secret.isascii() and secret.isalnum()):
        wrong.append("'routing_key' cannot contain non-alphanumeric characters.")
    return wrong


def _action_errors(body: Mapping[str, object]) -> list[str]:
    action = body.get("event_action")
    if action is None or action == "":
        return ["'event_action' is missing or blank"]
    return [] if word(action) in ACTIONS else ["'event_action' is invalid"]


def _event_errors(body: Mapping[str, object]) -> list[str]:
    if wrong := _action_errors(body):
        return wrong
    if word(body["event_action"]) != "trigger":
        return [] if key_text(body.get("dedup_key")) else ["'dedup_key' is missing or blank"]
    wrong = _summary_errors(body)
    severity = _payload(body).get("severity")
    if severity is None or severity == "":
        wrong.append("'payload.severity' is missing or blank")
    elif word(severity) not in SEVERITIES:
        wrong.append(
            "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"
        )
    return wrong


def _summary_errors(body: Mapping[str, object]) -> list[str]:
    return [] if line(_payload(body).get("summary"), max_length=300) else ["'payload.summary' is missing or blank"]


def _payload(body: Mapping[str, object]) -> Mapping[str, object]:
    payload = body.get("payload")
    return payload if isinstance(payload, dict) else {}


def _without_key(body: Mapping[str, object]) -> dict[str, object]:
    """The event without its routing key, wherever else it stands: what is stored is shown and exported."""
    rest = {name: value for name, value in body.items() if name != "routing_key"}
    secret = key_text(body.get("routing_key"))
    text = json.dumps(rest)
    if len(secret) == 32 and secret in text:
        rest = json.loads(text.replace(secret, "[key]"))
    return rest


def _report(body: Mapping[str, object], dedup_key: str, *, corrected: str) -> Report:
    payload = _payload(body)
    action = ACTIONS[word(body["event_action"])]
    source = line(payload.get("source"), max_length=300)
    corrections = [corrected] if corrected else []
    if action == EventAction.TRIGGER:
        if not source:
            source = line(body.get("client"), max_length=300) or "unknown"
            corrections.append(f"The event names no source; it was taken with the source '{source}'.")
        if len(str(payload["summary"])) > SUMMARY_LENGTH:
            corrections.append(f"The summary is longer than {SUMMARY_LENGTH} characters and was cut.")
    links = body.get("links")
    hrefs = [link.get("href") for link in links[:20] if isinstance(link, dict)] if isinstance(links, list) else []
    stamp = instant(payload.get("timestamp"))
    return Report(
        action=action,
        dedup_key=key(dedup_key),
        group_key=key(dedup_key),
        title=line(payload.get("summary"), max_length=300),
        severity_word=line(payload.get("severity"), max_length=60).lower(),
        source=source,
        link=web_link(body.get("client_url"), *hrefs),
        payload=_without_key(body),
        # A resolve's timestamp may be any of the alert's times, so only a trigger's is used.
        started_at=stamp if action == EventAction.TRIGGER else None,
        problem=" ".join(corrections),
    )
