"""Part of full time, training, wake tests, requests for rest, and pages counted by time."""

import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('oncall', '0012_calendars_and_feeds'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReliefRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('night_on', models.DateField(help_text="The day on which the night began, on the person's clock.")),
                ('pages', models.PositiveIntegerField()),
                ('worked_minutes', models.PositiveIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('swap', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='relief', to='oncall.swaprequest')),
            ],
        ),
        migrations.CreateModel(
            name='WakeTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('sent_at', models.DateTimeField()),
                ('passed_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='membership',
            name='fte',
            field=models.DecimalField(decimal_places=2, default=Decimal('1'), help_text='1 is full time, 0.5 half of it; a fair share of standing by goes by it.', max_digits=3, validators=[django.core.validators.MinValueValidator(Decimal('0.1')), django.core.validators.MaxValueValidator(Decimal('1'))], verbose_name='part of full time'),
        ),
        migrations.AddField(
            model_name='membership',
            name='trained_on',
            field=models.DateField(blank=True, help_text='Shadowed a shift, read the plan, did a drill.', null=True, verbose_name='trained for standing by on'),
        ),
        migrations.AddIndex(
            model_name='escalationentry',
            index=models.Index(condition=models.Q(('event', 'page')), fields=['at'], name='oncall_entry_paged'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('fte__gte', Decimal('0.1')), ('fte__lte', 1)), name='oncall_membership_fte', violation_error_message='Choose a part between 0.1 and 1, which is full time.'),
        ),
        migrations.AddField(
            model_name='reliefrequest',
            name='schedule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relief_requests', to='oncall.schedule'),
        ),
        migrations.AddField(
            model_name='reliefrequest',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relief_requests', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='waketest',
            name='contact_method',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='oncall.contactmethod'),
        ),
        migrations.AddField(
            model_name='waketest',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wake_tests', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='reliefrequest',
            index=models.Index(fields=['schedule', '-asked_at'], name='oncall_relief_of_schedule'),
        ),
        migrations.AddConstraint(
            model_name='reliefrequest',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_relief_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='reliefrequest',
            constraint=models.UniqueConstraint(fields=('user', 'night_on'), name='oncall_relief_once_a_night'),
        ),
        migrations.AddIndex(
            model_name='waketest',
            index=models.Index(fields=['user', '-sent_at'], name='oncall_waketest_of_user'),
        ),
        migrations.AddConstraint(
            model_name='waketest',
            constraint=models.CheckConstraint(condition=models.Q(('passed_at__isnull', True), ('passed_at__gte', models.F('sent_at')), _connector='OR'), name='oncall_waketest_passed_later'),
        ),
    ]
