"""Runs the engine in a Celery worker: started by a boot step, ended by the worker's own shutdown.

The step belongs to the worker, not to its connection with the broker, so the engine runs with the broker
absent, frozen or gone (paging rule 14).
"""

import logging
import os
import threading

from celery import bootsteps
from celery.signals import worker_shutting_down
from django.conf import settings

from oncall.engine.lane import Lane, worker_name
from oncall.engine.pages import PagesLane
from oncall.wake import LANES

logger = logging.getLogger(__name__)
EXIT_SECONDS = 25.0


class Engine:
    """The lanes of this process."""

    def __init__(self) -> None:
        worker = worker_name()
        self.lanes: list[Lane] = [
            PagesLane(worker=worker) if lane == "pages" else Lane(lane, worker=worker) for lane in LANES
        ]

    def start(self) -> None:
        """Start every lane."""
        for lane in self.lanes:
            lane.start()
        logger.info("engine.started", extra={"worker": worker_name()})

    def stop(self) -> None:
        """Ask every lane to end; they take no new work and finish their running sends."""
        for lane in self.lanes:
            lane.stop()

    def join(self, seconds: float) -> None:
        """Wait for the lanes to end."""
        for lane in self.lanes:
            lane.join(seconds)


class EngineStep(bootsteps.StartStopStep):
    """The boot step that starts the engine in every worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: object, **options: object) -> None:
        super().__init__(parent, **options)
        self.engine: Engine | None = None

    def start(self, parent: object) -> None:
        """Start the lanes in the worker's own process, not in its pool."""
        if not settings.ENGINE_ENABLED:
            return
        self.engine = Engine()
        worker_shutting_down.connect(self._shut_down, weak=False)
        self.engine.start()

    def stop(self, parent: object) -> None:
        """Called on a warm shutdown: wait for the senders."""
        if self.engine:
            self.engine.stop()
            self.engine.join(EXIT_SECONDS / 2)

    def terminate(self, parent: object) -> None:
        """Called on a cold shutdown; does the same."""
        self.stop(parent)

    def _shut_down(self, **_: object) -> None:
        """Runs in a signal handler, so it only sets events; a worker that then hangs is ended."""
        if self.engine:
            self.engine.stop()
        timer = threading.Timer(EXIT_SECONDS, os._exit, args=[0])
        timer.daemon = True
        timer.start()
