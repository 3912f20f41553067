"""What a token may be used for: each scope in words, and what each endpoint needs.

Every verb names its scope where it is declared; there is no default. GET needs `read`.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:  # DRF's views import the permissions by their settings
    from rest_framework.views import APIView

SAFE_METHODS = frozenset({"get", "head", "options"})


class Scope(models.TextChoices):
    """What a token opens; it can never do more than its owner."""

    READ = "read", "Read: everything its owner may read"
    DECLARE = "declare", "Declare: open incidents, which may page people, and change their fields"
    RESPOND = (
        "respond",
        "Respond: acknowledge, assign, hold, restore, resolve, close and reopen incidents; "
        "add notes, links, watchers, checklists and time",
    )
    PUBLISH = "publish", "Publish: updates, maintenance and postmortems that customers read, with mail to subscribers"
    PREVENT = "prevent", "Prevent: problems, known errors, action items, links, waivers and tasks"
    POSTMORTEMS = "postmortems", "Postmortems: write, review, approve and close them, but not publish"
    ROTA = "rota", "Rota: change who is on call: schedules, overrides, swaps, time off, calendars, handoff notes"
    CONFIGURE = "configure", "Configure: services, teams, severities, policies, targets, pages and other settings"
    WRITE = "write", "Everything its owner may do, reading and publishing included"
    FORMER_RESPOND = "respond_0_1", "Respond, as wide as before version 0.2: also the verbs of other records"


OFFERED = tuple(scope for scope in Scope if scope is not Scope.FORMER_RESPOND)
"""The scopes of new tokens. `respond_0_1` keeps older tokens at work, and ends with version 0.2.0."""

_FORMER_RESPOND = {
    "action": "complete finish decline reassign",
    "waiver": "approve decline",
    "problem": "link_incident assess analyze publish_known_error start_fix resolve name_services close reopen assign"
    " add_note note",
    "known-error": "use",
    "postmortem": "assign comment submit request_changes take_seat approve publish withdraw close",
    "update": "create",
    "maintenance": "create tell",
    "swap": "offer accept decline_offer withdraw_offer approve decline cancel",
    "override": "cancel",
    "absence": "cancel",
    "handoff-note": "create",
    "obligation": "mark_done fulfil dismiss postpone",
}
"""What `respond` opened in 0.1 besides the verbs of incidents; frozen, no verb is added."""


def scoped(scope: Scope) -> Callable[[Any], Any]:
    """Declare the scope that a handler needs."""

    def declare(handler: Any) -> Any:
        handler.scope = scope
        return handler

    return declare


def handlers(viewset: type) -> Iterator[tuple[str, str, Any]]:
    """Method, name and function of everything that a viewset answers besides its standard reads."""
    standard = {"create": "post", "update": "put", "partial_update": "patch", "destroy": "delete"}
    for name in dir(viewset):
        handler = getattr(viewset, name)
        if name in standard:
            yield standard[name], name, handler
        for method, mapped in getattr(handler, "mapping", {}).items():
            yield method, mapped, getattr(viewset, mapped, None)


def unscoped(viewset: type) -> list[str]:
    """The names of a viewset's writing handlers that declare no scope."""
    return sorted(
        name
        for method, name, handler in handlers(viewset)
        if method not in SAFE_METHODS and not isinstance(getattr(handler, "scope", None), Scope)
    )


def scope_of(view: "APIView", method: str) -> Scope | None:
    """The scope that a request to this view needs; None if it does not answer the method."""
    handler = getattr(view, getattr(view, "action", None) or "", None)
    declared: Scope | None = getattr(handler, "scope", None)
    if declared is not None:
        return declared
    return Scope.READ if method.lower() in SAFE_METHODS else None


def is_open(held: set[str], *, needed: Scope, basename: str, action: str) -> bool:
    """Whether a token that holds these scopes opens a verb."""
    if {needed, Scope.WRITE} & held:
        return True
    return Scope.FORMER_RESPOND in held and action in _FORMER_RESPOND.get(basename, "").split()
