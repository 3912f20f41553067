"""Every list endpoint: found through the router, so that a new one cannot be forgotten."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.serializers import ModelSerializer

from config.api import router
from config.base.data.roles import Role
from config.base.rest.serializers import RecordSerializer
from config.base.rest.viewsets import AnswerViewSet
from oncall.models import User
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


def _of_ticket(factory: Any) -> Callable[[], Any]:
    """Rows that know their subject are visible through it."""
    return lambda: factory(subject_type="ticket", subject_id=make.IncidentFactory().pk)


def _page() -> Any:
    return make.PageFactory(escalation=_of_ticket(make.EscalationFactory)())


def _entries() -> Any:
    return make.EscalationEntryFactory(escalation=_of_ticket(make.EscalationFactory)(), actor=make.UserFactory())


def _policy() -> Any:
    person = make.UserFactory()
    return make.policy([person, make.weekly_schedule(person)], make.TeamFactory(), fallback=[person])


def _incident() -> Any:
    person = make.UserFactory()
    return make.IncidentFactory(requester=make.ContactFactory(), assignee=person, opened_by=person)


def _alert() -> Any:
    return make.AlertFactory(ticket=make.IncidentFactory())


_rank = iter(range(1, 1000))
ROWS: dict[str, Callable[[], Any]] = {
    "absence": make.AbsenceFactory,
    "override": lambda: make.with_person(make.OverrideFactory()),
    "swap": lambda: make.SwapOfferFactory().swap,
    "action": lambda: make.ActionItemFactory(owner=make.UserFactory()),
    "alert": _alert,
    "calendar": make.CalendarFactory,
    "calendar-date": make.CalendarDateFactory,
    "calendar-version": lambda: make.CalendarVersionFactory(created_by=make.UserFactory()),
    "category": lambda: make.CategoryFactory(team=make.TeamFactory()),
    "component": lambda: make.ComponentFactory(group=make.ComponentFactory(), service=make.ServiceFactory()),
    "delivery": make.UpdateDeliveryFactory,
    "message-template": make.MessageTemplateFactory,
    "maintenance": lambda: make.MaintenanceFactory(component=True),
    "maintenance-update": make.MaintenanceUpdateFactory,
    "public-incident": lambda: make.PublicIncidentFactory(ticket=make.IncidentFactory()),
    "status-page": make.StatusPageFactory,
    "subscriber": make.SubscriberFactory,
    "update": make.CustomerUpdateFactory,
    "contact": lambda: make.ContactFactory(user=make.UserFactory()),
    "engine": make.EngineLaneFactory,
    "escalation": _entries,
    "escalation-policy": _policy,
    "event": lambda: make.EventFactory(alert=_alert()),
    "factor": make.FactorFactory,
    "handoff-note": make.HandoffNoteFactory,
    "incident": _incident,
    "integration": make.IntegrationFactory,
    "metrics": _incident,
    "known-error": make.KnownErrorFactory,
    "link": make.TicketLinkFactory,
    "checklist-item": lambda: make.ChecklistItemFactory(
        created_by=make.UserFactory(), done_by=make.UserFactory(), done_at=make.NOON
    ),
    "private-reading": lambda: make.PrivateReadingFactory(ticket__opened_by=User.objects.order_by("pk").first()),
    "watcher": lambda: make.WatcherFactory(added_by=make.UserFactory()),
    "obligation": make.ObligationFactory,
    "on-call": lambda: make.weekly_schedule(make.UserFactory(), make.UserFactory()),
    "page": _page,
    "postmortem": make.PostmortemFactory,
    "prevention-report": make.PostmortemFactory,
    "postmortem-template": make.PostmortemTemplateFactory,
    "problem": lambda: make.ProblemFactory(assignee=make.UserFactory(), requester=make.ContactFactory()),
    "saved-view": lambda: make.SavedViewFactory(owner=User.objects.order_by("pk").first()),
    "readiness": make.ServiceReadinessFactory,
    "schedule": make.ScheduleFactory,
    "schedule-version": lambda: make.weekly_schedule(make.UserFactory(), make.UserFactory()),
    "service": lambda: make.ServiceDependencyFactory().service,
    "service-on-call": lambda: make.ServiceFactory(
        escalation_policy=make.policy(make.weekly_schedule(make.UserFactory(), make.UserFactory()))
    ),
    "sla": make.SlaTargetFactory,
    "sla-target": lambda: make.SlaTargetVersionFactory().target,
    "severity": lambda: make.SeverityFactory(rank=next(_rank)),
    "sla-cycle": lambda: make.waived_clock(ticket=_incident()),
    "sla-report": lambda: make.waived_clock(ticket=_incident()),
    "sla-credit": make.SlaCreditFactory,
    "sla-waiver": make.SlaWaiverFactory,
    "membership": make.MembershipFactory,
    "team": make.MembershipFactory,
    "timeline": lambda: make.TimelineEntryFactory(actor=make.UserFactory()),
    "user": make.MembershipFactory,
    "waiver": make.PreventionWaiverFactory,
    "work-interval": _of_ticket(make.WorkIntervalFactory),
    "search": _incident,
}
QUERIES = {"search": "?q=broken"}
"""What an endpoint must be asked before it answers."""
LISTS = [(basename, f"/api/v1/{prefix}/", viewset) for prefix, viewset, basename in router.registry]
WITH_ROWS = [(basename, url) for basename, url, viewset in LISTS if not issubclass(viewset, AnswerViewSet)]


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


@pytest.mark.walk
@pytest.mark.parametrize(("basename", "url", "viewset"), LISTS, ids=[basename for basename, _, _ in LISTS])
class TestEveryList:
    def test_needs_as_many_queries_for_ten_rows_as_for_one(
        self, client: Any, basename: str, url: str, viewset: Any
    ) -> None:
        row, url = ROWS[basename], url + QUERIES.get(basename, "")
        row()
        client.get(url)  # notes when the token was last used

        with CaptureQueriesContext(
            connection,
        ) as for_one:
            first_answer = client.get(url)
        for _ in range(9):
            row()
        with CaptureQueriesContext(connection) as for_ten:
            ten = client.get(url)

        assert first_answer.status_code == ten.status_code == 200, ten.content
        assert len(for_ten) == len(for_one), "\n".join(query["sql"] for query in for_ten.captured_queries)
        if not issubclass(viewset, AnswerViewSet):
            assert len(ten.json()["results"]) >= len(first_answer.json()["results"]) + 9

    def test_refuses_a_parameter_that_means_nothing(self, client: Any, basename: str, url: str, viewset: Any) -> None:
        answer = client.get(url, {"filter": "x"})

        assert answer.status_code == 400
        assert "no such parameter" in answer.json()["fields"]["filter"][0]

    def test_requires_a_sign_in(self, basename: str, url: str, viewset: Any) -> None:
        answer = client_of(make.UserFactory(is_active=False)).get(url)

        assert answer.status_code == 401
        assert answer.json()["code"] == "authentication_failed"

    def test_answers_404_to_invalid_ids(self, client: Any, basename: str, url: str, viewset: Any) -> None:
        for wrong in ("0", "-1", "1" * 26, "1'--", "\uff11", "..%2f", "%00", "9" * 18):
            answer = client.get(f"{url}{wrong}/")

            assert answer.status_code == 404, wrong
            assert set(answer.json()) == {"code", "message", "fields"}


@pytest.mark.walk
@pytest.mark.parametrize(("basename", "url"), WITH_ROWS, ids=[basename for basename, _ in WITH_ROWS])
class TestEveryRow:
    def test_shows_a_row_at_its_own_address(self, client: Any, basename: str, url: str) -> None:
        ROWS[basename]()
        answer = client.get(url).json()

        row = answer["results"][0]

        assert client.get(f"{url}{row['id']}/").json() == row

    def test_shows_each_row_as_the_framework_does(
        self, client: Any, monkeypatch: pytest.MonkeyPatch, basename: str, url: str
    ) -> None:
        ROWS[basename]()
        with time_machine.travel(timezone.now(), tick=False):
            ours = client.get(url).json()
            monkeypatch.setattr(RecordSerializer, "to_representation", ModelSerializer.to_representation)

            assert client.get(url).json() == ours


class TestPages:
    def test_are_capped_and_follow_one_another(self, client: Any) -> None:
        ids = {make.IncidentFactory().pk for _ in range(5)}

        first = client.get("/api/v1/incidents/", {"page_size": 2}).json()
        second = client.get(first["next"]).json()
        third = client.get(second["next"]).json()

        assert [len(page["results"]) for page in (first, second, third)] == [2, 2, 1]
        assert {row["id"] for page in (first, second, third) for row in page["results"]} == ids
        assert third["next"] is None

    def test_hold_at_most_a_hundred(self, client: Any) -> None:
        for _ in range(101):
            make.ContactFactory()

        assert len(client.get("/api/v1/contacts/", {"page_size": 10**8}).json()["results"]) == 100

    @pytest.mark.parametrize("cursor", ["x", "cD1hYmM=", "bz0xMDAwMDA=", "cD0lMDA=", "cD0xZTQw"])
    def test_refuse_a_made_up_cursor_by_name(self, client: Any, cursor: str) -> None:
        for address in ("/api/v1/incidents/", "/api/v1/timeline/"):
            answer = client.get(address, {"cursor": cursor})

            assert answer.status_code in {200, 400}
            assert answer.status_code == 200 or list(answer.json()["fields"]) == ["cursor"]
