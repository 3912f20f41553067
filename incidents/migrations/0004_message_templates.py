"""The texts of updates for customers that a new site starts with."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from config.base.data.batched_migration import BatchedMigration


TEMPLATES = [
    ("Investigating", "investigating", "Since {start} some {audience} see {symptom} in {components}. We are looking into it. Not affected: {unaffected}. Next update by {next}."),
    ("Identified", "identified", "We know why {symptom} happens and are working on {mitigation}. You can meanwhile: {workaround}. Next update by {next}."),
    ("Update without news", "investigating", "We are still working on {components} and have nothing new to tell yet. Next update by {next}."),
    ("Long incident", "identified", "This takes longer than we hoped. {mitigation} goes on. We write less often now, but we do: next update by {next}."),
    ("Monitoring", "monitoring", "A fix is in place since {time}. {components} should work again; we keep watching until {until}. Look here if you still see {symptom}: {link}. Next update by {next}."),
    ("Resolved", "resolved", "{components} works normally since {restored}. It was affected for {duration}. Data: {data_statement}. {postmortem_sentence}"),
    ("Wrong alarm", "resolved", "We looked into a report about {components}: it works, and it did all along. Sorry for the noise."),
]


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    template = apps.get_model("incidents", "MessageTemplate")
    template.objects.bulk_create([template(title=title, phase=phase, body=body) for title, phase, body in TEMPLATES])


class Migration(BatchedMigration):
    dependencies = [("incidents", "0003_summary_triggers")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
