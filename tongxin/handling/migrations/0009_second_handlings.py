"""Second handlings are told apart: opinions, talks and replies of each; and who was at a talk stands in rows of its own."""

import re
from collections import defaultdict
from datetime import datetime
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

import tongxin.core.ids

AGAIN = ("cases.rework", "cases.resume")
BETWEEN_NAMES = re.compile(r"[、，,；;/\s]+")
TITLE = re.compile("(?:委员|同志|先生|女士)$")
BATCH = 500


def rounds_begun(apps: Any) -> dict[int, list[datetime]]:
    """Return when the rounds after the first began, by case, in order."""
    begun: dict[int, list[datetime]] = defaultdict(list)
    events = apps.get_model("audit", "Event").objects.filter(subject_type="handling.case", kind__in=AGAIN).order_by("id")
    for case, at in events.values_list("subject_id", "at"):
        if at is not None:
            begun[case].append(at)
    return begun


def tell_rounds_apart(apps: Any, _editor: Any) -> None:
    """Since when a unit handles its part again, and in which round a talk was."""
    begun = rounds_begun(apps)
    contacts, tasks = apps.get_model("handling", "Contact"), apps.get_model("handling", "Task")
    again = apps.get_model("audit", "Event").objects.filter(subject_type="handling.task", kind="tasks.rework").order_by("id")
    for task, at in again.values_list("subject_id", "at"):
        if at is not None:
            tasks.objects.filter(pk=task).update(again_on=timezone.localdate(at))
    for pk, case, on in contacts.objects.filter(task__case__in=list(begun)).values_list("pk", "task__case", "on"):
        round_ = 1 + sum(timezone.localdate(at) <= on for at in begun[case])
        if round_ > 1:
            contacts.objects.filter(pk=pk).update(round=round_)


def keep_opinions(apps: Any, _editor: Any) -> None:
    """What a co-handler gave stands in a row of its own, in the round in which it gave it."""
    begun, model = rounds_begun(apps), apps.get_model("handling", "CoOpinion")
    rows = []
    for task in apps.get_model("handling", "Task").objects.exclude(opinion="").order_by("pk").iterator(chunk_size=BATCH):
        round_ = 1 + sum(task.opinion_at is not None and at <= task.opinion_at for at in begun.get(task.case_id, ()))
        rows.append(
            model(committee_id=task.committee_id, task=task, round=round_, text=task.opinion, given_at=task.opinion_at)
        )
    model.objects.bulk_create(rows, batch_size=BATCH)


def name_those_present(apps: Any, _editor: Any) -> None:
    """Signers who are named as having been there get a row; whoever of them had confirmed has confirmed. Other names stay text."""
    model, confirmed = apps.get_model("handling", "Presence"), who_confirmed(apps)
    rows = []
    for contact in apps.get_model("handling", "Contact").objects.select_related("task__case").order_by("pk").iterator(BATCH):
        signers = signers_of(apps, contact.task.case.proposal_id)
        words = [TITLE.sub("", word) or word for word in BETWEEN_NAMES.split(contact.with_whom) if word]
        there = {name: signers[name] for name in dict.fromkeys(words) if name in signers}
        if not there:
            continue
        for signature, account in there.values():
            said_at = confirmed.get((contact.pk, account)) if account else None
            rows.append(
                model(
                    committee_id=contact.committee_id, contact=contact, signature_id=signature,
                    happened=True if said_at else None, said_at=said_at,
                )
            )  # fmt: skip
        contact.with_whom = "、".join(word for word in words if word not in there)
        contact.save(update_fields=["with_whom"])
    model.objects.bulk_create(rows, batch_size=BATCH)


def who_confirmed(apps: Any) -> dict[tuple[int, int], datetime]:
    """Return when which account confirmed which talk."""
    events = apps.get_model("audit", "Event").objects.filter(kind="handling.confirm_contact").order_by("id")
    rows = events.values_list("data__contact", "actor_id", "at", "recorded_at")
    return {(contact, actor): at or recorded_at for contact, actor, at, recorded_at in rows if actor is not None}


def signers_of(apps: Any, proposal: int) -> dict[str, tuple[int, int | None]]:
    """Return the signers of a proposal and of those merged into it, by a name that only one of them bears."""
    rows = apps.get_model("proposals", "Signature").objects.filter(
        Q(proposal=proposal) | Q(proposal__merged_into=proposal), answer="accepted"
    )
    found: dict[str, tuple[int, int | None]] = {}
    whose: dict[str, set[Any]] = defaultdict(set)
    for row in rows.select_related("member").order_by("-proposal_id", "-pk"):
        name = row.member.name if row.member is not None else row.body
        whose[name].add(row.member_id or row.body)
        if row.proposal_id == proposal or name not in found:
            found[name] = (row.pk, row.member.account_id if row.member is not None else None)
    return {name: one for name, one in found.items() if len(whose[name]) == 1}


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_events_by_actor'),
        ('committees', '0003_open_codes_of_staff_end'),
        ('handling', '0008_tentative_dates'),
        ('proposals', '0006_copies_of_published'),
    ]

    operations = [
        migrations.CreateModel(
            name='CoOpinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=tongxin.core.ids.new_uid, editable=False, max_length=12, unique=True)),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('text', models.TextField(verbose_name='会办意见')),
                ('given_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=tongxin.core.ids.new_uid, editable=False, max_length=12, unique=True)),
                ('happened', models.BooleanField(blank=True, null=True, verbose_name='属实')),
                ('said_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('word', models.TextField(blank=True, verbose_name='说明')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='reply',
            name='reply_once_a_round',
        ),
        migrations.AddField(
            model_name='contact',
            name='round',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='reply',
            name='recalled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='撤回时间'),
        ),
        migrations.AddField(
            model_name='task',
            name='again_on',
            field=models.DateField(blank=True, null=True, verbose_name='重新办理开始'),
        ),
        migrations.AlterField(
            model_name='contact',
            name='with_whom',
            field=models.CharField(blank=True, max_length=120, verbose_name='其他参加人'),
        ),
        migrations.AddConstraint(
            model_name='reply',
            constraint=models.UniqueConstraint(condition=models.Q(('recalled_at', None)), fields=('task', 'round'), name='reply_once_a_round'),
        ),
        migrations.AddConstraint(
            model_name='reply',
            constraint=models.CheckConstraint(condition=models.Q(('recalled_at', None), ('sent_at__isnull', False), _connector='OR'), name='reply_recalled_was_sent'),
        ),
        migrations.AddField(
            model_name='coopinion',
            name='committee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.committee'),
        ),
        migrations.AddField(
            model_name='coopinion',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='handling.task'),
        ),
        migrations.AddField(
            model_name='presence',
            name='committee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.committee'),
        ),
        migrations.AddField(
            model_name='presence',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='presences', to='handling.contact'),
        ),
        migrations.AddField(
            model_name='presence',
            name='signature',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='presences', to='proposals.signature'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.UniqueConstraint(fields=('contact', 'signature'), name='presence_once'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('happened', None), ('said_at', None)), models.Q(('happened__isnull', False), ('said_at__isnull', False)), _connector='OR'), name='presence_said_with_its_time'),
        ),
        migrations.RunPython(tell_rounds_apart, migrations.RunPython.noop),
        migrations.RunPython(keep_opinions, migrations.RunPython.noop),
        migrations.RunPython(name_those_present, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='task',
            name='opinion',
        ),
        migrations.RemoveField(
            model_name='task',
            name='opinion_at',
        ),
    ]
