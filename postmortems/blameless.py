"""Hints at wording that looks for a culprit instead of a cause; they are hints and stop nobody from saving."""

import re
from collections.abc import Collection
from dataclasses import dataclass

MOST_HINTS = 50
BIASES = (
    ("Attribution", "Ask what the situation made likely, not what the person is like."),
    ("Confirmation", "Look for what speaks against the first explanation."),
    ("Hindsight", "Write what could be seen at that minute, not what is known today."),
    ("Negativity", "Say also what went well, and keep it."),
)
"""What bends the view of those who look back, and what helps against it."""


@dataclass(frozen=True)
class Hint:
    """A stretch of the text, what stands there, and what could stand there instead."""

    start: int
    end: int
    found: str
    suggestion: str


_SUGGESTIONS = (
    (
        r"(?:should|could|ought to) (?:not )?have|shouldn't have|couldn't have|would have (?:noticed|known|seen)"
        r"|fail(?:ed|s|ure) to|neglected to|forgot(?:ten)?(?: to)?",
        "Say what was seen and expected: “At this time the person on call saw … and expected …”."
        " What made that sensible?",
    ),
    (
        r"human error|operator error|user error|careless(?:ly|ness)?|negligen(?:t|ce|tly)|sloppy|incompeten(?:t|ce)"
        r"|mistake (?:by|of)|by mistake",
        "Which conditions made this easy to do? Anyone could have done it.",
    ),
    (
        r"why (?:did|didn't|did not) (?:you|he|she|they)(?: not)?",
        "Ask “How did you decide …?” or “What told you …?”.",
    ),
    (r"obvious(?:ly)?|simply|just|of course|clearly", "State what was visible at that time."),
    (
        r"root cause(?: was| is|:)? (?:that )?(?:the |an? )?(?:engineer|developer|operator|admin(?:istrator)?|person)",
        "An action of a person is never the last cause. Add what allowed it.",
    ),
    (r"(?:it|this|that|everything) was broken", "How could you tell? What did you see first?"),
    (r"(?:whose|at) fault|to blame|blam(?:e|ed|ing)", "Say what had to come together; nobody needs to be guilty."),
)
_RULES = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), words) for pattern, words in _SUGGESTIONS]
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_NAME = "Write the role, as “the person on call”, unless they want the credit."


def find(text: str, *, names: Collection[str] = ()) -> list[Hint]:
    """Hints in the order of the text; what stands as code is left alone. `names` are people to call by role."""
    readable = _CODE.sub(lambda found: " " * len(found[0]), text.replace("’", "'"))
    hints = [
        Hint(found.start(), found.end(), text[found.start() : found.end()], words)
        for rule, words in [*_RULES, *_names(names)]
        for found in rule.finditer(readable)
    ]
    return _apart(sorted(hints, key=lambda hint: (hint.start, -hint.end)))[:MOST_HINTS]


def _names(names: Collection[str]) -> list[tuple[re.Pattern[str], str]]:
    known = sorted({name.strip() for name in names if len(name.strip()) > 2}, key=len, reverse=True)
    return [(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)"), _NAME)] if known else []


def _apart(hints: list[Hint]) -> list[Hint]:
    """Of hints that overlap, the first and longest."""
    kept: list[Hint] = []
    for hint in hints:
        if not kept or hint.start >= kept[-1].end:
            kept.append(hint)
    return kept
