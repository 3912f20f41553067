"""Attempts to get at what is not one's own: columns, rights, history, secrets, doors that should be shut."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import URLResolver
from rest_framework import serializers
from rest_framework.test import APIClient

from config.base.data.roles import Role
from config.redaction import is_secret_name
from incidents.models import Ticket
from oncall.models import User
from tests import factories as make
from tests.architecture.sources import APPS, place, sources, tree
from tests.clients import client_of

INCIDENTS = "/api/v1/incidents/"
NEVER_SET = {"id", "created_at", "updated_at", "is_staff", "is_superuser", "password", "groups", "user_permissions"}
"""What no request decides."""
NO_SECRETS = {
    ("config/base/web/guards.py", "token == _NOTHING"),  # the state of a record that its author saw
    ("config/base/web/submissions.py", "existing.body_digest != digest"),  # of what its author typed
    # of what its author saw
    ("incidents/forms/sla/targets.py", "cleaned.get('previewed') != self._seen_token(self.planned)"),
    ("incidents/forms/severities/definition.py", "self.cleaned_data.get('previewed') == token"),
    ("config/configuration/importing.py", "outcome.digest != expected"),
}
"""Comparisons of what is called like a secret and is none."""
_SECRET = re.compile(r"digest|secret|signature|token$|^key_for")
WITHOUT_CSRF = {
    "config.base.rest.viewsets": "asks for the CSRF token itself where a session signs in",
    "drf_spectacular.views": "the API's document: reads only",
    "incidents.intake.alertmanager": "a key in the request, no session",
    "incidents.intake.pagerduty": "a key in the request, no session",
    "incidents.views.customers.status_page": "no cookie identifies the visitor",
}
"""Modules whose views take a POST of another site, with the reason."""


@pytest.fixture
def agent() -> APIClient:
    """A program of a service desk agent."""
    return client_of(make.UserFactory(roles=[Role.AGENT]))


def _below(kind: Any) -> Iterator[Any]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _below(sub)


def _callbacks(resolver: Any) -> Iterator[Any]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _callbacks(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.callback


@pytest.mark.django_db
class TestColumnsOfOthers:
    """Bad input 61."""

    def test_are_refused_by_name_and_stay_as_they_were(self, agent: APIClient) -> None:
        ticket = make.IncidentFactory()
        before = Ticket.objects.filter(pk=ticket.pk).values().get()
        sent = {
            "id": 1, "number": 1, "created_at": "2020-01-01T00:00:00Z", "status": "closed", "team": "own",
            "opened_by": 1, "is_staff": True, "restored_at": "2020-01-01T00:00:00Z", "closure_code": "solved",
        }  # fmt: skip

        answer = agent.patch(f"{INCIDENTS}{ticket.pk}/", sent)

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == set(sent)
        assert Ticket.objects.filter(pk=ticket.pk).values().get() == before

    def test_are_declared_by_no_serializer_that_is_written_to(self) -> None:
        """Each says its fields one by one, so a new column is shown or set only by a decision."""
        # Which record is meant: looked up among those of the schedule, or the requesters whom the caller may see.
        chosen = {"LayerSerializer.id", "RequesterInputSerializer.id", "SubjectSerializer.id"}
        kinds = [kind for kind in _below(serializers.Serializer) if kind.__module__.partition(".")[0] in APPS]
        writable = {
            f"{kind.__name__}.{name}"
            for kind in kinds
            for name, row in getattr(kind, "_declared_fields", {}).items()
            if name in NEVER_SET and not row.read_only
        }

        assert len(kinds) > 50
        assert writable == chosen
        assert [place(path) for path in sources("config", *APPS) if "__all__" in _fields_of(path.read_text())] == []


def _suspects() -> list[Path]:
    """The sources with a comparison and a secret's name on one line."""
    line = re.compile(r"^(?=.*(?:digest|secret|signature|token|key_for)).*[!=]=", re.MULTILINE)
    return [path for path in sources("config", *APPS) if line.search(path.read_text())]


def _compared(source: ast.AST) -> Iterator[str]:
    """Comparisons with `==` of two values of which one is a secret by its name."""
    for node in ast.walk(source):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            sides = [node.left, *node.comparators]
            is_secret = any(_SECRET.search(_name(side)) for side in sides)
            if is_secret and not any(isinstance(side, ast.Constant) for side in sides):
                yield ast.unparse(node)


def _name(node: Any) -> str:
    while isinstance(node, ast.Call):
        node = node.func
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _fields_of(source: str) -> str:
    """The lines that say `fields`."""
    return "\n".join(re.findall(r"^\s*(?:fields|exclude)\b.*$", source, re.MULTILINE))


