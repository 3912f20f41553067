"""What the linters cannot see: references upward, models without a face, the ways to lose a race or a page."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from config.api import router
from config.base.views import ListPage

ROOT = Path(__file__).resolve().parents[1]
APPS = ["oncall", "incidents", "problems", "postmortems"]
"""From the bottom up."""
RANKS = {"urls": 4, "views": 3, "api": 3, "admin": 3, "receivers": 3, "management": 3, "apps": 3, "tables": 2,
         "filters": 2, "forms": 2, "serializers": 2, "models": 0, "migrations": 0}  # fmt: skip
"""Layers of an app; every other module is of its domain, rank 1."""
MAX_LINES = 400

UNDER = "shown and edited under its {}; it has no life of its own"
SUMMARY = "what the engine keeps behind the numbers; their page shows it and nobody edits it"
WITHOUT_LIST = {
    "oncall.ApiToken": "listed on its owner's own page",
    "oncall.CalendarDate": UNDER.format("calendar"),
    "oncall.ContactMethod": "listed on its owner's own page",
    "oncall.EngineLane": "rows of the engine page",
    "oncall.EngineSchema": "one row, read by the engine alone",
    "oncall.EscalationEntry": UNDER.format("escalation"),
    "oncall.FeedEvent": "what a feed told; inspected in the administration",
    "oncall.FeedToken": "listed on its owner's own page",
    "oncall.IdempotentRequest": "kept for a day for programs that send again; inspected in the administration",
    "oncall.EscalationPolicy": "configuration, kept in the administration; told in words on the team's page",
    "oncall.EscalationStep": UNDER.format("policy"),
    "oncall.EscalationTarget": UNDER.format("step"),
    "oncall.Deactivation": "shown in the administration, beside the account it closes",
    "oncall.Layer": UNDER.format("schedule version"),
    "oncall.LayerMember": UNDER.format("layer"),
    "oncall.Membership": UNDER.format("team"),
    "oncall.Notice": "each is read by its receiver; inspected in the administration",
    "oncall.OverridePerson": UNDER.format("override"),
    "oncall.SwapOffer": UNDER.format("swap"),
    "oncall.NotificationRule": "listed on its owner's own page",
    "oncall.ReliefRequest": "shown to its person, and to planners on the pages of team and load",
    "oncall.ScheduleVersion": UNDER.format("schedule"),
    "oncall.WakeTest": "private; taken and shown on its person's own page",
    "oncall.ObligationRule": "configuration, kept in the administration; told in words on each obligation's page",
    "oncall.Reminder": UNDER.format("obligation"),
    "oncall.RuleReminder": UNDER.format("rule"),
    "oncall.WorkInterval": "shown with its subject; its own list comes with pay",
    "incidents.CustomerUpdate": UNDER.format("public incident"),
    "incidents.MaintenanceUpdate": UNDER.format("planned work"),
    "incidents.MessageTemplate": "configuration, kept in the administration; chosen where an update is written",
    "incidents.StatusPage": "configuration, kept in the administration; it is a page itself",
    "incidents.Event": UNDER.format("alert or integration"),
    "incidents.Incident": "the queue lists tickets, which it is",
    "incidents.NumbersChange": SUMMARY,
    "incidents.NumbersRun": SUMMARY,
    "incidents.NumbersSegment": SUMMARY,
    "incidents.PreventionWaiver": "asked and decided on its ticket's page",
    "incidents.PriorityRule": "a cell of the matrix, kept in the administration",
    "incidents.Response": UNDER.format("ticket"),
    "incidents.ServiceDependency": UNDER.format("service"),
    "incidents.ServiceOwnership": UNDER.format("service"),
    "incidents.TicketLink": "shown on the pages of both its tickets",
    "incidents.TimelineEntry": UNDER.format("ticket"),
    "problems.Factor": "the tree on its problem's page",
    "problems.KnownErrorUse": UNDER.format("known error"),
    "problems.Problem": "the list of problems lists tickets, which they are",
    "postmortems.PostmortemComment": UNDER.format("postmortem"),
    "postmortems.PostmortemRevision": UNDER.format("postmortem"),
    "postmortems.PostmortemSection": UNDER.format("postmortem"),
    "postmortems.Review": UNDER.format("postmortem"),
    "postmortems.Seat": UNDER.format("postmortem"),
    "postmortems.Template": "configuration, kept in the administration",
}
WITHOUT_ENDPOINT = {
    "incidents.Incident": "/incidents/ serves it over the ticket it is, where locks and filters are",
    "oncall.ApiToken": "a token must not make or widen tokens",
    "oncall.ContactMethod": "private; proven in the portal",
    "oncall.EngineSchema": "one row, read by the engine alone",
    "oncall.EscalationEntry": "given with its escalation",
    "oncall.FeedEvent": "given in its feed",
    "oncall.FeedToken": "its address is a secret that is shown once, in the portal",
    "oncall.IdempotentRequest": "given as the answer to a repeat",
    "oncall.EscalationPolicy": "configuration, kept in the administration",
    "oncall.EscalationStep": UNDER.format("policy"),
    "oncall.EscalationTarget": UNDER.format("step"),
    "oncall.Deactivation": "accounts are closed and opened in the administration; `is_active` says which",
    "oncall.Layer": UNDER.format("schedule version"),
    "oncall.LayerMember": UNDER.format("layer"),
    "oncall.Membership": "given with its team",
    "oncall.Notice": "private; each goes to its receiver",
    "oncall.OverridePerson": "given with its override",
    "oncall.SwapOffer": "given with its swap",
    "oncall.NotificationRule": "private; kept in the portal",
    "oncall.ObligationRule": "configuration, kept in the administration",
    "oncall.Reminder": "messages about an obligation; shown on its page",
    "oncall.ReliefRequest": "asked with one tap in the portal; others take the shift there",
    "oncall.WakeTest": "private; its person must look at what arrives",
    "oncall.RuleReminder": UNDER.format("rule"),
    "incidents.NumbersChange": SUMMARY,
    "incidents.NumbersRun": SUMMARY,
    "incidents.NumbersSegment": SUMMARY,
    "incidents.PriorityRule": "a cell of the matrix, kept in the administration",
    "incidents.Response": "given with its ticket",
    "incidents.ServiceDependency": "given with its service",
    "incidents.ServiceOwnership": UNDER.format("service"),
    "postmortems.PostmortemComment": "given with its postmortem",
    "postmortems.PostmortemRevision": "kept for whoever asks how a text came about; shown in the portal",
    "postmortems.PostmortemSection": "given with its postmortem",
    "postmortems.Review": "given with its postmortem",
    "postmortems.Seat": "given with its postmortem",
    "problems.KnownErrorUse": "counted in its known error's hits",
    "problems.Problem": "/problems/ serves it over the ticket it is, where locks and filters are",
}
WITHOUT_ADMIN: dict[str, str] = {
    "incidents.NumbersChange": SUMMARY,
    "incidents.NumbersRun": SUMMARY,
    "incidents.NumbersSegment": SUMMARY,
}
SENDS_LATER = re.compile(r"\b(eta|countdown)\s*=")
# Each written so that this file does not hold it itself.
REGISTRIES = re.compile(
    "|".join([r"pypi\.org", r"pythonhosted", r"npmjs", r"unpkg", r"jsdelivr", r"--index-" "url", r"simple/"])
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@pytest.fixture(scope="module", autouse=True)
def trees() -> None:
    """Read everything before the first test, whose budget would pay for it."""
    for path in sources("config", "tests", *APPS):
        tree(path)


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def rank(module: list[str]) -> int:
    """Of `incidents/api_prevention.py`, a face's second file, the rank is that of `api`."""
    return RANKS.get(module[1].partition("_")[0], 1) if len(module) > 1 else 1


