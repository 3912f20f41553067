"""What a channel is: it takes a message and returns the provider's answer. It uses no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings


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
    """Whether it is the short text for a message that could not be prepared: no template, no stored text."""

    @property
    def one_line(self) -> str:
        """For text messages and calls: severity, title and service, without links or markup."""
        parts = [self.facts.get("severity", ""), self.title, self.facts.get("service", "")]
        return " - ".join(part for part in parts if part)[:280]


@dataclass(frozen=True)
class Outcome:
    """A provider's answer: accepted, refused for now, or refused for good."""

    is_accepted: bool
    provider_id: str = ""
    error: str = ""
    is_permanent: bool = False
    is_unprepared: bool = False
    """Whether the fault lies in the message, so that a plain text may pass."""
    retry_after: timedelta | None = None


Send = Callable[[Message], Outcome]


def accepted(provider_id: str = "") -> Outcome:
    """The provider has accepted the message."""
    return Outcome(is_accepted=True, provider_id=provider_id)


def refused(error: str, *, is_permanent: bool = False, retry_after: timedelta | None = None) -> Outcome:
    """The provider has refused the message, or gave no answer."""
    return Outcome(is_accepted=False, error=error, is_permanent=is_permanent, retry_after=retry_after)


def unprepared(error: str) -> Outcome:
    """The message itself could not be built or written; nothing was sent."""
    return Outcome(is_accepted=False, error=error, is_unprepared=True)


def plain(*, key: str, kind: str, address: str, link: str, secret: str = "") -> Message:
    """The text that is sent when a message cannot be prepared: it says only that an answer is needed."""
    return Message(
        key=key,
        kind=kind,
        address=address,
        secret=secret,
        person="",
        title=f"{settings.SITE_NAME}: something needs your answer",
        link=link,
        is_plain=True,
    )
