"""`tongxin check`: whether an installation is in order."""

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tongxin.cli import hints, in_order, start
from tongxin.cli.problems import NotInOrder
from tongxin.core.catalogue import _
from tongxin.core.words import on_one_line

if TYPE_CHECKING:
    from tongxin.audit.outside import Problem
    from tongxin.workflow.table import Workflow

Found = Sequence["str | Problem"]
Look = Callable[[], Found]
UNFINISHED = _("没有查完（{said}），里面可能有无法读取的内容，请运行 tongxin audit verify 查明，或者从备份恢复")
MANY = 20  # of one sort: what is named one by one


@click.command(
    help=_("检查系统是否正常：配置、密钥、数据库结构、任免、办理状态与记录是否相符、操作记录是否被改动。不正常时退出码为 1。")
)
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def check(*, as_json: bool) -> None:
    """Look at everything; exit 1 when anything is not in order."""
    keys = missing_keys()  # before settings are read: they make keys that are not there
    start.django()
    looks: dict[str, Look] = {
        "密钥": lambda: keys,
        "配置": _framework,
        "文件权限": _modes,
        "磁盘空间": _room,
        "附件检查": _inspection,
        "恢复": _restores,
    }
    old = start.pending()
    looks["数据库结构"] = lambda: [_("有 %(n)s 项没有升级，请运行 tongxin migrate") % {"n": len(old)}] if old else []
    if not old:
        looks |= {
            "制度": _regulations,
            "任免": _duties,
            "加密字段": _field_key,
            "办理状态": _unexplained,
            "操作记录": _record,
            "封存": _sealing,
            "附件内容": _contents,
            "通知和定时任务": _worker,
            "定时备份": _backups,
            "放假安排": list,
        }
    findings = {name: _to_the_end(look) for name, look in looks.items()}
    said = {name: [on_one_line(str(one)) for one in found] for name, found in findings.items()}
    ok = not any(said.values())
    if as_json:
        click.echo(json.dumps({"ok": ok, "problems": said}, ensure_ascii=False))
    else:
        for name, problems in said.items():
            click.echo(f"{name}　{'；'.join(problems) or in_order.words(name)}")
    if not ok:
        raise NotInOrder("\n".join([_("检查没有通过。"), *_besides([one for found in findings.values() for one in found])]))


def _to_the_end(look: Look) -> Found:
    """Look at one thing; what keeps that from its end is a finding itself, and hides nothing of the others."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 -- of what somebody spoiled anything may come
        said = f"{type(error).__name__}：{error}".splitlines()[0]
        return [UNFINISHED.format(said=said)]


def _besides(found: Found) -> list[str]:
    """Say which rows the record's findings mean, and what to do next; the findings themselves stand on stdout."""
    problems = [one for one in found if not isinstance(one, str)]
    if not problems:
        return []
    return [*(f"{where}：{said}" for where, said in hints.in_words(problems).items()), hints.next_steps(problems)]


def missing_keys() -> list[str]:
    """Return what is wrong with the three keys, which must be kept with every backup."""
    home = Path(os.environ.get("TONGXIN_HOME", "var")).resolve()
    problems = []
    for name, variable in (("secret", "TONGXIN_SECRET_KEY"), ("field", "TONGXIN_FIELD_KEY"), ("audit", "TONGXIN_AUDIT_KEY")):
        path = home / "keys" / name
        if not os.environ.get(variable) and not path.exists():
            problems.append(_("没有 %(path)s，也没有设 %(variable)s") % {"path": path, "variable": variable})
    return problems


def _modes() -> list[str]:
    from django.conf import settings

    from tongxin.core import modes

    said = modes.findings(settings.TONGXIN_HOME)
    return said[:MANY] + (
        [_("还有 %(n)s 处，运行 tongxin migrate 会一并改正") % {"n": len(said) - MANY}] if len(said) > MANY else []
    )


