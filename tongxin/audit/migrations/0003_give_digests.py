"""Give what was recorded before its uids, veils and keyed digests, and chain it anew; the former links stay beside the new ones."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps as living
from django.db import migrations

from tongxin.audit import digests, outside
from tongxin.audit.kinds import KINDS

BATCH = 1000
WRITTEN = ["subject_uid", "actor_uid", "behalf_uid", "veils", "digest"]


def _uids(schema_editor: Any, label: str) -> dict[int, str]:
    """Return key → uid of a table that events speak of; nothing where it is gone."""
    table = label.replace(".", "_")
    with schema_editor.connection.cursor() as cursor:
        if table not in schema_editor.connection.introspection.table_names(cursor):
            return {}
        cursor.execute(f"SELECT id, uid FROM {schema_editor.quote_name(table)}")  # noqa: S608 -- the name of a table of ours
        return dict(cursor.fetchall())


def _is_personal(label: str) -> bool:
    try:
        return bool(getattr(living.get_model(label), "label_is_personal", False))
    except LookupError:
        return False


def _in_order(rows: Any) -> Iterator[list[Any]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def give_digests(apps: Any, schema_editor: Any) -> None:
    """Walk through the events in their order."""
    Event, Head = apps.get_model("audit", "Event"), apps.get_model("audit", "Head")
    if Event.objects.exclude(digest="").exists():  # whoever made this step be done again could have anything signed anew
        message = "操作记录已有摘要，不再重做。数据库的升级记录被改动过，请从备份恢复。"
        raise digests.AlreadyGivenError(message)
    if Event.objects.exists() and (telling := outside.telling_of_digests()):  # or had taken the digests away before
        message = (
            f"{'、'.join(telling)} 说明操作记录早已有摘要，数据库里却没有：摘要被删去，或者恢复了升级以前的备份。没有升级到底。"
            "请恢复升级以后的备份；确要用升级以前的，先把这几处移到别处保存（不要删除，也不要把备份复制在上面），"
            "放回备份里有的，再运行一次，并告知审计管理员。"
        )
        raise digests.AlreadyGivenError(message)
    accounts = _uids(schema_editor, "accounts.account")
    subjects: dict[str, dict[int, str]] = {"accounts.account": accounts}
    personal: dict[str, bool] = {}
    heads: dict[tuple[str, str, str], Any] = {}
    for batch in _in_order(Event.objects.all()):
        for event in batch:
            label = event.subject_type
            if label not in subjects:
                subjects[label] = _uids(schema_editor, label)
            if label not in personal:
                personal[label] = _is_personal(label)
            event.subject_uid = subjects[label].get(event.subject_id, "")
            event.actor_uid = accounts.get(event.actor_id, "")
            event.behalf_uid = accounts.get(event.on_behalf_of_id, "")
            kind = KINDS.get(event.kind)
            event.veils = digests.veils_of(event, personal=kind.personal if kind else (), label_is_personal=personal[label])
            key = (event.committee_code, label, event.subject_uid)
            head = heads.get(key) or Head(committee_code=key[0], subject_type=key[1], subject_uid=key[2])
            event.digest = digests.of_event(event, previous=head.digest)
            head.events, head.digest = head.events + 1, event.digest
            heads[key] = head
        Event.objects.bulk_update(batch, WRITTEN, batch_size=200)
    for head in heads.values():
        head.mac = digests.of_head(head)
    Head.objects.bulk_create(heads.values(), batch_size=BATCH)


def chain_anew(apps: Any, _schema_editor: Any) -> None:
    """Seal in the order of the former chain; each former link stays, so that the heads kept outside still fit."""
    Seal, Chain = apps.get_model("audit", "Seal"), apps.get_model("audit", "Chain")
    for code in Seal.objects.order_by().values_list("committee_code", flat=True).distinct():
        chain, last = Chain(committee_code=code), 0
        rows = Seal.objects.filter(committee_code=code).select_related("event").order_by("number")
        while batch := list(rows.filter(number__gt=last)[:BATCH]):
            for seal in batch:
                seal.former = seal.digest
                chain.number, chain.digest = chain.number + 1, digests.of_seal(chain.digest, chain.number + 1, seal.event)
                seal.digest = chain.digest
            Seal.objects.bulk_update(batch, ["former", "digest"], batch_size=200)
            last = batch[-1].number
        chain.mac = digests.of_chain(chain)
        chain.save()


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_keyed_digests"),
        ("accounts", "0001_initial"),
        ("committees", "0001_initial"),
        ("members", "0001_initial"),
        ("regulations", "0001_initial"),
        ("proposals", "0001_initial"),
        ("handling", "0001_initial"),
    ]

    operations = [migrations.RunPython(give_digests, migrations.RunPython.noop, elidable=False),
                  migrations.RunPython(chain_anew, migrations.RunPython.noop, elidable=False)]
