"""The columns of a proposal's sheet and the words that may stand in them."""

from tongxin.proposals.choices import Destination, Form
from tongxin.sheets.kinds import Column

FILED, MERGED, WITHDRAWN, WAITING = "filed", "merged", "withdrawn", ""
RESULTS = {
    "立案": FILED, "并案": MERGED, "转意见建议": Destination.SUGGESTION.value, "转社情民意": Destination.OPINION.value,
    "转来信": Destination.LETTER.value, "不立案": Destination.NOWHERE.value, "撤案": WITHDRAWN,
}  # fmt: skip
RESULT_WORDS = RESULTS | {"并入": MERGED, "不予立案": Destination.NOWHERE.value, "转为意见建议": Destination.SUGGESTION.value}
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

TITLE = Column("案由", "一事一案，写明主题。", required=True, example="关于在镇卫生院设立夜间值班药房的建议", width=44)
COLUMNS = (
    TITLE,
    Column("内容", "全文；分开写的，用“情况”“分析”“建议”三列代替。", width=50),
    Column("情况", example="入冬以来，夜间发热的孩子要到县城买药。", width=40),
    Column("分析", example="镇上药店晚上八点关门，夜里没有值守。", width=40),
    Column("建议", example="建议由卫生院药房排班值守到零点。", width=40),
    Column(
        "提案人", "第一提案人在前，用顿号隔开；同名的写“姓名（编号）”；集体提案写单位名称。", required=True,
        example="林知远、何青禾", width=24,
    ),
    Column("提案号", "立案后的号数，如 12。", example="12", width=10),
    Column("提案形式", "不写的按提案人判断。", words=tuple(FORMS), example="委员联名提案", width=16),
    Column("类别", "本地类别；第一次出现的自动增加。", example="科教文卫体", width=14),
    Column("建设类别", "五大建设；第一次出现的自动增加。", example="社会建设", width=14),
    Column("届次", "如 十一届五次、11-5；不写的按提交日期。", example="十一届五次", width=14),
    Column("提交日期", example="2026-02-06", width=14),
    Column("审查结果", words=tuple(RESULTS), example="立案", width=14),
    Column("并入", "并案的，写主案的提案号。", width=10),
    Column("是否公开", "是：已经公开；同意：提案人同意公开，还没有公开。", words=tuple(PUBLIC), example="是", width=10),
)  # fmt: skip
ONE_OF = (("内容", "情况", "分析", "建议"),)
