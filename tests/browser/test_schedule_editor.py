"""The rotation editor in a browser: with a script and without, wide and narrow, by day and by night."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from oncall.models import Schedule
from tests import factories as make
from tests.browser.conftest import take_shot

pytestmark = [pytest.mark.django_db(transaction=True)]


def _shoot(page: Any, name: str) -> None:
    page.wait_for_load_state("networkidle")
    take_shot(page, f"rotation-{name}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide} px"


@pytest.mark.parametrize("scripts", [True, False])
def test_makes_a_rotation_and_changes_it(
    open_page: Callable[..., Any], company: dict[str, Any], scripts: bool
) -> None:
    width = 1360 if scripts else 390
    page = open_page(width=width, user=company["ana"], scripts=scripts)
    page.goto(f"{reverse('oncall:schedule-new')}?team={company['team'].slug}")
    page.get_by_label("Name", exact=False).first.fill("Shop nights")
    page.get_by_role("button", name="Add the whole team").click()
    page.locator(".turns").get_by_text("Bob Martin").wait_for()
    page.get_by_role("button", name="Ana Silva a turn later").click()
    page.locator(".turns li").first.get_by_text("Bob Martin").wait_for()

    page.get_by_role("button", name="Preview").last.click()
    page.get_by_text("The next eight weeks").wait_for()
    if scripts:
        _shoot(page, f"preview-{width}")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("heading", name="Shop nights").wait_for()

    [layer] = Schedule.objects.get(name="Shop nights").versions.get().layers.all()
    assert [member.user.name for member in layer.members.order_by("slot")] == ["Bob Martin", "Ana Silva"]
    page.get_by_role("link", name="Edit rotation").click()
    page.get_by_role("heading", name="Change Shop nights").wait_for()
    page.get_by_role("button", name="Remove Ana Silva").click()
    page.locator(".turns").get_by_text("Ana Silva").wait_for(state="detached")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Ana Silva left").wait_for()


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (1360, True), (390, False), (390, True)])
def test_fits(open_page: Callable[..., Any], company: dict[str, Any], width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark, user=company["ana"])
    for n in range(3):
        make.MembershipFactory(team=company["team"], user__name=f"Colleague Number {n}")
    shade = f"{width}-{'dark' if dark else 'light'}"

    page.goto(reverse("oncall:schedule-edit", args=[company["schedule"].pk]))
    page.get_by_role("button", name="Add the whole team").click()
    page.locator(".turns").get_by_text("Colleague Number 2").wait_for()
    page.get_by_role("button", name="Add layer").click()
    page.get_by_role("heading", name="Layer 2").wait_for()
    page.get_by_text("Advanced").last.click()
    _shoot(page, f"typed-{shade}")
    page.get_by_role("button", name="Preview").last.click()
    page.get_by_text("The next eight weeks").wait_for()
    _shoot(page, f"looked-{shade}")
    page.goto(company["schedule"].get_absolute_url())
    _shoot(page, f"schedule-{shade}")
