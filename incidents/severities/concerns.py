"""Concerns about severities and the priority matrix."""

from datetime import datetime

from config.base.web.concerns import Concern, Stage, Task, add_page, count_text, list_page
from incidents.models import Level, PriorityRule, Severity


def list_concerns(at: datetime) -> list[Concern]:
    """No severity at all, and empty cells of the priority matrix."""
    concerns = []
    has_severities = Severity.objects.filter(retired_at=None).exists()
    if not has_severities:
        concerns.append(
            Concern(
                text="There is no severity.",
                effect="No incident can be declared, and no alert opens one.",
                task=Task.SEVERITIES,
                stage=Stage.SEVERITIES,
                url=add_page("incidents_severity"),
                button="Add a severity",
                right="incidents.view_severity",
                is_blocking=True,
            )
        )
    empty = len(Level.values) ** 2 - PriorityRule.objects.count()
    if empty > 0:
        concerns.append(
            Concern(
                text=count_text(
                    empty, "cell of the priority matrix is empty.", "cells of the priority matrix are empty."
                ),
                effect="Impact and urgency then give no priority and propose no severity.",
                count=empty,
                task=Task.SEVERITIES,
                stage=Stage.MATRIX,
                url=list_page("incidents_priorityrule"),
                button="Fill them in",
                right="incidents.view_priorityrule",
            )
        )
    return concerns
