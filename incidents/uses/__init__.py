"""What uses the records of this app and of those below it, and what a replacement does to it."""

from django.db.models import Model

from config.base.data import retirement, uses
from incidents.models import Severity
from incidents.uses import configuration, promises


def _last_severity(record: Model) -> str:
    if retirement.offered(Severity.objects.exclude(pk=record.pk)).exists():
        return ""
    return f"{record} is the last severity in use. Every incident needs one: add another first."


def register() -> None:
    """Declare the app's uses; called from `ready()`."""
    uses.declare((*configuration.USES, *promises.USES), parts=configuration.PARTS)
    retirement.declare_bar("incidents.Severity", _last_severity)
    for model, advice in {
        "incidents.Integration": "Pause it instead: its events are refused until it is resumed.",
        "incidents.SlaTarget": "End it instead, with a version that ends the target: what it promised stays.",
        "incidents.PriorityRule": "Give the cell another severity or priority instead.",
        "incidents.Contact": "Change the contact instead: tickets need the name of their requester.",
    }.items():
        retirement.declare_way_out(model, advice)
