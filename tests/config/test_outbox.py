"""Claims of an outbox take what they may and no more, however PostgreSQL plans the statement."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from config.base.data import outbox
from config.base.data.outbox import Rooms
from oncall.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db

# Without these the rows that were chosen are looked up in a loop, as in a small table of which little is known.
OTHER_PLANS = ("enable_hashjoin", "enable_mergejoin", "enable_hashagg", "enable_sort", "enable_material")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOMS = Rooms(caps={"email": 10}, left={})


@pytest.fixture
def due() -> list[Notice]:
    user = make.UserFactory()
    return [
        Notice.objects.create(
            key=f"n{n}", user=user, channel="email", address=user.email, title="x", url="/", created_at=AT, due_at=AT
        )
        for n in range(4)
    ]


class TestClaim:
    @pytest.mark.usefixtures("due")
    @pytest.mark.parametrize("rooms", [None, ROOMS], ids=["any host", "rooms"])
    def test_takes_no_more_than_the_limit_whatever_the_plan(self, rooms: Rooms | None) -> None:
        with connection.cursor() as cursor:
            for switch in OTHER_PLANS:
                cursor.execute(f"SET LOCAL {switch} = off")

        taken = [len(outbox.claim(Notice, at=AT, limit=limit, rooms=rooms)) for limit in (1, 2, 5)]

        assert taken == [1, 2, 1]
