"""From a sender's severity word to one of our severities."""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.models import Integration, Severity

# The words that senders use, by rank; the first severity with at least that rank is taken.
_WORDS_BY_RANK = {
    1: "emergency emerg disaster fatal p1 1",
    2: "critical crit alert page p2 2",
    3: "error err major high p3 3",
    4: "warning warn minor average medium p4 4",
    5: "info information informational notice debug low none ok p5 5",
}
_RANKS = {word: rank for rank, words in _WORDS_BY_RANK.items() for word in words.split()}


@dataclass(frozen=True)
class SeverityChoice:
    """A severity and why it was chosen, as a text to put after "severity SEV2 "."""

    severity: Severity
    because: str


def choose_severity(word: str, *, integration: Integration, severities: Sequence[Severity]) -> SeverityChoice:
    """The severity for a sender's word: the integration's mapping, a name, a common word, or the default.

    `severities` are all severities, the worst first.
    """
    default = next(severity for severity in severities if severity.pk == integration.default_severity_id)
    if not word:
        return SeverityChoice(default, "by default, because the sender names no severity")
    by_name = {severity.name.casefold(): severity for severity in severities}
    mapped = {str(sent).casefold(): str(name).casefold() for sent, name in integration.severities.items()}
    key = word.casefold()
    if mapped.get(key) in by_name:
        return SeverityChoice(by_name[mapped[key]], f"because {integration.name} maps '{word}' to it")
    if key in by_name:
        return SeverityChoice(by_name[key], f"because the sender says '{word}'")
    if key in _RANKS:
        rank = _RANKS[key]
        closest = next((severity for severity in severities if severity.rank >= rank), severities[-1])
        return SeverityChoice(closest, f"because the sender says '{word}'")
    return SeverityChoice(default, f"by default, because '{word}' is not mapped to a severity")