@pytest.mark.django_db
class TestAdministration:
    """Bad input 63: the ways around the form of a person."""

    @pytest.fixture
    def administrator(self, client: Client) -> Client:
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR], is_staff=True))
        return client

    @pytest.mark.parametrize("query", ["?_popup=1", "?_changelist_filters=q%3Dx", "?is_superuser=1&is_staff=1"])
    def test_gives_no_rights_by_another_way_to_the_form(self, administrator: Client, query: str) -> None:
        rows = {
            f"{prefix}-{name}": "0"
            for prefix in ("memberships", "contact_methods", "notification_rules")
            for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        person = {"email": "new@example.org", "name": "New", "time_zone": "UTC", "is_active": "on"}

        administrator.post(
            f"/admin/oncall/user/add/{query}",
            rows | person | {"is_superuser": "on", "usable_password": "false", "password1": "", "password2": ""},
        )

        assert not User.objects.filter(is_superuser=True).exists()

    def test_changes_nothing_in_a_list(self) -> None:
        editable = [str(page) for page in admin.site._registry.values() if page.list_editable]

        assert admin.site._registry
        assert editable == []

    def test_does_not_bring_back_an_old_version_without_the_right_to_change(self, client: Client) -> None:
        severity = make.SeverityFactory(name="Before")
        old = severity.history.latest().pk
        severity.name = "After"
        severity.save()
        client.force_login(make.UserFactory(roles=[Role.RESPONDER], is_staff=True))

        client.post(f"/admin/incidents/severity/{severity.pk}/history/{old}/", {"name": "Before", "rank": "1"})

        severity.refresh_from_db()
        assert severity.name == "After"


@pytest.mark.django_db
class TestHistory:
    def test_is_refused_a_change_by_the_database_itself(self) -> None:
        """Bad input 64, 65: also one that no code of ours makes."""
        make.EscalationEntryFactory()
        make.TimelineEntryFactory()
        make.PostmortemRevisionFactory()
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
            tables = {row[0] for row in cursor.fetchall()}
        assert {"oncall_escalationentry", "incidents_timelineentry", "postmortems_postmortemrevision"} <= tables

        for table in sorted(tables):
            rows = _count(table)
            if rows:
                with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                    _run(f'DELETE FROM "{table}"')  # noqa: S608  # names of our own tables
                assert _count(table) == rows

    def test_of_configuration_holds_no_secret(self) -> None:
        """Bad input 82."""
        leaked = {
            f"{model.__name__}.{column.name}"
            for model in apps.get_models()
            if model.__name__.startswith("Historical")
            for column in model._meta.fields
            if is_secret_name(column.name) and column.name not in {"public_key", "dedup_key", "key"}
        }

        assert leaked == set()


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # names of our own tables
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
class TestForgery:
    """Bad input 73."""

    def test_is_possible_at_no_view_but_those_without_a_session(self) -> None:
        views = {id(view): view for view in _callbacks(get_resolver())}.values()
        exempt = {view.__module__ for view in views if getattr(view, "csrf_exempt", False)}
        exempt -= {view.cls.__module__ for view in views if hasattr(view, "cls")}

        assert len(views) > 300
        assert exempt <= set(WITHOUT_CSRF)

    def test_is_refused_by_every_kind_of_view_with_a_session(self) -> None:
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.force_login(make.UserFactory(roles=list(Role), is_staff=True))
        ticket = make.IncidentFactory()
        places = [
            "/incidents/declare/", f"{INCIDENTS}{ticket.pk}/acknowledge/", "/admin/incidents/severity/add/",
            f"/tickets/{ticket.reference}/acknowledge/",
        ]  # fmt: skip

        answers = {path: client.post(path, {"text": "x"}).status_code for path in places}

        assert answers == dict.fromkeys(places, 403)

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    def test_with_a_body_that_a_foreign_form_can_send_is_not_read(self, agent: APIClient, kind: str) -> None:
        ticket = make.IncidentFactory()

        answer = agent.generic("PATCH", f"{INCIDENTS}{ticket.pk}/", '{"title": "x"}', content_type=kind)

        ticket.refresh_from_db()
        assert answer.status_code == 415
        assert ticket.title != "x"


class TestSecrets:
    def test_are_compared_in_constant_time_or_looked_up_by_digest(self) -> None:
        """Bad input 81: `==` stops at the first character that differs."""
        texts = {(place(path), text) for path in _suspects() for text in _compared(tree(path))}

        assert texts == NO_SECRETS
        assert list(_compared(ast.parse("row.digest == digest(key)"))) == ["row.digest == digest(key)"]


@pytest.mark.django_db
class TestDoors:
    """Bad input 85."""

    @pytest.mark.parametrize("path", ["/admin/doc/", "/admin/jsi18n/x", "/__debug__/", "/metrics", "/.env", "/silk/"])
    def test_that_do_not_exist_are_not_found(self, client: Client, path: str) -> None:
        answer = client.get(path, follow=True)

        assert answer.status_code == 404 or answer.request["PATH_INFO"] == "/accounts/login/"

    def test_of_health_say_no_more_than_that_it_is_well(self, client: Client) -> None:
        assert client.get("/healthz").content == b"ok\n"
        assert client.get("/readyz").content == b"ready\n"
        assert client.get("/healthz/deep").status_code == 401

    def test_of_the_interface_description_are_for_people_who_are_signed_in(self, client: Client) -> None:
        assert client.get("/api/schema/").status_code in {401, 403}
        assert client.get("/api/docs/").status_code == 302

    def test_have_no_account_that_comes_with_the_product(self) -> None:
        assert not User.objects.exists()


@pytest.mark.django_db
class TestEnumeration:
    """Bad input 66."""

    def test_of_private_postmortems_finds_what_is_absent(self, agent: APIClient) -> None:
        private = make.PostmortemFactory(ticket__visibility="private", ticket__visibility_reason="Personal data")

        answers = [agent.get(f"/api/v1/postmortems/{key}/") for key in (private.pk, private.pk + 1)]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert len({answer.json()["message"] for answer in answers}) == 1

    def test_has_no_public_link_to_guess(self, client: Client) -> None:
        """A postmortem is shared by its address, for which one signs in; the address is told to no other site."""
        private = make.PostmortemFactory()

        answer = client.get(f"/postmortems/{private.pk}/")

        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")
        assert answer.headers["Referrer-Policy"] == "same-origin"
