"""Tickets whose clocks must be computed again are noted by the database, so that no writer can forget it."""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


# A note for each entry that clocks read; NOTIFY takes effect at the commit.
# A new or withdrawn definition concerns every ticket that may still get a promise.
TRIGGERS = """
CREATE FUNCTION holdfast_sla_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incidents_slastale (ticket_id) VALUES (NEW.ticket_id);
    PERFORM pg_notify('holdfast_clocks', '');
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_sla_all_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incidents_slastale (ticket_id)
    SELECT id FROM incidents_ticket WHERE status <> 'closed' AND status <> 'resolved';
    PERFORM pg_notify('holdfast_clocks', '');
    RETURN NULL;
END $$;
CREATE TRIGGER sla_stale AFTER INSERT ON incidents_timelineentry FOR EACH ROW
    WHEN (NEW.facts IS NOT NULL) EXECUTE FUNCTION holdfast_sla_stale();
"""
DEFINITIONS = (
    ("incidents_slatargetversion", "INSERT OR UPDATE"),
    ("oncall_calendarversion", "INSERT OR UPDATE"),
    ("oncall_calendardate", "INSERT OR UPDATE"),
)
NO_TRIGGERS = """
DROP TRIGGER sla_stale ON incidents_timelineentry;
DROP FUNCTION holdfast_sla_stale();
DROP FUNCTION holdfast_sla_all_stale();
"""


def _all_stale(table, events):
    return migrations.RunSQL(
        f"CREATE TRIGGER sla_all_stale AFTER {events} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION holdfast_sla_all_stale();",
        f"DROP TRIGGER sla_all_stale ON {table};",
    )


class Migration(BatchedMigration):
    dependencies = [("incidents", "0012_sla_clocks"), ("oncall", "0013_opening_hours")]

    operations = [
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        *(_all_stale(table, events) for table, events in DEFINITIONS),
    ]
