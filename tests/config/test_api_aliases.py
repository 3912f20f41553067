"""Former names of verbs: they do the same, say that they are deprecated, and end with a release."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from inspect import getmembers
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from config.api import router
from config.base.data.roles import Role
from config.base.rest.viewsets import Alias
from incidents.models import TimelineEntry
from tests import factories as make
from tests.clients import client_of

ROOT = Path(__file__).parents[2]


def aliases() -> Iterator[tuple[str, str, Alias]]:
    """Endpoint, present name and alias, of every former name in the API."""
    for prefix, viewset, _ in router.registry:
        for _, handler in getmembers(viewset, lambda member: hasattr(member, "alias_of")):
            yield prefix, handler.alias_of, handler.alias


@cache
def section() -> str:
    """What the reference says of versions."""
    return (ROOT / "docs" / "api.md").read_text().split("\n## Versions and deprecation\n")[1].split("\n## ")[0]


@pytest.fixture
def client(db: None) -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


@pytest.fixture
def url(db: None) -> str:
    return f"/api/v1/incidents/{make.IncidentFactory().pk}/"


class TestAlias:
    def test_does_what_the_present_name_does(self, client: Any, url: str) -> None:
        for name in ("add_note", "note"):
            assert client.post(f"{url}{name}/", {"text": "Looking."}).status_code == 200

        assert list(TimelineEntry.objects.values_list("kind", "text")) == [("note", "Looking.")] * 2

    def test_answers_with_the_time_of_its_deprecation_and_the_new_address(self, client: Any, url: str) -> None:
        answer = client.post(f"{url}note/", {"text": "Looking."})

        deprecated_at = datetime.fromtimestamp(int(answer["Deprecation"].removeprefix("@")), tz=UTC)
        assert deprecated_at == datetime(2026, 11, 29, tzinfo=UTC)
        assert answer["Link"] == f'<{url}add_note/>; rel="successor-version"'

    def test_says_so_with_a_refusal_too(self, client: Any, url: str) -> None:
        answer = client.post(f"{url}note/", {"text": ""})

        assert (answer.status_code, "Deprecation" in answer) == (400, True)

    def test_needs_the_scope_and_the_role_of_the_verb(self, url: str) -> None:
        agent, employee = make.UserFactory(roles=[Role.AGENT]), make.UserFactory()

        assert client_of(agent, ["read"]).post(f"{url}note/", {"text": "x"}).status_code == 403
        assert client_of(employee).post(f"{url}note/", {"text": "x"}).status_code == 403

    def test_is_not_said_of_the_present_name(self, client: Any, url: str) -> None:
        answer = client.post(f"{url}add_note/", {"text": "Looking."})

        assert "Deprecation" not in answer
        assert "Link" not in answer


class TestAliases:
    def test_are_marked_in_the_document_and_nothing_else_is(self) -> None:
        paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]

        marked = {path for path, item in paths.items() for operation in item.values() if operation.get("deprecated")}
        assert marked == {f"/api/v1/{prefix}/{{id}}/{alias.name}/" for prefix, _, alias in aliases()}

    def test_are_listed_in_the_reference(self) -> None:
        for prefix, name, alias in aliases():
            row = f"| `{prefix}/<id>/{alias.name}/` | `{name}/` | {alias.deprecated_on} | {alias.removed_in} |"
            assert row in section()

    def test_of_the_reference_exist(self) -> None:
        rows = [line for line in section().splitlines() if line.startswith("| `")]

        assert len(rows) == len(list(aliases()))

    def test_are_gone_by_their_release(self) -> None:
        def numbers(text: str) -> tuple[int, ...]:
            return tuple(map(int, text.split(".")))

        version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        for prefix, _, alias in aliases():
            assert numbers(version) < numbers(alias.removed_in), f"{prefix} {alias.name}"
            assert alias.deprecated_on >= date(2026, 11, 29)
