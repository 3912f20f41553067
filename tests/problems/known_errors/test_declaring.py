"""Matching known errors are shown while a person declares an incident."""

from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from incidents.models import Incident
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def known_error() -> Any:
    make.PriorityRuleFactory(impact=2, urgency=2, priority=3, severity=make.SeverityFactory(rank=3, pages=False))
    return make.KnownErrorFactory(
        title="Connection pool runs empty after a release", workaround="Restart the pool twice."
    )


@pytest.fixture
def employee(client: Client) -> Client:
    client.force_login(make.UserFactory())
    return client


class TestProposal:
    def test_shows_the_workaround_while_one_types(self, employee: Client, known_error: Any) -> None:
        page = employee.post(
            "/incidents/declare/proposal/",
            {"title": "connection pool empty", "service": known_error.problem.service.pk},
        ).content.decode()

        assert "Matching known errors" in page
        assert "Restart the pool twice." in page

    def test_reads_the_description_too(self, employee: Client, known_error: Any) -> None:
        description = "Checkout answers with errors after a release. " * 200

        page = employee.post(
            "/incidents/declare/proposal/", {"title": "Help", "description": description}
        ).content.decode()

        assert known_error.title in page

    def test_keeps_quiet_about_other_trouble(self, employee: Client, known_error: Any) -> None:
        page = employee.get("/incidents/declare/proposal/", {"title": "Printer jammed"}).content.decode()

        assert "known error" not in page

    def test_keeps_what_is_private(self, employee: Client, known_error: Any) -> None:
        private = make.ProblemFactory(visibility="private", visibility_reason="HR")
        make.KnownErrorFactory(problem=private, title="Payroll file is wrong", workaround="Secret words")

        page = employee.get("/incidents/declare/proposal/", {"title": "Payroll file is wrong"}).content.decode()

        assert "Secret words" not in page

    @pytest.mark.parametrize("title", ["", "a", "\x00", "'; --", "%_\\", "x" * 5000])
    def test_accepts_nonsense(self, employee: Client, known_error: Any, title: str) -> None:
        assert employee.post("/incidents/declare/proposal/", {"title": title}).status_code == 200

    def test_is_on_the_page_without_script(self, employee: Client, known_error: Any) -> None:
        page = employee.post("/incidents/declare/", {"title": "connection pool empty", "preview": "1"})

        assert "Restart the pool twice." in page.content.decode()
        assert not Incident.objects.exists()

    def test_is_available_in_the_api(self, known_error: Any) -> None:
        make.KnownErrorFactory(title="Label printer offline", symptoms="No labels")
        client = client_of(make.UserFactory(roles=[Role.AGENT]))

        rows = client.get("/api/v1/known-errors/", {"resembles": "connection pool empty"}).json()["results"]

        assert [row["title"] for row in rows] == [known_error.title]
