"""Accounts of programs: a team owns each, and the database keeps it out of every place that is for people.

Changes of `limit_choices_to` write nothing; the triggers hold what it says. The apps above use the function for
columns of their own.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


FUNCTIONS = """
CREATE FUNCTION holdfast_refuse_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account bigint := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF EXISTS (SELECT 1 FROM oncall_user WHERE id = account AND kind = TG_ARGV[1]) THEN
        RAISE EXCEPTION '%.% cannot be the account of a %', TG_TABLE_NAME, TG_ARGV[0],
            CASE TG_ARGV[1] WHEN 'service' THEN 'program' ELSE 'person' END
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION oncall_refuse_kind_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an account stays that of a person or of a program'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION oncall_refuse_unowned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account bigint := CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(OLD) ->> 'user_id' END;
BEGIN
    IF EXISTS (SELECT 1 FROM oncall_user WHERE id = account)
        AND NOT EXISTS (SELECT 1 FROM oncall_serviceaccount WHERE user_id = account) THEN
        RAISE EXCEPTION 'no team owns the service account %', account
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER kind_stays BEFORE UPDATE OF kind ON oncall_user
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION oncall_refuse_kind_change();
CREATE CONSTRAINT TRIGGER has_owner AFTER INSERT ON oncall_user DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'service') EXECUTE FUNCTION oncall_refuse_unowned();
CREATE CONSTRAINT TRIGGER has_owner AFTER DELETE OR UPDATE OF user_id ON oncall_serviceaccount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION oncall_refuse_unowned();
CREATE TRIGGER programs_only BEFORE INSERT OR UPDATE OF user_id ON oncall_serviceaccount
    FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_account('user_id', 'person');
CREATE TRIGGER note_change BEFORE UPDATE ON oncall_serviceaccount
    FOR EACH ROW EXECUTE FUNCTION holdfast_note_change('updated_at');
"""
NO_FUNCTIONS = """
DROP TRIGGER note_change ON oncall_serviceaccount;
DROP TRIGGER programs_only ON oncall_serviceaccount;
DROP TRIGGER has_owner ON oncall_serviceaccount;
DROP TRIGGER has_owner ON oncall_user;
DROP TRIGGER kind_stays ON oncall_user;
DROP FUNCTION oncall_refuse_unowned();
DROP FUNCTION oncall_refuse_kind_change();
DROP FUNCTION holdfast_refuse_account();
"""
FOR_PEOPLE = (
    ("account_emailaddress", "user_id"),
    ("mfa_authenticator", "user_id"),
    ("oncall_absence", "user_id"),
    ("oncall_contactmethod", "user_id"),
    ("oncall_deactivation", "user_id"),
    ("oncall_escalationpolicy_fallback", "user_id"),
    ("oncall_escalationtarget", "user_id"),
    ("oncall_feedtoken", "owner_id"),
    ("oncall_handoffnote", "author_id"),
    ("oncall_layermember", "user_id"),
    ("oncall_membership", "user_id"),
    ("oncall_notificationrule", "user_id"),
    ("oncall_obligation", "owner_id"),
    ("oncall_obligationrule", "person_id"),
    ("oncall_override", "out_id"),
    ("oncall_overrideperson", "user_id"),
    ("oncall_reliefrequest", "user_id"),
    ("oncall_swapoffer", "user_id"),
    ("oncall_swaprequest", "requested_by_id"),
    ("oncall_waketest", "user_id"),
    ("oncall_workinterval", "user_id"),
)


def _people_only(table, column):
    """Refuse the account of a program in this column."""
    return migrations.RunSQL(
        f"CREATE TRIGGER people_only BEFORE INSERT OR UPDATE OF {column} ON {table}"
        f" FOR EACH ROW WHEN (NEW.{column} IS NOT NULL) EXECUTE FUNCTION holdfast_refuse_account('{column}', 'service');",
        f"DROP TRIGGER people_only ON {table};",
    )


class Migration(BatchedMigration):

    dependencies = [
        ('account', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('mfa', '0001_initial'),
        ('oncall', '0009_times_of_configuration'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalServiceAccount',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('description', models.TextField(help_text='What the program does, and where it runs.')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical service account',
                'verbose_name_plural': 'historical service accounts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ServiceAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('description', models.TextField(help_text='What the program does, and where it runs.')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='apitoken',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='revoked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='user',
            name='kind',
            field=models.CharField(choices=[('person', 'Person'), ('service', 'Service account')], db_default='person', default='person', editable=False, max_length=10),
        ),
        migrations.AlterField(
            model_name='absence',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='contactmethod',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='contact_methods', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='deactivation',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='deactivations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='escalationpolicy',
            name='fallback',
            field=models.ManyToManyField(help_text='Paged when a round reached nobody, and after the last round.', limit_choices_to={'kind': 'person'}, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='escalationtarget',
            name='user',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='feedtoken',
            name='owner',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='handoffnote',
            name='author',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='handoff_notes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='historicalobligationrule',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='layermember',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='notificationrule',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='notification_rules', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='obligation',
            name='owner',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='obligationrule',
            name='person',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='override',
            name='out',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='override',
            name='users',
            field=models.ManyToManyField(limit_choices_to={'kind': 'person'}, related_name='+', through='oncall.OverridePerson', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='overrideperson',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='reliefrequest',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='relief_requests', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='swapoffer',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='swaprequest',
            name='requested_by',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='team',
            name='members',
            field=models.ManyToManyField(limit_choices_to={'kind': 'person'}, related_name='teams', through='oncall.Membership', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='waketest',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='wake_tests', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='workinterval',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='work_intervals', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(('kind', 'service')), name='oncall_user_service_once', violation_error_message='There is already a service account with this name.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'service'])), name='oncall_user_kind'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'service'), _negated=True), models.Q(('is_staff', False), ('is_superuser', False), ('password__startswith', '!')), _connector='OR'), name='oncall_user_service_no_sign_in', violation_error_message='A service account cannot sign in, and is never a superuser.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'service'), _negated=True), models.Q(('email__endswith', '@service-account.invalid'), ('name__endswith', ', service account')), _connector='OR'), name='oncall_user_service_named', violation_error_message="A service account's name and address say that it is one."),
        ),
        migrations.AddField(
            model_name='historicalserviceaccount',
            name='closed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalserviceaccount',
            name='created_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalserviceaccount',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalserviceaccount',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Its managers answer for it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='historicalserviceaccount',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, limit_choices_to={'kind': 'service'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='closed_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='team',
            field=models.ForeignKey(help_text='Its managers answer for it.', on_delete=django.db.models.deletion.PROTECT, related_name='service_accounts', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='user',
            field=models.OneToOneField(editable=False, limit_choices_to={'kind': 'service'}, on_delete=django.db.models.deletion.PROTECT, related_name='service_account', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', False), ('closed_by__isnull', True), _connector='OR'), name='oncall_serviceaccount_closed'),
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(_people_only(table, column) for table, column in FOR_PEOPLE),
    ]
