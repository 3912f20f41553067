"""The page that shows the API to people: offline, and quiet under its content policy."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import factories as make


@pytest.mark.django_db
class TestDocsPage:
    def test_sends_strangers_to_sign_in(self, client: Any) -> None:
        assert client.get("/api/docs/").status_code == 302

    def test_loads_nothing_from_elsewhere(self, client: Any) -> None:
        client.force_login(make.UserFactory())

        answer = client.get("/api/docs/")

        assert "http" not in answer.content.decode().replace("http-equiv", "")
        assert "script-src 'self';" in f"{answer['Content-Security-Policy']};"


@pytest.mark.django_db(transaction=True)
def test_shows_the_endpoints_without_a_complaint_of_the_browser(
    browser: Browser, live_server: Any, client: Any
) -> None:
    client.force_login(make.UserFactory())
    complaints: list[str] = []
    context = browser.new_context()
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock-summary-path", timeout=30_000)
    # So many endpoints are drawn only as one scrolls to them.
    endpoint = page.locator("text=/api/v1/incidents/{id}/acknowledge/")
    for _ in range(200):
        if endpoint.count():
            break
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)
    assert endpoint.count()

    context.close()
    assert complaints == []
