"""When teams, people, schedules and calendars were made and last changed; the database writes both times.

A change of a membership is one of its team and of its person, who show it. Signing in is none of the person.
"""

from django.db import migrations, models
from django.db.models.functions import Now

from config.base.data.batched_migration import BatchedMigration


FUNCTIONS = """
CREATE FUNCTION holdfast_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - TG_ARGV) <> (to_jsonb(OLD) - TG_ARGV) THEN
        NEW.updated_at := statement_timestamp();
    ELSE
        NEW.updated_at := greatest(OLD.updated_at, NEW.updated_at);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION oncall_note_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE oncall_user SET updated_at = statement_timestamp() WHERE id = OLD.user_id;
        UPDATE oncall_team SET updated_at = statement_timestamp() WHERE id = OLD.team_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE oncall_user SET updated_at = statement_timestamp() WHERE id = NEW.user_id;
        UPDATE oncall_team SET updated_at = statement_timestamp() WHERE id = NEW.team_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER note_membership AFTER INSERT OR UPDATE OR DELETE ON oncall_membership
    FOR EACH ROW EXECUTE FUNCTION oncall_note_membership();
"""
NO_FUNCTIONS = """
DROP TRIGGER note_membership ON oncall_membership;
DROP FUNCTION oncall_note_membership();
DROP FUNCTION holdfast_note_change();
"""
TABLES = {
    "calendar": "'updated_at'",
    "schedule": "'updated_at'",
    "team": "'updated_at'",
    "user": "'updated_at', 'last_login', 'password'",
}


def _note_change(table, not_counted):
    """Write `updated_at` when another column changes."""
    return migrations.RunSQL(
        f"CREATE TRIGGER note_change BEFORE UPDATE ON oncall_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION holdfast_note_change({not_counted});",
        f"DROP TRIGGER note_change ON oncall_{table};",
    )



def _moment(model, name):
    field = models.DateTimeField(db_default=Now(), editable=False)
    return migrations.AddField(model_name=model, name=name, field=field)


class Migration(BatchedMigration):
    dependencies = [("oncall", "0008_repeats_of_requests")]

    operations = [
        *(_moment(model, "created_at") for model in ("calendar", "schedule", "team")),
        *(_moment(model, "updated_at") for model in ("calendar", "schedule", "team", "user")),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(_note_change(table, not_counted) for table, not_counted in TABLES.items()),
    ]
