"""All tables of the app, written by `makemigrations`: nothing here is written by hand but the base."""

import config.base.data.models
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    initial = True

    dependencies = [
        ('incidents', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Problem',
            fields=[
                ('ticket_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='incidents.ticket')),
                ('cause', models.TextField(blank=True)),
                ('workaround', models.TextField(blank=True)),
                ('services_at_risk', models.ManyToManyField(blank=True, help_text='Other services that the same cause may affect (S34).', related_name='problems_at_risk', to='incidents.service')),
            ],
            options={
                'base_manager_name': 'objects',
            },
            bases=('incidents.ticket',),
        ),
        migrations.CreateModel(
            name='KnownError',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', config.base.data.models.OneLineField(max_length=200)),
                ('symptoms', models.TextField(help_text='What people see, in their own words. New incidents are matched with it.')),
                ('workaround', models.TextField(help_text='What to do until it is fixed, step by step.')),
                ('status', models.CharField(choices=[('published', 'Published'), ('retired', 'Retired')], default='published', max_length=10)),
                ('hits', models.PositiveIntegerField(default=0, editable=False, help_text='In how many incidents it was used.')),
                ('last_hit_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('published_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('problem', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='known_error', to='problems.problem')),
            ],
        ),
        migrations.CreateModel(
            name='Factor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('evidence_url', models.URLField(blank=True, max_length=500)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='Among those of the same parent.')),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='problems.factor')),
                ('problem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='factors', to='problems.problem')),
            ],
        ),
        migrations.CreateModel(
            name='KnownErrorUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('used_at', models.DateTimeField()),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_errors_used', to='incidents.incident')),
                ('known_error', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='problems.knownerror')),
                ('used_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('known_error', 'incident'), name='problems_knownerroruse_once')],
            },
        ),
        migrations.AddIndex(
            model_name='knownerror',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('title', 'symptoms', config='english'), name='problems_knownerror_words'),
        ),
        migrations.AddIndex(
            model_name='knownerror',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('title', name='gin_trgm_ops'), name='problems_knownerror_title'),
        ),
        migrations.AddIndex(
            model_name='knownerror',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('symptoms', name='gin_trgm_ops'), name='problems_knownerror_symptoms'),
        ),
        migrations.AddConstraint(
            model_name='knownerror',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['published', 'retired'])), name='problems_knownerror_status'),
        ),
        migrations.AddConstraint(
            model_name='knownerror',
            constraint=models.CheckConstraint(condition=models.Q(('workaround', ''), _negated=True), name='problems_knownerror_helps'),
        ),
        migrations.AddConstraint(
            model_name='factor',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='problems_factor_says_something'),
        ),
        migrations.AddConstraint(
            model_name='factor',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='problems_factor_not_its_own_parent'),
        ),
    ]
