"""What uses the records of this app, and what a replacement does to it."""

from functools import partial

from config.base.data import retirement, uses
from config.base.data.users import Visitor
from config.base.data.uses import Rows
from oncall import subjects
from oncall.uses import configuration, people

SUBJECTS = {
    "oncall.Escalation": "",
    "oncall.Obligation": "",
    "oncall.WorkInterval": "",
    "oncall.EscalationEntry": "escalation__",
    "oncall.Page": "escalation__",
    "oncall.Reminder": "obligation__",
}
"""The paths from rows to the record that they are about, which may be private."""


def _with_visible_subject(prefix: str, rows: Rows, reader: Visitor) -> Rows:
    return rows.filter(subjects.visible(reader, prefix=prefix))


def register() -> None:
    """Declare the app's uses; called from `ready()`."""
    uses.declare((*people.USES, *configuration.USES), parts=configuration.PARTS)
    for model, prefix in SUBJECTS.items():
        uses.declare_visibility(model, partial(_with_visible_subject, prefix))
    retirement.declare_way_out(
        "oncall.Schedule",
        "Make a version without layers instead: nobody is on call on it any more, and its past stays.",
    )
    retirement.declare_way_out("oncall.ObligationRule", "Switch it off instead: it makes no new tasks then.")
