"""The facts of a ticket, as its page lists them: each with the address of the form that changes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.base.data.retirement import marked
from config.base.web import display, people
from incidents.categories.catalogue import category_of
from incidents.categories.custom_fields import fields_of, list_values
from incidents.models import Contact, Incident, Ticket, TicketKind


@dataclass(frozen=True)
class Fact:
    """A label and a value; `url` leads to the form of this fact, if the reader may change it now."""

    label: str
    value: str | SafeString
    url: str = ""
    is_set: bool = True


_NEEDED = format_html('<span class="hf-nobody">{}</span>', "Not set, needed")


def list_facts(
    ticket: Ticket, incident: Incident | None, *, may_edit: bool, sees_requester: bool, at: datetime
) -> list[Fact]:
    """The facts in the order in which they are needed; what is empty and cannot be changed is left out."""
    change = _Change(ticket, may_edit=may_edit)
    rows = [
        *_people(ticket, change, sees_requester=sees_requester, at=at),
        *_fields(ticket, incident, change),
        *_times(ticket, at=at),
        *_origin(ticket, incident),
    ]
    return [row for row in rows if row.is_set or row.url]


@dataclass(frozen=True)
class _Change:
    """Where the facts of a ticket are changed."""

    ticket: Ticket
    may_edit: bool

    def field(self, name: str) -> str:
        """The form of one field."""
        if not self.may_edit or self.ticket.kind != TicketKind.INCIDENT:
            return ""
        return f"{reverse('incidents:ticket-edit', args=[self.ticket.reference])}?field={name}"

    def verb(self, name: str) -> str:
        """The form of a verb; a ticket that is not open is not given to somebody else."""
        if not self.may_edit or self.ticket.kind != TicketKind.INCIDENT or not self.ticket.is_open:
            return ""
        return reverse("incidents:verb", args=[self.ticket.reference, name])


def _fact(label: str, value: object, url: str = "", *, empty: str = "Not set") -> Fact:
    if value in (None, ""):
        return Fact(label, empty, url, is_set=False)
    return Fact(label, value if isinstance(value, SafeString) else str(value), url)


def _people(ticket: Ticket, change: _Change, *, sees_requester: bool, at: datetime) -> Iterator[Fact]:
    if ticket.requester is not None and sees_requester:
        yield Fact("Requester", _contact(ticket.requester))
    service = ticket.service
    yield _fact("Service", marked(service) if service else None, change.field("service"))
    yield _fact("Team", marked(ticket.team), change.verb("reassign"))
    if ticket.handover_from is not None and ticket.handed_over_at is not None and ticket.is_open:
        when = display.ago_element(ticket.handed_over_at, at=at)
        text = format_html("from {}, {}; not confirmed yet", marked(ticket.handover_from), when)
        yield Fact("Handed over", text)
    if ticket.reassignments:
        yield Fact("Reassigned", "once" if ticket.reassignments == 1 else f"{ticket.reassignments} times")
    yield Fact("Assignee", people.person_element(ticket.assignee), change.verb("assign"))


def _contact(contact: Contact) -> SafeString:
    lines: list[str | SafeString] = [contact.name]
    if contact.is_vip:
        lines.append(format_html('<span class="hf-chip is-yellow">{}</span>', "VIP: handle with care"))
    lines += [text for text in (contact.location, contact.organisation) if text]
    if contact.phone:
        lines.append(format_html('<a href="tel:{}">{}</a>', contact.phone, contact.phone))
    if contact.email:
        lines.append(format_html('<a href="mailto:{}">{}</a>', contact.email, contact.email))
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines))


def _fields(ticket: Ticket, incident: Incident | None, change: _Change) -> Iterator[Fact]:
    yield _fact("Impact", ticket.get_impact_display(), change.field("impact"), empty="Not known yet")
    yield _fact("Urgency", ticket.get_urgency_display(), change.field("urgency"), empty="Not known yet")
    yield _fact("Category", ticket.category, change.field("category"))
    if incident is not None:
        yield from _custom(ticket, change)
    if ticket.hold_reason:
        yield _fact("On hold for", ticket.get_hold_reason_display())
    if ticket.affected_customers:
        yield _fact("Affected", ticket.affected_customers, change.field("affected_customers"))
    if ticket.is_security:
        yield _fact("Security", "Yes, Security takes part in the review", change.field("is_security"))
    if incident is not None and incident.workaround:
        yield _fact("Workaround", incident.workaround, change.field("workaround"))
    if ticket.asset_name:
        yield _fact("Device", " ".join(filter(None, (ticket.asset_type, ticket.asset_name, ticket.asset_external_id))))
    if ticket.conference_url:
        link = format_html('<a href="{}" rel="noopener noreferrer">Join the call</a>', ticket.conference_url)
        yield Fact("Call", link)


def _custom(ticket: Ticket, change: _Change) -> Iterator[Fact]:
    """The custom fields of the category, and values that the ticket has of others."""
    for row in list_values(fields=fields_of(category_of(ticket), retired=True), values=ticket.custom):
        url = change.field(row.field.form_name) if row.is_of_category else ""
        if row.value is None and row.field.is_required:
            yield Fact(row.field.label, _NEEDED, url, is_set=False)
        else:
            yield _fact(row.field.label, row.text.capitalize() if isinstance(row.value, bool) else row.text, url)


def _times(ticket: Ticket, *, at: datetime) -> Iterator[Fact]:
    def stamp(label: str, value: datetime | None, after: str = "") -> Iterator[Fact]:
        if value is not None:
            yield Fact(label, format_html("{}{}", display.ago_element(value, at=at), after))

    yield from stamp("Began", ticket.impact_started_at)
    yield from stamp("First page", ticket.alerted_at)
    yield from stamp("Acknowledged", ticket.acknowledged_at)
    yield from stamp("Restored", ticket.restored_at)
    if ticket.restore_due_at is not None:
        yield Fact("If quiet", format_html("restored {}", display.clock_element(ticket.restore_due_at, at=at)))
    yield from stamp("Resolved", ticket.resolved_at)
    yield from stamp("Closed", ticket.closed_at, f", {ticket.get_closure_code_display()}")


def _origin(ticket: Ticket, incident: Incident | None) -> Iterator[Fact]:
    by = f"{ticket.opened_by.name}, " if ticket.opened_by else ""
    yield Fact("Opened by", f"{by}{ticket.get_contact_type_display()}")
    if incident is not None and incident.opened_because:
        yield Fact("Why", incident.opened_because)