def own_models() -> list[type[models.Model]]:
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if not model.__name__.startswith("Historical")]


def label(model: type[models.Model]) -> str:
    return model._meta.label


class TestImports:
    def test_never_lead_up(self) -> None:
        """The order in which one explains the product; import-linter says it too, this names the line."""
        upward = []
        for level, app in enumerate(APPS):
            above = set(APPS[level + 1 :])
            for path in sources(app):
                upward += [
                    f"{place(path)}:{line} {name}" for name, line in imports(path) if name.split(".")[0] in above
                ]
        for path in sources("config/base"):
            upward += [
                f"{place(path)}:{line} {name}"
                for name, line in imports(path)
                if name.split(".")[0] in APPS or (name.startswith("config.") and not name.startswith("config.base"))
            ]

        assert upward == []

    def test_keep_the_layers_of_an_app(self) -> None:
        wrong = []
        for app in APPS:
            for path in sources(app):
                own = rank(list(path.relative_to(ROOT).with_suffix("").parts))
                for name, line in imports(path):
                    parts = name.split(".")
                    if parts[0] == app and len(parts) > 1 and rank(parts) > own:
                        wrong.append(f"{place(path)}:{line} {name}")

        assert wrong == []

    def test_stand_at_the_top_of_files(self) -> None:
        inside = [
            f"{place(path)}:{node.lineno}"
            for path in sources("config", *APPS)
            for function in ast.walk(tree(path))
            if isinstance(function, ast.FunctionDef) and function.name != "ready"
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]

        assert inside == []

    def test_by_name_do_not_lead_up_either(self) -> None:
        """A foreign key as text, which import-linter cannot see."""
        upward = []
        for level, app in enumerate(APPS):
            names = re.compile(rf"[\"']({'|'.join(APPS[level + 1 :]) or '-'})\.\w+[\"']")
            for path in [*sources(app), *(ROOT / app).rglob("migrations/*.py")]:
                upward += [f"{place(path)}: {found}" for found in names.findall(path.read_text())]

        assert upward == []


