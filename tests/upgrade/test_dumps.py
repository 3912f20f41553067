"""Each earlier version's database becomes one of this version by `migrate`, and what it held can be read."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql
from pytest_django import DjangoDbBlocker

from incidents.models import Incident, Severity, SlaTarget, SlaTargetVersion, TimelineEntry
from oncall.models import Escalation, EscalationEntry, Page, Schedule, User
from oncall.schedules import queries
from postmortems.models import Postmortem
from problems.models import Problem
from tests.factories import NOON
from tests.upgrade import dumps, story


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    paths = sorted(dumps.FOLDER.glob("*.sql.gz"))
    metafunc.parametrize("upgraded", paths, ids=[path.name for path in paths], indirect=True, scope="module")


@pytest.fixture(scope="module")
def upgraded(request: Any, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A dump, restored into a database that Django uses meanwhile, and migrated."""
    previous = settings.DATABASES["default"]["NAME"]
    name = f"{previous}_upgraded"
    identifier = sql.Identifier(name)
    with django_db_blocker.unblock(), connect(previous) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
        with connect(name) as restored:
            dumps.restore(request.param, restored)
        use(name)
        try:
            call_command("migrate", verbosity=0, interactive=False)
            yield request.param
        finally:
            use(previous)
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def connect(name: str) -> "psycopg.Connection[Any]":
    """A connection of our own beside Django's."""
    parameters = connection.get_connection_params()
    chosen = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    return psycopg.connect(dbname=name, autocommit=True, **chosen)


def use(name: str) -> None:
    """Have Django work on another database."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


class TestUpgrade:
    def test_leaves_no_migration_and_no_difference_from_a_new_database(self, upgraded: Path) -> None:
        name = str(settings.DATABASES["default"]["NAME"])
        executor = MigrationExecutor(connection)

        with connect(name) as old, connect(name.removesuffix("_upgraded")) as new:
            migrated_schema, fresh_schema = dumps.schema_of(old), dumps.schema_of(new)

        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
        assert len(fresh_schema) > 1000
        assert (migrated_schema - fresh_schema, fresh_schema - migrated_schema) == (set(), set())

    def test_keeps_tickets_with_their_timelines(self, upgraded: Path) -> None:
        ended, ringing = Incident.objects.order_by("number")
        [problem] = Problem.objects.all()

        assert [(ended.title, ended.status), (ringing.title, ringing.status)] == [
            (story.INCIDENT, "resolved"),
            (story.RINGING, "new"),
        ]
        assert (
            Incident.objects.filter(team__slug="shop", service__name="Checkout", assignee__name="Ana Silva").get()
            == ended
        )
        assert (problem.title, problem.service) == (story.INCIDENT, ended.service)
        texts = set(TimelineEntry.objects.filter(ticket=ended).values_list("text", flat=True))
        assert {"Acknowledged by Ana Silva.", "Ana Silva started work.", story.NOTE} < texts

    def test_keeps_who_is_on_call(self, upgraded: Path) -> None:
        schedule = Schedule.objects.get(name="Shop")
        names = [
            [user.name for user in queries.on_call(roster, at=at).users]
            for at in (NOON, NOON.replace(hour=19))
            for roster in queries.load_at(at, ids=[schedule.pk])
        ]

        assert names == [["Ana Silva"], ["Bob Martin"]]

    def test_keeps_escalations_with_their_pages(self, upgraded: Path) -> None:
        states = Escalation.objects.order_by("pk").values_list("state", flat=True)
        pages = Page.objects.order_by("pk").values_list("user__name", "state")

        assert list(states) == ["ended", "triggered"]
        assert list(pages) == [("Ana Silva", "accepted"), ("Ana Silva", "accepted")]
        assert EscalationEntry.objects.filter(escalation__state="ended", event="ack").exists()

    def test_keeps_postmortems(self, upgraded: Path) -> None:
        [postmortem] = Postmortem.objects.published()

        assert (postmortem.status, postmortem.public_text) == ("published", story.PUBLIC)
        assert postmortem.ticket.title == story.INCIDENT
        assert postmortem.sections.exclude(body="").count() == postmortem.sections.count() > 1

    def test_keeps_people_with_the_rights_of_their_roles(self, upgraded: Path) -> None:
        ana, eva = (User.objects.get(email=f"{name}@example.com") for name in ("ana", "eva"))

        assert (ana.has_perm("oncall.change_team"), eva.has_perm("oncall.change_team")) == (False, True)

    def test_keeps_what_customers_are_promised(self, upgraded: Path) -> None:
        """In the first release by rank; since then by targets."""
        severity = Severity.objects.get(name="SEV2")
        versions = SlaTargetVersion.objects.filter(conditions={"severity": [severity.pk]})

        promises = versions.order_by("pk").values_list("target__metric", "goal_minutes", "start")
        assert list(promises) == [("first_update", 20, "impact"), ("next_update", 30, "opened")]

    @pytest.mark.drill
    def test_can_be_taken_back_before_the_promises_became_targets(self, upgraded: Path) -> None:
        migration = import_module("incidents.migrations.0015_cadence_targets").Migration
        targets = set(SlaTarget.objects.values_list("pk", "name"))
        [(app, before)] = migration.dependencies

        call_command("migrate", app, before, verbosity=0, interactive=False)
        call_command("migrate", verbosity=0, interactive=False)

        assert set(SlaTarget.objects.values_list("pk", "name")) == targets
