"""The timeline is written once: the database refuses to change or delete an entry."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON incidents_timelineentry
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();
"""
BACKWARD = "DROP TRIGGER append_only ON incidents_timelineentry;"


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_initial"), ("oncall", "0003_append_only_history")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
