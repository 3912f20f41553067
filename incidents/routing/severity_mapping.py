"""From a sender's severity word to one of our severities."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.base.data.retirement import is_retired
from incidents.models import Integration, Severity

# The words that senders use, by rank; the first severity with at least that rank is taken. A rule and no setting: it
# says what common words mean in senders' products. An integration's own mapping goes before it.
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

    `severities` are all severities in use, the worst first. A mapping that cannot be read is left out, and `because`
    says so.
    """
    if not word:
        return default_choice(
            integration=integration, severities=severities, because="by default, because the sender names no severity"
        )
    by_name = {severity.name.casefold(): severity for severity in severities}
    mapped, trouble = _mapped_name(integration, word)
    if mapped in by_name:
        return SeverityChoice(by_name[mapped], f"because {integration.name} maps '{word}' to it")
    key = word.casefold()
    if key in by_name:
        return SeverityChoice(by_name[key], f"because the sender says '{word}'{trouble}")
    if key in _RANKS and severities:
        rank = _RANKS[key]
        closest = next((severity for severity in severities if severity.rank >= rank), severities[-1])
        return SeverityChoice(closest, f"because the sender says '{word}'{trouble}")
    because = f"by default, because '{word}' is not mapped to a severity{trouble}"
    return default_choice(integration=integration, severities=severities, because=because)


def default_choice(*, integration: Integration, severities: Sequence[Severity], because: str) -> SeverityChoice:
    """The integration's default severity, which may be newer than `severities`.

    For one that is out of use, the next milder one takes its place, else the mildest; `because` says so.
    """
    defaults = (severity for severity in severities if severity.pk == integration.default_severity_id)
    default = next(defaults, None) or integration.default_severity
    if not is_retired(default) or not severities:
        return SeverityChoice(default, because)
    milder = (severity for severity in severities if severity.position > default.position)
    return SeverityChoice(next(milder, severities[-1]), f"{because}; the default, {default}, is out of use")


def _mapped_name(integration: Integration, word: str) -> tuple[str, str]:
    """The name, in lower case, to which the integration maps the word, and what is wrong with its mapping.

    Both may be empty. The mapping is JSON that people edit, and older rows were never checked.
    """
    trouble = f" (the severities of {integration.name} could not be read)"
    mapping = integration.severities
    if not isinstance(mapping, dict):
        return "", trouble
    key = word.casefold()
    name = next((name for sent, name in mapping.items() if str(sent).casefold() == key), "")
    return (name.casefold(), "") if isinstance(name, str) else ("", trouble)
