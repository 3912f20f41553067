"""The history of the status page as Atom and RSS."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from config.base import display, links, text
from incidents import status_page
from incidents.models import PublicIncident, StatusPage


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
    """The 50 newest incidents with all their updates, as XML."""
    host = urlsplit(settings.SITE_URL).hostname
    shown = status_page.read(page)
    feed = KINDS[kind](
        title=f"{page.name} Status - Incident History",
        link=links.to("incidents:status"),
        description=f"What was wrong with {page.name}, and what was done.",
        feed_url=links.to("incidents:status-feed", kind),
        feed_guid=f"tag:{host},2005:/history",
        author_name=page.name,
        language="en",
        changed_at=shown.updated_at,
    )
    for one in status_page.incidents_of(page)[: status_page.NEWEST]:
        feed.add_item(
            title=one.name,
            link=links.absolute(one.get_absolute_url()),
            description=_story(one),
            unique_id=f"tag:{host},2005:Incident/{one.public_id}",
            unique_id_is_permalink=False,
            pubdate=one.started_at,
            updateddate=one.updated_at,
        )
    return str(feed.writeString("utf-8"))


def _story(incident: PublicIncident) -> str:
    zone = incident.page.time_zone
    return "".join(
        f"<p><strong>{update.get_status_display()}</strong> ({display.local(update.published_at, zone=zone)})</p>"
        f"{text.render_markdown(update.body)}"
        for update in incident.updates.all()
    )
