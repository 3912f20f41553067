"""ETags of records: which version it is, and how the caller sees it.

A tag is `"<version>.<view>"`. `If-Match` compares the version: somebody else's change counts, and how a record is
shown does not. `If-None-Match` of a GET compares the whole, so that a caller whose rights changed never keeps an old
view. Tags that a proxy made weak (`W/"..."`) are the same tags.
"""

import hashlib
import json
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.http import parse_etags
from rest_framework import exceptions
from rest_framework.request import Request

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
_ANY = "*"
_TAG = '(W/)?"[!#-~]*"'
PATTERN = rf"(\*|{_TAG}(, {_TAG})*)"
"""How the document describes both headers: any, or tags with their quotes."""


@dataclass(frozen=True)
class Condition:
    """The tags of one header of a request."""

    tags: frozenset[str]

    def names_version(self, tag: str) -> bool:
        """Whether it names this version of the record, in any view."""
        return _ANY in self.tags or _version(tag) in set(map(_version, self.tags))

    def names(self, tag: str) -> bool:
        """Whether it names exactly this answer."""
        return _ANY in self.tags or tag in self.tags


def tag_of(record: Model, content: object) -> str:
    """The tag of a record and what is shown of it; without `updated_at` the view is the version."""
    view = hashlib.sha256(json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:16]
    changed_at = getattr(record, "updated_at", None)
    return f'"{record.pk}-{changed_at:%Y%m%d%H%M%S%f}.{view}"' if changed_at else f'"{record.pk}-{view}.{view}"'


def condition(request: Request, header: str) -> Condition | None:
    """The condition in a header, or None without it. Raises ValidationError if it holds no tag."""
    value = request.headers.get(header)
    if value is None:
        return None
    tags = frozenset(tag.removeprefix("W/") for tag in parse_etags(value))
    if not tags:
        raise exceptions.ValidationError(
            {header: ['Send the ETag as you got it, with its quotes: "7-2026.1a2b", or *.']}
        )
    return Condition(tags)


def _version(tag: str) -> str:
    return tag.strip('"').rpartition(".")[0] or tag
