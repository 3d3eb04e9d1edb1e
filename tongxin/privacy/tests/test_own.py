"""What is held about oneself: all of it, nobody else's, with how long and why; and as a file to take along."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.pages.standing import standings
from tongxin.members.models import Member, Seat
from tongxin.privacy import queries
from tongxin.privacy.table import HELD
from tongxin.proposals.models import Signature
from tongxin.regulations.actions import adopt

AT = moment("2026-03-04")
SHELL = 1  # the menu of the account, in the head of each page


def whole(account: Account) -> str:
    """Return everything that one's own page can say, as one text."""
    fresh = Account.objects.get(pk=account.pk)
    return repr([section.part for section in queries.held_about(fresh, timezone.localdate(), most=None)])


@pytest.fixture
def rated(cast: Cast) -> Cast:
    """Two raters, each with a comment of his own."""
    case = cast.answered()
    for reply, signature in cases.ratings_awaited(case):
        handling.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result="fairly",
            comment=f"留言：{signature.member.number}",
            actor=signature.member.account,
            at=AT,
        )
    return cast


def test_every_section_says_how_long_it_is_kept(cast: Cast) -> None:
    sections = queries.held_about(cast.proposer, date(2026, 3, 4))
    assert [s.held.key for s in sections] == list(HELD)
    assert [s.held.key for s in sections if not s.kept] == []


def test_the_rule_is_named_with_its_months_its_duty_and_its_source(cast: Cast) -> None:
    [section] = [s for s in queries.held_about(cast.proposer, date(2026, 3, 4)) if s.held.key == "invitations"]
    said = (
        "用过、收回或到期的登录邀请保存 12 个月，自用过、收回或到期之日起算；期满由承担“安全管理员”职责的人核对后删除。"
        "依据《中华人民共和国个人信息保护法》第十九条，2021 年 11 月 1 日起施行。"
    )
    assert section.kept == [said]


def test_a_committee_that_keeps_it_otherwise_says_so(cast: Cast) -> None:
    adopt(
        cast.county,
        "privacy.retention",
        effective_from=date(2026, 1, 1),
        body={"invitation_codes": 6},
        reference={"title": "云溪县政协个人信息管理办法", "article": "第五条"},
        actor=None,
        at=AT,
    )
    said = {
        who: "".join(s.kept)
        for who in ("proposer", "member_of_other_county")
        for s in queries.held_about(getattr(cast, who), date(2026, 3, 4))
        if s.held.key == "invitations"
    }
    assert ("6 个月" in said["proposer"], "云溪县政协个人信息管理办法" in said["proposer"]) == (True, True)
    assert "保存 12 个月" in said["member_of_other_county"]


def test_one_sees_the_own_data_and_ratings_and_nobody_elses(rated: Cast) -> None:
    for account, number in ((rated.proposer, "YX001"), (rated.cosigner, "YX002")):
        Member.objects.filter(account=account).update(
            phone=f"1380000{number[2:]}", workplace=f"单位{number}", ethnicity=f"族{number}"
        )
    mine, theirs = whole(rated.proposer), whole(rated.cosigner)
    for said, own, other in ((mine, "YX001", "YX002"), (theirs, "YX002", "YX001")):
        for value in ("留言：{}", "1380000{}", "单位{}", "族{}"):
            shown = value.format(own[2:] if "1380" in value else own)
            hidden = value.format(other[2:] if "1380" in value else other)
            assert (shown in said, hidden in said) == (True, False)
    for who in ("office", "clerk", "leader", "audit_admin", "bystander", "member_of_other_county"):
        said = whole(getattr(rated, who))
        assert "留言：" not in said, who
        assert "1380000" not in said, who


def test_the_page_of_everybody_opens_and_takes_nobody_elses_name(mixed: Cast) -> None:
    for who, account in mixed.everyone().items():
        answer = as_(account).get("/account/held/", {"uid": mixed.proposer.uid, "as": "YX001"})
        assert answer.status_code == 200, who
        [section] = [s for s in answer.context["sections"] if s.held.key == "account"]
        assert section.part.rows[0] == ("姓名", account.name)
    assert Client().get("/account/held/").status_code == 302


def test_a_member_whose_seat_has_ended_reads_and_exports_the_own(cast: Cast) -> None:
    Seat.objects.filter(member__account=cast.proposer).update(ends_on=date(2024, 12, 31))
    client = as_(cast.proposer)
    assert "2024 年 12 月 31 日" in client.get("/account/held/").text
    assert client.post("/account/held/export/", {"format": "json"}).status_code == 200


def test_reading_writes_nothing_and_exporting_is_an_event(rated: Cast) -> None:
    client, count = as_(rated.proposer), Event.objects.count()  # the sign-in is one of them
    client.get("/account/held/")
    assert Event.objects.count() == count
    assert client.get("/account/held/export/").status_code == 405
    assert Event.objects.count() == count
    answer = client.post("/account/held/export/", {"format": "json"})
    event = Event.objects.latest("id")
    assert (event.kind, event.actor_id, event.subject_uid, event.data) == (
        "privacy.export_own",
        rated.proposer.pk,
        rated.proposer.uid,
        {"format": "JSON"},
    )
    assert event.committee_code == "YX"
    rows = json.loads(b"".join(answer.streaming_content))
    assert {row["类别"] for row in rows} >= {"账户", "委员资料", "席位", "本人的评价"}
    [rating] = [row["内容"] for row in rows if row["类别"] == "本人的评价"]
    assert "办理结果：基本满意；想说的话：留言：YX001" in rating


