"""Swaps in the portal and over the API: what each person sees and may do (R-O4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.base.data.clock import floor_minute
from oncall.models import Override, SwapRequest
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Stage:
    """Ana is on call all week; Ben and Cleo are in the team, Mia manages it, Sam is not in the team."""

    def __init__(self) -> None:
        self.ana, self.ben, self.cleo, self.sam = (make.UserFactory(name=n) for n in ("Ana", "Ben", "Cleo", "Sam"))
        self.schedule = make.team_schedule(self.ana, name="Shop primary")
        for person in (self.ben, self.cleo):
            make.MembershipFactory(team=self.schedule.team, user=person)
        self.mia = make.MembershipFactory(team=self.schedule.team, role="manager", user__name="Mia").user
        self.start = floor_minute(timezone.now()) + 24 * HOUR

    def signed_in(self, person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def ask(self) -> SwapRequest:
        answer = self.signed_in(self.ana).post(
            f"/schedules/{self.schedule.pk}/swap/",
            {
                "starts_at": self.start.strftime("%Y-%m-%dT%H:%M"),
                "ends_at": (self.start + 4 * HOUR).strftime("%Y-%m-%dT%H:%M"),
                "note": "Dentist",
            },
        )
        assert answer.status_code == 302, answer.content
        return SwapRequest.objects.get()

    def offer(self, swap: SwapRequest, person: Any) -> Any:
        answer = self.signed_in(person).post(f"/swaps/{swap.pk}/offer/", {"note": ""})
        assert answer.status_code == 302, answer.content
        return swap.offers.get(user=person)


@pytest.fixture
def stage() -> Stage:
    return Stage()


class TestPortal:
    def test_leads_from_a_request_to_another_person_on_call(self, stage: Stage) -> None:
        swap = stage.ask()
        offer = stage.offer(swap, stage.ben)

        answer = stage.signed_in(stage.ana).post(f"/swaps/offers/{offer.pk}/accept/", follow=True)

        assert "Agreed. Everybody is notified." in answer.content.decode()
        assert "Ben covers" in answer.content.decode()
        assert Override.objects.get().get_absolute_url() in answer.content.decode()

    def test_shows_each_person_what_they_may_do(self, stage: Stage) -> None:
        swap = stage.ask()
        stage.offer(swap, stage.ben)

        def visible_texts(person: Any) -> set[str]:
            page = stage.signed_in(person).get(swap.get_absolute_url()).content.decode()
            texts = ("Accept<", "Withdraw<", "Offer to take it", "Cancel swap", "Who could take it")
            return {text for text in texts if text in page}

        assert visible_texts(stage.ana) == {"Accept<", "Cancel swap", "Who could take it"}
        assert visible_texts(stage.ben) == {"Withdraw<"}
        assert visible_texts(stage.cleo) == {"Offer to take it"}
        assert visible_texts(stage.mia) == {"Offer to take it", "Cancel swap", "Who could take it"}
        assert visible_texts(stage.sam) == set()

    def test_names_candidates_with_reasons(self, stage: Stage) -> None:
        page = stage.signed_in(stage.ana).get(stage.ask().get_absolute_url()).content.decode()

        assert "in the last 12 weeks" in page
        assert page.index("Ben") < page.index("Cleo")

    def test_refuses_strangers_and_others(self, stage: Stage) -> None:
        swap = stage.ask()
        offer = stage.offer(swap, stage.ben)

        assert stage.signed_in(stage.sam).post(f"/swaps/{swap.pk}/offer/", {}).status_code == 403
        assert stage.signed_in(stage.cleo).post(f"/swaps/{swap.pk}/cancel/").status_code == 403
        assert stage.signed_in(stage.cleo).post(f"/swaps/{swap.pk}/approve/").status_code == 403
        answer = stage.signed_in(stage.cleo).post(f"/swaps/offers/{offer.pk}/accept/", follow=True)
        assert "Only Ana can accept offers for this swap." in answer.content.decode()
        assert not Override.objects.exists()

    def test_asks_a_manager_if_the_team_requires_it(self, stage: Stage) -> None:
        type(stage.schedule.team).objects.update(swaps_need_approval=True)
        swap = stage.ask()
        offer = stage.offer(swap, stage.ben)
        stage.signed_in(stage.ana).post(f"/swaps/offers/{offer.pk}/accept/")

        page = stage.signed_in(stage.mia).get(swap.get_absolute_url()).content.decode()
        declined = stage.signed_in(stage.mia).post(
            f"/swaps/{swap.pk}/decline/", {"answer": "Ben is at a fair."}, follow=True
        )

        assert "Do you approve?" in page
        assert "Ben is at a fair." in declined.content.decode()
        assert not Override.objects.exists()

    def test_says_beside_the_field_that_one_is_not_on_call(self, stage: Stage) -> None:
        answer = stage.signed_in(stage.ben).post(
            f"/schedules/{stage.schedule.pk}/swap/",
            {"starts_at": f"{stage.start:%Y-%m-%dT%H:%M}", "ends_at": f"{stage.start + HOUR:%Y-%m-%dT%H:%M}"},
        )

        assert answer.status_code == 422
        assert answer.context["form"].errors["starts_at"] == ["You are not on call on Shop primary at that time."]

    def test_is_offered_from_the_schedule_s_page(self, stage: Stage) -> None:
        page = stage.signed_in(stage.ana).get(stage.schedule.get_absolute_url()).content.decode()

        for action in ("take", "cover", "swap", "change"):
            assert f"/schedules/{stage.schedule.pk}/{action}/" in page


class TestEndpoint:
    def post(self, person: Any, path: str, body: Any = None) -> Any:
        return client_of(person).post(f"/api/v1/swaps/{path}", body or {}, format="json")

    def test_leads_from_request_to_acceptance(self, stage: Stage) -> None:
        body = {
            "schedule": stage.schedule.pk,
            "starts_at": stage.start.isoformat(),
            "ends_at": (stage.start + HOUR).isoformat(),
        }
        swap = self.post(stage.ana, "", body).json()
        offered = self.post(stage.ben, f"{swap['id']}/offer/").json()
        [offer] = offered["offers"]
        accepted = self.post(stage.ana, f"{swap['id']}/accept/", {"offer": offer["id"]})

        assert (swap["status"], offered["status"], accepted.json()["status"]) == ("open", "offered", "accepted")
        assert self.post(stage.ana, f"{swap['id']}/cancel/").status_code == 409

    def test_refuses_what_is_not_theirs(self, stage: Stage) -> None:
        swap = stage.ask()

        assert self.post(stage.sam, f"{swap.pk}/offer/").status_code == 403
        assert self.post(stage.sam, f"{swap.pk}/cancel/").status_code == 403
        assert self.post(stage.ana, f"{swap.pk}/offer/").status_code == 409
        assert self.post(stage.ana, f"{swap.pk}/accept/", {"offer": 10**9}).status_code == 404
        assert self.post(stage.ana, f"{swap.pk}/approve/").status_code == 403
