"""The table of commands, loaded one at a time, and what becomes of their errors."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec

import click

from tongxin.cli import streams
from tongxin.cli.phrases import speak_chinese
from tongxin.cli.texts import demand_texts, printable
from tongxin.core.catalogue import _

COMMANDS = {
    "demo": ("tongxin.cli.demonstration:demo", _("建好演示用的云溪县并启动")),
    "init": ("tongxin.cli.founding:init", _("新建一个空的正式系统")),
    "appoint": ("tongxin.cli.appointing:appoint", _("应急任命，告知审计管理员")),
    "reset-factor": ("tongxin.cli.resetting:reset_factor", _("应急重置动态口令，告知审计管理员")),
    "migrate": ("tongxin.cli.founding:migrate", _("升级数据库，装入全国默认规定")),
    "serve": ("tongxin.cli.running:serve", _("启动网站")),
    "worker": ("tongxin.cli.running:worker", _("启动后台任务")),
    "check": ("tongxin.cli.checking:check", _("检查系统是否正常")),
    "audit": ("tongxin.cli.auditing:audit", _("核验操作记录")),
    "backup": ("tongxin.cli.backing:backup", _("备份所有数据，写完核对")),
    "restore": ("tongxin.cli.backing:restore", _("从备份恢复，前后都核对")),
    "import": ("tongxin.cli.exchange:import_", _("从表格导入委员、单位、提案")),
    "template": ("tongxin.cli.exchange:template", _("生成导入用的空表")),
    "export": ("tongxin.cli.exchange:export", _("导出委员、单位、提案")),
    "similar": ("tongxin.cli.finding:similar", _("查找相似的提案")),
    "bench": ("tongxin.cli.benching:bench", _("测量性能")),
    "consensus": ("tongxin.deliberation.consensus.command:consensus", _("由表态计算共识")),
}

NOT_PRINTED = _("标准输出无法写入：{why}。命令已经办完，办成的都有效，只是该打印的内容不全。")

DATABASE_FAILED = _(
    "数据库读写出错，命令没有办完：{said}。请先看磁盘有没有问题、空间够不够；数据库文件损坏的，请停掉网站和后台任务，从最近的备份恢复（tongxin restore）。设置 TONGXIN_DEBUG=1 再试可以看到详情。"
)


def _is_of_the_database(failure: Exception) -> bool:
    """Say whether it is the database that failed; a command that uses none has not loaded what its errors are of."""
    errors = sys.modules.get("django.db.utils")
    return errors is not None and isinstance(failure, errors.DatabaseError)


def _is_there(place: str) -> bool:
    try:
        return find_spec(place.partition(":")[0]) is not None
    except ModuleNotFoundError:
        return False


class Lazy(click.Group):
    """Knows its commands by name and imports a command's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the commands whose modules are installed, in the table's order."""
        return [name for name, (place, _help) in COMMANDS.items() if _is_there(place)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS or not _is_there(COMMANDS[cmd_name][0]):
            return None
        module, _colon, name = COMMANDS[cmd_name][0].partition(":")
        return demand_texts(getattr(import_module(module), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with one line each, without importing them."""
        with formatter.section(_("命令")):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": ["--help", "-h"]},
    help=_("同心：政协的工作系统。每个命令都可以加 --help 看说明。"),
)
def tongxin() -> None:
    """Stand above all commands."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command: 0 done, 2 bad input or usage or an output that cannot be written, 1 an internal failure.

    Never shows a traceback unless TONGXIN_DEBUG is set. A command whose output is lost comes to its end all the same.
    """
    speak_chinese()
    with streams.patient() as outputs:
        code = _run(arguments)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        lost = next((output.failure for output in outputs if output.failure is not None), None)
        if lost is not None and not code:
            click.echo(NOT_PRINTED.format(why=streams.reason(lost)), err=True)
            code = 2
    return code


def _run(arguments: list[str] | None) -> int:
    try:
        result = tongxin.main(args=arguments, prog_name="tongxin", standalone_mode=False)
    except click.ClickException as problem:
        vars(problem)["message"] = printable(problem.message)  # click calls it final
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("已中止。"), err=True)
        return 130
    except Exception as failure:  # the last stand: a sentence, not a traceback
        if os.environ.get("TONGXIN_DEBUG"):
            raise
        if _is_of_the_database(failure):
            click.echo(DATABASE_FAILED.format(said=printable(str(failure))), err=True)
            return 1
        click.echo(
            _("内部错误：%(name)s：%(printable)s。设置 TONGXIN_DEBUG=1 再试可以看到详情。")
            % {"name": type(failure).__name__, "printable": printable(str(failure))},
            err=True,
        )
        return 1
    return result if isinstance(result, int) else 0
