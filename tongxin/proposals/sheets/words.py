"""The words that may stand in a proposal's sheet, how a cell is read, and how it is written."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tongxin.core.numerals import parse_session, session_label
from tongxin.core.words import normal
from tongxin.proposals.choices import Destination, Form
from tongxin.sheets import cells

TEXT_LIMIT = 30_000

FILED, MERGED, WITHDRAWN, WAITING = "filed", "merged", "withdrawn", ""
RESULTS = {"立案": FILED, "并案": MERGED, **{str(where.label): where.value for where in Destination}, "撤案": WITHDRAWN}
_SAID = {  # what else offices write
    FILED: ("予以立案", "已立案", "准予立案", "同意立案", "立案办理", "立案交办", "立案处理", "批准立案", "审查立案", "立案提案"),
    MERGED: ("并入", "已并案", "并案办理", "并案处理", "合并", "合并办理", "予以并案", "合并立案"),
    Destination.SUGGESTION.value: (
        "转为意见建议", "作意见建议", "作为意见建议", "转建议", "意见建议", "作为意见建议处理", "转意见建议处理", "作为建议", "转委员建议",
    ),
    Destination.OPINION.value: ("转为社情民意", "社情民意", "作为社情民意", "转社情民意信息", "作为社情民意信息", "社情民意信息"),
    Destination.LETTER.value: ("转为来信", "来信", "作为来信", "委员来信", "转委员来信", "作为委员来信", "作委员来信", "作委员来信处理", "按委员来信处理"),
    Destination.NOWHERE.value: ("不予立案", "未立案", "未予立案", "不立", "不作立案"),
    WAITING: ("待审", "待审查", "审查中", "未审查", "待立案"),
    WITHDRAWN: ("撤销", "撤回", "撤销提案", "撤回提案", "已撤案", "已撤销", "已撤回", "撤销立案", "提案人撤回", "同意撤案"),
}  # fmt: skip
RESULT_WORDS = RESULTS | {word: result for result, words in _SAID.items() for word in words}
RESULT_LABELS = {code: word for word, code in RESULTS.items()}
FORMS = {str(form.label): form.value for form in Form}
FORM_WORDS = FORMS | {
    "个人提案": Form.INDIVIDUAL.value,
    "个人": Form.INDIVIDUAL.value,
    "联名提案": Form.JOINT.value,
    "联名": Form.JOINT.value,
    "党派": Form.PARTY.value,
    "团体提案": Form.BODY.value,
    "界别": Form.SECTOR.value,
    "小组提案": Form.GROUP.value,
    "专委会": Form.SPECIAL.value,
    "专门委员会提案": Form.SPECIAL.value,
    "集体提案": Form.COLLECTIVE.value,
}
YES, NO, CONSENTS = "yes", "no", "consents"
PUBLIC = {"是": YES, "否": NO, "同意": CONSENTS}
PUBLIC_WORDS = PUBLIC | {"公开": YES, "不公开": NO, "同意公开": CONSENTS, "不同意": NO, "不同意公开": NO, "全文公开": YES}
PUBLIC_LABELS = {code: word for word, code in PUBLIC.items()}

_MERGED_INTO = re.compile(
    r"(?:已)?(?:并入|并到|合并到|合并至|并案至|并案到|与|同) ?(?:第|提案)? ?0{0,9}([1-9]\d{0,8}) ?号?(?:提案|案)?(?:合并|并案)?(?:办理|处理)?"
)


# ── how a cell is read ───────────────────────────────────────────────────────────────────────────
def read_result(value: cells.Cell) -> tuple[str, int | None]:
    """Read what was decided, and where it says so the number it was merged into: 并入第 3 号."""
    written = normal(cells.line(value))
    if match := _MERGED_INTO.fullmatch(written):
        return MERGED, int(match[1])
    return cells.choice(written, RESULT_WORDS), None


def read_session(value: cells.Cell) -> tuple[int, int] | None:
    """Read a 届次: 十一届五次, 11-5."""
    written = cells.line(value)
    if not written:
        return None
    try:
        found = parse_session(written)
    except ValueError as problem:
        message = f"“{written[:40]}”不是届次，应写成 十一届五次 或 11-5 的样子"
        raise ValueError(message) from problem
    if not all(1 <= n <= 99 for n in found):  # noqa: PLR2004 -- terms never reach a hundred
        message = f"“{written[:40]}”不是届次，请核对"
        raise ValueError(message)
    return found


def read_form(value: cells.Cell) -> str:
    """Read who raises it, in whichever words."""
    return cells.choice(value, FORM_WORDS)


def read_public(value: cells.Cell) -> str:
    """Read whether it is public, or may be."""
    return cells.choice(value, PUBLIC_WORDS)


read_text = partial(cells.paragraphs, limit=TEXT_LIMIT)


# ── how it is written: of a draft with who says it, as `speaking.Spoken` has them ────────────────
def said(key: str) -> Callable[[Any], str]:
    """Write a value as it stands; nothing where there is none."""
    return lambda spoken: str(getattr(spoken.draft, key) or "")


def whole_said(spoken: Any) -> str:
    """Write a text in one piece into 内容."""
    return str(spoken.draft.situation) if _is_whole(spoken.draft) else ""


def situation_said(spoken: Any) -> str:
    """Write the first of three parts; a text in one piece stands in 内容."""
    return "" if _is_whole(spoken.draft) else str(spoken.draft.situation)


def _is_whole(draft: Any) -> bool:
    return not draft.analysis and not draft.suggestions


def signers_said(spoken: Any) -> str:
    """Write who signs, in the order of the names."""
    return "、".join(map(spoken.name_of, spoken.draft.signers))


def form_said(spoken: Any) -> str:
    """Write who raises it."""
    return str(Form(spoken.draft.form).label) if spoken.draft.form else ""


def session_said(spoken: Any) -> str:
    """Write the 届次."""
    return session_label(*spoken.draft.session) if spoken.draft.session else ""


def day_said(spoken: Any) -> str:
    """Write the day of submission."""
    return spoken.draft.submitted_on.isoformat() if spoken.draft.submitted_on else ""


def result_said(spoken: Any) -> str:
    """Write what was decided."""
    return RESULT_LABELS.get(spoken.draft.result, "")


def public_said(spoken: Any) -> str:
    """Write whether it is public, or may be."""
    return PUBLIC_LABELS.get(spoken.draft.public, "")
