"""What the demo's customers know: a status page, its parts, a few subscribers, and two troubles long over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from incidents.models import (
    Component,
    CustomerUpdate,
    MaintenanceUpdate,
    PublicIncident,
    ScheduledMaintenance,
    Service,
    StatusPage,
    Subscriber,
)
from oncall.models import User

# Name, description, its members: name, description, the service behind it.
_PARTS = [
    ("Shop", "Everything you buy with", [
        ("Browsing and search", "Finding what you want", "Search"),
        ("Cart and payment", "Cards, transfer, invoice", "Checkout"),
    ]),
    ("Your account", "Orders, addresses, returns", []),
]  # fmt: skip
# Days ago, hours long, name, impact, part, what was said from first to last.
_PAST = [
    (9, 2, "Some card payments were refused", "major", "Cart and payment", [
        ("investigating", "Some customers see an error after entering their card. We are looking into it."),
        ("identified", "We know why and are taking back a change. Paying by invoice works meanwhile."),
        ("resolved", "Card payments work again. No order was lost."),
    ]),
    (23, 1, "Search answered slowly", "minor", "Browsing and search", [
        ("investigating", "Search takes longer than usual. Browsing by category works."),
        ("resolved", "Search is as quick as always."),
    ]),
]  # fmt: skip
_SUBSCRIBERS = 12


def tell(*, services: Mapping[str, Service], author: User, at: datetime) -> StatusPage:
    """Make the page and its past; all of it was mailed long ago, so nothing goes out."""
    page = StatusPage.objects.create(name="Nordwind", slug="nordwind", time_zone="Europe/Berlin", is_default=True)
    parts: dict[str, Component] = {}
    for position, (name, about, members) in enumerate(_PARTS):
        group = Component.objects.create(page=page, name=name, description=about, position=position)
        for place, (member, text, service) in enumerate(members):
            parts[member] = Component.objects.create(
                page=page, name=member, description=text, position=place, group=group, service=services.get(service)
            )
    for days, hours, name, impact, part, said in _PAST:
        began = at - timedelta(days=days)
        incident = PublicIncident.objects.create(
            page=page, name=name, impact=impact, status="resolved", created_at=began, started_at=began,
            updated_at=began + timedelta(hours=hours), resolved_at=began + timedelta(hours=hours),
        )  # fmt: skip
        incident.components.add(parts[part])
        _say(incident, said, author=author, lasted=timedelta(hours=hours))
    _plan(page, parts["Cart and payment"], author=author, at=at)
    Subscriber.objects.bulk_create(
        Subscriber(page=page, email=f"customer{n}@example.org", asked_at=at, created_at=at, confirmed_at=at)
        for n in range(1, _SUBSCRIBERS + 1)
    )
    return page


def _plan(page: StatusPage, part: Component, *, author: User, at: datetime) -> None:
    """Work in three days, announced yesterday."""
    begins = (at + timedelta(days=3)).replace(hour=22, minute=0, second=0, microsecond=0)
    told = at - timedelta(days=1)
    work = ScheduledMaintenance.objects.create(
        page=page, name="Moving to new database servers", starts_at=begins, ends_at=begins + timedelta(hours=1),
        turn_at=begins - timedelta(hours=1), created_by=author, created_at=told, updated_at=told,
    )  # fmt: skip
    work.components.add(part)
    MaintenanceUpdate.objects.create(
        maintenance=work, status=work.status, author=author, published_at=told, fanned_out_at=told,
        body="Payments may take a few seconds longer. No order is lost.",
    )  # fmt: skip


def _say(incident: PublicIncident, said: list[tuple[str, str]], *, author: User, lasted: timedelta) -> None:
    for number, (status, body) in enumerate(said):
        when = incident.started_at + lasted * number / (len(said) - 1)
        CustomerUpdate.objects.create(
            incident=incident, status=status, body=body, published_at=when, author=author, fanned_out_at=when,
            next_update_at=None if status == "resolved" else when + timedelta(minutes=30),
        )  # fmt: skip
