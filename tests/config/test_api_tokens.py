"""Which token acted stands in the timeline, on screens and in the history of configuration."""

from typing import Any

import pytest

from config.base.data import acting
from config.base.data.roles import Role
from incidents.models import TimelineEntry
from oncall.models import ApiToken
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nina() -> Any:
    return make.UserFactory(name="Nina", roles=[Role.AGENT])


@pytest.fixture
def bot(nina: Any) -> Any:
    client = client_of(nina)
    ApiToken.objects.update(name="deploy-bot")
    return client


class TestTimeline:
    def test_names_the_token_with_the_person(self, bot: Any, client: Any, nina: Any) -> None:
        ticket = make.IncidentFactory(severity__pages=False)
        url = f"/api/v1/incidents/{ticket.pk}"

        bot.post(f"{url}/add_note/", {"text": "Rolled back."})
        bot.post(f"{url}/acknowledge/")
        client.force_login(nina)
        page = client.get(ticket.get_absolute_url()).content.decode()

        assert page.count("with token “deploy-bot”") == 2
        entries = bot.get(f"{url}/timeline/").json()["results"]
        assert [(entry["actor"]["name"], entry["token"]) for entry in entries] == [("Nina", "deploy-bot")] * 2

    def test_names_none_for_what_the_person_does_in_the_portal(self, bot: Any, client: Any, nina: Any) -> None:
        ticket = make.IncidentFactory(severity__pages=False)
        bot.get("/api/v1/teams/")
        client.force_login(nina)

        client.post(f"{ticket.get_absolute_url()}acknowledge/")

        assert TimelineEntry.objects.get().token is None

    def test_keeps_the_token_in_a_problem_that_is_opened_from_it(self, bot: Any) -> None:
        ticket = make.IncidentFactory(severity__pages=False)
        bot.post(f"/api/v1/incidents/{ticket.pk}/add_note/", {"text": "Rolled back."})

        problem = bot.post("/api/v1/problems/", {"incident": ticket.reference}).json()

        [copied] = TimelineEntry.objects.filter(ticket=problem["id"], text="Rolled back.")
        assert str(copied.token).endswith("deploy-bot")


class TestContext:
    def test_ends_with_the_request_also_when_it_fails(self, bot: Any) -> None:
        bot.get("/api/v1/incidents/0/")
        bot.post("/api/v1/incidents/", {}, headers={"Idempotency-Key": "k"})

        assert acting.token_id() is None

    def test_of_every_request_is_its_own_token(self, bot: Any, nina: Any) -> None:
        ticket = make.IncidentFactory(severity__pages=False)
        other = client_of(nina)

        for client in (bot, other):
            client.post(f"/api/v1/incidents/{ticket.pk}/add_note/", {"text": "x"})

        assert list(TimelineEntry.objects.order_by("pk").values_list("token__name", flat=True)) == [
            "deploy-bot",
            "Test",
        ]


class TestHistory:
    def test_of_configuration_names_the_token(self) -> None:
        token = make.ApiTokenFactory(name="terraform")

        with acting.with_token(token.pk):
            service = make.ServiceFactory()
        quiet = make.ServiceFactory()

        assert service.history.get().history_change_reason == "With token “terraform”"
        assert not quiet.history.get().history_change_reason
