"""How ready each service is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0011_figures'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceReadiness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passed', models.PositiveSmallIntegerField(default=0)),
                ('total', models.PositiveSmallIntegerField(default=0)),
                ('score', models.PositiveSmallIntegerField(default=0, help_text='Checks passed, in percent.')),
                ('items', models.JSONField(blank=True, default=list, help_text='Each check: code, title, is_passed, wrong, url.')),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField()),
                ('service', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='readiness', to='incidents.service')),
            ],
            options={
                'verbose_name_plural': 'readiness of services',
                'indexes': [models.Index(fields=['due_at'], name='incidents_readiness_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('passed__lte', models.F('total'))), name='incidents_readiness_passed'), models.CheckConstraint(condition=models.Q(('score__lte', 100)), name='incidents_readiness_score')],
            },
        ),
    ]
