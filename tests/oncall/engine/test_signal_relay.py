"""News reach the apps above once, and one that cannot be taken does not hold up the others."""

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
    """Notes the pages it is told of, and chokes on those it is told to."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.chokes_on: set[int] = set()

    def __call__(self, *, page: Page, **_: Any) -> None:
        if page.pk in self.chokes_on:
            raise ValueError("no")
        self.told.append(page.pk)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    signals.page_changed.connect(listener)
    yield listener
    signals.page_changed.disconnect(listener)


class TestTell:
    def test_tells_each_once(self, listener: Listener) -> None:
        pages = PageFactory.create_batch(3, news_at=NOON)

        first, second = signal_relay.relay_due(at=NOON), signal_relay.relay_due(at=NOON)

        assert (first, second) == (3, 0)
        assert sorted(listener.told) == [page.pk for page in pages]

    def test_puts_off_the_one_that_cannot_be_taken(self, listener: Listener) -> None:
        pages = PageFactory.create_batch(3, news_at=NOON)
        listener.chokes_on = {pages[1].pk}

        signal_relay.relay_due(at=NOON)

        assert set(listener.told) == {pages[0].pk, pages[2].pk}
        assert Page.objects.get(pk=pages[1].pk).news_at == NOON + signal_relay.REST
        assert Page.objects.filter(news_at__lte=NOON).count() == 0

    def test_tells_again_of_what_changed_meanwhile(self, listener: Listener) -> None:
        page = PageFactory(news_at=NOON)
        later = NOON + timedelta(seconds=1)

        def change(**_: Any) -> None:
            Page.objects.filter(pk=page.pk).update(news_at=later)

        signals.page_changed.connect(change)
        try:
            signal_relay.relay_due(at=NOON)
        finally:
            signals.page_changed.disconnect(change)

        assert Page.objects.get(pk=page.pk).news_at == later

    def test_leaves_it_to_the_engine_that_is_telling(self, listener: Listener) -> None:
        PageFactory(news_at=NOON)
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT pg_advisory_xact_lock(7102, hashtext('page'))")

            done = signal_relay.relay_due(at=NOON)

        assert (done, listener.told) == (0, [])

    def test_costs_the_same_however_many(self, listener: Listener, django_assert_num_queries: Any) -> None:
        PageFactory.create_batch(20, news_at=NOON)

        with django_assert_num_queries(7):  # two looks, savepoint, lock, rows, mark, release
            signal_relay.relay_due(at=NOON)
