"""Opening hours of calendars: append-only versions, which can be withdrawn before they take effect."""

import config.base.data.models
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import oncall.models.people
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oncall_calendarversion
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change('withdrawn_at', 'withdrawn_by_id');
CREATE TRIGGER fill_once BEFORE UPDATE ON oncall_calendarversion
    FOR EACH ROW EXECUTE FUNCTION holdfast_fill_once('withdrawn_at', 'withdrawn_by_id');
"""
NO_APPEND_ONLY = """
DROP TRIGGER fill_once ON oncall_calendarversion;
DROP TRIGGER append_only ON oncall_calendarversion;
"""


class Migration(BatchedMigration):

    dependencies = [
        ('oncall', '0012_times_of_policies'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('effective_from', models.DateTimeField()),
                ('time_zone', models.CharField(max_length=64, validators=[oncall.models.people.validate_zone])),
                ('windows', models.JSONField(blank=True, default=list)),
                ('exceptions', models.JSONField(blank=True, default=list)),
                ('note', config.base.data.models.OneLineField(blank=True, help_text='Why it was changed.', max_length=200)),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='oncall.calendar')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('holidays', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versions_by_holidays', to='oncall.calendar')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['calendar', '-effective_from', '-created_at'], name='oncall_calendarversion_force')],
                'constraints': [models.CheckConstraint(condition=models.Q(('effective_from__gte', django.db.models.functions.datetime.TruncMinute('created_at'))), name='oncall_calendarversion_not_backdated'), models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'demo', 'case']), models.Q(('created_at__gte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '-', models.Value(datetime.timedelta(seconds=60)))), ('created_at__lte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '+', models.Value(datetime.timedelta(seconds=60))))), _connector='OR'), name='oncall_calendarversion_created_now'), models.CheckConstraint(condition=models.Q(('effective_from', django.db.models.functions.datetime.TruncMinute('effective_from'))), name='oncall_calendarversion_minute'), models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__lt', models.F('effective_from')), _connector='OR'), name='oncall_calendarversion_withdrawn_early'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('origin', 'case'), _negated=True)), fields=('calendar', 'effective_from'), name='oncall_calendarversion_once', violation_error_message='The calendar has a version from this moment on already.'), models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='oncall_calendarversion_origin')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, NO_APPEND_ONLY),
    ]
