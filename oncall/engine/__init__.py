"""The engine: lanes in every Celery worker that do what is due, with PostgreSQL as the only clock."""

from oncall.engine.registry import register_sweep
from oncall.wake import wake

__all__ = ["register_sweep", "wake"]