def _room() -> list[str]:
    """Whether there is room where acts, uploads and backups are written."""
    from django.conf import settings

    from tongxin.backups import keeping
    from tongxin.core import room

    if not settings.BACKUP_EVERY:
        return room.findings()
    return room.findings(room.Place(_("定时备份"), keeping.folder(), max(keeping.needed(), settings.DISK_WARN_MB * room.MB)))


def _inspection() -> list[str]:
    """Whether the process that looks into uploads starts and answers on this machine."""
    from tempfile import TemporaryDirectory

    from tongxin.files.inspection import process
    from tongxin.files.inspection.reasons import Refused

    with TemporaryDirectory() as folder:
        paper = Path(folder) / _("说明.txt")
        paper.write_text(_("同心"), encoding="utf-8")
        try:
            list(process.kinds([(paper, paper.name)], places=Path(folder), limits=process.Limits()))
        except Refused as refused:
            return [_("检查附件的进程没有正常答复（%(reason)s），现在不能上传附件") % {"reason": refused.reason}]
    return []


def _restores() -> list[str]:
    from tongxin.backups import journal

    return journal.findings()


def _framework() -> list[str]:
    from django.core import checks

    ours = [m for m in checks.run_checks() if m.level >= checks.ERROR or str(m.id).startswith("tongxin.")]
    return [f"{m.msg}{m.hint or ''}" if str(m.id).startswith("tongxin.") else str(m) for m in ours if not m.is_silenced()]


def _regulations() -> list[str]:
    """Whether every rule can be read as it is in force today, within the limits of this program, in each committee for itself."""
    from django.utils import timezone

    from tongxin.committees.models import Committee
    from tongxin.regulations.queries import MissingRegulationError, outside_limits, overview
    from tongxin.regulations.schema import SchemaError

    def of_one(key: int) -> list[str]:
        committee = Committee.objects.select_related("parent__parent").get(pk=key)
        try:
            found = overview(committee, timezone.localdate())
        except (MissingRegulationError, SchemaError) as problem:
            return [f"{committee}：{problem}"]
        return [
            _("%(committee)s：%(said)s，请重新规定") % {"committee": committee, "said": said}
            for one in found
            if (said := outside_limits(one))
        ]

    keys = Committee.objects.order_by("pk").values_list("pk", flat=True)
    return [str(said) for key in keys for said in _to_the_end(partial(of_one, key))]


def _duties() -> Found:
    return [*_to_the_end(_appointments), *_to_the_end(_twins)]


def _appointments() -> list[str]:
    """Who keeps security or audit holds nothing else in that committee.

    What was appointed before that rule is found here.
    """
    from django.utils import timezone

    from tongxin.committees.queries import conflicting

    return [
        _("%(committee)s的%(account)s同时任%(held)s，安全、审计管理员不能兼任，请免去一项")
        % {
            "committee": held[0].committee.short_name,
            "account": held[0].account.name,
            "held": "、".join(str(a.get_duty_display()) for a in held),
        }
        for held in conflicting(timezone.localdate())
    ]


def _twins() -> list[str]:
    """Whether one person holds duties in a committee by two accounts.

    Between them nothing keeps security and audit apart.
    """
    from django.utils import timezone

    from tongxin.committees.queries import twins

    return [
        _("%(committee)s的%(held)s有几个承担职责的账户：%(held2)s，请核对是不是同一个人，是的请只留一个账户任职，其余的免去")
        % {"committee": committee.short_name, "held": held[0].name, "held2": "、".join(account.username for account in held)}
        for committee, held in twins(timezone.localdate())
    ]


