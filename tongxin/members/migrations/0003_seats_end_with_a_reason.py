"""How seats end and members are suspended; a seat's and a post's last days become the first days without."""

from datetime import timedelta

import django.db.models.deletion
import tongxin.core.ids
from django.db import migrations, models


def to_open_bound(apps, _editor):
    """Whoever sat through a day goes on to have sat through that day."""
    for name in ("Seat", "Post"):
        for row in apps.get_model("members", name).objects.exclude(ends_on=None).iterator():
            row.ends_on = max(row.ends_on + timedelta(days=1), row.starts_on)
            row.save(update_fields=["ends_on"])


def to_last_day(apps, _editor):
    """Go back."""
    for name in ("Seat", "Post"):
        for row in apps.get_model("members", name).objects.exclude(ends_on=None).iterator():
            row.ends_on = row.ends_on - timedelta(days=1)
            row.save(update_fields=["ends_on"])


class Migration(migrations.Migration):

    dependencies = [
        ('committees', '0002_duties_end_at_once'),
        ('members', '0002_numbers_belong_to_their_committee'),
    ]

    operations = [
        migrations.RunPython(to_open_bound, to_last_day),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=tongxin.core.ids.new_uid, editable=False, max_length=12, unique=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('reason', models.CharField(max_length=200, verbose_name='说明')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
            ],
            options={
                'ordering': ['-starts_on', '-id'],
            },
        ),
        migrations.AddField(
            model_name='seat',
            name='document_number',
            field=models.CharField(blank=True, max_length=60, verbose_name='文号'),
        ),
        migrations.AddField(
            model_name='seat',
            name='ending',
            field=models.CharField(blank=True, choices=[('resigned', '辞去委员'), ('revoked', '撤销委员资格'), ('died', '去世'), ('expired', '任期届满')], max_length=12, verbose_name='离任原因'),
        ),
        migrations.AddField(
            model_name='seat',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='说明'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='seat_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_on', None), _negated=True), ('ending', ''), _connector='OR'), name='seat_with_an_ending_has_ended'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='committee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.committee'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='members.member'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('member',), name='suspended_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='suspension_ends_after_it_begins'),
        ),
    ]
