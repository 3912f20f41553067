"""A team's own targets: its managers keep them, for its tickets only, and never looser than the centre (S2)."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.clock import floor_minute
from incidents.models import SlaTarget, SlaTargetVersion
from incidents.sla.conditions import Conditions
from incidents.sla.drafts import VersionDraft
from incidents.sla.targets import add_version, create_target
from oncall.models import Membership, MembershipRole, Team
from tests import factories as make
from tests.clients import client_of
from tests.incidents.sla.test_targets_admin import ADD, form, save
from tests.portal.sent_forms import forms_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> Membership:
    return make.MembershipFactory(role=MembershipRole.MANAGER, user__name="Mia")


@pytest.fixture
def central() -> SlaTarget:
    at = timezone.now()
    draft = VersionDraft(240, position=10)
    return create_target(
        name="Central", kind="sla", metric="restore", draft=draft, effective_from=floor_minute(at), at=at, actor=None
    )  # fmt: skip


def create(team: Team, minutes: int, conditions: Conditions | None = None) -> SlaTarget:
    return create_target(
        name="Own", kind="sla", metric="restore", team=team, draft=VersionDraft(minutes, conditions=conditions or {}),
        at=timezone.now(), actor=None,
    )  # fmt: skip


class TestDomain:
    def test_are_for_the_tickets_of_the_team(self, mia: Membership) -> None:
        target = create(mia.team, 120)

        assert SlaTargetVersion.objects.get(target=target).conditions == {"team": [mia.team_id]}

    def test_name_no_other_team(self, mia: Membership) -> None:
        with pytest.raises(ValidationError) as refused:
            create(mia.team, 120, {"team": [make.TeamFactory().pk]})

        assert "names no other team" in refused.value.message_dict["conditions"][0]
        assert not SlaTarget.objects.exists()

    def test_are_never_looser_than_the_centre(self, mia: Membership, central: SlaTarget) -> None:
        with pytest.raises(ValidationError) as refused:
            create(mia.team, 241)
        assert "no looser than the central one" in refused.value.message_dict["goal_minutes"][0]

        target = create(mia.team, 240)
        with pytest.raises(ValidationError):
            add_version(target=target, draft=VersionDraft(300), at=timezone.now(), actor=None)


class TestAdministration:
    @pytest.fixture
    def acting(self, client: Client, mia: Membership) -> Client:
        client.force_login(mia.user)
        return client

    def test_lets_a_manager_make_and_change_the_own_target(
        self, acting: Client, mia: Membership, central: SlaTarget
    ) -> None:
        address = reverse("admin:incidents_slatarget_add")
        page = acting.get(address).content.decode()
        sent = next(form for form in forms_of(page) if "metric" in form.fields)

        answer = acting.post(address, sent.data(name="Quick", kind="sla", metric="restore", team=str(mia.team_id)))

        assert answer.status_code == 302
        target = SlaTarget.objects.get(name="Quick")
        assert target.team == mia.team
        assert save(acting, target, goal_minutes="120").status_code == 302
        assert SlaTargetVersion.objects.get(target=target).goal_minutes == 120

        looser = acting.post(ADD, form(target, goal_minutes="300")).content.decode()
        assert "no looser than the central one" in looser

    def test_refuses_the_target_of_the_centre_and_of_others(
        self, acting: Client, mia: Membership, central: SlaTarget
    ) -> None:
        other = make.TeamFactory()
        address = reverse("admin:incidents_slatarget_add")
        page = acting.get(address).content.decode()
        sent = next(form for form in forms_of(page) if "metric" in form.fields)

        for team in ("", str(other.pk)):
            answer = acting.post(address, sent.data(name="Theirs", kind="sla", metric="restore", team=team))
            assert "You can do this only for a team that you manage." in answer.content.decode()
        refused = acting.post(ADD, form(central, goal_minutes="120")).content.decode()

        assert "That choice is not one of the available choices." in refused
        assert SlaTarget.objects.get() == central
        assert SlaTargetVersion.objects.count() == 1


class TestApi:
    def test_takes_the_own_target_of_a_manager_and_changes_nothing_twice(self, mia: Membership) -> None:
        client = client_of(mia.user)
        body = {"name": "Quick", "metric": "restore", "team": mia.team.slug, "goal_minutes": 120}

        first = client.put("/api/v1/sla-targets/external/quick/", body, format="json")
        again = client.put("/api/v1/sla-targets/external/quick/", body, format="json")

        assert (first.status_code, again.status_code) == (200, 200), first.content
        assert again.json()["team"] == mia.team.slug
        assert SlaTargetVersion.objects.count() == 1

    def test_refuses_to_others(self, mia: Membership) -> None:
        client = client_of(mia.user)
        body = {"name": "Theirs", "metric": "restore", "goal_minutes": 120}

        for team in (None, make.TeamFactory().slug):
            answer = client.post("/api/v1/sla-targets/", body | {"team": team}, format="json")
            assert answer.status_code == 403
            assert "the managers of its team" in answer.content.decode()
        target = create(make.TeamFactory(), 60)
        changed = client.post(f"/api/v1/sla-targets/{target.pk}/add_version/", {"goal_minutes": 30}, format="json")

        assert changed.status_code == 403
        assert SlaTargetVersion.objects.count() == 1

    def test_keeps_the_team_of_a_target(self, mia: Membership) -> None:
        target = create(mia.team, 60)
        admin = client_of(make.UserFactory(is_superuser=True, is_staff=True))
        body = {"name": "Own", "metric": "restore", "goal_minutes": 60}

        answer = admin.put(f"/api/v1/sla-targets/{target.pk}/", body | {"team": None}, format="json")

        assert answer.status_code == 400
        assert "team" in answer.json()["fields"]
