"""Memberships have an id of another system too, and tokens a scope for configuration."""

import config.base.data.models
import django.contrib.postgres.fields
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('oncall', '0015_history_of_targets'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmembership',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='membership',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read: everything its owner may read'), ('declare', 'Declare: open incidents, which may page people, and change their fields'), ('respond', 'Respond: acknowledge, assign, hold, restore, resolve, close and reopen incidents; add notes'), ('publish', 'Publish: updates, maintenance and postmortems that customers read, with mail to subscribers'), ('prevent', 'Prevent: problems, known errors, action items, links, waivers and tasks'), ('postmortems', 'Postmortems: write, review, approve and close them, but not publish'), ('rota', 'Rota: change who is on call: schedules, overrides, swaps, time off, calendars, handoff notes'), ('configure', 'Configure: services, teams, severities, policies, targets, pages and other settings'), ('write', 'Everything its owner may do, reading and publishing included'), ('respond_0_1', 'Respond, as wide as before version 0.2: also the verbs of other records')], max_length=20), default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_membership_external_id'),
        ),
        migrations.AlterConstraint(
            model_name='membership',
            name='oncall_membership_once',
            constraint=models.UniqueConstraint(fields=('team', 'user'), name='oncall_membership_once', violation_error_message='This person is in the team already.'),
        ),
    ]
