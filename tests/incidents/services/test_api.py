"""Services over the API: named by slug or id, in addresses, bodies and filters alike."""

from typing import Any

import pytest

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    make.PriorityRuleFactory()
    return client_of(make.UserFactory(roles=[Role.AGENT]))


@pytest.fixture
def service() -> Any:
    return make.ServiceFactory(slug="checkout")


class TestAService:
    def test_has_an_address_by_slug_and_by_id(self, client: Any, service: Any) -> None:
        by_slug, by_id = (client.get(f"/api/v1/services/{key}/") for key in ("checkout", service.pk))

        assert by_slug.json() == by_id.json()
        assert by_slug.json()["slug"] == "checkout"

    def test_is_taken_by_slug_and_by_id_in_a_body(self, client: Any, service: Any) -> None:
        for key in ("checkout", service.pk):
            answer = client.post("/api/v1/incidents/", {"title": "Payments fail", "service": key}, format="json")

            assert answer.status_code == 201, answer.content
            assert answer.json()["service"] == "checkout"
