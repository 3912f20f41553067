"""Seats of a review (S29): who must take part before a postmortem is approved, and the question for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from config.base.data.rights import has_role
from config.base.data.roles import Role
from config.base.data.text import clean_lines
from incidents.models import ReviewSeat, Ticket
from oncall.models import TeamKind, User
from postmortems.locking import PostmortemRefused, add_remark, locked, save
from postmortems.models import Perspective, Postmortem, PostmortemStatus, Presence, RemarkKind, Review, Seat

PERSPECTIVES = {
    ReviewSeat.OWNER_TEAM: Perspective.OPERATIONS,
    ReviewSeat.IT_PRACTICE: Perspective.PROCESS,
    ReviewSeat.OTHER_TEAM: Perspective.CUSTOMER,
    ReviewSeat.SECURITY: Perspective.SECURITY,
}
QUESTIONS = {
    Perspective.PROCESS: "Where did our process help, where did it get in the way, and what do we change?",
    Perspective.OPERATIONS: "Will this help us to detect the next one sooner and restore faster?",
    Perspective.SECURITY: "Was data, access or trust at risk, and is all of that resolved?",
    Perspective.CUSTOMER: "What did customers experience, and were the updates true and in time?",
}
"""One question for each perspective (S30)."""
ELIGIBLE_PEOPLE = {
    ReviewSeat.OWNER_TEAM: "a member of the team that owns it",
    ReviewSeat.IT_PRACTICE: "a practice owner, or a member of central IT",
    ReviewSeat.OTHER_TEAM: "a member of another team",
    ReviewSeat.SECURITY: "a member of a SecOps team",
}


@dataclass(frozen=True)
class SeatView:
    """A seat as the page shows it: whether it is required, who may take it, and who took it."""

    kind: ReviewSeat
    question: str
    who: str
    is_required: bool
    occupants: list[Seat]

    @property
    def is_missing(self) -> bool:
        """Whether approval waits for it."""
        return self.is_required and not self.occupants


def required_seats(ticket: Ticket) -> list[str]:
    """The seats that the severity requires; security only if the incident is about security."""
    return [kind for kind in ticket.severity.review_seats if kind != ReviewSeat.SECURITY or is_security(ticket)]


def is_security(ticket: Ticket) -> bool:
    """Whether it is about security: somebody marked it so, or a SecOps team owns it."""
    return ticket.is_security or ticket.team.kind == TeamKind.SECOPS


def open_review(postmortem: Postmortem, *, at: datetime) -> Review:
    """Get or create the postmortem's review; creating it fixes the required seats."""
    return Review.objects.get_or_create(
        postmortem=postmortem, defaults={"required": required_seats(postmortem.ticket), "opened_at": at}
    )[0]


def seat_views(postmortem: Postmortem) -> list[SeatView]:
    """Every seat in order, with who took it; before the review, as the severity requires now."""
    review: Review | None = getattr(postmortem, "review", None)
    current = required_seats(postmortem.ticket)
    # An incident that turns out to be about security needs that seat, even after the review began.
    needed = {*review.required, *({ReviewSeat.SECURITY} & set(current))} if review else set(current)
    occupants: dict[str, list[Seat]] = {}
    for seat in sorted(review.seats.all(), key=lambda row: row.pk) if review else ():
        occupants.setdefault(seat.kind, []).append(seat)
    return [
        SeatView(kind, QUESTIONS[PERSPECTIVES[kind]], ELIGIBLE_PEOPLE[kind], kind in needed, occupants.get(kind, []))
        for kind in ReviewSeat
    ]


def missing_seats(seats: Iterable[SeatView]) -> list[SeatView]:
    """The seats that approval waits for."""
    return [seat for seat in seats if seat.is_missing]


def may_take_seat(user: User, ticket: Ticket, kind: str) -> bool:
    """Whether this person may take the seat."""
    teams = user.memberships.all()
    if kind == ReviewSeat.OWNER_TEAM:
        return teams.filter(team=ticket.team_id).exists()
    if kind == ReviewSeat.SECURITY:
        return teams.filter(team__kind=TeamKind.SECOPS).exists()
    if kind == ReviewSeat.IT_PRACTICE:
        return has_role(user, Role.PRACTICE) or teams.filter(team__kind=TeamKind.CENTRAL_IT).exists()
    return teams.exists() and not teams.filter(team=ticket.team_id).exists()


@transaction.atomic
def take_seat(
    *,
    postmortem_id: int,
    seat: str,
    presence: str,
    actor: User,
    at: datetime,
    answer: str = "",
    person: User | None = None,
) -> Postmortem:
    """Record that a person attended the review or signed it off in a seat; a second call replaces the first.

    An actor may record that another person attended, but each person signs off for themselves.
    """
    postmortem = locked(postmortem_id)
    who, kind = person or actor, ReviewSeat(seat)
    if postmortem.status != PostmortemStatus.IN_REVIEW:
        raise PostmortemRefused(
            "It is not in review. Submit it for review first; seats can be taken until it is approved."
        )
    if who != actor and presence != Presence.ATTENDED:
        raise PostmortemRefused(f"Only {who.name} can sign off for themselves. You can record that they attended.")
    if not who.is_active or who.is_service or not may_take_seat(who, postmortem.ticket, kind):
        raise PostmortemRefused(
            f"The seat “{kind.label}” is for {ELIGIBLE_PEOPLE[kind]}. {who.name} is not. Ask somebody who is."
        )
    answer = clean_lines(answer)
    if presence == Presence.SIGNED_OFF and not answer:
        raise PostmortemRefused("Answer the question in a sentence before you sign off.")
    values: dict[str, Any] = {"presence": presence, "answer": answer, "taken_at": at}
    Seat.objects.update_or_create(
        review=open_review(postmortem, at=at),
        kind=kind,
        user=who,
        defaults=values | {"perspective": PERSPECTIVES[kind]},
    )
    prefix = "" if who == actor else f"{who.name}. "
    text = f"{prefix}{kind.label}: {Presence(presence).label.lower()}. {answer}".strip()
    add_remark(postmortem, RemarkKind.SEAT, at=at, actor=actor, text=text)
    save(postmortem, at=at)
    return postmortem
