"""All tables of the app, written by `makemigrations`: nothing here is written by hand but the base."""

import config.base.data.models
import django.contrib.postgres.fields
import django.db.models.deletion
import postmortems.models
import simple_history.models
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
            name='HistoricalTemplate',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('description', models.TextField(blank=True)),
                ('sections', models.JSONField(help_text='[{"key": ..., "title": ..., "guidance": ..., "is_required": true}]', validators=[postmortems.models.validate_sections])),
                ('needs_other_team', models.BooleanField(default=False, help_text='Approval needs a person from outside the owner team in the review.', verbose_name='needs another team')),
                ('is_default', models.BooleanField(default=False, verbose_name='is the default')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical template',
                'verbose_name_plural': 'historical templates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Postmortem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('approved', 'Approved'), ('published', 'Published'), ('closed', 'Closed')], default='draft', max_length=10)),
                ('due_on', models.DateField(help_text='Overdue if not approved by the end of this day.')),
                ('public_text', models.TextField(blank=True, help_text='The status page shows it. A text of its own, never a copy.')),
                ('public_written_at', models.DateTimeField(blank=True, null=True)),
                ('restored_at', models.DateTimeField(help_text='The days to draft, review and approval count from here.')),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('drafted_at', models.DateTimeField(blank=True, help_text='When a person first wrote in it.', null=True)),
                ('submitted_at', models.DateTimeField(blank=True, help_text='When it first went into review.', null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_postmortems', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='postmortem', to='incidents.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('required', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, size=None)),
                ('opened_at', models.DateTimeField()),
                ('postmortem', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review', to='postmortems.postmortem')),
            ],
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12)),
                ('perspective', models.CharField(choices=[('process', 'Process'), ('operations', 'Operations'), ('security', 'Security'), ('customer', 'Customer')], max_length=10)),
                ('presence', models.CharField(choices=[('attended', 'Attended'), ('signed_off', 'Signed off')], max_length=10)),
                ('answer', models.TextField(blank=True, help_text='To the question of the perspective.')),
                ('taken_at', models.DateTimeField()),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='postmortems.review')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_seats', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('description', models.TextField(blank=True)),
                ('sections', models.JSONField(help_text='[{"key": ..., "title": ..., "guidance": ..., "is_required": true}]', validators=[postmortems.models.validate_sections])),
                ('needs_other_team', models.BooleanField(default=False, help_text='Approval needs a person from outside the owner team in the review.', verbose_name='needs another team')),
                ('is_default', models.BooleanField(default=False, verbose_name='is the default')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='postmortems_template_one_default')],
            },
        ),
        migrations.AddField(
            model_name='postmortem',
            name='template',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postmortems', to='postmortems.template'),
        ),
        migrations.CreateModel(
            name='PostmortemComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('comment', 'Comment'), ('submitted', 'Submitted for review'), ('changes', 'Changes requested'), ('approved', 'Approved'), ('published', 'Published'), ('withdrawn', 'Withdrawn'), ('closed', 'Closed'), ('owner', 'Owner'), ('seat', 'Seat')], default='comment', max_length=10)),
                ('section', models.SlugField(blank=True, help_text='The section it is about, if any.', max_length=40)),
                ('text', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='postmortems.postmortem')),
            ],
            options={
                'indexes': [models.Index(fields=['postmortem', 'at', 'id'], name='postmortems_comment_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['comment', 'submitted', 'changes', 'approved', 'published', 'withdrawn', 'closed', 'owner', 'seat'])), name='postmortems_comment_kind')],
            },
        ),
        migrations.CreateModel(
            name='PostmortemRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(help_text='The section, or public_text.', max_length=40)),
                ('number', models.PositiveIntegerField()),
                ('body', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, help_text='Empty: written by the product.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='postmortems.postmortem')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('postmortem', 'key', 'number'), name='postmortems_revision_once')],
            },
        ),
        migrations.CreateModel(
            name='PostmortemSection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.SlugField(max_length=40)),
                ('title', config.base.data.models.OneLineField(max_length=120)),
                ('guidance', models.TextField(blank=True)),
                ('is_required', models.BooleanField(default=False)),
                ('body', models.TextField(blank=True, help_text='Markdown.')),
                ('updated_at', models.DateTimeField()),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='postmortems.postmortem')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('postmortem', 'key'), name='postmortems_section_once'), models.UniqueConstraint(fields=('postmortem', 'position'), name='postmortems_section_position')],
            },
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('required__contained_by', ['owner_team', 'it_practice', 'other_team', 'security'])), name='postmortems_review_required'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(fields=('review', 'kind', 'user'), name='postmortems_seat_once'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['owner_team', 'it_practice', 'other_team', 'security'])), name='postmortems_seat_kind'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('perspective__in', ['process', 'operations', 'security', 'customer'])), name='postmortems_seat_perspective'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('presence', 'attended'), models.Q(('presence', 'signed_off'), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='postmortems_seat_signed_off_with_words'),
        ),
        migrations.AddIndex(
            model_name='postmortem',
            index=models.Index(condition=models.Q(('status__in', ('draft', 'in_review'))), fields=['due_on', 'id'], name='postmortems_due'),
        ),
        migrations.AddIndex(
            model_name='postmortem',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['-published_at'], name='postmortems_published'),
        ),
        migrations.AddConstraint(
            model_name='postmortem',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'in_review', 'approved', 'published', 'closed'])), name='postmortems_postmortem_status'),
        ),
        migrations.AddConstraint(
            model_name='postmortem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True), ('status__in', ('draft', 'in_review'))), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), models.Q(('status__in', ('draft', 'in_review')), _negated=True)), _connector='OR'), name='postmortems_postmortem_approved_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='postmortem',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('owner__isnull', True), models.Q(('approved_by', models.F('owner')), _negated=True), _connector='OR'), name='postmortems_postmortem_approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='postmortem',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('status__in', ['published', 'closed']), models.Q(('public_text', ''), _negated=True)), _connector='OR'), name='postmortems_postmortem_published_what'),
        ),
        migrations.AddConstraint(
            model_name='postmortem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='postmortems_postmortem_published_when'),
        ),
        migrations.AddConstraint(
            model_name='postmortem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='postmortems_postmortem_closed_when'),
        ),
    ]
