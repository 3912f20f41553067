"""The concerns of this app, for the administration's first page."""

from oncall.engine import concerns as engine
from oncall.obligations import concerns as obligations
from oncall.people import concerns as people
from oncall.readiness import channel_concerns as channels
from oncall.readiness import concerns as readiness

SOURCES = (
    channels.list_concerns,
    engine.list_concerns,
    people.list_concerns,
    readiness.list_concerns,
    obligations.list_concerns,
)
