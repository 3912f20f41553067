"""Threads of customer mails: every mail about one incident or maintenance answers the subscriber's first."""

import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Min

from incidents.models import UpdateDelivery

_SUBJECTS = ("update__incident", "notice__maintenance")
"""What a thread is about; a delivery has one of them, or neither."""


def message_id(key: str) -> str:
    """The Message-ID of the delivery with this key: the same in every attempt."""
    name = hashlib.sha256(f"customers:{key}".encode()).hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"


def thread_headers(key: str, *, first_key: str | None) -> dict[str, str]:
    """The headers of a delivery's mail; it answers the first mail of its thread unless it is the first."""
    headers = {"Message-ID": message_id(key)}
    if first_key is not None and first_key != key:
        headers |= {"In-Reply-To": message_id(first_key), "References": message_id(first_key)}
    return headers


def first_keys(deliveries: Iterable[UpdateDelivery]) -> dict[int, str]:
    """By delivery the key of the first mail that its subscriber got about the same subject, in two queries."""
    rows = list(deliveries)
    subscribers = {row.subscriber_id for row in rows}
    first_rows: dict[tuple[str, int, int], int] = {}
    subjects = {row.pk: _subject(row) for row in rows}
    for column in _SUBJECTS:
        ids = {subject[1] for subject in subjects.values() if subject and subject[0] == column}
        if not ids:
            continue
        mails = UpdateDelivery.objects.filter(subscriber__in=subscribers, **{f"{column}__in": ids})
        for subject_id, subscriber_id, first in mails.values_list(column, "subscriber_id").annotate(first=Min("pk")):
            first_rows[column, subject_id, subscriber_id] = first
    keys = dict(UpdateDelivery.objects.filter(pk__in=first_rows.values()).values_list("pk", "key"))
    return {
        row.pk: keys[first_rows[subject[0], subject[1], row.subscriber_id]]
        for row in rows
        if (subject := subjects[row.pk]) is not None
    }


def _subject(delivery: UpdateDelivery) -> tuple[str, int] | None:
    if delivery.update is not None:
        return _SUBJECTS[0], delivery.update.incident_id
    return (_SUBJECTS[1], delivery.notice.maintenance_id) if delivery.notice is not None else None
