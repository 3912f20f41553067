"""Indexes that lists walk in order, and the summary behind the numbers, which a trigger of tickets keeps right."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# A note for each incident whose figures may have changed. Many at once share a note by the quarter of an hour.
TRIGGERS = """
ALTER TABLE incidents_numbersrun ALTER COLUMN seconds SET STORAGE EXTERNAL;
CREATE FUNCTION holdfast_note_many() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incidents_numberschange (began)
    SELECT DISTINCT date_bin('15 minutes', impact_started_at, '2000-01-01 00:00+00')
    FROM many WHERE kind = 'incident';
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_note_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incidents_numberschange (began) VALUES (NEW.impact_started_at);
    IF OLD.impact_started_at <> NEW.impact_started_at THEN
        INSERT INTO incidents_numberschange (began) VALUES (OLD.impact_started_at);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_forget_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM incidents_numbersrun;
    DELETE FROM incidents_numberssegment;
    RETURN NULL;
END $$;
CREATE TRIGGER numbers_added AFTER INSERT ON incidents_ticket
    REFERENCING NEW TABLE AS many FOR EACH STATEMENT EXECUTE FUNCTION holdfast_note_many();
CREATE TRIGGER numbers_taken_away AFTER DELETE ON incidents_ticket
    REFERENCING OLD TABLE AS many FOR EACH STATEMENT EXECUTE FUNCTION holdfast_note_many();
CREATE TRIGGER numbers_changed AFTER UPDATE ON incidents_ticket FOR EACH ROW
    WHEN ((OLD.kind, OLD.visibility, OLD.team_id, OLD.service_id, OLD.severity_id, OLD.status, OLD.closure_code,
           OLD.impact_started_at, OLD.alerted_at, OLD.acknowledged_at, OLD.work_started_at, OLD.restored_at,
           OLD.resolved_at, OLD.times_changed_at)
          IS DISTINCT FROM
          (NEW.kind, NEW.visibility, NEW.team_id, NEW.service_id, NEW.severity_id, NEW.status, NEW.closure_code,
           NEW.impact_started_at, NEW.alerted_at, NEW.acknowledged_at, NEW.work_started_at, NEW.restored_at,
           NEW.resolved_at, NEW.times_changed_at))
    EXECUTE FUNCTION holdfast_note_one();
CREATE TRIGGER numbers_emptied AFTER TRUNCATE ON incidents_ticket
    FOR EACH STATEMENT EXECUTE FUNCTION holdfast_forget_numbers();
"""
NO_TRIGGERS = """
DROP TRIGGER numbers_added ON incidents_ticket;
DROP TRIGGER numbers_taken_away ON incidents_ticket;
DROP TRIGGER numbers_changed ON incidents_ticket;
DROP TRIGGER numbers_emptied ON incidents_ticket;
DROP FUNCTION holdfast_note_many();
DROP FUNCTION holdfast_note_one();
DROP FUNCTION holdfast_forget_numbers();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0010_add_review_seats'),
        ('oncall', '0006_add_idempotent_request'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NumbersChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='NumbersRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(max_length=12)),
                ('is_changed', models.BooleanField(help_text='Whether somebody changed a time by hand.')),
                ('seconds', models.BinaryField(help_text='What was counted, ascending, as float8 in network order.')),
                ('seconds_total', models.FloatField()),
                ('left_out', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='How many were not, by reason.', size=None)),
            ],
        ),
        migrations.CreateModel(
            name='NumbersSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(unique=True)),
                ('ends_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='incidents_ticket_of_team',
        ),
        migrations.AlterField(
            model_name='ticket',
            name='service',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='incidents.service'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='team',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='oncall.team', verbose_name='owner team'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['priority', '-created_at', '-id'], name='incidents_ticket_in_order'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['team', 'priority', '-created_at', '-id'], name='incidents_ticket_of_team'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['team', '-id'], name='incidents_ticket_team_newest'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['service', 'severity', '-id'], name='incidents_ticket_severities'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('visibility', 'private')), fields=['impact_started_at'], name='incidents_ticket_private'),
        ),
        migrations.AddField(
            model_name='numbersrun',
            name='service',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.service'),
        ),
        migrations.AddField(
            model_name='numbersrun',
            name='severity',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.severity'),
        ),
        migrations.AddField(
            model_name='numbersrun',
            name='team',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='oncall.team'),
        ),
        migrations.AddConstraint(
            model_name='numberssegment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='incidents_numberssegment_forward'),
        ),
        migrations.AddField(
            model_name='numbersrun',
            name='segment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='incidents.numberssegment'),
        ),
        migrations.AddConstraint(
            model_name='numbersrun',
            constraint=models.UniqueConstraint(fields=('segment', 'measure', 'team', 'service', 'severity', 'is_changed'), name='incidents_numbersrun_once', nulls_distinct=False),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
