"""When an escalation policy was made and last changed; a change of its steps, targets or fallback is one of it.

Whose turn it is in a step that pages one after another is none.
"""

from django.db import migrations, models
from django.db.models.functions import Now

from config.base.data.batched_migration import BatchedMigration


NOTE_POLICY = """
CREATE FUNCTION oncall_note_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'next_target' = to_jsonb(OLD) - 'next_target' THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'oncall_escalationstep' THEN
        UPDATE oncall_escalationpolicy SET updated_at = statement_timestamp()
            WHERE id IN (NEW.policy_id, OLD.policy_id);
    ELSIF TG_TABLE_NAME = 'oncall_escalationtarget' THEN
        UPDATE oncall_escalationpolicy SET updated_at = statement_timestamp()
            WHERE id IN (SELECT policy_id FROM oncall_escalationstep WHERE id IN (NEW.step_id, OLD.step_id));
    ELSE
        UPDATE oncall_escalationpolicy SET updated_at = statement_timestamp()
            WHERE id IN (NEW.escalationpolicy_id, OLD.escalationpolicy_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER note_change BEFORE UPDATE ON oncall_escalationpolicy
    FOR EACH ROW EXECUTE FUNCTION holdfast_note_change('updated_at');
CREATE TRIGGER note_policy AFTER INSERT OR UPDATE OR DELETE ON oncall_escalationstep
    FOR EACH ROW EXECUTE FUNCTION oncall_note_policy();
CREATE TRIGGER note_policy AFTER INSERT OR UPDATE OR DELETE ON oncall_escalationtarget
    FOR EACH ROW EXECUTE FUNCTION oncall_note_policy();
CREATE TRIGGER note_policy AFTER INSERT OR UPDATE OR DELETE ON oncall_escalationpolicy_fallback
    FOR EACH ROW EXECUTE FUNCTION oncall_note_policy();
"""
NO_NOTE_POLICY = """
DROP TRIGGER note_policy ON oncall_escalationpolicy_fallback;
DROP TRIGGER note_policy ON oncall_escalationtarget;
DROP TRIGGER note_policy ON oncall_escalationstep;
DROP TRIGGER note_change ON oncall_escalationpolicy;
DROP FUNCTION oncall_note_policy();
"""


class Migration(BatchedMigration):
    dependencies = [("oncall", "0011_answers_shown_once")]

    operations = [
        migrations.AddField(
            model_name="escalationpolicy",
            name="created_at",
            field=models.DateTimeField(db_default=Now(), editable=False),
        ),
        migrations.AddField(
            model_name="escalationpolicy",
            name="updated_at",
            field=models.DateTimeField(db_default=Now(), editable=False),
        ),
        migrations.RunSQL(NOTE_POLICY, NO_NOTE_POLICY),
    ]
