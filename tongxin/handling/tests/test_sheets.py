"""A finished year comes in from one spreadsheet, and each case then behaves like a native one."""

import random
from datetime import date

import pytest

from tests.cast import NOW, Cast, moment
from tongxin.audit import verifying
from tongxin.audit.models import Event, Mark
from tongxin.committees.models import Unit
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.sheets import PROPOSALS
from tongxin.handling.workflow import CASES, TASKS, Again
from tongxin.members.models import Member
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import visible_to
from tongxin.proposals.workflow import PROPOSAL, Examination, Filing
from tongxin.sheets import engine, exporting
from tongxin.workflow.engine import perform, unexplained

BODY = "情况写明，分析写明，建议写明。" * 10


@pytest.fixture
def bring(cast: Cast, tmp_path):
    def run(*rows, committee=None, **more):
        path = tmp_path / "提案.xlsx"
        exporting.write(path, PROPOSALS, [{"案由": "关于某事的建议", "内容": BODY, "提案人": "林知远"} | row for row in rows])
        return engine.run(PROPOSALS, [path], committee or cast.county, actor=cast.office, at=NOW, **more)

    return run


def said(report):
    return [(f.row, f.column, f.reason) for f in report.rejected]


def nothing_is_unexplained():
    rows = ((PROPOSAL, Proposal.objects.all()), (CASES, Case.objects.all()), (TASKS, Task.objects.all()))
    return [list(unexplained(workflow, found)) for workflow, found in rows] == [[], [], []]


WHOLE = {
    "案由": "关于夜间药房的建议",
    "提案人": "林知远、何青禾",
    "提案号": "12",
    "类别": "科教文卫体",
    "建设类别": "社会建设",
    "届次": "十届三次",
    "提交日期": "2023年2月6日",
    "审查结果": "立案",
    "承办单位": "县卫生健康局",
    "会办单位": "县财政局、县数据局",
    "答复日期": "2023-05-15",
    "答复类别": "B",
    "答复内容": "六月底前在两个镇试点。",
    "办理态度评价": "满意",
    "办理结果评价": "满意、基本满意",
    "是否公开": "是",
}


def test_a_whole_outcome_becomes_a_closed_case_with_its_history(cast: Cast, bring):
    report = bring(WHOLE)
    assert (report.rejected, report.created, report.made) == (
        [],
        1,
        {"sessions": ["十届三次会议"], "units": ["县数据局"]},
    )
    proposal = Proposal.objects.get()
    assert (
        proposal.state,
        proposal.number,
        proposal.category_number,
        proposal.category_label,
        proposal.form,
        str(proposal.session),
    ) == (
        State.HANDED_OVER,
        12,
        1,
        "社会类",
        "joint",
        "十届三次会议",
    )
    case = proposal.case
    assert (case.state, case.unrated, case.closed_at, proposal.routed_to) == (CaseState.CLOSED, False, None, "government")
    assert [(t.unit.name, t.part, t.state) for t in case.tasks.all()] == [
        ("县卫生健康局", "lead", TaskState.ANSWERED),
        ("县财政局", "co", TaskState.ADVICE_GIVEN),
        ("县数据局", "co", TaskState.ADVICE_GIVEN),
    ]
    reply = Reply.objects.get()
    assert (reply.category, reply.meaning, reply.text) == ("B", "planned", "六月底前在两个镇试点。")
    assert sorted(Rating.objects.values_list("signature__member__name", "attitude", "result")) == [
        ("何青禾", "satisfied", "fairly"),
        ("林知远", "satisfied", "satisfied"),
    ]
    told = list(Event.objects.filter(via="import", subject_type="proposals.proposal").order_by("id").values_list("kind", "at"))
    assert told == [
        ("proposals.draft", None),
        ("proposals.submit", moment("2023-02-06", 12)),
        ("proposals.pass_examination", None),
        ("proposals.file", None),
        ("proposals.hand_over", None),
        ("proposals.release", None),
    ]
    assert Event.objects.get(kind="tasks.send").at == moment("2023-05-15", 12)
    assert set(Event.objects.filter(via="import").values_list("recorded_at", flat=True)) == {NOW}
    assert not Mark.objects.filter(event__subject_type__in=("proposals.proposal", "handling.case", "handling.task")).exists()
    assert nothing_is_unexplained()
    assert verifying.verify().ok  # the units that the sheet made are vouched for too


