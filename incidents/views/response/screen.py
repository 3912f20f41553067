"""What the responder's phone screen says, in sentences, on the reader's own clock; the template only places it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator, get_text_list

from config.base.data.outbox import OutboxState
from config.base.web.display import duration_text
from incidents.models import EntryKind, Incident, Ticket, TicketKind, TicketStatus, TimelineEntry, Visibility
from incidents.response import situation
from incidents.response.situation import ResponderView, RespondingTeam
from incidents.tickets.status import INCIDENT
from oncall.models import ContactKind, EscalationState, Page, User

MAX_PAGES = 12
MAX_ENTRIES = 6
MAX_NAMES = 3
"""A sentence names so many people at most, and counts the rest."""
_PAGE_WORDS = {
    OutboxState.PENDING: "waits until {due}",
    OutboxState.SENDING: "is being sent",
    OutboxState.ACCEPTED: "sent {sent}",
    OutboxState.DELIVERED: "arrived {sent}",
    OutboxState.UNKNOWN: "sent {sent}, no receipt",
    OutboxState.FAILED: "did not arrive",
    OutboxState.DEAD: "did not arrive",
    OutboxState.CANCELLED: "not needed, it was answered",
}


@dataclass(frozen=True)
class State:
    """Whether it is the reader's, in a sentence, with a second one below."""

    css: str
    text: str
    more: str = ""


@dataclass(frozen=True)
class NextCall:
    """What one team's escalation does next; `count` is the time left where it is short enough to count down."""

    text: str
    clock: str = ""
    count: str = ""


@dataclass(frozen=True)
class Button:
    """A verb: its label, its effect, and where it is sent; with `href` a link to a form instead."""

    label: str
    effect: str
    verb: str = ""
    address: str = ""
    href: str = ""
    is_half: bool = False


@dataclass(frozen=True)
class Line:
    """A time and what happened, or whom it is about."""

    label: str
    text: str


def build_screen(ticket: Ticket, user: User, *, at: datetime) -> dict[str, object]:
    """The context of the screen for one person; a private ticket shows number and service only through a link."""
    teams = situation.responding_teams(ticket)
    responder = situation.responder_view(ticket, teams, user)
    return {
        "ticket": ticket,
        "responder": responder,
        "reader": user,
        "read_at": timezone.localtime(at),
        "since": clock_words(ticket.impact_started_at, at=at),
        "state": _state(ticket, teams, responder, user, at=at),
        "next_calls": _next_calls(teams, user, at=at) if ticket.is_open else [],
        "called": _called(teams, user, at=at),
        "dependencies": ticket.service.depends_on.order_by("name") if ticket.service else (),
    }


def known_so_far(ticket: Ticket, *, at: datetime) -> dict[str, object]:
    """What is written about the ticket: what customers see, and its latest entries, newest first."""
    entries = ticket.timeline.exclude(kind__in=[EntryKind.PAGE, EntryKind.LINK]).select_related("actor")
    latest = entries.order_by("-at", "-pk")[:MAX_ENTRIES]
    impact = Incident.objects.filter(pk=ticket.pk).values_list("customer_impact", flat=True).first()
    return {
        "customer_impact": impact or "",
        "so_far": [Line(clock_words(entry.at, at=at), _entry_text(entry)) for entry in latest],
    }


def hide_private(ticket: Ticket) -> bool:
    """Take the texts out of a private ticket, for a screen without sign-in; whether it is private."""
    if ticket.visibility != Visibility.PRIVATE:
        return False
    ticket.title, ticket.description = "A private incident: sign in to read it", ""
    return True


def answer_buttons(ticket: Ticket, responder: ResponderView, user: User, *, addresses: dict[str, str]) -> list[Button]:
    """The verbs of answering that make sense now, the most likely first; `addresses` by verb, "" is this page."""
    if not ticket.is_open:
        return []
    others = people_words([name for name in responder.next.names if name != user.name]) if responder.next else ""
    buttons = []
    if not responder.is_answered or ticket.status == TicketStatus.NEW:
        buttons.append(Button("Acknowledge", "I am up and on it. Stops the calls.", "acknowledge"))
    if not responder.is_answered or responder.is_mine:
        effect = f"calls {others} now" if others else "goes to the next person now"
        buttons.append(Button("I can't", effect, "decline", is_half=True))
    if not responder.is_mine:
        buttons.append(Button("Take over", "I run the incident", "take_over", is_half=True))
    return [
        Button(button.label, button.effect, button.verb, addresses.get(button.verb, ""), is_half=button.is_half)
        for button in buttons
    ]


def later_buttons(ticket: Ticket, *, addresses: dict[str, str]) -> list[Button]:
    """The verbs of work that make sense now, as links to their forms; `addresses` by verb."""
    buttons = [Button("Add note", "what you see, what you tried", "add_note")]
    if ticket.kind == TicketKind.INCIDENT and INCIDENT.allows(ticket.status, TicketStatus.RESTORED):
        buttons.append(Button("Service works again", "restored; nobody else is called", "restore"))
    if ticket.is_open:
        buttons.append(Button("Hand over", "to the next person, or to somebody of the team", "hand_over"))
    return [Button(button.label, button.effect, href=addresses[button.verb]) for button in buttons]


def portal_addresses(ticket: Ticket) -> dict[str, str]:
    """Where the screen of a signed-in person sends its verbs."""
    names = {
        "acknowledge": "acknowledge", "decline": "decline", "take_over": "take-over", "add_note": "add-note",
        "restore": "restore", "hand_over": "assign",
    }  # fmt: skip
    return {verb: reverse("incidents:verb", args=[ticket.reference, name]) for verb, name in names.items()}


