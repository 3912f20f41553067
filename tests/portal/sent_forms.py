"""What a browser would send: each form of a page with its fields as they are shown."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_UNSENT = {"submit", "button", "reset", "file", "image"}


@dataclass
class SentForm:
    """A form of a page."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def data(self, **typed: Any) -> dict[str, Any]:
        """The fields, with `typed` over them."""
        return self.fields | typed


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SentForm] = []
        self.form: SentForm | None = None
        self.text: str | None = None
        self.area = self.select = ""
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = SentForm(attributes.get("action", "")) if attributes.get("method") == "post" else None
            self.forms += [self.form] if self.form else []
        elif tag == "input":
            is_choice = attributes.get("type") in {"checkbox", "radio"}
            is_sent = attributes.get("type") not in _UNSENT and (not is_choice or "checked" in attributes)
            if attributes.get("name") and is_sent:
                self._add(attributes["name"], attributes.get("value", "on" if is_choice else ""))
        elif tag == "textarea":
            self.area, self.text = attributes.get("name", ""), ""
        elif tag == "select":
            self.select, self.options = attributes.get("name", ""), []
        elif tag == "option":
            self.options.append((attributes.get("value", ""), "selected" in attributes))

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.text is not None:
            self._add(self.area, self.text.removeprefix("\n"))
            self.text = None
        elif tag == "select" and self.options:
            chosen = [value for value, is_selected in self.options if is_selected] or [self.options[0][0]]
            for value in chosen:
                self._add(self.select, value)

    def _add(self, name: str, value: str) -> None:
        if self.form is not None:
            self.form.fields.setdefault(name, []).append(value)


def forms_of(page: str) -> list[SentForm]:
    """The page's forms that are sent by POST."""
    parser = _Parser()
    parser.feed(page)
    return parser.forms


def main_form(page: str) -> SentForm:
    """The page's own form: the one that is sent to the page itself. Raises AssertionError unless there is one."""
    own = [form for form in forms_of(page) if not form.action]
    assert own, "the page has no form of its own"
    return own[0]
