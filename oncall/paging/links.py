"""The link in a page's message: works without sign-in, for one page, once, and for a day."""

from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from config.base.net import links
from oncall.models import Page

LIFETIME = timedelta(hours=24)
_SALT = "oncall.page-link"


class BadLink(Exception):
    """The link is wrong, too old or used; the message says which."""


def key_for(page: Page) -> str:
    """The key in the link: the page's id and 128 bits of a keyed hash; it is not stored."""
    return f"{page.pk}-{salted_hmac(_SALT, page.key, algorithm='sha256').hexdigest()[:32]}"


def link_for(page: Page) -> str:
    """The full address of the link, from SITE_URL."""
    return links.view_url("page-link", key_for(page))


def page_for_link(*, key: str, at: datetime) -> Page:
    """The page a link belongs to, with its escalation and person.

    Raises BadLink if the key is wrong, the page is more than a day old, or the person's account is closed. A
    used link also works here (`link_used_at` is set): the screen still shows the state.
    """
    page = page_of_key(key)
    refuse_old_link(page=page, at=at)
    return page


def refuse_old_link(*, page: Page, at: datetime) -> None:
    """Raise BadLink if the page is more than a day old."""
    if page.created_at + LIFETIME < at:
        raise BadLink("This link is more than a day old. Sign in to see the incident.")


def page_of_key(key: str) -> Page:
    """The page of a key, of any age, with its escalation and person.

    Raises BadLink if the key is wrong or the person's account is closed.
    """
    number, _, _ = key.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadLink("This link is not complete. Copy it again from the message, or sign in.")
    page = Page.objects.select_related("escalation", "user").filter(pk=int(number)).first()
    if page is None or not constant_time_compare(key, key_for(page)):
        raise BadLink("This link is not complete. Copy it again from the message, or sign in.")
    if not page.user.is_active:
        raise BadLink("This account is closed.")
    return page


def use_link(*, page: Page, at: datetime) -> bool:
    """Mark the link as used; False if it was used before.

    Call it after the action and in the same transaction: then a crash leaves neither, and locks keep their
    order (subject, escalation, page).
    """
    return bool(Page.objects.filter(pk=page.pk, link_used_at__isnull=True).update(link_used_at=at))
