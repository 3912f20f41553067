"""Every list can be asked for what was made or changed in a period; found through the router."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from config.base.data.models import Dated
from config.base.data.roles import Role
from config.base.rest.viewsets import AnswerViewSet
from oncall.models import Membership, Team, User
from tests import factories as make
from tests.clients import client_of
from tests.config.test_api_lists import LISTS, ROWS

pytestmark = pytest.mark.django_db
RECORDS = [entry for entry in LISTS if not issubclass(entry[2], AnswerViewSet)]
DAYS = {("postmortem", "restored")}
"""Filters that take whole days, which both bounds take in."""
EARLY, LATE = "2000-01-02T00:00:00Z", "2099-12-31T00:00:00Z"


def _new_row(client: Any, basename: str, url: str) -> dict[str, Any]:
    """A row as the list shows it; some lists have rows from the start."""
    before = [row["id"] for row in client.get(url).json()["results"]]
    ROWS[basename]()
    return next(row for row in client.get(url).json()["results"] if row["id"] not in before)


@pytest.mark.walk
@pytest.mark.parametrize(("basename", "url", "viewset"), RECORDS, ids=[basename for basename, _, _ in RECORDS])
class TestEveryList:
    def test_is_narrowed_by_when_records_changed(self, basename: str, url: str, viewset: Any) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT]))
        row = _new_row(client, basename, url)

        def is_listed(**parameters: str) -> bool:
            answer = client.get(url, parameters)
            assert answer.status_code == 200, answer.content
            return row["id"] in [other["id"] for other in answer.json()["results"]]

        for moment in ("created", "updated"):
            assert is_listed(**{f"{moment}_after": EARLY, f"{moment}_before": LATE})
            assert not is_listed(**{f"{moment}_after": LATE})
            assert not is_listed(**{f"{moment}_before": EARLY})

    def test_is_narrowed_by_each_time_that_it_shows(self, basename: str, url: str, viewset: Any) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT]))
        row = _new_row(client, basename, url)
        times = {name: value for name, value in row.items() if name.endswith("_at") and value}

        for name, value in times.items():
            stem = name.removesuffix("_at")
            bound = value[:10] if (basename, stem) in DAYS else value
            for suffix in ("after", "before"):
                answer = client.get(url, {f"{stem}_{suffix}": bound})

                assert answer.status_code == 200, answer.content
                is_found = row["id"] in [other["id"] for other in answer.json()["results"]]
                assert is_found == (suffix == "after" or (basename, stem) in DAYS)


class TestChangesOfConfiguration:
    @pytest.fixture
    def client(self) -> Any:
        return client_of(make.UserFactory(roles=[Role.AGENT]))

    def test_are_found_by_the_history_of_a_record(self, client: Any) -> None:
        old, new = make.ServiceFactory(slug="old"), make.ServiceFactory(slug="new")
        old.history.update(history_date="2020-01-01T00:00:00Z")
        new.history.update(history_date="2026-01-01T00:00:00Z")

        def slugs(**parameters: str) -> list[str]:
            return [row["slug"] for row in client.get("/api/v1/services/", parameters).json()["results"]]

        assert slugs(updated_after="2026-01-01T00:00:00Z") == ["new"]
        assert slugs(created_before="2026-01-01T00:00:00Z") == ["old"]

    def test_are_found_without_a_history_by_what_the_database_noted(self, client: Any) -> None:
        team = make.TeamFactory()
        noon = Team.objects.get(pk=team.pk).updated_at

        Team.objects.filter(pk=team.pk).update(description="Cards and invoices.")

        later = Team.objects.get(pk=team.pk).updated_at
        assert later > noon
        rows = client.get("/api/v1/teams/", {"updated_after": later.isoformat()}).json()["results"]
        assert [row["id"] for row in rows] == [team.pk]

    def test_of_a_membership_are_those_of_its_person_and_its_team(self) -> None:
        membership = make.MembershipFactory()
        before = (User.objects.get().updated_at, Team.objects.get().updated_at)

        Membership.objects.all().delete()

        assert User.objects.get().updated_at > before[0]
        assert Team.objects.get().updated_at > before[1]
        assert membership.user.name

    def test_are_not_made_by_signing_in_or_saving_the_same_again(self) -> None:
        person = make.UserFactory()
        noted = User.objects.get().updated_at

        User.objects.filter(pk=person.pk).update(last_login=timezone.now())
        User.objects.get().save()

        assert User.objects.get().updated_at == noted

    def test_are_noted_on_every_table_that_promises_it(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note_change'")
            noted = {table for (table,) in cursor.fetchall()}

        promised = {model._meta.db_table for model in apps.get_models() if issubclass(model, Dated)}
        assert promised | {User._meta.db_table} == noted
