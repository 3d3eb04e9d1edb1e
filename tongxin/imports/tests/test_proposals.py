"""Proposals with their whole outcome, and units, from the upload to the undoing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import NOW, Cast
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Session, Unit
from tongxin.handling.models import Case, PublicReply, Rating, Reply, Task
from tongxin.imports.choices import Stage
from tongxin.imports.models import Finding, Import
from tongxin.imports.tests.conftest import brought, step, worked
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal, PublicCopy, Signature

pytestmark = pytest.mark.django_db
MODELS = (Proposal, Signature, PublicCopy, Case, Task, Reply, PublicReply, Rating, Unit, Session)
HEAD = "案由,内容,提案人,提案号,并入,类别,建设类别,届次,提交日期,审查结果,承办单位,会办单位,答复日期,答复类别,答复内容,办理态度评价,办理结果评价,是否公开\n"
BODY = "村口的路灯坏了半年，夜里走路要打手电，应当修好。" * 10
WHOLE = (
    f"关于修好村口路灯的建议,{BODY},林知远、何青禾,7,,科教文卫体,社会建设,十届二次,2023年2月6日,立案,县卫生健康局,县电力公司,"
    "2023-05-15,B,六月底前修好。,满意,基本满意,是\n"
)
MERGED = f"关于修路灯的建议,{BODY},林知远,,7,科教文卫体,社会建设,十届二次,2023年2月7日,并案,,,,,,,,\n"


@pytest.fixture
def run(cast: Cast, office: Client) -> Import:
    assert brought(office, "proposals", HEAD + WHOLE + MERGED, name="提案.csv").status_code == 302
    return worked()


def counts() -> list[int]:
    return [model._base_manager.count() for model in MODELS]


def test_a_year_comes_in_with_its_outcomes_and_goes_again_to_the_last_row(cast: Cast, office: Client, run: Import):
    before = counts()
    assert (run.stage, run.created, run.wrong) == (Stage.CHECKED, 2, 0)
    run = step(office, "take", run)
    assert (run.stage, run.created) == (Stage.IMPORTED, 2)
    assert counts() != before
    lead = Proposal.objects.get(number=7)
    assert lead.merged.count() == 1
    assert verifying.verify().ok
    run = step(office, "undo", run, reason="年份传错了")
    assert (run.stage, run.word) == (Stage.UNDONE, "")
    assert counts() == before
    assert verifying.verify().ok
    assert Event.objects.filter(kind="proposals.submit", subject_id=lead.pk).exists()  # what was told stays told
    again = worked_again(office)
    assert (again.stage, again.created) == (Stage.IMPORTED, 2)
    assert verifying.verify().ok


def worked_again(office: Client) -> Import:
    brought(office, "proposals", HEAD + WHOLE + MERGED, name="提案.csv")
    return step(office, "take", worked())


def test_a_proposal_that_was_taken_off_the_public_pages_since_keeps_the_import(cast: Cast, office: Client, run: Import):
    run = step(office, "take", run)
    lead = Proposal.objects.get(number=7)
    proposals.unrelease(lead, reason="再核对一次", actor=cast.office, at=NOW)
    said = office.get(reverse("import-undo", args=[run.uid])).content.decode()
    assert "不能撤销" in said
    assert "关于修好村口路灯的建议" in said
    assert cast.office.name in said
    assert "与同表的另一条连在一起" in said  # what was merged into it stays with it
    assert step(office, "undo", run, reason="传错了").stage == Stage.IMPORTED
    assert Proposal.objects.filter(pk=lead.pk).exists()


def test_what_went_into_a_proposal_that_stays_stays_with_it_and_the_rest_is_taken_back(cast: Cast, office: Client):
    before = dict(zip(MODELS, counts(), strict=True))
    other = f"关于清淤的建议,{BODY},何青禾,9,,科教文卫体,社会建设,十届二次,2023年2月9日,立案,县财政局,,2023-05-16,A,已清淤。,满意,满意,是\n"
    brought(office, "proposals", HEAD + WHOLE + MERGED + other, name="提案.csv")
    run = step(office, "take", worked())
    lead = Proposal.objects.get(number=7)
    proposals.unrelease(lead, reason="再核对一次", actor=cast.office, at=NOW)
    page = office.get(reverse("import-undo", args=[run.uid]))
    assert {one["shown"].name for one in page.context["stays"]} == {"关于修好村口路灯的建议", "关于修路灯的建议"}
    assert [one.name for one in page.context["goes"]] == ["关于清淤的建议"]
    run = step(office, "undo", run, reason="传错了", agrees="on", seen=page.context["resting"].figures)
    assert (run.stage, run.left) == (Stage.UNDONE, 2)
    assert set(Proposal.objects.filter(number__isnull=False).values_list("number", flat=True)) == {7}
    after = dict(zip(MODELS, counts(), strict=True))
    assert {model.__name__: after[model] - before[model] for model in (Proposal, Case, Task, Reply, Session)} == {
        "Proposal": 2,
        "Case": 1,
        "Task": 2,
        "Reply": 1,
        "Session": 1,
    }
    assert office.get(lead.get_absolute_url()).status_code == 200
    assert verifying.verify().ok


def test_each_row_is_told_its_own_acts_though_they_are_joined_and_of_many_the_newest(cast: Cast, office: Client):
    """The first page shows the one that another went into, the second that other.

    What was done with the one is not said of it.
    """
    between = "".join(
        f"关于清淤的建议之{n},{BODY},林知远,{n},,科教文卫体,社会建设,十届二次,2023年2月6日,,,,,,,,,\n" for n in range(20, 40)
    )
    brought(office, "proposals", HEAD + WHOLE + between + MERGED, name="提案.csv")
    run = step(office, "take", worked())
    assert (run.stage, run.wrong) == (Stage.IMPORTED, 0)
    lead, merged = Proposal.objects.get(number=7), Proposal.objects.get(title="关于修路灯的建议")

    def done_with(subject: Proposal | Case, word: str) -> None:
        kind, name = ("proposals.reroute", "system") if isinstance(subject, Proposal) else ("handling.remind", "unit")
        audit.record(kind, subject, actor=cast.office, at=NOW, data={name: word})

    for proposal in Proposal.objects.filter(number__gte=20):
        done_with(proposal, "党委系统")
    case = Case.objects.get(proposal=lead)
    for subject, word in ((case, "一"), (lead, "二"), (lead, "三"), (lead, "四"), (lead, "五"), (lead, "六"), (case, "七")):
        done_with(subject, word)
    address = reverse("import-undo", args=[run.uid])
    pages = [office.get(f"{address}?after={after}").context["stays"] for after in (0, 20)]
    said = [{one["shown"].url: one["why"] for one in stays} for stays in pages]
    assert said[1][merged.get_absolute_url()] == ["与同表的另一条连在一起（并案）"]
    others, *newest = said[0][lead.get_absolute_url()]
    assert (others, [act[-1] for act in newest]) == ("另有 2 次办理", ["三", "四", "五", "六", "七"])


def test_that_somebody_rated_is_told_of_no_record_and_nothing_is_taken_back_then(cast: Cast, office: Client, run: Import):
    step(office, "take", run)
    brought(office, "proposals", HEAD + WHOLE.replace("路灯", "水渠").replace(",7,", ",8,"), name="提案二.csv")
    other = step(office, "take", worked())
    case = Case.objects.get(proposal__number=8)
    audit.record("handling.rate", case, actor=cast.proposer, at=NOW, data={"name": "林知远"})
    page = office.get(reverse("import-undo", args=[other.uid]))
    assert page.context["stays"] == []
    assert "按规定不列明" in page.text
    assert "关于修好村口水渠的建议" not in page.text
    assert "评价" not in page.text
    figures = page.context["resting"].figures
    assert step(office, "undo", other, reason="传错了", agrees="on", seen=figures).stage == Stage.IMPORTED


def test_the_page_of_undoing_asks_as_many_questions_of_many_as_of_one(cast: Cast, office: Client):
    def asked(first: int, last: int) -> int:
        names = [f"县第{n}站" for n in range(first, last)]
        brought(
            office,
            "units",
            f"单位名称,归口\n县气象{first}局,政府\n" + "".join(f"{name},政府\n" for name in names),
            name="单位.csv",
        )
        run = step(office, "take", worked())
        for unit in Unit.objects.filter(name__in=names):
            audit.record("committees.change_unit", unit, actor=cast.office, at=NOW, data={"name": unit.name})
        address = reverse("import-undo", args=[run.uid])
        office.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert len(office.get(address).context["stays"]) == min(last - first, 20)
        return len(queries)

    assert asked(0, 1) == asked(1, 26)


def test_a_unit_that_the_sheet_named_and_others_need_by_now_stays(cast: Cast, office: Client, run: Import):
    run = step(office, "take", run)
    unit = Unit.objects.get(name="县电力公司")
    cast.filed()
    from tongxin.handling import actions as handling

    handling.assign(Proposal.objects.get(state="filed"), parts=[(cast.unit, "lead"), (unit, "co")], actor=cast.assigner, at=NOW)
    run = step(office, "undo", run, reason="传错了")
    assert run.stage == Stage.UNDONE
    assert "县电力公司" in run.word
    assert Unit.objects.filter(pk=unit.pk).exists()
    assert verifying.verify().ok


def test_a_grade_that_is_kept_is_not_told_by_a_sheet_that_guesses_it(cast: Cast, office: Client, run: Import):
    step(office, "take", run)
    brought(office, "proposals", (HEAD + WHOLE).replace(",满意,基本满意,", ",不满意,基本满意,"), name="提案.csv")
    again = worked()
    [finding] = Finding.objects.filter(imported=again)
    assert finding.column == "办理态度评价"
    assert "满意" not in finding.reason.replace("不满意", "")
    assert Event.objects.filter(kind="imports.compare", data__wrong=1).exists()


def test_units_come_in_and_go_again(cast: Cast, office: Client):
    before = Unit.objects.count()
    brought(office, "units", "单位名称,归口\n县气象局,政府\n县档案馆,党委\n", name="单位.csv")
    run = step(office, "take", worked())
    assert (run.stage, Unit.objects.count()) == (Stage.IMPORTED, before + 2)
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE
    assert Unit.objects.count() == before
    assert verifying.verify().ok


def test_what_was_hung_on_an_older_one_keeps_the_import(cast: Cast, office: Client, run: Import):
    """The older one's page tells, in public too, that something went into it."""
    step(office, "take", run)
    more = f"关于修路灯杆的建议,{BODY},林知远,,7,科教文卫体,社会建设,十届二次,2023年2月8日,并案,,,,,,,,\n"
    brought(office, "proposals", HEAD + more, name="补.csv")
    later = step(office, "take", worked())
    assert "已并入原有的一件" in office.get(reverse("import-undo", args=[later.uid])).content.decode()
    assert step(office, "undo", later, reason="传错了").stage == Stage.IMPORTED
