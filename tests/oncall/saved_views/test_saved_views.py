"""Saved views: a list's query string under a name, for oneself or a team, in an order, deletable."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oncall.models import SavedView, Team, User
from oncall.saved_views import saving
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
QUEUE = "/incidents/"


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana")


@pytest.fixture
def team(ana: User) -> Team:
    return make.MembershipFactory(user=ana, role="manager", team__name="Shop", team__slug="shop").team


@pytest.fixture
def reader(client: Client, ana: User) -> Client:
    client.force_login(ana)
    return client


def save(actor: User, name: str = "Open", query: str = "group=open", **fields: Any) -> SavedView:
    defaults: dict[str, Any] = {"path": QUEUE, "query": query, "name": name, "actor": actor, "at": NOON}
    return saving.save(**defaults | fields)


class TestSave:
    def test_ignores_the_page_and_the_export(self, ana: User) -> None:
        view = save(ana, query="?sort=-created_at&page=3&group=open&status=new&status=closed&export=csv")

        assert view.query == "group=open&sort=-created_at&status=closed&status=new"
        assert view.get_absolute_url() == f"{QUEUE}?{view.query}"

    def test_ignores_empty_filters(self, ana: User) -> None:
        sent_by_the_form = "search=&group=&whose=&severity=SEV1"

        assert save(ana, query=sent_by_the_form).query == "group=&severity=SEV1"
        assert save(ana, query="kind=&tier=2", path="/services/").query == "tier=2"

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"query": "page=2"}, "nothing to save"),
            ({"name": " \u200e "}, "Enter a name"),
            ({"name": "x" * 61}, "too long"),
            ({"query": "search=" + "x" * 2100}, "too long"),
            ({"query": "&".join(f"a{n}=1" for n in range(2000))}, "too long"),
            ({"path": "/nowhere/"}, "no list"),
            ({"path": "https://example.com/incidents/"}, "no list"),
            ({"path": "/me/"}, "no list"),
        ],
    )
    def test_says_why_it_refuses(self, ana: User, fields: dict[str, str], message: str) -> None:
        with pytest.raises(saving.SavedViewRefused, match=message):
            save(ana, **fields)

    def test_refuses_a_second_of_the_same_name(self, ana: User) -> None:
        save(ana)

        with pytest.raises(saving.SavedViewRefused, match="already has"):
            save(ana)

    def test_for_a_team_is_for_its_managers(self, ana: User, team: Team) -> None:
        responder = make.MembershipFactory(team=team).user

        assert save(ana, team=team).team == team
        with pytest.raises(saving.SavedViewRefused, match="a manager of Shop"):
            save(responder, team=team)

    def test_limits_the_number_of_views(self, ana: User) -> None:
        for number in range(saving.MAX_VIEWS):
            make.SavedViewFactory(owner=ana, name=f"{number}")

        with pytest.raises(saving.SavedViewRefused, match="Delete a view"):
            save(ana)

    def test_has_either_a_person_or_a_team(self, ana: User, team: Team) -> None:
        for owner in ({"owner": ana, "team": team}, {"owner": None, "team": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                make.SavedViewFactory(**owner)


class TestMove:
    def test_keeps_an_order(self, ana: User) -> None:
        views = [save(ana, name=name) for name in "abc"]

        saving.move(view_id=views[2].pk, to="earlier", actor=ana, at=NOON)
        saving.move(view_id=views[0].pk, to="earlier", actor=ana, at=NOON)

        names = SavedView.objects.order_by("position").values_list("name", flat=True)
        assert list(names) == ["a", "c", "b"]

    def test_is_not_for_others(self, ana: User, team: Team) -> None:
        view = save(ana, team=team)

        with pytest.raises(saving.SavedViewRefused, match="team"):
            saving.move(view_id=view.pk, to="later", actor=make.UserFactory(), at=NOON)


class TestAboveAList:
    def test_are_the_readers_own_and_their_teams(self, reader: Client, ana: User, team: Team) -> None:
        save(ana, name="Mine")
        save(ana, name="Ours", query="group=done", team=team)
        make.SavedViewFactory(name="Somebody else's")

        page = reader.get("/").content.decode()

        assert 'href="/incidents/?group=open">Mine</a>' in page
        assert "Ours" in page
        assert "Somebody else" not in page

    def test_mark_the_current_view(self, reader: Client, ana: User) -> None:
        save(ana, name="Mine", query="group=open&sort=title")

        page = reader.get("/incidents/?sort=title&group=open&page=1").content.decode()

        assert 'aria-current="page">Mine</a>' in page
        assert "Save this view" not in page

    def test_need_a_single_query(self, reader: Client, ana: User, team: Team) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                reader.get("/services/")
            return len([query for query in queries if "oncall_savedview" in query["sql"]])

        reader.get("/services/")
        for number in range(3):
            save(ana, name=f"{number}", path="/services/", query="tier=1", team=team)

        assert count() == 1

    def test_are_saved_from_there(self, reader: Client, ana: User, team: Team) -> None:
        page = reader.get("/incidents/", {"group": "done", "page": "1"}).content.decode()
        assert "/views/new/?path=%2Fincidents%2F&amp;query=group%3Ddone" in page

        answer = reader.post(
            "/views/new/?path=%2Fincidents%2F&query=group%3Ddone", {"name": "Done", "team": team.pk}, follow=True
        )

        assert answer.redirect_chain == [("/incidents/?group=done", 302)]
        assert SavedView.objects.get().team == team

    def test_show_what_no_longer_exists(self, reader: Client, ana: User) -> None:
        view = save(ana, query="team=dissolved&shape=round")

        page = reader.get(view.get_absolute_url())

        assert page.status_code == 200
        text = page.content.decode()
        assert "Part of this address is not understood." in text
        assert "“shape” is not a filter of this list" in text
        assert "Assigned team: “" in text


class TestPages:
    def test_rename_and_delete(self, reader: Client, ana: User) -> None:
        view = save(ana)

        reader.post(f"/views/{view.pk}/", {"name": "Renamed"})
        assert "Renamed" in reader.get("/views/").content.decode()
        assert reader.post(f"/views/{view.pk}/later/").status_code == 302
        reader.post(f"/views/{view.pk}/remove/")

        assert not SavedView.objects.exists()

    def test_are_closed_to_people_who_do_not_manage_the_team(self, client: Client, ana: User, team: Team) -> None:
        view = save(ana, team=team)
        client.force_login(make.MembershipFactory(team=team).user)

        assert client.get(f"/views/{view.pk}/").status_code == 403
        assert client.post(f"/views/{view.pk}/remove/").status_code == 403

    def test_hide_views_of_other_people(self, reader: Client) -> None:
        assert reader.get(f"/views/{make.SavedViewFactory().pk}/").status_code == 404
        assert reader.get("/views/new/", {"path": "//example.com/"}).status_code == 404


class TestEndpoint:
    URL = "/api/v1/saved-views/"

    def test_saves_changes_moves_and_deletes(self, ana: User, team: Team) -> None:
        client = client_of(ana)
        data = {"name": "Ours", "path": QUEUE, "query": "group=open", "team": "shop"}

        created = client.post(self.URL, data, format="json")
        row = f"{self.URL}{created.json()['id']}/"
        changed = client.patch(row, {"query": "group=done&page=2"}, format="json")
        move = client.post(f"{row}move/", {"to": "later"}, format="json")
        deleted = client.delete(row)

        assert (created.status_code, changed.status_code, move.status_code, deleted.status_code) == (
            201,
            200,
            200,
            204,
        )
        assert changed.json()["query"] == "group=done"
        assert changed.json()["url"].endswith("/incidents/?group=done")
        assert client.get(row).status_code == 404

    def test_refuses_a_stale_change(self, ana: User) -> None:
        client, view = client_of(ana), save(ana)
        tag = client.get(f"{self.URL}{view.pk}/")["ETag"]
        saving.change(view_id=view.pk, name="Newer", actor=ana, at=NOON + timedelta(seconds=1))

        answer = client.patch(f"{self.URL}{view.pk}/", {"name": "Older"}, format="json", headers={"If-Match": tag})

        assert answer.status_code == 412

    def test_answers_409_when_it_refuses(self, ana: User) -> None:
        data = {"name": "x", "path": "/me/", "query": "a=1"}

        assert client_of(ana).post(self.URL, data, format="json").status_code == 409
