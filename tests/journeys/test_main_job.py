"""The main job as a team lives it: an alert comes in, the right person is paged, and answers.

Everything is real: PostgreSQL, Redis, the web server, Celery workers with their engine, Alertmanager, a
browser on a phone's screen, and a phone gateway outside the product. The worker is killed in between.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.faults.json_lines import read_json_lines
from tests.faults.site import Site, wait_for
from tests.journeys.monitoring import PROGRAM, Alertmanager, running_alertmanager
from tests.plugins.prepared import company_site

pytestmark = [
    pytest.mark.timeout(300, func_only=True),
    pytest.mark.skipif(PROGRAM is None, reason="No Alertmanager: apt-get install prometheus-alertmanager."),
]


class Api:
    """The REST API with one person's token."""

    def __init__(self, address: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{address}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=20
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """A JSON document."""
        answer = self._client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def incidents(self, **parameters: Any) -> list[Any]:
        """Incidents that match."""
        return list(self.get("incidents/", **parameters)["results"])


class Story:
    """A site with the demo's company, and its people."""

    def __init__(self, site: Site, credentials: dict[str, Any], alertmanager: Alertmanager) -> None:
        self.site = site
        self.alertmanager = alertmanager
        self.people = {user["email"].split("@")[0]: user for user in credentials["users"]}
        self.api = Api(site.address, self.people["lena"]["api_token"])

    def texts(self, words: str) -> list[dict[str, Any]]:
        """The messages about something that reached the phones, from the gateway's own log."""
        bodies = [line["body"] for line in read_json_lines(self.site.log) if line["taken"] and "body" in line]
        return [body for body in bodies if words in body["text"]]

    def await_text(self, words: str, *, limit: float = 20) -> dict[str, Any]:
        """The first message about it, as the gateway took it."""
        wait_for(f"a page about {words!r}", lambda: self.texts(words), limit=limit)
        return self.texts(words)[0]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A separate site: the fault tests break theirs."""
    with ExitStack() as stack:
        site, credentials = stack.enter_context(company_site())
        integration = next(
            integration for integration in credentials["integrations"] if integration["name"] == "Prometheus"
        )
        folder = tmp_path_factory.mktemp("monitoring")
        alertmanager = stack.enter_context(running_alertmanager(folder, f"{site.address}{integration['url']}"))
        site.overrides = {"STATIC_FROM_SOURCE": "1"}
        site.start_web()
        site.start_worker()
        yield Story(site, credentials, alertmanager)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone at three in the morning: small and dark."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, story: Story) -> Iterator[Page]:
    """The service desk's browser, signed in as the agent; the mouse is never used."""
    context = browser.new_context(base_url=story.site.address, viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.goto("/")
    agent = story.people["jonas"]
    page.locator("[name=login]").focus()
    page.keyboard.type(agent["email"])
    page.keyboard.press("Tab")
    page.keyboard.type(agent["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{story.site.address}/")
    yield page
    context.close()


class TestAnAlert:
    def test_wakes_the_right_person_who_answers_although_the_worker_was_killed(
        self, story: Story, phone: Page
    ) -> None:
        reference = self.page_in_spite_of_a_kill(story, phone)
        self.end_it(story, reference)

    def page_in_spite_of_a_kill(self, story: Story, phone: Page) -> str:
        """From the alert to the acknowledgement on the phone; returns the incident's reference."""
        story.site.kill(story.site.workers[0])

        story.alertmanager.send_alert("CheckoutErrors", severity="critical", summary="Checkouts fail")
        wait_for("the alert is stored", lambda: story.api.get("alerts/")["results"], limit=20)
        assert not story.texts("Checkouts fail")
        story.site.have_workers(1)

        message = story.await_text("Checkouts fail")
        assert message["kind"] == "sms"
        incident = story.api.incidents(search="Checkouts fail")[0]
        assert (incident["status"], incident["severity"]) == ("new", "SEV2")

        self.answer_on_the_phone(phone, message["url"])

        incident = story.api.get(f"incidents/{incident['id']}/")
        assert incident["status"] == "acknowledged"
        assert incident["assignee"]["name"].split()[0] == message["person"]
        (alert,) = story.api.get("alerts/", ticket=incident["reference"])["results"]
        assert alert["status"] == "acknowledged"
        (escalation,) = story.api.get(f"incidents/{incident['id']}/escalations/")["results"]
        assert escalation["state"] == "acknowledged"
        return str(incident["reference"])

    @staticmethod
    def answer_on_the_phone(phone: Page, url: str) -> None:
        """Looking changes nothing; the button answers, once."""
        phone.goto(url)
        assert phone.get_by_text("It rang for you. Nobody has answered.").is_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        phone.reload()
        button = phone.get_by_role("button", name="Acknowledge")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        button.click()
        assert phone.get_by_text("It is yours").is_visible()
        phone.goto(url)
        assert not phone.get_by_role("button", name="Acknowledge").is_visible()

    @staticmethod
    def end_it(story: Story, reference: str) -> None:
        """The last alert ends, so the incident is restored; its timeline is complete."""
        story.alertmanager.send_alert("CheckoutErrors", severity="critical", summary="Checkouts fail", is_over=True)

        def incident() -> Any:
            return story.api.get(f"incidents/{reference}/")

        wait_for("the incident is restored", lambda: incident()["status"] == "restored", limit=30, pause=0.2)
        lines = [entry["text"] for entry in story.api.get(f"incidents/{reference}/timeline/")["results"]]
        for words in ("everity SEV2", "was paged by text message", "Acknowledged by", "Service restored"):
            assert any(words in line for line in lines), (words, lines)
        (worked,) = story.api.get("work-intervals/", subject_id=incident()["id"])["results"]
        assert worked["ended_at"] is not None
        assert len(story.texts("Checkouts fail")) == 1


class TestACall:
    def test_is_logged_without_the_mouse_handed_over_restored_and_closed(self, story: Story, desk: Page) -> None:
        desk.goto("/incidents/declare/")
        desk.keyboard.type("Scanners in the warehouse lose their connection")
        desk.keyboard.press("Tab")
        desk.keyboard.type("Web shop")
        desk.keyboard.press("Tab")
        desk.keyboard.type("Parcels cannot be booked out.")
        desk.keyboard.press("Control+Enter")
        desk.wait_for_url("**/tickets/INC-*/")
        reference = desk.url.rstrip("/").rsplit("/", 1)[1]
        story.await_text("Scanners in the warehouse")

        self.do(desk, reference, "reassign", team="Platform", reason="It is the network.")
        assert story.api.get(f"incidents/{reference}/")["team"] == "platform"
        wait_for("the other team is paged", lambda: len(story.texts("Scanners in the warehouse")) == 2, limit=20)
        assert len({text["person"] for text in story.texts("Scanners in the warehouse")}) == 2

        self.do(desk, reference, "restore", note="An access point was replaced.")
        self.do(desk, reference, "close", code="Solved")

        incident = story.api.get(f"incidents/{reference}/")
        assert (incident["status"], incident["closure_code"]) == ("closed", "solved")
        assert incident["contact_type"] == "portal"

    @staticmethod
    def do(desk: Page, reference: str, verb: str, **answers: str) -> None:
        """Open a verb's form by its address, fill it from the keyboard and send it."""
        desk.goto(f"/tickets/{reference}/{verb}/")
        for name, value in answers.items():
            field = desk.locator(f"main [name={name}]")
            field.focus()
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                desk.keyboard.type(value)
        desk.keyboard.press("Control+Enter")
        desk.wait_for_url(f"**/tickets/{reference}/")
