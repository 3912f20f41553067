"""Mails to customers as plain data, from public fields only; preview and sending use the same text."""

from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string

from config.base.net import links
from config.base.web import display
from incidents.customers import signed_links
from incidents.models import CustomerUpdate, MaintenanceUpdate, Subscriber, UpdateDelivery


@dataclass(frozen=True)
class CustomerMail:
    """A mail's subject, text and headers."""

    subject: str
    text: str
    headers: dict[str, str] = field(default_factory=dict)


def mail_for(delivery: UpdateDelivery) -> CustomerMail:
    """The mail of a delivery: an update, a maintenance update, or the request to confirm the address."""
    token = signed_links.unsubscribe_token(delivery.subscriber)
    address = links.view_url("incidents:status-leave", token)
    headers = {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if delivery.update is not None:
        return update_mail(delivery.update, unsubscribe=address, headers=headers)
    if delivery.notice is not None:
        return maintenance_mail(delivery.notice, unsubscribe=address, headers=headers)
    return _confirmation_mail(delivery.subscriber)


def plain_mail(delivery: UpdateDelivery) -> CustomerMail:
    """What is sent where the update or the maintenance cannot be read. Raises ValueError for other mails."""
    if delivery.update_id is None and delivery.notice_id is None:
        raise ValueError("A request to confirm an address has no plain form.")
    page = delivery.subscriber.page
    token = signed_links.unsubscribe_token(delivery.subscriber)
    text = (
        f"There is an update. Read it here: {links.absolute_url(page.get_absolute_url())}\n\n"
        f"Unsubscribe: {links.view_url('incidents:status-leave', token)}\n"
    )
    return CustomerMail(f"[{page.name}] There is an update"[:200], text)


def update_mail(update: CustomerUpdate, *, unsubscribe: str, headers: dict[str, str] | None = None) -> CustomerMail:
    """The mail of an update."""
    incident = update.incident
    zone = incident.page.time_zone
    text = _render(
        "message/customer_update.txt",
        {
            "update": update,
            "incident": incident,
            "page": incident.page,
            "next": display.local_text(update.next_update_at, zone=zone) if update.next_update_at else "",
            "link": links.absolute_url(incident.get_absolute_url()),
            "unsubscribe": unsubscribe,
        },
    )
    # The same in every mail of an incident, so that mail programs show one thread; the text begins with the status.
    subject = f"[{incident.page.name}] {incident.name}"
    return CustomerMail(subject[:200], text, headers or {})


def maintenance_mail(
    notice: MaintenanceUpdate, *, unsubscribe: str, headers: dict[str, str] | None = None
) -> CustomerMail:
    """The mail of a maintenance update."""
    maintenance = notice.maintenance
    zone = maintenance.page.time_zone
    text = _render(
        "message/maintenance.txt",
        {
            "notice": notice,
            "maintenance": maintenance,
            "page": maintenance.page,
            "starts": display.local_text(maintenance.starts_at, zone=zone),
            "ends": display.local_text(maintenance.ends_at, zone=zone),
            "link": links.absolute_url(maintenance.get_public_url()),
            "unsubscribe": unsubscribe,
        },
    )
    subject = f"[{maintenance.page.name}] Maintenance: {maintenance.name}"
    return CustomerMail(subject[:200], text, headers or {})


def _confirmation_mail(subscriber: Subscriber) -> CustomerMail:
    text = _render(
        "message/confirm_subscription.txt",
        {
            "page": subscriber.page,
            "link": links.view_url("incidents:status-confirm", signed_links.confirm_token(subscriber)),
            "site_name": settings.SITE_NAME,
        },
    )
    return CustomerMail(f"[{subscriber.page.name}] Confirm your subscription", text)


def _render(template: str, context: dict[str, object]) -> str:
    """The text of a mail, as plain text: pages that show it escape it. A template's own result counts as safe HTML."""
    return render_to_string(template, context) + ""  # a safe string and a plain one make a plain one
