"""Finds every page of the portal through its addresses, so that a new one cannot be forgotten."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from config.base.web.views import ListPage


def views(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, type]]:
    """(name, view class) of every named class-based view of ours."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from views(one, inner)
        elif isinstance(one, URLPattern) and one.name and hasattr(one.callback, "view_class"):
            yield f"{namespace}{one.name}", one.callback.view_class


def lists() -> list[tuple[str, str, type[ListPage]]]:
    """(name, address, view class) of every list page."""
    found = {view: name for name, view in views() if issubclass(view, ListPage) and name != "home"}
    return [(name, reverse(name), view) for view, name in found.items()]
