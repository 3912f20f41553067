"""The bottom (config.base) and the top (settings, urls, api, Celery) of the project."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
