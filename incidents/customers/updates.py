"""Updates for customers: a draft from a template, its preview, and publishing, which only a person does."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count
from django.utils.text import get_text_list

from config.base.data.lifecycle import Lifecycle, Refusal
from config.base.data.outbox import OutboxState
from config.base.data.rests import Rests, run_alone
from config.base.net import links
from config.base.web import display
from incidents.customers import cadence, component_status, deliveries
from incidents.customers.customer_mails import CustomerMail, update_mail
from incidents.customers.obligations import (
    complete_update,
    create_first_update,
    first_updates_out_of_step,
    first_updates_to_create,
    follow_clock,
)
from incidents.models import (
    OVER,
    Component,
    ComponentStatus,
    CustomerUpdate,
    EntryKind,
    Impact,
    MessageTemplate,
    Phase,
    PublicIncident,
    Service,
    Severity,
    StatusPage,
    Subscriber,
    Ticket,
    UpdateDelivery,
)
from incidents.tickets import clock_facts, timeline
from incidents.tickets.locking import lock_ticket
from oncall.models import User

PHASES = Lifecycle.of(
    "public incident",
    {
        "investigating": "investigating identified monitoring resolved",
        "identified": "investigating identified monitoring resolved",
        "monitoring": "investigating identified monitoring resolved",
        "resolved": "investigating resolved postmortem",
        "postmortem": "postmortem",
    },
)
AUTOMATIC_PLACEHOLDERS = {
    "page": "the page's name",
    "components": "the affected components",
    "start": "when it began",
    "time": "now",
    "next": "when the next update comes",
    "restored": "now, when the service works again",
    "duration": "how long it lasted",
    "link": "the address of the status page",
}
"""Placeholders filled from the form, whose every field the author chose."""
AUTHOR_PLACEHOLDERS = {
    "audience": "who is affected",
    "symptom": "what they see",
    "unaffected": "what works",
    "mitigation": "what is being done",
    "workaround": "what they can do meanwhile",
    "until": "how long it is watched",
    "data_statement": "whether data was lost",
    "postmortem_sentence": "whether a postmortem follows",
}
"""Placeholders that the author fills in."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_FIRST_UPDATE_WINDOW = timedelta(days=1)
_rests: Rests[int] = Rests()
_moves: Rests[int] = Rests()


class UpdateRefused(Refusal):
    """The draft cannot be published; the message says what is missing."""


@dataclass(frozen=True)
class Draft:
    """An update before it is published; its author typed or chose every field."""

    page: StatusPage
    name: str
    status: str
    body: str
    started_at: datetime
    impact: str = Impact.MINOR
    components: tuple[Component, ...] = ()
    component_status: str = ""
    next_update_at: datetime | None = None
    reopens: bool = False
    """Whether its author knows that it opens an incident again that customers read of as over."""
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class Preview:
    """An update as the page and the mail will show it, and how many subscribers get it."""

    update: CustomerUpdate
    incident: PublicIncident
    mail: CustomerMail
    recipients: int
    open_placeholders: list[str]


def create_first_updates(*, at: datetime) -> int:
    """Create the first-update obligation of incidents that need one; returns how many.

    A sweep does it, so that declaring an incident stays fast. An incident that fails stops no other.
    """
    rows = first_updates_to_create(newer_than=at - _FIRST_UPDATE_WINDOW, except_for=_rests.resting(at))
    due = {ticket.pk: (ticket, due_at) for ticket, due_at in rows}

    @transaction.atomic
    def create(pk: int) -> None:
        ticket, due_at = due[pk]
        create_first_update(ticket, due_at=due_at, at=at)

    return len(run_alone("first-updates", due, create, rests=_rests, at=at))


def move_first_updates(*, at: datetime) -> int:
    """Keep the first-update obligations due when their clocks are; returns how many changed.

    A severity that is raised, a changed target, a pause or excluded time moves a clock. One that fails stops no other.
    """
    rows = first_updates_out_of_step(except_for=_moves.resting(at))
    due = {obligation.pk: (obligation, due_at) for obligation, due_at in rows}

    @transaction.atomic
    def move(pk: int) -> None:
        obligation, due_at = due[pk]
        follow_clock(obligation, due_at=due_at, at=at)

    return len(run_alone("first-updates-due", due, move, rests=_moves, at=at))


def sweep_first_updates(*, at: datetime) -> int:
    """Create and move the obligations of first updates; returns how many."""
    return create_first_updates(at=at) + move_first_updates(at=at)


