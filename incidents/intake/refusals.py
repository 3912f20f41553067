"""Refused requests whose key was right: each stands on its integration's page (intake rule 8)."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from incidents.intake import integration_keys, store
from incidents.intake.integration_keys import IntegrationKey
from incidents.intake.lenient_json import clean_details
from incidents.models import Event, EventAction, EventOutcome

PAUSED = "This integration is paused"
"""Begins the reason of an event that a paused integration did not take: shown, but no refusal to act on."""
MAX_STORED_CHARACTERS = 4 * 1024
PER_MINUTE = 60
"""Refusals stored for an integration in a minute by one process; the others are counted on the last of them."""
_PAUSED_PER_MINUTE = 1
_MAX_KEYS_TRIED = 3
_MAX_COUNTERS = 5_000
# As JSON, JSON within JSON, a form field, or somebody's own notation.
_ROUTING_KEY = re.compile(rb"routing_key[\\\"'\s:=]{1,20}([0-9A-Za-z]{32})(?![0-9A-Za-z])")
_OVERLAP = 128


@dataclass(slots=True)
class _Minute:
    """What was refused for an integration within a minute."""

    began: float
    count: int = 0
    last_event_id: int = 0
    last_problem: str = ""


_minutes: dict[tuple[int, bool], _Minute] = {}


def store_refusal(
    integration: IntegrationKey, problem: str, *, at: datetime, payload: Mapping[str, object] | None = None
) -> None:
    """Store that a request was refused and why, for a paused integration that it is paused.

    The details are kept short, and during a flood only counted. The caller leaves the key out of them.
    """
    reason = f"{PAUSED}." if integration.is_paused and not problem.startswith(PAUSED) else problem
    minute = _minute_of(integration)
    minute.count += 1
    limit = _PAUSED_PER_MINUTE if integration.is_paused else PER_MINUTE
    if minute.count > limit:
        _count_on_last(minute, more=minute.count - limit)
        return
    details = clean_details(dict(payload or {}), max_characters=MAX_STORED_CHARACTERS)
    event = store.store_event(
        integration_id=integration.integration_id,
        action=EventAction.NONE,
        outcome=EventOutcome.REJECTED,
        payload=details.content,
        at=at,
        problem=reason,
    )
    minute.last_event_id, minute.last_problem = event.pk, event.problem


def integrations_named_in(body: bytes) -> list[IntegrationKey]:
    """The integrations whose routing keys stand in a body that could not be read; at most three keys are tried."""
    secrets = dict.fromkeys(match.decode() for match in _ROUTING_KEY.findall(body.replace(b"\x00", b"")))
    named = (integration_keys.find_key(secret) for secret in list(secrets)[:_MAX_KEYS_TRIED])
    return [integration for integration in named if integration is not None]


def search_rest(request: HttpRequest, beginning: bytes, *, limit: int, chunk: int = 64 * 1024) -> list[IntegrationKey]:
    """The same for a body that is too large to keep: it is read on, at most `limit` bytes, until a key is there."""
    window = beginning
    count = 0
    while not (named := integrations_named_in(window)) and count < limit:
        following = request.read(chunk)
        if not following:
            break
        count += len(following)
        window = window[-_OVERLAP:] + following
    return named


def _minute_of(integration: IntegrationKey) -> _Minute:
    now = time.monotonic()
    name = (integration.integration_id, integration.is_paused)
    minute = _minutes.get(name)
    if minute is None or now - minute.began >= 60:
        if len(_minutes) >= _MAX_COUNTERS:
            _minutes.clear()
        minute = _minutes[name] = _Minute(now)
    return minute


def _count_on_last(minute: _Minute, *, more: int) -> None:
    """Write the count at each doubling: during a flood a write for each request would be a flood of its own."""
    if more & (more - 1) == 0:
        problem = f"{minute.last_problem[:440]} At least {more} more within a minute were not stored."
        Event.objects.filter(pk=minute.last_event_id).update(problem=problem)
