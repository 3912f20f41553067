"""The administration's first page, its tasks, all records, and what changed."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.administration import records
from config.administration.tasks import TASK_PAGES, TaskPage, entries
from config.base.data.clock import database_now
from config.base.data.roles import Role
from config.base.web import concerns
from config.base.web.admin import FactAdmin
from oncall import channels
from oncall.models import ContactKind, Team, User
from tests import factories as make

pytestmark = pytest.mark.django_db
WORDS = [
    "Severities and SLAs", "Who is paged", "Services", "People and teams", "Intake", "Customers",
    "Messages and templates", "System",
]  # fmt: skip


@pytest.fixture
def boss(client: Client) -> User:
    user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
    client.force_login(user)
    return user


@pytest.fixture
def sign_in(client: Client) -> Callable[..., User]:
    def sign_in_as(*roles: Role) -> User:
        user: User = make.UserFactory(is_staff=True, roles=roles)
        client.force_login(user)
        return user

    return sign_in_as


def get(client: Client, url: str = "/admin/") -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def main(page: str) -> str:
    """The page without its side bar."""
    return page.partition('<main class="hfa">')[2]


def side_bar(page: str) -> str:
    return page.partition('id="nav-sidebar-apps"')[2].partition('x-data="{ openUserLinks')[0]


def texts() -> list[str]:
    return [concern.text for concern in concerns.list_concerns(database_now())]


@pytest.mark.usefixtures("boss")
class TestFirstPage:
    def test_reads_on_an_empty_installation_as_a_list_in_the_order_of_setting_up(self, client: Client) -> None:
        steps = [
            "E-mail is not set up.", "No engine runs", "There is no team.", "There is no severity.",
            "There is no service.", "Nobody but the administrators has an account.",
            "No schedule says who is on call.", "No escalation policy says whom to page.",
            "9 cells of the priority matrix are empty.", "No monitoring sends alerts.", "There is no status page.",
            "No postmortem template is the default.", "Only Boss can administer.", "Nobody is told when paging stops.",
        ]  # fmt: skip

        page = main(get(client))

        places = [page.find(step) for step in steps]
        assert -1 not in places, steps[places.index(-1)]
        assert places == sorted(places)
        assert page.find("Cannot work until you act") < places[0]
        assert places[4] < page.find("Not set up yet") < places[5]

    def test_gives_each_concern_that_blocks_one_button(self, client: Client) -> None:
        make.TeamFactory()
        page = main(get(client))

        block = page.partition("Cannot work until you act")[2].partition("</section>")[0]

        assert block.count("<li>") == block.count('class="hfa-btn') > 1

    def test_names_the_first_records_and_counts_the_others(self, client: Client) -> None:
        for number in range(5):
            make.TeamFactory(name=f"Team {number}")

        page = main(get(client))

        assert "5 teams have no escalation policy." in page
        assert "Team 2</a> and 2 more." in page
        assert ">Team 3</a>" not in page.partition("What do you want to do?")[0]

    def test_has_the_eight_tasks_with_their_state_and_no_list_of_models(self, client: Client) -> None:
        make.TeamFactory()
        page = main(get(client))

        assert re.findall(r"<b>([^<]*)</b>\s*<span class=\"hfa-soft\"", page) == WORDS
        assert "1 team" in page
        assert reverse("admin:incidents_timelineentry_changelist") not in page
        assert reverse("admin-records") in page

    def test_takes_the_same_queries_for_2_rows_and_for_20(self, client: Client) -> None:
        def count() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                get(client)
            return len(queries)

        self.fill(range(2))
        get(client)
        few = count()
        self.fill(range(2, 20))

        assert count() == few

    def fill(self, numbers: range) -> None:
        for number in numbers:
            person = make.UserFactory(name=f"Person {number:02}")
            team = make.TeamFactory(name=f"Desk {number:02}")
            make.MembershipFactory(team=team, user=person)
            schedule = make.ScheduleFactory(team=team)
            policy = make.policy(schedule, team, person, team=team, fallback=[person])
            make.ServiceFactory(team=team, escalation_policy=policy)
            make.IntegrationFactory(service=make.ServiceFactory(team=team), paused_at=database_now())
            make.StatusPageFactory()
            team.description = f"Changed {number}"
            team.save()


class TestConcerns:
    def test_ask_each_registered_channel_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(channels.SENDERS, "fax", channels.SENDERS["sms"])
        monkeypatch.setitem(channels.GAPS, "fax", lambda: "Set FAX_URL.")

        by_text = {concern.text: concern for concern in concerns.list_concerns(database_now())}

        assert by_text["Fax is not set up."].effect == "Set FAX_URL."
        assert "Text message, phone call and push message are not set up." in by_text
        assert not any("Webhook" in text for text in by_text)

    @pytest.mark.parametrize(("kind", "is_blocking"), [("sms", True), ("email", False)])
    def test_block_when_people_have_chosen_a_channel_that_is_not_set_up(self, kind: str, is_blocking: bool) -> None:
        make.ContactMethodFactory(kind=ContactKind(kind))

        [gateway] = [item for item in concerns.list_concerns(database_now()) if "phone call" in item.text]

        assert gateway.is_blocking is is_blocking

    def test_end_when_mail_gateway_watchdog_and_keys_are_set(self, settings: pytest.FixtureRequest) -> None:
        settings.EMAIL_IS_SET = True  # type: ignore[attr-defined]  # the fixture is the settings
        settings.PHONE_GATEWAY_URL = "https://gateway.example.com/"  # type: ignore[attr-defined]  # as above
        settings.WATCHDOG_ALERT_URL = settings.HEARTBEAT_URL = "https://x.example.com/"  # type: ignore[attr-defined]  # as above

        assert not [text for text in texts() if "not set up" in text or "Nobody is told" in text]

    def test_name_missing_encryption_keys(self, settings: pytest.FixtureRequest) -> None:
        settings.ENCRYPTION_KEYS = []  # type: ignore[attr-defined]  # the fixture is the settings

        assert "Secrets cannot be stored." in texts()

    def test_are_hidden_from_those_who_cannot_act_on_them(self, client: Client, sign_in: Callable[..., User]) -> None:
        sign_in(Role.PRACTICE)
        page = main(get(client))

        assert "There is no severity." in page
        assert "E-mail is not set up." not in page

        sign_in(Role.ADMINISTRATOR)
        assert "E-mail is not set up." in main(get(client))


class TestTasks:
    def test_have_every_kind_of_record_that_people_edit_once(self) -> None:
        """A new `ConfigAdmin` gets a line in `config/administration/tasks.py`."""
        models = [entry.model for entry in entries()]
        registered = {page.opts.label_lower: page for page in admin.site._registry.values()}
        edited = {label for label, page in registered.items() if not isinstance(page, FactAdmin)}

        assert len(models) == len(set(models))
        assert edited - set(models) == set()
        assert set(models) - set(registered) == set()
        assert [page.title for page in TASK_PAGES] == WORDS

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize("page", TASK_PAGES, ids=[page.task for page in TASK_PAGES])
    def test_list_their_kinds_of_records_with_purpose(self, client: Client, page: TaskPage) -> None:
        content = main(get(client, f"/admin/tasks/{page.task}/"))

        for entry in page.entries:
            assert f">{entry.title}</a>" in content
            assert entry.purpose.split("'")[0] in content

    @pytest.mark.usefixtures("boss")
    def test_count_their_records_and_have_their_own_concerns(self, client: Client) -> None:
        make.ServiceFactory(name="Store tills")

        content = main(get(client, "/admin/tasks/services/"))

        assert re.search(r'Services</a>.*?hfa-count">1<', content, re.DOTALL)
        assert "Store tills" in content
        assert "There is no severity." not in content

    @pytest.mark.usefixtures("boss")
    def test_stop_counting_at_a_thousand(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(records, "MAX_COUNT", 2)
        Team.objects.bulk_create([Team(name=f"T{number}", slug=f"t{number}") for number in range(4)])

        assert 'hfa-count">2+<' in get(client, "/admin/tasks/people/")

    @pytest.mark.usefixtures("boss")
    def test_are_not_found_under_another_word(self, client: Client) -> None:
        assert client.get("/admin/tasks/plumbing/").status_code == 404

    def test_are_refused_to_people_who_may_see_none_of_their_records(
        self, client: Client, sign_in: Callable[..., User]
    ) -> None:
        sign_in(Role.AGENT)

        assert client.get("/admin/tasks/messages/").status_code == 403
        assert "Messages and templates" not in get(client)

    def test_show_managers_of_a_team_their_own_records_only(self, client: Client) -> None:
        manager = make.MembershipFactory(role="manager", user__is_staff=True)
        make.ServiceFactory(team=manager.team, name="Mine")
        make.ServiceFactory(name="Theirs")
        client.force_login(manager.user)

        assert re.search(r'Services</a>.*?hfa-count">1<', main(get(client, "/admin/tasks/services/")), re.DOTALL)

    @pytest.mark.usefixtures("boss")
    def test_say_what_to_set_without_telling_any_value(self, client: Client, settings: pytest.FixtureRequest) -> None:
        settings.PHONE_GATEWAY_URL = "https://secret.example.com/?key=1"  # type: ignore[attr-defined]  # the settings

        content = get(client, "/admin/tasks/system/")

        assert "EMAIL_URL" in content
        assert "secret.example.com" not in content


@pytest.mark.usefixtures("boss")
class TestSideBar:
    def links(self, page: str) -> list[tuple[str, bool]]:
        items = re.findall(r'<li>\s*<a href="[^"]*" class="([^"]*)">(.*?)</a>', side_bar(page), re.DOTALL)
        names = [re.findall(r"<span>([^<]*)</span>", content)[0] for _, content in items]
        return [(name, css.endswith(" active")) for name, (css, _) in zip(names, items, strict=True)]

    def test_has_the_words_of_the_tasks_and_the_way_back(self, client: Client) -> None:
        links = [name for name, _ in self.links(get(client))]

        assert links == ["Start", *WORDS, "All records", "What changed", "Back to the portal"]
        assert len(links) <= 20

    @pytest.mark.parametrize(
        ("place", "word"),
        [
            ("admin:index", "Start"), ("admin:oncall_team_changelist", "People and teams"),
            ("admin:oncall_team_add", "People and teams"), ("admin:incidents_severity_add", "Severities and SLAs"),
            ("admin:incidents_incident_changelist", "All records"), ("admin-changes", "What changed"),
            ("admin:oncall_engineschema_changelist", "System"), ("admin-records", "All records"),
        ],
    )  # fmt: skip
    def test_marks_the_task_of_the_page(self, client: Client, place: str, word: str) -> None:
        assert [name for name, is_active in self.links(get(client, reverse(place))) if is_active] == [word]

    def test_marks_the_task_of_a_record(self, client: Client) -> None:
        team = make.TeamFactory()
        pages = [reverse(f"admin:oncall_team_{page}", args=[team.pk]) for page in ("change", "delete", "history")]

        for url in [*pages, "/admin/tasks/people/"]:
            assert [name for name, is_active in self.links(get(client, url)) if is_active] == ["People and teams"], url


class TestMachineTables:
    TITLES = ("Engine schemas", "Idempotent requests", "Engine lanes", "Feed events")

    @pytest.mark.usefixtures("boss")
    def test_stand_under_system_for_superusers_and_nowhere_else(self, client: Client) -> None:
        system = main(get(client, "/admin/tasks/system/")).partition("For support")[2]
        elsewhere = [get(client, url) for url in ("/admin/", "/admin/records/", "/admin/oncall/")]

        for title in self.TITLES:
            assert title in system
            assert not any(title in page for page in elsewhere)

    def test_are_hidden_from_administrators(self, client: Client, sign_in: Callable[..., User]) -> None:
        sign_in(Role.ADMINISTRATOR)

        assert "For support" not in get(client, "/admin/tasks/system/")
        assert "Engine schemas" not in get(client, "/admin/records/?q=engine")


class TestAllRecords:
    @pytest.mark.usefixtures("boss")
    def test_have_every_kind_that_is_no_machine_table(self, client: Client) -> None:
        content = main(get(client, "/admin/records/"))

        for page in admin.site._registry.values():
            link = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
            assert (f'href="{link}"' in content) is not records.is_machine(page), link

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize(
        ("search", "title"),
        [
            ("opening hours", "Opening hours"),
            ("PUBLIC holidays", "Calendars"),
            ("user", "Accounts"),
            ("group", "Roles"),
        ],
    )
    def test_are_found_by_title_purpose_and_the_model_s_name(self, client: Client, search: str, title: str) -> None:
        content = main(get(client, f"/admin/records/?q={search}"))

        assert f">{title}</a>" in content
        assert ">Overrides</a>" not in content

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize("search", ["<script>", "%00", "x" * 5000, "%27%22"])
    def test_take_any_search(self, client: Client, search: str) -> None:
        content = main(get(client, f"/admin/records/?q={search}"))

        assert "No kind of record fits" in content
        assert "<script>" not in content

    def test_are_those_that_the_reader_may_see(self, client: Client, sign_in: Callable[..., User]) -> None:
        sign_in(Role.PRACTICE)
        content = main(get(client, "/admin/records/"))

        assert ">Severities</a>" in content
        assert ">Roles</a>" not in content
