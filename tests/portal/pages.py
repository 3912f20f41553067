"""Finds every page of the portal through its addresses, so that no new page is forgotten."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from config.base.web.views import ListPage


def views(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, type]]:
    """(name, view class) of every named class-based view of ours."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from views(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name and hasattr(pattern.callback, "view_class"):
            yield f"{namespace}{pattern.name}", pattern.callback.view_class


def lists() -> list[tuple[str, str, type[ListPage]]]:
    """(name, address, view class) of every list page."""
    names_by_view = {view: name for name, view in views() if issubclass(view, ListPage) and name != "home"}
    return [(name, reverse(name), view) for view, name in names_by_view.items()]
