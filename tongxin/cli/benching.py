"""`tongxin bench`: fill an empty database with a county of any size, measure the running site on it, write the figures down."""

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from tongxin.cli import places, start
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _

SCALES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}


class Scale(click.ParamType):
    """1k, 10k, 100k, 1m, or a number of proposals."""

    name = "scale"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of proposals."""
        if isinstance(value, int):
            return value
        number = SCALES.get(str(value).lower()) or (int(value) if str(value).isdecimal() else 0)
        if not 1 <= number <= SCALES["1m"]:
            self.fail(
                _("规模应是 %(scales)s，或者 1 到 1000000 之间的件数，不能是 %(value)s")
                % {"scales": "、".join(SCALES), "value": value},
                param,
                ctx,
            )
        return number


def _module(name: str) -> Any:
    """Load a module of the bench, which stands beside the product in the source tree and is not installed with it."""
    if find_spec("bench") is None:
        raise BadInput(_("性能测量的程序只在源代码目录里，请在源代码目录运行。"))
    return import_module(f"bench.{name}")


@click.group(help=_("性能测量：建一个任意大小的县，在运行的网站上测量，把数字写进文档。"))
def bench() -> None:
    """Gather the three commands."""


@bench.command(help=_("在空的数据库里建 N 件提案的县，连同办理过程和操作记录。每一次内容相同。"))
@click.option("--scale", default="1k", show_default=True, type=Scale(), help=_("提案件数：1k、10k、100k、1m 或数字。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def seed(*, scale: int, as_json: bool) -> None:
    """Fill an empty database and check that every state is explained by its last event."""
    start.django(makes=True)
    from django.utils import timezone

    world = _module("world.seeding")
    start.migrate_and_load()
    try:
        done = world.seed(
            scale,
            today=timezone.localdate(),
            progress=lambda n: click.echo(_("\r已写入 %(n)s 件") % {"n": n}, nl=False, err=True),
        )
    except world.NotEmptyError as problem:
        raise BadInput(_("这个数据库里已经有数据。请用 TONGXIN_HOME 或 DATABASE_URL 指定一个空的数据库。")) from problem
    click.echo("", err=True)
    lost = world.unexplained()
    facts = {
        "proposals": done.proposals,
        "events": done.events,
        "seconds": round(done.seconds, 1),
        "unexplained": lost,
        "rows": world.sizes(),
    }
    if any(lost.values()):
        raise click.ClickException(_("有状态与最后一条操作记录不符：%(lost)s") % {"lost": lost})
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(
            _("已建好 %(proposals)s 件提案、%(events)s 条操作记录，用时 %(seconds).0f 秒。")
            % {"proposals": done.proposals, "events": done.events, "seconds": done.seconds},
            err=True,
        )


@bench.command(help=_("启动网站，用四个并发的用户测量各页面，再测量导入、导出和相似提案。数据库须由 bench seed 建好。"))
@click.option("--scale", type=Scale(), help=_("核对数据库的规模；不写则按数据库里的件数。"))
@click.option("--seconds", default=4.0, show_default=True, type=click.FloatRange(0.05, 120), help=_("每个页面最多测几秒。"))
@click.option("--requests", default=400, show_default=True, type=click.IntRange(1, 100_000), help=_("每个页面最多请求几次。"))
@click.option("--only", help=_("只测名称里有这些字的项目，用逗号隔开。"))
@click.option("--no-bulk", is_flag=True, help=_("不测导入、导出和相似提案。"))
@click.option("--json", "out", type=places.OUT, help=_("把结果另存为 JSON 文件。"))
def run(*, scale: int | None, seconds: float, requests: int, only: str | None, no_bulk: bool, out: Path | None) -> None:
    """Measure and print; the JSON file is what `report` reads."""
    start.django(current=True)
    running = _module("running")
    try:
        limits = running.Limits(
            seconds=seconds, requests=requests, only=tuple((only or "").split(",")) if only else (), bulk=not no_bulk
        )
        result = running.measure(limits, scale=scale, tell=lambda line: click.echo(line, err=True))
    except running.NotSeededError as problem:
        raise BadInput(str(problem)) from problem
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(_module("reporting").table([result]))


@bench.command(help=_("把几次测量的 JSON 文件写成对照表，放进 docs/benchmarks.md。"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", default=Path("docs/benchmarks.md"), show_default=True, type=places.OUT, help=_("写进哪个文件。"))
def report(*, files: tuple[Path, ...], out: Path) -> None:
    """Write the section of the product's figures, leaving the rest of the page as it is."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    _module("reporting").write(out, results)
    click.echo(_("已写入 %(out)s。") % {"out": out}, err=True)
