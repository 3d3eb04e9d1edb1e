"""`tongxin import`, `template`, `export`: people's spreadsheets in and out."""

import contextlib
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tongxin.cli import places, start, texts
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _

if TYPE_CHECKING:
    from tongxin.sheets.engine import Progress, Report
    from tongxin.sheets.kinds import Kind

MODULES = {
    "members": "tongxin.members.sheets",
    "units": "tongxin.committees.sheets",
    "proposals": "tongxin.handling.sheets",
}
SHOWN = 50  # faults on the screen; --json has them all
KIND = click.Choice(list(MODULES))


def kind_named(name: str) -> "Kind":
    """Return a kind; its app's module registers it."""
    from tongxin.sheets.kinds import KINDS

    import_module(MODULES[name])
    return KINDS[name]


def committee_named(code: str) -> Any:
    """Return the committee with a code. Raises BadInput naming those there are."""
    from tongxin.committees.models import Committee

    found = Committee.objects.select_related("parent__parent").filter(code=code).first()
    if found is None:
        known = "、".join(Committee.objects.order_by("id").values_list("code", flat=True)[:10])
        message = (_("没有代码为 %(code)s 的政协。") % {"code": code}) + (
            _("现有：%(known)s。") % {"known": known} if known else _("请先用 tongxin init 新建。")
        )
        raise BadInput(message)
    return found


class OrBundle(click.Command):
    """A command on sheets that with `bundle` as its first word is another: its options are its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand on to the other."""
        if args[:1] != ["bundle"]:
            return super().make_context(info_name, args, parent, **extra)
        return self.bundle.make_context(f"{info_name} bundle", args[1:], parent, **extra)

    @property
    def bundle(self) -> click.Command:
        """The other."""
        return texts.demand_texts(getattr(import_module("tongxin.cli.moving"), "export" if self.name == "export" else "import_"))


