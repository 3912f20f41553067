"""Test databases: one template a run, one clone and one Redis database a process."""

import os
from unittest import mock

import psycopg
import pytest
import redis
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from config.embedded import test_databases
from config.embedded.pytest_plugin import with_database


@pytest.mark.django_db
class TestClone:
    def test_is_migrated(self) -> None:
        tables = connection.introspection.table_names()

        assert "django_migrations" in tables
        assert ContentType.objects.exists()

    def test_is_named_for_this_process(self) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")

        assert str(connection.settings_dict["NAME"]).endswith(worker or "holdfast")
        assert str(connection.settings_dict["NAME"]).startswith("test_")

    def test_was_cloned_from_the_template_of_these_migrations(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'holdfast_template_%'")
            names = [row[0] for row in cursor.fetchall()]

        assert names == [test_databases.template_name()]


class TestTemplate:
    @pytest.mark.parametrize(("names", "made"), [([], 0), (["TestClone"], 1), (["TestClone", "TestRedis"], 1)])
    def test_is_made_before_the_first_test_that_needs_it(
        self, request: pytest.FixtureRequest, names: list[str], made: int
    ) -> None:
        items = [item for item in request.session.items if item.parent is not None and item.parent.name in names]
        session = mock.Mock(items=items, config=request.config)

        with mock.patch.object(test_databases, "_ensure_template") as ensure:
            loop = test_databases.pytest_runtestloop(session)
            next(loop)  # what follows is the loop over the tests

            assert ensure.call_count == made


@pytest.mark.django_db(transaction=True)
class TestServerEnvironment:
    def test_leads_another_process_to_this_database(self, server_environment: dict[str, str]) -> None:
        with psycopg.connect(server_environment["DATABASE_URL"]) as other:
            row = other.execute("SELECT current_database()").fetchone()

        assert row == (settings.DATABASES["default"]["NAME"],)


class TestRedis:
    def test_number_follows_the_worker(self) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER")
        expected = int(worker.removeprefix("gw")) + 1 if worker else 0

        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            assert client.ping()
            assert client.client_info()["db"] == expected

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=7"),
            ("unix:///run/redis.sock", "unix:///run/redis.sock?db=7"),
            ("redis://:secret@host:6379/0", "redis://:secret@host:6379/7"),
            ("rediss://host", "rediss://host/7"),
        ],
    )
    def test_takes_another_number(self, url: str, expected: str) -> None:
        assert with_database(url, 7) == expected
