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
# Its control socket would lie in the home folder of whoever tries the demo.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Import all pages once, before the workers are forked, instead of once in each on its first request."""
    get_resolver().url_patterns  # noqa: B018 - reading it imports them


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker end when the server is killed outright."""
    die_with_parent(signal.SIGKILL, server.pid)


def on_starting(server: Any) -> None:
    """Say in the log whose process this is."""
    server.log.info("demo web server, process %s", os.getpid())
