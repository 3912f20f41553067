"""From a sender's word for "how bad" to one of our severities."""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.models import Integration, Severity

# How bad the words are that senders use, on a scale of five; the first severity at least as mild is taken.
_GUESSES = {
    1: "emergency emerg disaster fatal p1 1",
    2: "critical crit alert page p2 2",
    3: "error err major high p3 3",
    4: "warning warn minor average medium p4 4",
    5: "info information informational notice debug low none ok p5 5",
}
_RANKS = {word: rank for rank, words in _GUESSES.items() for word in words.split()}


@dataclass(frozen=True)
class Choice:
    """A severity and why it was chosen, to stand after "severity SEV2 "."""

    severity: Severity
    because: str


def choose(word: str, *, integration: Integration, severities: Sequence[Severity]) -> Choice:
    """The severity of a sender's word: as the integration maps it, by its name, by a guess, or the default.

    `severities` are all there are, the worst first.
    """
    default = next(one for one in severities if one.pk == integration.default_severity_id)
    if not word:
        return Choice(default, "by default, because the sender does not say how bad it is")
    names = {one.name.casefold(): one for one in severities}
    mapped = {str(key).casefold(): str(name).casefold() for key, name in integration.severities.items()}
    spoken = word.casefold()
    if mapped.get(spoken) in names:
        return Choice(names[mapped[spoken]], f"because {integration.name} maps '{word}' to it")
    if spoken in names:
        return Choice(names[spoken], f"because the sender says '{word}'")
    if spoken in _RANKS:
        rank = _RANKS[spoken]
        found = next((one for one in severities if one.rank >= rank), severities[-1])
        return Choice(found, f"because the sender says '{word}'")
    return Choice(default, f"by default, because '{word}' is not mapped to one")
