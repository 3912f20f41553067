"""All words of known errors are found by global search."""

import config.base.data.search_vectors
import django.contrib.postgres.indexes
from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0020_search'),
        ('problems', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='knownerror',
            index=django.contrib.postgres.indexes.GinIndex(config.base.data.search_vectors.TextVector('title', 'symptoms', 'workaround'), name='problems_knownerror_text'),
        ),
    ]