class TestModels:
    def test_have_a_page_in_the_administration(self) -> None:
        missing = {label(model) for model in own_models() if not admin.site.is_registered(model)}

        assert missing == set(WITHOUT_ADMIN)

    def test_have_an_endpoint_or_a_reason(self) -> None:
        querysets = [getattr(viewset, "queryset", None) for _, viewset, _ in router.registry]
        served = {queryset.model for queryset in querysets if queryset is not None}

        assert {label(model) for model in own_models() if model not in served} == set(WITHOUT_ENDPOINT)

    def test_have_a_list_page_or_a_reason(self) -> None:
        listed = {view.queryset.model if view.queryset is not None else view.model for view in list_pages()}

        assert {label(model) for model in own_models() if model not in listed} == set(WITHOUT_LIST)

    def test_say_what_a_row_is_and_how_it_is_called(self) -> None:
        for model in own_models():
            assert model.__doc__, model
            assert not model.__doc__.startswith(f"{model.__name__}("), model
            assert model.__str__ is not models.Model.__str__, model
            assert not model._meta.ordering, f"{model}: order where it is shown"


def list_pages() -> set[Any]:
    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield getattr(pattern.callback, "view_class", None)

    return {view for view in walk(get_resolver().url_patterns) if view is not None and issubclass(view, ListPage)}


class TestTickets:
    """In multi-table inheritance a child's conditional update loses its WHERE."""

    UNSAFE = frozenset({"update", "select_for_update", "bulk_create", "bulk_update", "update_or_create"})

    def test_are_locked_and_changed_through_the_parent(self) -> None:
        found = [
            f"{place(path)}:{node.lineno} {self._child(node.func.value)}...{node.func.attr}()"
            for path in sources("config", *APPS)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in self.UNSAFE
            and self._child(node.func.value)
        ]

        assert found == []

    def _child(self, node: ast.expr) -> str:
        """The child's name if the chain of calls starts at its manager, as `Incident.objects.filter(...)`."""
        while isinstance(node, ast.Call | ast.Attribute):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
                owner = node.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                return name if name in {"Incident", "Problem"} else ""
            node = node.func if isinstance(node, ast.Call) else node.value
        return ""


class TestFiles:
    def test_send_nothing_later_through_the_broker(self) -> None:
        """Everything due is a row; Redis forgets and repeats what waits in it."""
        found = [
            f"{place(path)}:{node.lineno}"
            for path in sources("config", *APPS)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"apply_async", "signature", "s", "si", "send_task", "retry"}
            and any(keyword.arg in {"eta", "countdown"} for keyword in node.keywords)
        ]

        assert found == []
        assert not [place(path) for path in sources("config", *APPS) if SENDS_LATER.search(path.read_text())]

    def test_begin_with_a_sentence(self) -> None:
        silent = [
            place(path)
            for path in sources("config", *APPS, "tests", "bin")
            if path.read_text().strip() and not (ast.get_docstring(tree(path)) or "").strip()
        ]

        assert silent == []

    def test_stay_short(self) -> None:
        lengths = {
            place(path): len(path.read_text().splitlines())
            for path in sources("config", *APPS, "tests", "bin")
            if path != ROOT / "tests" / "test_architecture.py"
        }

        assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}

    @pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
    def test_of_locks_hold_no_address(self, lock: str) -> None:
        content = (ROOT / lock).read_text()

        assert "://" not in content
        assert "--hash=sha256:" in content

    def test_name_no_package_registry(self) -> None:
        """Where packages come from is the business of the machine, not of the project."""
        found = []
        for path in tracked():
            if path == Path(__file__) or path.suffix in {".png", ".ico", ".woff2"} or "vendor" in path.parts:
                continue
            found += [f"{place(path)}: {name}" for name in REGISTRIES.findall(path.read_text(errors="replace"))]

        assert found == []
