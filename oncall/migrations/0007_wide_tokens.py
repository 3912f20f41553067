"""Tokens with `respond` keep what it opened until 0.2; what is new opens only incidents."""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):
    dependencies = [("oncall", "0006_token_scopes")]

    operations = [
        migrations.RunSQL(
            "UPDATE oncall_apitoken SET scopes = array_append(scopes, 'respond_0_1')"
            " WHERE 'respond' = ANY (scopes) AND NOT scopes && ARRAY['write', 'respond_0_1']::varchar[]",
            "UPDATE oncall_apitoken SET scopes = array_remove(scopes, 'respond_0_1')",
        ),
    ]
