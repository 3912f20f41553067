"""The Celery application; each of its workers carries the engine."""

import gc
import os

from celery import Celery
from celery.signals import celeryd_after_setup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_after_setup.connect
def share_memory(**_: object) -> None:
    """Before the pool is forked: the garbage collector would touch, and so copy, shared memory."""
    gc.collect()
    gc.freeze()
