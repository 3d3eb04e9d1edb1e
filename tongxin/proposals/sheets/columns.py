"""The columns of a proposal's sheet: the words that may stand in them, how each cell is read, and how it is written."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tongxin.core.numerals import parse_session, session_label
from tongxin.core.words import normal
from tongxin.proposals.choices import Destination, Form
from tongxin.sheets import cells
from tongxin.sheets.kinds import Column

TEXT_LIMIT = 30_000

FILED, MERGED, WITHDRAWN, WAITING = "filed", "merged", "withdrawn", ""
RESULTS = {
    "立案": FILED, "并案": MERGED, "转意见建议": Destination.SUGGESTION.value, "转社情民意": Destination.OPINION.value,
    "转来信": Destination.LETTER.value, "不立案": Destination.NOWHERE.value, "撤案": WITHDRAWN,
}  # fmt: skip
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
    "个人提案": Form.INDIVIDUAL.value, "个人": Form.INDIVIDUAL.value, "联名提案": Form.JOINT.value, "联名": Form.JOINT.value,
    "党派": Form.PARTY.value, "团体提案": Form.BODY.value, "界别": Form.SECTOR.value, "小组提案": Form.GROUP.value,
    "专委会": Form.SPECIAL.value, "专门委员会提案": Form.SPECIAL.value, "集体提案": Form.COLLECTIVE.value,
}  # fmt: skip
YES, NO, CONSENTS = "yes", "no", "consents"
PUBLIC = {"是": YES, "否": NO, "同意": CONSENTS}
PUBLIC_WORDS = PUBLIC | {"公开": YES, "不公开": NO, "同意公开": CONSENTS, "不同意": NO, "不同意公开": NO, "全文公开": YES}
PUBLIC_LABELS = {code: word for word, code in PUBLIC.items()}

COSIGNERS = "联名人"
_MERGED_INTO = re.compile(
    r"(?:已)?(?:并入|并到|合并到|合并至|并案至|并案到|与|同) ?(?:第|提案)? ?0{0,9}([1-9]\d{0,8}) ?号?(?:提案|案)?(?:合并|并案)?(?:办理|处理)?"
)


# ── how a cell is read ───────────────────────────────────────────────────────────────────────────
def _result(value: cells.Cell) -> tuple[str, int | None]:
    """Read what was decided, and where it says so the number it was merged into: 并入第 3 号."""
    written = normal(cells.line(value))
    if match := _MERGED_INTO.fullmatch(written):
        return MERGED, int(match[1])
    return cells.choice(written, RESULT_WORDS), None


def _session(value: cells.Cell) -> tuple[int, int] | None:
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


def _form(value: cells.Cell) -> str:
    return cells.choice(value, FORM_WORDS)


def _public(value: cells.Cell) -> str:
    return cells.choice(value, PUBLIC_WORDS)


_text = partial(cells.paragraphs, limit=TEXT_LIMIT)


# ── how it is written: of a draft with who says it, as `speaking.Spoken` has them ────────────────
def _said(key: str) -> Callable[[Any], str]:
    """Write a value as it stands; nothing where there is none."""
    return lambda spoken: str(getattr(spoken.draft, key) or "")


def _whole_said(spoken: Any) -> str:
    return str(spoken.draft.situation) if _is_whole(spoken.draft) else ""


def _situation_said(spoken: Any) -> str:
    return "" if _is_whole(spoken.draft) else str(spoken.draft.situation)


def _is_whole(draft: Any) -> bool:
    return not draft.analysis and not draft.suggestions


def _signers_said(spoken: Any) -> str:
    return "、".join(map(spoken.name_of, spoken.draft.signers))


def _form_said(spoken: Any) -> str:
    return str(Form(spoken.draft.form).label) if spoken.draft.form else ""


def _session_said(spoken: Any) -> str:
    return session_label(*spoken.draft.session) if spoken.draft.session else ""


def _day_said(spoken: Any) -> str:
    return spoken.draft.submitted_on.isoformat() if spoken.draft.submitted_on else ""


def _result_said(spoken: Any) -> str:
    return RESULT_LABELS.get(spoken.draft.result, "")


def _public_said(spoken: Any) -> str:
    return PUBLIC_LABELS.get(spoken.draft.public, "")


TITLE = Column(
    "案由",
    "一事一案，写明主题。",
    required=True,
    example="关于在镇卫生院设立夜间值班药房的建议",
    width=44,
    others=("提案标题", "标题", "提案名称", "题目", "提案题目", "提案案由", "提案主题"),
    key="title",
    reading=partial(cells.line, limit=200),
    saying=_said("title"),
    field="proposals.proposal.title",
)
COLUMNS = (
    TITLE,
    Column(
        "内容",
        "全文；分开写的，用“情况”“分析”“建议”三列代替。",
        width=50,
        others=("提案内容", "正文", "提案正文", "全文", "内容全文"),
        key="whole",
        reading=_text,
        saying=_whole_said,
        field="proposals.proposal.situation",
    ),
    Column(
        "情况",
        others=("情况说明", "基本情况", "背景情况"),
        example="入冬以来，夜间发热的孩子要到县城买药。",
        width=40,
        key="situation",
        reading=_text,
        saying=_situation_said,
        field="proposals.proposal.situation",
    ),
    Column(
        "分析",
        others=("问题分析", "存在问题"),
        example="镇上药店晚上八点关门，夜里没有值守。",
        width=40,
        key="analysis",
        reading=_text,
        saying=_said("analysis"),
        field="proposals.proposal.analysis",
    ),
    Column(
        "建议",
        others=("建议办法", "意见建议", "对策建议", "具体建议"),
        example="建议由卫生院药房排班值守到零点。",
        width=40,
        key="suggestions",
        reading=_text,
        saying=_said("suggestions"),
        field="proposals.proposal.suggestions",
    ),
    Column(
        "提案人",
        "第一提案人在前，用顿号隔开；同名的写“姓名（编号）”；集体提案写单位名称。",
        required=True,
        example="林知远、何青禾",
        width=24,
        others=("第一提案人", "提案者", "提案人姓名", "提案委员", "提出人", "领衔委员", "首位提案人"),
        names_people=True,
        key="signers",
        reading=cells.several,
        saying=_signers_said,
        field="proposals.signature.member",
        empty=(),
    ),
    Column(
        COSIGNERS,
        "排在提案人之后。",
        width=24,
        others=("联名委员", "联名提案人", "联名者", "联署人", "共同提案人", "联合提案人", "其他提案人"),
        only_read=True,
        names_people=True,
        key="cosigners",
        reading=cells.several,
        field="proposals.signature.member",
        empty=(),
    ),
    Column(
        "提案号",
        "立案后的号数，如 12。",
        example="12",
        width=10,
        others=("编号", "提案编号", "案号", "提案序号", "立案号"),
        key="number",
        reading=cells.whole,
        saying=_said("number"),
        field="proposals.proposal.number",
        empty=None,
    ),
    Column(
        "提案形式",
        "不写的按提案人判断。",
        others=("提案类型", "提案方式", "提出形式"),
        words=tuple(FORMS),
        example="委员联名提案",
        width=16,
        key="form",
        reading=_form,
        saying=_form_said,
        field="proposals.proposal.form",
    ),
    Column(
        "类别",
        "本地类别；第一次出现的自动增加。",
        others=("提案类别", "分类", "提案分类"),
        example="科教文卫体",
        width=14,
        key="topic",
        reading=partial(cells.line, limit=24),
        saying=_said("topic"),
        field="proposals.proposal.topic",
    ),
    Column(
        "建设类别",
        "五大建设；第一次出现的自动增加。",
        example="社会建设",
        width=14,
        key="construction",
        reading=partial(cells.line, limit=24),
        saying=_said("construction"),
        field="proposals.proposal.construction",
    ),
    Column(
        "届次",
        "如 十一届五次、11-5；不写的按提交日期。",
        others=("届别", "会议届次", "届次名称"),
        example="十一届五次",
        width=14,
        key="session",
        reading=_session,
        saying=_session_said,
        field="proposals.proposal.session",
        empty=None,
    ),
    Column(
        "提交日期",
        others=("提案日期", "提交时间", "提案时间", "提出日期", "收到日期", "收案日期"),
        example="2026-02-06",
        width=14,
        key="submitted_on",
        reading=cells.day,
        saying=_day_said,
        field="proposals.proposal.submitted_at",
        empty=None,
    ),
    Column(
        "审查结果",
        others=("处理结果", "审查意见", "立案情况", "审查处理结果", "审查情况", "提案状态"),
        words=tuple(RESULTS),
        example="立案",
        width=14,
        key="result",
        reading=_result,
        saying=_result_said,
        field="proposals.proposal.state",
        empty=("", None),
    ),
    Column(
        "并入",
        "并案的，写主案的提案号。",
        others=("并入提案号", "主案号", "并入号"),
        width=10,
        key="into",
        reading=cells.whole,
        saying=_said("into"),
        field="proposals.proposal.merged_into",
        empty=None,
    ),
    Column(
        "是否公开",
        "是：已经公开；同意：提案人同意公开，还没有公开。",
        words=tuple(PUBLIC),
        example="是",
        width=10,
        others=("公开", "公开情况", "能否公开"),
        key="public",
        reading=_public,
        saying=_public_said,
        field="proposals.proposal.released_at",
    ),
)
PEOPLE = r"(提案|联名|联署|附议|署名|签名|领衔|提出)(者|人|委员|成员)"  # a column of people that must not get lost
ONE_OF = (("内容", "情况", "分析", "建议"),)
