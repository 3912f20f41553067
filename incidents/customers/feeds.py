"""The history of the status page as Atom and RSS."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from config.base.data import text
from config.base.net import links
from config.base.web import display
from incidents.customers import status_page
from incidents.models import CustomerUpdate, MaintenanceUpdate, PublicIncident, ScheduledMaintenance, StatusPage


class _Atom(Atom1Feed):
    """Dated by the page's last change, so that an unchanged feed is the same text."""

    def latest_post_date(self) -> datetime:
        """When the page changed last."""
        changed: datetime = self.feed["changed_at"]
        return changed


class _Rss(Rss201rev2Feed):
    """The same as RSS."""

    def latest_post_date(self) -> datetime:
        """When the page changed last."""
        changed: datetime = self.feed["changed_at"]
        return changed


KINDS: dict[str, type[_Atom | _Rss]] = {"atom": _Atom, "rss": _Rss}


def history(page: StatusPage, *, kind: str) -> str:
    """The 50 newest incidents and planned works with all their updates, as XML."""
    host = urlsplit(settings.SITE_URL).hostname
    shown = status_page.read(page)
    feed = KINDS[kind](
        title=f"{page.name} Status - Incident History",
        link=links.absolute_url(page.get_absolute_url()),
        description=f"What was wrong with {page.name}, and what was done.",
        feed_url=links.absolute_url(page.address("status-feed", kind)),
        feed_guid=f"tag:{host},2005:/history{'' if page.is_default else f'/{page.slug}'}",
        author_name=page.name,
        language="en",
        changed_at=shown.updated_at,
    )
    for _, title, link, one in _newest(page):
        feed.add_item(
            title=title,
            link=links.absolute_url(link),
            description=_story(one, zone=page.time_zone),
            unique_id=f"tag:{host},2005:Incident/{one.public_id}",
            unique_id_is_permalink=False,
            pubdate=one.created_at if isinstance(one, ScheduledMaintenance) else one.started_at,
            updateddate=one.updated_at,
        )
    return str(feed.writeString("utf-8"))


def _newest(page: StatusPage) -> list[tuple[datetime, str, str, PublicIncident | ScheduledMaintenance]]:
    """Incidents and planned work together, the newest to customers first."""
    found: list[tuple[datetime, str, str, PublicIncident | ScheduledMaintenance]] = [
        (one.created_at, one.name, one.get_absolute_url(), one)
        for one in status_page.incidents_of(page)[: status_page.NEWEST]
    ]
    work = status_page.maintenances_of(page).order_by("-created_at", "-pk")
    found += [(one.created_at, one.name, one.get_public_url(), one) for one in work[: status_page.NEWEST]]
    return sorted(found, key=lambda row: row[0], reverse=True)[: status_page.NEWEST]


def _story(one: PublicIncident | ScheduledMaintenance, *, zone: str) -> str:
    planned = ""
    if isinstance(one, ScheduledMaintenance):
        starts, ends = (display.local_text(at, zone=zone) for at in (one.starts_at, one.ends_at))
        planned = f"<p>From {starts} to {ends}.</p>"
    said: Iterable[CustomerUpdate | MaintenanceUpdate] = one.updates.all()
    return planned + "".join(
        f"<p><strong>{update.get_status_display()}</strong> ({display.local_text(update.published_at, zone=zone)})</p>"
        f"{text.render_markdown(update.body)}"
        for update in said
    )
