"""Gunicorn's settings in the demo."""

import os
import signal
from typing import Any

from django.urls import get_resolver

from config.embedded.processes import die_with_parent

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = 2
threads = 8
preload_app = True
graceful_timeout = 5
# Its control socket would be in the user's home folder.
control_socket_disable = True


def when_ready(server: object) -> None:
    """Import all pages once, before the workers are forked, instead of once in each on its first request."""
    get_resolver().url_patterns  # noqa: B018 - reading it imports them


def post_fork(server: Any, worker: Any) -> None:
    """End a worker when the server is killed."""
    die_with_parent(signal.SIGKILL, server.pid)


def on_starting(server: Any) -> None:
    """Write the process id to the log."""
    server.log.info("demo web server, process %s", os.getpid())
