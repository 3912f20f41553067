"""What each kind of configuration refuses by itself, when a program writes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import client_of
from tests.config.test_api_configuration import BODIES, a_target, an_integration, model_of, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(is_superuser=True))


class TestTeam:
    def test_is_found_at_its_slug_and_not_deleted_while_something_names_it(self, client: Any) -> None:
        service = make.ServiceFactory(team__slug="payments")
        make.MembershipFactory(team=service.team)
        make.ScheduleFactory(team=service.team)

        refused = client.delete(url_of("teams", "payments"))
        service.delete()
        service.team.schedules.all().delete()

        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert "1 service" in refused.json()["message"]
        assert "1 schedule" in refused.json()["message"]
        assert client.delete(url_of("teams", "payments")).status_code == 204

    def test_names_what_is_wrong_by_field(self, client: Any) -> None:
        make.TeamFactory(name="Payments", slug="payments")

        answer = client.post(url_of("teams"), {"name": "Payments", "slug": "payments"}).json()

        assert set(answer["fields"]) == {"name", "slug"}
        assert answer["fields"]["name"] == ["Another team has this name already. Choose another one."]


class TestMembership:
    def test_is_given_by_the_managers_of_the_team_and_nobody_gives_more_than_they_hold(self) -> None:
        own = make.MembershipFactory(role="manager")
        elsewhere = make.MembershipFactory(team=make.TeamFactory(slug="elsewhere"))
        person = make.UserFactory()
        client = client_of(own.user)

        added = client.post(url_of("memberships"), {"team": own.team.slug, "user": person.pk, "role": "manager"})
        given_away = client.patch(url_of("memberships", added.json()["id"]), {"team": "elsewhere"})
        taken = client.delete(url_of("memberships", elsewhere.pk))

        assert added.status_code == 201, added.json()
        assert (given_away.status_code, taken.status_code) == (403, 403)
        assert client.post(url_of("memberships"), {"team": "elsewhere", "user": person.pk}).status_code == 403

    def test_of_a_private_team_is_not_given_by_an_administrator_who_holds_less(self) -> None:
        team = make.TeamFactory(slug="security", name="Security")
        make.IncidentFactory(team=team, visibility="private", visibility_reason="Personal data")
        administrator = client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))

        answer = administrator.post(url_of("memberships"), {"team": "security", "user": make.UserFactory().pk})

        assert answer.status_code == 403
        assert "Security" in answer.json()["message"]

    def test_once_a_person_and_team(self, client: Any) -> None:
        member = make.MembershipFactory()

        answer = client.post(url_of("memberships"), {"team": member.team.slug, "user": member.user.pk})

        assert answer.status_code == 400
        assert "in the team already" in answer.json()["message"]

    def test_shows_part_time_and_training_to_those_who_plan_and_to_the_person(self) -> None:
        member = make.MembershipFactory(fte="0.50")
        manager = make.MembershipFactory(team=member.team, role="manager")

        def part_of(user: Any) -> object:
            return client_of(user).get(url_of("memberships", member.pk)).json()["fte"]

        assert part_of(member.user) == part_of(manager.user) == "0.50"
        assert part_of(make.UserFactory()) is None


class TestService:
    def test_never_needs_itself_directly_or_through_others(self, client: Any) -> None:
        shop, cards, bank = (make.ServiceFactory(slug=slug) for slug in ("shop", "cards", "bank"))
        make.ServiceDependencyFactory(service=shop, needs=cards)
        make.ServiceDependencyFactory(service=cards, needs=bank)

        circle = client.patch(url_of("services", "bank"), {"depends_on": ["shop"]})
        itself = client.patch(url_of("services", "bank"), {"depends_on": ["bank"]})

        assert (circle.status_code, itself.status_code) == (400, 400)
        assert "already needs" in circle.json()["fields"]["depends_on"][0]
        assert not bank.dependencies.exists()

    def test_keeps_each_dependency_with_its_history(self, client: Any) -> None:
        [shop, cards, bank] = [make.ServiceFactory(slug=slug) for slug in ("shop", "cards", "bank")]
        row = make.ServiceDependencyFactory(service=shop, needs=cards)

        client.patch(url_of("services", "shop"), {"depends_on": ["cards", "bank"], "reason": "Cards by the bank"})

        assert set(shop.dependencies.values_list("needs", flat=True)) == {cards.pk, bank.pk}
        assert shop.dependencies.get(needs=cards).pk == row.pk
        assert shop.dependencies.get(needs=bank).history.get().history_change_reason == "Cards by the bank"

    def test_is_changed_but_not_given_away_by_a_manager_of_its_team(self) -> None:
        member = make.MembershipFactory(role="manager")
        service = make.ServiceFactory(team=member.team)
        other = make.TeamFactory()
        client = client_of(member.user)

        assert client.patch(url_of("services", service.pk), {"tier": 2}).status_code == 200
        assert client.patch(url_of("services", service.pk), {"team": other.slug}).status_code == 403
        assert client.patch(url_of("services", make.ServiceFactory().pk), {"tier": 2}).status_code == 403

    def test_is_not_deleted_while_another_needs_it(self, client: Any) -> None:
        row = make.ServiceDependencyFactory()

        assert client.delete(url_of("services", row.needs.pk)).status_code == 409
        assert client.delete(url_of("services", row.service.pk)).status_code == 204


class TestIntegration:
    def test_shows_its_key_in_the_answer_that_made_it_alone(self, client: Any) -> None:
        created = client.post(url_of("integrations"), an_integration(), HTTP_IDEMPOTENCY_KEY="k1")
        url = url_of("integrations", created.json()["id"])
        key = created.json()["key"]

        again = client.post(url_of("integrations"), created.wsgi_request.body, HTTP_IDEMPOTENCY_KEY="k1")
        rotated = client.post(f"{url}rotate_key/", {})

        assert len(key) == 32
        assert again.status_code in {409, 422}
        assert "key" not in client.get(url).json()
        assert rotated.json()["key"] not in {key, None}
        assert key not in str(list(model_of("integrations")._base_manager.values()))

    def test_made_by_an_external_id_gets_a_key_once(self, client: Any) -> None:
        body, url = an_integration(), url_of("integrations", "external/tf-1")

        assert client.put(url, body).json()["key"] is not None
        assert client.put(url, body).json()["key"] is None

    def test_is_paused_and_resumed(self, client: Any) -> None:
        url = url_of("integrations", make.IntegrationFactory().pk)

        assert client.post(f"{url}pause/", {}).json()["paused_at"]
        assert client.post(f"{url}pause/", {}).status_code == 200
        assert client.post(f"{url}resume/", {}).json()["paused_at"] is None

    def test_names_severities_that_exist(self, client: Any) -> None:
        answer = client.post(url_of("integrations"), an_integration() | {"severities": {"critical": "SEV99"}})

        assert list(answer.json()["fields"]) == ["severities"]


class TestDefault:
    def test_moves_with_a_note_in_the_history_of_the_one_that_was(self, client: Any) -> None:
        was = make.StatusPageFactory(is_default=True)

        client.put(url_of("status-pages", "external/shop"), BODIES["status-pages"][0]() | {"reason": "New shop"})

        was.refresh_from_db()
        assert was.is_default is False
        assert was.history.latest().history_change_reason == "New shop"


class TestComponent:
    def test_stands_in_a_group_of_its_own_page_one_level_deep(self, client: Any) -> None:
        inner = make.ComponentFactory(group=make.ComponentFactory())
        elsewhere = make.ComponentFactory(page=make.StatusPageFactory())
        body = {"name": "Payments", "page": inner.page.slug}

        for group in (inner, elsewhere):
            answer = client.post(url_of("components"), body | {"group": group.public_id})
            assert (answer.status_code, list(answer.json()["fields"])) == (400, ["group"])
        own = client.patch(url_of("components", inner.group.pk), {"group": inner.group.public_id})
        assert (own.status_code, list(own.json()["fields"])) == (400, ["group"])


class TestMessageTemplate:
    def test_takes_placeholders_of_the_list_alone(self, client: Any) -> None:
        body = BODIES["message-templates"][0]() | {"body": "{symptom} {weather} {{ settings.SECRET_KEY }}"}

        answer = client.post(url_of("message-templates"), body)

        assert list(answer.json()["fields"]) == ["body"]
        assert "weather" in answer.json()["fields"]["body"][0]


class TestSlaTarget:
    def test_gets_a_version_only_for_another_promise(self, client: Any) -> None:
        url = url_of("sla-targets", client.post(url_of("sla-targets"), a_target()).json()["id"])

        named = client.put(url, a_target() | {"name": "Restore"})
        changed = client.put(url, a_target() | {"goal_minutes": 30})

        assert len(named.json()["versions"]) == 1
        assert [version["goal_minutes"] for version in changed.json()["versions"]] == [30, 60]
        assert client.put(url, a_target() | {"goal_minutes": 30}).json() == changed.json()

    def test_promises_it_in_the_end_whatever_was_planned(self, client: Any) -> None:
        """Else the same PUT would add a version each time."""
        url = url_of("sla-targets", client.post(url_of("sla-targets"), a_target()).json()["id"])
        later = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%dT%H:%M}Z"
        planned = {"goal_minutes": 30, "conditions": {"priority": [1]}, "effective_from": later}
        assert client.post(f"{url}add_version/", planned).status_code == 200

        first = client.put(url, a_target() | {"goal_minutes": 45})
        again = client.put(url, a_target() | {"goal_minutes": 45})

        assert again.json() == first.json()
        goals = [row["goal_minutes"] for row in first.json()["versions"] if row["withdrawn_at"] is None]
        assert goals[0] == 45
        assert 30 not in goals

    def test_keeps_its_metric_and_is_not_deleted_once_it_promised(self, client: Any) -> None:
        url = url_of("sla-targets", client.post(url_of("sla-targets"), a_target()).json()["id"])

        other = client.put(url, a_target() | {"metric": "prevent"})

        assert list(other.json()["fields"]) == ["metric"]
        assert client.delete(url).status_code == 409
        assert "retire" in client.delete(url).json()["message"]


class TestCalendar:
    def test_stays_in_its_country(self, client: Any) -> None:
        body = {"name": "Berlin", "country": "DE", "subdivision": "BE"}
        url = url_of("calendars", client.post(url_of("calendars"), body).json()["id"])

        assert client.put(url, body).status_code == 200
        assert client.put(url, {"name": "Berlin"}).status_code == 200
        assert list(client.put(url, body | {"country": "FR"}).json()["fields"]) == ["country"]


class TestSeverity:
    def test_stands_below_the_one_that_is_named_and_stays_there(self, client: Any) -> None:
        for rank in (1, 2, 3):
            make.SeverityFactory(rank=rank)
        body = BODIES["severities"][0]()

        created = client.post(url_of("severities"), body | {"below": "SEV2"}).json()
        client.put(url_of("severities", created["id"]), body | {"title": "Tills"})
        order = [row["name"] for row in client.get(url_of("severities")).json()["results"]]
        client.patch(url_of("severities", created["id"]), {"below": None})

        assert order == ["SEV1", "SEV2", "SEV2-Retail", "SEV3"]
        assert created["rank"] == 2
        assert client.get(url_of("severities")).json()["results"][0]["name"] == "SEV2-Retail"

    def test_refuses_itself_as_its_place_and_what_contradicts_itself(self, client: Any) -> None:
        url = url_of("severities", client.post(url_of("severities"), BODIES["severities"][0]()).json()["id"])

        itself = client.patch(url, {"below": "SEV2-Retail"})
        silent = client.patch(url, {"is_major": True})

        assert (itself.status_code, list(itself.json()["fields"])) == (400, ["below"])
        assert (silent.status_code, list(silent.json()["fields"])) == (400, ["pages"])

    def test_is_not_deleted_while_a_target_or_an_integration_names_it(self, client: Any) -> None:
        severity = make.SeverityFactory(rank=1)
        other = make.SeverityFactory(rank=2)
        integration = make.IntegrationFactory(default_severity=other, severities={"critical": severity.name})
        refused = client.delete(url_of("severities", severity.pk))
        integration.delete()
        target = a_target() | {"conditions": {"severity": [severity.pk]}}
        assert client.post(url_of("sla-targets"), target).status_code == 201

        assert (refused.status_code, client.delete(url_of("severities", severity.pk)).status_code) == (409, 409)


class TestEscalationPolicy:
    def test_names_the_step_that_can_reach_nobody(self, client: Any) -> None:
        body = BODIES["escalation-policies"][0]()
        steps: Any = body["steps"]

        empty = client.post(url_of("escalation-policies"), body | {"steps": []})
        silent = client.post(
            url_of("escalation-policies"),
            body | {"steps": [*steps, {"targets": [{"team": make.TeamFactory().slug}]}]},
        )
        double = client.post(
            url_of("escalation-policies"), body | {"steps": [{"targets": [steps[0]["targets"][0] | {"team": "x"}]}]}
        )

        assert list(empty.json()["fields"]) == ["steps"]
        assert list(silent.json()["fields"]) == ["steps.2.targets"]
        assert double.status_code == 400

    def test_keeps_the_ids_of_its_steps(self, client: Any) -> None:
        body = BODIES["escalation-policies"][0]()
        created = client.post(url_of("escalation-policies"), body).json()
        steps: Any = body["steps"]

        changed = client.put(
            url_of("escalation-policies", created["id"]), body | {"steps": [steps[0] | {"delay_minutes": 1}, steps[1]]}
        ).json()

        assert [step["id"] for step in changed["steps"]] == [step["id"] for step in created["steps"]]
        assert [step["delay_minutes"] for step in changed["steps"]] == [1, 5]

    def test_takes_whole_steps_also_by_a_patch(self, client: Any) -> None:
        body = BODIES["escalation-policies"][0]()
        steps: Any = body["steps"]
        url = url_of("escalation-policies", client.post(url_of("escalation-policies"), body).json()["id"])

        whole = client.patch(url, {"steps": [{"targets": steps[0]["targets"]}]})
        none = client.patch(url, {"steps": [{"delay_minutes": 3}]})

        assert [step["delay_minutes"] for step in whole.json()["steps"]] == [5]
        assert list(none.json()["fields"]) == ["steps.0.targets"]

    def test_is_not_deleted_while_a_service_or_a_team_names_it(self, client: Any) -> None:
        created = client.post(url_of("escalation-policies"), BODIES["escalation-policies"][0]()).json()
        url = url_of("escalation-policies", created["id"])
        team = make.TeamFactory(escalation_policy_id=created["id"])
        refused = client.delete(url)
        client.patch(url_of("teams", team.slug), {"escalation_policy": None})

        assert refused.status_code == 409
        assert client.delete(url).status_code == 204