def test_what_looks_like_a_formula_stays_a_text_in_the_sheet(cast: Cast, tmp_path: Any) -> None:
    Member.objects.filter(account=cast.proposer).update(workplace='=HYPERLINK("http://example.org","单位")')
    answer = as_(cast.proposer).post("/account/held/export/", {"format": "xlsx"})
    path = tmp_path / "own.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    import zipfile

    with zipfile.ZipFile(path) as packed:
        sheets = [packed.read(n).decode() for n in packed.namelist() if n.startswith("xl/worksheets/")]
    assert [s for s in sheets if "<f>" in s or "<hyperlink" in s] == []
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("本人信息").to_python()
    assert rows[0] == ["类别", "项目", "内容", "怎样保存"]
    assert [row[2] for row in rows if row[1] == "工作单位"] == ['=HYPERLINK("http://example.org","单位")']


def test_a_text_that_no_cell_holds_is_said_and_nothing_is_recorded(rated: Cast) -> None:
    from tongxin.handling.models import Rating

    Rating.objects.filter(signature__member__account=rated.proposer).update(comment="长" * 40_000)
    client = as_(rated.proposer)
    answer = client.post("/account/held/export/", {"format": "xlsx"}, follow=True)
    assert "没有导出：“内容”有" in answer.text
    assert not Event.objects.filter(kind="privacy.export_own").exists()
    assert client.post("/account/held/export/", {"format": "json"}).status_code == 200


def test_a_page_shows_the_newest_and_says_how_many_there_are(cast: Cast) -> None:
    for day in range(25):
        audit.record("accounts.sign_in", cast.proposer, actor=cast.proposer, at=AT + timedelta(days=day))
    [short] = [s for s in queries.held_about(cast.proposer, date(2026, 5, 1)) if s.held.key == "sign_ins"]
    [long] = [s for s in queries.held_about(cast.proposer, date(2026, 5, 1), most=None) if s.held.key == "sign_ins"]
    assert (len(short.part.rows), short.part.total, short.hidden) == (20, 25, True)
    assert (len(long.part.rows), long.part.total, long.hidden) == (25, 25, False)


def test_the_page_asks_as_often_whether_little_or_much_is_held(cast: Cast, one_minute: None) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(cast.proposer)
    numbers = []
    for _more in range(2):
        cast.answered()
        audit.record("accounts.sign_in", cast.proposer, actor=cast.proposer, at=AT)
        client.get("/account/held/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/account/held/")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def _part(account: Account, key: str) -> Any:
    fresh = Account.objects.get(pk=account.pk)
    return next(s for s in queries.held_about(fresh, AT.date()) if s.held.key == key)


def test_where_the_own_proposals_stand_is_said_as_on_their_pages(rated: Cast) -> None:
    for account in (rated.proposer, rated.cosigner):
        mine = [
            row.proposal for row in Signature.objects.filter(member__account=account).select_related("proposal").order_by("-id")
        ]
        said = [row[3] for row in _part(account, "signatures").part.rows]
        assert said == [standings(mine, account)[p.pk].word for p in mine]
        assert ("已交办" in said, said[0]) == (False, "待评价")


def test_proposals_stand_in_the_order_of_the_day_that_is_shown_drafts_first(cast: Cast) -> None:
    late, early = cast.filed(moment("2026-03-05")), cast.filed(moment("2026-03-02"), title="关于路灯的建议")
    draft = cast.draft(title="关于校车的建议")
    rows = _part(cast.proposer, "signatures").part.rows
    assert [row[0] for row in rows] == [str(draft), str(late), str(early)]
    assert [row[4] for row in rows][1:] == sorted((row[4] for row in rows[1:]), reverse=True)


def test_a_members_account_is_told_no_rule_for_those_who_worked_here(cast: Cast) -> None:
    of = {who: "".join(_part(getattr(cast, who), "account").kept) for who in ("proposer", "office", "clerk")}
    worked = {who: "不再承担任何职责的工作人员的邮箱" in said for who, said in of.items()}
    assert worked == {"proposer": False, "office": True, "clerk": True}


def test_what_one_did_is_counted_by_kind_and_no_name_stands_for_the_others(cast: Cast) -> None:
    for day, name in enumerate(("郑一", "王二", "李三")):
        data = {"name": name}
        audit.record("members.invite", cast.county, actor=cast.office, at=AT + timedelta(days=day), data=data)
    section = _part(cast.office, "acts")
    assert (section.part.head, section.part.rows[0][:2]) == (("事项", "共几次", "最近一次"), ("向委员发出登录邀请", "3"))
    assert "李三" not in repr(section.part.rows)


def test_every_kind_has_a_label_that_names_nobody() -> None:
    labels = {name: kinds.label(name) for name in kinds.KINDS}
    assert [name for name, said in labels.items() if not said or "{" in said] == []
    assert [name for name, said in labels.items() if "…" in said] == []  # a sentence with a hole: it needs a label
    assert [name for name, said in labels.items() if said.startswith(("…", "的", "　", " "))] == []
    assert (labels["handling.contact"], labels["handling.rate"], labels["handling.release_reply"]) == (
        "与提案人面商",
        "评价",
        "答复向社会公开",
    )
    with pytest.raises(ValueError, match=r"proposals\.nameless has no label"):
        kinds.register(kinds.Kind("proposals.nameless", kinds.Audience.OFFICE, lambda _event: "某某"))


def test_the_page_is_short_and_says_how_much_stands_behind_each_title(rated: Cast) -> None:
    page = as_(rated.proposer).get("/account/held/")
    full = [s for s in page.context["sections"] if s.part.rows]
    assert (page.text.count("<details"), page.text.count("<details open>")) == (len(full) + SHELL, 1)
    [notices] = [s for s in full if s.held.key == "sign_ins"]
    assert notices.number == len(notices.part.rows) == 1
