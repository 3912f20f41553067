"""Names that a text calls with an @: `@mira.keller`, `@mira.keller@example.com`, or `@"Mira Keller"`."""

import re
from dataclasses import dataclass

# An address of the web is read first, as a whole: an @ in it names nobody. Before the @ of a name stands a space, the
# start of the text or punctuation that opens or parts; so the one of a mail address is none. After a name comes no
# slash: `@scope/package` is the name of a program. Lengths are bounded, and nothing is tried twice.
_CALLS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}://|www\.|mailto:)\S+"
    r"|(?<![^\s(\[{“\u2018«,;:])@(?:"
    r'"(?P<quoted>[^"\n]{1,120})"'
    r"|“(?P<curled>[^”\n]{1,120})”"
    r"|(?P<bare>(?>\w(?:[\w.+-]{0,100}\w)?(?:@\w(?:[\w.-]{0,200}\w)?)?))(?![\w/@])"
    r")",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """A name in a text, from its @ to its end."""

    start: int
    end: int
    name: str

    @property
    def key(self) -> str:
        """The name as it is compared: in small letters, with single spaces."""
        return " ".join(self.name.lower().split())


def find_mentions(text: str) -> list[Mention]:
    """The names in a run of plain text, in order; none inside addresses of mail and of the web."""
    found_names = ((match, match["quoted"] or match["curled"] or match["bare"]) for match in _CALLS.finditer(text))
    return [Mention(match.start(), match.end(), name) for match, name in found_names if name and name.strip()]
