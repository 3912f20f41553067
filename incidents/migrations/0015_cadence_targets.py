"""What severities promised about updates becomes SLA targets; the columns stay until the next release (K-29, S11).

The release before this one still reads and writes the columns while the new one starts, so only the models forget
them. What it writes after this migration is not read any more.
"""

from django.db import migrations
from django.db.models.functions import Now, TruncMinute

from config.base.data.batched_migration import BatchedMigration


_COLUMNS = ("first_update_minutes", "update_minutes")
# Column, metric, start rule, and how the target is called.
_PROMISES = (
    ("first_update_minutes", "first_update", "impact", "First update, {}"),
    ("update_minutes", "next_update", "opened", "Next update, {}"),
)
_DESCRIPTION = "Was a field of the severity."


def make_targets(apps, schema_editor):
    """Make a target of each promise that a severity has, in force from this minute on.

    A target of that name stays as it is, so that going back and forth makes nothing twice.
    """
    alias = schema_editor.connection.alias
    severities = apps.get_model("incidents", "Severity").objects.using(alias)
    targets = apps.get_model("incidents", "SlaTarget").objects.using(alias)
    versions = apps.get_model("incidents", "SlaTargetVersion").objects.using(alias)
    past = apps.get_model("incidents", "HistoricalSlaTarget").objects.using(alias)
    for severity in severities.order_by("rank"):
        for column, metric, start, name in _PROMISES:
            goal = getattr(severity, column)
            called = name.format(severity.name)
            if goal is None or targets.filter(name=called).exists():
                continue
            target = targets.create(
                name=called, kind="sla", metric=metric, description=_DESCRIPTION, origin="import"
            )
            target.refresh_from_db()
            past.create(
                id=target.pk, name=called, kind="sla", metric=metric, description=_DESCRIPTION, origin="import",
                created_at=target.created_at, updated_at=target.updated_at, history_date=target.created_at,
                history_type="+",
            )
            versions.create(
                target=target, position=severity.rank, conditions={"severity": [severity.pk]}, goal_minutes=goal,
                start=start, warn_percents=[50, 75, 100], created_at=TruncMinute(Now()),
                effective_from=TruncMinute(Now()), origin="import", note=_DESCRIPTION,
            )


class Migration(BatchedMigration):

    dependencies = [
        ("incidents", "0014_sla_impacts"),
    ]

    operations = [
        # Going back, the targets stay: they may have been broken, and the columns still hold what they held.
        migrations.RunPython(make_targets, migrations.RunPython.noop),
        migrations.RemoveConstraint("severity", "incidents_severity_first_update"),
        migrations.RemoveConstraint("severity", "incidents_severity_update"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model, column)
                for model in ("severity", "historicalseverity")
                for column in _COLUMNS
            ],
        ),
    ]
