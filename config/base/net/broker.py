"""Queue Celery tasks without waiting for the broker: the work itself is a row, and a sweep queues it again."""

import logging
import os
import time
from typing import Any

from celery import Task
from kombu.exceptions import LimitExceeded, OperationalError

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.3
REST_SECONDS = 10.0
MAX_CONNECTIONS = 8
_pools: dict[int, object] = {}
_rest: dict[str, float] = {"until": 0.0}
# The worker's own connection may wait longer; a caller that only queues must not.
_SHORT_TIMEOUTS = {
    "socket_timeout": PATIENCE_SECONDS,
    "socket_connect_timeout": PATIENCE_SECONDS,
    "max_retries": 0,
}


def enqueue(task: "Task[Any, Any]", *ids: int, queue: str) -> bool:
    """Put one message into the queue; False if the broker is not available.

    The broker gets a third of a second, once: kombu alone would try for six. After a failure no call is made for
    ten seconds, so a broker that is down costs a request or a sweep almost nothing (paging rule 14).
    """
    if is_resting():
        return False
    began = time.monotonic()
    try:
        try:
            _send(task, ids, queue=queue)
        except OperationalError:
            if time.monotonic() - began > PATIENCE_SECONDS / 2:
                raise
            # A connection that died since it was last used fails at once; the next one is new.
            _send(task, ids, queue=queue)
    except (OperationalError, LimitExceeded) as error:
        _rest["until"] = time.monotonic() + REST_SECONDS
        logger.warning("broker.absent", extra={"task": task.name, "error": str(error)[:300]})
        return False
    return True


def _send(task: "Task[Any, Any]", ids: tuple[int, ...], *, queue: str) -> None:
    with _pool_of(task.app).acquire(block=True, timeout=PATIENCE_SECONDS) as connection:
        producer = task.app.amqp.Producer(connection, auto_declare=False)
        task.apply_async(args=ids, queue=queue, retry=False, producer=producer)


def _pool_of(app: Any) -> Any:
    """This process's own connections: a worker's child must not use those, or the locks, of its parent."""
    pid = os.getpid()
    if pid not in _pools:
        _pools[pid] = app.connection_for_write(transport_options=_SHORT_TIMEOUTS).Pool(limit=MAX_CONNECTIONS)
    return _pools[pid]


def is_resting() -> bool:
    """Whether calls are paused because the broker failed a moment ago."""
    return time.monotonic() < _rest["until"]


def reset() -> None:
    """End the pause after a failure."""
    _rest["until"] = 0.0
