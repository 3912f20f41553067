"""Columns for what code read from ranks and words: promises to customers, security, a pause; rows keep their sense."""

import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


# What the code said by rank until now: minutes to the first update, minutes between updates, impact, status.
_BY_RANK = {
    1: (10, 20, "critical", "major_outage"),
    2: (20, 30, "major", "partial_outage"),
    3: (60, 60, "minor", "degraded_performance"),
}
_MILDER = (None, 60, "minor", "degraded_performance")


def keep_behavior(apps, schema_editor):
    """Write into the new columns what ranks, the word "security" in the category and a sentence decided before."""
    for model in ("Severity", "HistoricalSeverity"):
        rows = apps.get_model("incidents", model).objects.using(schema_editor.connection.alias)
        for rank in rows.values_list("rank", flat=True).distinct():
            first, between, impact, status = _BY_RANK.get(rank, _MILDER)
            rows.filter(rank=rank).update(
                first_update_minutes=first, update_minutes=between, customer_impact=impact, component_status=status
            )
    tickets = apps.get_model("incidents", "Ticket").objects.using(schema_editor.connection.alias)
    tickets.filter(category__icontains="security").update(is_security=True)
    events = apps.get_model("incidents", "Event").objects.using(schema_editor.connection.alias)
    events.filter(outcome="rejected", problem__startswith="This integration is paused").update(while_paused=True)


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0008_times_of_requesters'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalseverity',
            name='component_status',
            field=models.CharField(choices=[('operational', 'Operational'), ('degraded_performance', 'Degraded performance'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage'), ('under_maintenance', 'Under maintenance')], db_default='degraded_performance', default='degraded_performance', help_text='What the form of an update proposes; its author confirms it.', max_length=20, verbose_name='status of affected components'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='customer_impact',
            field=models.CharField(choices=[('none', 'None'), ('minor', 'Minor'), ('major', 'Major'), ('critical', 'Critical')], db_default='minor', default='minor', help_text='What the form of an update proposes; its author confirms it.', max_length=10, verbose_name='impact on customers'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='first_update_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='From the start of the impact until customers are first told. Empty: no promise, no reminder.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='minutes to the first update'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='update_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The form of an update proposes the next one after this time. Empty: it proposes none, and the author chooses.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='minutes between updates'),
        ),
        migrations.AddField(
            model_name='severity',
            name='component_status',
            field=models.CharField(choices=[('operational', 'Operational'), ('degraded_performance', 'Degraded performance'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage'), ('under_maintenance', 'Under maintenance')], db_default='degraded_performance', default='degraded_performance', help_text='What the form of an update proposes; its author confirms it.', max_length=20, verbose_name='status of affected components'),
        ),
        migrations.AddField(
            model_name='severity',
            name='customer_impact',
            field=models.CharField(choices=[('none', 'None'), ('minor', 'Minor'), ('major', 'Major'), ('critical', 'Critical')], db_default='minor', default='minor', help_text='What the form of an update proposes; its author confirms it.', max_length=10, verbose_name='impact on customers'),
        ),
        migrations.AddField(
            model_name='severity',
            name='first_update_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='From the start of the impact until customers are first told. Empty: no promise, no reminder.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='minutes to the first update'),
        ),
        migrations.AddField(
            model_name='severity',
            name='update_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The form of an update proposes the next one after this time. Empty: it proposes none, and the author chooses.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='minutes between updates'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='is_security',
            field=models.BooleanField(db_default=False, default=False, help_text="Its review asks for Security's seat, if the severity has that seat.", verbose_name='is about security'),
        ),
        migrations.AlterField(
            model_name='historicalseverity',
            name='review_seats',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, help_text="A postmortem is approved once each seat attended or signed off. Security's seat counts only for incidents that are marked as about security or belong to a SecOps team.", size=None, verbose_name='seats of the review'),
        ),
        migrations.AlterField(
            model_name='severity',
            name='review_seats',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, help_text="A postmortem is approved once each seat attended or signed off. Security's seat counts only for incidents that are marked as about security or belong to a SecOps team.", size=None, verbose_name='seats of the review'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('first_update_minutes__isnull', True), models.Q(('first_update_minutes__gte', 1), ('first_update_minutes__lte', 10080)), _connector='OR'), name='incidents_severity_first_update', violation_error_message='Write 1 to 10080 minutes, or leave it empty to promise nothing.'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('update_minutes__isnull', True), models.Q(('update_minutes__gte', 1), ('update_minutes__lte', 10080)), _connector='OR'), name='incidents_severity_update', violation_error_message='Write 1 to 10080 minutes, or leave it empty to promise nothing.'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('customer_impact__in', ['none', 'minor', 'major', 'critical'])), name='incidents_severity_customer_impact'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('component_status__in', ['operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance'])), name='incidents_severity_component_status'),
        ),
        migrations.AddField(
            model_name='event',
            name='while_paused',
            field=models.BooleanField(db_default=False, default=False, help_text='Refused because its integration was paused, which somebody chose.'),
        ),
        # Last: within a transaction a table with changed rows cannot be altered.
        migrations.RunPython(keep_behavior, migrations.RunPython.noop),
    ]