def test_every_result_has_its_state(cast: Cast, bring):
    results = ("转意见建议", "转社情民意", "转来信", "不立案", "撤案", "")
    rows = [{"案由": f"关于第{n}事的建议", "审查结果": result} for n, result in enumerate(results)]
    report = bring(
        {"案由": "关于主案的建议", "审查结果": "立案", "提案号": "3"},
        {"案由": "关于并案的建议", "审查结果": "并案", "并入": "3"},
        {"案由": "关于编号后并案的建议", "审查结果": "并案", "并入": "3", "提案号": "4"},
        {"案由": "关于编号后撤案的建议", "审查结果": "撤案", "提案号": "5"},
        *rows,
    )
    assert report.rejected == []
    found = Proposal.objects.order_by("id").values_list("title", "state", "destination", "number", "merged_into__number")
    assert sorted(found) == sorted(
        [
            ("关于主案的建议", "filed", "", 3, None),
            ("关于并案的建议", "merged", "", None, 3),
            ("关于编号后并案的建议", "merged", "", 4, 3),
            ("关于编号后撤案的建议", "withdrawn", "", 5, None),
            ("关于第0事的建议", "not_filed", "suggestion", None, None),
            ("关于第1事的建议", "not_filed", "opinion", None, None),
            ("关于第2事的建议", "not_filed", "letter", None, None),
            ("关于第3事的建议", "not_filed", "nowhere", None, None),
            ("关于第4事的建议", "withdrawn", "", None, None),
            ("关于第5事的建议", "submitted", "", None, None),
        ]
    )
    assert nothing_is_unexplained()


def test_numbers_go_on_behind_the_imported_ones(cast: Cast, bring):
    bring(
        {"案由": "关于甲的建议", "提案号": "40", "建设类别": "社会建设", "审查结果": "立案"},
        {"案由": "关于乙的建议", "建设类别": "社会建设", "审查结果": "立案"},
    )
    assert dict(Proposal.objects.values_list("title", "number")) == {"关于甲的建议": 40, "关于乙的建议": 41}
    proposal = cast.in_decision()
    perform(proposal, "file", actor=cast.office, at=NOW, payload=Filing("social", "learning", "government"))
    assert (proposal.number, proposal.category_number, proposal.serial) == (42, 3, 3)


def test_an_imported_case_goes_on_like_a_native_one(cast: Cast, bring):
    bring(
        {"案由": "关于待审的建议", "提交日期": "2026-02-01"},
        {"案由": "关于待交办的建议", "提交日期": "2026-02-01", "审查结果": "立案", "提案号": "1"},
        {"案由": "关于办理中的建议", "提交日期": "2026-02-01", "审查结果": "立案", "提案号": "2", "承办单位": "县卫生健康局"},
    )
    waiting = Proposal.objects.get(title="关于待审的建议")
    perform(waiting, "pass_examination", actor=cast.office, at=NOW, payload=Examination("social", "learning", "government"))
    task = Task.objects.get(case__proposal__title="关于办理中的建议")
    from tongxin.handling.workflow import SignFor

    perform(task, "sign_for", actor=cast.clerk, at=NOW, payload=SignFor("孟时雨"))
    from tongxin.handling import actions as handling

    handling.assign(Proposal.objects.get(title="关于待交办的建议"), parts=[(cast.unit, "sole")], actor=cast.assigner, at=NOW)
    assert (waiting.state, task.state, Case.objects.count()) == (State.IN_DECISION, TaskState.IN_HAND, 2)
    assert nothing_is_unexplained()


