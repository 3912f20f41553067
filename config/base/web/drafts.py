"""Drafts: what somebody typed and has not sent stays in their browser; the server says what was saved.

Each form with free text renders the name of its draft. The script `drafts.js` keeps what is typed under that name,
the address the form is sent to, and the person; it gives each draft an id, which the form sends along. An answer that
saved the form names the id in a cookie, and the script removes that draft and no other.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.db import models
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString

FIELD = "draft"
COOKIE = "sent-drafts"
Answer = TypeVar("Answer", bound=HttpResponseBase)
_ID = re.compile(r"[a-z0-9]{8,32}")
_REMEMBERED = 20
_FREE_TEXT = ("text", "textarea", "search")
_CODES = {"one-time-code", "current-password", "new-password"}


def hide_secrets(fields: Mapping[str, forms.Field], names: tuple[str, ...]) -> None:
    """Mark the fields that no browser keeps: those of `names`, passwords and codes."""
    for name, field in fields.items():
        widget = field.widget
        is_code = widget.attrs.get("autocomplete") in _CODES or isinstance(widget, forms.PasswordInput)
        if name in names or is_code:
            widget.attrs["data-secret"] = True


def hide_if_secret(field: forms.Field, column: "models.Field[Any, Any]") -> None:
    """Mark the field of a column that its model names in `secret_inputs`: what is typed there may hold a key."""
    if column.name in getattr(column.model, "secret_inputs", ()):
        field.widget.attrs["data-secret"] = True


def has_free_text(fields: Mapping[str, forms.Field]) -> bool:
    """Whether somebody writes words into one of these fields that a browser may keep."""
    return any(_is_free_text(field.widget) for field in fields.values())


def _is_free_text(widget: Any) -> bool:
    if "data-secret" in widget.attrs or widget.is_hidden:
        return False
    if isinstance(widget, forms.MultiWidget):  # as a date and a time that are typed
        return any(_is_free_text(part) for part in widget.widgets)
    return isinstance(widget, forms.Textarea) or getattr(widget, "input_type", "") in _FREE_TEXT


def sent_id(values: Mapping[str, Any]) -> str:
    """The id of the draft that a form was sent with; empty if it has none, as from a browser without scripts."""
    value = str(values.get(FIELD) or "")
    return value if _ID.fullmatch(value) else ""


def draft_input(*, name: str, draft_id: str, **more: str) -> SafeString:
    """The hidden field that carries the id of the draft; a form that was refused comes back with the one it had.

    `more` says what the form does not say itself: `record` in place of its address, `rows` for how rows come into it.
    """
    attributes = {"type": "hidden", "name": FIELD, "value": draft_id, "data-draft": name}
    return format_html("<input{}>", flatatt(attributes | {f"data-{key}": value for key, value in more.items()}))


def name_sent(request: HttpRequest, answer: Answer) -> Answer:
    """The answer, which now says that the form of `request` was saved: the browser removes its draft."""
    sent = sent_id(request.POST)
    if sent:
        earlier = [part for part in request.COOKIES.get(COOKIE, "").split(".") if _ID.fullmatch(part) and part != sent]
        ids = ".".join([*earlier, sent][-_REMEMBERED:])
        answer.set_cookie(COOKIE, ids, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
    return answer
