"""The link in a page: for one page, a day, one answer, and only while its account is open (bad input 53)."""

from datetime import timedelta

import pytest

from oncall import paging
from oncall.models import Page, User
from oncall.paging.links import LIFETIME, key_for
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Page:
    return make.PageFactory(created_at=NOON)


class TestLinks:
    def test_of_a_closed_account_open_nothing(self, page: Page) -> None:
        User.objects.filter(pk=page.user_id).update(is_active=False)

        with pytest.raises(paging.BadLink, match="account is closed"):
            paging.page_for_link(key=key_for(page), at=NOON)

    def test_work_for_a_day(self, page: Page) -> None:
        assert paging.page_for_link(key=key_for(page), at=NOON + LIFETIME) == page

        with pytest.raises(paging.BadLink, match="a day old"):
            paging.page_for_link(key=key_for(page), at=NOON + LIFETIME + timedelta(seconds=1))

    def test_are_used_once(self, page: Page) -> None:
        assert [paging.use_link(page=page, at=NOON) for _ in range(2)] == [True, False]

    @pytest.mark.parametrize(
        "change", [lambda key: key[:-1], lambda key: key + "x", lambda key: "x"], ids=["shorter", "longer", "other"]
    )
    def test_with_another_key_open_nothing(self, page: Page, change: object) -> None:
        assert callable(change)
        with pytest.raises(paging.BadLink, match="not complete"):
            paging.page_for_link(key=change(key_for(page)), at=NOON)
