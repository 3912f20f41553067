"""What customers read: a template filled in with a real incident, as a mail, a text message and on the status page.

Only placeholders of the fixed list mean anything. Everything else in a template is text, whatever it looks like.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from config.base.data import sms_segments
from config.base.data.sms_segments import Segments
from config.base.data.users import User
from incidents.customers import updates
from incidents.customers.customer_mails import CustomerMail, update_mail
from incidents.models import OVER, CustomerUpdate, Phase, PublicIncident, StatusPage

MAX_BODY = 10_000
"""The most characters of a template that is previewed."""
_EXAMPLE_NAME = "Payments fail for some customers"
_EXAMPLE_BEGAN = timedelta(minutes=25)
_EXAMPLE_NEXT = timedelta(hours=1)


@dataclass(frozen=True)
class TextPreview:
    """A text as customers would read it on each channel."""

    update: CustomerUpdate
    """As the status page shows it; not saved."""
    mail: CustomerMail
    sms: str
    segments: Segments
    unknown: list[str]
    """Placeholders that are not on the fixed list; they stay as they are."""
    for_author: dict[str, str]
    """Placeholders that the author of an update replaces, with what they mean."""
    example_of: str
    """The incident whose values it shows; empty for an example."""
    is_cut: bool
    """Whether the text is longer than `MAX_BODY` and only its beginning is shown."""


def preview_text(body: str, *, reader: User, at: datetime, phase: str = Phase.INVESTIGATING) -> TextPreview:
    """The text with the values of the newest incident customers read about, of those the reader may see.

    Nothing is written. What the author of an update fills in is shown by its meaning, in brackets.
    """
    newest = _newest_update(reader)
    draft = _draft(newest, body[:MAX_BODY], phase=phase if phase in Phase.values else Phase.INVESTIGATING, at=at)
    for_author = {name: text for name, text in updates.AUTHOR_PLACEHOLDERS.items() if f"{{{name}}}" in draft.body}
    text = draft.body
    for name, meaning in for_author.items():
        text = text.replace(f"{{{name}}}", f"[{meaning}]")
    update = _update(draft, updates.fill_placeholders(text, draft=draft, at=at), at=at)
    sms = f"{draft.page.name}: {draft.name}. {update.body}".strip()
    return TextPreview(
        update=update,
        mail=update_mail(update, unsubscribe="(a link of their own)"),
        sms=sms,
        segments=sms_segments.count_segments(sms),
        unknown=updates.unknown_placeholders(body),
        for_author=for_author,
        example_of=newest.incident.name if newest else "",
        is_cut=len(body) > MAX_BODY,
    )


def _update(draft: updates.Draft, text: str, *, at: datetime) -> CustomerUpdate:
    incident = PublicIncident(
        page=draft.page, name=draft.name, status=draft.status, started_at=draft.started_at, created_at=at,
        updated_at=at, public_id="preview",
    )  # fmt: skip
    next_update_at = None if draft.status in OVER else draft.next_update_at
    return CustomerUpdate(
        incident=incident, status=draft.status, body=text, next_update_at=next_update_at, published_at=at
    )


def _newest_update(reader: User) -> CustomerUpdate | None:
    rows: QuerySet[CustomerUpdate] = CustomerUpdate.objects.visible_to(reader).filter(withdrawn_at=None)
    return rows.select_related("incident__page").order_by("-published_at", "-pk").first()


def _draft(newest: CustomerUpdate | None, body: str, *, phase: str, at: datetime) -> updates.Draft:
    if newest is None:
        page = StatusPage.objects.order_by("-is_default", "pk").first()
        return updates.Draft(
            page=page or StatusPage(name="Example", slug="example", is_default=True),
            name=_EXAMPLE_NAME,
            status=phase,
            body=body,
            started_at=at - _EXAMPLE_BEGAN,
            components=tuple(page.components.order_by("position", "pk")[:1]) if page else (),
            next_update_at=at + _EXAMPLE_NEXT,
        )
    incident = newest.incident
    return updates.Draft(
        page=incident.page,
        name=incident.name,
        status=phase,
        body=body,
        started_at=incident.started_at,
        impact=incident.impact,
        components=tuple(incident.components.all()),
        next_update_at=newest.next_update_at or at + _EXAMPLE_NEXT,
    )
