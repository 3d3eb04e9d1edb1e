"""The columns of handling and the words that may stand in them."""

from tongxin.handling.choices import Grade
from tongxin.sheets.kinds import Column

UNRATED = "未评价"
RATED = ("办理态度评价", "办理结果评价")
GRADES = {str(grade.label): grade.value for grade in Grade}
GRADE_WORDS = GRADES | {UNRATED: "", "—": "", "-": "", "/": "", "无": "", "不太满意": Grade.DISSATISFIED.value}
GRADE_LABELS = {code: word for word, code in GRADES.items()} | {"": UNRATED}
NO_TEXT = "（导入的表中没有答复内容）"  # a sent reply has a text; the sheet had none
NO_CATEGORY = "—"  # a sent reply has a category; the sheet had none

COLUMNS = (
    Column(
        "承办单位", "一个为独办；几个用顿号隔开，为分办；写了会办单位的为主办。", example="县卫生健康局", width=22,
        others=("主办单位", "主办", "承办部门", "办理单位", "承办", "牵头单位", "分办单位", "主承办单位"),
    ),
    Column("会办单位", "几个用顿号隔开。", others=("协办单位", "协办", "会办", "会办部门", "协办部门", "配合单位"), example="县财政局", width=22),
    Column(
        "答复日期", "分办单位日期不同的，按单位顺序用顿号隔开。", example="2026-05-15", width=14,
        others=("答复时间", "办复日期", "办复时间", "回复日期", "复文日期"),
    ),
    Column(
        "答复类别", "按本地规定的字母；分办单位不同的，按单位顺序用顿号隔开。", example="B", width=10,
        others=("办理类别", "答复分类", "答复类型", "办理结果类别"),
    ),
    Column(
        "答复内容", "分办单位内容不同的，各以“【单位名称】”开头另起一段。", example="六月底前在两个镇试点夜间药房。", width=50,
        others=("办理答复", "答复意见", "回复内容", "答复全文", "复文内容"),
    ),
    Column(
        "办理态度评价", "一个评价代表全体提案人；不同的，按提案人顺序用顿号隔开。", words=(*GRADES, UNRATED), example="满意", width=16,
        others=("对办理态度", "态度评价", "办理态度"),
    ),
    Column(
        "办理结果评价", "一个评价代表全体提案人；不同的，按提案人顺序用顿号隔开。", words=(*GRADES, UNRATED), example="基本满意",
        width=16, others=("对办理结果", "结果评价", "办理结果", "满意度"),
    ),
)  # fmt: skip
JOINED = ("承办单位", "会办单位")  # may go on over several rows of one proposal
