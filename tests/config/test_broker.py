"""Queueing Celery tasks: once, briefly, and not at all for a while after a failure."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from kombu.exceptions import OperationalError

from config.base.net import broker
from config.celery import app
from incidents.customers.deliveries import send_due


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No process has failed before."""
    broker.reset()
    yield
    broker.reset()


def _outcomes(*outcomes: Any) -> Any:
    return mock.patch.object(send_due, "apply_async", side_effect=outcomes)


class TestEnqueue:
    def test_returns_false_at_once_without_a_broker(self) -> None:
        """Paging rule 14: nothing that a person or a clock waits for hangs on the broker."""
        away = app.connection_for_write("redis://127.0.0.1:9/0", transport_options=broker._SHORT_TIMEOUTS).Pool(
            limit=1
        )

        with (
            mock.patch.object(broker, "_pool_of", return_value=away),
            mock.patch.object(send_due, "apply_async", wraps=send_due.apply_async) as apply_async,
        ):
            answers = [broker.enqueue(send_due, queue="customers") for _ in range(50)]

        assert not any(answers)
        assert apply_async.call_count <= 2

    def test_makes_no_call_while_the_broker_rests(self) -> None:
        with _outcomes(OperationalError("gone"), OperationalError("gone")) as apply:
            assert [broker.enqueue(send_due, queue="customers") for _ in range(3)] == [False, False, False]

        assert apply.call_count == 2
        with mock.patch.object(broker, "REST_SECONDS", 0), _outcomes(None):
            broker.reset()
            assert broker.enqueue(send_due, queue="customers")

    def test_tries_a_new_connection_when_the_old_one_had_died(self) -> None:
        with _outcomes(OperationalError("closed by server"), None) as apply:
            assert broker.enqueue(send_due, 7, queue="customers")

        assert apply.call_args.kwargs["args"] == (7,)
        assert not broker.is_resting()
