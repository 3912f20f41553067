"""Who wrote and took back a day off, how far a country is filled, and calendar feeds."""

import config.base.data.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EDIT = ("add", "change", "delete", "view")
RIGHTS = {
    "Administrator": {"calendar": EDIT, "calendardate": ("view",), "feedtoken": ("view",), "feedevent": ("view",)},
    "Practice owner": {"calendar": EDIT, "calendardate": ("view",)},
}


def guard(columns):
    """A day off is written once; these columns may be filled, once."""
    named = ", ".join(f"'{column}'" for column in columns)
    return f"""
DROP TRIGGER append_only ON oncall_calendardate;
DROP TRIGGER fill_once ON oncall_calendardate;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oncall_calendardate
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change({named});
CREATE TRIGGER fill_once BEFORE UPDATE ON oncall_calendardate
    FOR EACH ROW EXECUTE FUNCTION holdfast_fill_once({named});
"""


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("oncall"), verbosity=0, apps=apps)
    for role, rights in RIGHTS.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        codes = [f"{deed}_{model}" for model, deeds in rights.items() for deed in deeds]
        group.permissions.add(
            *apps.get_model("auth", "Permission").objects.filter(content_type__app_label="oncall", codename__in=codes)
        )


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    dependencies = [
        ('oncall', '0011_add_handoff_notes'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendar',
            name='filled_through',
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='calendardate',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='calendardate',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='calendar',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.CreateModel(
            name='FeedToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mine', 'All my shifts'), ('schedule', "Everybody's shifts on one schedule")], default='mine', max_length=10)),
                ('name', config.base.data.models.OneLineField(max_length=80)),
                ('prefix', models.CharField(editable=False, max_length=12, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(editable=False)),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='oncall.schedule')),
            ],
        ),
        migrations.CreateModel(
            name='FeedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=64)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('summary', models.CharField(max_length=250)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('modified_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='oncall.schedule')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='oncall.feedtoken')),
            ],
        ),
        migrations.AddConstraint(
            model_name='feedtoken',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mine', 'schedule'])), name='oncall_feedtoken_kind'),
        ),
        migrations.AddConstraint(
            model_name='feedtoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'mine'), ('schedule__isnull', True)), models.Q(('kind', 'schedule'), ('schedule__isnull', False)), _connector='OR'), name='oncall_feedtoken_schedule'),
        ),
        migrations.AddConstraint(
            model_name='feedevent',
            constraint=models.UniqueConstraint(fields=('feed', 'uid'), name='oncall_feedevent_once'),
        ),
        migrations.AddConstraint(
            model_name='feedevent',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_feedevent_ends_later'),
        ),
        migrations.RunSQL(guard(["withdrawn_at", "withdrawn_by_id"]), guard(["withdrawn_at"])),
        migrations.RunPython(grant, keep),
    ]
