"""The columns of handling.

The words that may stand in them, how one value in a cell is read, and how a cell is written.

A cell may hold a value for each unit or signer: `reading` takes them apart, and reads each by the column's own
`reading`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.core.words import normal
from tongxin.handling.choices import Grade
from tongxin.proposals.sheets.words import TEXT_LIMIT
from tongxin.sheets import cells
from tongxin.sheets.kinds import Column

UNRATED = "未评价"
RATED = ("办理态度评价", "办理结果评价")
GRADES = {str(grade.label): grade.value for grade in Grade}
GRADE_WORDS = GRADES | {UNRATED: "", "—": "", "-": "", "/": "", "无": "", "不太满意": Grade.DISSATISFIED.value}
GRADE_LABELS = {code: word for word, code in GRADES.items()} | {"": UNRATED}
NO_TEXT = _("（导入的表中没有答复内容）")  # a sent reply has a text; the sheet had none
NO_CATEGORY = "—"  # a sent reply has a category; the sheet had none


def _letter(value: cells.Cell) -> str:
    return normal(cells.line(value)).removesuffix("类").strip()


def _grade(value: cells.Cell) -> str:
    return cells.choice(value, GRADE_WORDS)


# ── how it is written: of an outcome, as `reading.Outcome` has it ────────────────────────────────
def _units_said(outcome: Any) -> str:
    return "、".join(outcome.units)


def _co_units_said(outcome: Any) -> str:
    return "、".join(outcome.co_units)


def _days_said(outcome: Any) -> str:
    return _one_or_each([answer.on.isoformat() if answer.on else "" for answer in outcome.answers])


def _categories_said(outcome: Any) -> str:
    return _one_or_each([answer.category for answer in outcome.answers])


def _text_said(outcome: Any) -> str:
    """Write one text for all units, or a block for each under its name."""
    texts = [answer.text for answer in outcome.answers]
    if len(set(texts)) <= 1:
        return str(texts[0]) if texts else ""
    return "\n\n".join(f"【{unit}】\n{text}" for unit, text in zip(outcome.units, texts, strict=True))


def _attitudes_said(outcome: Any) -> str:
    return _grades_said(outcome.attitudes)


def _results_said(outcome: Any) -> str:
    return _grades_said(outcome.results)


def _one_or_each(values: Sequence[str]) -> str:
    if len(set(values)) <= 1:
        return values[0] if values else ""
    return "、".join(values)


def _grades_said(grades: Sequence[Sequence[str]]) -> str:
    groups = ["、".join(GRADE_LABELS[g] for g in (group[:1] if len(set(group)) == 1 else group)) for group in grades]
    return groups[0] if len(set(groups)) == 1 else "；".join(groups)


COLUMNS = (
    Column(
        "承办单位",
        _("一个为独办；几个用顿号隔开，为分办；写了会办单位的为主办。"),
        example="县卫生健康局",
        width=22,
        others=("主办单位", "主办", "承办部门", "办理单位", "承办", "牵头单位", "分办单位", "主承办单位"),
        key="units",
        reading=cells.text,
        saying=_units_said,
        field="handling.task.unit",
    ),
    Column(
        "会办单位",
        _("几个用顿号隔开。"),
        others=("协办单位", "协办", "会办", "会办部门", "协办部门", "配合单位"),
        example="县财政局",
        width=22,
        key="co_units",
        reading=cells.text,
        saying=_co_units_said,
        field="handling.task.unit",
    ),
    Column(
        "答复日期",
        _("分办单位日期不同的，按单位顺序用顿号隔开。"),
        example="2026-05-15",
        width=14,
        others=("答复时间", "办复日期", "办复时间", "回复日期", "复文日期"),
        key="days",
        reading=cells.day,
        saying=_days_said,
        field="handling.task.answered_at",
    ),
    Column(
        "答复类别",
        _("按本地规定的字母；分办单位不同的，按单位顺序用顿号隔开。"),
        example="B",
        width=10,
        others=("办理类别", "答复分类", "答复类型", "办理结果类别"),
        key="categories",
        reading=_letter,
        saying=_categories_said,
        field="handling.reply.category",
    ),
    Column(
        "答复内容",
        _("分办单位内容不同的，各以“【单位名称】”开头另起一段。"),
        example="六月底前在两个镇试点夜间药房。",
        width=50,
        others=("办理答复", "答复意见", "回复内容", "答复全文", "复文内容"),
        key="texts",
        reading=partial(cells.paragraphs, limit=TEXT_LIMIT),
        saying=_text_said,
        field="handling.reply.text",
    ),
    Column(
        "办理态度评价",
        _("一个评价代表全体提案人；不同的，按提案人顺序用顿号隔开。"),
        words=(*GRADES, UNRATED),
        example="满意",
        width=16,
        others=("对办理态度", "态度评价", "办理态度"),
        key="attitudes",
        reading=_grade,
        saying=_attitudes_said,
        field="handling.rating.attitude",
    ),
    Column(
        "办理结果评价",
        _("一个评价代表全体提案人；不同的，按提案人顺序用顿号隔开。"),
        words=(*GRADES, UNRATED),
        example="基本满意",
        width=16,
        others=("对办理结果", "结果评价", "办理结果", "满意度"),
        key="results",
        reading=_grade,
        saying=_results_said,
        field="handling.rating.result",
    ),
)
BY_NAME = {column.name: column for column in COLUMNS}
JOINED = ("承办单位", "会办单位")  # may go on over several rows of one proposal


def reading_of(name: str) -> Callable[[cells.Cell], Any]:
    """Return how one value of a column is read."""
    reading = BY_NAME[name].reading
    assert reading is not None  # noqa: S101 -- every column of this sheet is read
    return reading
