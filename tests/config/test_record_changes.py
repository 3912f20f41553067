"""The history of configuration: in words, on its pages, and taken back."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.data import history
from config.base.data.roles import Role
from config.base.web import record_changes
from config.base.web.record_changes import list_changes, sources_of
from incidents.models import Service
from oncall.models import EscalationPolicy, EscalationStep, EscalationTarget, Membership, MembershipRole, Team
from postmortems.models import Template
from tests import factories as make
from tests.portal.sent_forms import forms_of

pytestmark = pytest.mark.django_db


def url(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana", is_superuser=True, is_staff=True, roles=[Role.ADMINISTRATOR])


@pytest.fixture
def acting(client: Client, ana: Any) -> Client:
    client.force_login(ana)
    return client


@pytest.fixture
def policy() -> Any:
    """A policy that pages Bea; then, in one save, it pages Cleo later, and repeats."""
    with history.because("Bea is on call"):
        row = make.policy(make.UserFactory(name="Bea"), fallback=[make.UserFactory(name="Fay")], name="Nights")
    with history.because("Cleo takes the nights"):
        row.repeat = 3
        row.save()
        row.fallback.set([make.UserFactory(name="Gil")])
        step = row.steps.get()
        step.delay_minutes = 9
        step.save()
        target = step.targets.get()
        target.user = make.UserFactory(name="Cleo")
        target.save()
    return row


def lines(change: Any) -> set[tuple[str, str, str, str]]:
    return {(entry.kind, each.label, each.old, each.new) for entry in change.records for each in entry.fields}


def texts(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def changes_of(record: Any) -> list[Any]:
    return list_changes(50, sources=sources_of(type(record), record.pk))


class TestListChanges:
    def test_says_what_one_save_changed_down_to_the_last_row(self, policy: Any) -> None:
        newest, first = changes_of(policy)

        assert (newest.why, first.why) == ("Cleo takes the nights", "Bea is on call")
        assert lines(newest) == {
            ("escalation policy", "Repeat", "0", "3"),
            ("escalation policy", "Fallback", "Fay", "Gil"),
            ("escalation step", "Delay minutes", "5", "9"),
            ("escalation target", "User", "Bea", "Cleo"),
        }
        assert {entry.verb for entry in first.records} == {"Created"}

    def test_says_choices_by_label_and_other_records_by_name(self) -> None:
        member = make.MembershipFactory(role=MembershipRole.RESPONDER)
        member.role = MembershipRole.MANAGER
        member.save()

        assert lines(changes_of(member)[0]) == {("membership", "Role", "Responder", "Manager")}

    def test_names_what_is_gone(self) -> None:
        service = make.ServiceFactory(escalation_policy=make.policy(name="Days"))
        gone = service.escalation_policy
        service.escalation_policy = None
        service.save()
        gone.delete()

        [(_, _, old, new)] = lines(changes_of(service)[0])

        assert old.startswith("escalation policy ")
        assert old.endswith(", which is gone")
        assert new == "nothing"

    def test_names_the_person_or_the_product(self, ana: Any) -> None:
        team = make.TeamFactory()
        team._history_user = ana
        team.name = "Renamed"
        team.save()

        assert [change.who for change in changes_of(team)] == ["Ana", record_changes.PRODUCT]

    def test_leaves_out_a_save_that_changed_nothing(self) -> None:
        team = make.TeamFactory()
        team.save()

        assert len(changes_of(team)) == 1

    def test_reads_lists_of_anything(self) -> None:
        template = Template.objects.create(name="Short", sections=[{"title": "What happened"}])

        assert any("What happened" in new for _, _, _, new in lines(changes_of(template)[0]))

    def test_keeps_what_was_removed(self) -> None:
        member = make.MembershipFactory()
        team = member.team
        member.delete()

        newest = changes_of(team)[0]

        assert [(entry.verb, entry.kind) for entry in newest.records] == [("Deleted", "membership")]

    def test_of_everything_has_the_newest_first_and_no_more_than_asked(self) -> None:
        for name in ("One", "Two", "Three"):
            make.TeamFactory(name=name)

        assert [change.records[0].name for change in list_changes(2)] == ["Three", "Two"]

    def test_takes_as_many_queries_for_many_as_for_one(self, policy: Any) -> None:
        make.TeamFactory()
        with CaptureQueriesContext(connection) as few:
            list_changes(200)
        for _ in range(10):
            make.policy(make.UserFactory(), fallback=[make.UserFactory()])

        with CaptureQueriesContext(connection) as many:
            list_changes(200)

        assert len(many) == len(few)


class TestHistoryPage:
    def test_says_when_who_what_and_why(self, acting: Client, policy: Any) -> None:
        page = acting.get(url(EscalationPolicy, "history", policy.pk)).content.decode()

        assert "Cleo takes the nights" in page
        assert "UTC" in page
        assert "<del>Bea</del>" in page
        assert page.count("Take it back") == 1  # what created it cannot be taken back
        assert "<ins>Cleo</ins>" in page

    def test_shows_texts_as_plain_text(self, acting: Client) -> None:
        with history.because("<script>1</script>"):
            team = make.TeamFactory(name="<script>2</script>")

        page = acting.get(url(Team, "history", team.pk)).content.decode()

        assert "<script>1" not in page
        assert "<script>2" not in page

    def test_has_pages(self, acting: Client) -> None:
        team = make.TeamFactory()
        for number in range(60):
            team.name = f"Name {number}"
            team.save()

        first = acting.get(url(Team, "history", team.pk)).content.decode()
        second = acting.get(f"{url(Team, 'history', team.pk)}?p=2").content.decode()

        assert "Earlier changes" in first
        assert "Later changes" in second
        assert "Earlier changes" not in second
        assert acting.get(f"{url(Team, 'history', team.pk)}?p=x").status_code == 200

    def test_stays_after_the_record(self, acting: Client) -> None:
        team = make.TeamFactory(name="Closed")
        pk = team.pk
        team.delete()

        page = acting.get(url(Team, "history", pk)).content.decode()

        assert "Deleted" in page
        assert "Take it back" not in page

    @pytest.mark.parametrize("key", ["x", "4711"])
    def test_of_what_never_was_is_not_found(self, acting: Client, key: str) -> None:
        assert acting.get(url(Team, "history", key)).status_code == 404

    def test_of_another_team_is_for_those_who_may(self, client: Client, policy: Any) -> None:
        client.force_login(make.MembershipFactory(role=MembershipRole.MANAGER).user)

        answer = client.get(url(EscalationPolicy, "history", policy.pk))

        assert answer.status_code in {403, 404}


class TestTakeBack:
    def take_back(self, client: Client, record: Any, number: int = 0) -> Any:
        address = url(type(record), "simple_history", record.pk, changes_of(record)[number].mark)
        question = client.get(address)
        assert question.status_code == 200
        form = next(form for form in forms_of(question.content.decode()) if "newest" in form.fields)
        return client.post(address, form.data())

    def test_puts_the_record_and_its_rows_back(self, acting: Client, policy: Any) -> None:
        answer = self.take_back(acting, policy)

        assert "Put back to" in texts(answer)
        policy.refresh_from_db()
        assert policy.repeat == 0
        assert [person.name for person in policy.fallback.all()] == ["Fay"]
        assert EscalationStep.objects.get().delay_minutes == 5
        assert EscalationTarget.objects.get(user__name="Bea")

    def test_is_a_change_of_its_own(self, acting: Client, policy: Any) -> None:
        self.take_back(acting, policy)

        newest = changes_of(policy)[0]

        assert newest.who == "Ana"
        assert newest.why.startswith("Put back to ")
        assert ("escalation target", "User", "Cleo", "Bea") in lines(newest)

    def test_can_be_taken_back_too(self, acting: Client, policy: Any) -> None:
        self.take_back(acting, policy)
        self.take_back(acting, policy)

        policy.refresh_from_db()
        assert policy.repeat == 3
        assert EscalationTarget.objects.get(user__name="Cleo")

    def test_brings_back_rows_and_removes_new_ones(self, acting: Client) -> None:
        old = make.MembershipFactory(user__name="Old")
        with history.because("Swapped"):
            team, pk = old.team, old.pk
            old.delete()
            make.MembershipFactory(team=team, user__name="New")

        self.take_back(acting, team)

        assert Membership.objects.get().pk == pk
        assert Membership.objects.get().user.name == "Old"

    def test_is_refused_where_something_it_names_is_gone(self, acting: Client) -> None:
        service = make.ServiceFactory()
        first = service.team
        service.team = make.TeamFactory()
        service.save()
        Service.objects.get().ownerships.all().delete()
        first.delete()

        answer = self.take_back(acting, service)

        assert "It cannot be put back." in texts(answer)
        service.refresh_from_db()
        assert service.team != first

    def test_is_refused_where_a_rule_forbids_it(self, acting: Client) -> None:
        policy = make.policy(fallback=[make.UserFactory()], name="Nights")
        policy.name = "Days"
        policy.save()
        make.policy(name="Nights")

        answer = self.take_back(acting, policy)

        assert "It cannot be put back. Name:" in texts(answer)
        policy.refresh_from_db()
        assert policy.name == "Days"

    def test_is_refused_after_another_change(self, acting: Client, policy: Any) -> None:
        address = url(EscalationPolicy, "simple_history", policy.pk, changes_of(policy)[0].mark)
        form = next(f for f in forms_of(acting.get(address).content.decode()) if "newest" in f.fields)
        policy.repeat = 7
        policy.save()

        answer = acting.post(address, form.data())

        assert "Somebody changed it after you opened the page" in texts(answer)
        policy.refresh_from_db()
        assert policy.repeat == 7

    def test_twice_is_done_once(self, acting: Client, policy: Any) -> None:
        address = url(EscalationPolicy, "simple_history", policy.pk, changes_of(policy)[0].mark)
        form = next(f for f in forms_of(acting.get(address).content.decode()) if "newest" in f.fields)

        acting.post(address, form.data())
        again = acting.post(address, form.data())

        assert "It was done once." in texts(again)

    def test_of_the_first_version_says_that_there_is_nothing_before(self, acting: Client) -> None:
        team = make.TeamFactory()

        answer = acting.get(url(Team, "simple_history", team.pk, changes_of(team)[0].mark))

        assert answer.status_code == 302
        assert "nothing before this change" in texts(answer)

    @pytest.mark.parametrize("mark", ["x", "99999999999999999999", "-1"])
    def test_of_nonsense_is_not_found(self, acting: Client, mark: str) -> None:
        assert acting.get(url(Team, "simple_history", make.TeamFactory().pk, mark)).status_code == 404

    def test_is_for_those_who_may_change_it(self, client: Client) -> None:
        team = make.TeamFactory(name="A")
        team.name = "B"
        team.save()
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.PRACTICE]))
        mark = changes_of(team)[0].mark

        page = client.get(url(Team, "history", team.pk)).content.decode()

        assert "Take it back" not in page
        assert client.post(url(Team, "simple_history", team.pk, mark)).status_code == 403
        assert Team.objects.get().name == "B"


class TestChangesPage:
    ADDRESS = "/admin/changes/"

    def test_has_what_was_changed_by_whom(self, acting: Client, ana: Any) -> None:
        team = make.TeamFactory(name="Retail")
        team._history_user = ana
        team.name = "Shops"
        team.save()
        make.SeverityFactory(name="SEV9")

        everything = acting.get(self.ADDRESS).content.decode()
        of_ana = acting.get(f"{self.ADDRESS}?who=ana").content.decode()
        of_severities = acting.get(f"{self.ADDRESS}?kind=incidents.severity").content.decode()
        of_before = acting.get(f"{self.ADDRESS}?until=2020-01-01").content.decode()

        assert "Shops" in everything
        assert "SEV9" in everything
        assert "Shops" in of_ana
        assert "SEV9" not in of_ana
        assert "SEV9" in of_severities
        assert "<ins>Shops</ins>" not in of_severities
        assert "No changes fit." in of_before

    @pytest.mark.parametrize("query", ["kind=x", "since=x", "p=99999", "p=-1", "who=%00", "until=0000-01-01"])
    def test_reads_nonsense_as_no_filter(self, acting: Client, query: str) -> None:
        assert acting.get(f"{self.ADDRESS}?{query}").status_code == 200

    def test_is_for_those_who_read_configuration(self, client: Client) -> None:
        client.force_login(make.MembershipFactory(role=MembershipRole.MANAGER).user)
        assert client.get(self.ADDRESS).status_code == 403

        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        assert client.get(self.ADDRESS).status_code == 302
