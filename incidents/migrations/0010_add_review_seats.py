"""Whose say a review needs, by severity."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0009_add_maintenance_and_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalseverity',
            name='review_seats',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, help_text="A postmortem is approved once each of them attended or signed off. Security's counts only for incidents that are tagged as security.", size=None, verbose_name='seats of the review'),
        ),
        migrations.AddField(
            model_name='severity',
            name='review_seats',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, help_text="A postmortem is approved once each of them attended or signed off. Security's counts only for incidents that are tagged as security.", size=None, verbose_name='seats of the review'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('review_seats__contained_by', ['owner_team', 'it_practice', 'other_team', 'security'])), name='incidents_severity_review_seats'),
        ),
    ]
