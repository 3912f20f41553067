"""Hints at wording that blames people instead of looking for causes; hints never stop anybody from saving."""

import re
from collections.abc import Collection
from dataclasses import dataclass

MAX_HINTS = 50
BIASES = (
    ("Attribution", "Ask what the situation made likely, not what the person is like."),
    ("Confirmation", "Look for what speaks against the first explanation."),
    ("Hindsight", "Write what could be seen at that minute, not what is known today."),
    ("Negativity", "Say also what went well."),
)
"""Biases of hindsight, and what helps against each."""


@dataclass(frozen=True)
class Hint:
    """A part of the text and a suggestion for better wording; `start` and `end` are positions in the text."""

    start: int
    end: int
    text: str
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
        "Ask “How did you decide …?” or “What did you see …?”.",
    ),
    (r"obvious(?:ly)?|simply|just|of course|clearly", "State what was visible at that time."),
    (
        r"root cause(?: was| is|:)? (?:that )?(?:the |an? )?(?:engineer|developer|operator|admin(?:istrator)?|person)",
        "A person's action is never the last cause. Add what made it possible.",
    ),
    (r"(?:it|this|that|everything) was broken", "How did you notice? What did you see first?"),
    (r"(?:whose|at) fault|to blame|blam(?:e|ed|ing)", "Say which factors came together. Nobody needs to be guilty."),
)
_RULES = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), suggestion) for pattern, suggestion in _SUGGESTIONS]
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_NAME = "Write the role, as “the person on call”, unless they want the credit."


def find_hints(text: str, *, names: Collection[str] = ()) -> list[Hint]:
    """Hints in the order of the text, none in code. `names` are people that the text should call by their role."""
    readable = _CODE.sub(lambda match: " " * len(match[0]), text.replace("’", "'"))
    hints = [
        Hint(match.start(), match.end(), text[match.start() : match.end()], suggestion)
        for rule, suggestion in [*_RULES, *_name_rules(names)]
        for match in rule.finditer(readable)
    ]
    return _without_overlaps(sorted(hints, key=lambda hint: (hint.start, -hint.end)))[:MAX_HINTS]


def _name_rules(names: Collection[str]) -> list[tuple[re.Pattern[str], str]]:
    ordered = sorted({name.strip() for name in names if len(name.strip()) > 2}, key=len, reverse=True)
    return [(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)"), _NAME)] if ordered else []


def _without_overlaps(hints: list[Hint]) -> list[Hint]:
    """Of overlapping hints only the first and longest."""
    separate: list[Hint] = []
    for hint in hints:
        if not separate or hint.start >= separate[-1].end:
            separate.append(hint)
    return separate
