"""What takes long and is done rarely: importing, exporting, similar texts.

Each runs in a process of its own: `python -m bench.bulk JOB`.
"""

import csv
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

PROPOSALS, MEMBERS, ASKED = 10_000, 50_000, 60
NAMED = 220  # members who sign the imported proposals


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _new_county() -> Any:
    """Found another assembly, so that every import finds an empty one in a full database."""
    from django.utils import timezone

    from tongxin.committees import actions as bodies
    from tongxin.committees.models import Committee

    at = timezone.now()
    number = Committee.objects.count() + 1
    committee = bodies.found(code=f"IM{number}", name=f"中国人民政治协商会议第{number}县委员会", actor=None, at=at)
    starts_on = date(timezone.localdate().year, 1, 1)
    bodies.open_session(committee, term=11, number=4, starts_on=starts_on, actor=None, at=at)
    return committee


def _import(kind: str, path: Path, committee: Any) -> dict[str, Any]:
    from django.utils import timezone

    from tongxin.accounts.models import Account
    from tongxin.sheets import engine

    before = _peak()
    begun, worked = time.perf_counter(), time.process_time()
    report = engine.run(kind, [path], committee, actor=Account.objects.system(), at=timezone.now())
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    if report.refused:
        raise SystemExit("; ".join(str(fault) for fault in report.rejected[:3]))
    return {"rows": report.created, "seconds": round(took, 1), "cpu": round(worked, 1), "peak_mb": _peak(), "before_mb": before}


def _member_rows(count: int) -> Iterable[tuple[Any, ...]]:
    from bench.world import names

    for number in range(count):
        yield (
            names.person(number),
            "女" if names.is_woman(number) else "男",
            f"{1956 + number % 45}-{number % 12 + 1:02d}",
            "无党派人士",
            names.SECTORS[number % len(names.SECTORS)],
            "县第一中学",
            "教师",
            f"137{number:08d}",
            f"M{number:06d}",
        )


MEMBER_COLUMNS = ("姓名", "性别", "出生年月", "政治面貌", "界别", "工作单位", "单位职务", "手机", "编号")


def import_members(folder: Path) -> dict[str, Any]:
    """Take fifty thousand members in."""
    import tongxin.members.sheets  # noqa: F401 -- registers the kind

    path = _csv(folder / "members.csv", MEMBER_COLUMNS, _member_rows(MEMBERS))
    return {"label": f"导入 {MEMBERS} 名委员"} | _import("members", path, _new_county())


PROPOSAL_COLUMNS = (
    "案由",
    "情况",
    "分析",
    "建议",
    "提案人",
    "提案号",
    "类别",
    "建设类别",
    "届次",
    "提交日期",
    "审查结果",
    "是否公开",
    "承办单位",
    "会办单位",
    "答复日期",
    "答复类别",
    "答复内容",
    "办理态度评价",
    "办理结果评价",
)


def _proposal_rows(count: int) -> Iterable[tuple[Any, ...]]:
    from bench.world import names
    from bench.world.texts import proposal_text, reply_text

    rng, units = Random("import"), [name for name, _system in names.units()]
    start = date.today() - timedelta(days=300)  # noqa: DTZ011 -- a day of the office
    topics, mains = ("科教文卫体", "城乡建设", "农牧林水", "交通旅游"), ("社会建设", "经济建设", "生态文明建设")
    for number in range(1, count + 1):
        text, unit = proposal_text(rng), rng.choice(units[:47])
        signers = "、".join(f"{names.person(n)}（M{n:06d}）" for n in rng.sample(range(NAMED), rng.choice((1, 1, 2, 3))))
        day = start + timedelta(days=number % 60)
        yield (
            text.title,
            text.situation,
            text.analysis,
            text.suggestions,
            signers,
            number,
            rng.choice(topics),
            rng.choice(mains),
            "十一届四次",
            day.isoformat(),
            "立案",
            "是" if number % 2 else "否",
            unit,
            "县财政局" if number % 3 == 0 and unit != "县财政局" else "",
            (day + timedelta(days=80)).isoformat(),
            rng.choice("AAB"),
            reply_text(rng, text.title, unit),
            "满意",
            rng.choice(("满意", "基本满意")),
        )


def import_proposals(folder: Path) -> dict[str, Any]:
    """Take ten thousand proposals in, with their outcomes and the history that follows from them."""
    import tongxin.handling.sheets
    import tongxin.members.sheets  # noqa: F401 -- registers the kinds

    committee = _new_county()
    _import("members", _csv(folder / "named.csv", MEMBER_COLUMNS, _member_rows(NAMED)), committee)
    path = _csv(folder / "proposals.csv", PROPOSAL_COLUMNS, _proposal_rows(PROPOSALS))
    return {"label": f"导入 {PROPOSALS} 件提案，连同办理经过"} | _import("proposals", path, committee)


def _export(kind: str, committee: Any, path: Path) -> dict[str, Any]:
    from django.utils import timezone

    from tongxin.sheets import exporting
    from tongxin.sheets.kinds import KINDS

    before = _peak()
    begun, worked = time.perf_counter(), time.process_time()
    rows = exporting.write(path, KINDS[kind], KINDS[kind].rows(committee, year=None, on=timezone.localdate()))
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    return {"rows": rows, "seconds": round(took, 1), "cpu": round(worked, 1), "peak_mb": _peak(), "before_mb": before}


def export_proposals(folder: Path) -> dict[str, Any]:
    """Write every proposal of the county as CSV."""
    import tongxin.handling.sheets  # noqa: F401 -- registers the kind
    from bench.world.seeding import MAIN
    from tongxin.committees.models import Committee

    return {"label": "导出全部提案（CSV）"} | _export("proposals", Committee.objects.get(code=MAIN), folder / "out.csv")


def export_members(folder: Path) -> dict[str, Any]:
    """Write the imported members as CSV."""
    import tongxin.members.sheets  # noqa: F401 -- registers the kind
    from tongxin.committees.models import Committee

    return {"label": "导出委员（CSV）"} | _export("members", Committee.objects.order_by("-id")[0], folder / "out.csv")


def similar(_folder: Path) -> dict[str, Any]:
    """Read all texts once, then ask which are like a new one."""
    from bench.world.seeding import MAIN
    from bench.world.texts import proposal_text
    from tongxin.committees.models import Committee
    from tongxin.proposals import queries

    committee, rng = Committee.objects.get(code=MAIN), Random("similar")
    begun = time.perf_counter()
    texts = queries.warm(committee)
    warming, ms = time.perf_counter() - begun, []
    for _n in range(ASKED):
        text = proposal_text(rng)
        begun = time.perf_counter()
        queries.similar(committee, f"{text.situation}\n{text.analysis}\n{text.suggestions}", title=text.title, n=5)
        ms.append((time.perf_counter() - begun) * 1000)
    ms.sort()
    return {
        "label": "相似提案（写作时的提示）",
        "rows": texts,
        "seconds": round(warming, 1),
        "peak_mb": _peak(),
        "p50": round(ms[len(ms) // 2], 1),
        "p95": round(ms[int(len(ms) * 0.95)], 1),
        "p99": round(ms[-1], 1),
    }


JOBS: dict[str, Callable[[Path], dict[str, Any]]] = {
    job.__name__: job for job in (import_members, import_proposals, export_proposals, export_members, similar)
}


def main() -> None:
    """Run one job and print its figures as a line of JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from bench.beside import import_beside
    from bench.syncing import synchronous

    JOBS.update(import_beside=import_beside, synchronous=synchronous)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(JOBS[sys.argv[1]](Path(folder)), ensure_ascii=False))


if __name__ == "__main__":
    main()
