"""Celery's addition in the demo: pool processes that end when their worker is killed."""

import os
import signal

from celery.signals import worker_process_init

from config.embedded.processes import die_with_parent

# The main process imports this module before it creates its pool.
_main_process = os.getpid()


@worker_process_init.connect
def follow_main_process(**_: object) -> None:
    """Ask the kernel to end this pool process with the main one."""
    die_with_parent(signal.SIGKILL, _main_process)
