"""`tongxin similar`: earlier proposals of a committee like one of its own, a text, or a file."""

import json
from pathlib import Path
from typing import Any

import click

from tongxin.cli import places, start
from tongxin.cli.exchange import committee_named
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _


@click.command(help=_("查找本会以往的提案中，与一件提案（--number）、一段话（--text）或一个文件（--file）相似的。"))
@click.option("--committee", "code", required=True, metavar="CODE", help=_("哪个政协（代码）。"))
@click.option("--number", metavar="N", help=_("提案号；届次不同的写作 十一届五次/47，只写号码的按最近的届次。"))
@click.option("--text", metavar="TEXT", help=_("要比较的一段话。"))
@click.option("--file", "path", metavar="F.txt", type=places.IN, help=_("要比较的文本文件（UTF-8 或 GB18030）。"))
@click.option("-n", "count", default=5, show_default=True, type=click.IntRange(1, 100), help=_("最多列几件。"))
@click.option("--json", "as_json", is_flag=True, help=_("只在标准输出上给一份 JSON。"))
def similar(code: str, number: str | None, text: str | None, path: Path | None, count: int, *, as_json: bool) -> None:
    """Print what is like a proposal or a text, most alike first."""
    if sum(given is not None for given in (number, text, path)) != 1:
        message = _("请从 --number、--text、--file 中给出一个，也只给一个。")
        raise BadInput(message)
    start.django(current=True, ruled=False)
    from tongxin.proposals import queries
    from tongxin.proposals.models import Proposal

    committee = committee_named(code)
    own = _numbered(committee, number) if number is not None else None
    asked, title = (own.body, own.title) if own else (text if path is None else _read(path), "")
    if not (asked or "").strip():
        message = _("没有可以比较的文字。")
        raise BadInput(message)
    found = queries.similar(committee, asked or "", title=title, exclude=own, n=count)
    rows = {p.pk: p for p in Proposal.objects.filter(pk__in=[m.key for m in found]).select_related("session__term")}
    results = [_result(rows[m.key], m) for m in found if m.key in rows]  # type: ignore[index]
    if as_json:
        click.echo(json.dumps({"results": results}, ensure_ascii=False))
        return
    for row in results:
        label = (
            _("%(session)s第 %(number)04d 号") % {"session": row["session"], "number": row["number"]}
            if row["number"]
            else row["session"] or _("未编号")
        )
        click.echo(f"{row['score']:.2f}　{label}　{row['title']}　（{'、'.join(row['because'])}）")
    if not results:
        click.echo(_("没有相似的提案。"), err=True)


def _result(proposal: Any, match: Any) -> dict[str, Any]:
    return {
        "number": proposal.number,
        "title": proposal.title,
        "session": str(proposal.session) if proposal.session else None,
        "score": round(match.score, 4),
        "because": list(match.because),
    }


def _numbered(committee: Any, said: str) -> Any:
    from tongxin.core.numerals import parse_session
    from tongxin.proposals.models import Proposal

    session, _slash, number = said.rpartition("/")
    if not number.strip().isdecimal():
        message = _("“%(said)s”不是提案号。请写数字，例如 47，或者 十一届五次/47。") % {"said": said}
        raise BadInput(message)
    rows = Proposal.objects.filter(committee=committee, number=int(number))
    if session:
        try:
            term, ordinal = parse_session(session)
        except ValueError as problem:
            message = _("“%(session)s”不是届次。请写作 十一届五次 或 11-5。") % {"session": session}
            raise BadInput(message) from problem
        rows = rows.filter(session__term__number=term, session__number=ordinal)
    found = rows.select_related("session__term").order_by("-session__starts_on").first()
    if found is None:
        message = _("%(committee)s没有第 %(said)s 号提案。") % {"committee": committee.short_name, "said": said}
        raise BadInput(message)
    return found


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        message = _("读不了文件 %(path)s：%(strerror)s。") % {"path": path, "strerror": problem.strerror}
        raise BadInput(message) from problem
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = _("%(path)s 不是文本文件（UTF-8 或 GB18030）。") % {"path": path}
    raise BadInput(message)
