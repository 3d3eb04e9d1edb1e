"""Sheets as offices have them: each kind of oddity is understood, or said in a sentence with its place; nothing is written then."""

from datetime import date, timedelta

import pytest
import xlsxwriter
from django.utils import timezone

from tests.cast import NOW, Cast
from tests.gate import SHARED
from tongxin.committees import reorganising, successions
from tongxin.committees.models import Unit
from tongxin.committees.sheets import UNITS
from tongxin.handling.models import Task
from tongxin.handling.sheets import PROPOSALS
from tongxin.members.models import Member
from tongxin.members.sheets import MEMBERS
from tongxin.proposals.models import Proposal, Signature
from tongxin.sheets import engine
from tongxin.sheets.headers import ADD

CASES = SHARED / "cases" / "sheets"
TEXT = "入冬以来夜间发热的孩子要到县城买药。建议由卫生院药房排班值守到零点。"
HEAD = ["案由", "内容", "提案人", "提案号", "提交日期", "审查结果", "承办单位", "会办单位", "答复日期", "答复类别", "答复内容"]


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast, and those whom the sheets name besides."""
    for number, name in (
        ("YX101", "张三"),
        ("YX102", "阿依古丽·买买提"),
        ("YX103", "苏晚晴"),
        ("YX104", "欧阳修远"),
        ("YX105", "李四"),
    ):
        Member.objects.create(committee=cast.county, number=number, name=name)
    return cast


@pytest.fixture
def bring(people: Cast, tmp_path):
    def run(*rows, head=HEAD, kind=PROPOSALS, name="提案.xlsx", **more):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet(kind.label)
            page.write_row(0, 0, head)
            for number, row in enumerate(rows, 1):
                for column, value in row.items() if isinstance(row, dict) else zip(head, row, strict=False):
                    page.write(number, head.index(column), value)
        return engine.run(kind, [path], people.county, actor=people.office, at=NOW, **more)

    return run


def row(n=1, **more):
    return {
        "案由": f"关于第{n}件事的建议",
        "内容": TEXT,
        "提案人": "林知远",
        "提案号": n,
        "提交日期": "2026-02-06",
        "审查结果": "立案",
    } | more


def said(report):
    return [(f.row, f.column, f.reason) for f in report.rejected]


def noted(report):
    return [(w.row, w.column, w.reason) for w in report.warnings if "不足" not in w.reason]


def test_a_former_name_of_a_unit_finds_it(bring, people):
    unit = Unit.objects.get(committee=people.county, name="县卫生健康局")
    reorganising.rename(
        unit, name="县健康局", short_name="", on=timezone.localdate(), reason="改名", actor=people.office, at=timezone.now()
    )
    before = Unit.objects.count()
    report = bring(row(承办单位="县卫生健康局"))
    assert (said(report), Unit.objects.count(), [t.unit for t in Task.objects.all()]) == ([], before, [unit])


@pytest.mark.parametrize("names", [("县健康局",), ("县健康委员会", "县健康局")])
@pytest.mark.parametrize("answered", [True, False])
def test_the_same_sheet_is_unchanged_after_a_unit_was_renamed(bring, people, names, answered):
    answer = {"答复日期": "2026-02-20", "答复类别": "B", "答复内容": "六月底前修好。"} if answered else {}
    line = row(承办单位="县卫生健康局") | answer
    assert said(bring(line)) == []
    for name in names:
        unit = Unit.objects.get(pk=people.unit.pk)
        _rename(unit, name, timezone.localdate(), people)
    for written in ("县卫生健康局", *names):
        report = bring(line | {"承办单位": written})
        assert (said(report), report.unchanged) == ([], 1), written
    reorganising.undo(
        people.unit, shown=successions.what_may_be_undone(people.unit).key, reason="有误", actor=people.office, at=timezone.now()
    )
    report = bring(line)
    assert (said(report), report.unchanged) == ([], 1)
    report = bring(line | {"承办单位": "县水务局"})
    assert [column for _row, column, _reason in said(report)] == ["承办单位"]


def test_a_name_that_is_promised_means_the_unit_that_will_have_it(bring, people):
    unit = Unit.objects.get(pk=people.unit.pk)
    _rename(unit, "县健康局", timezone.localdate() + timedelta(days=5), people)
    before = Unit.objects.count()
    report = bring(row(承办单位="县健康局"))
    assert (said(report), Unit.objects.count(), [t.unit for t in Task.objects.all()]) == ([], before, [unit])
    report = bring({"单位名称": "县健康局"}, head=["单位名称"], kind=UNITS, name="单位.xlsx")
    ((_row, column, reason),) = said(report)
    assert (column, reason.startswith("“县健康局”已定为县卫生健康局自")) == ("单位名称", True)
    assert Unit.objects.count() == before


def _rename(unit, name, on, people):
    reorganising.rename(unit, name=name, short_name="", on=on, reason="改名", actor=people.office, at=timezone.now())


# ── who ──
@pytest.mark.parametrize(
    "written",
    [
        "阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽‧买买提", "阿依古丽⋅买买提", "阿依古丽 · 买买提", "阿依古丽．买买提", "阿依古丽.买买提",
        "阿依古丽 买买提",
    ],
)  # fmt: skip
def test_every_form_of_the_separator_finds_the_member(bring, written):
    assert bring(row(提案人=written)).rejected == []
    assert Signature.objects.get().member.number == "YX102"


@pytest.mark.parametrize("written", ["林 知远、何　青禾", "林知 远、何青禾", "林知远、 何 青 禾", "林知远、欧阳 修远"])
def test_spaces_within_a_name_do_not_matter(bring, written):
    assert bring(row(提案人=written)).rejected == []
    assert Signature.objects.filter(member__isnull=False).count() == 2


@pytest.mark.parametrize("written", ["林知远 何青禾", "林知远/何青禾", "林知远　何青禾"])
def test_names_with_a_space_or_stroke_between_them_are_several(bring, written):
    report = bring(row(提案人=written))
    assert (report.rejected, noted(report)[0]) == ([], (2, "提案人", "按 2 位委员读取：林知远、何青禾"))
    assert Signature.objects.filter(member__isnull=False).count() == 2


def test_names_that_are_not_written_out_are_asked_for(bring):
    assert said(bring(row(提案人="林知远等3人"))) == [
        (2, "提案人", "“林知远等3人”没有写全，请把“林知远”以外各位的姓名也写上，用顿号隔开")
    ]


def test_cosigners_of_a_column_of_their_own_sign_too(bring):
    head = ["提案标题", "提案内容", "第一提案人", "联名人", "编号"]
    report = bring(["关于药房的建议", TEXT, "林知远", "何青禾、苏晚晴", 1], head=head)
    assert [name for _row, name, reason in noted(report) if reason.startswith("按“")] == [
        "提案标题",
        "提案内容",
        "第一提案人",
        "编号",
    ]
    assert list(Signature.objects.order_by("place_in_list").values_list("member__name", flat=True)) == [
        "林知远",
        "何青禾",
        "苏晚晴",
    ]
    assert Proposal.objects.get().form == "joint"


@pytest.mark.parametrize("column", ["附议人", "其他签名人", "提案联系委员签名委员"])
def test_a_column_that_would_lose_people_is_refused(bring, column):
    report = bring(["关于药房的建议", TEXT, "林知远", "何青禾"], head=["案由", "内容", "提案人", column])
    assert (report.refused, [f.column for f in report.rejected], Proposal.objects.count()) == (True, [column], 0)


@pytest.mark.parametrize(
    "body",
    ["云溪县社会服务与参政议政联合专题调研工作小组暨乡村医疗能力提升课题研究（联合调研组）", "甲" * 90 + "委员会", "某" * 45],
)
def test_the_name_of_a_body_that_is_too_long_is_said(bring, body):
    report = bring(row(提案人=body))
    assert [(f.row, f.column) for f in report.rejected] == [(2, "提案人")]
    assert "个字" in report.rejected[0].reason


# ── which units ──
def test_units_of_one_proposal_may_stand_on_rows_of_their_own(bring):
    report = bring(
        row(承办单位="县卫生健康局"), row(承办单位="县财政局"), {"承办单位": "县水务局"}, row(2, 承办单位="县财政局"),
    )  # fmt: skip
    assert (report.rejected, report.created) == ([], 2)
    assert [t.unit.name for t in Task.objects.filter(case__proposal__number=1).order_by("id")] == [
        "县卫生健康局", "县财政局", "县水务局",
    ]  # fmt: skip
    assert bring(row(承办单位="县卫生健康局、县财政局、县水务局"), row(2, 承办单位="县财政局")).unchanged == 2


def test_rows_that_differ_in_more_than_their_units_are_two_and_told_how_to_be_one(bring):
    report = bring(row(承办单位="县卫生健康局", 答复日期="2026-02-20"), row(承办单位="县财政局", 答复日期="2026-02-21"))
    assert said(report) == [
        (2, "提案号", "与《关于第1件事的建议》（原表第 3 行）的提案号相同；几个承办单位的，请写在同一行，用顿号隔开"),
        (3, "提案号", "与《关于第1件事的建议》（原表第 2 行）的提案号相同；几个承办单位的，请写在同一行，用顿号隔开"),
    ]


def test_a_number_twice_is_wrong_in_each_row_whatever_else_is_wrong_with_them(bring, tmp_path):
    rows = (
        row(904, 案由="关于甲事的建议", 承办单位="", 提案人="无此人"),
        row(904, 案由="关于乙事的建议", 提案人="何青禾"),
        row(905),
    )
    report = bring(*rows)
    assert said(report) == [
        (2, "提案人", "没有叫“无此人”的委员，请先导入委员，或改正姓名"),
        (2, "提案号", "与《关于乙事的建议》（原表第 3 行）的提案号相同"),
        (3, "提案号", "与《关于甲事的建议》（原表第 2 行）的提案号相同"),
    ]
    report = bring(*rows, skip_invalid=tmp_path / "退.xlsx")
    assert (report.created, report.left_out, [p.number for p in Proposal.objects.all()]) == (1, 2, [905])


def test_a_number_twice_is_wrong_in_each_row_though_they_lie_far_apart(bring, tmp_path):
    between = [row(n) for n in range(1, 502)]
    rows = (row(904, 案由="关于甲事的建议"), *between, row(904, 案由="关于乙事的建议"), row(600, 审查结果="并案", 并入=904))
    report = bring(*rows, head=[*HEAD, "并入"])
    assert [(fault.row, fault.column) for fault in report.rejected] == [(2, "提案号"), (504, "提案号"), (505, "并入")]
    report = bring(*rows, head=[*HEAD, "并入"], skip_invalid=tmp_path / "退.xlsx")
    assert (report.created, report.left_out, Proposal.objects.filter(number=904).exists()) == (501, 3, False)


def test_a_number_that_another_proposal_has_is_said_once(bring):
    bring(row(31, 案由="关于夜间药房的建议"))
    taken = (
        "十一届五次会议第 31 号已是另一件提案《关于夜间药房的建议》（林知远）；号写错的请改正，还没有提案号的请留空，由系统编号"
    )
    other = row(31, 案由="关于校车的提案", 提案人="何青禾", 内容="校车不够。", 承办单位="县财政局", 提交日期="2026-02-08")
    assert said(bring(other)) == [(2, "提案号", taken)]
    assert said(bring(other | {"提案人": "林知远"})) == [(2, "提案号", taken)]
    assert [column for _row, column, _why in said(bring(row(31, 案由="关于夜间药店的建议")))] == ["案由"]


def test_a_text_in_one_piece_is_the_one_that_is_kept_in_three_parts(bring):
    parts = {"情况": "药房都关门。", "分析": "缺人。", "建议": "排班值守。"}
    head = [*(column for column in HEAD if column != "内容"), *parts]
    assert bring({key: value for key, value in row(31).items() if key != "内容"} | parts, head=head).created == 1
    report = bring(row(31, 内容="药房都关门。\n\n缺人。\n排班值守。"))
    assert (report.rejected, report.unchanged) == ([], 1)
    [(_row, column, why)] = said(bring(row(31, 内容="别的内容。")))
    assert (column, "系统里是“药房都关门。 缺人。 排班值守。”" in why) == ("内容", True)


@pytest.mark.parametrize(
    ("written", "units"),
    [
        ("县卫生健康局 县财政局", [("县卫生健康局", "separate"), ("县财政局", "separate")]),
        ("县卫生健康局/县财政局", [("县卫生健康局", "separate"), ("县财政局", "separate")]),
        ("主办：县卫生健康局；会办：县财政局、县水务局", [("县卫生健康局", "lead"), ("县财政局", "co"), ("县水务局", "co")]),
        ("云溪县财政局", [("县财政局", "sole")]),
        ("县大数据中心", [("县大数据中心", "sole")]),
    ],
)
def test_units_are_found_as_offices_write_them(bring, people, written, units):
    type(people.county).objects.filter(pk=people.county.pk).update(name="政协云溪县委员会")
    people.county.refresh_from_db()
    assert bring(row(承办单位=written)).rejected == []
    assert list(Task.objects.order_by("id").values_list("unit__name", "part")) == units


@pytest.mark.parametrize(
    ("written", "meant"), [("县卫健委", "县卫生健康局"), ("县卫健局", "县卫生健康局"), ("县财政所局", "县财政局")]
)
def test_a_name_that_resembles_a_known_unit_is_asked_about_and_no_unit_is_made(bring, written, meant):
    before = Unit.objects.count()
    [fault] = bring(row(承办单位=written)).rejected
    assert fault.reason.startswith(f"没有叫“{written}”的单位，是不是“{meant}”？") or written == "县财政所局"
    assert Unit.objects.count() == before


def test_bureaus_that_differ_in_one_character_are_different(bring):
    assert bring(row(承办单位="县民政局、县教育局、县审计局")).made == {"units": ["县民政局", "县教育局", "县审计局"]}


def test_the_same_unit_in_two_files_is_named_with_both_places(people, tmp_path):
    paths = [tmp_path / part / "单位.csv" for part in ("甲", "乙")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("单位名称\n县林业局\n", encoding="utf-8")
    report = engine.run(UNITS, paths, people.county, actor=people.office, at=NOW)
    assert [(f.file, f.row, f.reason) for f in report.rejected] == [
        (str(paths[1]), 2, f"与县林业局（{paths[0]} 第 2 行）的单位名称相同")
    ]
    assert not Unit.objects.filter(name="县林业局").exists()


# ── what and when ──
@pytest.mark.parametrize(
    ("written", "state", "destination"),
    [
        ("予以立案", "filed", ""), ("已立案", "filed", ""), ("作为委员来信", "not_filed", "letter"), ("撤销", "withdrawn", ""),
        ("未立案", "not_filed", "nowhere"), ("作为意见建议", "not_filed", "suggestion"), ("转社情民意信息", "not_filed", "opinion"),
    ],
)  # fmt: skip
def test_results_are_read_as_offices_say_them(bring, written, state, destination):
    assert bring(row(审查结果=written)).rejected == []
    assert list(Proposal.objects.values_list("state", "destination")) == [(state, destination)]


def test_what_waits_has_no_number_yet(bring):
    report = bring(row(审查结果="待审"))
    assert (report.rejected, noted(report)) == ([], [(2, "提案号", "还没有立案的提案没有提案号，这一列没有读取")])
    assert list(Proposal.objects.values_list("state", "number")) == [("submitted", None)]
    assert bring(row(审查结果="待审")).unchanged == 1


@pytest.mark.parametrize("written", ["并入1号", "并入第1号", "并入 001 号提案", "与第1号并案办理"])
def test_the_number_it_went_into_may_stand_with_the_result(bring, written):
    assert bring(row(1), row(2, 审查结果=written)).rejected == []
    assert Proposal.objects.get(number=2).merged_into.number == 1


def test_what_is_no_result_names_the_nearest(bring):
    [fault] = bring(row(审查结果="准许立案")).rejected
    assert fault.reason.startswith("“准许立案”不在可填的范围内，是不是“准予立案”，应是：立案、并案、")


def test_a_day_outside_the_named_session_is_warned_of_by_row(bring):
    rows = (row(1, 提交日期="2019-02-06"), row(2, 提交日期="2026-02-06"), row(3, 提交日期="1955-02-06"))
    report = bring(*rows, name="一.xlsx")
    assert (report.rejected, [(row, column) for row, column, reason in noted(report) if "年度" in reason]) == (
        [], [(2, "提交日期"), (4, "提交日期")],
    )  # fmt: skip


def test_an_answer_before_its_proposal_or_after_today_is_an_error_by_row(bring):
    report = bring(
        row(1, 承办单位="县财政局", 答复日期="2026-02-01"), row(2, 承办单位="县财政局", 答复日期="2036-03-01"),
        row(3, 承办单位="县财政局", 答复日期="2026-02-20"),
    )  # fmt: skip
    assert said(report) == [
        (2, "答复日期", "2026-02-01 早于提交日期 2026-02-06，请核对"),
        (3, "答复日期", "2036-03-01 在今天以后，还没有到的日期不能是答复日期，请核对"),
    ]
    assert (report.created, report.as_dict()["created"], Proposal.objects.count()) == (0, 0, 0)


# ── what once said that the data had changed ──
def test_a_list_without_the_texts_is_told_what_is_missing_and_where_it_was_looked_for(bring):
    head = [name for name in HEAD if name != "内容"]
    listed = row(1)
    del listed["内容"]
    assert said(bring(listed, head=head)) == [
        (0, "内容", f"表头（第 1 行）里缺少这一列，也没有“情况”“分析”“建议”；没有提案全文的一览表不能导入，{ADD}")
    ]


def test_the_same_proposal_with_and_without_its_number_is_one(bring):
    [fault] = bring(row(5), row(5, 提案号="")).rejected
    assert (fault.row, fault.column, fault.reason) == (3, "案由", "与原表第 2 行重复：案由、第一提案人和提交日期都相同")


def test_rows_without_a_session_stay_where_they_were_checked_though_the_file_makes_a_session(bring):
    head = [*HEAD, "届次"]
    report = bring(row(1, 届次="十一届六次", 提交日期="2026-01-15"), row(1, 提交日期="2026-02-06"), head=head)
    assert (report.rejected, report.created) == ([], 2)


def test_a_session_that_only_a_row_left_out_names_is_not_made(bring, tmp_path):
    head, before = [*HEAD, "届次"], Proposal.objects.count()
    report = bring(row(1), row(2, 届次="九届一次", 提案人="无此人"), head=head, skip_invalid=tmp_path / "退.xlsx")
    assert (report.created - before, report.left_out, report.made) == (1, 1, {})


def test_many_rows_are_checked_and_written_alike(bring):
    rows = [row(n, 提案号="" if n % 2 else n, 案由=f"关于第{n % 300}件事的建议{n}", 审查结果="") for n in range(1, 1202)]
    assert (bring(*rows).created, bring(*rows).unchanged) == (1201, 1201)


# ── members ──
MEMBER = ["姓名", "界别", "编号"]


@pytest.mark.parametrize("written", ["YX1", "ＹＸ００１", "yx001", "YX0001", "YX 001"])
def test_a_number_that_differs_by_zeros_or_width_is_the_known_one(bring, written):
    report = bring(["林知远", "医药卫生界", written], head=MEMBER, kind=MEMBERS)
    assert (report.rejected, report.created, report.unchanged) == ([], 0, 1)


def test_a_number_twice_in_a_file_whatever_its_zeros_is_one_person(bring):
    report = bring(["甲一", "农业界", "００７"], ["甲二", "农业界", "7"], head=MEMBER, kind=MEMBERS)
    assert said(report) == [
        (2, "编号", "与甲二（原表第 3 行）的编号相同；是同一个人的只留一行，不是的请改正编号"),
        (3, "编号", "与甲一（原表第 2 行）的编号相同；是同一个人的只留一行，不是的请改正编号"),
    ]


def test_a_number_beyond_the_counter_is_said(bring):
    report = bring(["甲一", "农业界", "YX13800000000"], head=MEMBER, kind=MEMBERS)
    assert said(report) == [(2, "编号", "“YX13800000000”的号数超出了可用的范围（最大 999999999），请核对")]


def test_a_person_with_and_without_a_number_is_asked_about(bring):
    report = bring(["甲一", "农业界", "YX200"], ["甲一", "农业界", ""], head=MEMBER, kind=MEMBERS)
    assert said(report) == [
        (2, "姓名", "与甲一（原表第 3 行）是同一个人；确是两人的，请写编号或出生年月"),
        (3, "姓名", "与甲一（原表第 2 行）是同一个人；确是两人的，请写编号或出生年月"),
    ]


def test_a_name_is_kept_with_one_separator_and_one_outside_the_basic_plane_is_read(bring):
    bring(["古丽 • 吐尔逊", "农业界", "A1"], ["李 𬀩", "农业界", "A2"], ["𠮷 野", "农业界", "A3"], head=MEMBER, kind=MEMBERS)
    assert list(Member.objects.filter(number__startswith="A").order_by("number").values_list("name", flat=True)) == [
        "古丽·吐尔逊", "李𬀩", "𠮷野",
    ]  # fmt: skip


# ── the files that failed in the workshop ──
REFUSED = {
    "10_names.xlsx": "张三等3人",     "07_three_sheets.xlsx": "2026", "13f_utf16_cut.csv": "断了", "21_formula.xlsx": "A2", "21b_errors.xlsx": "D3", "22d_longbody_name.xlsx": "个字",
    "21d_err_category_cell.xlsx": "I2", "21e_err_category.csv": "I2", "25_unknown_unit.xlsx": "县卫健委", "27_reply_before.xlsx": "提交日期",
    "32_number_huge.xlsx": "范围", "46_skip_self.xlsx": "诸葛小亮", "50_cut_ole.xls": "损坏", "51_bad_ole.xls": "损坏",
}  # fmt: skip
TAKEN = {
    "04_units_on_rows.xlsx": 1, "05b_totals_formula.xlsx": 2, "06b_hidden_old.xlsx": 1, "09_synonyms.xlsx": 1, "09c_cosigners.xlsx": 1,
    "14c_xls_named.xlsx": 1, "14d_xlsx_named.xls": 1, "17_html.xls": 1, "17c_mht.xls": 1, "26_outside.xlsx": 3,
    "40_result_words.xlsx": None,
}  # fmt: skip
LATER = NOW.replace(month=6)  # the answers in these files are of May
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases/sheets is absent: the workshop's files not tested")


def kind_of(name):
    return UNITS if name.startswith("45") else MEMBERS if name.startswith("32") else PROPOSALS


@needs_cases
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_files_that_cannot_be_taken_say_why(people: Cast, name):
    report = engine.run(kind_of(name), [CASES / name], people.county, actor=people.office, at=LATER)
    assert (report.refused, report.created, Proposal.objects.count()) == (True, 0, 0)
    assert REFUSED[name] in "\n".join(map(str, report.rejected))
    assert name != "10_names.xlsx" or len(report.rejected) == 1


@needs_cases
@pytest.mark.parametrize("name", sorted(TAKEN))
def test_files_that_are_understood_come_in_once(people: Cast, name):
    first, again = (engine.run(PROPOSALS, [CASES / name], people.county, actor=people.office, at=LATER) for _n in range(2))
    assert (first.rejected, first.created) == ([], TAKEN[name] or first.rows)
    assert (again.created, again.unchanged) == (0, first.created)


@needs_cases
def test_one_unit_of_two_files_names_both_places(people: Cast):
    files = [CASES / "45_unit_a.xlsx", CASES / "45_unit_b.xlsx"]
    report = engine.run(UNITS, files, people.county, actor=people.office, at=LATER)
    assert [(f.file, str(files[0]) in f.reason) for f in report.rejected] == [(str(files[1]), True)]


def test_the_day_of_these_tests_is_after_the_answers():
    assert LATER.date() > date(2026, 5, 15)