def customer_summary(ticket: Ticket, *, at: datetime) -> dict[str, object] | None:
    """The published state of a ticket and the deliveries of its last update; None if its service is not public."""
    public_incident = PublicIncident.objects.filter(ticket=ticket).order_by("pk").first()
    if public_incident is None:
        if not Component.objects.filter(service=ticket.service_id, service__isnull=False).exists():
            return None
        due_at = cadence.first_update_due(ticket=ticket, at=at)
        return {"public_incident": None, "first_due_at": due_at, "is_late": due_at is not None and due_at < at}
    newest = public_incident.updates.filter(withdrawn_at=None).order_by("-published_at", "-pk").first()
    counts = (
        UpdateDelivery.objects.filter(update=newest).values_list("state").annotate(n=Count("pk")).order_by("state")
    )
    return {
        "public_incident": public_incident,
        "newest": newest,
        "states": [(state, OutboxState(state).label, n) for state, n in counts],
        "is_late": public_incident.is_overdue(at),
        "is_restored_unannounced": ticket.restored_at is not None
        and public_incident.status not in {*OVER, Phase.MONITORING},
    }


def proposed_impact(severity: Severity) -> dict[str, str]:
    """The impact and component status that the severity suggests; the author confirms them."""
    return {"impact": severity.customer_impact, "component_status": severity.component_status}


def proposed_components(service: Service | None, *, page: StatusPage) -> list[Component]:
    """The components of the affected service; the author confirms them."""
    return list(page.components.filter(service=service)) if service else []


def unknown_placeholders(body: str) -> list[str]:
    """The placeholders in the text that are not on the fixed list."""
    return sorted(set(_PLACEHOLDER.findall(body)) - set(AUTOMATIC_PLACEHOLDERS) - set(AUTHOR_PLACEHOLDERS))


def propose_first_words(
    severity: Severity, *, page: StatusPage, started_at: datetime, next_update_at: datetime | None, at: datetime
) -> str:
    """The first words that the severity proposes, as far as they can be filled in; the author confirms them."""
    draft = Draft(
        page=page,
        name="",
        status=Phase.INVESTIGATING,
        body=severity.first_words,
        started_at=started_at,
        next_update_at=next_update_at,
    )
    return fill_placeholders(severity.first_words, draft=draft, at=at)


def fill_placeholders(body: str, *, draft: Draft, at: datetime) -> str:
    """Replace the placeholders that the draft can fill; the others stay for the author."""
    zone = draft.page.time_zone
    values = {
        "page": draft.page.name,
        "components": get_text_list([component.name for component in draft.components], "and"),
        "start": _format_time(draft.started_at, at=at, zone=zone),
        "time": _format_time(at, at=at, zone=zone),
        "restored": _format_time(at, at=at, zone=zone),
        "duration": display.duration_text((at - draft.started_at).total_seconds()),
        "next": _format_time(draft.next_update_at, at=at, zone=zone) if draft.next_update_at else "",
        "link": links.absolute_url(draft.page.get_absolute_url()),
    }
    return _PLACEHOLDER.sub(lambda match: values.get(match[1]) or match[0], body)


def fill_template(template: MessageTemplate, *, draft: Draft, at: datetime) -> str:
    """The template's text, filled in for this draft."""
    return fill_placeholders(template.body, draft=draft, at=at)


def preview(draft: Draft, *, at: datetime) -> Preview:
    """The update as the page and a subscriber would see it; nothing is written."""
    incident = PublicIncident(
        page=draft.page, name=draft.name, impact=draft.impact, status=draft.status, started_at=draft.started_at,
        created_at=at, updated_at=at, public_id="preview",
    )  # fmt: skip
    update = CustomerUpdate(
        incident=incident, status=draft.status, body=draft.body, next_update_at=_next_update_at(draft), published_at=at
    )
    return Preview(
        update=update,
        incident=incident,
        mail=update_mail(update, unsubscribe="(a link of their own)"),
        recipients=count_recipients(page=draft.page, components=draft.components),
        open_placeholders=_unfilled_placeholders(draft.body),
    )


def count_recipients(*, page: StatusPage, components: Iterable[Component]) -> int:
    """How many confirmed subscribers get an update about these components."""
    subscribers = Subscriber.objects.active().filter(page=page)
    everything = subscribers.filter(components__isnull=True).count()
    return everything + subscribers.filter(components__in=list(components)).distinct().count()