def test_a_dissatisfied_case_can_be_handled_again(cast: Cast, bring):
    bring(WHOLE | {"办理结果评价": "不满意、满意"})
    case = Case.objects.get()
    assert case.state == CaseState.WITH_OFFICE
    perform(case, "resume", actor=cast.office, at=NOW, payload=Again("请再办一次", (case.tasks.get(part="lead").uid,)))
    case.refresh_from_db()
    lead = case.tasks.get(part="lead")
    assert (case.state, case.round, lead.state, lead.replies.count()) == (CaseState.IN_HAND, 2, TaskState.IN_HAND, 2)
    assert nothing_is_unexplained()


def test_without_ratings_it_waits_for_them_while_there_is_time(cast: Cast, bring):
    none = {"办理态度评价": "", "办理结果评价": "", "届次": "十一届五次"}
    bring(
        WHOLE | none | {"答复日期": "2026-02-27", "提交日期": "2026-02-01"},
        WHOLE | none | {"提案号": "13", "案由": "关于旧事的建议", "提交日期": "2026-01-05", "答复日期": "2026-01-20"},
    )
    assert [(c.state, c.unrated, c.rating_due_on) for c in Case.objects.order_by("id")] == [
        (CaseState.RATING, False, date(2026, 3, 19)),
        (CaseState.CLOSED, True, date(2026, 2, 10)),
    ]


def test_several_units_answer_separately(cast: Cast, bring):
    bring(
        WHOLE
        | {
            "承办单位": "县卫生健康局、县水务局",
            "会办单位": "",
            "答复日期": "2023-05-15、2023-05-20",
            "答复类别": "A、C",
            "答复内容": "【县卫生健康局】\n已经试点。\n\n【县水务局】\n留作参考。",
            "办理结果评价": "满意；基本满意、满意",
        }
    )
    assert [(r.task.unit.name, r.task.part, r.category, r.text) for r in Reply.objects.order_by("id")] == [
        ("县卫生健康局", "separate", "A", "已经试点。"),
        ("县水务局", "separate", "C", "留作参考。"),
    ]
    assert list(Rating.objects.order_by("id").values_list("result", flat=True)) == [
        "satisfied",
        "satisfied",
        "fairly",
        "satisfied",
    ]


def test_bodies_raise_collective_proposals(cast: Cast, bring):
    bring(
        {"提案人": "民建云溪县总支", "案由": "关于一的建议"},
        {"提案人": "医药卫生界", "案由": "关于二的建议"},
        {"提案人": "某某商会", "提案形式": "人民团体提案", "案由": "关于三的建议"},
    )
    found = Proposal.objects.order_by("id").values_list("form", "signatures__body", "signatures__member")
    assert list(found) == [("party", "民建云溪县总支", None), ("sector", "医药卫生界", None), ("body", "某某商会", None)]
    assert Member.objects.filter(committee=cast.county).count() == 6


def test_people_are_found_never_made(cast: Cast, bring):
    Member.objects.create(committee=cast.county, number="YX009", name="林知远")
    report = bring({}, {"案由": "二", "提案人": "石望川"}, {"案由": "三", "提案人": "林知远（YX009）、何青禾"})
    assert said(report) == [
        (2, "提案人", "有 2 位叫“林知远”的委员（编号 YX001、YX009），请写成“林知远（编号）”"),
        (3, "提案人", "没有叫“石望川”的委员，请先导入委员，或改正姓名"),
    ]
    assert not Proposal.objects.exists()


