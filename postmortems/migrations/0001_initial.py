"""Postmortems, their templates, revisions and reviews; what was said and saved is written once."""

import config.base.data.models
import django.db.models.deletion
import postmortems.models
import simple_history.models
from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postmortems_postmortemrevision
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postmortems_postmortemcomment
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();
"""
FREE = """
DROP TRIGGER append_only ON postmortems_postmortemcomment;
DROP TRIGGER append_only ON postmortems_postmortemrevision;
"""
EDIT = ("add", "change", "delete", "view")
READ = ("view",)
RECORDS = dict.fromkeys(("postmortem", "postmortemsection", "postmortemrevision", "postmortemcomment"), READ)
RIGHTS = {"Administrator": RECORDS | {"template": READ}, "Practice owner": RECORDS | {"template": EDIT}}


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("postmortems"), verbosity=0, apps=apps)
    for role, rights in RIGHTS.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        codes = [f"{deed}_{model}" for model, deeds in rights.items() for deed in deeds]
        group.permissions.add(
            *apps.get_model("auth", "Permission").objects.filter(
                content_type__app_label="postmortems", codename__in=codes
            )
        )


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('incidents', '0004_role_permissions'),
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
                ('needs_other_team', models.BooleanField(default=False, help_text='Approved only after somebody from outside the owner team took part in the review.', verbose_name='asks another team')),
                ('is_default', models.BooleanField(default=False, verbose_name='is used unless another is chosen')),
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
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('description', models.TextField(blank=True)),
                ('sections', models.JSONField(help_text='[{"key": ..., "title": ..., "guidance": ..., "is_required": true}]', validators=[postmortems.models.validate_sections])),
                ('needs_other_team', models.BooleanField(default=False, help_text='Approved only after somebody from outside the owner team took part in the review.', verbose_name='asks another team')),
                ('is_default', models.BooleanField(default=False, verbose_name='is used unless another is chosen')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='postmortems_template_one_default')],
            },
        ),
        migrations.CreateModel(
            name='Postmortem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('approved', 'Approved'), ('published', 'Published'), ('closed', 'Closed')], default='draft', max_length=10)),
                ('due_on', models.DateField(help_text='Approved by the end of this day, else it is overdue.')),
                ('public_text', models.TextField(blank=True, help_text='What the status page shows; never a filtered copy.')),
                ('public_written_at', models.DateTimeField(blank=True, null=True)),
                ('restored_at', models.DateTimeField(help_text='From here the days to draft, review and approval are counted.')),
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
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postmortems', to='postmortems.template')),
            ],
        ),
        migrations.CreateModel(
            name='PostmortemComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('comment', 'Comment'), ('submitted', 'Sent to review'), ('changes', 'Asked for changes'), ('approved', 'Approved'), ('published', 'Published'), ('withdrawn', 'Withdrawn'), ('closed', 'Closed'), ('owner', 'Owner')], default='comment', max_length=10)),
                ('section', models.SlugField(blank=True, help_text='The section it is about, if any.', max_length=40)),
                ('text', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='postmortems.postmortem')),
            ],
            options={
                'indexes': [models.Index(fields=['postmortem', 'at', 'id'], name='postmortems_comment_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['comment', 'submitted', 'changes', 'approved', 'published', 'withdrawn', 'closed', 'owner'])), name='postmortems_comment_kind')],
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
                ('author', models.ForeignKey(blank=True, help_text='Nobody: the product.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
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
        migrations.RunSQL(APPEND_ONLY, FREE),
        migrations.RunPython(grant, keep),
    ]
