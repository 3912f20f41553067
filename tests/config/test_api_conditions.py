"""ETag, If-Match, If-None-Match and Location, as RFC 9110 writes them."""

from typing import Any

import pytest

from config.base.data.roles import Role
from incidents.models import Ticket
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


@pytest.fixture
def url() -> str:
    return f"{INCIDENTS}{make.IncidentFactory(severity__pages=False).pk}/"


class TestIfMatch:
    def test_that_is_old_is_answered_with_the_present_tag(self, client: Any, url: str) -> None:
        old = client.get(url)["ETag"]
        client.patch(url, {"title": "First"})

        refused = client.patch(url, {"title": "Second"}, HTTP_IF_MATCH=old)

        assert (refused.status_code, refused.json()["code"]) == (412, "stale")
        assert refused["ETag"] == client.get(url)["ETag"]
        assert client.patch(url, {"title": "Second"}, HTTP_IF_MATCH=refused["ETag"]).status_code == 200

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"1-0.0", {}', '"1-0.0", W/{}', "*"])
    def test_may_be_weak_listed_or_any(self, client: Any, url: str, form: str) -> None:
        tag = client.get(url)["ETag"]

        assert client.patch(url, {"title": "x"}, HTTP_IF_MATCH=form.format(tag)).status_code == 200

    @pytest.mark.parametrize("form", ['"1-0.0"', 'W/"1-0.0"', '"1-0.0", "2-0.0"'])
    def test_that_names_other_versions_is_refused(self, client: Any, url: str, form: str) -> None:
        assert client.patch(url, {"title": "x"}, HTTP_IF_MATCH=form).status_code == 412

    @pytest.mark.parametrize("form", ["", "7-2026", '"open'])
    def test_without_a_tag_is_an_error_by_its_name(self, client: Any, url: str, form: str) -> None:
        answer = client.patch(url, {"title": "x"}, HTTP_IF_MATCH=form)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["If-Match"])

    def test_guards_verbs_too(self, client: Any, url: str) -> None:
        assert client.post(f"{url}restore/", {}, HTTP_IF_MATCH='"1-0.0"').status_code == 412
        assert client.post(f"{url}restore/", {}, HTTP_IF_MATCH=client.get(url)["ETag"]).status_code == 200

    def test_compares_the_version_and_not_the_view(self, url: str) -> None:
        """An agent reads the requester, an employee does not: both know the same version."""
        agent, member = make.UserFactory(roles=[Role.AGENT]), make.UserFactory(roles=[Role.RESPONDER])
        make_requester(url)
        seen = client_of(member).get(url)["ETag"]

        assert seen != client_of(agent).get(url)["ETag"]
        assert client_of(agent).patch(url, {"title": "x"}, HTTP_IF_MATCH=seen).status_code == 200

    def test_is_understood_on_records_without_a_time_of_change(self) -> None:
        view = make.SavedViewFactory()
        client, url = client_of(view.owner), f"/api/v1/saved-views/{view.pk}/"
        tag = client.get(url)["ETag"]

        assert client.patch(url, {"name": "Mine"}, HTTP_IF_MATCH=tag).status_code == 200
        assert client.patch(url, {"name": "Ours"}, HTTP_IF_MATCH=tag).status_code == 412

    def test_with_if_none_match_any_never_changes_what_exists(self, client: Any, url: str) -> None:
        assert client.patch(url, {"title": "x"}, HTTP_IF_NONE_MATCH="*").status_code == 412


class TestIfNoneMatch:
    @pytest.mark.parametrize("form", ["{}", "W/{}", '"1-0.0", {}', "*"])
    def test_of_what_the_caller_has_is_304_without_a_body(self, client: Any, url: str, form: str) -> None:
        tag = client.get(url)["ETag"]

        answer = client.get(url, HTTP_IF_NONE_MATCH=form.format(tag))

        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)

    def test_of_an_old_version_is_the_record(self, client: Any, url: str) -> None:
        tag = client.get(url)["ETag"]
        client.patch(url, {"title": "New"})

        assert client.get(url, HTTP_IF_NONE_MATCH=tag).json()["title"] == "New"

    def test_of_another_view_is_the_record(self, url: str) -> None:
        """Who may read less now must not keep what was read before."""
        agent = make.UserFactory(roles=[Role.AGENT])
        make_requester(url)
        client = client_of(agent)
        tag = client.get(url)["ETag"]
        agent.groups.clear()

        answer = client.get(url, HTTP_IF_NONE_MATCH=tag)

        assert (answer.status_code, answer.json()["requester"]) == (200, None)

    def test_of_a_record_out_of_sight_is_404(self, url: str) -> None:
        ticket = make.IncidentFactory(visibility="private", visibility_reason="Personal data")

        assert client_of(make.UserFactory()).get(f"{INCIDENTS}{ticket.pk}/", HTTP_IF_NONE_MATCH="*").status_code == 404


class TestLocation:
    def test_of_a_new_record_is_its_address(self, client: Any) -> None:
        service = make.ServiceFactory()
        make.PriorityRuleFactory(impact=3, urgency=3, severity__pages=False)
        created = client.post(INCIDENTS, {"title": "x", "service": service.slug})

        assert created.status_code == 201
        assert created["Location"].startswith("http")
        assert client.get(created["Location"]).json() == created.json()

    def test_of_a_new_version_of_a_schedule_is_its_address(self) -> None:
        membership = make.MembershipFactory(role="manager")
        client = client_of(membership.user)
        schedule = make.ScheduleFactory(team=membership.team)
        layer = {
            "rotation": {"anchor": "2026-01-05T09:00", "unit": "week", "length": 1, "slots": [[membership.user.pk]]}
        }

        created = client.post(
            f"/api/v1/schedules/{schedule.pk}/versions/", {"time_zone": "UTC", "effective": "now", "layers": [layer]}
        )

        assert created.status_code == 201, created.json()
        assert client.get(created["Location"]).json()["id"] == created.json()["id"]


def make_requester(url: str) -> None:
    """A requester of the incident at this address."""
    Ticket.objects.filter(pk=int(url.split("/")[-2])).update(requester=make.ContactFactory())
