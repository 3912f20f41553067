"""Seats of a review (S29): who must have had a say before a postmortem is approved, and the question each answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from config.base.data.roles import Role, has_role
from config.base.data.text import clean_lines
from incidents.models import ReviewSeat, Ticket
from oncall.models import TeamKind, User
from postmortems.locking import PostmortemRefused, locked, remark, save
from postmortems.models import Perspective, Postmortem, PostmortemStatus, Presence, RemarkKind, Review, Seat

SECURITY_TAG = "security"
PERSPECTIVES = {
    ReviewSeat.OWNER_TEAM: Perspective.OPERATIONS,
    ReviewSeat.IT_PRACTICE: Perspective.PROCESS,
    ReviewSeat.OTHER_TEAM: Perspective.CUSTOMER,
    ReviewSeat.SECURITY: Perspective.SECURITY,
}
QUESTIONS = {
    Perspective.PROCESS: "Where did our way of working help, where did it stand in the way, and what do we change?",
    Perspective.OPERATIONS: "Will the next one be seen sooner and restored faster with what is written here?",
    Perspective.SECURITY: "Was data, access or trust at risk, and is every trace of that dealt with?",
    Perspective.CUSTOMER: "What did customers live through, and were they told the truth in time?",
}
"""One question a perspective (S30): the form differs by seat."""
WHO = {
    ReviewSeat.OWNER_TEAM: "somebody of the team that owns it",
    ReviewSeat.IT_PRACTICE: "a practice owner, or somebody of central IT",
    ReviewSeat.OTHER_TEAM: "somebody of another team",
    ReviewSeat.SECURITY: "somebody of a SecOps team",
}


@dataclass(frozen=True)
class SeatView:
    """A seat as the page shows it: whether it must be taken, who may, and who has."""

    kind: ReviewSeat
    question: str
    who: str
    is_required: bool
    taken: list[Seat]

    @property
    def is_missing(self) -> bool:
        """Whether the approval waits for it."""
        return self.is_required and not self.taken


def required(ticket: Ticket) -> list[str]:
    """The seats the severity asks for; security's only where the incident is tagged as security."""
    return [kind for kind in ticket.severity.review_seats if kind != ReviewSeat.SECURITY or is_security(ticket)]


def is_security(ticket: Ticket) -> bool:
    """Whether it is tagged as security: by its category, or as owned by a SecOps team."""
    return SECURITY_TAG in ticket.category.casefold() or ticket.team.kind == TeamKind.SECOPS


def begin(postmortem: Postmortem, *, at: datetime) -> Review:
    """The postmortem's review; the first time it notes the seats that must be taken, which then stand."""
    return Review.objects.get_or_create(
        postmortem=postmortem, defaults={"required": required(postmortem.ticket), "opened_at": at}
    )[0]


def seat_views(postmortem: Postmortem) -> list[SeatView]:
    """Every seat, in order, with those who have taken it; before the review, as the severity asks today."""
    review: Review | None = getattr(postmortem, "review", None)
    today = required(postmortem.ticket)
    # What turns out to be a matter of security on the way is one, whenever the review began.
    needed = {*review.required, *({ReviewSeat.SECURITY} & set(today))} if review else set(today)
    taken: dict[str, list[Seat]] = {}
    for seat in sorted(review.seats.all(), key=lambda one: one.pk) if review else ():
        taken.setdefault(seat.kind, []).append(seat)
    return [
        SeatView(kind, QUESTIONS[PERSPECTIVES[kind]], WHO[kind], kind in needed, taken.get(kind, []))
        for kind in ReviewSeat
    ]


def missing(seats: Iterable[SeatView]) -> list[SeatView]:
    """Those that the approval waits for."""
    return [one for one in seats if one.is_missing]


def may_sit(user: User, ticket: Ticket, kind: str) -> bool:
    """Whether this person speaks for the seat."""
    teams = user.memberships.all()
    if kind == ReviewSeat.OWNER_TEAM:
        return teams.filter(team=ticket.team_id).exists()
    if kind == ReviewSeat.SECURITY:
        return teams.filter(team__kind=TeamKind.SECOPS).exists()
    if kind == ReviewSeat.IT_PRACTICE:
        return has_role(user, Role.PRACTICE) or teams.filter(team__kind=TeamKind.CENTRAL_IT).exists()
    return teams.exists() and not teams.filter(team=ticket.team_id).exists()


@transaction.atomic
def take(
    *,
    postmortem_id: int,
    seat: str,
    presence: str,
    actor: User,
    at: datetime,
    answer: str = "",
    person: User | None = None,
) -> Postmortem:
    """Note that somebody attended the review or signed it off from a seat; again, to say it better.

    Whoever keeps the minutes may note that another person attended; signing off is everybody's own.
    """
    postmortem = locked(postmortem_id)
    who, kind = person or actor, ReviewSeat(seat)
    if postmortem.status != PostmortemStatus.IN_REVIEW:
        raise PostmortemRefused("It is not in review. Seats are taken between “Send to review” and the approval.")
    if who != actor and presence != Presence.ATTENDED:
        raise PostmortemRefused(f"Only {who.name} can sign off for themselves. You can note that they attended.")
    if not who.is_active or not may_sit(who, postmortem.ticket, kind):
        raise PostmortemRefused(f"The seat “{kind.label}” is for {WHO[kind]}. {who.name} is not; ask somebody who is.")
    answer = clean_lines(answer)
    if presence == Presence.SIGNED_OFF and not answer:
        raise PostmortemRefused("Answer the question in a sentence; signing off says that you looked.")
    said: dict[str, Any] = {"presence": presence, "answer": answer, "taken_at": at}
    Seat.objects.update_or_create(
        review=begin(postmortem, at=at), kind=kind, user=who, defaults=said | {"perspective": PERSPECTIVES[kind]}
    )
    whose = "" if who == actor else f"{who.name}. "
    text = f"{whose}{kind.label}: {Presence(presence).label.lower()}. {answer}".strip()
    remark(postmortem, RemarkKind.SEAT, at=at, actor=actor, text=text)
    save(postmortem, at=at)
    return postmortem
