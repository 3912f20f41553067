"""SLA targets in the administration: a change is a new version, shown before it is saved (K-5, K-42)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.roles import Role
from incidents.models import SlaAction, SlaTarget, SlaTargetVersion
from incidents.sla import previewing, targets
from incidents.sla.drafts import VersionDraft
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db
ADD = "/admin/incidents/slatargetversion/add/"


@pytest.fixture
def owner(client: Client) -> User:
    user: User = make.UserFactory(is_staff=True, roles=[Role.PRACTICE])
    client.force_login(user)
    return user


@pytest.fixture
def target() -> SlaTarget:
    at = timezone.now()
    return targets.create_target(
        name="Gold", kind="sla", metric="restore", draft=VersionDraft(480, warn_percents=(60,)),
        effective_from=floor_minute(at), at=at, actor=None,
    )  # fmt: skip


def form(target: SlaTarget, **changes: object) -> dict[str, object]:
    values = {
        "target": target.pk, "effective_from_0": "", "effective_from_1": "", "scope": "all", "note": "Agreed.",
        "goal_minutes": "240", "calendar": "", "start": "", "position": "1", "warn_percents": "50, 100",
    }  # fmt: skip
    return values | changes


def hidden(page: Any, name: str) -> str:
    [value] = re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page.content.decode())
    return value


def save(client: Client, target: SlaTarget, **changes: object) -> Any:
    """Send the form, and once more as the preview asks."""
    seen = client.post(ADD, form(target, **changes))
    assert "Nothing was saved yet" in seen.content.decode()
    return client.post(ADD, form(target, **changes, previewed=hidden(seen, "previewed")))


@pytest.mark.usefixtures("owner")
class TestNewVersion:
    def test_is_shown_before_it_is_saved(self, client: Client, target: SlaTarget) -> None:
        make.IncidentFactory()

        page = client.post(ADD, form(target))

        text = page.content.decode()
        assert "of 1 open clocks 1 change, and 0 of these would be in breach at that minute" in text
        assert "Save again if it is right." in text
        assert SlaTargetVersion.objects.count() == 1

    def test_is_saved_when_it_is_sent_once_more(self, client: Client, target: SlaTarget, owner: User) -> None:
        severity = make.SeverityFactory()

        answer = save(
            client, target, when_severity=[severity.pk], when_major="no", when_customers="ACME, Inc.\r\nUmbrella",
            when_priority=["1", "2"], pause_reasons=["supplier"],
        )  # fmt: skip

        assert answer.status_code == 302
        version = SlaTargetVersion.objects.get(created_by=owner)
        assert version.conditions == {
            "severity": [severity.pk], "priority": [1, 2], "major": [False], "customers": ["ACME, Inc.", "Umbrella"],
        }  # fmt: skip
        assert (version.goal_minutes, version.warn_percents, version.pause_reasons) == (240, [50, 100], ["supplier"])
        assert (version.start, version.note) == ("opened", "Agreed.")

    def test_that_changed_after_its_preview_is_shown_again(self, client: Client, target: SlaTarget) -> None:
        seen = client.post(ADD, form(target))

        page = client.post(ADD, form(target, goal_minutes="60", previewed=hidden(seen, "previewed")))

        assert "Nothing was saved yet" in page.content.decode()
        assert SlaTargetVersion.objects.count() == 1

    def test_begins_with_the_version_in_force_or_with_an_old_one(self, client: Client, target: SlaTarget) -> None:
        first = targets.active_versions(target).get()
        severity = make.SeverityFactory(name="SEV9")
        at = timezone.now()
        targets.add_version(
            target=target, draft=VersionDraft(90, conditions={"severity": [severity.pk], "vip": [True]}), at=at,
            actor=None, effective_from=ceil_minute(at) + timedelta(minutes=1),
        )  # fmt: skip

        newest = client.get(ADD, {"target": target.pk}).content.decode()
        old = client.get(ADD, {"target": target.pk, "like": first.pk}).content.decode()

        assert 'value="90"' in newest
        assert re.search(rf'<option value="{severity.pk}"\s+selected', newest)
        assert re.search(r'<option value="yes"\s+selected', newest)
        assert 'value="480"' in old
        assert 'value="60"' in old
        assert client.get(ADD, {"target": "x", "like": "9" * 30}).status_code == 200

    def test_warns_of_what_stands_before_it(self, client: Client, target: SlaTarget) -> None:
        at = timezone.now()
        silver = targets.create_target(
            name="Silver", kind="sla", metric="restore", draft=VersionDraft(60, position=2), at=at, actor=None
        )

        page = client.post(ADD, form(silver, position="2"))

        assert "“Gold” at position 1 matches the same tickets and stands before this one" in page.content.decode()

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"goal_minutes": "0"}, "A goal is 1 to 129,600 minutes (90 days)."),
            ({"goal_minutes": "129601"}, "A goal is 1 to 129,600 minutes (90 days)."),
            ({"goal_minutes": ""}, "A goal is 1 to 129,600 minutes (90 days)."),
            ({"effective_from_0": "2020-01-01", "effective_from_1": "09:00:00"}, "cannot change for the past"),
            ({"position": "0"}, "A position is a number from 1"),
            ({"start": "vendor"}, "This target cannot start like that"),
            ({"warn_percents": "fifty"}, "Write whole percentages, as 50, 75, 100."),
            ({"warn_percents": "50 50"}, "One percentage stands twice."),
            ({"when_category": "x" * 61}, "at most 60 characters"),
            ({"when_severity": ["999999"]}, "is not one of the available choices"),
            ({"pause_reasons": ["weather"]}, "is not one of the available choices"),
        ],
    )
    def test_with_bad_input_says_what_is_wrong(
        self, client: Client, target: SlaTarget, changes: dict[str, object], sentence: str
    ) -> None:
        page = client.post(ADD, form(target, **changes))

        assert page.status_code == 200
        assert sentence in page.content.decode()
        assert SlaTargetVersion.objects.count() == 1

    def test_with_the_moment_of_another_one_is_refused(self, client: Client, target: SlaTarget) -> None:
        at = ceil_minute(timezone.now()) + timedelta(days=2)
        moment = {"effective_from_0": f"{at:%Y-%m-%d}", "effective_from_1": f"{at:%H:%M}:00"}
        assert save(client, target, **moment).status_code == 302

        page = client.post(ADD, form(target, **moment, goal_minutes="60"))

        assert "takes effect at the same moment" in page.content.decode()

    def test_ends_the_target(self, client: Client, target: SlaTarget) -> None:
        moment = ceil_minute(timezone.now()) + timedelta(hours=1)
        sent = {"effective_from_0": f"{moment:%Y-%m-%d}", "effective_from_1": f"{moment:%H:%M}:00"}

        assert save(client, target, is_retired="on", **sent).status_code == 302

        version = targets.version_in_force(target, moment)
        assert version is not None
        assert version.is_retired


@pytest.mark.usefixtures("owner")
class TestManyTickets:
    def test_are_counted_in_the_background_with_progress(
        self, client: Client, target: SlaTarget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previewing, "EXACT_TICKETS", 1)
        monkeypatch.setattr(previewing, "_enqueue", lambda impact_id: None)
        for _ in range(2):
            make.IncidentFactory()

        page = client.post(ADD, form(target)).content.decode()
        [address] = re.findall(r'href="(/admin/incidents/slaimpact/\d+/change/)"', page)
        progress = client.get(address)
        assert "0 of 2 tickets so far" in page
        assert "At work: 0 of 2 tickets" in progress.content.decode()
        assert progress.headers["Refresh"] == "2"
        assert client.post(ADD, form(target)).status_code == 200

        previewing.compute_impact(int(address.split("/")[-3]))
        done = client.get(address)
        assert "Done: 2 of 2 tickets" in done.content.decode()
        assert "Refresh" not in done.headers
        assert save(client, target).status_code == 302

    def test_need_no_figures_where_they_cannot_be_computed(
        self, client: Client, target: SlaTarget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previewing, "EXACT_TICKETS", 0)
        make.IncidentFactory()

        assert client.post(ADD, form(target, without_figures="on")).status_code == 302


@pytest.mark.usefixtures("owner")
class TestTargetPage:
    def page(self, client: Client, target: SlaTarget) -> str:
        return client.get(target.get_absolute_url()).content.decode()

    def test_says_what_is_in_force(self, client: Client, target: SlaTarget) -> None:
        text = self.page(client, target)

        assert "Restore within 8 hours for every incident and request; around the clock" in text
        assert "8 hours" in client.get(reverse("admin:incidents_slatarget_changelist")).content.decode()

    def test_withdraws_a_planned_version(self, client: Client, target: SlaTarget, owner: User) -> None:
        moment = ceil_minute(timezone.now()) + timedelta(days=2)
        version = targets.add_version(
            target=target, draft=VersionDraft(60), effective_from=moment, at=timezone.now(), actor=None
        )
        text = self.page(client, target)
        assert "Planned versions" in text
        [address] = re.findall(r'action="(/admin/incidents/slatargetversion/[^"]*)"', text)
        sent = {"action": "withdraw", "_selected_action": version.pk, "index": "0"}

        answer = client.post(address, sent | {"form_seen": hidden_of_withdraw(text)}, follow=True)

        version.refresh_from_db()
        assert version.withdrawn_by == owner
        assert "the version was withdrawn" in answer.content.decode()
        assert "Planned versions" not in self.page(client, target)

    def test_says_whom_a_policy_would_call_now(self, client: Client, target: SlaTarget) -> None:
        policy = make.policy([make.UserFactory(name="Bo Boss")], name="Chiefs")
        make.SlaActionFactory(target=target, percent=100, act="policy", policy=policy)

        assert "at 100 %: Chiefs: Bo Boss" in self.page(client, target)

    def test_refuses_an_action_that_never_happens(self, client: Client, target: SlaTarget) -> None:
        rows = {
            f"{prefix}-{name}": "0" for prefix in ("actions", "versions") for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        sent = {"name": "Gold", "description": "", "change_reason": "People ask too late", **rows}
        sent |= {"actions-TOTAL_FORMS": "1", "actions-0-act": "assignee"}

        page = client.post(target.get_absolute_url(), sent | {"actions-0-percent": "55"})
        assert "This target warns at 60 and 100 %. Choose one of these." in page.content.decode()
        assert client.post(target.get_absolute_url(), sent | {"actions-0-percent": "60"}).status_code == 302
        assert SlaAction.objects.get().percent == 60

    def test_adds_a_target(self, client: Client) -> None:
        rows = {
            f"{prefix}-{name}": "0" for prefix in ("actions", "versions") for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        }

        client.post(
            "/admin/incidents/slatarget/add/",
            {"name": "New", "kind": "ola", "metric": "acknowledge", "description": "", **rows},
        )

        assert SlaTarget.objects.get().metric == "acknowledge"


def hidden_of_withdraw(text: str) -> str:
    part = text[text.index("Planned versions") :]
    return re.findall(r'name="form_seen" value="([^"]*)"', part)[0].replace("&quot;", '"')


class TestRights:
    def test_others_cannot_set_targets(self, client: Client, target: SlaTarget) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.MANAGER]))

        assert client.get(ADD).status_code == 403
        assert client.post(ADD, form(target)).status_code == 403
