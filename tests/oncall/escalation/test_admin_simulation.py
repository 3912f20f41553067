"""The page "Who would be paged" of a policy: its question, its answer, and what it says about odd moments."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from oncall.models import Escalation, EscalationPolicy, Page, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(make.UserFactory(is_staff=True, is_superuser=True, time_zone="Europe/Berlin"))
    return client


@pytest.fixture
def ana() -> User:
    person: User = make.person_with_phone("Ana Ruiz")
    make.ContactMethodFactory(user=person, kind="voice")
    return person


def ask(client: Client, policy: EscalationPolicy, **question: str) -> Any:
    return client.get(reverse("admin:oncall_escalationpolicy_simulate", args=[policy.pk]), question)


def text(client: Client, policy: EscalationPolicy, **question: str) -> str:
    response = ask(client, policy, **question)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def policy(ana: User) -> EscalationPolicy:
    schedule = make.weekly_schedule(ana, name="Shop primary", zone="Europe/Berlin", team__time_zone="Europe/Berlin")
    return make.policy(schedule, make.ScheduleFactory(name="Third line"), fallback=[ana], repeat=1, team=schedule.team)


class TestAnswer:
    def test_names_who_is_paged_when_on_what_and_why(self, client: Client, policy: EscalationPolicy) -> None:
        page = text(client, policy, moment="2027-01-13T03:00", zone="Europe/Berlin")

        assert "Ana Ruiz is paged at 03:00:00 CET: text message at once, call after 3 and 8 min." in page
        assert "Shop primary, on call" not in page, "one person alone has no end"
        assert "Shop primary" in page
        assert "Nobody was paged by this page." in page

    def test_shows_skipped_steps_with_the_reason_and_the_way_to_the_end(
        self, client: Client, policy: EscalationPolicy
    ) -> None:
        lines = ask(client, policy, moment="2027-01-13T03:00", zone="Europe/Berlin").context["answer"].lines

        assert [(line.kind, line.step) for line in lines] == [
            ("page", "1"), ("skip", "2"), ("again", "again"), ("page", "fallback"), ("end", "end")
        ]  # fmt: skip
        assert lines[1].why == "Third line has no rota at that time"
        assert lines[3].why == "Named as fallback"

    def test_names_the_turn_the_layer_and_the_override(self, client: Client, ana: User) -> None:
        bo = make.person_with_phone("Bo Lind")
        schedule = make.weekly_schedule(ana, bo, name="Shop primary")
        policy = make.policy(schedule, fallback=[ana])

        lines = ask(client, policy, moment="2027-01-13T03:00", zone="UTC").context["answer"].lines

        assert lines[0].why == "Shop primary, on call to Mon 18 Jan 2027, 09:00 UTC"

    def test_uses_the_rules_for_the_urgency(self, client: Client, ana: User) -> None:
        make.ContactMethodFactory(user=ana, kind="email", address="ana@example.com")

        page = text(client, make.policy(ana, fallback=[ana]), moment="2027-01-13T03:00", zone="UTC", urgency="low")

        assert "Ana Ruiz is paged at 03:00:00 UTC: mail at once" in page
        assert "gets only mail" not in page

    def test_warns_of_somebody_whom_only_a_mail_reaches(self, client: Client) -> None:
        mute = make.UserFactory(name="Di Mute")

        page = text(client, make.policy(mute, fallback=[mute]), moment="2027-01-13T03:00", zone="UTC")

        assert "Di Mute gets only mail." in page
        assert "no verified contact method" in page

    def test_of_a_policy_without_steps_says_so(self, client: Client, ana: User) -> None:
        page = text(client, make.policy(fallback=[ana]), moment="2027-01-13T03:00", zone="UTC")

        assert "This policy has no step, so only its fallback is paged." in page

    def test_of_a_policy_that_reaches_nobody_says_so(self, client: Client) -> None:
        User.objects.update(is_superuser=False)
        policy = make.policy(make.ScheduleFactory())
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.ADMINISTRATOR]))
        User.objects.filter(is_superuser=True).delete()

        assert "Nobody is paged: no step" in text(client, policy, moment="2027-01-13T03:00", zone="UTC")

    def test_writes_nothing(self, client: Client, policy: EscalationPolicy) -> None:
        text(client, policy)

        assert (Escalation.objects.count(), Page.objects.count()) == (0, 0)

    def test_costs_the_same_queries_for_any_number_of_steps(
        self, client: Client, ana: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
    ) -> None:
        def parts() -> list[Model]:
            return [make.weekly_schedule(ana), make.MembershipFactory(user=ana).team, ana]

        few, many = make.policy(parts(), fallback=[ana]), make.policy(*(parts() for _ in range(5)), fallback=[ana])
        text(client, few)
        with django_assert_max_num_queries(60) as counted:
            text(client, few)
        with django_assert_num_queries(len(counted)):
            text(client, many)


class TestMoment:
    def test_that_does_not_exist_is_told_with_the_rule(self, client: Client, policy: EscalationPolicy) -> None:
        page = text(client, policy, moment="2027-03-28T02:30", zone="Europe/Berlin")

        assert (
            "02:30 does not exist that night in Berlin: clocks jump from 02:00 to 03:00. Asked instead: the first"
            " minute after the gap, Sun 28 Mar 2027, 03:00 CEST (01:00 UTC)." in page
        )
        assert "is paged at 03:00:00 CEST" in page

    def test_that_comes_twice_is_told_and_both_can_be_asked(self, client: Client, policy: EscalationPolicy) -> None:
        first = ask(client, policy, moment="2027-10-31T02:30", zone="Europe/Berlin").context["answer"]

        assert first.notice.startswith("02:30 comes twice that night in Berlin. Asked: the first one")
        second = client.get(first.second_url).context["answer"]
        assert "Asked: the second one, Sun 31 Oct 2027, 02:30 CET (01:30 UTC)" in second.notice
        assert second.lines[0].at - first.lines[0].at == timedelta(hours=1)
        assert not second.second_url

    def test_is_now_in_the_zone_of_the_team_at_first(self, client: Client, policy: EscalationPolicy) -> None:
        form = ask(client, policy).context["form"]

        assert form.cleaned_data["zone"].key == "Europe/Berlin"
        assert form.cleaned_data["urgency"] == "high"

    @pytest.mark.parametrize(
        "moment",
        [
            "soon", "9999-12-31T23:59", "0001-01-01T00:00", "2027-02-30T10:00", "2027-13-01T00:00", "' OR 1=1", "\0",
            "2027-01-01T25:00", "x" * 300, "-1", "2027-01-01T00:00+99:00",
        ],
    )  # fmt: skip
    def test_that_is_none_is_refused_in_a_sentence(
        self, client: Client, policy: EscalationPolicy, moment: str
    ) -> None:
        response = ask(client, policy, moment=moment, zone="Europe/Berlin")

        assert response.status_code == 200
        assert response.context["form"].errors["moment"]
        assert "answer" not in response.context

    @pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "Europe", "\0", "é"])
    def test_in_a_zone_that_is_none_is_refused(self, client: Client, policy: EscalationPolicy, zone: str) -> None:
        response = ask(client, policy, moment="2027-01-01T03:00", zone=zone)

        assert response.status_code == 200
        assert response.context["form"].errors["zone"]

    @pytest.mark.parametrize(
        "moment",
        ["2027-03-28", "2027-03-28 02:30", "2027-03-28T02:30:59", "2027-03-28T02:30Z", "2027-03-28T02:30 01:00"],
    )
    def test_is_read_in_each_usual_shape(self, client: Client, policy: EscalationPolicy, moment: str) -> None:
        assert "answer" in ask(client, policy, moment=moment, zone="Europe/Berlin").context

    @pytest.mark.parametrize("moment", ["2000-01-01T00:00", "2099-12-31T23:59"])
    def test_at_either_end_of_the_calendar_has_an_answer(
        self, client: Client, policy: EscalationPolicy, moment: str
    ) -> None:
        assert "answer" in ask(client, policy, moment=moment, zone="Europe/Berlin").context

    def test_has_suggestions_that_can_be_asked(self, client: Client, policy: EscalationPolicy) -> None:
        calendar = make.CalendarFactory()
        make.CalendarDateFactory(calendar=calendar, date="2098-08-15", name="Assumption Day")

        suggestions = ask(client, policy).context["suggestions"]

        names = [suggestion.name for suggestion in suggestions]
        assert names[:2] == ["Now", "Tonight at 03:00"]
        assert any(name.startswith("Clocks go forward") for name in names)
        assert any(name.startswith("Clocks go back") for name in names)
        assert "Assumption Day, 15 Aug 2098" in names
        for suggestion in suggestions:
            assert client.get(suggestion.url).context["answer"].headline
        forward = next(suggestion for suggestion in suggestions if "forward" in suggestion.name)
        assert "does not exist" in client.get(forward.url).context["answer"].notice


class TestRights:
    @pytest.mark.parametrize(("roles", "status"), [([Role.PRACTICE], 200), ([Role.AGENT], 404), ([], 404)])
    def test_are_those_of_the_policy(
        self, client: Client, policy: EscalationPolicy, roles: list[Role], status: int
    ) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=roles))

        assert ask(client, policy).status_code == status

    @pytest.mark.parametrize("key", ["0", "999999", "abc", "99999999999999999999"])
    def test_a_policy_that_does_not_exist_is_not_found(self, client: Client, key: str) -> None:
        assert client.get(f"/admin/oncall/escalationpolicy/{key}/simulate/").status_code == 404

    def test_the_change_page_has_the_link(self, client: Client, policy: EscalationPolicy) -> None:
        page = client.get(reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])).content.decode()

        assert reverse("admin:oncall_escalationpolicy_simulate", args=[policy.pk]) in page


class TestNight:
    def test_names_each_stretch_of_a_day_of_23_hours(self, client: Client, ana: User) -> None:
        bo = make.person_with_phone("Bo Lind")
        rota = make.weekly_schedule(ana, bo, unit="day", zone="Europe/Berlin", anchor="2026-01-05T02:30")

        page = ask(client, make.policy(rota, fallback=[ana]), moment="2027-03-28T03:10", zone="Europe/Berlin")

        night = page.context["answer"].night
        assert night.note == "Sunday 28 March has 23 hours in Berlin."
        assert [(stretch.starts, stretch.ends, stretch.is_asked) for stretch in night.stretches] == [
            ("Sat 18:00 CET", "Sun 03:00 CEST", False),
            ("Sun 03:00 CEST", "Mon 00:00 CEST", True),
        ]
        assert {stretch.names for stretch in night.stretches} == {"Ana Ruiz", "Bo Lind"}

    def test_is_left_out_where_the_first_step_pages_people(self, client: Client, ana: User) -> None:
        assert ask(client, make.policy(ana, fallback=[ana])).context["answer"].night is None


class TestChart:
    def test_has_one_line_a_person_and_one_mark_a_page(self, client: Client, ana: User) -> None:
        mute = make.UserFactory(name="Di <Mute>")

        chart = ask(client, make.policy([ana, mute], fallback=[ana])).context["answer"].chart

        assert chart.count('class="lane"') == 2
        assert (chart.count('class="mk-t"'), chart.count('class="mk-c"'), chart.count('class="mk-m"')) == (2, 4, 1)
        assert "Di &lt;Mute&gt;" in chart

    def test_shows_twelve_of_many_people(self, client: Client) -> None:
        people = make.UserFactory.create_batch(20)

        chart = ask(client, make.policy(people, fallback=people[:1])).context["answer"].chart

        assert chart.count('class="lane"') == 12
