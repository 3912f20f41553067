"""What a channel is: it takes a message and returns the provider's answer. It uses no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.base.data.clock import find_zone
from config.base.web import display

_PLAIN_TEXTS = {
    "page": "An incident needs an answer. Open the link.",
    "reminder": "A task needs you. Open the link.",
}


@dataclass(frozen=True)
class Message:
    """A page or a notice as plain data; a page's `link` opens the phone screen without sign-in."""

    key: str
    kind: str
    address: str
    person: str
    title: str
    link: str
    secret: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    type: str = "page"
    """A "page" asks for an answer; a "reminder" is about a task; a "notice" has a `text`."""
    text: str = ""
    is_plain: bool = False
    """Whether it is the text of `plain`, which no template and no record can spoil."""

    @property
    def one_line(self) -> str:
        """For text messages and calls: severity, title and service, without links or markup."""
        service = self.facts.get("service", "")
        if service and self.title.endswith(f"({service})"):
            service = ""
        parts = [self.facts.get("severity", ""), self.title, service]
        return " - ".join(part for part in parts if part)[:280]


@dataclass(frozen=True)
class Outcome:
    """A provider's answer: accepted, refused for now, or refused for good; or no provider was asked."""

    is_accepted: bool
    provider_id: str = ""
    error: str = ""
    is_permanent: bool = False
    retry_after: timedelta | None = None
    is_unprepared: bool = False
    """The message could not be built, so no provider was asked: send it as `plain` says."""


Send = Callable[[Message], Outcome]


def accepted(provider_id: str = "") -> Outcome:
    """The provider has accepted the message."""
    return Outcome(is_accepted=True, provider_id=provider_id)


def refused(error: str, *, is_permanent: bool = False, retry_after: timedelta | None = None) -> Outcome:
    """The provider has refused the message, or gave no answer."""
    return Outcome(is_accepted=False, error=error, is_permanent=is_permanent, retry_after=retry_after)


def unprepared(error: str) -> Outcome:
    """The message could not be built from its content; neither the provider nor the address is to blame."""
    return Outcome(is_accepted=False, error=error, is_unprepared=True)


def plain(message: Message) -> Message:
    """The message without anything of its record: a fixed text and the link, to the same address under the same key.

    For a message that cannot be prepared, and for a record that cannot be read and so may be private.
    """
    text = _PLAIN_TEXTS.get(message.type, "A message waits for you. Open the link.")
    return replace(message, title=text, text=text, facts={}, is_plain=True)


def local_time(at: datetime, zone: str) -> str:
    """An instant on the clock of the IANA zone, as "Sun 29 Nov 2026, 03:06 CET"; in UTC if there is no such zone."""
    return display.local_text(at, zone=find_zone(zone).key)


def facts_for(fields: Mapping[str, str | datetime], *, zone: str) -> dict[str, str]:
    """A subject's message fields as text; instants are on the clock of the recipient's `zone`."""
    return {name: local_time(value, zone) if isinstance(value, datetime) else value for name, value in fields.items()}
