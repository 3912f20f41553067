"""Telling customers: a draft from a template, its preview, and publishing, which nothing does by itself."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count

from config.base.data.lifecycle import Lifecycle, Refusal
from config.base.data.outbox import OutboxState
from config.base.net import links
from config.base.web import display
from incidents.customers import component_status as parts
from incidents.customers import deliveries
from incidents.customers.customer_mails import CustomerMail, update_mail
from incidents.customers.obligations import complete_update, create_first_update, incidents_without_update
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
from incidents.tickets import timeline
from incidents.tickets.locking import locked
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
FILLED = {
    "page": "the page's name",
    "components": "the parts that are hit",
    "start": "when it began",
    "time": "now",
    "next": "when the next update comes",
    "restored": "now, when all works again",
    "duration": "how long it lasted",
    "link": "the address of the status page",
}
"""Placeholders filled from the form, which holds nothing that its author has not chosen."""
ASKED = {
    "audience": "who is hit",
    "symptom": "what they see",
    "unaffected": "what works",
    "mitigation": "what is being done",
    "workaround": "what they can do meanwhile",
    "until": "how long it is watched",
    "data_statement": "whether data was lost",
    "postmortem_sentence": "whether a report follows",
}
"""Placeholders whose words the author writes."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_CADENCE = {1: timedelta(minutes=20), 2: timedelta(minutes=30)}
_USUAL = timedelta(minutes=60)
_USUAL_WORDS = {1: (Impact.CRITICAL, ComponentStatus.MAJOR), 2: (Impact.MAJOR, ComponentStatus.PARTIAL)}
_STILL_FIRST = timedelta(days=1)
_FIRST = {1: timedelta(minutes=10), 2: timedelta(minutes=20), 3: timedelta(minutes=60)}


class NotReady(Refusal):
    """The draft cannot be published as it stands; the message says what is missing."""


@dataclass(frozen=True)
class Draft:
    """An update before it is published: all of it typed or chosen by its author."""

    page: StatusPage
    name: str
    status: str
    body: str
    started_at: datetime
    impact: str = Impact.MINOR
    components: tuple[Component, ...] = ()
    component_status: str = ""
    next_update_at: datetime | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class Preview:
    """What an update becomes on each channel, and how many it reaches."""

    update: CustomerUpdate
    incident: PublicIncident
    letter: CustomerMail
    recipients: int
    open_placeholders: list[str]


def next_due(*, severity: Severity, at: datetime) -> datetime:
    """When the next update should come by the cadence of practice, on a whole five minutes."""
    due = at + _CADENCE.get(severity.rank, _USUAL)
    return due.replace(minute=due.minute - due.minute % 5, second=0, microsecond=0)


def first_due(ticket: Ticket) -> datetime | None:
    """When customers should hear the first word; None for severities that need none."""
    wait = _FIRST.get(ticket.severity.rank)
    return ticket.impact_started_at + wait if wait and ticket.is_open else None


def create_first_updates(*, at: datetime) -> int:
    """Owe the first word of incidents that need one; beside the paging path, so that declaring stays short."""
    done = 0
    for ticket in incidents_without_update(newer_than=at - _STILL_FIRST):
        due_at = first_due(ticket)
        if due_at is not None:
            create_first_update(ticket, due_at=due_at, at=at)
            done += 1
    return done


def customer_summary(ticket: Ticket, *, at: datetime) -> dict[str, Any] | None:
    """What customers were told of a ticket and what became of the last mails; None without a status page."""
    told = PublicIncident.objects.filter(ticket=ticket).order_by("pk").first()
    if told is None:
        if not StatusPage.objects.exists():
            return None
        due = first_due(ticket)
        return {"told": None, "first_due_at": due, "is_late": due is not None and due < at}
    newest = told.updates.filter(withdrawn_at=None).order_by("-published_at", "-pk").first()
    counts = (
        UpdateDelivery.objects.filter(update=newest).values_list("state").annotate(n=Count("pk")).order_by("state")
    )
    return {
        "told": told,
        "newest": newest,
        "states": [(state, OutboxState(state).label, n) for state, n in counts],
        "is_late": told.is_overdue(at),
        "is_unsaid": ticket.restored_at is not None and told.status not in {*OVER, Phase.MONITORING},
    }


def proposed_words(severity: Severity) -> dict[str, str]:
    """How hard customers are hit and how the parts are, by the severity; the author confirms it."""
    impact, status = _USUAL_WORDS.get(severity.rank, (Impact.MINOR, ComponentStatus.DEGRADED))
    return {"impact": impact, "component_status": status}


def proposed_components(service: Service | None, *, page: StatusPage) -> list[Component]:
    """The parts linked with the service in trouble; the author confirms them."""
    return list(page.components.filter(service=service)) if service else []


def unknown_placeholders(body: str) -> list[str]:
    """Those in the text that are not of the fixed list."""
    return sorted(set(_PLACEHOLDER.findall(body)) - set(FILLED) - set(ASKED))


def fill(body: str, *, draft: Draft, at: datetime) -> str:
    """The text with what the draft knows in place of its placeholders; the others stay for the author."""
    zone = draft.page.time_zone
    known = {
        "page": draft.page.name,
        "components": _listed(component.name for component in draft.components),
        "start": _moment(draft.started_at, at=at, zone=zone),
        "time": _moment(at, at=at, zone=zone),
        "restored": _moment(at, at=at, zone=zone),
        "duration": display.duration_text((at - draft.started_at).total_seconds()),
        "next": _moment(draft.next_update_at, at=at, zone=zone) if draft.next_update_at else "",
        "link": links.absolute_url(draft.page.get_absolute_url()),
    }
    return _PLACEHOLDER.sub(lambda found: known.get(found[1]) or found[0], body)


