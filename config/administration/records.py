"""The kinds of records that the administration knows, those a reader may see, and how many there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from config.administration import tasks
from config.administration.tasks import Entry, TaskPage
from config.base.web.admin import FactAdmin

MAX_COUNT = 1000
"""More records than this are not counted: a list of millions would take longer than it is worth."""


@dataclass(frozen=True)
class RecordKind:
    """A kind of record on a page: its title, what it is for, where its list is, and how many the reader may see."""

    title: str
    purpose: str
    url: str
    add_url: str = ""
    count_text: str = ""
    counted: str = ""
    """The number with its word, as "3 severities"."""
    search_words: str = ""
    is_fact: bool = False
    """Whether the product writes these records as things happen, so that nobody edits them here."""


@dataclass(frozen=True)
class RecordGroup:
    """Kinds of records under a heading."""

    title: str
    kinds: tuple[RecordKind, ...]


def model_of(request: HttpRequest) -> str:
    """The model of the page, as "oncall.team"; empty on pages of no model."""
    match = request.resolver_match
    if match is None or "admin" not in match.app_names or not match.url_name:
        return ""
    label = ".".join(match.url_name.split("_")[:2])
    return label if label in _admins(machines=True) else ""


def may_open(request: HttpRequest, page: TaskPage) -> bool:
    """Whether the reader may see some kind of record of the task."""
    admins = _admins()
    return any(admins[entry.model].has_view_permission(request) for entry in page.entries if entry.model in admins)


def kinds_of(request: HttpRequest, page: TaskPage, *, only_headlines: bool = False) -> list[RecordKind]:
    """The task's kinds of records that the reader may see, with their counts: one query for each kind."""
    admins = _admins()
    entries = [entry for entry in page.entries if entry.model in admins and (entry.is_headline or not only_headlines)]
    return [
        _kind(request, entry, admins[entry.model])
        for entry in entries
        if admins[entry.model].has_view_permission(request)
    ]


def support_kinds(request: HttpRequest) -> list[RecordKind]:
    """The tables that only programs write, for superusers."""
    if not request.user.is_superuser:
        return []
    machines = [model_admin for model_admin in _admins(machines=True).values() if is_machine(model_admin)]
    return [
        _kind(request, Entry(model_admin.opts.label_lower, _title(model_admin), _docstring(model_admin)), model_admin)
        for model_admin in machines
    ]


def all_kinds(request: HttpRequest, *, search: str = "") -> list[RecordGroup]:
    """Every kind of record that the reader may see, by app; `search` are words that title or purpose contain."""
    by_model = {entry.model: entry for entry in tasks.entries()}
    groups: dict[str, list[RecordKind]] = {}
    for model, model_admin in _admins().items():
        if not model_admin.has_view_permission(request):
            continue
        entry = by_model.get(model) or Entry(model, _title(model_admin), _docstring(model_admin))
        words = f"{model_admin.opts.verbose_name} {model_admin.opts.verbose_name_plural}"
        kind = RecordKind(entry.title, entry.purpose, _list_url(model_admin), search_words=words)
        if _matches(kind, search):
            groups.setdefault(str(model_admin.opts.app_config.verbose_name), []).append(kind)
    return [
        RecordGroup(title, tuple(sorted(kinds, key=lambda kind: kind.title.casefold())))
        for title, kinds in groups.items()
    ]


def is_machine(model_admin: ModelAdmin) -> bool:
    """Whether only programs write the table, so that people do not see it."""
    return bool(getattr(model_admin, "is_machine", False))


def is_machine_model(model: str) -> bool:
    """Whether this model, as "oncall.team", is a table that only programs write."""
    return model in _admins(machines=True).keys() - _admins().keys()


def _admins(*, machines: bool = False) -> Mapping[str, ModelAdmin]:
    registered = admin.site._registry.values()
    return {item.opts.label_lower: item for item in registered if machines or not is_machine(item)}


def _kind(request: HttpRequest, entry: Entry, model_admin: ModelAdmin) -> RecordKind:
    # No more rows are read than are counted.
    count = model_admin.get_queryset(request).order_by()[: MAX_COUNT + 1].count()
    number = f"{MAX_COUNT:,}+" if count > MAX_COUNT else f"{count:,}"
    words = _lower_first(_single(entry.title) if count == 1 else entry.title)
    may_add = model_admin.has_add_permission(request)
    return RecordKind(
        entry.title,
        entry.purpose,
        _list_url(model_admin),
        add_url=reverse(f"admin:{_prefix(model_admin)}_add") if may_add else "",
        count_text=number,
        counted=f"{number} {words}",
        is_fact=isinstance(model_admin, FactAdmin),
    )


def _matches(kind: RecordKind, search: str) -> bool:
    text = f"{kind.title} {kind.purpose} {kind.search_words}".casefold()
    return all(word in text for word in search.casefold().split())


def _prefix(model_admin: ModelAdmin) -> str:
    return f"{model_admin.opts.app_label}_{model_admin.opts.model_name}"


def _list_url(model_admin: ModelAdmin) -> str:
    return reverse(f"admin:{_prefix(model_admin)}_changelist")


def _title(model_admin: ModelAdmin) -> str:
    return capfirst(str(model_admin.opts.verbose_name_plural))


def _docstring(model_admin: ModelAdmin) -> str:
    """The first line of what the developers wrote about the list."""
    return (type(model_admin).__doc__ or "").partition("\n")[0]


def _single(title: str) -> str:
    """One of the title's things: "Severities" becomes "Severity", "Status pages" becomes "Status page"."""
    return f"{title[:-3]}y" if title.endswith("ies") else title.removesuffix("s")


def _lower_first(title: str) -> str:
    """The title within a sentence: "Teams" becomes "teams", "SLA targets" stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def sum_text(kinds: Iterable[RecordKind]) -> str:
    """How many records there are of each kind, as "5 severities, 9 SLA targets"."""
    return ", ".join(kind.counted for kind in kinds)
