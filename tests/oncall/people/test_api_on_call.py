"""Where a person is on call, over the API."""

from typing import Any

import pytest

from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


def test_names_the_schedules_on_which_the_person_is_on_call() -> None:
    ana, bo = make.UserFactory(), make.UserFactory()
    make.weekly_schedule(ana, name="Shop")
    make.weekly_schedule(bo, name="Mail")
    client = client_of(bo)

    def schedules(person: Any) -> list[str]:
        answer = client.get(f"/api/v1/users/{person.pk}/on-call/").json()
        return [turn["schedule"]["name"] for turn in answer["schedules"]]

    assert (schedules(ana), schedules(bo), schedules(make.UserFactory())) == (["Shop"], ["Mail"], [])
    assert client.get(f"/api/v1/users/{ana.pk}/on-call/?at=yesterday").status_code == 400