def test_wrong_rows_are_named_with_column_and_reason_and_nothing_is_written(cast: Cast, bring):
    report = bring(
        {"案由": "一", "提案号": "1", "审查结果": "立案", "承办单位": "县某局", "届次": "十届三次"},
        {"案由": "二", "提案号": "1", "审查结果": "立案", "届次": "十届三次"},
        {"案由": "三", "审查结果": "通过", "届次": "第三次", "提交日期": "春天"},
        {"案由": "四", "审查结果": "并案"},
        {"案由": "五", "审查结果": "并案", "并入": "77"},
        {"案由": "六", "审查结果": "立案", "答复日期": "2023-05-01"},
        WHOLE | {"案由": "七", "提案号": "7", "答复类别": "Z", "办理结果评价": "满意、满意、满意"},
    )
    assert said(report) == [
        (2, "提案号", "与《二》（原表第 3 行）的提案号相同"),
        (3, "提案号", "与《一》（原表第 2 行）的提案号相同"),
        (4, "届次", "“第三次”不是届次，应写成 十一届五次 或 11-5 的样子"),
        (4, "提交日期", "“春天”不是日期，应写成 2023-07-01 的样子"),
        (
            4,
            "审查结果",
            "“通过”不在可填的范围内，应是：立案、并案、转意见建议、转社情民意、转来信、不立案、撤案、待审",
        ),
        (5, "并入", "审查结果是并案，请写明主案的提案号"),
        (6, "并入", "没有第 77 号立案的提案（主案须是同一届次、审查结果为立案的提案）"),
        (7, "承办单位", "没有填写，但写了答复日期"),
        (8, "答复类别", "“Z”不在答复类别（A、B、C、D）里，本地另有规定的请先在制度里写明"),
        (8, "办理结果评价", "有 2 位提案人，写了 3 个评价，应只写一个或一一对应"),
    ]
    assert (Proposal.objects.count(), Unit.objects.filter(name="县某局").count(), cast.county.sessions.count()) == (0, 0, 1)


def test_half_is_taken_when_asked(cast: Cast, bring, tmp_path):
    report = bring({"案由": "关于好的建议"}, {"案由": "", "提案人": "某人"}, skip_invalid=tmp_path / "退回.xlsx")
    assert (report.created, report.left_out, Proposal.objects.count()) == (1, 1, 1)


def test_twice_changes_nothing_and_a_difference_is_named(cast: Cast, bring):
    rows = (
        WHOLE,
        {"案由": "关于没有号的建议", "提交日期": "2026-02-01"},
        {"案由": "关于并案的建议", "审查结果": "并案", "并入": "12", "届次": "10-3"},
    )
    first, second = bring(*rows), bring(*rows)
    assert (first.created, second.created, second.unchanged, second.made) == (3, 0, 3, {})
    events = Event.objects.count()
    third = bring(WHOLE | {"答复类别": "A", "会办单位": "县财政局", "案由": "关于白天药房的建议"})
    assert [(row, column) for row, column, _reason in said(third)] == [(2, "案由"), (2, "会办单位"), (2, "答复类别")]
    assert Event.objects.count() == events


def test_categories_named_for_the_first_time_are_made_and_listed(cast: Cast, bring):
    from tongxin.proposals.regulations import Taxonomies
    from tongxin.regulations.queries import in_force

    report = bring({"类别": "乡村振兴", "建设类别": "党的建设", "审查结果": "立案", "提案号": "1"})
    assert report.made == {"topics": ["乡村振兴"], "constructions": ["党的建设"]}
    rules = in_force(cast.county, Taxonomies, NOW.date())
    proposal = Proposal.objects.get()
    assert (rules.topic(proposal.topic).name, rules.construction(proposal.construction).name, proposal.category_label) == (
        "乡村振兴",
        "党的建设",
        "党的建设",
    )


def test_nothing_of_it_reaches_another_county(cast: Cast, bring):
    bring(WHOLE | {"是否公开": "否"})
    assert [
        visible_to(who).count() for who in (cast.office, cast.bystander, cast.member_of_other_county, cast.office_of_other_county)
    ] == [
        1,
        1,
        0,
        0,
    ]


