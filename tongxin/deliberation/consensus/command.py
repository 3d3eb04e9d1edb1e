"""The command ``tongxin consensus``: votes in, one JSON document out; starts without Django."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tongxin.core.catalogue import _

if TYPE_CHECKING:
    from tongxin.deliberation.consensus.engine import Result

MOST_GROUPS = 10
_FILE = click.Path(path_type=Path)


class _GroupCount(click.ParamType):  # type: ignore[type-arg]
    """``auto`` or a number of groups."""

    name = "auto|N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number, or ``None`` for ``auto``."""
        text = str(value)
        if text == "auto":
            return None
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_GROUPS):
            self.fail(
                _("“%(text)s”无效，应为 auto 或 1 至 %(most_groups)s 的整数。") % {"text": text, "most_groups": MOST_GROUPS},
                param,
                ctx,
            )
        return int(text)


@click.command(help=_("由表态计算共识：看法图、分组、各组一致与分歧的观点。VOTES 为长表或宽表（CSV 或 XLSX）。"))
@click.argument("votes", type=_FILE)
@click.option("--statements", type=_FILE, help=_("观点清单 statement_id,text[,moderated]；-1 不参加计算，仍计数。"))
@click.option("--groups", type=_FILE, help=_("给定分组 participant_id,group；不再自动分组。"))
@click.option("--k", type=_GroupCount(), default="auto", show_default=True, help=_("分为几组；指定后不作检验。"))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help=_("随机数种子。"))
@click.option("--minimum", type=click.IntRange(2), default=50, show_default=True, help=_("看法图中不足此人数不分组。"))
@click.option("--previous", type=_FILE, help=_("上次的结果（JSON）；各组沿用上次的编号。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
@click.option("--plot", type=_FILE, help=_("另存同心圆图（SVG）。"))
def consensus(
    *,
    votes: Path,
    statements: Path | None,
    groups: Path | None,
    k: int | None,
    seed: int,
    minimum: int,
    previous: Path | None,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Reads the files, computes, and writes the result; exits 2 on bad input and 1 on a failure of its own."""
    from tongxin.deliberation.consensus.problems import BadInput  # noqa: PLC0415 - numpy loads only now

    try:
        result, texts = _computed(votes, statements, groups, previous, k=k, seed=seed, minimum=minimum)
        from tongxin.deliberation.consensus import result as public  # noqa: PLC0415

        output = public.text(result) if as_json else _summary(result)
        if plot is not None:
            from tongxin.deliberation.consensus.plot import drawn  # noqa: PLC0415

            plot.write_text(drawn(result, texts), encoding="utf-8")
    except BadInput as fault:
        click.echo(_printable(str(fault)), err=True)
        sys.exit(2)
    except OSError as fault:
        click.echo(
            _("%(printable)s：无法写入：%(strerror)s。请检查目录和权限。")
            % {"printable": _printable(str(fault.filename or "")), "strerror": fault.strerror},
            err=True,
        )
        sys.exit(2)
    sys.stdout.buffer.write(output.encode() + b"\n")
    sys.stdout.flush()


def _printable(text: str) -> str:
    """Show a file's name that is no UTF-8 as far as it can be shown."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _computed(
    votes: Path, statements: Path | None, groups: Path | None, previous: Path | None, *, k: int | None, seed: int, minimum: int
) -> "tuple[Result, dict[str, str]]":
    """The result and the texts of the statements."""
    from tongxin.deliberation.consensus import tables  # noqa: PLC0415 - numpy loads only now
    from tongxin.deliberation.consensus.engine import Question, compute  # noqa: PLC0415
    from tongxin.deliberation.consensus.reading import read_votes  # noqa: PLC0415

    listed = tables.read_statements(statements) if statements else tables.Statements({}, frozenset())
    membership = tables.read_membership(groups) if groups else None
    read = read_votes(votes)
    question = Question(
        listed=frozenset(listed.texts),
        moderated=listed.moderated,
        membership=membership,
        k=k,
        seed=seed,
        minimum=minimum,
        previous=tables.read_previous(previous) if previous else None,
    )
    if membership and (absent := len(membership.keys() - set(read.participants))):
        click.echo(_("提示：分组表中有 %(absent)s 人没有表态，只计入组的人数。") % {"absent": absent}, err=True)
    if listed.texts and (unlisted := [name for name in read.statements if name not in listed.texts]):
        click.echo(
            _("提示：有 %(n)s 条观点不在观点清单中，照常计算：%(unlisted)s。")
            % {"n": len(unlisted), "unlisted": "、".join(unlisted[:5])},
            err=True,
        )
    return compute(read, question), listed.texts


def _summary(result: "Result") -> str:
    """The result in a few lines for people; the whole of it is in the JSON."""
    from tongxin.deliberation.consensus.result import document  # noqa: PLC0415 - numpy loads only now

    shown = document(result)
    lines = [
        _("参与 %(participants)s 人，进入看法图 %(in_map)s 人，观点 %(statements)s 条，表态 %(votes)s 次。")
        % {
            "participants": shown["participants"],
            "in_map": shown["in_map"],
            "statements": shown["statements"],
            "votes": shown["votes"],
        },
        *([shown["reason"]] if shown["reason"] else []),
        *(_("第 %(id)s 组：%(size)s 人") % {"id": group["id"], "size": group["size"]} for group in shown["groups"]),
        _("多数赞成的观点：%(agree)s") % {"agree": "、".join(shown["majority"]["agree"]) or _("无")},
        _("多数反对的观点：%(disagree)s") % {"disagree": "、".join(shown["majority"]["disagree"]) or _("无")},
    ]
    if shown["groups"]:
        lines += [
            _("各组都赞成的观点：%(bridging)s") % {"bridging": "、".join(shown["bridging"]) or _("无")},
            _("各组看法不同的观点：%(dividing)s") % {"dividing": "、".join(shown["dividing"]) or _("无")},
        ]
    return "\n".join([*lines, _("加 --json 得到全部数字。")])
