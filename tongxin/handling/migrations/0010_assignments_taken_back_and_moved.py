"""Parts are moved and taken back; a sent reply keeps the name of its unit: yesterday's by its event, else the present one."""

import django.db.models.deletion
from django.db import migrations, models

BATCH = 500
SENT = ("tasks.send", "tasks.sign_and_send")


def name_replies(apps, _schema):
    """The event that sent a reply says how its unit was called then."""
    replies, tasks, events = (apps.get_model(*name) for name in (("handling", "Reply"), ("handling", "Task"), ("audit", "Event")))
    keys = list(replies.objects.filter(sent_at__isnull=False, unit_name="").order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        rows = replies.objects.filter(pk__in=keys[start : start + BATCH]).select_related("task__unit").order_by("round", "pk")
        _name(list(rows), replies, tasks, events)


def _name(batch, replies, tasks, events):
    told = events.objects.filter(kind__in=SENT, subject_type="handling.task", subject_id__in={r.task_id for r in batch})
    said = {(e.subject_id, e.data.get("round")): e.data.get("unit") for e in told.order_by("pk") if isinstance(e.data, dict)}
    named = {}
    for reply in batch:
        reply.unit_name = str(said.get((reply.task_id, reply.round)) or reply.task.unit.name)[:60]
        if reply.task.state == "answered":
            reply.task.unit_name = reply.unit_name
            named[reply.task_id] = reply.task
    replies.objects.bulk_update(batch, ["unit_name"])
    tasks.objects.bulk_update(named.values(), ["unit_name"])


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_events_by_actor'),
        ('committees', '0004_units_change_in_time'),
        ('handling', '0009_second_handlings'),
        ('proposals', '0006_copies_of_published'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='case',
            name='case_known_state',
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='task_known_state',
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='task_unit_once',
        ),
        migrations.AddField(
            model_name='reply',
            name='unit_name',
            field=models.CharField(blank=True, max_length=60, verbose_name='承办单位'),
        ),
        migrations.AddField(
            model_name='task',
            name='moved_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_to', to='handling.task'),
        ),
        migrations.AddField(
            model_name='task',
            name='unit_name',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['in_hand', 'rating', 'with_office', 'closed', 'recalled'])), name='case_known_state'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['awaiting', 'return_asked', 'returned', 'in_hand', 'opinion_given', 'with_leader', 'under_review', 'answered', 'moved', 'recalled'])), name='task_known_state'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['returned', 'moved', 'recalled']), _negated=True), fields=('case', 'unit'), name='task_unit_once'),
        ),
        migrations.RunPython(name_replies, migrations.RunPython.noop),
    ]
