"""Every verb names the scope that a token needs for it, and a token opens no more than its words say."""

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIClient

from config.api import router
from config.base.rest import scopes
from config.base.rest.permissions import ScopedAccess
from config.base.rest.scopes import OFFERED, Scope
from config.base.rest.viewsets import BaseViewSet, ReadViewSet
from oncall.forms.access import TokenForm
from tests import factories as make
from tests.clients import client_of

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
WRITES = {"post", "put", "patch", "delete"}


def views(patterns: Any = None) -> Iterator[Any]:
    """Every view function under /api/ that REST framework answers."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
            yield pattern.callback


def verbs() -> Iterator[tuple[str, type, str, Any]]:
    """Base name, viewset, method and handler of everything that writes."""
    for _, viewset, basename in router.registry:
        for method, _, handler in scopes.handlers(viewset):
            if method in WRITES:
                yield basename, viewset, method, handler


class TestDeclarations:
    def test_are_there_for_every_verb(self) -> None:
        declared = list(verbs())

        assert len(declared) > 80
        assert [handler for *_, handler in declared if not isinstance(handler.scope, Scope)] == []

    def test_cover_every_view_of_the_api(self) -> None:
        """What is no viewset of ours can only be read."""
        others = [view for view in views() if not issubclass(view.cls, BaseViewSet)]

        for view in others:
            answered = {method for method in view.cls.http_method_names if hasattr(view.cls, method)}
            assert not answered & WRITES, view
            assert view.cls.permission_classes == [IsAuthenticated] or view.initkwargs["permission_classes"]
        assert len(others) <= 2

    def test_guard_every_viewset(self) -> None:
        for _, kind, _ in router.registry:
            viewset: Any = kind
            assert issubclass(viewset.permission_classes[0], ScopedAccess), viewset

    def test_are_missed_when_the_class_is_made(self) -> None:
        def create(self: Any, request: Any) -> Response:
            return Response()

        with pytest.raises(TypeError, match="scope of create"):
            type("Open", (ReadViewSet,), {"create": create})

    def test_of_incidents_and_of_what_hangs_on_tickets_are_what_respond_opens(self) -> None:
        opened = {
            (basename, handler.__name__) for basename, _, _, handler in verbs() if handler.scope == Scope.RESPOND
        }

        assert {basename for basename, _ in opened} == {
            "checklist-item", "incident", "problem", "watcher", "work-interval",
        }  # fmt: skip
        assert {name for basename, name in opened if basename == "problem"} == {
            "add_external_link", "remove_external_link",
        }  # fmt: skip

    def test_of_what_customers_read_are_publish(self) -> None:
        published = {(name, handler.__name__) for name, _, _, handler in verbs() if handler.scope == Scope.PUBLISH}

        assert published >= {("update", "create"), ("maintenance", "tell"), ("postmortem", "publish")}


@pytest.mark.django_db
class TestToken:
    @pytest.mark.parametrize("held", OFFERED)
    def test_opens_exactly_the_verbs_of_its_scope(self, held: Scope) -> None:
        """Record 0 does not exist: an open verb answers 404 or names a field, a closed one 403."""
        client = client_of(make.UserFactory(is_superuser=True), [held])

        for basename, _, method, handler in verbs():
            path = f"/api/v1/{address(basename)}/"
            detail = getattr(handler, "detail", method != "post")
            action = f"{handler.url_path}/" if hasattr(handler, "url_path") else ""
            tail = f"0/{action}" if detail else action
            if "(?P" in getattr(handler, "url_path", "") or not hasattr(handler, "scope"):
                continue
            answer = client.generic(method.upper(), f"{path}{tail}", "[]", content_type="application/json")

            is_open = held in {handler.scope, Scope.WRITE}
            assert (answer.status_code == 403) != is_open, (held, method, path + tail, answer.content)
            if not is_open:
                assert f"`{handler.scope}`" in answer.json()["message"]

    @pytest.mark.parametrize("held", OFFERED)
    def test_reads_only_with_read(self, held: Scope) -> None:
        client = client_of(make.UserFactory(), [held])

        assert (client.get("/api/v1/incidents/").status_code == 200) == (held in {Scope.READ, Scope.WRITE})

    def test_that_responds_does_not_close_problems_or_publish_postmortems(self) -> None:
        client = client_of(make.UserFactory(is_superuser=True), [Scope.READ, Scope.RESPOND])
        problem, postmortem = make.ProblemFactory(), make.PostmortemFactory()

        assert client.post(f"/api/v1/problems/{problem.pk}/close/", {}).status_code == 403
        assert client.post(f"/api/v1/postmortems/{postmortem.pk}/publish/", {}).status_code == 403

    def test_with_a_method_that_is_not_answered_is_405(self) -> None:
        client = client_of(make.UserFactory(), [Scope.READ])

        assert client.delete("/api/v1/incidents/").status_code == 405
        assert APIClient().delete("/api/v1/incidents/").status_code == 401


@pytest.mark.django_db
class TestFormerRespond:
    """Tokens of 0.1 lose nothing and gain nothing."""

    @staticmethod
    def _migrate(held: list[str]) -> list[str]:
        token = make.ApiTokenFactory(scopes=held)
        [operation] = importlib.import_module("oncall.migrations.0007_wide_tokens").Migration.operations
        with connection.cursor() as cursor:
            for _ in range(2):  # a second run changes nothing
                cursor.execute(operation.sql)
        token.refresh_from_db()
        scopes: list[str] = token.scopes
        return scopes

    def test_is_given_by_the_migration_to_narrow_tokens_alone(self) -> None:
        assert self._migrate(["read", "respond"]) == ["read", "respond", "respond_0_1"]
        assert self._migrate(["read"]) == ["read"]
        assert self._migrate(["respond", "write"]) == ["respond", "write"]

    def test_opens_what_respond_opened_and_no_more(self) -> None:
        token = {Scope.RESPOND.value, Scope.FORMER_RESPOND.value}

        def opens(basename: str, action: str) -> bool:
            [needed] = {getattr(viewset, action).scope for _, viewset, name in router.registry if name == basename}
            return scopes.is_open(token, needed=needed, basename=basename, action=action)

        assert opens("incident", "restore")
        assert opens("problem", "close")
        assert opens("postmortem", "publish")
        assert opens("update", "create")
        assert not opens("incident", "create")
        assert not opens("problem", "partial_update")
        assert not opens("postmortem", "write")
        assert not opens("override", "create")

    def test_names_verbs_that_exist(self) -> None:
        viewsets = {basename: viewset for _, viewset, basename in router.registry}

        for basename, names in scopes._FORMER_RESPOND.items():
            for name in names.split():
                assert hasattr(viewsets[basename], name), (basename, name)

    def test_is_gone_by_its_release(self) -> None:
        version = tomllib.loads((GUIDE.parents[1] / "pyproject.toml").read_text())["project"]["version"]

        assert tuple(map(int, version.split("."))) < (0, 2, 0)

    def test_is_not_given_to_new_tokens(self) -> None:
        assert Scope.FORMER_RESPOND.value not in offered_choices()


class TestWords:
    def test_are_shown_when_a_token_is_created_and_in_the_reference(self) -> None:
        text = GUIDE.read_text()
        offered = offered_choices()

        for scope in OFFERED:
            assert offered[scope] == scope.label
            assert f"| `{scope}` | {scope.label.partition(': ')[2] or scope.label} |" in text

    def test_are_in_the_document(self) -> None:
        document = SchemaGenerator().get_schema(request=None, public=True)

        assert document["paths"]["/api/v1/incidents/{id}/restore/"]["post"]["x-scope"] == "respond"
        assert document["paths"]["/api/v1/incidents/"]["get"]["x-scope"] == "read"
        description = document["components"]["securitySchemes"]["token"]["description"]
        assert all(scope.value in description for scope in OFFERED)


def offered_choices() -> dict[str, str]:
    """The scopes of the form of a new token."""
    field: Any = TokenForm().fields["scopes"]
    return dict(field.choices)


def address(basename: str) -> str:
    """The prefix of a viewset's address."""
    [prefix] = [prefix for prefix, _, name in router.registry if name == basename]
    return str(prefix)