def clock_words(value: datetime, *, at: datetime) -> str:
    """A time on the reader's clock: "03:18", with the day of the week or the date where it is not within 12 hours."""
    wall = timezone.localtime(value)
    if abs(value - at) <= timedelta(hours=12):
        return f"{wall:%H:%M}"
    return f"{wall:%a %H:%M}" if abs(value - at) < timedelta(days=6) else f"{wall.day} {wall:%b %H:%M}"


def time_left(value: datetime, *, at: datetime) -> str:
    """The time until an instant: "3:40" below ten minutes, else "58 min", "5 h 20 min"; empty once it is reached."""
    seconds = int((value - at).total_seconds())
    if seconds <= 0:
        return ""
    if seconds < 600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    return f"{seconds // 60} min" if seconds < 4 * 3600 else duration_text(seconds)


def people_words(names: Sequence[str]) -> str:
    """People as a list in a sentence: "Ana, Bob and Cleo", "Ana, Bob and 3 others"; empty without names."""
    named = [*names[: MAX_NAMES - 1], f"{len(names) - MAX_NAMES + 1} others"] if len(names) > MAX_NAMES else names
    return get_text_list(list(named), "and")


def _state(
    ticket: Ticket, teams: list[RespondingTeam], responder: ResponderView, user: User, *, at: datetime
) -> State:
    if not ticket.is_open:
        since = f" since {clock_words(ticket.restored_at, at=at)}" if ticket.restored_at else ""
        return State("done", f"{ticket.get_status_display()}{since}.", "Nobody needs to respond.")
    if not responder.is_answered:
        # Of one team the sentence above has said it.
        return State("mine", _ringing_text(responder), responder.still_paged if len(teams) > 1 else "")
    if responder.is_mine:
        return State("done", f"It is yours{_answered_since(teams, user.name, at=at)}.", "The calls have stopped.")
    if responder.answered_by:
        since = _answered_since(teams, responder.answered_by, at=at).strip().capitalize()
        return State("done", f"{responder.answered_by} has it.", f"{since}." if since else "")
    return State("done", "Nobody is being called.")


def _ringing_text(responder: ResponderView) -> str:
    if responder.is_mine:
        return "It is assigned to you, and it still rings."
    return "It rang for you. Nobody has answered." if responder.is_paged else "Nobody has answered yet."


def _answered_since(teams: list[RespondingTeam], name: str, *, at: datetime) -> str:
    rows = (team.escalation for team in teams)
    times = [
        row.acknowledged_at for row in rows
        if row.acknowledged_at and row.acknowledged_by and row.acknowledged_by.name == name
    ]  # fmt: skip
    return f" since {clock_words(min(times), at=at)}" if times else ""


def _next_calls(teams: list[RespondingTeam], user: User, *, at: datetime) -> list[NextCall]:
    """One for each team that is still called, or will be called again; named where several teams respond."""
    running = [team for team in teams if not team.is_over]
    is_named = len(running) > 1
    calls = (_next_call(team, user, at=at, prefix=f"{team.team.name}: " if is_named else "") for team in running)
    return [call for call in calls if call is not None]


def _next_call(team: RespondingTeam, user: User, *, at: datetime, prefix: str) -> NextCall | None:
    due_at = team.next.due_at if team.next else None
    names = team.next.names if team.next else ()
    others = [name for name in names if name != user.name]
    people = people_words(others) or ("you" if names else "")
    if due_at is None:
        return NextCall(f"{prefix}Every step was tried. Nobody else will be called.") if team.is_ringing else None
    clock, left = clock_words(due_at, at=at), time_left(due_at, at=at)
    if not team.is_ringing:
        again = f"Calls {people} again" if people else "Calls again"
        when = f"in {left.replace(':', ' min ') + ' s' if ':' in left else left}, at {clock}" if left else "now"
        is_quiet = team.escalation.state == EscalationState.SNOOZED
        until = "The calls rest until then." if is_quiet else "Not if the service works again by then."
        return NextCall(f"{prefix}{again} {when}.", until)
    if team.escalation.exhausted_at:
        prefix = f"{prefix}Every step was tried and nobody answered. "
    if not people:
        return NextCall(f"{prefix}then nobody is on call for the next step", f"at {clock}", left)
    are = "is" if len(others) == 1 else "are"
    if not left:
        return NextCall(f"{prefix}{people} {are} being called now")
    return NextCall(f"{prefix}until {people} {are} called {'too' if others else 'again'}", f"at {clock}", left)


def _called(teams: list[RespondingTeam], user: User, *, at: datetime) -> list[Line]:
    """The latest calls of every team, newest first, the reader's own as "You"."""
    pages = sorted((page for team in teams for page in team.pages), key=lambda page: -page.pk)
    return [
        Line(
            "You" if page.user_id == user.pk else page.user.name,
            f"{ContactKind(page.channel).label.lower()}, {_page_words(page, at=at)}",
        )
        for page in pages[:MAX_PAGES]
    ]


def _page_words(page: Page, *, at: datetime) -> str:
    sent_at = page.accepted_at or page.sent_at or page.due_at
    return _PAGE_WORDS[OutboxState(page.state)].format(
        due=clock_words(page.due_at, at=at), sent=clock_words(sent_at, at=at)
    )


def _entry_text(entry: TimelineEntry) -> str:
    text = Truncator(" ".join(entry.text.split())).chars(200)
    is_written = entry.kind in {EntryKind.NOTE, EntryKind.COMMENT}
    return f"{entry.actor.name}: {text}" if is_written and entry.actor else text
