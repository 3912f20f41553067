"""Whom a note can name, offered while somebody types."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from config.base.data.mentions import find_mentions
from config.base.data.retirement import offered
from incidents.models import Ticket
from incidents.tickets.mentions import fitting
from incidents.tickets.watcher_news import may_see
from oncall.models import Team, User

MAX_CHOICES = 8
MAX_WORDS = 80


@dataclass(frozen=True)
class Choice:
    """A person or a team, with what stands for them in a note."""

    target: User | Team
    call: str

    @property
    def is_team(self) -> bool:
        """Whether it is a team."""
        return isinstance(self.target, Team)


def offer(words: str, *, ticket: Ticket) -> list[Choice]:
    """The first people who may see the ticket, and teams, whose name, address or slug fits what was typed.

    What nothing names without doubt is not offered.
    """
    words = words.strip().removeprefix('"')[:MAX_WORDS]
    if not words:
        return []
    targets: list[User | Team] = [*_people(words, ticket), *_teams(words)]
    spellings = {id(target): _spellings(target) for target in targets}
    fits = fitting([name.lower() for names in spellings.values() for name in names])
    calls = ((target, _call(target, spellings[id(target)], fits)) for target in targets)
    return [Choice(target, call) for target, call in calls if call][:MAX_CHOICES]


def _people(words: str, ticket: Ticket) -> list[User]:
    people = User.objects.people().filter(Q(name__icontains=words) | Q(email__istartswith=words), is_active=True)
    first = people.order_by("name", "pk")[: 2 * MAX_CHOICES]
    return [person for person in first if may_see(person, ticket)][:MAX_CHOICES]


def _teams(words: str) -> Iterator[Team]:
    teams = offered(Team.objects.filter(Q(name__icontains=words) | Q(slug__istartswith=words)))
    return teams.order_by("name", "pk")[:MAX_CHOICES].iterator()


def _spellings(target: User | Team) -> list[str]:
    """What stands for somebody, the shortest first."""
    if isinstance(target, Team):
        return [target.slug, target.name]
    return [target.email.partition("@")[0], target.email, target.name]


def _call(target: User | Team, names: list[str], fits: dict[str, list[User | Team]]) -> str:
    """The first of these names that is read as one, and is nobody else's; empty if none is."""
    for name in names:
        for call in (f"@{name}", f'@"{name}"'):
            mentions = find_mentions(call)
            is_whole = [mention.end for mention in mentions] == [len(call)]
            if is_whole and mentions[0].key in fits and fits[mentions[0].key] == [target]:
                return call
    return ""