# ── import ───────────────────────────────────────────────────────────────────────────────────────
@click.command(
    name="import",
    cls=OrBundle,
    help=_(
        "从表格（XLSX、XLS、ODS、CSV）导入。KIND 是 members 委员、units 承办单位、proposals 提案。先全部核对，有一处不对就什么也不写。整体导入一个政协：tongxin import bundle --help。"
    ),
)
@click.argument("kind", type=KIND)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--committee", "code", required=True, metavar="CODE", help=_("导入到哪个政协（代码）。"))
@click.option("--dry-run", is_flag=True, help=_("只核对，不写入。"))
@click.option("--skip-invalid", metavar="REJECTS.xlsx", type=places.OUT, help=_("不对的行不导入，连同原因另存到这个工作簿。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def import_(*, kind: str, files: tuple[Path, ...], code: str, dry_run: bool, skip_invalid: Path | None, as_json: bool) -> None:
    """Check everything, then write everything or nothing."""
    if skip_invalid is not None and skip_invalid.suffix.lower() != ".xlsx":
        raise BadInput(_("--skip-invalid 后面应是 .xlsx 文件名。"))
    start.django(current=True)
    from django.utils import timezone

    from tongxin.accounts.models import Account
    from tongxin.imports.actions import run_and_keep
    from tongxin.regulations.queries import MissingRegulationError
    from tongxin.sheets import engine
    from tongxin.sheets.headers import ADD, NO_HEADER
    from tongxin.sheets.outputs import Unwritable

    committee, found = committee_named(code), kind_named(kind)
    try:
        with _progress() as tell:
            report = run_and_keep(
                found, files, committee, dry_run=dry_run, skip_invalid=skip_invalid, actor=Account.objects.system(),
                at=timezone.now(), progress=tell, before_writing=lambda found: _say_made(found, _("将新增")),
            )  # fmt: skip
    except Unwritable as problem:
        raise BadInput(str(problem)) from problem
    except engine.ChangedMeanwhile as problem:
        raise BadInput(_("核对以后、写入之前，系统里的数据或者文件有了变化，没有写入任何内容，请重新导入。")) from problem
    except MissingRegulationError as problem:
        raise BadInput(str(problem)) from problem
    _say(report, kind, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    elif not report.refused:
        click.echo(summary(report, found, dry_run=dry_run))
    if report.refused:
        if any(fault.reason.startswith(NO_HEADER) or fault.reason.endswith(ADD) for fault in report.rejected):
            click.echo(_("空表可以用 tongxin template %(kind)s OUT.xlsx 生成。") % {"kind": kind}, err=True)
        raise BadInput(_("共 %(n)s 处不对，导入 0 行，没有写入任何内容。") % {"n": len(report.rejected)})


def summary(report: "Report", kind: "Kind", *, dry_run: bool) -> str:
    """Say in a sentence what an import did."""
    label = kind.called or kind.label
    if dry_run and report.rows:
        return _("核对通过：%(label)s %(rows)s 行，没有写入。") % {"label": label, "rows": report.rows}
    if not report.rows:
        return _("没有读到数据行，没有写入任何内容。")
    if not report.created and not report.left_out:
        return _("%(label)s %(rows)s 行都已在系统里，没有改动。") % {"label": label, "rows": report.rows}
    parts = [_("导入%(label)s %(created)s 行") % {"label": label, "created": report.created}]
    if report.unchanged:
        parts.append(_("%(unchanged)s 行已在系统里，没有改动") % {"unchanged": report.unchanged})
    if report.left_out:
        parts.append(_("%(left_out)s 行没有导入，另存在所给的工作簿里") % {"left_out": report.left_out})
    return "；".join(parts) + "。"


def _say(report: "Report", _kind: str, *, dry_run: bool) -> None:
    for faults, title in ((report.rejected, ""), (report.warnings, _("提示　"))):
        for fault in faults[:SHOWN]:
            click.echo(f"{title}{fault}", err=True)
        if len(faults) > SHOWN:
            click.echo(
                _("%(title)s另有 %(n)s 处，加 --json 可以看到全部。") % {"title": title, "n": len(faults) - SHOWN}, err=True
            )
    if dry_run and not report.refused:
        _say_made(report, _("将新增"))


def _say_made(report: "Report", verb: str) -> None:
    """Name what the file says for the first time, before it is written."""
    from tongxin.imports.queries import MADE

    for name, made in report.made.items():
        click.echo(f"{verb}{MADE.get(name, name)}：{'、'.join(made)}", err=True)


@contextlib.contextmanager
def _progress() -> "Iterator[Progress | None]":
    """Show how far it is, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda phase, count: status.update(_("%(phase)s %(count)s 行") % {"phase": phase, "count": count})


# ── template and export ──────────────────────────────────────────────────────────────────────────
@click.command(help=_("生成导入用的空表，带下拉列表、填写说明和一行例子。KIND 是 members、units、proposals。"))
@click.argument("kind", type=KIND)
@click.argument("out", metavar="OUT.xlsx", type=places.OUT)
def template(*, kind: str, out: Path) -> None:
    """Write the empty workbook of a kind."""
    if out.suffix.lower() != ".xlsx":
        raise BadInput(_("输出文件应是 .xlsx。"))
    start.django(asks=False)
    from tongxin.sheets import templates
    from tongxin.sheets.problems import spoken

    with _writable():
        templates.write(out, kind_named(kind))
    click.echo(_("空表已存为 %(out)s。") % {"out": spoken(out)}, err=True)


@click.command(
    cls=OrBundle,
    help=_(
        "导出，列与导入的相同。KIND 是 members、units、proposals；文件可以是 .csv、.xlsx、.json。整体导出一个政协：tongxin export bundle --help。"
    ),
)
@click.argument("kind", type=KIND)
@click.argument("out", metavar="OUT.(csv|xlsx|json)", type=places.OUT)
@click.option("--committee", "code", required=True, metavar="CODE", help=_("导出哪个政协的（代码）。"))
@click.option("--year", type=click.IntRange(1949, 2100), help=_("只导出这一年的：提案按会议年度，委员、单位按任期。"))
def export(*, kind: str, out: Path, code: str, year: int | None) -> None:
    """Write a kind's rows to a file, streaming, and record it."""
    from tongxin.sheets import exporting, outputs
    from tongxin.sheets.problems import spoken

    if out.suffix.lower().lstrip(".") not in exporting.FORMATS:
        raise BadInput(_("输出文件应是 .csv、.xlsx 或 .json。"))
    start.django(current=True)
    from django.utils import timezone

    from tongxin.accounts.models import Account
    from tongxin.audit import actions as events

    committee, found, at = committee_named(code), kind_named(kind), timezone.now()
    with _writable():
        outputs.demand_writable(out)
        try:
            count = exporting.write(out, found, found.rows(committee, year=year, on=timezone.localdate()))
        except exporting.TooLong as problem:
            raise BadInput(str(problem)) from problem
    facts: dict[str, Any] = {"actor": Account.objects.system(), "at": at, "data": {"rows": count, "file": spoken(Path(out.name))}}
    for event in found.exported:
        events.record(event, committee, **facts)
    click.echo(
        _("%(called)s %(count)s 行已导出到 %(out)s。")
        % {"called": found.called or found.label, "count": count, "out": spoken(out)},
        err=True,
    )


@contextlib.contextmanager
def _writable() -> Iterator[None]:
    from tongxin.sheets.outputs import Unwritable

    try:
        yield
    except Unwritable as problem:
        raise BadInput(str(problem)) from problem
