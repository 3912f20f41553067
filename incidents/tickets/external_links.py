"""A ticket's links to pages of other systems: a dashboard, a vendor's case, a document."""

from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from config.base.data.text import clean_line
from incidents.models import EntryKind, Ticket
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, save
from oncall.models import User

MAX_LINKS = 20
MAX_TITLE, MAX_URL = 120, 2_000
_check_url = URLValidator(schemes=["http", "https"])


@transaction.atomic
def add_external_link(*, ticket_id: int, url: str, actor: User | None, at: datetime, title: str = "") -> Ticket:
    """Add a link to a page of another system; without a title it is called by its host.

    Raises TicketRefused for what is no web address, for one that holds a password, and for a second one to the same
    page.
    """
    ticket = lock_ticket(ticket_id)
    parts = _read(url)
    if existing := find_external_link(ticket, url):
        raise TicketRefused(f"{ticket.reference} has this link already: “{existing['title']}”.", field="url")
    if len(ticket.external_links) >= MAX_LINKS:
        raise TicketRefused(
            f"{ticket.reference} has {MAX_LINKS} links, which is all it can have. Remove one that nobody needs first."
        )
    link = {"title": clean_line(title)[:MAX_TITLE] or str(parts.hostname), "url": url.strip()}
    ticket.external_links = [*ticket.external_links, link]
    _save(ticket, link, f"External link added: {link['title']}.", actor=actor, at=at)
    return ticket


@transaction.atomic
def remove_external_link(*, ticket_id: int, url: str, actor: User | None, at: datetime) -> Ticket:
    """Remove the link to this address. Raises TicketRefused if there is none."""
    ticket = lock_ticket(ticket_id)
    link = find_external_link(ticket, url)
    if link is None:
        raise TicketRefused(f"{ticket.reference} has no such link. It may have been removed already.", field="url")
    ticket.external_links = [other for other in ticket.external_links if other != link]
    _save(ticket, link, f"External link removed: {link['title']}.", actor=actor, at=at)
    return ticket


def has_external_link(ticket: Ticket, url: str) -> bool:
    """Whether the ticket links to this address."""
    return find_external_link(ticket, url) is not None


def find_external_link(ticket: Ticket, url: str) -> dict[str, str] | None:
    """The ticket's link to this address."""
    key = _page(url)
    return next((link for link in ticket.external_links if _page(link["url"]) == key), None)


def _page(url: str) -> str:
    """The address as browsers see it: without capitals in the host, and with a slash after it."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    return parts._replace(scheme=scheme, netloc=host, path=parts.path or "/").geturl()


def _read(url: str) -> SplitResult:
    url = url.strip()
    try:
        _check_url(url)
        parts = urlsplit(url)
    except (ValidationError, ValueError):
        raise TicketRefused(
            "This is no web address. Paste the whole address, beginning with https:// or http://.", field="url"
        ) from None
    if len(url) > MAX_URL:
        raise TicketRefused(f"This address is longer than {MAX_URL:,} characters. Link a shorter one.", field="url")
    if parts.username or parts.password:
        raise TicketRefused(
            "This address holds a name or a password, which everybody here could read. Take it out.", field="url"
        )
    return parts


def _save(ticket: Ticket, link: dict[str, str], text: str, *, actor: User | None, at: datetime) -> None:
    save(ticket, "external_links", at=at)
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.LINK, text=text, at=at, actor=actor, data={"url": link["url"]})
