"""Feeds made, found by their secret address, and revoked."""

from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from config.base.rest import tokens
from oncall.models import FeedKind, FeedToken, Schedule, User

PREFIX = "cal_"
_SEEN_EVERY = timedelta(minutes=1)


def create_feed(*, owner: User, name: str, schedule: Schedule | None = None, at: datetime) -> tuple[FeedToken, str]:
    """A feed of `owner`'s shifts, or of one schedule, and its key; this is the one moment to show it."""
    key = tokens.new_secret(PREFIX)
    feed = FeedToken.objects.create(
        owner=owner,
        kind=FeedKind.SCHEDULE if schedule else FeedKind.MINE,
        schedule=schedule,
        name=name,
        prefix=key[: tokens.PREFIX_LENGTH],
        digest=tokens.digest(key),
        created_at=at,
    )
    return feed, key


def find_feed(key: str) -> FeedToken | None:
    """The feed at a secret address; none for a wrong or revoked one, or a closed account."""
    feed = (
        FeedToken.objects.select_related("owner", "schedule")
        .filter(prefix=key[: tokens.PREFIX_LENGTH].replace("\x00", ""))
        .first()
    )
    if feed is None or not constant_time_compare(feed.digest, tokens.digest(key)):
        return None
    return feed if feed.revoked_at is None and feed.owner.is_active else None


def note_use(*, feed: FeedToken, at: datetime) -> None:
    """Remember when it was last asked, to the minute."""
    if feed.last_used_at is None or feed.last_used_at < at - _SEEN_EVERY:
        FeedToken.objects.filter(pk=feed.pk).update(last_used_at=at)


def revoke_feed(*, feed: FeedToken, at: datetime) -> FeedToken:
    """End a feed for good; a second time changes nothing."""
    if feed.revoked_at is None:
        feed.revoked_at = at
        feed.save(update_fields=["revoked_at"])
    return feed
