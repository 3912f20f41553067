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
    """Dated by the page's last change, so that the feed changes only when the page does."""

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


def build_feed(page: StatusPage, *, kind: str) -> str:
    """The 50 newest incidents and maintenances with all their updates, as XML."""
    host = urlsplit(settings.SITE_URL).hostname
    view = status_page.page_view(page)
    feed = KINDS[kind](
        title=f"{page.name} Status - Incident History",
        link=links.absolute_url(page.get_absolute_url()),
        description=f"What was wrong with {page.name}, and what was done.",
        feed_url=links.absolute_url(page.address("status-feed", kind)),
        feed_guid=f"tag:{host},2005:/history{'' if page.is_default else f'/{page.slug}'}",
        author_name=page.name,
        language="en",
        changed_at=view.updated_at,
    )
    for _, title, link, item in _newest(page):
        feed.add_item(
            title=title,
            link=links.absolute_url(link),
            description=_description(item, zone=page.time_zone),
            unique_id=f"tag:{host},2005:Incident/{item.public_id}",
            unique_id_is_permalink=False,
            pubdate=item.created_at if isinstance(item, ScheduledMaintenance) else item.started_at,
            updateddate=item.updated_at,
        )
    return str(feed.writeString("utf-8"))


def _newest(page: StatusPage) -> list[tuple[datetime, str, str, PublicIncident | ScheduledMaintenance]]:
    """Incidents and maintenance together, newest first."""
    rows: list[tuple[datetime, str, str, PublicIncident | ScheduledMaintenance]] = [
        (incident.created_at, incident.name, incident.get_absolute_url(), incident)
        for incident in status_page.incidents_of(page)[: status_page.NEWEST]
    ]
    newest = status_page.maintenances_of(page).order_by("-created_at", "-pk")
    rows += [
        (maintenance.created_at, maintenance.name, maintenance.get_public_url(), maintenance)
        for maintenance in newest[: status_page.NEWEST]
    ]
    return sorted(rows, key=lambda row: row[0], reverse=True)[: status_page.NEWEST]


def _description(item: PublicIncident | ScheduledMaintenance, *, zone: str) -> str:
    times = ""
    if isinstance(item, ScheduledMaintenance):
        starts, ends = (display.local_text(at, zone=zone) for at in (item.starts_at, item.ends_at))
        times = f"<p>From {starts} to {ends}.</p>"
    updates: Iterable[CustomerUpdate | MaintenanceUpdate] = item.updates.all()
    return times + "".join(
        f"<p><strong>{update.get_status_display()}</strong> ({display.local_text(update.published_at, zone=zone)})</p>"
        f"{text.render_markdown(update.body)}"
        for update in updates
    )
