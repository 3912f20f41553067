"""A form or a button that is sent twice is done once: each carries a key, and its answer is kept with its effect.

The key is in every form that has a CSRF token. A form that was refused did nothing, so its key stays free.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.data.answers import await_key, rows
from config.base.data.users import Visitor
from config.base.web import drafts

FIELD = "form_key"
SENT_TWICE = "You sent this twice. It was done once."
_OWN = {FIELD, "csrfmiddlewaretoken", "form_seen", drafts.FIELD}
_REDIRECT = 302


@dataclass
class Submission:
    """A sent form that holds its key until the transaction ends."""

    row: Any
    earlier: dict[str, str] = field(default_factory=dict)
    """Where the first answer led (`target`), and what it said (`text`); empty if this is the first."""
    is_changed: bool = False
    """Whether the first had other content under the same key, as after the Back button."""

    def keep(self, *, target: str, text: str = "") -> None:
        """Keep the answer, in the transaction that has the effect."""
        self.row.answer = json.dumps({"target": target, "text": text})
        self.row.save(force_insert=True)


def claim(request: HttpRequest, *, user: Visitor, at: datetime) -> Submission | None:
    """The submission of this POST by this person, once no other one with its key is running; None without a key.

    Must be called in the transaction that has the effect.
    """
    typed = _key(request)
    if typed is None:
        return None
    path = request.get_full_path()
    # One page can hold several forms: the address keeps them apart, and the user keeps people apart.
    key = f"form:{typed}:{hashlib.sha256(path.encode()).hexdigest()[:32]}"
    await_key(f"{key}:{user.pk}")
    digest = _digest(request)
    existing = rows().objects.filter(user=user, key=key).first()
    if existing is not None:
        return Submission(existing, json.loads(existing.answer), existing.body_digest != digest)
    return Submission(
        rows()(
            user=user, key=key, method="POST", path=path, body_digest=digest, status=_REDIRECT, created_at=at
        )
    )  # fmt: skip


def sent_before(target: str) -> SafeString:
    """What to say when a form is sent again with other content under the same key."""
    return format_html(
        'You sent this form before with other content, and that is done: <a href="{}">see what it did</a>.'
        " What is in it now is not saved yet. Send it again if it is one more.",
        target,
    )


def field_key(request: HttpRequest | None) -> str:
    """The key for a form that is drawn now: the one that was sent while its form is still open, else a new one."""
    typed = _key(request) if request is not None and not getattr(request, "form_key_is_used", False) else None
    return str(typed or uuid.uuid4())


def renew(request: HttpRequest) -> None:
    """Draw the forms of this answer with a new key: what was sent under the old one is done."""
    request.form_key_is_used = True  # type: ignore[attr-defined]  # a mark for `field_key`


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _digest(request: HttpRequest) -> str:
    digest = hashlib.sha256()
    for name in sorted(set(request.POST) - _OWN):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name, file in sorted(request.FILES.items()):
        digest.update(repr((name, getattr(file, "name", ""), getattr(file, "size", 0))).encode())
    return digest.hexdigest()
