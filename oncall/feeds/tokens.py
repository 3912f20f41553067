"""Create feeds, find them by their secret address, and revoke them."""

from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from config.base.rest import tokens
from oncall.models import FeedKind, FeedToken, Schedule, User

PREFIX = "cal_"
_RECORDED_EVERY = timedelta(minutes=1)


def create_feed(*, owner: User, name: str, schedule: Schedule | None = None, at: datetime) -> tuple[FeedToken, str]:
    """Create a feed of `owner`'s shifts, or of one schedule. Returns it with its key, which is shown only now."""
    key = tokens.new_secret(PREFIX)
    feed = FeedToken.objects.create(
        owner=owner,
        kind=FeedKind.SCHEDULE if schedule else FeedKind.OWN_SHIFTS,
        schedule=schedule,
        name=name,
        prefix=key[: tokens.PREFIX_LENGTH],
        digest=tokens.digest(key),
        created_at=at,
    )
    return feed, key


def find_feed(key: str) -> FeedToken | None:
    """The feed at a secret address; None if the address is wrong or revoked, or the account is closed."""
    feed = (
        FeedToken.objects.select_related("owner", "schedule")
        .filter(prefix=key[: tokens.PREFIX_LENGTH].replace("\x00", ""))
        .first()
    )
    if feed is None or not constant_time_compare(feed.digest, tokens.digest(key)):
        return None
    return feed if feed.revoked_at is None and feed.owner.is_active else None


def record_use(*, feed: FeedToken, at: datetime) -> None:
    """Record when a calendar program last read the feed, to the minute."""
    if feed.last_used_at is None or feed.last_used_at < at - _RECORDED_EVERY:
        FeedToken.objects.filter(pk=feed.pk).update(last_used_at=at)


def revoke_feed(*, feed: FeedToken, at: datetime) -> FeedToken:
    """Revoke a feed for good; a second call changes nothing."""
    if feed.revoked_at is None:
        feed.revoked_at = at
        feed.save(update_fields=["revoked_at"])
    return feed
