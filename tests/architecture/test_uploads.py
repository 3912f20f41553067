"""Every file that people send is read within a budget of processor time, and so is every foreign format."""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.urls import get_resolver
from rest_framework import serializers

from config.base.data.cpu_budget import OverBudget
from config.configuration import document
from oncall.calendars import ical_import
from tests.architecture.sources import APPS, ROOT, place, sources, tree

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\n"
    b"SUMMARY:Christmas\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
FILE = b"version: 1\nteams:\n  - name: Payments\n"
FILE_FIELDS: dict[str, Callable[[], Any]] = {
    "config.configuration.views.FileForm.file": lambda: document.read(FILE, sections=["teams"]),
    "oncall.forms.calendars.ImportForm.file": lambda: ical_import.read_days(CALENDAR, at=AT),
}
"""How the content of each file field of a form or serializer is read: a call that does so with a proper file."""
PARSERS = {"oncall/calendars/ical_import.py"}
"""Modules that read a format which somebody else writes; each counts its processor time."""
_READS = {
    "from_ical", "reader", "DictReader", "ZipFile", "TarFile", "load_workbook", "fromstring", "parse_xml", "safe_load",
    "load_all", "safe_load_all", "rrulestr", "read_excel", "read_csv", "message_from_bytes",
    "message_from_binary_file",
}  # fmt: skip
_FIELDS = (forms.FileField, serializers.FileField)


def _subclasses(kind: Any) -> Iterator[Any]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def _file_fields() -> set[str]:
    _ = get_resolver().url_patterns  # every form and serializer is loaded with the pages that use it
    names = set()
    for kind in {*_subclasses(forms.BaseForm), *_subclasses(serializers.BaseSerializer)}:
        if kind.__module__.partition(".")[0] not in {"config", *APPS}:
            continue
        fields = {**getattr(kind, "base_fields", {}), **getattr(kind, "_declared_fields", {})}
        names |= {
            f"{kind.__module__}.{kind.__qualname__}.{name}"
            for name, field in fields.items()
            if isinstance(field, _FIELDS)
        }
    return names


class TestUploads:
    def test_each_have_a_reader(self) -> None:
        assert _file_fields() == set(FILE_FIELDS)

    @pytest.mark.parametrize("name", FILE_FIELDS)
    def test_are_read_within_a_budget(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """A proper file is read; with no processor time left the same file is refused with advice."""
        assert FILE_FIELDS[name]()
        clock = iter(range(0, 10**9, 1000))
        monkeypatch.setattr("config.base.data.cpu_budget.time.thread_time", lambda: next(clock))

        with pytest.raises(OverBudget, match=r"\w"):
            FILE_FIELDS[name]()

    def test_are_taken_by_forms_alone(self) -> None:
        """A view that takes a file past its form would be in no table."""
        takers = {
            place(path)
            for path in sources("config", *APPS)
            if "FILES" in path.read_text() or "MultiPartParser" in path.read_text()
            for node in ast.walk(tree(path))
            if (isinstance(node, ast.Attribute) and node.attr == "FILES")
            or (isinstance(node, ast.Name) and node.id in {"MultiPartParser", "FileUploadParser"})
        }

        # The first gives files to the form it checks, the second hashes them to know a form that was sent twice.
        assert takers == {"config/base/web/admin_guards.py", "config/base/web/submissions.py"}


class TestParsers:
    def test_are_known(self) -> None:
        readers = {
            place(path)
            for path in sources("config", *APPS)
            # The demo's servers read only what the product sends them.
            if "demo" not in path.parts and any(word in path.read_text() for word in _READS)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call) and _called(node) in _READS
        }

        assert readers == PARSERS

    @pytest.mark.parametrize("path", sorted(PARSERS))
    def test_count_their_processor_time(self, path: str) -> None:
        calls = {_called(node) for node in ast.walk(tree(ROOT / path)) if isinstance(node, ast.Call)}

        assert {"CpuBudget", "check"} <= calls


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
