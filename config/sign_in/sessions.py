"""The sessions of signed-in people: in the database, sliding, and with an end."""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

LONGEST = timedelta(days=7)
"""From sign-in to the end of a session, however much its person does."""
WRITTEN_EVERY = timedelta(minutes=15)
"""How old the stored end of a session may be: a session in use is written once in this time, not at each request."""
_BEGAN = "began_at"


class SessionStore(DatabaseStore):
    """A session that ends `SESSION_COOKIE_AGE` after the last thing its person did, and `LONGEST` after sign-in."""

    ends_at: datetime | None = None
    """When the session ends unless it slides; None for one that was not loaded."""

    def create(self) -> None:
        """Store a new session; signing in makes one, so its time counts from here."""
        self[_BEGAN] = timezone.now().timestamp()
        super().create()

    def get_expiry_age(self, **kwargs: object) -> int:
        """Seconds until it ends."""
        return min(super().get_expiry_age(**kwargs), int(self._left().total_seconds()))

    def get_expiry_date(self, **kwargs: object) -> datetime:
        """When it ends."""
        return min(super().get_expiry_date(**kwargs), timezone.now() + self._left())

    def slide(self) -> None:
        """Let it end later, because its person did something; written only if the stored end is old enough."""
        if self.ends_at is not None and self.ends_at < self.get_expiry_date() - WRITTEN_EVERY:
            self.modified = True

    def _left(self) -> timedelta:
        began = self.get(_BEGAN)
        if began is None:  # from before sessions had an end
            return LONGEST
        return LONGEST - (timezone.now() - datetime.fromtimestamp(began, tz=timezone.get_default_timezone()))

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out
        self.ends_at = row.expire_date if row is not None else None
        return row
