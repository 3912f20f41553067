"""Celery's addition in the demo: pool processes that end with a worker killed outright."""

import os
import signal
from typing import Any

from celery.signals import worker_process_init

from config.embedded.processes import die_with_parent

# This module is imported by the main process, before it makes its pool.
_main_process = os.getpid()


@worker_process_init.connect
def follow_main_process(**_: Any) -> None:
    """Ask the kernel to end this pool process with the main one."""
    die_with_parent(signal.SIGKILL, _main_process)
