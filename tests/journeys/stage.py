"""The stage of a long story: a site with the demo's company in it, people at their browsers, and the world outside."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from tests.faults.site import Site, wait_for


@dataclass
class Person:
    """Somebody at a browser without scripts, signed in by the form that everybody uses."""

    page: Page

    def sees(self, path: str, *words: str) -> str:
        """Open a page and read these words on it; returns all that it says."""
        answer = self.page.goto(path, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, path
        return self.reads(*words)

    def reads(self, *words: str) -> str:
        """Read these words on the page that is open."""
        said = " ".join(self.page.locator("main").inner_text().split())
        for one in words:
            assert one in said, (one, self.page.url, said)
        return said

    def follows(self, name: str) -> None:
        """Follow a link of the page."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    def presses(self, name: str, *, within: str = "main") -> None:
        """Press a button of the page."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()

    def writes(self, **answers: str) -> None:
        """Fill in fields by their names: text, a choice by its label, or "on"."""
        for name, value in answers.items():
            found = self.page.locator(f"main [name={name}]").first
            if found.evaluate("field => field.tagName") == "SELECT":
                found.select_option(label=value)
            elif value == "on":
                found.check()
            else:
                found.fill(value)

    def replaces(self, name: str, words: dict[str, str]) -> None:
        """Put words in place of what a template left open."""
        found = self.page.locator(f"main [name={name}]")
        said = found.input_value()
        for placeholder, value in words.items():
            said = said.replace(placeholder, value)
        found.fill(said)


@dataclass
class Stage:
    """The site with the demo's company in it, the world outside, and who has which browser."""

    site: Site
    browser: Browser
    mailbox: Path
    credentials: dict[str, Any]
    contexts: list[BrowserContext] = field(default_factory=list)
    seated: dict[str, Person] = field(default_factory=dict)
    incident: str = ""
    problem: str = ""
    postmortem: str = ""
    responder: str = ""
    before: dict[str, int] = field(default_factory=dict)

    def anybody(self, **options: Any) -> Person:
        """Somebody without an account."""
        context = self.browser.new_context(base_url=self.site.address, java_script_enabled=False, **options)
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        return Person(context.new_page())

    def person(self, name: str) -> Person:
        """The one of this first name, at their own browser."""
        if name not in self.seated:
            person = self.seated[name] = self.anybody()
            account = next(one for one in self.credentials["users"] if one["email"].startswith(f"{name}@"))
            person.sees("/accounts/login/")
            person.writes(login=account["email"], password=account["password"])
            person.presses("Sign in")
        return self.seated[name]

    def alert(self, summary: str, key: str) -> None:
        """What a monitor says of a trouble, over PagerDuty's Events API."""
        door = next(one for one in self.credentials["integrations"] if one["kind"] == "pagerduty")
        payload = {"summary": summary, "source": "search-1", "severity": "critical"}
        answer = httpx.post(
            f"{self.site.address}{door['url']}",
            json={"routing_key": door["key"], "event_action": "trigger", "dedup_key": key, "payload": payload},
            timeout=20,
        )
        assert answer.status_code == 202, answer.text

    def api(self, path: str, **parameters: str) -> Any:
        """What an integration reads, with the manager's token."""
        token = next(one["api_token"] for one in self.credentials["users"] if one["email"].startswith("lena@"))
        answer = httpx.get(
            f"{self.site.address}/api/v1/{path}",
            params=parameters,
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask_colleague(self, incident: str, name: str, email: str) -> None:
        """Note who reported it, as the service desk's tool does over the API."""
        token = next(one["api_token"] for one in self.credentials["users"] if one["email"].startswith("jonas@"))
        answer = httpx.patch(
            f"{self.site.address}/api/v1/incidents/{incident}/",
            json={"requester": {"name": name, "email": email, "phone": ""}},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert answer.status_code == 200, answer.text

    def text(self, words: str) -> dict[str, Any]:
        """The first message about it that reached a phone, from the gateway's own log."""

        def found() -> list[dict[str, Any]]:
            lines = (
                [json.loads(one) for one in self.site.log.read_text().splitlines()] if self.site.log.exists() else []
            )
            return [one["body"] for one in lines if one["taken"] and words in one.get("body", {}).get("text", "")]

        wait_for(f"a page about {words!r}", found, limit=30)
        return found()[0]

    def mails(self, words: str) -> list[dict[str, Any]]:
        """The mails whose subject or text has the words."""
        return [one for path in self.mailbox.glob("*.json") if words in str(one := json.loads(path.read_text()))]

    def counted(self) -> dict[str, int]:
        """How many incidents each number counts, as the API says."""
        cells = [cell for cell in self.api("metrics/", service="search")["cells"] if cell["month"] is None]
        (whole,) = cells
        return {name: figures["n"] for name, figures in whole["measures"].items()}
