"""Gunicorn's settings of a deployment: `gunicorn --config python:config.gunicorn`.

A thread reads a request's body by itself, so threads can be held by slow senders: put a proxy in front that reads
bodies first (docs/deploy).
"""

from config import environment as env

wsgi_app = "config.wsgi:application"
bind = env.text("WEB_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = env.number("WEB_WORKERS", 2)
threads = env.number("WEB_THREADS", 8)
preload_app = True  # pages are imported once, and memory is shared
# A worker that does not answer the parent for so long is ended; requests end earlier, by the database's time-outs.
timeout = 60
graceful_timeout = 25
# Longer than the proxy keeps a connection idle, so that the proxy closes first and never sends into a closed one.
keepalive = 75
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
# Its log would hold keys of addresses; the proxy logs requests without them.
accesslog = None
# Its control socket would be in the user's home folder, which the service may not write.
control_socket_disable = True
