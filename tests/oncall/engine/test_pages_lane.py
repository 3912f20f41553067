"""The lane that pages: what it does when it stops, and when an answer cannot be stored (paging rule 4, 12)."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection

from config.base.data.clock import database_now
from oncall import paging
from oncall.channels import SENDERS, Message, Outcome
from oncall.channels.base import accepted
from oncall.engine import pages as lanes
from oncall.engine.pages import PagesLane
from oncall.models import Page
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The text message's provider answers once this is set."""
    event = threading.Event()

    def send(message: Message) -> Outcome:
        event.wait(30)
        return accepted("m-1")

    monkeypatch.setitem(SENDERS, "sms", send)
    yield event
    event.set()


@pytest.fixture
def page() -> Page:
    """A page that is due."""
    row = make.EscalationFactory(state="triggered")
    method = make.ContactMethodFactory(kind="sms")
    return make.PageFactory(
        escalation=row, user=method.user, contact_method=method, channel="sms", address=method.address,
        state="pending", due_at=database_now() - timedelta(seconds=1),
    )  # fmt: skip


class TestStopping:
    def test_waits_for_what_is_being_sent_and_records_it(self, page: Page, release: threading.Event) -> None:
        lane = PagesLane(worker="test")
        assert lane._send_due(database_now()) == 1
        threading.Timer(0.3, release.set).start()

        lane.stop()
        lane.finish()

        page.refresh_from_db()
        assert (page.state, page.provider_id) == ("accepted", "m-1")

    def test_claims_nothing_more(self, page: Page, release: threading.Event) -> None:
        lane = PagesLane(worker="test")
        lane.stop()

        assert lane._send_due(database_now()) == 0

        page.refresh_from_db()
        assert (page.state, page.attempts) == ("pending", 0)

    def test_does_not_wait_longer_than_it_may(
        self, page: Page, release: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A provider that hangs must not keep a deployment waiting; the lease brings the page to another engine."""
        monkeypatch.setattr(lanes, "DRAIN_SECONDS", 0.3)
        lane = PagesLane(worker="test")
        lane._send_due(database_now())

        lane.finish()

        page.refresh_from_db()
        assert page.state == "sending"


class TestAnswers:
    def test_that_cannot_be_stored_are_stored_at_the_next_pass(self, page: Page, release: threading.Event) -> None:
        """Dropped, the page would be sent again when its lease ends."""
        release.set()
        lane = PagesLane(worker="test")
        lane._send_due(database_now())
        lane._senders.wait_for_result(20)
        with (
            mock.patch.object(paging, "record", side_effect=OperationalError("gone")),
            pytest.raises(OperationalError),
        ):
            lane._record_results(database_now())

        assert lane._record_results(database_now()) == 1

        page.refresh_from_db()
        assert page.state == "accepted"
        connection.close()
