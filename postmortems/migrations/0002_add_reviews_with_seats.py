"""Reviews with seats, and the right of administrators and practice owners to look at them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("postmortems"), verbosity=0, apps=apps)
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="postmortems", codename__in=["view_review", "view_seat"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Administrator", "Practice owner"]):
        group.permissions.add(*found)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    dependencies = [
        ('postmortems', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('required', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, size=None)),
                ('opened_at', models.DateTimeField()),
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
            ],
        ),
        migrations.RemoveConstraint(
            model_name='postmortemcomment',
            name='postmortems_comment_kind',
        ),
        migrations.AlterField(
            model_name='postmortemcomment',
            name='kind',
            field=models.CharField(choices=[('comment', 'Comment'), ('submitted', 'Sent to review'), ('changes', 'Asked for changes'), ('approved', 'Approved'), ('published', 'Published'), ('withdrawn', 'Withdrawn'), ('closed', 'Closed'), ('owner', 'Owner'), ('seat', 'Seat')], default='comment', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='postmortemcomment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['comment', 'submitted', 'changes', 'approved', 'published', 'withdrawn', 'closed', 'owner', 'seat'])), name='postmortems_comment_kind'),
        ),
        migrations.AddField(
            model_name='review',
            name='postmortem',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review', to='postmortems.postmortem'),
        ),
        migrations.AddField(
            model_name='seat',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='postmortems.review'),
        ),
        migrations.AddField(
            model_name='seat',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_seats', to=settings.AUTH_USER_MODEL),
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
        migrations.RunPython(grant, keep),
    ]