@transaction.atomic
def publish(*, draft: Draft, ticket_id: int, actor: User, at: datetime) -> CustomerUpdate:
    """Publish the update on the page and mail it. The same draft is published once.

    Raises UpdateRefused and IllegalMove, with a message for the author.
    """
    ticket = lock_ticket(ticket_id)
    existing = CustomerUpdate.objects.filter(draft_key=draft.key).first()
    if existing is not None:
        return existing
    _check(draft, at=at)
    incident = _incident_of(ticket, draft, at=at)
    affected = _change_components(draft, at=at)
    incident.components.add(*draft.components)
    update = CustomerUpdate.objects.create(
        incident=incident, draft_key=draft.key, status=draft.status, body=draft.body, affected=affected,
        next_update_at=_next_update_at(draft), published_at=at, author=actor,
    )  # fmt: skip
    timeline.record(
        ticket_id=ticket.pk, kind=EntryKind.CHANGE, at=at, actor=actor, text=_timeline_text(update, draft),
        data={"update": update.public_id}, source=f"update:{update.pk}", facts=clock_facts.happened("update"),
    )  # fmt: skip
    complete_update(ticket, update, actor=actor, at=at)
    deliveries.enqueue(deliveries.fan_out, update.pk)
    return update


def _check(draft: Draft, *, at: datetime) -> None:
    if placeholders := _unfilled_placeholders(draft.body):
        raise UpdateRefused(f"Replace {', '.join(f'{{{name}}}' for name in placeholders)} with your own words first.")
    if not draft.body.strip() or not draft.name.strip():
        raise UpdateRefused("Write what customers should read, and a title as they would call the incident.")
    if any(component.page_id != draft.page.pk for component in draft.components):
        raise UpdateRefused("Choose components of this status page.", field="components")
    if draft.status not in OVER and (draft.next_update_at is None or draft.next_update_at <= at):
        raise UpdateRefused("Say when the next update comes. It must be in the future.", field="next_update_at")


def _incident_of(ticket: Ticket, draft: Draft, *, at: datetime) -> PublicIncident:
    """The ticket's public incident, created or updated; the lock on the ticket allows only one."""
    incident = PublicIncident.objects.filter(page=draft.page, ticket=ticket).first()
    if incident is None:
        if draft.status == Phase.POSTMORTEM:
            raise UpdateRefused("No update about this incident is published yet. Publish what happened first.")
        incident = PublicIncident(page=draft.page, ticket=ticket, created_at=at)
    else:
        PHASES.check(incident.status, draft.status)
        _check_reopening(incident, draft)
    incident.name, incident.impact, incident.status = draft.name, draft.impact, draft.status
    incident.started_at, incident.updated_at, incident.next_update_at = draft.started_at, at, _next_update_at(draft)
    if draft.status == Phase.MONITORING:
        incident.monitoring_at = at
    if draft.status in OVER:
        incident.resolved_at = incident.resolved_at or at
    else:
        incident.resolved_at = None
    incident.save()
    return incident


def _check_reopening(incident: PublicIncident, draft: Draft) -> None:
    if incident.status not in OVER or draft.status in OVER or draft.reopens:
        return
    over, again = incident.get_status_display().lower(), Phase(draft.status).label.lower()
    recipients = count_recipients(page=draft.page, components=draft.components)
    mails = "mails 1 subscriber" if recipients == 1 else f"mails {recipients} subscribers"
    raise UpdateRefused(
        f"Customers read that this incident is {over}. Publishing “{again}” opens it again on the status page,"
        f" {mails} and promises another update. If you mean that, confirm that it opens again and publish it;"
        " if not, choose another status."
    )


def _change_components(draft: Draft, *, at: datetime) -> list[dict[str, str]]:
    """Set the new status of the components; returns old and new of each."""
    new_status = draft.component_status or (ComponentStatus.OPERATIONAL if draft.status == Phase.RESOLVED else "")
    return component_status.change_component_status(
        [component.pk for component in draft.components], lambda component: new_status or component.status, at=at
    )


def _next_update_at(draft: Draft) -> datetime | None:
    return None if draft.status in OVER else draft.next_update_at


def _timeline_text(update: CustomerUpdate, draft: Draft) -> str:
    names = get_text_list([component.name for component in draft.components], "and")
    return f"Update published: {update.get_status_display().lower()}{f', {names}' if names else ''}."


def _unfilled_placeholders(body: str) -> list[str]:
    names = dict.fromkeys(_PLACEHOLDER.findall(body))
    return [name for name in names if name in AUTOMATIC_PLACEHOLDERS or name in AUTHOR_PLACEHOLDERS]


def _format_time(value: datetime, *, at: datetime, zone: str) -> str:
    """The time in the page's time zone, with its date unless that is today."""
    local, today = value.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(zone))
    day = "" if local.date() == today.date() else f"{local.day} {local:%b %Y} "
    return f"{day}{local:%H:%M %Z}"
