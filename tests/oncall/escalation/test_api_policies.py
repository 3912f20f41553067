"""Escalation policies in the API: their steps, whom they would page, and when they changed."""

from typing import Any

import pytest

from oncall.models import EscalationPolicy, EscalationStep, EscalationTarget
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/escalation-policies/"


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory())


@pytest.fixture
def policy() -> EscalationPolicy:
    ana, bo = make.UserFactory(name="Ana"), make.UserFactory(name="Bo")
    team = make.MembershipFactory(user=bo, team__slug="shop").team
    schedule = make.weekly_schedule(ana, name="Shop rota")
    return make.policy(
        schedule, [ana, team], fallback=[bo], delay=10, name="Shop", team=team, repeat=1, ack_timeout_minutes=30
    )


class TestPolicy:
    def test_is_shown_with_its_steps_and_targets(self, client: Any, policy: EscalationPolicy) -> None:
        row = client.get(f"{URL}{policy.pk}/").json()

        assert (row["name"], row["team"], row["repeat"], row["ack_timeout_minutes"]) == ("Shop", "shop", 1, 30)
        assert [(step["position"], step["delay_minutes"], step["mode"]) for step in row["steps"]] == [
            (0, 10, "all"), (1, 10, "all")
        ]  # fmt: skip
        first, second = (step["targets"] for step in row["steps"])
        assert first[0]["schedule"]["name"] == "Shop rota"
        assert [(target["user"] or {}).get("name") for target in second] == ["Ana", None]
        assert second[1]["team"] == "shop"
        assert [person["name"] for person in row["fallback"]] == ["Bo"]

    def test_says_whom_it_would_page_and_when(self, client: Any, policy: EscalationPolicy) -> None:
        row = client.get(f"{URL}{policy.pk}/on-call/").json()

        assert [(step["position"], step["after_minutes"]) for step in row["steps"]] == [(0, 0), (1, 10)]
        assert [[person["name"] for person in step["people"]] for step in row["steps"]] == [["Ana"], ["Ana", "Bo"]]
        assert [person["name"] for person in row["fallback"]] == ["Bo"]

    @pytest.mark.parametrize("filter_", ["name=Shop", "team=shop", "search=sho", "person={ana}", "schedule={rota}"])
    def test_is_listed_by_name_team_person_and_schedule(
        self, client: Any, policy: EscalationPolicy, filter_: str
    ) -> None:
        make.policy(make.UserFactory(), name="Other")
        ana = policy.steps.get(position=1).targets.get(user__name="Ana").user_id
        rota = policy.steps.get(position=0).targets.get().schedule_id

        rows = client.get(f"{URL}?{filter_.format(ana=ana, rota=rota)}").json()["results"]

        assert [row["name"] for row in rows] == ["Shop"]

    def test_leads_to_its_services(self, client: Any, policy: EscalationPolicy) -> None:
        service = make.ServiceFactory(escalation_policy=policy)
        make.ServiceFactory()

        rows = client.get("/api/v1/services/?escalation_policy=Shop").json()["results"]

        assert [row["id"] for row in rows] == [service.pk]

    def test_is_written_by_those_who_set_policies(self, policy: EscalationPolicy) -> None:
        client = client_of(make.UserFactory())

        assert client.patch(f"{URL}{policy.pk}/", {"name": "x"}, format="json").status_code == 403
        assert client.delete(f"{URL}{policy.pk}/").status_code == 403


class TestTimes:
    @pytest.fixture
    def old(self, policy: EscalationPolicy) -> Any:
        """When the policy was last changed."""
        return EscalationPolicy.objects.get(pk=policy.pk).updated_at

    @pytest.mark.parametrize("change", ["step", "no step", "target", "no target", "fallback", "policy"])
    def test_move_with_the_policy_and_all_that_it_shows(self, policy: EscalationPolicy, old: Any, change: str) -> None:
        changes: dict[str, Any] = {
            "step": lambda: EscalationStep.objects.filter(position=0).update(delay_minutes=7),
            "no step": lambda: policy.steps.get(position=1).delete(),
            "target": lambda: EscalationTarget.objects.filter(user__isnull=False).update(position=9),
            "no target": lambda: EscalationTarget.objects.filter(user__isnull=False).delete(),
            "fallback": lambda: policy.fallback.add(make.UserFactory()),
            "policy": lambda: EscalationPolicy.objects.update(repeat=5),
        }
        changes[change]()

        assert EscalationPolicy.objects.get(pk=policy.pk).updated_at > old

    def test_stay_when_the_next_in_turn_is_paged(self, client: Any, policy: EscalationPolicy) -> None:
        tag = client.get(f"{URL}{policy.pk}/")["ETag"]

        EscalationStep.objects.update(next_target=1)

        assert client.get(f"{URL}{policy.pk}/")["ETag"] == tag
