"""How many days a severity leaves for the postmortem."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0005_serve_the_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalseverity',
            name='postmortem_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='From restoration until it must be approved, if the severity is major or needs prevention.', verbose_name='days for the postmortem'),
        ),
        migrations.AddField(
            model_name='severity',
            name='postmortem_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='From restoration until it must be approved, if the severity is major or needs prevention.', verbose_name='days for the postmortem'),
        ),
    ]
