"""Text that people typed: cleaned on the way in, rendered safely on the way out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

import nh3
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - here and nowhere else
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from config.base.data.mentions import find_mentions

# Characters that reorder what a reader sees (bad input 23): embeddings, overrides, isolates, marks.
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# More marks than this on one letter is no language; it covers the lines around it (bad input 22).
_MARKS = r"[\u0300-\u036f\u0488\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED_MARKS = re.compile(f"({_MARKS}{{8}}){_MARKS}+")
# Letters that show nothing although Unicode does not call them formatting.
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "mark", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def clean_line(value: str) -> str:
    """The text in NFC on one line, without control and direction characters; empty if nothing in it is visible.

    Joiners stay next to text: some scripts and emoji need them.
    """
    characters = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", value).translate(_BIDI)
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"}
    )
    line = _STACKED_MARKS.sub(r"\1", re.sub(r" +", " ", characters).strip())
    return line if any(map(_is_visible, line)) else ""


def _is_visible(character: str) -> bool:
    return character not in _BLANK_LETTERS and unicodedata.category(character) not in {"Cf", "Zs", "Mn"}


def clean_lines(value: str) -> str:
    """The text in NFC with its line breaks, without NUL, other controls and direction characters."""
    normalized = unicodedata.normalize("NFC", value).translate(_BIDI).replace("\r\n", "\n")
    allowed = (c for c in normalized if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return _empty_if_invisible("".join(allowed).strip())


def _empty_if_invisible(value: str) -> str:
    """A text with nothing visible is empty; joiners within emoji and words stay (bad input 22)."""
    return "" if all(character.isspace() or unicodedata.category(character) == "Cf" for character in value) else value


def names_in_markdown(value: str) -> list[str]:
    """The names that a CommonMark text calls with an @, each once, as they are compared; none in code and links."""
    if "@" not in value:
        return []
    runs = (run for block in _MARKDOWN.parse(value) for run, is_plain in _runs(block.children or ()) if is_plain)
    return list(dict.fromkeys(mention.key for run in runs for mention in find_mentions(run.content)))


def _runs(tokens: Iterable[Token]) -> Iterator[tuple[Token, bool]]:
    """The parts of a paragraph, each with whether it is plain text: neither code nor inside a link."""
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        yield token, token.type == "text" and not depth


def _mark_names(state: StateCore) -> None:
    """Put the words of `state.env["names"]` in place of the names that have some."""
    names: Mapping[str, str] = state.env.get("names") or {}
    for block in state.tokens if names else ():
        if block.type == "inline" and block.children:
            block.children = [
                part
                for token, is_plain in _runs(block.children)
                for part in (_marked(token.content, names) if is_plain else [token])
            ]


def _marked(content: str, names: Mapping[str, str]) -> Iterator[Token]:
    end = 0
    for mention in find_mentions(content):
        if mention.key in names:
            yield Token("text", "", 0, content=content[end : mention.start])
            yield Token("mark_open", "mark", 1)
            yield Token("text", "", 0, content=names[mention.key])
            yield Token("mark_close", "mark", -1)
            end = mention.end
    yield Token("text", "", 0, content=content[end:])


def render_markdown(value: str, *, names: Mapping[str, str] | None = None) -> SafeString:
    """HTML of a CommonMark text: no raw HTML, no images, links only to http, https and mailto.

    `names` are those of `names_in_markdown` that are marked, each with the words that stand there instead.
    """
    html = nh3.clean(
        _MARKDOWN.render(value, {"names": names or {}}),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just sanitised it


_MARKDOWN.core.ruler.push("names", _mark_names)
