"""Customer updates: real workers send each subscriber one mail, even after the broker was down."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.site import Site, free_port, wait_for
from tests.plugins.prepared import company_site

pytestmark = pytest.mark.timeout(300, func_only=True)


class Stage:
    """A site with the demo's company, a mail server outside it, and the commander's API client."""

    def __init__(self, site: Site, mailbox: Path, token: str) -> None:
        self.site = site
        self.mailbox = mailbox
        self.api = httpx.Client(
            base_url=f"{site.address}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )

    def mails(self, words: str) -> list[dict[str, Any]]:
        """Mails whose subject has the words."""
        mails = [json.loads(path.read_text()) for path in self.mailbox.glob("*.json")]
        return [mail for mail in mails if words in mail["subject"]]

    def declare_and_publish(self, name: str) -> dict[str, Any]:
        """Declare an incident and publish the first update about it."""
        declared = self.api.post("incidents/", json={"title": "Behind the scenes", "service": "checkout"})
        assert declared.status_code == 201, declared.text
        part = self.api.get("components/", params={"service": "checkout"}).json()["results"][0]
        published = self.api.post(
            "updates/",
            json={
                "incident": declared.json()["reference"], "name": name, "status": "investigating", "impact": "major",
                "body": "Some customers see an error.", "components": [part["public_id"]],
                "component_status": "partial_outage",
                "next_update_at": (datetime.now(UTC) + timedelta(minutes=30)).isoformat(),
            },
        )  # fmt: skip
        assert published.status_code == 201, published.text
        return dict(published.json())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with ExitStack() as stack:
        site, credentials = stack.enter_context(company_site())
        folder, smtp = tmp_path_factory.mktemp("outside"), free_port()
        servers = site.program("fake-servers", "-m", "config.demo.fake_servers", f"--smtp-port={smtp}",
                             f"--phone-port={free_port()}", f"--folder={folder}")  # fmt: skip
        stack.callback(site.kill, servers)
        carla = next(user for user in credentials["users"] if user["email"].startswith("carla"))
        site.overrides = {"STATIC_FROM_SOURCE": "1", "EMAIL_URL": f"smtp://127.0.0.1:{smtp}"}
        site.start_web()
        site.start_worker()
        yield Stage(site, folder / "mail", carla["api_token"])


class TestAnUpdate:
    def test_reaches_every_subscriber_once_and_the_page_at_once(self, stage: Stage) -> None:
        stage.declare_and_publish("Card payments fail")

        summary = httpx.get(f"{stage.site.address}/api/v2/summary.json", timeout=20).json()
        assert summary["status"]["indicator"] == "major"
        wait_for("twelve mails", lambda: len(stage.mails("Card payments fail")) >= 12, limit=40)
        mails = stage.mails("Card payments fail")
        assert len(mails) == 12
        assert len({str(mail["to"]) for mail in mails}) == 12

    def test_goes_out_although_the_broker_forgot_it(self, stage: Stage) -> None:
        stage.site.kill(stage.site.valkey)
        stage.declare_and_publish("Transfers are late")
        assert not stage.mails("Transfers are late")
        stage.site.start_valkey()

        wait_for("twelve mails", lambda: len(stage.mails("Transfers are late")) >= 12, limit=150)
        assert len(stage.mails("Transfers are late")) == 12
