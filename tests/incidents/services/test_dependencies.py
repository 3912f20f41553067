"""What a service needs: never in a circle, in the administration too."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


class TestAdministration:
    def test_refuses_a_circle_on_the_row(self, client: Client) -> None:
        first, second = make.ServiceFactory(name="Tills"), make.ServiceFactory(name="Payments")
        make.ServiceDependencyFactory(service=first, needs=second)
        client.force_login(make.UserFactory(is_superuser=True, is_staff=True))
        rows = {
            "dependencies-TOTAL_FORMS": "1", "dependencies-INITIAL_FORMS": "0",
            "dependencies-0-service": str(second.pk), "dependencies-0-needs": str(first.pk),
        }  # fmt: skip
        columns = {
            "name": second.name,
            "slug": second.slug,
            "kind": second.kind,
            "tier": "3",
            "flapping_minutes": "10",
        }
        address = reverse("admin:incidents_service_change", args=[second.pk])

        page = client.post(address, rows | columns | {"team": str(second.team_id), "change_reason": "Why"})

        assert "Tills already needs Payments" in page.content.decode()
        assert not second.dependencies.exists()
