"""The pages and endpoints of excluded time and waivers, without script."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.data.roles import Role
from incidents.models import SlaCredit, SlaWaiver, Ticket
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> Any:
    return floor_minute(timezone.now())


@pytest.fixture
def agent(client: Client) -> Any:
    user = make.UserFactory(name="Ana", roles=[Role.AGENT])
    client.force_login(user)
    return user


@pytest.fixture
def manager() -> Any:
    return make.UserFactory(name="Bob", roles=[Role.MANAGER])


def incident(**fields: Any) -> Ticket:
    began = timezone.now() - timedelta(days=10)
    row = make.IncidentFactory(**{"created_at": began, "impact_started_at": began} | fields)
    return Ticket.objects.get(pk=row.pk)


def secret() -> Ticket:
    return incident(title="Marker", visibility="private", visibility_reason="HR")


def at(moment: Any) -> str:
    return str(moment.isoformat())


def page_of(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(f"incidents:{name}", args=arguments)).content.decode()


class TestRequest:
    def url(self, ticket: Ticket) -> str:
        return reverse("incidents:excluded-time-request", args=[ticket.reference])

    def test_is_made_on_the_ticket_with_a_span(self, client: Client, agent: Any, now: Any) -> None:
        ticket = incident()
        data = {"starts_at": at(now - 2 * HOUR), "ends_at": at(now - HOUR), "reason": "A holiday."}

        answer = client.post(self.url(ticket), data)

        credit = SlaCredit.objects.get()
        assert answer["Location"] == credit.get_absolute_url()
        assert (credit.ticket, credit.minutes, credit.requested_by) == (ticket, 60, agent)

    def test_of_a_whole_day_is_the_day_of_its_calendar(self, client: Client, agent: Any, now: Any) -> None:
        """Tokyo has no summer time: its day begins at 15:00 UTC of the day before."""
        calendar = make.CalendarFactory(name="Tokyo")
        make.CalendarVersionFactory(calendar=calendar, time_zone="Asia/Tokyo")
        day = (now - timedelta(days=3)).date()

        client.post(self.url(incident()), {"day": f"{day}", "calendar": calendar.pk, "reason": "A holiday."})

        credit = SlaCredit.objects.get()
        assert credit.starts_at.isoformat() == f"{day - timedelta(days=1)}T15:00:00+00:00"
        assert credit.minutes == 24 * 60

    def test_of_a_day_is_cut_to_the_ticket_and_to_now(self, client: Client, agent: Any, now: Any) -> None:
        began = now - timedelta(minutes=5)
        ticket = incident(created_at=began, impact_started_at=began)

        client.post(self.url(ticket), {"day": f"{now.date()}", "reason": "A holiday."})

        credit = SlaCredit.objects.get()
        assert credit.starts_at == max(began, now.replace(hour=0, minute=0))
        assert now <= credit.ends_at <= floor_minute(timezone.now())

    @pytest.mark.parametrize(
        ("data", "field", "sentence"),
        [
            ({}, "day", "Choose a whole day, or write from when until when."),
            ({"starts_at": "2026-01-05T00:00Z"}, "ends_at", "Choose a whole day, or write from when until when."),
            ({"day": "2026-01-05", "starts_at": "2026-01-05T00:00Z"}, "day", "not both"),
            ({"day": "2099-01-05"}, "day", "This day has not begun yet."),
            ({"day": "2020-01-05"}, "day", "began after this day. Choose another day."),
            ({"starts_at": "2020-01-05T00:00Z", "ends_at": "2020-01-06T00:00Z"}, "starts_at", "Start then or later."),
            ({"starts_at": "2020-01-05T00:00Z", "ends_at": "2099-01-06T00:00Z"}, "ends_at", "not over yet"),
            ({"starts_at": "2020-01-05T00:00:30Z", "ends_at": "2020-01-06T00:00Z"}, "starts_at", "to the minute"),
            ({"day": "2020-01-05", "reason": ""}, "reason", "required"),
        ],
    )
    def test_that_is_wrong_is_refused_on_its_field(
        self, client: Client, agent: Any, data: dict[str, str], field: str, sentence: str
    ) -> None:
        answer = client.post(self.url(incident()), {"reason": "A holiday."} | data)

        assert answer.status_code == 422
        assert sentence in " ".join(answer.context["form"].errors[field])
        assert not SlaCredit.objects.exists()

    def test_that_overlaps_is_refused_on_its_field(self, client: Client, agent: Any, now: Any) -> None:
        ticket = incident()
        make.SlaCreditFactory(ticket=ticket, starts_at=now - 2 * HOUR)
        data = {"starts_at": at(now - 90 * HOUR / 60), "ends_at": at(now), "reason": "A holiday."}

        answer = client.post(self.url(ticket), data)

        assert "overlap another excluded time" in answer.context["form"].errors["starts_at"][0]

    def test_of_a_private_ticket_does_not_exist_for_others(self, client: Client, agent: Any) -> None:
        assert client.get(self.url(secret())).status_code == 404

    def test_needs_the_right(self, client: Client) -> None:
        client.force_login(make.UserFactory())

        assert client.get(self.url(incident())).status_code == 403
        assert client.get(reverse("incidents:excluded-time-many")).status_code == 403


class TestDecision:
    def test_is_for_a_second_person_with_the_right(self, client: Client, agent: Any, manager: Any, now: Any) -> None:
        credit = make.SlaCreditFactory(ticket=incident(), starts_at=now - 2 * HOUR, requested_by=agent)
        approve = reverse("incidents:excluded-time-approve", args=[credit.pk])

        assert approve not in page_of(client, "excluded-time", credit.pk)
        assert client.post(approve).status_code == 403
        client.force_login(manager)
        assert approve in page_of(client, "excluded-time", credit.pk)
        client.post(approve)

        credit.refresh_from_db()
        assert (credit.status, credit.decided_by) == ("approved", manager)

    def test_of_the_requester_and_of_the_assignee_is_refused_in_words(
        self, client: Client, manager: Any, now: Any
    ) -> None:
        own = make.SlaCreditFactory(ticket=incident(), starts_at=now - 2 * HOUR, requested_by=manager)
        of_assignee = make.SlaCreditFactory(ticket=incident(assignee=manager), starts_at=now - 2 * HOUR)
        client.force_login(manager)

        for credit, sentence in ((own, "You requested it"), (of_assignee, "is assigned to you")):
            assert sentence in page_of(client, "excluded-time", credit.pk)
            url = reverse("incidents:excluded-time-approve", args=[credit.pk])
            assert sentence in client.post(url, follow=True).content.decode()
            credit.refresh_from_db()
            assert credit.status == "asked"

    def test_may_be_against_it(self, client: Client, manager: Any) -> None:
        credit = make.SlaCreditFactory(ticket=incident())
        client.force_login(manager)
        url = reverse("incidents:excluded-time-decline", args=[credit.pk])

        assert client.post(url, {"reason": ""}).status_code == 422
        assert client.post(url, {"reason": "They count."}).status_code == 302

        credit.refresh_from_db()
        assert credit.status == "declined"

    def test_of_a_private_ticket_does_not_exist_for_others(self, client: Client, manager: Any) -> None:
        credit = make.SlaCreditFactory(ticket=secret(), reason="Marker")
        waiver = make.SlaWaiverFactory(breach__ticket=credit.ticket, reason="Marker")
        client.force_login(manager)

        for name, row in (("excluded-time", credit), ("sla-waiver", waiver)):
            assert client.get(reverse(f"incidents:{name}", args=[row.pk])).status_code == 404
            assert client.post(reverse(f"incidents:{name}-approve", args=[row.pk])).status_code == 404
            assert client.post(reverse(f"incidents:{name}-decline", args=[row.pk])).status_code == 404
            assert "Marker" not in page_of(client, f"{name}s")
        breach = reverse("incidents:sla-waiver-request", args=[waiver.breach_id])
        assert client.get(breach).status_code == 404


class TestManyTickets:
    url = "/corrections/many-tickets/"

    def data(self, now: Any, **more: Any) -> dict[str, Any]:
        return {"starts_at": at(now - 2 * HOUR), "ends_at": at(now - HOUR), "reason": "A holiday.", **more}

    def test_are_listed_before_anything_is_requested(self, client: Client, agent: Any, now: Any) -> None:
        taken = make.SlaCreditFactory(ticket=incident(title="Taken"), starts_at=now - 2 * HOUR)
        incident(title="Free")
        secret()

        page = client.post(self.url, self.data(now, do="list")).content.decode()

        assert "2 tickets, 1 of them possible" in page
        assert "overlap another excluded time" in page
        assert "Marker" not in page
        assert list(SlaCredit.objects.all()) == [taken]

    def test_are_requested_as_ticked_and_decided_together(
        self, client: Client, agent: Any, manager: Any, now: Any
    ) -> None:
        first, second, _, private = incident(), incident(), incident(), secret()
        ticked = [first.pk, second.pk, private.pk]

        answer = client.post(self.url, self.data(now, do="send", tickets=ticked), follow=True)

        assert "Requested for 2 tickets." in answer.content.decode()
        credits = list(SlaCredit.objects.order_by("pk"))
        assert [credit.ticket for credit in credits] == [first, second]
        client.force_login(manager)
        assert "1 other ticket</a>, of them 1 waiting" in page_of(client, "excluded-time", credits[0].pk)
        done = client.post(reverse("incidents:excluded-time-approve-all", args=[credits[0].pk]), follow=True)
        assert "Approved for 2 tickets." in done.content.decode()
        assert set(SlaCredit.objects.values_list("status", flat=True)) == {"approved"}

    def test_are_declined_together(self, client: Client, agent: Any, manager: Any, now: Any) -> None:
        client.post(self.url, self.data(now, do="send", tickets=[incident().pk, incident().pk]))
        client.force_login(manager)
        credit = SlaCredit.objects.first()
        assert credit is not None

        client.post(reverse("incidents:excluded-time-decline-all", args=[credit.pk]), {"reason": "They count."})

        assert set(SlaCredit.objects.values_list("status", flat=True)) == {"declined"}

    def test_are_refused_in_words_and_stay_ticked(self, client: Client, agent: Any, now: Any) -> None:
        ticket = incident()
        assert "Choose at least one ticket" in client.post(self.url, self.data(now, do="send")).content.decode()

        answer = client.post(self.url, self.data(now, do="send", tickets=[ticket.pk], reason=""))

        assert answer.status_code == 422
        assert f'value="{ticket.pk}" checked' in answer.content.decode()

    def test_are_not_listed_for_minutes_to_come(self, client: Client, agent: Any, now: Any) -> None:
        incident(title="First")

        answer = client.post(self.url, self.data(now, do="list", ends_at=at(now + HOUR)))

        assert "not over yet" in answer.context["form"].errors["ends_at"][0]
        assert "First" not in answer.content.decode()

    def test_of_another_choice_are_not_listed(self, client: Client, agent: Any, now: Any) -> None:
        first = incident(title="First")
        incident(title="Second")

        page = client.post(self.url, self.data(now, service=first.service_id)).content.decode()

        assert "First" in page
        assert "Second" not in page

    def test_that_are_too_many_are_not_listed(
        self, client: Client, agent: Any, now: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("incidents.views.sla.many_tickets.MAX_TICKETS", 1)
        incident()
        incident()

        assert "more than 1 tickets" in client.post(self.url, self.data(now)).content.decode()

    def test_decision_about_one_that_is_alone_has_no_address(self, client: Client, manager: Any) -> None:
        client.force_login(manager)
        credit = make.SlaCreditFactory(ticket=incident())

        assert client.post(reverse("incidents:excluded-time-approve-all", args=[credit.pk])).status_code == 404


class TestWaiver:
    def test_is_requested_at_the_breach_and_decided_on_its_page(
        self, client: Client, agent: Any, manager: Any
    ) -> None:
        breach = make.SlaBreachFactory(ticket=incident())
        url = reverse("incidents:sla-waiver-request", args=[breach.pk])
        assert "“Restore”" in client.get(url).content.decode()
        assert client.post(url, {"reason": "Agreed."}).status_code == 302
        assert "requested already" in client.post(url, {"reason": "Again."}).content.decode()
        waiver = SlaWaiver.objects.get()
        approve = reverse("incidents:sla-waiver-approve", args=[waiver.pk])
        assert approve not in page_of(client, "sla-waiver", waiver.pk)

        client.force_login(manager)
        assert approve in page_of(client, "sla-waiver", waiver.pk)
        client.post(approve)

        waiver.refresh_from_db()
        assert waiver.status == "approved"


class TestLists:
    def test_say_whose_turn_it_is(self, client: Client, manager: Any, now: Any) -> None:
        free = make.SlaCreditFactory(ticket=incident(), reason="Anybody's")
        make.SlaCreditFactory(ticket=incident(), requested_by=manager, reason="Of the manager")
        make.SlaCreditFactory(ticket=incident(assignee=manager), reason="Of the assignee")
        make.SlaWaiverFactory(breach__ticket=free.ticket, reason="Somebody's")
        client.force_login(manager)

        waiting = client.get("/corrections/?turn=me").content.decode()
        requested = client.get("/corrections/?turn=requested").content.decode()

        assert [word in waiting for word in ("Anybody", "Of the manager", "Of the assignee")] == [True, False, False]
        assert [word in requested for word in ("Anybody", "Of the manager", "Of the assignee")] == [False, True, False]
        assert "Somebody" in client.get("/corrections/waivers/?turn=me").content.decode()

    def test_have_nothing_that_waits_for_those_who_cannot_decide(self, client: Client, agent: Any) -> None:
        make.SlaCreditFactory(ticket=incident(), reason="Anybody's")

        assert "Anybody" not in client.get("/corrections/?turn=me").content.decode()

    def test_are_files_too(self, client: Client, agent: Any, now: Any) -> None:
        credit = make.SlaCreditFactory(ticket=incident(), starts_at=now - 2 * HOUR)

        content = client.get("/corrections/?export=csv").content.decode()

        assert credit.ticket.reference in content
        assert at(credit.starts_at) in content


class TestApi:
    def test_requests_and_decides_excluded_time(self, agent: Any, manager: Any, now: Any) -> None:
        ticket = incident()
        body = {"ticket": ticket.reference, "starts_at": at(now - 2 * HOUR), "ends_at": at(now - HOUR)}
        first, second = client_of(agent), client_of(manager)

        made = first.post("/api/v1/sla-credits/", body | {"reason": "A holiday."})
        assert made.status_code == 201, made.json()
        url = f"/api/v1/sla-credits/{made.json()['id']}/"
        assert (made.json()["minutes"], made.json()["status"]) == (60, "asked")
        again = first.post("/api/v1/sla-credits/", body | {"reason": "Again."})
        assert (again.status_code, list(again.json()["fields"])) == (400, ["starts_at"])
        assert first.post(f"{url}approve/").status_code == 403
        assert second.post(f"{url}approve/").json()["status"] == "approved"
        assert second.post(f"{url}decline/", {"reason": "x"}).status_code == 409

    def test_requests_and_decides_waivers(self, agent: Any, manager: Any) -> None:
        breach = make.SlaBreachFactory(ticket=incident())
        first, second = client_of(agent), client_of(manager)

        made = first.post("/api/v1/sla-waivers/", {"breach": breach.pk, "reason": "Agreed."})
        assert made.status_code == 201, made.json()
        assert made.json()["ticket"] == breach.ticket.reference
        declined = second.post(f"/api/v1/sla-waivers/{made.json()['id']}/decline/", {"reason": "No."})
        assert declined.json()["status"] == "declined"

    def test_hides_private_tickets(self, agent: Any, manager: Any, now: Any) -> None:
        ticket = secret()
        credit = make.SlaCreditFactory(ticket=ticket)
        waiver = make.SlaWaiverFactory(breach__ticket=ticket)
        client = client_of(manager)

        for kind, row in (("sla-credits", credit), ("sla-waivers", waiver)):
            assert client.get(f"/api/v1/{kind}/").json()["results"] == []
            assert client.post(f"/api/v1/{kind}/{row.pk}/approve/").status_code == 404
        span = {"starts_at": at(now - 2 * HOUR), "ends_at": at(now - HOUR), "reason": "x"}
        assert client.post("/api/v1/sla-credits/", {"ticket": ticket.reference, **span}).status_code == 400
        assert client.post("/api/v1/sla-waivers/", {"breach": waiver.breach_id, "reason": "x"}).status_code == 400
