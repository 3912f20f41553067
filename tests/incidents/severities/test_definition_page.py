"""The page of a severity in the administration: whole, with a live preview that stores nothing and figures first."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.base.data.clock import ceil_minute
from incidents.models import Severity, SlaMetric, SlaTarget, SlaTargetVersion
from incidents.severities import changes, promises
from incidents.severities.drafts import SeverityDraft
from incidents.severities.order import Place
from incidents.severities.promises import Promise
from incidents.sla.drafts import draft_of
from incidents.sla.targets import add_version
from oncall.models import EscalationPolicy, User
from tests import factories as make
from tests.config.test_admin_actions import pressed
from tests.config.test_admin_guards import own_form

pytestmark = pytest.mark.django_db
ADD = "/admin/incidents/severity/add/"


@pytest.fixture
def boss(client: Client) -> User:
    user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
    client.force_login(user)
    return user


@pytest.fixture
def policy() -> EscalationPolicy:
    ana = make.UserFactory(name="Ana Ruiz")
    team = make.TeamFactory()
    policy = make.policy(ana, team=team)
    make.ServiceFactory(name="Store tills", team=team, escalation_policy=policy)
    return policy


RETAIL = {
    "name": "SEV2-Retail", "title": "Major, stores", "description": "Five stores or more cannot sell.",
    "pages": "on", "acknowledge_goal": "5", "restore_goal": "240",
}  # fmt: skip


def filled(client: Client, address: str, **values: str) -> dict[str, Any]:
    """The form at an address as it is sent, with these values."""
    return own_form(client.get(address).content.decode()).data(**values)


def change(severity: Severity) -> str:
    return reverse("admin:incidents_severity_change", args=[severity.pk])


@pytest.fixture
def retail(boss: User, policy: EscalationPolicy) -> Severity:
    critical = make.SeverityFactory(rank=1)
    draft = SeverityDraft(
        Severity(name="SEV2-Retail", title="Major, stores", description="Five stores."),
        Place(critical),
        {SlaMetric.RESTORE: Promise(240)},
    )
    return changes.save_severity(draft=draft, at=timezone.now(), actor=boss)


@pytest.mark.usefixtures("boss", "policy")
class TestNew:
    def test_is_stored_with_place_and_targets_on_one_page(self, client: Client) -> None:
        critical, mild = make.SeverityFactory(rank=1), make.SeverityFactory(rank=3)

        answer = client.post(ADD, filled(client, ADD, **RETAIL, below=str(critical.pk)))

        assert answer.status_code == 302
        assert [row.name for row in Severity.objects.order_by("position")] == ["SEV1", "SEV2-Retail", "SEV3"]
        stored = Severity.objects.get(name="SEV2-Retail")
        assert promises.own_targets(stored, at=timezone.now() + timedelta(minutes=2)).keys() == {
            SlaMetric.ACKNOWLEDGE, SlaMetric.RESTORE,
        }  # fmt: skip
        assert mild.pk

    def test_counts_hours_as_sixty_minutes(self, client: Client) -> None:
        client.post(ADD, filled(client, ADD, **RETAIL | {"restore_goal": "8"}, restore_unit="h"))

        assert SlaTargetVersion.objects.get(target__metric="restore").goal_minutes == 480

    def test_with_a_contradiction_is_refused_on_its_field_and_stores_nothing(self, client: Client) -> None:
        answer = client.post(ADD, filled(client, ADD, **RETAIL, next_update_goal="300"))
        page = answer.content.decode()

        assert answer.status_code == 200
        assert re.search(r'id="bad-next_update_goal">\s*<p>5 hours is longer than restore \(4 hours\)', page)
        assert "No answer" in page
        assert not Severity.objects.exists()
        assert not SlaTarget.objects.exists()

    def test_without_any_severity_yet_is_the_first(self, client: Client) -> None:
        assert client.post(ADD, filled(client, ADD, **RETAIL)).status_code == 302
        assert Severity.objects.get().position == 1


class TestPreview:
    def test_says_who_is_paged_and_when_each_promise_is_due(
        self, client: Client, boss: User, policy: EscalationPolicy
    ) -> None:
        data = filled(client, ADD, **RETAIL, preview_at="2027-01-04T09:00")

        part = client.post(reverse("admin:incidents_severity_preview"), data).content.decode()

        assert "pages <b>Ana Ruiz</b>" in part
        assert "Mon 4 Jan 2027, 09:05 UTC" in part
        assert "Mon 4 Jan 2027, 13:00 UTC" in part
        assert not Severity.objects.exists()
        assert not SlaTargetVersion.objects.exists()

    def test_names_a_minute_that_does_not_exist(self, client: Client, boss: User, policy: EscalationPolicy) -> None:
        User.objects.filter(pk=boss.pk).update(time_zone="Europe/Berlin")
        data = filled(client, ADD, **RETAIL, preview_at="2027-03-28T02:30")

        part = client.post(reverse("admin:incidents_severity_preview"), data).content.decode()

        assert "02:30 does not exist that night in Berlin" in part
        assert "Sun 28 Mar 2027, 03:05 CEST" in part

    def test_counts_by_the_calendar_and_says_that_it_is_closed(
        self, client: Client, boss: User, policy: EscalationPolicy
    ) -> None:
        office = make.CalendarVersionFactory().calendar
        data = filled(
            client,
            ADD,
            **RETAIL,
            acknowledge_calendar=str(office.pk),
            restore_calendar=str(office.pk),
            preview_at="2027-01-01T20:00",
        )

        part = client.post(reverse("admin:incidents_severity_preview"), data).content.decode()

        assert f"{office.name} is closed then" in part
        assert "Mon 4 Jan 2027, 08:05 UTC" in part  # 09:05 in Berlin

    def test_without_javascript_is_a_button_that_saves_nothing(
        self, client: Client, boss: User, policy: EscalationPolicy
    ) -> None:
        page = client.post(ADD, filled(client, ADD, **RETAIL) | {"_preview": "1"}).content.decode()

        assert "Nothing was saved yet" in page
        assert "pages <b>Ana Ruiz</b>" in page
        assert not Severity.objects.exists()

    def test_moves_the_severity_without_saving(self, client: Client, retail: Severity) -> None:
        data = filled(client, change(retail)) | {"_move": "up"}

        part = client.post(reverse("admin:incidents_severity_preview_of", args=[retail.pk]), data).content.decode()

        names = re.findall(r'class="ap-sev ap-sev-\d">([^<]+)<', part)
        assert names == ["SEV2-Retail", "SEV1"]
        assert [row.name for row in Severity.objects.order_by("position")] == ["SEV1", "SEV2-Retail"]

    def test_is_for_those_who_may_see_severities(self, client: Client, retail: Severity) -> None:
        client.force_login(make.UserFactory(is_staff=True))

        assert client.post(reverse("admin:incidents_severity_preview")).status_code == 403
        assert client.post(reverse("admin:incidents_severity_preview_of", args=[retail.pk])).status_code in {302, 403}

    @pytest.mark.parametrize("moment", ["nonsense", "9999-01-01T00:00", "2027-01-01T00:00:30"])
    def test_of_a_moment_that_cannot_be_read_says_so(
        self, client: Client, boss: User, policy: EscalationPolicy, moment: str
    ) -> None:
        data = filled(client, ADD, **RETAIL, preview_at=moment)

        answer = client.post(reverse("admin:incidents_severity_preview"), data)

        assert answer.status_code == 200
        assert "raised" in answer.content.decode()


class TestChange:
    def test_of_a_promise_says_first_what_it_does_to_open_tickets(self, client: Client, retail: Severity) -> None:
        make.IncidentFactory(severity=retail)
        data = filled(client, change(retail), restore_goal="180", change_reason="Agreed with the stores")

        page = client.post(change(retail), data).content.decode()

        assert "open clocks" in page
        assert "Nothing was saved yet. Save again if it is right." in page
        assert SlaTargetVersion.objects.count() == 1

        assert client.post(change(retail), own_form(page).data()).status_code == 302
        assert SlaTargetVersion.objects.count() == 2

    def test_of_behaviour_says_how_many_open_tickets_follow(self, client: Client, retail: Severity) -> None:
        make.IncidentFactory(severity=retail)
        data = filled(client, change(retail), urgency="low", change_reason="Quieter")

        page = client.post(change(retail), data).content.decode()

        assert "1 open ticket of this severity follow" in page

    def test_of_words_alone_is_saved_at_once(self, client: Client, retail: Severity) -> None:
        data = filled(
            client, change(retail), examples="Yes: card terminals. No: one printer.", change_reason="Clearer"
        )

        assert client.post(change(retail), data).status_code == 302
        retail.refresh_from_db()
        assert retail.examples.startswith("Yes")

    def test_from_a_later_moment_leaves_what_is_planned_until_then(self, client: Client, retail: Severity) -> None:
        tomorrow = ceil_minute(timezone.now()) + timedelta(days=1)
        own = promises.own_targets(retail, at=tomorrow)[SlaMetric.RESTORE]
        assert own.version is not None
        shorter = replace(draft_of(own.version), goal_minutes=120)
        add_version(target=own.target, draft=shorter, effective_from=tomorrow, at=timezone.now(), actor=None)
        later = (tomorrow + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        data = filled(client, change(retail), acknowledge_goal="5", effective_from=later, change_reason="Quicker")

        client.post(change(retail), own_form(client.post(change(retail), data).content.decode()).data())

        at = promises.stated(promises.own_targets(retail, at=tomorrow + timedelta(days=2)))
        assert at == {SlaMetric.ACKNOWLEDGE: Promise(5), SlaMetric.RESTORE: Promise(120)}

    def test_keeps_the_promises_that_were_left_alone(self, client: Client, retail: Severity) -> None:
        client.post(change(retail), filled(client, change(retail), title="Stores", change_reason="Shorter"))

        assert SlaTargetVersion.objects.count() == 1


class TestList:
    def test_moves_severities_with_actions(self, client: Client, retail: Severity) -> None:
        data = pressed(client, Severity, "move_up", retail) | {"change_reason": "Worse"}

        client.post(reverse("admin:incidents_severity_changelist"), data)

        assert [row.name for row in Severity.objects.order_by("position")] == ["SEV2-Retail", "SEV1"]


class TestQueries:
    def test_do_not_grow_with_severities_and_services(
        self, client: Client, retail: Severity, policy: EscalationPolicy
    ) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(change(retail))
            return len(queries)

        count()
        few = count()
        for n in range(6):
            make.ServiceFactory(team=policy.team, escalation_policy=policy)
            make.SeverityFactory(rank=3 + n % 6, position=10 + n, name=f"SEV-{n}")

        assert count() == few