def draft_from(template: MessageTemplate, *, draft: Draft, at: datetime) -> str:
    """A template's words for this draft."""
    return fill(template.body, draft=draft, at=at)


def preview(draft: Draft, *, at: datetime) -> Preview:
    """The update as the page and a subscriber would see it; nothing is written."""
    incident = PublicIncident(
        page=draft.page, name=draft.name, impact=draft.impact, status=draft.status, started_at=draft.started_at,
        created_at=at, updated_at=at, public_id="preview",
    )  # fmt: skip
    update = CustomerUpdate(
        incident=incident, status=draft.status, body=draft.body, next_update_at=_promised(draft), published_at=at
    )
    return Preview(
        update=update,
        incident=incident,
        letter=update_mail(update, unsubscribe="(a link of their own)"),
        recipients=recipients(page=draft.page, components=draft.components),
        open_placeholders=_open(draft.body),
    )


def recipients(*, page: StatusPage, components: Iterable[Component]) -> int:
    """How many confirmed subscribers an update about these parts is mailed to."""
    mine = Subscriber.objects.active().filter(page=page)
    everything = mine.filter(components__isnull=True).count()
    return everything + mine.filter(components__in=list(components)).distinct().count()


@transaction.atomic
def publish(*, draft: Draft, ticket_id: int, actor: User, at: datetime) -> CustomerUpdate:
    """Put the update on the page and have it mailed. The same draft is published once.

    Raises NotReady and IllegalMove, in words for the author.
    """
    ticket = locked(ticket_id)
    done = CustomerUpdate.objects.filter(draft_key=draft.key).first()
    if done is not None:
        return done
    _check(draft, at=at)
    incident = _incident_of(ticket, draft, at=at)
    affected = _change_components(draft, at=at)
    incident.components.add(*draft.components)
    update = CustomerUpdate.objects.create(
        incident=incident, draft_key=draft.key, status=draft.status, body=draft.body, affected=affected,
        next_update_at=_promised(draft), published_at=at, author=actor,
    )  # fmt: skip
    timeline.record(
        ticket_id=ticket.pk, kind=EntryKind.CHANGE, at=at, actor=actor, text=_told(update, draft),
        data={"update": update.public_id}, source=f"update:{update.pk}",
    )  # fmt: skip
    complete_update(ticket, update, actor=actor, at=at)
    deliveries.enqueue(deliveries.fan_out, update.pk)
    return update


def _check(draft: Draft, *, at: datetime) -> None:
    if waiting := _open(draft.body):
        raise NotReady(f"Replace {', '.join(f'{{{name}}}' for name in waiting)} with your own words first.")
    if not draft.body.strip() or not draft.name.strip():
        raise NotReady("Write what customers should read, and what they would call this trouble.")
    if any(component.page_id != draft.page.pk for component in draft.components):
        raise NotReady("Choose parts of this status page.")
    if draft.status not in OVER and (draft.next_update_at is None or draft.next_update_at <= at):
        raise NotReady("Say when the next update comes; it must lie ahead.")


def _incident_of(ticket: Ticket, draft: Draft, *, at: datetime) -> PublicIncident:
    """The ticket's public incident, new or moved on; the ticket's lock keeps it one."""
    incident = PublicIncident.objects.filter(page=draft.page, ticket=ticket).first()
    if incident is None:
        if draft.status == Phase.POSTMORTEM:
            raise NotReady("Customers were told nothing of this yet: begin with what happened.")
        incident = PublicIncident(page=draft.page, ticket=ticket, created_at=at)
    else:
        PHASES.check(incident.status, draft.status)
    incident.name, incident.impact, incident.status = draft.name, draft.impact, draft.status
    incident.started_at, incident.updated_at, incident.next_update_at = draft.started_at, at, _promised(draft)
    if draft.status == Phase.MONITORING:
        incident.monitoring_at = at
    if draft.status in OVER:
        incident.resolved_at = incident.resolved_at or at
    else:
        incident.resolved_at = None
    incident.save()
    return incident


def _change_components(draft: Draft, *, at: datetime) -> list[dict[str, str]]:
    """Give the parts their new status, and say which was what."""
    wanted = draft.component_status or (ComponentStatus.OPERATIONAL if draft.status == Phase.RESOLVED else "")
    return parts.change_component_status(
        [one.pk for one in draft.components], lambda part: wanted or part.status, at=at
    )


def _promised(draft: Draft) -> datetime | None:
    return None if draft.status in OVER else draft.next_update_at


def _told(update: CustomerUpdate, draft: Draft) -> str:
    names = _listed(component.name for component in draft.components)
    return f"Customers were told: {update.get_status_display().lower()}{f', {names}' if names else ''}."


def _open(body: str) -> list[str]:
    found = dict.fromkeys(_PLACEHOLDER.findall(body))
    return [name for name in found if name in FILLED or name in ASKED]


def _moment(value: datetime, *, at: datetime, zone: str) -> str:
    """The time on the page's wall, with its date unless that is today."""
    shown, today = value.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(zone))
    day = "" if shown.date() == today.date() else f"{shown.day} {shown:%b %Y} "
    return f"{day}{shown:%H:%M %Z}"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
