"""The pages that take configuration out of use and replace it, and the choosers that offer it no more."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.roles import Role
from incidents.models import Service, Severity
from oncall.models import Team, User
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> User:
    user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
    client.force_login(user)
    return user


@pytest.fixture
def retired() -> Any:
    return make.TeamFactory(name="Old guard", slug="old-guard", retired_at=timezone.now())


def address(record: Any, page: str) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk])


@pytest.mark.usefixtures("boss")
class TestTakingOutOfUse:
    def test_asks_for_a_reason_and_keeps_it(self, client: Client, boss: User) -> None:
        team = make.TeamFactory()

        empty = client.post(address(team, "retire"), {"reason": " "})
        client.post(address(team, "retire"), {"reason": "Merged into Core"})

        assert "This field is required" in empty.content.decode()
        team.refresh_from_db()
        assert team.retired_at is not None
        entry = team.history.latest()
        assert (entry.history_change_reason, entry.history_user) == ("Merged into Core", boss)
        page = client.get(address(team, "change")).content.decode()
        assert "Retired" in page
        assert address(team, "return") in page

    def test_lists_what_would_stop_working(self, client: Client) -> None:
        service = make.ServiceFactory()
        make.IncidentFactory(team=service.team, status="closed", closure_code="solved", closed_at=timezone.now())

        for answer in (
            client.get(address(service.team, "retire")),
            client.post(address(service.team, "retire"), {"reason": "Merged"}),
        ):
            page = answer.content.decode()
            assert "1 service" in page
            assert service.get_absolute_url() in page
            assert address(service.team, "replace") in page
            assert "1 ticket" not in page
        assert not Team.objects.filter(retired_at__isnull=False).exists()

    def test_is_undone_by_bringing_it_back(self, client: Client, retired: Any) -> None:
        client.post(address(retired, "return"), {"reason": "Needed after all"})

        retired.refresh_from_db()
        assert retired.retired_at is None

    def test_is_not_there_for_what_cannot_be_out_of_use(self, client: Client) -> None:
        assert client.get(address(make.IntegrationFactory(), "retire")).status_code == 404

    def test_is_for_those_who_may_change_it(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.AGENT]))
        team = make.TeamFactory()

        for page in ("retire", "return", "replace"):
            assert client.post(address(team, page), {"reason": "Mine"}).status_code in {302, 403, 404}
        team.refresh_from_db()
        assert team.retired_at is None


@pytest.mark.usefixtures("boss")
class TestReplacing:
    def test_says_what_it_changes_and_does_that(self, client: Client) -> None:
        old, new = make.TeamFactory(name="Old"), make.TeamFactory(name="New")
        services = make.ServiceFactory.create_batch(2, team=old)
        make.IncidentFactory(team=old, status="closed", closure_code="solved", closed_at=timezone.now())
        page = client.get(address(old, "replace"))
        announced = json.dumps(page.context["form"].initial["announced"])

        answer = client.post(
            address(old, "replace"),
            {"by": new.pk, "reason": "Merged", "then_retire": "on", "announced": announced},
            follow=True,
        )

        assert "This changes 2 services." in page.content.decode()
        assert "Old was replaced by New: 2 services." in answer.content.decode()
        assert {service.team for service in Service.objects.filter(pk__in=[row.pk for row in services])} == {new}

    def test_is_announced_anew_when_more_uses_it(self, client: Client) -> None:
        old, new = make.TeamFactory(name="Old"), make.TeamFactory(name="New")
        make.ServiceFactory(team=old)
        announced = json.dumps(client.get(address(old, "replace")).context["form"].initial["announced"])
        make.ServiceFactory(team=old)

        answer = client.post(address(old, "replace"), {"by": new.pk, "reason": "Merged", "announced": announced})

        page = answer.content.decode()
        assert "has changed since you opened the page" in page
        assert "This changes 2 services." in page
        assert not Service.objects.filter(team=new).exists()

    def test_takes_no_forged_announcement(self, client: Client) -> None:
        old, new = make.TeamFactory(), make.TeamFactory()
        make.ServiceFactory(team=old)

        for forged in ("", "[1]", "7", "{"):
            answer = client.post(address(old, "replace"), {"by": new.pk, "reason": "Merged", "announced": forged})
            assert answer.status_code == 200
        assert not Service.objects.filter(team=new).exists()


class TestChoosers:
    @pytest.mark.usefixtures("boss")
    def test_of_the_administration_offer_and_take_what_is_in_use(self, client: Client, retired: Any) -> None:
        make.TeamFactory(name="Old but gold")
        search = {"app_label": "incidents", "model_name": "service", "field_name": "team", "term": "Old"}
        offered = client.get(reverse("admin:autocomplete"), search).json()["results"]

        service = make.ServiceFactory()
        inlines = ("dependencies", "ownerships")
        data: dict[str, Any] = {f"{name}-{what}_FORMS": 0 for name in inlines for what in ("TOTAL", "INITIAL")}
        data |= {
            "name": service.name,
            "slug": service.slug,
            "kind": service.kind,
            "tier": 3,
            "flapping_minutes": 10,
            "change_reason": "Merged",
        }
        refused = client.post(address(service, "change"), data | {"team": retired.pk})

        assert [row["text"] for row in offered] == ["Old but gold"]
        assert refused.status_code == 200
        service.refresh_from_db()
        assert service.team != retired

    @pytest.mark.usefixtures("boss")
    def test_of_the_administration_keep_what_was_chosen_before(self, client: Client, retired: Any) -> None:
        service = make.ServiceFactory(team=retired)
        inlines = ("dependencies", "ownerships")
        data: dict[str, Any] = {f"{name}-{what}_FORMS": 0 for name in inlines for what in ("TOTAL", "INITIAL")}
        data |= {
            "slug": service.slug,
            "kind": service.kind,
            "tier": 3,
            "flapping_minutes": 10,
            "team": retired.pk,
            "change_reason": "Merged",
        }

        client.post(address(service, "change"), data | {"name": "Renamed"})

        service.refresh_from_db()
        assert service.name == "Renamed"

    @pytest.mark.usefixtures("boss")
    def test_of_the_portal_leave_out_what_is_retired(self, client: Client, retired: Any) -> None:
        make.SeverityFactory(rank=2)
        make.SeverityFactory(rank=4, retired_at=timezone.now())

        page = client.get(reverse("incidents:declare")).content.decode()

        assert "Old guard" not in page
        assert "SEV2" in page
        assert "SEV4" not in page

    def test_of_the_api_refuse_what_is_retired(self, retired: Any) -> None:
        severity = make.SeverityFactory(rank=2)
        client = client_of(make.UserFactory(roles=[Role.AGENT]))
        body = {"title": "Cards fail", "team": retired.slug, "severity": severity.name}

        answer = client.post("/api/v1/incidents/", body, format="json")

        assert answer.status_code == 400
        assert "Old guard is out of use" in str(answer.json()["fields"]["team"])


@pytest.mark.usefixtures("boss")
class TestLists:
    @pytest.mark.parametrize(
        ("name", "make_row"),
        [
            ("oncall:teams", make.TeamFactory),
            ("incidents:services", make.ServiceFactory),
            ("oncall:calendars", make.CalendarFactory),
        ],
    )
    def test_hide_what_is_retired_unless_asked(self, client: Client, name: str, make_row: Any) -> None:
        make_row(name="Stays")
        make_row(name="Went", retired_at=timezone.now())

        usual = client.get(reverse(name)).content.decode()
        retired = client.get(reverse(name), {"retired": "yes"}).content.decode()
        everything = client.get(reverse(name), {"retired": "any"}).content.decode()

        assert ("Stays" in usual, "Went" in usual) == (True, False)
        assert ("Stays" in retired, "Went (retired)" in retired) == (False, True)
        assert ("Stays" in everything, "Went (retired)" in everything) == (True, True)

    def test_of_severities_hide_them_too(self, client: Client) -> None:
        make.SeverityFactory(rank=1)
        Severity.objects.filter(pk=make.SeverityFactory(rank=2).pk).update(retired_at=timezone.now())

        page = client.get(reverse("incidents:severities")).content.decode()

        assert ("SEV1" in page, "SEV2" in page) == (True, False)

    def test_of_tickets_name_them_with_the_word(self, client: Client, retired: Any) -> None:
        ticket = make.IncidentFactory(team=retired)

        assert "Old guard (retired)" in client.get(ticket.get_absolute_url()).content.decode()
        assert "Old guard (retired)" in client.get(retired.get_absolute_url()).content.decode()