def finished_year(names, count=500):
    """Write a year as an office keeps it: outcomes of every kind, in the columns of the sheet."""
    dice = random.Random(7)  # noqa: S311 -- a made-up year
    units = ["县卫生健康局", "县财政局", "县水务局", "县教育局", "县交通运输局", "县委宣传部"]
    number = 0
    for n in range(1, count + 1):
        row = {
            "案由": f"关于第{n}件实事的建议",
            "内容": f"第{n}件。{BODY}",
            "提案人": "、".join(dice.sample(names, dice.randint(1, 4))),
            "届次": "十一届四次",
            "提交日期": f"2025-{dice.randint(1, 6):02d}-{dice.randint(1, 28):02d}",
            "类别": "城乡建设",
            "建设类别": dice.choice(["经济建设", "社会建设", "生态文明建设"]),
            "是否公开": dice.choice(["是", "否", "同意"]),
        }
        result = dice.choices(["立案", "并案", "转意见建议", "转社情民意", "不立案", "撤案"], [84, 5, 6, 2, 2, 1])[0]
        row["审查结果"] = result if number else "立案"
        if row["审查结果"] == "并案":
            row["并入"] = str(dice.randint(1, number))
        if row["审查结果"] == "立案":
            number += 1
            chosen = dice.sample(units, dice.randint(1, 3))
            row |= {"提案号": str(number), "承办单位": chosen[0], "会办单位": "、".join(chosen[1:])}
            row |= {"答复日期": f"2025-{dice.randint(8, 12):02d}-{dice.randint(1, 28):02d}", "答复类别": dice.choice("ABC")}
            row |= {"答复内容": f"关于第{n}件，现答复如下。", "办理态度评价": "满意"}
            row["办理结果评价"] = dice.choices(["满意", "基本满意", "不满意", "未评价"], [70, 20, 3, 7])[0]
        yield row


def test_a_finished_year_comes_in_goes_out_and_comes_in_elsewhere(cast: Cast, tmp_path):
    names = ["林知远", "何青禾", "沈如松", "周望舒"]
    year, out, again = tmp_path / "年.xlsx", tmp_path / "出.csv", tmp_path / "再出.csv"
    exporting.write(year, PROPOSALS, finished_year(names))
    report = engine.run(PROPOSALS, [year], cast.county, actor=cast.office, at=NOW)
    assert (report.rejected, report.rows, report.created) == ([], 500, 500)
    assert nothing_is_unexplained()
    assert engine.run(PROPOSALS, [year], cast.county, actor=cast.office, at=NOW).unchanged == 500
    assert exporting.write(out, PROPOSALS, PROPOSALS.rows(cast.county, year=2025, on=NOW.date())) == 500
    for n, name in enumerate(names):
        Member.objects.create(committee=cast.other_county, number=f"W{n}", name=name)
    other = engine.run(PROPOSALS, [out], cast.other_county, actor=None, at=NOW)
    assert (other.rejected, other.created) == ([], 500)
    exporting.write(again, PROPOSALS, PROPOSALS.rows(cast.other_county, year=2025, on=NOW.date()))
    assert sorted(out.read_text().splitlines()) == sorted(again.read_text().splitlines())


def test_a_native_case_goes_out_and_comes_in_elsewhere(cast: Cast, tmp_path):
    cast.answered()
    cast.submitted(title="关于待审的建议")
    cast.draft(title="关于草稿的建议")
    for account in (cast.proposer, cast.cosigner):
        Member.objects.create(committee=cast.other_county, number=f"W{account.pk}", name=account.name)
    out = tmp_path / "出.xlsx"
    assert exporting.write(out, PROPOSALS, PROPOSALS.rows(cast.county, year=None, on=NOW.date())) == 2
    report = engine.run(PROPOSALS, [out], cast.other_county, actor=None, at=NOW)
    assert (report.rejected, report.created) == ([], 2)
    here, there = (list(PROPOSALS.rows(c, year=None, on=NOW.date())) for c in (cast.county, cast.other_county))
    assert here == there


@pytest.mark.parametrize("count", [1, 3])
def test_export_takes_a_constant_number_of_queries(cast: Cast, bring, django_assert_num_queries, count):
    bring(*(WHOLE | {"案由": f"关于第{n}事的建议", "提案号": str(n)} for n in range(1, count + 1)))
    list(PROPOSALS.rows(cast.county, year=None, on=NOW.date()))  # the regulations are read once
    with django_assert_num_queries(7):
        assert len(list(PROPOSALS.rows(cast.county, year=None, on=NOW.date()))) == count
