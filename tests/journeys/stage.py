"""The stage of a long story: a site with the demo's company, people at their browsers, and fake servers."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from tests.faults.json_lines import read_json_lines
from tests.faults.site import Site, wait_for


@dataclass
class Person:
    """Somebody at a browser without scripts, signed in by the form that everybody uses."""

    page: Page

    def sees(self, path: str, *words: str) -> str:
        """Open a page and check that it has these words; returns its whole text."""
        answer = self.page.goto(path, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, path
        return self.reads(*words)

    def reads(self, *words: str) -> str:
        """Check that the open page has these words; returns its whole text."""
        content = " ".join(self.page.locator("main").inner_text().split())
        for phrase in words:
            assert phrase in content, (phrase, self.page.url, content)
        return content

    def _look_into_menus(self) -> None:
        """Open what is folded, as a person does who looks for something that does not stand there."""
        self.page.locator("main details").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")

    def follows(self, name: str) -> None:
        """Follow a link of the page."""
        self._look_into_menus()
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    def presses(self, name: str, *, within: str = "main") -> None:
        """Press a button of the page; on the phone screen its name goes on with what it does."""
        named = re.compile(rf"^\s*{re.escape(name)}(?![ ]?[a-z0-9])")
        self._look_into_menus()
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator(within).get_by_role("button", name=named).first.click()

    def writes(self, **answers: str) -> None:
        """Fill in fields by their names: text, a choice by its label, or "on"."""
        for name, value in answers.items():
            field = self.page.locator(f"main [name={name}]").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            elif value == "on":
                field.check()
            else:
                field.fill(value)

    def replaces(self, name: str, words: dict[str, str]) -> None:
        """Replace the placeholders of a template."""
        field = self.page.locator(f"main [name={name}]")
        content = field.input_value()
        for placeholder, value in words.items():
            content = content.replace(placeholder, value)
        field.fill(content)


@dataclass
class Stage:
    """The site with the demo's company, its fake servers, and each person's browser."""

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
        """The person with this first name, at their own browser."""
        if name not in self.seated:
            person = self.seated[name] = self.anybody()
            account = next(user for user in self.credentials["users"] if user["email"].startswith(f"{name}@"))
            person.sees("/accounts/login/")
            person.writes(login=account["email"], password=account["password"])
            person.presses("Sign in")
        return self.seated[name]

    def alert(self, summary: str, key: str) -> None:
        """Send an alert over PagerDuty's Events API."""
        integration = next(
            integration for integration in self.credentials["integrations"] if integration["kind"] == "pagerduty"
        )
        payload = {"summary": summary, "source": "search-1", "severity": "critical"}
        answer = httpx.post(
            f"{self.site.address}{integration['url']}",
            json={"routing_key": integration["key"], "event_action": "trigger", "dedup_key": key, "payload": payload},
            timeout=20,
        )
        assert answer.status_code == 202, answer.text

    def api(self, path: str, **parameters: str) -> Any:
        """What an integration reads, with the manager's token."""
        token = next(user["api_token"] for user in self.credentials["users"] if user["email"].startswith("lena@"))
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
        token = next(user["api_token"] for user in self.credentials["users"] if user["email"].startswith("jonas@"))
        answer = httpx.patch(
            f"{self.site.address}/api/v1/incidents/{incident}/",
            json={"requester": {"name": name, "email": email, "phone": ""}},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert answer.status_code == 200, answer.text

    def text(self, words: str) -> dict[str, Any]:
        """The first message about it that reached a phone, from the gateway's own log."""

        def matching_messages() -> list[dict[str, Any]]:
            taken = [line for line in read_json_lines(self.site.log) if line["taken"]]
            return [line["body"] for line in taken if words in line.get("body", {}).get("text", "")]

        wait_for(f"a page about {words!r}", matching_messages, limit=30)
        return matching_messages()[0]

    def mails(self, words: str) -> list[dict[str, Any]]:
        """The mails whose subject or text has the words."""
        return [mail for path in self.mailbox.glob("*.json") if words in str(mail := json.loads(path.read_text()))]

    def counted(self) -> dict[str, int]:
        """How many incidents each measure counts, from the API."""
        cells = [cell for cell in self.api("metrics/", service="search")["cells"] if cell["month"] is None]
        (whole,) = cells
        return {name: figures["n"] for name, figures in whole["measures"].items()}
