"""The demo's status page: its components, a few subscribers, two past incidents and a maintenance."""

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
_COMPONENTS = [
    ("Shop", "Everything you buy with", [
        ("Browsing and search", "Finding what you want", "Search"),
        ("Cart and payment", "Cards, transfer, invoice", "Checkout"),
    ]),
    ("Your account", "Orders, addresses, returns", []),
]  # fmt: skip
# Days ago, hours long, name, impact, component, the updates from first to last.
_PAST_INCIDENTS = [
    (9, 2, "Some card payments were refused", "major", "Cart and payment", [
        ("investigating", "Some customers see an error after entering their card. We are looking into it."),
        ("identified", "We know the cause and are rolling back a change. Paying by invoice works meanwhile."),
        ("resolved", "Card payments work again. No order was lost."),
    ]),
    (23, 1, "Search answered slowly", "minor", "Browsing and search", [
        ("investigating", "Search takes longer than usual. Browsing by category works."),
        ("resolved", "Search is as fast as usual."),
    ]),
]  # fmt: skip
_SUBSCRIBERS = 12


def write_status_page(*, services: Mapping[str, Service], author: User, at: datetime) -> StatusPage:
    """Create the page and its past; every mail counts as sent, so nothing is sent."""
    page = StatusPage.objects.create(name="Nordwind", slug="nordwind", time_zone="Europe/Berlin", is_default=True)
    components: dict[str, Component] = {}
    for position, (name, about, members) in enumerate(_COMPONENTS):
        group = Component.objects.create(page=page, name=name, description=about, position=position)
        for place, (member, text, service) in enumerate(members):
            components[member] = Component.objects.create(
                page=page, name=member, description=text, position=place, group=group, service=services.get(service)
            )
    for days, hours, name, impact, part, updates in _PAST_INCIDENTS:
        began = at - timedelta(days=days)
        incident = PublicIncident.objects.create(
            page=page, name=name, impact=impact, status="resolved", created_at=began, started_at=began,
            updated_at=began + timedelta(hours=hours), resolved_at=began + timedelta(hours=hours),
        )  # fmt: skip
        incident.components.add(components[part])
        _write_updates(incident, updates, author=author, duration=timedelta(hours=hours))
    _write_maintenance(page, components["Cart and payment"], author=author, at=at)
    Subscriber.objects.bulk_create(
        Subscriber(page=page, email=f"customer{n}@example.org", requested_at=at, created_at=at, confirmed_at=at)
        for n in range(1, _SUBSCRIBERS + 1)
    )
    return page


def _write_maintenance(page: StatusPage, component: Component, *, author: User, at: datetime) -> None:
    """A maintenance in three days, announced yesterday."""
    begins = (at + timedelta(days=3)).replace(hour=22, minute=0, second=0, microsecond=0)
    announced_at = at - timedelta(days=1)
    maintenance = ScheduledMaintenance.objects.create(
        page=page, name="Moving to new database servers", starts_at=begins, ends_at=begins + timedelta(hours=1),
        turn_at=begins - timedelta(hours=1), created_by=author, created_at=announced_at, updated_at=announced_at,
    )  # fmt: skip
    maintenance.components.add(component)
    MaintenanceUpdate.objects.create(
        maintenance=maintenance, status=maintenance.status, author=author,
        published_at=announced_at, fanned_out_at=announced_at,
        body="Payments may take a few seconds longer. No order is lost.",
    )  # fmt: skip


def _write_updates(
    incident: PublicIncident, updates: list[tuple[str, str]], *, author: User, duration: timedelta
) -> None:
    for number, (status, body) in enumerate(updates):
        when = incident.started_at + duration * number / (len(updates) - 1)
        CustomerUpdate.objects.create(
            incident=incident, status=status, body=body, published_at=when, author=author, fanned_out_at=when,
            next_update_at=None if status == "resolved" else when + timedelta(minutes=30),
        )  # fmt: skip
