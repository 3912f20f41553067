"""The page that shows the API to people: offline, and quiet under its content policy."""

from pathlib import Path
from typing import Any

import pytest

from tests import factories as make

CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.django_db
class TestDocsPage:
    def test_sends_strangers_to_sign_in(self, client: Any) -> None:
        assert client.get("/api/docs/").status_code == 302

    def test_loads_nothing_from_elsewhere(self, client: Any) -> None:
        client.force_login(make.UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")

        answer = client.get("/api/docs/")

        assert "http" not in answer.content.decode().replace("http-equiv", "")
        assert "script-src 'self';" in f"{answer['Content-Security-Policy']};"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed.")
def test_shows_the_endpoints_without_a_complaint_of_the_browser(
    live_server: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    client.force_login(make.UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")
    complaints: list[str] = []
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        context = browser.new_context()
        context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))

        page.goto(f"{live_server.url}/api/docs/")
        page.wait_for_selector("text=/api/v1/incidents/{id}/acknowledge/", timeout=30_000)

        browser.close()
    assert complaints == []
