"""Escalation policies in the administration: what its form refuses, tells and saves."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from oncall.models import EscalationPolicy, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(make.UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def ana() -> User:
    return make.person_with_phone("Ana Ruiz")


@pytest.fixture
def bo() -> User:
    return make.person_with_phone("Bo Lind")


def sent(
    *steps: tuple[str, Sequence[Model]], fallback: User, policy: EscalationPolicy | None = None, **columns: str
) -> dict[str, Any]:
    """What a browser sends: each step with its position and targets; those that are stored by their order."""
    stored = list(policy.steps.order_by("position").prefetch_related("targets")) if policy else []
    data: dict[str, Any] = {
        "team": str(policy.team_id if policy else make.TeamFactory().pk), "name": "Days", "repeat": "1",
        "fallback": [str(fallback.pk)], "fallback_delay_minutes": "5",
        "change_reason": "The desk asked for it.",
        "steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": str(len(stored)),
    }  # fmt: skip
    for number, (position, targets) in enumerate(steps):
        old = list(stored[number].targets.all()) if number < len(stored) else []
        prefix = f"steps-{number}"
        data |= {
            f"{prefix}-id": str(stored[number].pk) if number < len(stored) else "",
            f"{prefix}-position": position, f"{prefix}-delay_minutes": "5", f"{prefix}-mode": "all",
            f"{prefix}-targets-TOTAL_FORMS": str(len(targets)), f"{prefix}-targets-INITIAL_FORMS": str(len(old)),
        }  # fmt: skip
        for place, target in enumerate(targets):
            data[f"{prefix}-targets-{place}-{type(target).__name__.lower()}"] = str(target.pk)
            data[f"{prefix}-targets-{place}-id"] = str(old[place].pk) if place < len(old) else ""
    return data | columns


def add(client: Client, data: dict[str, Any]) -> str:
    return client.post(reverse("admin:oncall_escalationpolicy_add"), data, follow=True).content.decode()


class TestForm:
    def test_saves_a_policy_that_works(self, client: Client, ana: User, bo: User) -> None:
        add(client, sent(("0", [ana]), ("1", [bo]), fallback=bo))

        policy = EscalationPolicy.objects.get()
        assert [step.targets.get().user for step in policy.steps.order_by("position")] == [ana, bo]
        page = client.get(reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])).content.decode()
        assert "At the end Bo Lind" in page

    def test_refuses_a_fallback_of_closed_accounts(self, client: Client, ana: User) -> None:
        page = add(client, sent(("0", [ana]), fallback=make.UserFactory(is_active=False)))

        assert "can reach nobody" in page
        assert not EscalationPolicy.objects.exists()

    def test_refuses_a_policy_without_steps(self, client: Client, bo: User) -> None:
        page = add(client, sent(fallback=bo))

        assert "This policy has no step" in page
        assert not EscalationPolicy.objects.exists()

    def test_refuses_a_step_without_a_target_and_names_it(self, client: Client, ana: User, bo: User) -> None:
        page = add(client, sent(("0", [ana]), ("1", []), fallback=bo))

        assert "Step 2 pages nobody." in page
        assert not EscalationPolicy.objects.exists()

    def test_refuses_a_target_that_reaches_nobody(self, client: Client, ana: User, bo: User) -> None:
        team = make.MembershipFactory(team__name="Shop").team

        page = add(client, sent(("0", [ana]), ("1", [ana, team]), fallback=bo))

        assert "Step 2 pages team Shop, in which nobody has a verified contact method" in page
        assert not EscalationPolicy.objects.exists()

    def test_refuses_two_steps_with_one_position(self, client: Client, ana: User, bo: User) -> None:
        page = add(client, sent(("1", [ana]), ("1", [bo]), fallback=bo))

        assert "Two steps have the position 1." in page
        assert not EscalationPolicy.objects.exists()

    @pytest.mark.parametrize("position", ["", "first", "-1", "99999999999", "1.5"])
    def test_refuses_a_position_that_is_no_number(self, client: Client, ana: User, bo: User, position: str) -> None:
        add(client, sent((position, [ana]), fallback=bo))

        assert not EscalationPolicy.objects.exists()

    def test_refuses_to_take_the_last_target_of_a_step(self, client: Client, ana: User, bo: User) -> None:
        policy = make.policy(ana, bo, fallback=[bo])
        data = sent(("0", [ana]), ("1", [bo]), fallback=bo, policy=policy) | {"steps-1-targets-0-DELETE": "on"}

        page = client.post(reverse("admin:oncall_escalationpolicy_change", args=[policy.pk]), data).content.decode()

        assert "Step 2 pages nobody." in page
        assert policy.steps.get(position=1).targets.count() == 1

    def test_lets_two_steps_change_places(self, client: Client, ana: User, bo: User) -> None:
        policy = make.policy(ana, bo, fallback=[bo])
        first, second = policy.steps.order_by("position")
        data = sent(("1", [ana]), ("0", [bo]), fallback=bo, policy=policy)

        client.post(reverse("admin:oncall_escalationpolicy_change", args=[policy.pk]), data)

        assert list(policy.steps.order_by("position")) == [second, first]

    def test_saves_and_tells_what_may_not_work(self, client: Client, bo: User) -> None:
        mute = make.UserFactory(name="Di Mute")

        page = add(client, sent(("0", [mute]), fallback=bo))

        assert EscalationPolicy.objects.exists()
        assert "Only one step pages anybody" in page
        assert "Di Mute has no verified contact method" in page


@pytest.mark.parametrize("name", ["escalationstep", "escalationtarget"])
def test_a_step_and_a_target_are_changed_only_with_their_policy(client: Client, ana: User, name: str) -> None:
    """Alone, they would pass by the checks of the policy."""
    policy = make.policy(ana)
    row = policy.steps.get() if name == "escalationstep" else policy.steps.get().targets.get()

    assert client.get(reverse(f"admin:oncall_{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:oncall_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse(f"admin:oncall_{name}_change", args=[row.pk]), {}).status_code == 403
