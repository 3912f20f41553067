"""JSON that is only read, as something people read: names with values, and lists; never braces and quotes."""

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_DEEPEST = 6
_MOST_ENTRIES = 200


def write_facts(value: object, *, depth: int = 0) -> SafeString:
    """The value as HTML: a mapping as names and values, a list as a list. What is deeper or longer is counted."""
    if isinstance(value, Mapping) and value:
        return _mapping(value, depth) if depth < _DEEPEST else format_html("{} more entries", len(value))
    if isinstance(value, list) and value:
        return _list(value, depth) if depth < _DEEPEST else format_html("{} more entries", len(value))
    return format_html("{}", _text(value))


def _mapping(value: Mapping[object, object], depth: int) -> SafeString:
    rows = ((_label(name), write_facts(item, depth=depth + 1)) for name, item in list(value.items())[:_MOST_ENTRIES])
    body = format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)
    return format_html('<dl class="hf-facts">{}</dl>{}', body, _rest(len(value)))


def _list(value: list[object], depth: int) -> SafeString:
    if all(not isinstance(item, Mapping | list) for item in value) and len(value) <= _MOST_ENTRIES:
        return format_html("{}", ", ".join(_text(item) for item in value))
    items = ((write_facts(item, depth=depth + 1),) for item in value[:_MOST_ENTRIES])
    return format_html(
        '<ul class="hf-fact-list">{}</ul>{}', format_html_join("", "<li>{}</li>", items), _rest(len(value))
    )


def _rest(count: int) -> SafeString:
    return format_html("<p>and {} more</p>", count - _MOST_ENTRIES) if count > _MOST_ENTRIES else SafeString()


def _label(name: object) -> str:
    """A key as words: "delay_minutes" is "delay minutes". Only our own style of keys is changed."""
    text = str(name)
    return text.replace("_", " ") if text.islower() else text


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, "", [], {}) else str(value)
