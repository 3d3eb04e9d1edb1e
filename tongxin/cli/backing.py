"""`tongxin backup` and `tongxin restore`."""

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from tongxin.cli import hints, places, start
from tongxin.cli.problems import BadInput, NotInOrder
from tongxin.core.catalogue import _

KEYS_IN_IT = _("备份里有密钥：谁拿到它，就能读出手机号码，也能伪造操作记录。请另行妥善保管，不要与其他备份放在一起。")
NO_KEYS_IN_IT = _("备份里没有密钥。恢复时要用同一套 keys/field、keys/audit，请另存在别处。")
NO_FILES_IN_IT = _("备份里没有附件。")
KEYS_WANTED = _("这份备份里没有密钥，{place} 里也没有。请先把当时的 keys/field、keys/audit 放到那里，再恢复。没有写入任何内容。")
OTHER_KEYS = _("备份里的密钥 {name} 与 {place} 里的不是同一个。请先核对；要用备份里的，请把现有的移到别处。没有写入任何内容。")
VARIABLES = {"secret": "TONGXIN_SECRET_KEY", "field": "TONGXIN_FIELD_KEY", "audit": "TONGXIN_AUDIT_KEY"}


@click.command(help=_("备份：所有数据（同一时刻的）、库外留存的操作记录、附件，写成一个文件，写完重读核对。运行当中也可以备份。"))
@click.argument("out", metavar="OUT.zip", type=places.OUT)
@click.option("--without-files", is_flag=True, help=_("不含附件（另行备份 files 目录的时候）。"))
@click.option("--with-keys", is_flag=True, help=_("连密钥一起备份。谁拿到这份备份，就能读出加密的内容、伪造记录。"))
@click.option("--overwrite", is_flag=True, help=_("已有同名文件时覆盖。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def backup(*, out: Path, without_files: bool, with_keys: bool, overwrite: bool, as_json: bool) -> None:
    """Take a backup; the schema may be older than the code: before an upgrade is when one is wanted."""
    start.django()
    from django.utils import timezone

    from tongxin.backups import archive, taking
    from tongxin.sheets.problems import spoken

    start.pending()  # says in a sentence when the database cannot be reached
    try:
        made = taking.take(out, at=timezone.now(), files=not without_files, keys=with_keys, overwrite=overwrite)
    except taking.NotTakenError as error:
        raise BadInput(str(error)) from error
    files = len(made.below(archive.FILES))
    if as_json:
        said = {
            "out": spoken(out),
            "at": made.at,
            "tables": len(made.tables),
            "rows": made.rows,
            "files": files,
            "missing": made.missing,
        }
        click.echo(json.dumps(said, ensure_ascii=False))
    click.echo(
        _("已备份到 %(out)s：%(n)s 个表，%(rows)s 行，附件 %(files)s 个；已重读核对。")
        % {"out": spoken(out), "n": len(made.tables), "rows": made.rows, "files": files},
        err=True,
    )
    if made.missing:
        click.echo(
            _("有 %(n)s 个附件不在 files 目录里，备份里也没有，如：%(shown)s。")
            % {"n": len(made.missing), "shown": archive.shown(made.missing[0])},
            err=True,
        )
    click.echo((NO_FILES_IN_IT if without_files else "") + (KEYS_IN_IT if with_keys else NO_KEYS_IN_IT), err=True)


@click.command(
    help=_(
        "从备份恢复到空的数据目录或数据库，全部恢复，或者完全不恢复；写入以前先核对整份备份，写完再核对。请先停掉网站和后台任务。"
    )
)
@click.argument("path", metavar="IN.zip", type=places.IN)
@click.option("--replace", "replace_all", is_flag=True, help=_("换掉现有的数据；先把现有的备份到 backups 目录。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def restore(*, path: Path, replace_all: bool, as_json: bool) -> None:
    """Restore; exit 1 where what was restored is not as it was written, by the record's own word."""
    from tongxin.backups.archive import UnsoundError

    try:
        made = _keys_put(path)
    except UnsoundError as error:
        raise BadInput(str(error)) from error
    try:
        start.django(makes=True)
        start.pending()
        from django.utils import timezone

        from tongxin.backups import restoring

        try:
            done = restoring.restore(path, replace_all=replace_all, at=timezone.now())
        except restoring.NotRestoredError as error:
            raise BadInput(str(error)) from error
    except BaseException:
        for key in made:
            with suppress(OSError):
                key.unlink(missing_ok=True)
        raise
    _say(done, as_json=as_json)


def _keys_put(path: Path) -> list[Path]:
    """Put the archive's keys where there are none, before the settings make others; return those that were put.

    Raises BadInput where the keys that belong to the archive are neither here nor there.
    """
    from tongxin.backups.archive import Archive
    from tongxin.core import modes

    modes.keep_private()
    place = Path(os.environ.get("TONGXIN_HOME", "var")).resolve() / "keys"
    read = Archive(path)
    try:
        brought = read.keys()
    finally:
        read.close()
    here = {name: os.environ.get(variable) or _text(place / name) for name, variable in VARIABLES.items()}
    if not all(here[name] or brought.get(name) for name in ("field", "audit")):
        raise BadInput(KEYS_WANTED.format(place=place))
    for name in ("field", "audit"):
        if here[name] and brought.get(name) not in {None, here[name]}:
            raise BadInput(OTHER_KEYS.format(name=name, place=place))
    made = []
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, key in brought.items():
        if not here[name]:
            (place / name).touch(mode=0o600)
            (place / name).write_text(key, encoding="utf-8")
            made.append(place / name)
    return made


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def local_time(at: str) -> str:
    """Return when a backup was taken as it is written everywhere here, in local time.

    What is no moment as it stands.
    """
    from django.utils import timezone

    from tongxin.backups import archive

    try:
        return f"{timezone.localtime(datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"
    except ValueError:  # written by hand, or without its zone
        return archive.shown(at)


def _say(done: object, *, as_json: bool) -> None:
    """Tell what was restored, and how the record reads now."""
    from tongxin.backups import archive
    from tongxin.backups.restoring import Restored

    assert isinstance(done, Restored)  # noqa: S101 -- imported late, as everything of Django's is
    made, verdict = done.manifest, done.verdict
    ok = verdict is None or verdict.ok
    if as_json:
        said = {"ok": ok, "at": made.at, "tables": len(made.tables), "rows": made.rows, "files": len(made.below(archive.FILES))}
        record = {name: getattr(verdict, name) for name in ("events", "sealed", "first_bad")} if verdict else {}
        more = {"saved": str(done.saved) if done.saved else None, "migrate": verdict is None}
        click.echo(json.dumps({**said, **record, **more}, ensure_ascii=False))
    click.echo(
        _("已恢复 %(local_time)s 的备份：%(n)s 个表，%(rows)s 行，行数和摘要与备份相符。")
        % {"local_time": local_time(made.at), "n": len(made.tables), "rows": made.rows},
        err=True,
    )
    if done.saved:
        click.echo(_("原来的数据备份在 %(saved)s。") % {"saved": done.saved}, err=True)
    if done.aside:
        click.echo(_("数据目录里原有的 audit、files 移到了 %(aside)s。") % {"aside": done.aside}, err=True)
    if not made.with_files:
        click.echo(_("备份里没有附件，请把 files 目录另行放回，再运行 tongxin audit verify。"), err=True)
    if verdict is None:
        click.echo(_("这份备份的数据库结构较早，请运行 tongxin migrate，再运行 tongxin audit verify。"), err=True)
    elif not verdict.ok:
        heading = _("数据已经恢复。操作记录核验有不符之处，是备份时就有的，或者备份以后改动的：")
        raise NotInOrder("\n".join([heading, *hints.named(verdict.problems), hints.next_steps(verdict.problems)]))
    else:
        click.echo(
            _("操作记录 %(events)s 条，已封存 %(sealed)s 条，核验没有发现改动。")
            % {"events": verdict.events, "sealed": verdict.sealed},
            err=True,
        )
