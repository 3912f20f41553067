"""Tags and filters of every template: times, tags, addresses, and the engine's pulse."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.contrib.messages.storage.base import Message
from django.db.models import Model
from django.template import Context
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.base.data import text
from config.base.data.excerpts import stretches
from config.base.data.retirement import can_retire, marked
from config.base.web import badges, display, people, undo_tags
from config.base.web.icons import icon
from config.navigation import counts, drawing
from oncall.engine import pulse

register = template.Library()


@register.filter(name="can_retire")
def is_retirable(record: Model) -> bool:
    """Whether a record of this kind can be taken out of use."""
    return can_retire(type(record))


@register.filter
def in_words(record: object) -> str:
    """A record's name, with the word retired if it is out of use."""
    return marked(record)


@register.simple_tag
def mark_words(value: str, stems: Sequence[str]) -> SafeString:
    """A text of a hit, with the words that were looked for marked."""
    parts = (
        (format_html("<mark>{}</mark>", part.text) if part.is_marked else part.text,)
        for part in stretches(value, stems)
    )
    return format_html_join("", "{}", parts)


@register.simple_tag
def search_query(text: str, kind: str = "", done: str = "") -> str:
    """The query of an address of the search."""
    return urlencode({name: value for name, value in (("q", text), ("kind", kind), ("done", done)) if value})


@register.simple_tag(takes_context=True)
def when(context: dict[str, Any], value: datetime | None) -> SafeString:
    """An instant, relative to now."""
    return display.time_element(value, at=context["at"])


@register.simple_tag(takes_context=True)
def clock(context: dict[str, Any], value: datetime | None, zone: str | None = None) -> SafeString:
    """An instant in the local time of `zone` or the reader."""
    return display.clock_element(value, at=context["at"], zone=zone)


@register.simple_tag
def moment(value: datetime | None, zone: str | None = None) -> str:
    """The full date and time in `zone`, or the reader's."""
    return display.local_text(value, zone=zone) if value else ""


@register.simple_tag
def badge(family: str, value: object, label: object) -> SafeString:
    """The badge of a value of a fixed set."""
    return badges.badge(family, value, label)


@register.simple_tag
def clock_face(state: str, words: object) -> SafeString:
    """The face of an SLA clock."""
    return badges.clock_face(state, words)


@register.simple_tag(name="icon")
def draw_icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; one that stands alone needs a label."""
    return icon(name, label)


@register.simple_tag
def person(user: people.Named | None, note: str = "") -> SafeString:
    """A person's initials and name; "Nobody yet" for nobody."""
    return people.person_element(user, note=note)


@register.simple_tag
def at_time(value: datetime) -> SafeString:
    """The local time alone, where the day stands above; the full date is in its title."""
    return display.time_element(value, at=value, text=f"{timezone.localtime(value):%H:%M}")


@register.simple_tag
def small_avatar(name: str) -> SafeString:
    """A person's initials in a row of them."""
    return people.avatar(name)


@register.simple_tag
def avatar(name: str) -> SafeString:
    """A person's initials, beside their name."""
    return people.avatar(name, large=True)


@register.filter
def markdown(value: str, names: Mapping[str, str] | None = None) -> SafeString:
    """A text in Markdown as HTML; `names` are marked, with the words that stand in place of each."""
    return text.render_markdown(value, names=names)


@register.simple_tag
def period(starts_at: datetime | None, ends_at: datetime | None, zone: str | None = None) -> str:
    """From when to when in `zone`, or the reader's."""
    return display.period_text(starts_at, ends_at, zone=zone)


@register.filter
def in_zone(value: datetime, zone: str) -> datetime:
    """The same instant in the local time of a zone."""
    return value.astimezone(ZoneInfo(zone))


@register.filter
def duration(seconds: float) -> str:
    """A number of seconds in words."""
    return display.duration_text(seconds)


@register.filter
def hours(minutes: float) -> str:
    """A number of minutes in hours."""
    return display.hours_text(float(minutes))


@register.filter
def percent(part: float) -> str:
    """A fraction as a percentage."""
    return f"{round(100 * float(part))} %"


@register.inclusion_tag("components/pulse.html", takes_context=True)
def engine_pulse(context: dict[str, Any]) -> dict[str, Any]:
    """The engine's last sweep and the numbers of alarms and notices, at most a few seconds old."""
    state = pulse.read(at=context["at"])
    return {"pulse": state, "is_well": state.is_healthy, "at": context["at"]}


@register.simple_tag(takes_context=True)
def side_bar(context: Context) -> drawing.Navigation:
    """The sections for the reader, with the numbers that the cache holds; a page never counts them."""
    request = context["request"]
    numbers = counts.read(request.user)
    return drawing.draw(request.user, address=request.get_full_path(), numbers=numbers, at=context["at"])


@register.simple_tag
def undo_offer(message: Message) -> str:
    """The signed offer to take back what a message tells of; empty without one."""
    return undo_tags.offer_in(message)


@register.simple_tag
def post_to(view: str, *arguments: object) -> SafeString:
    """The attributes of a form that is only a button: its address, and the question of its view before it is sent."""
    address = reverse(view, args=arguments)
    match = resolve(address)
    button: Any = match.func
    question = button.view_class.question(match.kwargs)
    return (
        format_html('action="{}" data-confirm="{}"', address, question)
        if question
        else format_html('action="{}"', address)
    )


@register.simple_tag(takes_context=True)
def here_with(context: dict[str, Any], **changed: object) -> str:
    """This page's query string with some parameters changed; an empty value removes one."""
    query = context["request"].GET.copy()
    for name, value in changed.items():
        if value in {None, ""}:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def pretty_json(value: object) -> str:
    """A JSON value, indented for people."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
