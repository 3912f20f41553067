"""People and teams whom a work note names with an @: they are told, and the people watch the ticket from then on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower

from config.base.data.retirement import offered
from config.base.data.text import names_in_markdown
from incidents.models import EntryKind, Ticket, TimelineEntry
from incidents.tickets import watchers
from incidents.tickets.watcher_news import may_see
from oncall.messages import notices
from oncall.models import Team, User

MAX_NAMES = 20
_LISTED = 3
UNKNOWN, UNCLEAR, HIDDEN, PARTLY = "unknown", "unclear", "hidden", "partly"


@dataclass
class Mentions:
    """Whom a note names: people, teams with those of their members who may see the ticket, and who is not told."""

    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    members: dict[int, list[User]] = field(default_factory=dict)
    unmet: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, object]:
        """What the entry of the note keeps, so that it can be drawn and the writer learns who was told."""
        named = [{"name": name, "user": user.pk} for name, user in self.people.items()]
        named += [{"name": name, "team": team.pk} for name, team in self.teams.items()]
        unmet = [{"name": name, "reason": reason} for name, reason in self.unmet.items()]
        return ({"mentions": named} if named else {}) | ({"unmet": unmet} if unmet else {})


def read_mentions(text: str, *, ticket: Ticket) -> Mentions:
    """Whom a text names, the first 20 names of it: active people and teams in use, each by what fits nobody else.

    A private ticket is told to nobody who may not see it.
    """
    mentions = Mentions()
    for name, targets in fitting(names_in_markdown(text)[:MAX_NAMES]).items():
        if len(targets) != 1:
            mentions.unmet[name] = UNCLEAR if targets else UNKNOWN
        elif isinstance(target := targets[0], Team):
            _add_team(mentions, name, target, ticket=ticket)
        elif may_see(target, ticket):
            mentions.people[name] = target
        else:
            mentions.unmet[name] = HIDDEN
    return mentions


def _add_team(mentions: Mentions, name: str, team: Team, *, ticket: Ticket) -> None:
    people = list(User.objects.people().filter(is_active=True, memberships__team=team).order_by("pk"))
    members = [person for person in people if may_see(person, ticket)]
    if members:
        mentions.teams[name] = team
        mentions.members[team.pk] = members
    if not people:
        mentions.unmet[name] = UNKNOWN
    elif len(members) < len(people):
        mentions.unmet[name] = PARTLY if members else HIDDEN


def fitting(names: Sequence[str]) -> dict[str, list[User | Team]]:
    """The people and teams of each name: by what stands before the @ of their address, the address, slug or name."""
    targets: dict[str, list[User | Team]] = {name: [] for name in names}
    if not names:
        return targets
    before_at = Func(F("email"), Value("@"), Value(1), function="split_part", output_field=CharField())
    people = User.objects.people().filter(is_active=True).annotate(
        small_handle=Lower(before_at), small_email=Lower("email"), small_name=Lower("name")
    )  # fmt: skip
    people = people.filter(Q(small_handle__in=names) | Q(small_email__in=names) | Q(small_name__in=names))
    teams = offered(Team.objects.annotate(small_name=Lower("name"), small_slug=Lower("slug")))
    teams = teams.filter(Q(small_slug__in=names) | Q(small_name__in=names))
    for person in people.order_by("pk"):
        _add(targets, person, {person.email.partition("@")[0], person.email, person.name})
    for team in teams.order_by("pk"):
        _add(targets, team, {team.slug, team.name})
    return targets


def _add(targets: Mapping[str, list[User | Team]], target: User | Team, names: Iterable[str]) -> None:
    for name in {name.lower() for name in names} & targets.keys():
        targets[name].append(target)


def tell(mentions: Mentions, *, ticket: Ticket, actor: User | None, at: datetime) -> None:
    """Tell whom a note names, each once, in the caller's transaction; the people watch the locked ticket then."""
    who, receivers = (actor.name if actor else "The portal"), {actor.pk if actor else 0}
    people = [person for person in mentions.people.values() if person.pk not in receivers]
    watchers.add_quietly(ticket=ticket, users=people, actor=actor, at=at)
    text = f"{who} named you in a note on {ticket.reference}. You watch the ticket now; “Stop watching” there ends it."
    _notify(people, ticket, text, at=at)
    receivers |= {person.pk for person in people}
    for team in mentions.teams.values():
        members = [person for person in mentions.members[team.pk] if person.pk not in receivers]
        _notify(members, ticket, f"{who} named your team {team.name} in a note on {ticket.reference}.", at=at)
        receivers |= {person.pk for person in members}


def _notify(people: Sequence[User], ticket: Ticket, text: str, *, at: datetime) -> None:
    notices.notify(
        users=people,
        key=f"mention:{ticket.pk}:{at.timestamp():.6f}",
        title=f"{ticket.reference}: You are named in a note",
        text=lambda _: text,
        path=f"{ticket.get_absolute_url()}#timeline",
        at=at,
    )


def names_of(entries: Iterable[TimelineEntry]) -> dict[int, dict[str, str]]:
    """For each note, the words in place of each name that it calls; at most two queries for all."""
    named = {entry.pk: entry.data["mentions"] for entry in entries if entry.data.get("mentions")}
    rows = [row for mentions in named.values() for row in mentions]
    words = _words(User.objects.all(), rows, "user") | _words(Team.objects.all(), rows, "team")
    return {
        pk: {
            row["name"]: f"@{words[kind, row[kind]]}"
            for row in mentions
            for kind in ("user", "team")
            if (kind, row.get(kind)) in words
        }
        for pk, mentions in named.items()
    }


def _words(
    rows: QuerySet[User] | QuerySet[Team], mentions: Iterable[Mapping[str, int]], kind: str
) -> dict[tuple[str, int], str]:
    keys = {mention[kind] for mention in mentions if kind in mention}
    names = rows.filter(pk__in=keys).values_list("pk", "name") if keys else ()
    return {(kind, pk): name for pk, name in names}


def describe_note(ticket: Ticket, actor: User) -> str:
    """That the person's last note was added, who was told by it, and who was not and why."""
    spoken = (EntryKind.NOTE, EntryKind.COMMENT)
    entry = ticket.timeline.filter(kind__in=spoken, actor=actor).order_by("-pk").first()
    if entry is None:
        return ""
    names = names_of([entry]).get(entry.pk, {})
    by_reason = defaultdict(list)
    for row in entry.data.get("unmet", ()):
        by_reason[row["reason"]].append(f"@{row['name']}")
    sentences = [
        ("Told: {}.", [name.removeprefix("@") for name in names.values()]),
        (f"Not told, because of who may see {ticket.reference}: {{}}.", by_reason[HIDDEN]),
        (f"Some people of {{}} may not see {ticket.reference}, and were not told.", by_reason[PARTLY]),
        ("Several people or teams fit {}, so none was told: write a whole mail address.", by_reason[UNCLEAR]),
        ("Nobody here has the name {}, so nobody was told.", by_reason[UNKNOWN]),
    ]
    return " ".join(["Note added.", *(sentence.format(_listed(words)) for sentence, words in sentences if words)])


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _LISTED
    return ", ".join(words[:_LISTED]) + (f" and {more} more" if more > 0 else "")
