"""The page of a severity in a browser: the preview follows what is typed, and nothing is stored by looking."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from incidents.models import Severity
from oncall.models import User

pytestmark = [pytest.mark.django_db(transaction=True)]


class TestPreview:
    def test_follows_what_is_typed(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        boss = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
        page = open_page(width=1360, user=boss)
        page.goto("/admin/incidents/severity/add/")

        page.fill("[name=name]", "SEV2-Retail")
        page.fill("[name=next_update_goal]", "600")
        expect(page.locator("#bad-next_update_goal")).to_contain_text("longer than restore (8 hours)")
        expect(page.locator("#severity-preview")).to_contain_text("No answer")
        expect(page.locator("#bad-title")).to_be_empty()  # nobody has typed there yet

        page.fill("[name=next_update_goal]", "30")
        expect(page.locator("#bad-next_update_goal")).to_be_empty()
        page.click("text=24 December 22:00")
        expect(page.locator("#severity-preview")).to_contain_text("22:30 UTC next update by")

        page.click("button[name=_move][value=up]")
        expect(page.locator(".ap-order .is-this + li")).to_contain_text("SEV3")
        expect(page.locator("[name=next_update_goal]")).to_have_value("30")
        assert Severity.objects.count() == 3
