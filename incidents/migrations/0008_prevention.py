"""Actions, links between tickets, and decisions to prevent nothing; administrators and practice owners may read them."""

import config.base.data.models
import django.db.models.deletion
from django.conf import settings
from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


READ = ['view_actionitem', 'view_ticketlink', 'view_preventionwaiver']


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("incidents"), verbosity=0, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="incidents", codename__in=READ
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Administrator", "Practice owner"]):
        group.permissions.add(*permissions)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0007_add_customer_updates'),
        ('oncall', '0005_add_when_a_lane_ended'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ActionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', config.base.data.models.OneLineField(help_text='A verb first: "Add an alert on the pool size".', max_length=200)),
                ('due_on', models.DateField()),
                ('is_priority', models.BooleanField(default=False, help_text='The incident is not resolved before it is done.', verbose_name='priority')),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('declined', 'Declined')], default='open', max_length=8)),
                ('reason', models.TextField(blank=True, help_text='Why it was declined.')),
                ('done_at', models.DateTimeField(blank=True, help_text='When it ended, done or declined.', null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='PreventionWaiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('status', models.CharField(choices=[('asked', 'Asked'), ('approved', 'Approved'), ('declined', 'Declined')], default='asked', max_length=8)),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TicketLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('caused_by', 'Caused by'), ('duplicate_of', 'Duplicate of'), ('related', 'Related to')], max_length=12)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='timelineentry',
            name='incidents_entry_kind',
        ),
        migrations.AlterField(
            model_name='timelineentry',
            name='kind',
            field=models.CharField(choices=[('opened', 'Opened'), ('status', 'Status'), ('note', 'Work note'), ('comment', 'Public comment'), ('change', 'Change'), ('handover', 'Handover'), ('page', 'Page'), ('escalation', 'Escalation'), ('alert', 'Alert'), ('action', 'Action'), ('link', 'Link')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'restored')), fields=['restored_at', 'id'], name='incidents_ticket_restored'),
        ),
        migrations.AddConstraint(
            model_name='timelineentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'status', 'note', 'comment', 'change', 'handover', 'page', 'escalation', 'alert', 'action', 'link'])), name='incidents_entry_kind'),
        ),
        migrations.AddField(
            model_name='actionitem',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='actionitem',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='actionitem',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='actionitem',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='preventionwaiver',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='preventionwaiver',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='preventionwaiver',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='ticketlink',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticketlink',
            name='from_ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_out', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='ticketlink',
            name='to_ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_in', to='incidents.ticket'),
        ),
        migrations.AddIndex(
            model_name='actionitem',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['due_on', 'id'], name='incidents_action_due'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'done', 'declined'])), name='incidents_action_status'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', False), ('team__isnull', False), _connector='OR'), name='incidents_action_has_owner'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('done_at__isnull', False)), _connector='OR'), name='incidents_action_ended_when'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='incidents_action_declined_why'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['asked', 'approved', 'declined'])), name='incidents_waiver_status'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='incidents_waiver_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'asked')), models.Q(models.Q(('status', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='incidents_waiver_decided_by'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='incidents_waiver_second_person'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('ticket',), name='incidents_waiver_one_asked'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['caused_by', 'duplicate_of', 'related'])), name='incidents_link_kind'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.UniqueConstraint(fields=('from_ticket', 'to_ticket', 'kind'), name='incidents_link_once'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.CheckConstraint(condition=models.Q(('from_ticket', models.F('to_ticket')), _negated=True), name='incidents_link_to_another'),
        ),
        migrations.RunPython(grant, keep),
    ]
