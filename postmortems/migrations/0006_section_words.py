"""The words of postmortems are found by global search."""

import config.base.data.search_vectors
import django.contrib.postgres.indexes
from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0020_search'),
        ('postmortems', '0005_rest'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='postmortemsection',
            index=django.contrib.postgres.indexes.GinIndex(config.base.data.search_vectors.TextVector('body'), name='postmortems_section_words'),
        ),
    ]
