"""Signals reach the apps above once, and a failing one does not delay the others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from oncall import signals
from oncall.engine import signal_relay
from oncall.models import Page
from tests.factories import NOON, PageFactory

pytestmark = pytest.mark.django_db


class Listener:
    """Records the pages it receives, and fails on those in `fails_on`."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.fails_on: set[int] = set()

    def __call__(self, *, page: Page, **_: Any) -> None:
        if page.pk in self.fails_on:
            raise ValueError("no")
        self.received.append(page.pk)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    signals.page_changed.connect(listener)
    yield listener
    signals.page_changed.disconnect(listener)


class TestRelayDue:
    def test_sends_each_once(self, listener: Listener) -> None:
        pages = PageFactory.create_batch(3, relay_at=NOON)

        first, second = signal_relay.relay_due(at=NOON), signal_relay.relay_due(at=NOON)

        assert (first, second) == (3, 0)
        assert sorted(listener.received) == [page.pk for page in pages]

    def test_postpones_the_one_that_fails(self, listener: Listener) -> None:
        pages = PageFactory.create_batch(3, relay_at=NOON)
        listener.fails_on = {pages[1].pk}

        signal_relay.relay_due(at=NOON)

        assert set(listener.received) == {pages[0].pk, pages[2].pk}
        assert Page.objects.get(pk=pages[1].pk).relay_at == NOON + signal_relay.RETRY_AFTER
        assert Page.objects.filter(relay_at__lte=NOON).count() == 0

    def test_sends_again_what_changed_in_between(self, listener: Listener) -> None:
        page = PageFactory(relay_at=NOON)
        later = NOON + timedelta(seconds=1)

        def change(**_: Any) -> None:
            Page.objects.filter(pk=page.pk).update(relay_at=later)

        signals.page_changed.connect(change)
        try:
            signal_relay.relay_due(at=NOON)
        finally:
            signals.page_changed.disconnect(change)

        assert Page.objects.get(pk=page.pk).relay_at == later

    def test_leaves_it_to_the_engine_that_holds_the_lock(self, listener: Listener) -> None:
        PageFactory(relay_at=NOON)
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT pg_advisory_xact_lock(7102, hashtext('page'))")

            done = signal_relay.relay_due(at=NOON)

        assert (done, listener.received) == (0, [])

    def test_needs_a_constant_number_of_queries(self, listener: Listener, django_assert_num_queries: Any) -> None:
        PageFactory.create_batch(20, relay_at=NOON)

        with django_assert_num_queries(7):  # two checks, savepoint, lock, rows, mark, release
            signal_relay.relay_due(at=NOON)
