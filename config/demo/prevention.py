"""The demo's problems, known errors, action items and postmortems, made with the product's own functions."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.demo.company import Company
from incidents.models import ReviewSeat, Ticket
from incidents.prevention import action_items
from oncall.models import User
from postmortems import review, seats, writing
from postmortems.models import Postmortem, Presence
from problems.investigation import factors, lifecycle

# By the incident's title: symptoms, workaround, cause, what allowed it, action item.
_Cause = tuple[str, str, str, str, str]
_CAUSES: dict[str, _Cause] = {
    "Payments time out": (
        "Paying spins for a minute, then an error; the order is missing.",
        "Take one payment worker out of the pool; the others catch up within five minutes.",
        "The connection pool of the payment workers is smaller than their number of threads.",
        "Its size was set when there was one worker.",
        "Size the pool by the number of threads",
    ),
    "Search finds nothing": (
        "Every search is empty, also for products that are there.",
        "Point search at the replica's index.",
        "The nightly rebuild empties the index before it fills it.",
        "Nobody sees how long the rebuild takes.",
        "Build the index beside the old one and swap",
    ),
    "App cannot sign in": (
        "Sign-in on the phone ends on the start page again.",
        "Ask the customer to use the web shop until the token change is rolled back.",
        "Last year's apps cannot read the new token format.",
        "Releases are tested only with the newest app.",
        "Test releases with the oldest supported app",
    ),
    "Disk of the orders database is filling up": (
        "Free space falls by the hour; queries still work.",
        "Remove WAL files that the replica has read.",
        "A replication slot of a retired replica keeps WAL files forever.",
        "Retiring a replica has no checklist.",
        "Limit what a replication slot may keep",
    ),
    "Too many connections": (
        "Orders fail sometimes, more often on the hour.",
        "Put the pooler back in front of the database.",
        "A report opens a connection for each shop on the hour.",
        "Reports have no budget of connections.",
        "Give reports a pool of their own",
    ),
    "Nodes are not ready": (
        "Different pages of the shop fail in turn.",
        "Cordon the nodes named in the alert; the rest has room.",
        "An image of the node's agent leaks memory.",
        "The agent has no memory limit.",
        "Set memory limits for agents of nodes",
    ),
    "Card payments are declined": (
        "Every third card is declined, whatever the bank.",
        "Offer payment by invoice first.",
        "The bank's gateway drops calls during a failover.",
        "We call one address of the bank and have no second.",
        "Call the bank's second gateway when the first does not answer",
    ),
}
_DUE_IN_DAYS = (-4, 9, 20)
_INVESTIGATED = 3
_DETECTION = "The alert found it. It waits for five minutes; two would be enough."
_LESSONS = "Rolling back the change was fast. The first update to customers was late."
_PUBLIC = "A fault in our systems stopped part of the shop. It is fixed, and we now test for it before a change."


def write(company: Company) -> None:
    """Three problems under investigation, one postmortem published, one in review, one just begun."""
    candidates = [ticket for ticket in company.tickets if ticket.severity.needs_prevention and ticket.title in _CAUSES]
    waiting = _newest_of_each([ticket for ticket in candidates if ticket.status == "restored"])[:_INVESTIGATED]
    resolved = [ticket for ticket in candidates if ticket.status in {"resolved", "closed"} and ticket.restored_at][-1:]
    for ticket, days in zip(waiting, _DUE_IN_DAYS, strict=False):
        _investigate(company, ticket, days)
    for ticket in resolved:
        postmortem = _write_postmortem(company, ticket)
        at = company.at - timedelta(hours=30)
        _fill_seats(company, ticket, postmortem, at - timedelta(hours=2))
        review.approve(postmortem_id=postmortem.pk, actor=company.person("carla"), at=at, text="Clear and fair.")
        review.publish(postmortem_id=postmortem.pk, actor=company.person("lena"), at=at + timedelta(hours=1))
    if waiting:
        _write_postmortem(company, waiting[0])
        writing.draft(ticket_id=waiting[-1].pk, actor=None, at=company.at - timedelta(hours=6))


def _newest_of_each(tickets: list[Ticket]) -> list[Ticket]:
    """The newest incident of each title, the newest first: each cause is investigated once."""
    return list({ticket.title: ticket for ticket in tickets}.values())[::-1]


def _investigate(company: Company, ticket: Ticket, days: int) -> None:
    """From the incident to a known error with its factors and its action item."""
    symptoms, workaround, cause, enabler, action = _CAUSES[ticket.title]
    lead, began = _lead(company, ticket), company.at - timedelta(days=3)
    problem = lifecycle.open_from_incident(incident_id=ticket.pk, actor=lead, at=began)
    lifecycle.assess(problem_id=problem.pk, actor=lead, at=began + timedelta(hours=2))
    lifecycle.analyze(problem_id=problem.pk, actor=lead, at=began + timedelta(hours=3))
    first = factors.add(problem_id=problem.pk, text=cause, actor=lead, at=began + timedelta(hours=9))
    factors.add(problem_id=problem.pk, text=enabler, actor=lead, at=began + timedelta(hours=10), parent=first)
    lifecycle.publish_known_error(
        problem_id=problem.pk,
        title=ticket.title,
        symptoms=symptoms,
        workaround=workaround,
        actor=lead,
        at=began + timedelta(hours=12),
    )
    action_items.add(
        ticket_id=problem.pk,
        title=action,
        due_on=(company.at + timedelta(days=days)).date(),
        owner=lead,
        is_priority=True,
        actor=lead,
        at=began + timedelta(hours=13),
    )


def _write_postmortem(company: Company, ticket: Ticket) -> Postmortem:
    """A postmortem with its sections, sent to review."""
    at, lead = company.at - timedelta(days=2), _lead(company, ticket)
    postmortem = writing.draft(ticket_id=ticket.pk, actor=lead, at=at, owner=lead)
    _, workaround, cause, enabler, _ = _CAUSES[ticket.title]
    texts = {
        "summary": f"{ticket.title}: {cause} What helped: {workaround}",
        "impact": f"{ticket.description} {ticket.service} was degraded until it was restored.",
        "detection": _DETECTION,
        "causes": f"{cause} {enabler}",
        "lessons": _LESSONS,
    }
    for key, body in texts.items():
        writing.write(postmortem_id=postmortem.pk, key=key, body=body, actor=lead, at=_later(at, 3))
    writing.write_public(postmortem_id=postmortem.pk, text=_PUBLIC, actor=lead, at=_later(at, 4))
    return review.submit(postmortem_id=postmortem.pk, actor=lead, at=_later(at, 5))


_SEAT_ANSWERS = {
    ReviewSeat.OWNER_TEAM: "The new alert would have fired four minutes earlier. I tested it.",
    ReviewSeat.IT_PRACTICE: "The process worked. The second person was paged late; an action item covers that.",
    ReviewSeat.OTHER_TEAM: "Customers could not pay for a while, and the first update was late. Both are in here.",
    ReviewSeat.SECURITY: "No data was lost. The keys used that night were changed.",
}


def _fill_seats(company: Company, ticket: Ticket, postmortem: Postmortem, at: datetime) -> None:
    """Fill the seats that the review requires."""
    people = [_lead(company, ticket), *map(company.person, ("petra", "jonas", "hannah", "tom"))]
    for seat in seats.missing_seats(seats.seat_views(postmortem)):
        who = next(person for person in people if seats.may_take_seat(person, ticket, seat.kind))
        seats.take_seat(
            postmortem_id=postmortem.pk, seat=seat.kind, presence=Presence.SIGNED_OFF, answer=_SEAT_ANSWERS[seat.kind],
            actor=who, at=at,
        )  # fmt: skip


def _later(at: datetime, hours: int) -> datetime:
    return at + timedelta(hours=hours)


def _lead(company: Company, ticket: Ticket) -> User:
    return company.responders[ticket.team_id][0]
