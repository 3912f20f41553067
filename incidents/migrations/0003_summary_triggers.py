"""The triggers of tickets that keep the summary behind the reports right."""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


# A note for each incident whose figures may have changed. Many at once share a note by the quarter of an hour.
TRIGGERS = """
ALTER TABLE incidents_reportrun ALTER COLUMN seconds SET STORAGE EXTERNAL;
CREATE FUNCTION holdfast_note_many() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incidents_reportchange (began_at)
    SELECT DISTINCT date_bin('15 minutes', impact_started_at, '2000-01-01 00:00+00')
    FROM many WHERE kind = 'incident';
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_note_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incidents_reportchange (began_at) VALUES (NEW.impact_started_at);
    IF OLD.impact_started_at <> NEW.impact_started_at THEN
        INSERT INTO incidents_reportchange (began_at) VALUES (OLD.impact_started_at);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_forget_summary() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM incidents_reportrun;
    DELETE FROM incidents_reportsegment;
    RETURN NULL;
END $$;
CREATE TRIGGER summary_added AFTER INSERT ON incidents_ticket
    REFERENCING NEW TABLE AS many FOR EACH STATEMENT EXECUTE FUNCTION holdfast_note_many();
CREATE TRIGGER summary_taken_away AFTER DELETE ON incidents_ticket
    REFERENCING OLD TABLE AS many FOR EACH STATEMENT EXECUTE FUNCTION holdfast_note_many();
CREATE TRIGGER summary_changed AFTER UPDATE ON incidents_ticket FOR EACH ROW
    WHEN ((OLD.kind, OLD.visibility, OLD.team_id, OLD.service_id, OLD.severity_id, OLD.status, OLD.closure_code,
           OLD.impact_started_at, OLD.alerted_at, OLD.acknowledged_at, OLD.work_started_at, OLD.restored_at,
           OLD.resolved_at, OLD.times_changed_at)
          IS DISTINCT FROM
          (NEW.kind, NEW.visibility, NEW.team_id, NEW.service_id, NEW.severity_id, NEW.status, NEW.closure_code,
           NEW.impact_started_at, NEW.alerted_at, NEW.acknowledged_at, NEW.work_started_at, NEW.restored_at,
           NEW.resolved_at, NEW.times_changed_at))
    EXECUTE FUNCTION holdfast_note_one();
CREATE TRIGGER summary_emptied AFTER TRUNCATE ON incidents_ticket
    FOR EACH STATEMENT EXECUTE FUNCTION holdfast_forget_summary();
"""
NO_TRIGGERS = """
DROP TRIGGER summary_added ON incidents_ticket;
DROP TRIGGER summary_taken_away ON incidents_ticket;
DROP TRIGGER summary_changed ON incidents_ticket;
DROP TRIGGER summary_emptied ON incidents_ticket;
DROP FUNCTION holdfast_note_many();
DROP FUNCTION holdfast_note_one();
DROP FUNCTION holdfast_forget_summary();
"""


class Migration(BatchedMigration):
    dependencies = [("incidents", "0002_append_only")]

    operations = [migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]
