"""What the demo's company learned: problems, known errors, actions and postmortems, by the product's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from incidents import actions
from incidents.models import Ticket
from oncall.models import User
from postmortems import review, writing
from postmortems.models import Postmortem
from problems import factors, investigation

if TYPE_CHECKING:
    from config.demo.company import Company

# The causes that are being dealt with: symptoms, workaround, why, why that, action, days until it is due.
_Story = tuple[str, str, str, str, str, int]
_CAUSES: list[_Story] = [
    (
        "Paying spins for a minute, then an error; the order is missing.",
        "Take one payment worker out of the pool; the others catch up within five minutes.",
        "The connection pool of the payment workers is smaller than their number of threads.",
        "Its size was set when there was one worker.",
        "Size the pool by the number of threads",
        9,
    ),
    (
        "Sign-in on the phone turns in circles and ends at the start.",
        "Ask the customer to use the web shop until the key is changed by hand.",
        "A signing key ran out on one of two servers.",
        "Nobody is told when a key is about to end.",
        "Warn two weeks before a signing key ends",
        -4,
    ),
    (
        "Orders fail now and then, more often on the hour.",
        "Put the pooler back in front of the database.",
        "A report opens a connection for each shop on the hour.",
        "Reports have no budget of connections.",
        "Give reports a pool of their own",
        20,
    ),
]
_WORDS = {
    "summary": "A change to the payment workers filled their connection pool. Monitoring told us after four minutes.",
    "impact": "One in three orders could not be paid for 48 minutes; 61 customers wrote to us.",
    "detection": "The alert on failed payments. It waits for five minutes; two would do.",
    "causes": "The pool was sized for one worker. The load test ran with one worker, so it could not show it.",
    "lessons": "Rolling back was quick. The first update to customers was not.",
}
_PUBLIC = "A change of ours kept some card payments from going through. We took it back and now test it under load."


def write(company: Company) -> None:
    """Three causes in hand, one postmortem published, one in review, one just begun."""
    owed = [ticket for ticket in company.tickets if ticket.severity.needs_prevention and ticket.restored_at]
    waiting = [ticket for ticket in owed if ticket.status == "restored"][-3:]
    over = [ticket for ticket in owed if ticket.status in {"resolved", "closed"}][-1:]
    for ticket, cause in zip(waiting, _CAUSES, strict=False):
        _investigate(company, ticket, cause)
    for ticket in over:
        found = _write_down(company, ticket)
        at = company.at - timedelta(hours=30)
        review.approve(postmortem_id=found.pk, actor=company.person("carla"), at=at, text="Clear and fair.")
        review.publish(postmortem_id=found.pk, actor=company.person("lena"), at=at + timedelta(hours=1))
    if waiting:
        _write_down(company, waiting[0])
        writing.draft(ticket_id=waiting[-1].pk, actor=None, at=company.at - timedelta(hours=6))


def _investigate(company: Company, ticket: Ticket, story: _Story) -> None:
    """From the incident to a known error with its tree and what is owed."""
    symptoms, workaround, cause, behind, action, days = story
    lead, began = _lead(company, ticket), company.at - timedelta(days=3)
    problem = investigation.open_from_incident(incident_id=ticket.pk, actor=lead, at=began)
    investigation.assess(problem_id=problem.pk, actor=lead, at=began + timedelta(hours=2))
    investigation.analyze(problem_id=problem.pk, actor=lead, at=began + timedelta(hours=3))
    first = factors.add(problem_id=problem.pk, text=cause, actor=lead, at=began + timedelta(hours=9))
    factors.add(problem_id=problem.pk, text=behind, actor=lead, at=began + timedelta(hours=10), parent=first)
    investigation.publish_known_error(
        problem_id=problem.pk,
        title=ticket.title,
        symptoms=symptoms,
        workaround=workaround,
        actor=lead,
        at=began + timedelta(hours=12),
    )
    actions.add(
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
    for key, body in _WORDS.items():
        writing.write(postmortem_id=found.pk, key=key, body=body, actor=lead, at=_later(at, 3))
    writing.write_public(postmortem_id=found.pk, text=_PUBLIC, actor=lead, at=_later(at, 4))
    return review.submit(postmortem_id=found.pk, actor=lead, at=_later(at, 5))


def _later(at: datetime, hours: int) -> datetime:
    return at + timedelta(hours=hours)


def _lead(company: Company, ticket: Ticket) -> User:
    return company.responders[ticket.team_id][0]
