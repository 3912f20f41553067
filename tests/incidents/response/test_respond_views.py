"""The responder's screen, signed in and through the link in a page's message."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents import response
from incidents.models import Ticket
from oncall import paging
from oncall.models import Page
from oncall.paging.links import key_for
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> Any:
    return make.UserFactory(name="Bob Builder")


@pytest.fixture
def page(bob: Any) -> Page:
    team = make.TeamFactory()
    service = make.ServiceFactory(team=team, escalation_policy=make.policy(bob, fallback=[bob], team=team))
    at = timezone.now()
    ticket = response.declare(title="Checkout is down", service=service, severity=make.SeverityFactory(rank=1), at=at)
    escalation = ticket.responses.get().escalation
    return make.PageFactory(escalation=escalation, user=bob, created_at=at, due_at=at, accepted_at=at)


@pytest.fixture
def link(page: Page) -> str:
    return f"/p/{key_for(page)}/"


def ticket_of(page: Page) -> Ticket:
    return Ticket.objects.get(pk=page.escalation.subject_id)


class TestLink:
    def test_shows_what_is_broken_without_sign_in(self, client: Client, link: str) -> None:
        answer = client.get(link)

        assert answer.status_code == 200
        assert "Checkout is down" in answer.content.decode()
        assert "Acknowledge" in answer.content.decode()
        assert len(answer.content) < 12_000

    def test_get_changes_nothing_however_often(self, client: Client, link: str, page: Page) -> None:
        for _ in range(3):
            client.get(link)
            client.head(link)

        page.refresh_from_db()
        assert page.link_used_at is None
        assert ticket_of(page).status == "new"

    def test_post_acknowledges_once_as_the_person_who_was_paged(
        self, client: Client, link: str, page: Page, bob: Any
    ) -> None:
        first = client.post(link, {"verb": "acknowledge"})
        second = client.post(link, {"verb": "decline"})

        assert first.status_code == 302
        assert second.status_code == 410
        ticket = ticket_of(page)
        assert (ticket.status, ticket.assignee) == ("acknowledged", bob)

    def test_a_refused_second_verb_changes_nothing(self, client: Client, link: str, page: Page) -> None:
        client.post(link, {"verb": "acknowledge"})
        before = ticket_of(page).timeline.count()

        client.post(link, {"verb": "take_over"})

        assert ticket_of(page).timeline.count() == before

    def test_has_no_buttons_once_used(self, client: Client, link: str) -> None:
        client.post(link, {"verb": "take_over"})

        assert "<button" not in client.get(link).content.decode()

    @pytest.mark.parametrize("verb", ["", "restore", "close", "__class__"])
    def test_takes_no_other_verb(self, client: Client, link: str, page: Page, verb: str) -> None:
        assert client.post(link, {"verb": verb}).status_code == 410
        assert ticket_of(page).status == "new"

    @pytest.mark.parametrize("key", ["1-0", "x", "1-" + "0" * 32, "9" * 40 + "-a"])
    def test_a_wrong_key_is_refused_kindly(self, client: Client, link: str, key: str) -> None:
        answer = client.get(f"/p/{key}/")

        assert answer.status_code == 410
        assert "Sign in" in answer.content.decode()

    def test_an_old_one_is_refused(self, client: Client, link: str, page: Page) -> None:
        Page.objects.filter(pk=page.pk).update(created_at=timezone.now() - paging.links.LIFETIME - timedelta(hours=1))

        assert client.get(link).status_code == 410

    def test_needs_the_token_against_forged_posts(self, link: str) -> None:
        assert Client(enforce_csrf_checks=True).post(link, {"verb": "acknowledge"}).status_code == 403

    def test_shows_nothing_of_a_private_incident(self, client: Client, link: str, page: Page, bob: Any) -> None:
        ticket = ticket_of(page)
        make.MembershipFactory(team=ticket.team, user=bob)
        Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason="HR")

        answer = client.get(link)

        assert answer.status_code == 200
        assert "Checkout is down" not in answer.content.decode()


class TestScreen:
    def test_says_whether_it_is_mine_and_who_is_next(self, client: Client, page: Page, bob: Any) -> None:
        client.force_login(bob)

        page_text = client.get(f"{ticket_of(page).get_absolute_url()}respond/").content.decode()

        assert "You were paged" in page_text
        assert "will be paged" in page_text

    def test_has_no_buttons_for_readers(self, client: Client, page: Page) -> None:
        client.force_login(make.UserFactory())

        page_text = client.get(f"{ticket_of(page).get_absolute_url()}respond/").content.decode()

        assert "<button" not in page_text
