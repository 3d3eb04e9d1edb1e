"""`tongxin audit verify` and `heads`, and `accept` for who restored a backup and knows why the files outside differ."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tongxin.cli import hints, places, start
from tongxin.cli.problems import BadInput, NotInOrder
from tongxin.core.catalogue import _
from tongxin.core.words import clean_line

if TYPE_CHECKING:
    from tongxin.audit.outside import Problem

ACCEPT = _(
    "认可库外留存（audit 目录、keys/heads）与数据库不符：恢复备份以后，两者不是同一时刻的，核验会一直指出。先用 tongxin audit verify 查看，弄清原因，再逐一写明认可哪几处。会写入操作记录，并立即告知审计管理员；不符的文件移到 audit/aside，不删除。数据库里被改动的，不能认可。"
)
OF_THE_DATABASE = _("数据库里的改动不能认可，请告知审计管理员，一起从备份核对。")
HEADS = _(
    "打印每个政协每个已结束的日子（到昨天为止）的最后一个链头，一行一个 JSON，交审计管理员留存或者公布。不含序号和时刻：看不出当天什么时候写过记录。用 --compare 核对以前留存的，有不符的，逐行指出，退出码为 1。"
)


@click.group(help=_("操作记录。"))
def audit() -> None:
    """Commands about the event stream."""


@audit.command(help=_("核验操作记录的封存链；被改动、删除或调换过的，逐处指出（每一层的第一处，数据最多二十处），退出码为 1。"))
@click.option("--committee", metavar="CODE", help=_("只核验一个政协。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def verify(*, committee: str | None, as_json: bool) -> None:
    """Recompute the chains and compare."""
    start.django(current=True, ruled=False)
    from tongxin.audit import verifying
    from tongxin.committees.models import Committee

    if committee is not None and not Committee.objects.filter(code=committee).exists():
        message = _("没有代码为 %(committee)s 的政协。") % {"committee": committee}
        raise BadInput(message)
    verdict = verifying.verify(committee_code=committee)
    if as_json:
        click.echo(json.dumps({name: getattr(verdict, name) for name in ("events", "sealed", "ok", "first_bad")}))
    elif verdict.ok:
        gone = _("其中 %(erased)s 项个人信息已按保管期限删除，") % {"erased": verdict.erased} if verdict.erased else ""
        click.echo(
            _("操作记录 %(events)s 条，已封存 %(sealed)s 条，%(gone)s没有发现改动。")
            % {"events": verdict.events, "sealed": verdict.sealed, "gone": gone}
        )
    if verdict.ok:  # of a record that does not hold nothing more is read
        for said in _erasures(committee):
            click.echo(_("按保管期限删除　%(said)s") % {"said": said}, err=True)
    else:
        raise NotInOrder("\n".join([*hints.named(verdict.problems), hints.next_steps(verdict.problems)]))


def _erasures(committee: str | None) -> list[str]:
    """Say what was erased under which rule: in one committee, or in each and in the stream of those of none."""
    from tongxin.committees import findings
    from tongxin.committees.models import Committee

    if committee is not None:
        return findings.erasures(committee)
    codes = [*Committee.objects.order_by("pk").values_list("code", flat=True), ""]
    return [said for code in codes for said in findings.erasures(code)]


@audit.command(help=HEADS)
@click.option(
    "--compare",
    "kept",
    metavar="FILE",
    type=places.IN,
    help=_("以前打印并留存的文件。"),
)
def heads(*, kept: Path | None) -> None:
    """Print what is handed to the auditor, or say which of what he kept does not stand in the file any more."""
    start.django(current=True, ruled=False)
    from django.utils import timezone

    from tongxin.audit import days

    if kept is None:
        found, problem = days.finished(now=timezone.now())
        if problem is not None:
            message = _("%(reason)s：%(where)s。没有打印，请先运行 tongxin audit verify 查明。") % {
                "reason": problem.reason,
                "where": problem.where,
            }
            raise NotInOrder(message)
        click.echo("".join(f"{head}\n" for head in found), nl=False)
        return
    odd, asked, problem = days.strange(kept.read_text(encoding="utf-8", errors="replace").splitlines())
    if not asked:
        message = _("%(kept)s 里没有可以核对的行。请给出以前用 tongxin audit heads 打印并留存的文件。") % {"kept": kept}
        raise BadInput(message)
    wrong = [f"{problem.reason}：{problem.where}"] if problem is not None else []
    wrong += [_("现在的链头文件里没有这一行：%(text)s") % {"text": text} for text in odd]
    if wrong:
        raise NotInOrder("\n".join(wrong))
    click.echo(_("留存的 %(asked)s 行，现在的链头文件里都有。") % {"asked": asked})


@audit.command(help=ACCEPT)
@click.option("--found", "where", multiple=True, metavar="PLACE", help=_("核验指出的一处，如：audit/heads.jsonl；有几处写几次。"))
@click.option("--reason", required=True, metavar="TEXT", help=_("为什么不符，写进操作记录。"))
def accept(*, where: tuple[str, ...], reason: str) -> None:
    """Accept what the files outside say otherwise, all of it and nothing that was not looked at."""
    start.django(current=True, ruled=False)
    from django.db import DatabaseError
    from django.utils import timezone

    from tongxin.audit import accepting
    from tongxin.committees.models import Committee

    reason = clean_line(reason)
    if not reason:
        raise BadInput(_("请用 --reason 写明理由。"))
    try:
        committees = list(Committee.objects.order_by("pk"))
    except DatabaseError as problem:
        raise BadInput(
            _("政协的资料里有无法读取的内容，没有认可。请先运行 tongxin audit verify 查明，从备份恢复，再办理。")
        ) from problem
    try:
        place = accepting.accept(committees, where=where, reason=reason, at=timezone.now())
    except OSError as problem:
        message = _("无法写入 audit 或 keys 目录，没有认可：%(problem)s。请看磁盘是否已满、目录能否写入，再办理一次。") % {
            "problem": problem
        }
        raise BadInput(message) from problem
    except accepting.UnreadableRecordError as problem:
        message = _("数据库里有无法读取的内容，没有认可。请先从备份恢复，再核验。%(found)s") % {"found": problem.found}
        raise BadInput(message) from problem
    except accepting.NotAsFoundError as problem:
        raise BadInput(_not_as_found(problem.found, where)) from problem
    click.echo(_("已认可，已写入操作记录，并告知审计管理员。不符的文件在 %(place)s。") % {"place": place}, err=True)


def _not_as_found(found: "Sequence[Problem]", said: tuple[str, ...]) -> str:
    """Say what there is to accept: nothing was named, or something else."""
    if not found:
        return _("库外留存与数据库相符，没有需要认可的。") + (OF_THE_DATABASE if said else "")
    words = hints.in_words(found)
    listed = "".join(f"\n  --found {p.where}　{p.reason}{hints.in_brackets(words, p)}" for p in found)
    if not said:
        return _("没有办理。请写明要认可的是哪几处，现在有：%(listed)s") % {"listed": listed}
    strange = set(said) - {p.where for p in found}
    return _("要认可的与核验到的不一致，没有办理。%(of_the_database)s现在的不符之处，请逐一写明：%(listed)s") % {
        "of_the_database": OF_THE_DATABASE if strange else "",
        "listed": listed,
    }
