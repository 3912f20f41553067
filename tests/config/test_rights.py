"""The table of rights: what each line says, its copy in the database, and one answer at every face."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.test import Client, RequestFactory

from config import rights as sync
from config.base.data import rights
from config.base.data.roles import Role
from incidents.models import Visibility
from oncall.models import Absence, MembershipRole, SavedView, Schedule, User
from tests import factories as make

pytestmark = pytest.mark.django_db
WORDS = Path(__file__).with_name("rights.txt")
"""The whole table in words; a change of a right is a change of this file, so that it is reviewed."""


def held(group: str) -> set[str]:
    rows = Permission.objects.filter(group__name=group).values_list("content_type__app_label", "codename")
    return {f"{app}.{code}" for app, code in rows}


class TestTable:
    def test_reads_as_it_was_reviewed(self) -> None:
        lines = [f"{code}: {line.who}" for code, line in sorted(rights.by_code().items())]

        assert lines == WORDS.read_text().splitlines()

    def test_names_models_that_exist(self) -> None:
        for line in rights.table():
            assert installed.get_model(line.model), line

    def test_leaves_no_registered_model_to_superusers_alone(self) -> None:
        ours = [model for model in admin.site._registry if model.__module__.split(".")[0] in installed_labels()]
        unseen = [
            model._meta.label
            for model in ours
            if f"{model._meta.app_label}.view_{model._meta.model_name}" not in rights.by_code()
        ]

        assert not unseen

    def test_leaves_no_right_to_superusers_alone(self) -> None:
        assert not [line for line in rights.table() if line.who == "Superusers"]

    def test_refuses_a_right_that_stands_twice(self) -> None:
        line = rights.table()[0]
        rights.declare([line])
        try:
            with pytest.raises(ValueError, match="twice"):
                rights.by_code()
        finally:
            rights._lines.pop()
            rights.by_code.cache_clear()


def installed_labels() -> set[str]:
    return {line.model.partition(".")[0] for line in rights.table()}


class TestHolding:
    def test_is_by_role_with_every_record(self) -> None:
        boss, plain = make.UserFactory(roles=[Role.ADMINISTRATOR]), make.UserFactory()

        assert boss.has_perm("oncall.change_schedule")
        assert boss.has_perm("oncall.change_schedule", Schedule(team=make.TeamFactory()))
        assert not plain.has_perm("oncall.change_schedule", Schedule(team=make.TeamFactory()))

    @pytest.mark.parametrize(
        ("role", "changes", "covers"),
        [
            (MembershipRole.MANAGER, True, True),
            (MembershipRole.RESPONDER, False, True),
            (MembershipRole.OBSERVER, False, False),
        ],
    )
    def test_is_by_role_in_the_records_team(self, role: str, changes: bool, covers: bool) -> None:
        member = make.MembershipFactory(role=role)
        own, other = Schedule(team=member.team), Schedule(team=make.TeamFactory())

        assert member.user.has_perm("oncall.change_schedule", own) is changes
        assert member.user.has_perm("oncall.cover_schedule", own) is covers
        assert not member.user.has_perm("oncall.cover_schedule", other)
        assert not member.user.has_perm("oncall.cover_schedule")
        assert rights.holds_somewhere(member.user, "oncall.cover_schedule") is covers

    def test_is_of_what_belongs_to_the_person_and_to_members_of_a_managed_team(self) -> None:
        boss = make.MembershipFactory(role=MembershipRole.MANAGER)
        ana = make.MembershipFactory(team=boss.team).user

        assert ana.has_perm("oncall.change_absence", Absence(user=ana))
        assert boss.user.has_perm("oncall.change_absence", Absence(user=ana))
        assert not ana.has_perm("oncall.change_absence", Absence(user=boss.user))
        assert SavedView.objects.count() == 0

    def test_needs_a_record_that_the_person_sees(self) -> None:
        agent = make.UserFactory(roles=[Role.AGENT])
        private = make.IncidentFactory(visibility=Visibility.PRIVATE, visibility_reason="Security")

        assert agent.has_perm("incidents.act_ticket")
        assert not agent.has_perm("incidents.act_ticket", private)

    def test_is_nobodys_without_an_account_or_with_a_closed_one(self) -> None:
        closed = make.UserFactory(roles=[Role.ADMINISTRATOR], is_active=False)

        for code, line in rights.by_code().items():
            assert not AnonymousUser().has_perm(code), line
            assert not closed.has_perm(code), line

    def test_comes_also_with_groups_of_the_customers_own(self) -> None:
        group = Group.objects.create(name="Publishers")
        group.permissions.add(
            Permission.objects.get(codename="add_customerupdate", content_type__app_label="incidents")
        )
        user = make.UserFactory(roles=[Role.RESPONDER])
        user.groups.add(group)

        person = User.objects.get(pk=user.pk)
        assert person.has_perm("incidents.add_customerupdate")
        assert person.has_perm("incidents.act_ticket")
        assert not person.has_perm("incidents.delete_service")

    def test_is_read_once_a_request(self, django_assert_num_queries: Any) -> None:
        user = User.objects.get(pk=make.UserFactory(roles=[Role.AGENT]).pk)

        with django_assert_num_queries(1):
            for code in rights.by_code():
                user.has_perm(code)

    def test_filters_rows_as_it_checks_them(self) -> None:
        member = make.MembershipFactory(role=MembershipRole.MANAGER)
        team = make.TeamFactory()
        rows = [Schedule.objects.create(name=name, team=owner) for name, owner in (("A", member.team), ("B", team))]

        rows_held = set(rights.held_rows(Schedule.objects.all(), member.user, "oncall.change_schedule"))

        assert rows_held == {row for row in rows if member.user.has_perm("oncall.change_schedule", row)} == {rows[0]}


class TestSyncRights:
    def test_makes_groups_and_grants(self) -> None:
        Group.objects.all().delete()

        sync.sync_rights()

        assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)
        for role in Role:
            assert held(role) == rights.codes_of(role)

    def test_gives_back_what_is_missing_and_moves_what_was_added(self) -> None:
        user = make.UserFactory(roles=[Role.PRACTICE])
        group = Group.objects.get(name=Role.PRACTICE)
        group.permissions.add(Permission.objects.get(codename="delete_user"))
        group.permissions.remove(Permission.objects.get(codename="view_team"))

        sync.sync_rights()

        assert held(Role.PRACTICE) == rights.codes_of(Role.PRACTICE)
        assert held("Practice owner: added rights") == {"oncall.delete_user"}
        assert User.objects.get(pk=user.pk).has_perm("oncall.delete_user")

    def test_removes_permissions_that_no_line_names(self) -> None:
        content_type = Permission.objects.get(codename="act_ticket").content_type
        Permission.objects.create(codename="juggle_ticket", content_type=content_type, name="Can juggle")

        sync.sync_rights()

        assert not Permission.objects.filter(codename="juggle_ticket").exists()

    def test_writes_nothing_the_second_time(self, django_assert_num_queries: Any) -> None:
        sync.sync_rights()
        before = Group.permissions.through.objects.count()

        with django_assert_num_queries(6):  # a savepoint's two, permissions, groups twice, grants
            sync.sync_rights()

        assert Group.permissions.through.objects.count() == before

    def test_passes_over_models_that_are_not_there_yet(self) -> None:
        Permission.objects.filter(content_type__model="team").delete()

        sync.sync_rights()

        assert not [code for code in held(Role.ADMINISTRATOR) if code.endswith("_team")]

    def test_waits_for_the_tables_of_groups(self) -> None:
        Group.objects.all().delete()

        sync.sync_rights(apps=Apps())

        assert not Group.objects.exists()


Ask = Callable[[Client, Any], int]


def get(path: str) -> Ask:
    return lambda client, at: client.get(path.format(**at)).status_code


def post(path: str, **data: Any) -> Ask:
    return lambda client, at: client.post(path.format(**at), data).status_code


def send(method: str, path: str) -> Ask:
    return lambda client, at: getattr(client, method)(path.format(**at), {}, "application/json").status_code


FACES: dict[str, tuple[Ask, ...]] = {
    "incidents.view_contact": (get("/requesters/"), get("/api/v1/contacts/")),
    "incidents.view_subscriber": (get("/customers/subscribers/"), get("/api/v1/subscribers/")),
    "incidents.view_updatedelivery": (get("/customers/deliveries/"), get("/api/v1/deliveries/")),
    "oncall.view_enginelane": (get("/system-health/"), get("/api/v1/engine/")),
    "incidents.view_integration": (get("/integrations/"), get("/api/v1/integrations/")),
    "incidents.change_integration": (get("/integrations/new/"),),
    "incidents.add_incident": (get("/incidents/declare/"), send("post", "/api/v1/incidents/")),
    "incidents.act_ticket": (get("/tickets/{ticket}/add-note/"), send("post", "/api/v1/incidents/{ticket}/add_note/")),
    "incidents.add_customerupdate": (get("/tickets/{ticket}/update/"), send("post", "/api/v1/updates/")),
    "oncall.change_schedule": (get("/schedules/{schedule}/edit/"), send("patch", "/api/v1/schedules/{schedule}/")),
    "oncall.cover_schedule": (get("/schedules/{schedule}/cover/"),),
    "oncall.change_calendar": (get("/calendars/{calendar}/edit/"), send("patch", "/api/v1/calendars/{calendar}/")),
    "oncall.change_membership": (get("/teams/{team}/people/{member}/"),),
    "oncall.change_page": (post("/system-health/dead-letters/{page}/resend/"),),
    "postmortems.change_postmortem": (
        get("/postmortems/{postmortem}/assign/"),
        send("post", "/api/v1/postmortems/{postmortem}/assign/"),
    ),
    "postmortems.approve_postmortem": (send("post", "/api/v1/postmortems/{postmortem}/approve/"),),
}
"""By right: what the portal and the API ask it for."""


@pytest.fixture
def records() -> dict[str, Any]:
    """A record of every kind; the first three people of the team have one role in it each."""
    team = make.TeamFactory()
    ticket = make.IncidentFactory(team=team)
    make.StatusPageFactory()
    member = make.MembershipFactory(team=team)
    return {
        "ticket": ticket.reference,
        "schedule": make.ScheduleFactory(team=team).pk,
        "calendar": make.CalendarFactory().pk,
        "team": team.slug,
        "member": member.pk,
        "page": make.PageFactory(
            escalation__subject_type="ticket", escalation__subject_id=ticket.pk, state="dead", ended_at=make.NOON
        ).pk,
        "postmortem": make.PostmortemFactory(ticket=make.IncidentFactory(team=team)).pk,
        "team_row": team,
    }


class TestFaces:
    """Portal and API give each person the answer of the table; so does the administration, which asks it itself."""

    @pytest.mark.parametrize("code", FACES)
    def test_answer_as_the_table_says(self, client: Client, records: dict[str, Any], code: str) -> None:
        team = records["team_row"]
        people = {role.value: make.UserFactory(roles=[role]) for role in Role}
        people |= {role.value: make.MembershipFactory(team=team, role=role).user for role in MembershipRole}
        people["nobody special"] = make.UserFactory()
        line = rights.by_code()[code]
        allowed = {
            name
            for name in people
            if line.everybody or name in line.roles or (name in line.team and name in MembershipRole.values)
        }
        client.raise_request_exception = False

        for number, ask in enumerate(FACES[code]):
            answers = {}
            for name, person in people.items():
                client.force_login(person)
                answers[name] = ask(client, records)
            refused = {name for name, status in answers.items() if status in {403, 404}}
            assert refused == set(people) - allowed, (number, answers)
            assert 500 not in answers.values(), (number, answers)

    def test_in_the_administration_are_the_tables_own(self, rf: RequestFactory) -> None:
        request = rf.get("/admin/")
        verbs = ("view", "add", "change", "delete")
        for role in Role:
            request.user = make.UserFactory(roles=[role], is_staff=True)
            for model, page in admin.site._registry.items():
                if model._meta.app_label not in installed_labels():
                    continue
                for verb in verbs:
                    code = f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
                    may = getattr(page, f"has_{verb}_permission")(request)
                    assert not may or rights.holds_somewhere(request.user, code) or verb == "view", (role, code)

    def test_in_the_administration_are_limited_to_ones_own_team(self, client: Client) -> None:
        own = make.MembershipFactory(role=MembershipRole.MANAGER, user__is_staff=True)
        own_schedule, other = make.ScheduleFactory(team=own.team), make.ScheduleFactory()
        client.force_login(own.user)

        page = client.get("/admin/oncall/schedule/").content.decode()

        assert own_schedule.name in page
        assert other.name not in page
        assert client.get(f"/admin/oncall/schedule/{own_schedule.pk}/change/").status_code == 200
        assert client.get(f"/admin/oncall/schedule/{other.pk}/change/").status_code == 403
        assert client.get("/admin/oncall/contactmethod/").content.count(b"field-address") == 0


class TestWhoCan:
    def test_answers_in_words_and_for_the_reader(self, client: Client) -> None:
        group = Group.objects.create(name="Publishers")
        group.permissions.add(Permission.objects.get(codename="add_customerupdate"))
        client.force_login(make.UserFactory(roles=[Role.AGENT]))

        page = re.sub(r"<td [^>]*>", "<td>", " ".join(client.get("/who-can/").content.decode().split()))

        assert "<td>plan who is on call</td><td>Administrators and the managers of its team</td><td>No</td>" in page
        assert "Also the groups: Publishers</td><td>Yes</td>" in page

    def test_is_named_to_those_who_are_refused(self, client: Client) -> None:
        client.force_login(make.UserFactory())

        page = client.get("/requesters/").content.decode()

        assert "To see all requesters with their addresses, ask: service desk agents and administrators." in page
        assert 'href="/who-can/"' in page
