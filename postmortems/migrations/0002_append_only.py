"""What was said about a postmortem, and what was saved of it, is written once."""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postmortems_postmortemrevision
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postmortems_postmortemcomment
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();
"""
BACKWARD = """
DROP TRIGGER append_only ON postmortems_postmortemcomment;
DROP TRIGGER append_only ON postmortems_postmortemrevision;
"""


class Migration(BatchedMigration):
    dependencies = [("postmortems", "0001_initial"), ("oncall", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
