"""The side bar: sections by role, which of them the reader is in, and numbers that a page never counts."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from config.base.data.roles import Role
from config.navigation import counts, drawing
from config.navigation.sections import GROUPS, PHONE_BAR, section_of
from tests import factories as make

pytestmark = pytest.mark.django_db
SECTIONS = [section for group in GROUPS for section in group.sections]


@pytest.fixture(autouse=True)
def _empty() -> None:
    cache.clear()


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(roles=[Role.AGENT])


class TestSections:
    @pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.view)
    def test_each_leads_to_a_page_that_belongs_to_it(self, section: Any) -> None:
        url = reverse(section.view)

        assert resolve(url).view_name == section.view
        assert section_of(url) is section

    @pytest.mark.parametrize(
        ("address", "view"),
        [
            ("/tickets/INC-7/", "incidents:queue"),
            ("/tickets/PRB-7/", "problems:problems"),
            ("/customers/components/", "incidents:public-incidents"),
            ("/customers/maintenances/3/", "incidents:maintenances"),
            ("/reports/sla/", "incidents:reports"),
            ("/tasks/team/", "my-work"),
        ],
    )
    def test_are_found_by_the_longest_beginning(self, address: str, view: str) -> None:
        section = section_of(address)

        assert section is not None
        assert section.view == view

    def test_are_none_for_a_page_of_no_section(self) -> None:
        assert section_of("/me/") is None

    def test_follow_the_role(self, agent: Any) -> None:
        def views(user: Any) -> set[str]:
            page = drawing.draw(user, address="/", numbers=None, at=timezone.now())
            return {entry.section.view for _, entries in page.groups for entry in entries}

        assert "admin:index" not in views(agent)
        assert "incidents:requesters" in views(agent)
        assert "incidents:requesters" not in views(make.UserFactory())
        assert "admin:index" in views(make.UserFactory(is_staff=True))

    def test_the_phone_has_three_at_its_foot_and_all_others_behind_more(self, agent: Any) -> None:
        page = drawing.draw(agent, address="/", numbers=None, at=timezone.now())

        assert [entry.section.view for entry in page.bar] == list(PHONE_BAR)
        assert len(page.bar) + len(page.rest) == sum(len(entries) for _, entries in page.groups)


class TestNumbers:
    def test_a_page_never_counts_them(self, client: Client, agent: Any) -> None:
        client.force_login(agent)
        client.get(reverse("oncall:teams"))
        with CaptureQueriesContext(connection) as cold:
            page = client.get(reverse("oncall:teams")).content.decode()
        counts.count(agent, at=timezone.now())
        with CaptureQueriesContext(connection) as warm:
            client.get(reverse("oncall:teams"))

        assert len(cold) == len(warm)
        assert 'hx-trigger="load, every 60s"' in page

    def test_stand_beside_their_sections(self, client: Client, agent: Any) -> None:
        major = make.SeverityFactory(rank=1, is_major=True)
        make.IncidentFactory(severity=major, assignee=agent)
        make.IncidentFactory(severity=make.SeverityFactory(rank=4))
        client.force_login(agent)

        part = client.get(
            reverse("navigation"), headers={"HX-Current-URL": "http://testserver/work/"}
        ).content.decode()

        assert '2<span class="hf-only-heard"> open</span>' in part, "the queue"
        assert 'is-loud">1<span class="hf-only-heard"> running</span>' in part, "major incidents"
        assert part.count('aria-current="page"') == 1

    def test_count_no_private_ticket_of_others(self, agent: Any) -> None:
        make.IncidentFactory(visibility="private", visibility_reason="Personal data")

        assert counts.count(agent, at=timezone.now()).counts["queue"] == 0

    def test_take_as_many_queries_for_many_rows(self, agent: Any) -> None:
        def queries() -> int:
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                counts.count(agent, at=timezone.now())
            return len(captured)

        make.IncidentFactory(assignee=agent)
        queries()  # warms what is asked once a process
        few = queries()
        for _ in range(5):
            make.IncidentFactory(assignee=agent)

        assert queries() == few

    def test_list_saved_views_below_their_list(self, client: Client, agent: Any) -> None:
        view = make.SavedViewFactory(owner=agent, path="/incidents/", query="whose=me", name="My own")
        client.force_login(agent)

        part = client.get(
            reverse("navigation"), headers={"HX-Current-URL": f"http://testserver{view.get_absolute_url()}"}
        ).content.decode()

        assert "My own" in part
        assert part.count('aria-current="page"') == 1, "the view, and not the queue"
