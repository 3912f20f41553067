"""What is written once: the database refuses to change or delete it.

Columns that are named with a table may be filled and emptied; those of `FILLED_ONCE` may be filled, once.
A transaction that has set `holdfast.lift` to a reason (retention, erasure) may do what it must; nothing else may.
The apps above use the functions for tables of their own.
"""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


FUNCTIONS = """
CREATE FUNCTION holdfast_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('holdfast.lift', true), '') <> '' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - TG_ARGV) = (to_jsonb(OLD) - TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION holdfast_fill_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    column_name text;
BEGIN
    FOREACH column_name IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> column_name <> 'null'::jsonb
            AND to_jsonb(OLD) -> column_name IS DISTINCT FROM to_jsonb(NEW) -> column_name
            AND coalesce(current_setting('holdfast.lift', true), '') = '' THEN
            RAISE EXCEPTION '%.% is already filled', TG_TABLE_NAME, column_name
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION holdfast_fill_once();
DROP FUNCTION holdfast_refuse_change();
"""
FILLED_ONCE = {
    "scheduleversion": ("withdrawn_at", "withdrawn_by_id"),
    "layer": (),
    "layermember": (),
    "override": ("cancelled_at", "cancelled_by_id"),
    "overrideperson": (),
    "calendardate": ("withdrawn_at", "withdrawn_by_id"),
    "deactivation": ("ends_at", "reopened_by_id"),
}


def guard(table, columns):
    """Refuse changes of a table, but for columns that may be filled once."""
    names = ", ".join(f"'{column}'" for column in columns)
    forward = (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oncall_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change({names});"
    )
    backward = f"DROP TRIGGER append_only ON oncall_{table};"
    if columns:
        forward += (
            f"CREATE TRIGGER fill_once BEFORE UPDATE ON oncall_{table}"
            f" FOR EACH ROW EXECUTE FUNCTION holdfast_fill_once({names});"
        )
        backward += f"DROP TRIGGER fill_once ON oncall_{table};"
    return migrations.RunSQL(forward, backward)


class Migration(BatchedMigration):
    dependencies = [("oncall", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oncall_escalationentry"
            " FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change('relay_at');",
            "DROP TRIGGER append_only ON oncall_escalationentry;",
        ),
        *(guard(table, columns) for table, columns in FILLED_ONCE.items()),
    ]
