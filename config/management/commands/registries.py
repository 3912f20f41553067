"""Prints what the apps register with each other when Django is ready."""

import sys
import weakref
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.dispatch import Signal

from config.base.data import search
from config.base.web import concerns, panels
from config.version import product_version
from oncall import subjects
from oncall.engine import health_checks
from oncall.engine.registry import sweeps_of
from oncall.obligations import kinds
from oncall.wake import LANES

Rows = list[tuple[str, ...]]


class Command(BaseCommand):
    """`registries`: a table for each registry, for somebody who asks what runs when and what is drawn where."""

    help = "Print panels, kinds of the search, sweeps, subject types, obligation kinds, health checks and receivers."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        """Print one table after the other."""
        self.stdout.write(f"Version {product_version()}")
        for title, rows in _tables():
            self.stdout.write(f"\n{title}")
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            for row in rows:
                cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
                self.stdout.write(f"  {'  '.join(cells)}".rstrip())


def _tables() -> list[tuple[str, Rows]]:
    return [
        ("Panels: place, order, template, function", [
            (panel.place, str(panel.order), panel.template, _name(panel.context)) for panel in panels.registered()
        ]),
        ("Chapters: order, title, function", [
            (str(chapter.order), chapter.title, _name(chapter.moments)) for chapter in panels.chapters()
        ]),
        ("Search: order, kind, label, function", [
            (str(kind.order), kind.name, kind.label, _name(kind.find)) for kind in search.registered()
        ]),
        ("Sweeps: lane, name, seconds between two, function", [
            (lane, sweep.name, f"{sweep.every:g}" if sweep.every else "each pass", _name(sweep.run))
            for lane in LANES for sweep in sweeps_of(lane)
        ]),
        ("Subject types", [(name,) for name in subjects.names()]),
        ("Obligation kinds: kind, label", [(kind.kind, kind.label) for kind in kinds.all_kinds()]),
        ("Health checks: code, text", list(health_checks.checks().items())),
        ("Concerns: function", [(_name(source),) for source in concerns.registered()]),
        ("Receivers: signal, function", sorted(set(_receivers()))),
    ]  # fmt: skip


def _receivers() -> Iterator[tuple[str, ...]]:
    """Each of our receivers, by the name of the signal in the modules that use it."""
    folder = Path(settings.BASE_DIR)
    ours = {app.name for app in apps.get_app_configs() if Path(app.path).parent == folder}
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in ours]
    for name, signal in chain.from_iterable(vars(module).items() for module in modules):
        if isinstance(signal, Signal):
            for _, reference, *_ in signal.receivers:
                receiver = reference() if isinstance(reference, weakref.ReferenceType) else reference
                if receiver is not None and receiver.__module__.partition(".")[0] in ours:
                    yield name, _name(receiver)


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{getattr(function, '__qualname__', type(function).__name__)}"
