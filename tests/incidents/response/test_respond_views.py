"""The responder's screen, signed in and through the link in a page's message."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from config.base.web import drafts
from incidents import response
from incidents.models import PrivateReading, Ticket
from incidents.response import ticket_session
from oncall import escalation, paging
from oncall.models import Escalation, Notice, Page, User
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

    def test_of_a_private_ticket_records_a_reading_by_the_person_who_was_paged(
        self, client: Client, link: str, page: Page, bob: Any
    ) -> None:
        client.get(link)
        assert not PrivateReading.objects.exists()
        Ticket.objects.filter(pk=ticket_of(page).pk).update(visibility="private", visibility_reason="A complaint")

        for _ in range(2):
            assert "Checkout is down" not in client.get(link).content.decode()

        row = PrivateReading.objects.get()
        assert (row.ticket, row.user, row.token) == (ticket_of(page), bob, None)

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
        second = Client().post(link, {"verb": "decline"})

        assert first.status_code == 302
        assert second.status_code == 410
        ticket = ticket_of(page)
        assert (ticket.status, ticket.assignee) == ("acknowledged", bob)

    def test_a_refused_second_verb_changes_nothing(self, client: Client, link: str, page: Page) -> None:
        client.post(link, {"verb": "acknowledge"})
        before = ticket_of(page).timeline.count()

        assert Client().post(link, {"verb": "take_over"}).status_code == 410

        assert ticket_of(page).timeline.count() == before

    def test_has_no_buttons_in_another_browser_once_used(self, client: Client, link: str) -> None:
        client.post(link, {"verb": "take_over"})

        page_text = Client().get(link).content.decode()

        assert "<button" not in page_text
        assert "Sign in" in page_text

    def test_looks_again_by_itself_while_it_is_open(self, client: Client, link: str, page: Page, bob: Any) -> None:
        refresh = '<meta http-equiv="refresh" content="10">'
        assert refresh in client.get(link).content.decode()

        response.restore(ticket_id=page.escalation.subject_id, actor=bob, at=timezone.now())

        assert refresh not in client.get(link).content.decode()

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

    def test_answers_a_private_incident_of_another_team(self, client: Client, link: str, page: Page) -> None:
        Ticket.objects.filter(pk=page.escalation.subject_id).update(visibility="private", visibility_reason="HR")
        response.add_note(ticket_id=page.escalation.subject_id, text="Zanzibar", actor=None, at=timezone.now())

        client.post(link, {"verb": "acknowledge"})
        pages = [client.get(f"{link}{query}").content.decode() for query in ("", "?do=add_note", "?do=hand_over")]

        assert ticket_of(page).status == "acknowledged"
        assert not [text for text in pages if "Checkout is down" in text or "Zanzibar" in text]


class TestTicketSession:
    """The browser that has answered keeps this one ticket for twelve hours (bad input 53)."""

    @pytest.fixture
    def answered(self, client: Client, link: str) -> Client:
        client.post(link, {"verb": "acknowledge"})
        return client

    def test_is_opened_by_an_answer_only(self, client: Client, link: str) -> None:
        client.get(link)
        client.post(link, {"verb": "restore"})
        assert not [name for name in client.cookies if name.startswith("ticket-")]

        client.post(link, {"verb": "acknowledge"})

        [name] = [name for name in client.cookies if name.startswith("ticket-")]
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
        assert client.cookies[name]["max-age"] == 12 * 3600

    def test_is_for_https_alone_there(self, client: Client, link: str, settings: Any, page: Page) -> None:
        settings.SESSION_COOKIE_SECURE = True

        client.post(link, {"verb": "acknowledge"})

        assert client.cookies[f"__Host-ticket-{page.escalation.subject_id}"]["secure"]

    def test_adds_notes_as_the_person(self, answered: Client, link: str, page: Page, bob: Any) -> None:
        answered.post(link, {"verb": "add_note", "text": "Pool is full"})

        entry = ticket_of(page).timeline.get(kind="note")
        assert (entry.text, entry.actor) == ("Pool is full", bob)

    def test_keeps_the_draft_of_a_note_until_it_is_saved(self, answered: Client, link: str, bob: Any) -> None:
        draft = "0123456789abcdef"
        form = answered.get(f"{link}?do=add_note").content.decode()
        empty = answered.post(link, {"verb": "add_note", "text": "", "draft": draft})
        saved = answered.post(link, {"verb": "add_note", "text": "It is the pool", "draft": draft})

        assert f'data-person="{bob.pk}"' in form
        assert 'data-record="INC-' in form, "the key of the link stays out of the browser's storage"
        assert (drafts.COOKIE in empty.cookies, saved.cookies[drafts.COOKIE].value) == (False, draft)
        assert f'value="{draft}"' in empty.content.decode()

    def test_restores_with_a_note(self, answered: Client, link: str, page: Page) -> None:
        answered.post(link, {"verb": "restore", "text": "Rolled back"})

        assert ticket_of(page).restored_at is not None
        assert ticket_of(page).timeline.filter(text="Service restored. Rolled back").exists()

    def test_offers_the_verbs_of_work_first(self, answered: Client, link: str) -> None:
        text = answered.get(link).content.decode()

        assert [verb for verb in ("add_note", "restore", "hand_over") if f"?do={verb}" in text] == [
            "add_note",
            "restore",
            "hand_over",
        ]
        assert "<button" not in text

    def test_hands_over_to_a_person_of_the_team(self, answered: Client, link: str, page: Page) -> None:
        cleo = make.MembershipFactory(team=ticket_of(page).team, user__name="Cleo").user
        assert "Cleo" in answered.get(f"{link}?do=hand_over").content.decode()

        answered.post(link, {"verb": "hand_over", "to": cleo.pk})

        assert ticket_of(page).assignee == cleo
        [notice] = Notice.objects.all()
        assert (notice.user, "Checkout is down" in notice.title + notice.text) == (cleo, False)

    @pytest.mark.parametrize("choice", ["", "x", "9" * 30, "0", "stranger"])
    def test_hands_over_to_nobody_else(self, answered: Client, link: str, page: Page, bob: Any, choice: str) -> None:
        stranger = make.UserFactory()
        answer = answered.post(link, {"verb": "hand_over", "to": stranger.pk if choice == "stranger" else choice})

        assert answer.status_code == 409
        assert "Choose to whom" in answer.content.decode()
        assert ticket_of(page).assignee == bob

    def test_hands_over_to_the_next_person(self, answered: Client, link: str, page: Page) -> None:
        assert answered.post(link, {"verb": "hand_over", "to": "next"}).status_code == 302

    def test_keeps_what_was_typed_when_it_is_refused(self, answered: Client, link: str, page: Page, bob: Any) -> None:
        response.restore(ticket_id=page.escalation.subject_id, actor=bob, at=timezone.now())

        answer = answered.post(link, {"verb": "restore", "text": "Rolled back"})

        assert answer.status_code == 409
        assert "by now, so this is no longer needed." in answer.content.decode()
        assert "Rolled back" in answer.content.decode()

    def test_says_that_an_empty_note_is_refused(self, answered: Client, link: str) -> None:
        answer = answered.post(link, {"verb": "add_note", "text": " "})

        assert "Write something first." in answer.content.decode()

    def test_ends_after_twelve_hours(self, answered: Client, link: str, page: Page) -> None:
        at = timezone.now()
        [value] = [cookie.value for name, cookie in answered.cookies.items() if name.startswith("ticket-")]

        ends = [
            ticket_session.session_end(value, page=page, at=at + timedelta(hours=hours)) is not None
            for hours in (0, 11.9, 12.1)
        ]

        assert ends == [True, True, False]

    def test_outlives_the_link(self, answered: Client, link: str, page: Page) -> None:
        Page.objects.filter(pk=page.pk).update(created_at=timezone.now() - timedelta(hours=30))

        assert answered.get(link).status_code == 200
        assert Client().get(link).status_code == 410

    def test_ends_with_the_account(self, answered: Client, link: str, bob: Any, page: Page) -> None:
        User.objects.filter(pk=bob.pk).update(is_active=False)

        assert answered.post(link, {"verb": "add_note", "text": "x"}).status_code == 410
        assert not ticket_of(page).timeline.filter(kind="note").exists()

    def test_ends_with_the_password(self, answered: Client, link: str, bob: Any, page: Page) -> None:
        bob.set_password("another one, long enough")
        bob.save()

        assert answered.post(link, {"verb": "add_note", "text": "x"}).status_code == 410
        assert not ticket_of(page).timeline.filter(kind="note").exists()

    def test_is_good_for_another_page_of_the_same_ticket_and_person_only(
        self, answered: Client, page: Page, bob: Any
    ) -> None:
        at = timezone.now()
        [value] = [cookie.value for name, cookie in answered.cookies.items() if name.startswith("ticket-")]
        again = make.PageFactory(escalation=page.escalation, user=bob, created_at=at)
        others = [
            make.PageFactory(escalation=page.escalation, created_at=at),
            make.PageFactory(user=bob, created_at=at),
        ]

        assert ticket_session.session_end(value, page=again, at=at)
        assert not [other for other in others if ticket_session.session_end(value, page=other, at=at)]
        assert ticket_session.session_end(f"{value}x", page=page, at=at) is None

    def test_opens_nothing_else(self, answered: Client, page: Page) -> None:
        ticket = ticket_of(page)

        for path in (ticket.get_absolute_url(), f"{ticket.get_absolute_url()}respond/", f"/api/tickets/{ticket.pk}/"):
            assert answered.get(path).status_code in {302, 401, 403, 404}

    def test_needs_the_token_against_forged_posts(self, answered: Client, link: str) -> None:
        forged = Client(enforce_csrf_checks=True)
        forged.cookies = answered.cookies

        assert forged.post(link, {"verb": "add_note", "text": "x"}).status_code == 403

    def test_has_no_form_without_a_session(self, client: Client, link: str) -> None:
        assert "<textarea" not in client.get(f"{link}?do=add_note").content.decode()


class TestWords:
    RAW = ("triggered", "UTC", "in_progress", "accepted", "&#x27;ended")

    @pytest.fixture
    def bob(self) -> Any:
        return make.UserFactory(name="Bob Builder", time_zone="Asia/Kathmandu")

    def test_are_on_the_persons_own_clock(self, client: Client, link: str, page: Page) -> None:
        text = client.get(link).content.decode()

        due_at = page.escalation.next_at
        assert due_at is not None
        wall = due_at.astimezone(ZoneInfo("Asia/Kathmandu"))
        assert f"at {wall:%H:%M}" in text
        assert not [word for word in self.RAW if word in text]

    def test_say_when_it_calls_again_after_an_acknowledgement(self, client: Client, link: str, page: Page) -> None:
        client.post(link, {"verb": "acknowledge"})
        due_at = timezone.now() + timedelta(minutes=58, seconds=30)
        Escalation.objects.filter(pk=page.escalation_id).update(next_at=due_at)

        text = client.get(link).content.decode()

        wall = due_at.astimezone(ZoneInfo("Asia/Kathmandu"))
        assert f"Calls you again in 58 min, at {wall:%H:%M}." in text
        assert "It is yours since" in text
        assert not [word for word in self.RAW if word in text]

    def test_name_three_people_at_most_and_not_the_reader(self, client: Client, bob: Any) -> None:
        people = [make.UserFactory(name=name) for name in ("Ana", "Cleo", "Dee", "Eva")]
        policy = make.policy(bob, [bob, *people], fallback=[bob])
        service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
        at = timezone.now()
        ticket = response.declare(title="Down", service=service, severity=make.SeverityFactory(rank=1), at=at)
        escalation.fire_due(at=at)
        page = Page.objects.filter(user=bob, escalation__subject_id=ticket.pk).first()
        assert page is not None

        text = client.get(f"/p/{key_for(page)}/").content.decode()

        assert "until Ana, Cleo and 2 others are called too" in text
        assert "calls Ana, Cleo and 2 others now" in text
        assert "still being paged" not in text, "of one team the heading says it"

    def test_name_each_team_that_still_rings(self, client: Client, link: str, page: Page) -> None:
        other = make.TeamFactory(name="Databases")
        cleo = make.UserFactory(name="Cleo")
        other.escalation_policy = make.policy(cleo, fallback=[cleo], team=other)
        other.save()
        response.add_responders(ticket_id=page.escalation.subject_id, team=other, actor=None, at=timezone.now())

        assert "Databases: " in client.get(link).content.decode()


class TestScreen:
    def test_says_whether_it_is_mine_and_who_is_next(self, client: Client, page: Page, bob: Any) -> None:
        client.force_login(bob)

        page_text = client.get(f"{ticket_of(page).get_absolute_url()}respond/").content.decode()

        assert "It rang for you" in page_text
        assert "called" in page_text

    def test_has_no_buttons_for_readers(self, client: Client, page: Page) -> None:
        client.force_login(make.UserFactory())

        page_text = client.get(f"{ticket_of(page).get_absolute_url()}respond/").content.decode()

        assert "<button" not in page_text
