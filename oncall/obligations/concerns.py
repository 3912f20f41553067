"""Concerns about tasks that nobody does."""

from datetime import datetime, timedelta

from config.base.web.concerns import Concern, Stage, Task, count_text, list_page
from oncall.models import Obligation

_LONG = timedelta(days=7)


def list_concerns(at: datetime) -> list[Concern]:
    """Tasks that are overdue by more than a week."""
    count = Obligation.objects.overdue(at - _LONG).count()
    if not count:
        return []
    return [
        Concern(
            text=count_text(count, "task is overdue by more than a week.", "tasks are overdue by more than a week."),
            effect="Complete or reassign them.",
            count=count,
            task=Task.PEOPLE,
            stage=Stage.UPKEEP,
            url=f"{list_page('oncall_obligation')}?status__exact=open",
            button="Open the tasks",
            right="oncall.view_obligation",
        )
    ]
