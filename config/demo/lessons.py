"""What the demo's company learned: problems, known errors, actions and postmortems, by the product's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.demo.company import Company
from incidents.models import ReviewSeat, Ticket
from incidents.prevention import action_items
from oncall.models import User
from postmortems import review, seats, writing
from postmortems.models import Postmortem, Presence
from problems.investigation import factors, lifecycle

# By the incident's title: symptoms, workaround, cause, what allowed it, action.
_Story = tuple[str, str, str, str, str]
_CAUSES: dict[str, _Story] = {
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
        "Sign-in on the phone turns in circles and ends at the start.",
        "Ask the customer to use the web shop until the token change is back.",
        "A token's new form is unknown to apps of last year.",
        "Releases are tried with the newest app only.",
        "Try releases with the oldest supported app",
    ),
    "Disk of the orders database is filling up": (
        "Free space falls by the hour; queries still work.",
        "Remove WAL files that the replica has taken.",
        "A replication slot of a retired replica keeps WAL files for ever.",
        "Retiring a replica has no checklist.",
        "Limit what a replication slot may keep",
    ),
    "Too many connections": (
        "Orders fail now and then, more often on the hour.",
        "Put the pooler back in front of the database.",
        "A report opens a connection for each shop on the hour.",
        "Reports have no budget of connections.",
        "Give reports a pool of their own",
    ),
    "Nodes are not ready": (
        "Parts of the shop fail, then others.",
        "Cordon the nodes named in the alert; the rest has room.",
        "An image of the node's agent leaks memory.",
        "The agent has no memory limit.",
        "Set memory limits for agents of nodes",
    ),
    "Card payments are declined": (
        "Every third card is declined, whatever the bank.",
        "Offer payment by invoice first.",
        "The bank's gateway drops calls when it switches over.",
        "We call one address of the bank without a second.",
        "Call the bank's second gateway when the first is silent",
    ),
}
_DUE_IN_DAYS = (-4, 9, 20)
_HANDLED = 3
_DETECTION = "The alert told us. It waits for five minutes; two would do."
_LESSONS = "Taking the change back was quick. The first word to customers was not."
_PUBLIC = "A fault of ours kept part of the shop from working. It is repaired, and we now test for it before a change."


def write(company: Company) -> None:
    """Three causes in hand, one postmortem published, one in review, one just begun."""
    owed = [ticket for ticket in company.tickets if ticket.severity.needs_prevention and ticket.title in _CAUSES]
    waiting = _newest_of_each([ticket for ticket in owed if ticket.status == "restored"])[:_HANDLED]
    over = [ticket for ticket in owed if ticket.status in {"resolved", "closed"} and ticket.restored_at][-1:]
    for ticket, days in zip(waiting, _DUE_IN_DAYS, strict=False):
        _investigate(company, ticket, days)
    for ticket in over:
        found = _write_down(company, ticket)
        at = company.at - timedelta(hours=30)
        _hear(company, ticket, found, at - timedelta(hours=2))
        review.approve(postmortem_id=found.pk, actor=company.person("carla"), at=at, text="Clear and fair.")
        review.publish(postmortem_id=found.pk, actor=company.person("lena"), at=at + timedelta(hours=1))
    if waiting:
        _write_down(company, waiting[0])
        writing.draft(ticket_id=waiting[-1].pk, actor=None, at=company.at - timedelta(hours=6))


def _newest_of_each(tickets: list[Ticket]) -> list[Ticket]:
    """The newest incident of each title, the newest first: each trouble is looked into once."""
    return list({ticket.title: ticket for ticket in tickets}.values())[::-1]


def _investigate(company: Company, ticket: Ticket, days: int) -> None:
    """From the incident to a known error with its tree and what is owed."""
    symptoms, workaround, cause, behind, action = _CAUSES[ticket.title]
    lead, began = _lead(company, ticket), company.at - timedelta(days=3)
    problem = lifecycle.open_from_incident(incident_id=ticket.pk, actor=lead, at=began)
    lifecycle.assess(problem_id=problem.pk, actor=lead, at=began + timedelta(hours=2))
    lifecycle.analyze(problem_id=problem.pk, actor=lead, at=began + timedelta(hours=3))
    first = factors.add(problem_id=problem.pk, text=cause, actor=lead, at=began + timedelta(hours=9))
    factors.add(problem_id=problem.pk, text=behind, actor=lead, at=began + timedelta(hours=10), parent=first)
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


def _write_down(company: Company, ticket: Ticket) -> Postmortem:
    """A postmortem with its sections, sent to review."""
    at, lead = company.at - timedelta(days=2), _lead(company, ticket)
    found = writing.draft(ticket_id=ticket.pk, actor=lead, at=at, owner=lead)
    _, workaround, cause, behind, _ = _CAUSES[ticket.title]
    words = {
        "summary": f"{ticket.title}: {cause} What helped: {workaround}",
        "impact": f"{ticket.description} {ticket.service} was not what it should be until it was restored.",
        "detection": _DETECTION,
        "causes": f"{cause} {behind}",
        "lessons": _LESSONS,
    }
    for key, body in words.items():
        writing.write(postmortem_id=found.pk, key=key, body=body, actor=lead, at=_later(at, 3))
    writing.write_public(postmortem_id=found.pk, text=_PUBLIC, actor=lead, at=_later(at, 4))
    return review.submit(postmortem_id=found.pk, actor=lead, at=_later(at, 5))


_SAID = {
    ReviewSeat.OWNER_TEAM: "The new alert would have told us four minutes earlier. I tried it.",
    ReviewSeat.IT_PRACTICE: "The way of working held. The second person was called late; that is in the actions.",
    ReviewSeat.OTHER_TEAM: "Customers could not pay for a while, and the first word came late. It is said here.",
    ReviewSeat.SECURITY: "No data left. The keys that were used at night are changed.",
}


def _hear(company: Company, ticket: Ticket, postmortem: Postmortem, at: datetime) -> None:
    """Fill the seats that the review asks for."""
    people = [_lead(company, ticket), *map(company.person, ("petra", "jonas", "hannah", "tom"))]
    for seat in seats.missing_seats(seats.seat_views(postmortem)):
        who = next(one for one in people if seats.may_take_seat(one, ticket, seat.kind))
        seats.take_seat(
            postmortem_id=postmortem.pk, seat=seat.kind, presence=Presence.SIGNED_OFF, answer=_SAID[seat.kind],
            actor=who, at=at,
        )  # fmt: skip


def _later(at: datetime, hours: int) -> datetime:
    return at + timedelta(hours=hours)


def _lead(company: Company, ticket: Ticket) -> User:
    return company.responders[ticket.team_id][0]
