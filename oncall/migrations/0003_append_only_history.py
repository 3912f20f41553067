"""What happened to an escalation is written once: the database refuses to change or delete it.

`news_at` may be filled and emptied, and a transaction that has set `holdfast.lift` to a reason
(retention, erasure) may do what it must; nothing else may.
"""

from django.db import migrations

FORWARD = """
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
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oncall_escalationentry
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change('news_at');
"""
BACKWARD = """
DROP TRIGGER append_only ON oncall_escalationentry;
DROP FUNCTION holdfast_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("oncall", "0002_roles_and_engine_schema")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