def _field_key() -> list[str]:
    """Whether the key opens one value of each sort: of every field, and of what second factors are checked by."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import decrypt
    from django.apps import apps

    from tongxin.core.secrets import EncryptedField

    try:
        for model in apps.get_models():
            for field in (f for f in model._meta.local_fields if isinstance(f, EncryptedField)):  # noqa: SLF001
                rows = model._base_manager.exclude(**{field.name: ""}).order_by("pk")  # noqa: SLF001
                list(rows.values_list(field.name, flat=True)[:1])
        for kind, name in ((Authenticator.Type.TOTP, "secret"), (Authenticator.Type.RECOVERY_CODES, "seed")):
            for data in Authenticator.objects.filter(type=kind).order_by("pk").values_list("data", flat=True)[:1]:
                decrypt(data[name])
    except json.JSONDecodeError:
        raise  # another fault, of one row
    except ValueError:
        return [_("密钥 keys/field 与这个数据库不符，请从备份恢复原来的密钥")]
    return []


def _unexplained() -> list[str]:
    from django.apps import apps

    from tongxin.audit import stored
    from tongxin.workflow import engine

    def of_one(workflow: "Workflow") -> list[str]:
        rows = apps.get_model(workflow.model)._base_manager.all()  # noqa: SLF001 -- every row, whatever its manager hides
        odd = engine.unexplained(workflow, rows)
        if not (count := odd.count()):
            return []
        some = "、".join(stored.said_of(odd.order_by("pk")[:3], "uid"))
        return [
            _("%(workflow)s有 %(count)s 条的状态与最后一条记录不符：%(some)s")
            % {"workflow": workflow.label, "count": count, "some": some}
        ]

    return [str(said) for workflow in engine.workflows() for said in _to_the_end(partial(of_one, workflow))]


def _record() -> Found:
    from tongxin.audit import verifying

    return verifying.verify(reads_files=False).problems


def _contents() -> Found:
    return [*_to_the_end(_files), *_to_the_end(_not_looked_at)]


def _files() -> Found:
    """What the worker found when it looked through the stored files the last time."""
    from tongxin.audit import looking

    looked = looking.last()
    return looked.problems() if looked is not None else []


def _not_looked_at() -> list[str]:
    from django.utils import timezone

    from tongxin.audit import looking

    looked = looking.last()
    if not looking.is_late(looked, now=timezone.now()):
        return []
    if looked is None:
        return [_("附件的内容还没有核对过，请看 tongxin worker 是否在运行")]
    return [
        _("两天没有核对附件的内容（上次是 %(files_looked_at)s），请看 tongxin worker 是否在运行")
        % {"files_looked_at": in_order.files_looked_at()}
    ]


def _backups() -> list[str]:
    """What went wrong with the backups that the worker takes, or that none was taken in time."""
    from django.utils import timezone

    from tongxin.backups import keeping

    return keeping.findings(now=timezone.now())


def _sealing() -> list[str]:
    """Whether the worker keeps up: what waits longer has no witness but the file of the last hours."""
    from django.utils import timezone

    from tongxin.audit.sealing import LATE, count_unreadable, growth_lags, waiting_longer
    from tongxin.core.templatetags.chinese import moment

    lagging = [_("keys/heads 没有跟上 audit/heads.jsonl，请看 tongxin worker 是否在运行、能否写入 keys")] if growth_lags() else []
    if unread := count_unreadable():
        lagging.append(
            _(
                "有 %(unread)s 条操作记录无法读取，没有封存（其余的照常封存），请运行 tongxin audit verify 查明，从备份恢复；恢复后自动封存"
            )
            % {"unread": unread}
        )
    since = waiting_longer(timezone.now())
    if since is None:
        return lagging
    minutes = int(LATE.total_seconds() // 60)
    return [
        *lagging,
        _("%(since)s 写入的操作记录过了 %(minutes)s 分钟还没有封存，请看 tongxin worker 是否在运行、磁盘是否已满")
        % {"since": moment(since), "minutes": minutes},
    ]


def _worker() -> list[str]:
    """Whether what happened is told and sent, and whether the jobs run and come to their end."""
    from django.utils import timezone

    from tongxin.notices import health

    return health.look(timezone.now()).words()
