"""Seats of a review: required by the severity (S29), one question each (S30), and needed for approval."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from config.base.data.roles import Role
from incidents.models import ReviewSeat, Severity, Ticket
from postmortems import review, seats
from postmortems.locking import PostmortemRefused
from postmortems.models import Postmortem, PostmortemStatus, Presence, Seat
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
ALL = list(ReviewSeat.values)


@pytest.fixture
def postmortem() -> Postmortem:
    ticket = make.IncidentFactory(
        severity=make.SeverityFactory(rank=1, review_seats=ALL), is_security=True, status="restored",
        restored_at=NOON,
    )  # fmt: skip
    return make.PostmortemFactory(ticket=ticket, section="It broke.")


def submit(postmortem: Postmortem) -> Postmortem:
    assert postmortem.owner is not None
    return review.submit(postmortem_id=postmortem.pk, actor=postmortem.owner, at=NOON)


@pytest.fixture
def in_review(postmortem: Postmortem) -> Postmortem:
    return submit(postmortem)


def member(kind: str = "product", **fields: Any) -> Any:
    return make.MembershipFactory(**{"team__kind": kind} | fields).user


@pytest.fixture
def people(postmortem: Postmortem) -> dict[str, Any]:
    return {
        "owner_team": member(team=postmortem.ticket.team),
        "it_practice": make.UserFactory(roles=[Role.PRACTICE]),
        "other_team": member(),
        "security": member("secops"),
    }


def take(postmortem: Postmortem, seat: str, who: Any, **fields: Any) -> Postmortem:
    defaults: dict[str, Any] = {"presence": "signed_off", "answer": "Looked at it.", "actor": who, "at": LATER}
    return seats.take_seat(postmortem_id=postmortem.pk, seat=seat, **defaults | fields)


def approve(postmortem: Postmortem) -> Postmortem:
    return review.approve(postmortem_id=postmortem.pk, actor=make.UserFactory(), at=LATER)


class TestApprove:
    def test_is_refused_with_the_empty_seats_named(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        for seat in ("owner_team", "other_team", "security"):
            take(in_review, seat, people[seat])

        with pytest.raises(PostmortemRefused, match="still empty: IT practice") as refusal:
            approve(in_review)

        assert "Another team" not in str(refusal.value)

    def test_is_done_once_all_have_had_a_say(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        for seat, who in people.items():
            take(in_review, seat, who)

        assert approve(in_review).status == PostmortemStatus.APPROVED

    def test_asks_security_only_where_it_is_a_matter_of_it(self, postmortem: Postmortem) -> None:
        Ticket.objects.filter(pk=postmortem.ticket_id).update(is_security=False, category="Security")
        ticket = Ticket.objects.get(pk=postmortem.ticket_id)

        assert seats.required_seats(ticket) == ["owner_team", "it_practice", "other_team"]

    def test_keeps_the_seats_that_stood_when_the_review_began(self, in_review: Postmortem) -> None:
        Severity.objects.update(review_seats=[])

        with pytest.raises(PostmortemRefused, match="Owner team"):
            approve(in_review)

    def test_asks_nobody_where_the_severity_asks_nobody(self) -> None:
        row = make.PostmortemFactory(section="It broke.")
        submit(row)

        assert approve(row).status == PostmortemStatus.APPROVED


class TestTake:
    @pytest.mark.parametrize(
        ("seat", "wrong", "message"),
        [
            ("owner_team", "other_team", "of the team that owns it"),
            ("it_practice", "other_team", "central IT"),
            ("other_team", "owner_team", "another team"),
            ("other_team", "it_practice", "another team"),
            ("security", "owner_team", "SecOps"),
        ],
    )
    def test_is_for_those_who_speak_for_the_seat(
        self, in_review: Postmortem, people: dict[str, Any], seat: str, wrong: str, message: str
    ) -> None:
        with pytest.raises(PostmortemRefused, match=message):
            take(in_review, seat, people[wrong])

    def test_signs_off_for_oneself_with_an_answer(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        with pytest.raises(PostmortemRefused, match="Answer the question"):
            take(in_review, "security", people["security"], answer="  ")
        with pytest.raises(PostmortemRefused, match="for themselves"):
            take(in_review, "security", make.UserFactory(), person=people["security"])

    def test_notes_that_another_person_attended(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        take(in_review, "security", make.UserFactory(), person=people["security"], presence="attended", answer="")

        seat = Seat.objects.get()
        assert (seat.user, seat.presence, seat.perspective) == (people["security"], Presence.ATTENDED, "security")

    def test_a_second_time_replaces_the_answer(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        take(in_review, "security", people["security"])
        take(in_review, "security", people["security"], answer="And the logs.")

        assert Seat.objects.get().answer == "And the logs."

    def test_is_part_of_the_review_only(self, postmortem: Postmortem, people: dict[str, Any]) -> None:
        with pytest.raises(PostmortemRefused, match="not in review"):
            take(postmortem, "security", people["security"])

    def test_stays_when_changes_are_requested(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        take(in_review, "security", people["security"])
        review.request_changes(postmortem_id=in_review.pk, text="More.", actor=people["security"], at=LATER)
        submit(in_review)

        assert Seat.objects.filter(review__postmortem=in_review).count() == 1


class TestDatabase:
    def test_knows_the_seats(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make.SeverityFactory(rank=9, review_seats=["nobody"])

    def test_takes_no_silent_sign_off(self, in_review: Postmortem) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Seat.objects.create(
                review=in_review.review, kind="security", perspective="security", user=make.UserFactory(),
                presence="signed_off", taken_at=NOON,
            )  # fmt: skip


class TestPage:
    def test_asks_one_question_a_perspective(self, client: Client, in_review: Postmortem) -> None:
        client.force_login(make.UserFactory())
        pages = {
            kind: client.get(f"/postmortems/{in_review.pk}/seats/{kind}/").content.decode() for kind in ReviewSeat
        }

        for kind in ReviewSeat:
            for shown_kind in ReviewSeat:
                question = seats.QUESTIONS[seats.PERSPECTIVES[shown_kind]]
                assert (question in pages[kind]) is (kind == shown_kind)
        assert client.get(f"/postmortems/{in_review.pk}/seats/nobody/").status_code == 404

    def test_shows_who_is_missing_and_takes_the_seat(
        self, client: Client, in_review: Postmortem, people: dict[str, Any]
    ) -> None:
        client.force_login(people["security"])
        url = f"/postmortems/{in_review.pk}/"
        assert client.get(url).content.decode().count("Attend or sign off") == 4

        answer = client.post(f"{url}seats/security/", {"presence": "signed_off", "answer": "No data left."})

        assert answer["Location"] == f"{url}#seats"
        page = client.get(url).content.decode()
        assert people["security"].name in page
        assert "No data left." in page

    def test_says_kindly_whose_seat_it_is(self, client: Client, in_review: Postmortem) -> None:
        client.force_login(make.UserFactory())

        answer = client.post(f"/postmortems/{in_review.pk}/seats/security/", {"presence": "attended"})

        assert answer.status_code == 422
        assert "SecOps team" in answer.content.decode()


class TestEndpoint:
    def test_takes_a_seat_and_names_what_is_empty(self, in_review: Postmortem, people: dict[str, Any]) -> None:
        url = f"/api/v1/postmortems/{in_review.pk}/"
        body = {"seat": "security", "presence": "signed_off", "answer": "No data left."}

        answer = client_of(people["security"]).post(f"{url}take_seat/", body, format="json")
        refused = client_of(make.UserFactory(roles=[Role.COMMANDER])).post(f"{url}approve/", {}, format="json")

        assert answer.status_code == 200
        assert answer.json()["review"]["required"] == ALL
        assert answer.json()["review"]["seats"][0]["kind"] == "security"
        assert refused.status_code == 409
        assert "IT practice" in refused.json()["message"]
