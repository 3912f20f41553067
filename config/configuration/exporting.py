"""Write the configuration of this system into a file."""

from config.configuration import document
from config.configuration.document import Row
from config.configuration.kinds import KINDS, Kind


def export_configuration() -> str:
    """The file of everything that is in use, as text; the same configuration gives the same bytes."""
    return document.write({kind.section: list(_in_use(kind)) for kind in KINDS})


def _in_use(kind: Kind) -> list[Row]:
    rows = [(record, kind.row_of(record)) for record in kind.records()]
    return [
        row
        for record, row in rows
        if getattr(record, "retired_at", None) is None and row.get("goal_minutes", 1) is not None
    ]
