"""The pages of one person kept twice.

Who is listed, what is said before, who may, and how a number is known however written.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, Cast, second_seat
from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.core.secrets import phone_hash
from tongxin.handling.sheets import PROPOSALS
from tongxin.members import merging, queries
from tongxin.members.choices import Rank
from tongxin.members.models import Member, Post, Seat
from tongxin.members.queries.doubling import Double
from tongxin.members.sheets import MEMBERS
from tongxin.proposals.models import Signature
from tongxin.proposals.sheets.reading import People
from tongxin.sheets import engine

HEAD = "姓名,性别,出生年月,界别,编号\n"
Page = Callable[[Any], str]


def of(account: Account, cast: Cast) -> Member:
    return cast.member(account)


def made(cast: Cast, number: str, name: str, **more: Any) -> Member:
    member = Member.objects.create(committee=cast.county, number=number, name=name, **more)
    Seat.objects.create(
        committee=cast.county, member=member, term=cast.sector.term, sector=cast.sector, starts_on=cast.sector.term.starts_on
    )
    return member


def listed(cast: Cast) -> list[tuple[str, str, tuple[str, ...]]]:
    found: list[Double] = queries.doubles({cast.county.pk})
    return [(pair.one.number, pair.other.number, pair.alike) for pair in found]


# ── who is listed ──
def test_who_looks_like_one_person_is_listed_with_what_is_alike(cast: Cast) -> None:
    assert listed(cast) == []
    made(cast, "ＹＸ－０００１", "林志远")
    Member.objects.filter(account=cast.bystander).update(born_in=date(1975, 3, 1), phone_hash=phone_hash("13900000001"))
    made(cast, "YX201", "周望舒", born_in=date(1975, 3, 1), phone_hash=phone_hash("13900000001"))
    Seat.objects.filter(member__number="YX201").update(sector=cast.county.sectors.create(term=cast.sector.term, name="教育界"))
    made(cast, "YX202", "沈如松")
    second_seat(cast.office, cast.other_county, "YX001")
    assert listed(cast) == [
        ("YX001", "ＹＸ－０００１", ("编号仅写法不同",)),
        ("YX003", "YX202", ("姓名、界别相同",)),
        ("YX004", "YX201", ("姓名、出生年月、手机相同",)),
    ]


def test_a_pair_of_whom_somebody_said_that_they_are_two_does_not_come_back(cast: Cast, office: Client) -> None:
    other = made(cast, "YX202", "沈如松")
    one = cast.member(cast.second_cosigner)
    page = f"/members/{one.uid}/apart/{other.uid}/"
    assert "以后不再列出" in office.get("/members/doubles/").text
    assert office.post(page, {"reason": ""}).status_code == 200
    assert not Event.objects.filter(kind="members.tell_apart").exists()
    assert office.post(page, {"reason": "同名的两位委员"})["Location"] == "/members/doubles/"
    assert "没有疑似重复的委员" in office.get("/members/doubles/").text
    event = Event.objects.get(kind="members.tell_apart")
    assert (event.actor, event.data["other"], event.data["reason"]) == (cast.office, other.uid, "同名的两位委员")
    assert office.get(f"/members/{one.uid}/merge/{other.uid}/").status_code == 200  # the clerk may find out otherwise


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_a_constant_number_of_queries(
    cast: Cast, office: Client, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        for m in range(2):
            made(cast, f"Z{n}{m}", f"某{n}")
    office.get("/members/doubles/")
    with django_assert_num_queries(4):
        assert len(queries.doubles({cast.county.pk})) == count


# ── the pages ──
def test_the_clerk_chooses_reads_what_will_happen_and_confirms(cast: Cast, office: Client) -> None:
    one = cast.member(cast.bystander)
    Member.objects.filter(pk=one.pk).update(workplace="县中学")
    other = made(cast, "YX204", "周望书", workplace="县一中", phone="13900000001", phone_hash=phone_hash("13900000001"))
    assert f'href="/members/{one.uid}/merge/"' in office.get(f"/members/{one.uid}/").text
    found = office.post(f"/members/{one.uid}/merge/", {"named": "yx0204"})
    page = f"/members/{one.uid}/merge/{other.uid}/"
    assert found["Location"] == page
    shown = office.get(page).text
    assert "139******01" in shown
    assert "13900000001" not in shown
    choice = {
        "stays": one.uid,
        "name": one.uid,
        "workplace": other.uid,
        "phone": other.uid,
        "reason": "导入时姓名写错，记成两条",
    }
    said = office.post(page, choice)
    assert "编号 YX204 并入编号 YX004" in said.text
    assert "工作单位、手机改用编号 YX204 的" in said.text
    assert not Event.objects.filter(kind="members.merge").exists()
    assert office.post(page, choice | {"again": "1"}).context["form"]["workplace"].value() == other.uid
    assert office.post(page, choice | {"confirmed": "1"})["Location"] == f"/members/{one.uid}/"
    one.refresh_from_db()
    assert (one.name, one.workplace, one.phone) == ("周望舒", "县一中", "13900000001")
    assert names.find("", "13900000001") == [cast.bystander]
    assert office.get(f"/members/{other.uid}/")["Location"] == f"/members/{one.uid}/"
    text = office.get(f"/members/{one.uid}/").text
    assert "周望书（编号 YX204）已并入这一条" in text
    back = f"/members/{one.uid}/part/{other.uid}/"
    assert "合并时选用的对方资料各自换回" in office.get(back).text
    assert office.post(back, {"reason": "原来是两个人"}).status_code == 302
    one.refresh_from_db()
    assert (one.workplace, one.phone, Member.objects.get(pk=other.pk).phone) == ("县中学", "", "13900000001")
    assert Event.objects.get(kind="members.part").data["reason"] == "原来是两个人"


def test_the_clerk_says_which_account_where_both_were_used(cast: Cast, office: Client) -> None:
    one, other = cast.member(cast.bystander), cast.member(cast.second_cosigner)
    page = f"/members/{one.uid}/merge/{other.uid}/"
    Account.objects.filter(pk__in=[cast.bystander.pk, cast.second_cosigner.pk]).update(last_login=timezone.now())
    form = office.get(page).context["form"]
    assert (form["account"].value(), "请先问清本人" in str(form["account"].help_text)) == (None, True)
    choice = {"stays": one.uid, "name": one.uid, "reason": "同一人"}
    assert "account" in office.post(page, choice | {"confirmed": "1"}).context["form"].errors
    Account.objects.filter(pk=cast.bystander.pk).update(last_login=None)
    assert office.get(page).context["form"]["account"].value() == other.uid
    said = office.post(page, choice | {"account": other.uid}).context["sentences"]
    assert any(line.startswith("编号 YX004 原来的账户关闭") for line in said)


def test_what_cannot_be_merged_or_taken_back_says_why(cast: Cast, office: Client) -> None:
    one, gone = cast.member(cast.bystander), cast.member(cast.former_member)
    shown = office.get(f"/members/{one.uid}/merge/{gone.uid}/")
    assert ("请先在“委员变动”中核实" in shown.text, "form" in shown.context) == (True, False)
    other = cast.member(cast.second_cosigner)
    merging.merge(one, other, taken=(), reason="同一人", actor=cast.office, at=timezone.now())
    Seat.objects.filter(member=one).update(ends_on=NOW.date())
    back = f"/members/{one.uid}/part/{other.uid}/"
    assert "又有变动，分不清是谁的，不能撤销合并" in office.get(back).text
    assert office.post(back, {"reason": "弄错了"}).status_code == 200
    assert not Member.objects.filter(pk=other.pk).exists()


# ── who may ──
def test_only_who_keeps_the_members_of_the_committee_may_and_nobody_with_the_own_row(cast: Cast, client: Client) -> None:
    one, other = cast.member(cast.bystander), made(cast, "YX204", "周望舒")
    pages = [
        "/members/doubles/",
        *(f"/members/{one.uid}/{act}/{other.uid}/" for act in ("merge", "apart")),
        f"/members/{one.uid}/merge/",
    ]
    for account in (cast.leader, cast.proposer, cast.assigner, cast.audit_admin):
        client.force_login(account)
        assert {client.get(page).status_code for page in pages} <= {403, 404}, account
        assert client.post(pages[1], {"stays": one.uid, "confirmed": "1", "reason": "同一人"}).status_code in {403, 404}
    client.force_login(cast.office_of_other_county)
    assert [client.get(page).status_code for page in pages] == [200, 404, 404, 404]
    assert "周望舒" not in client.get("/members/doubles/").text
    bodies.appoint(
        cast.bystander,
        committee=cast.county,
        duty=Duty.MEMBER_AFFAIRS,
        starts_on=timezone.localdate(),
        actor=None,
        at=timezone.now(),
    )
    Account.objects.filter(pk=cast.bystander.pk).update(needs_second_factor=False)
    client.force_login(cast.bystander)
    assert client.get(pages[1]).status_code == 403
    assert not Event.objects.filter(kind__in=["members.merge", "members.tell_apart"]).exists()


def test_the_old_address_tells_strangers_nothing(cast: Cast, client: Client) -> None:
    one, other = cast.member(cast.bystander), made(cast, "YX204", "周望舒")
    merging.merge(one, other, taken=(), reason="同一人", actor=cast.office, at=timezone.now())
    client.force_login(cast.member_of_other_county)
    assert client.get(f"/members/{other.uid}/").status_code == 404
    client.force_login(cast.proposer)
    assert client.get(f"/members/{other.uid}/")["Location"] == f"/members/{one.uid}/"


# ── a row that went is listed and counted nowhere, and its number is known ──
def test_who_went_is_on_no_list_and_in_no_sheet(cast: Cast, office: Client) -> None:
    one, other = cast.member(cast.bystander), made(cast, "YX204", "周望舒")
    before = [row["编号"] for row in MEMBERS.rows(cast.county, year=None, on=timezone.localdate())]
    merging.merge(one, other, taken=(), reason="同一人", actor=cast.office, at=timezone.now())
    for year in (None, 2022, timezone.localdate().year):
        assert "YX204" not in [row["编号"] for row in MEMBERS.rows(cast.county, year=year, on=timezone.localdate())]
    assert [row["编号"] for row in MEMBERS.rows(cast.county, year=None, on=timezone.localdate())] == [
        number for number in before if number != "YX204"
    ]
    for who in ("", "left", "never", "waiting"):
        assert f"/members/{other.uid}/" not in office.get("/members/", {"who": who, "q": "周望舒"}).text, who
    assert f"/members/{other.uid}/" not in office.get("/members/doubles/").text


def test_an_import_knows_the_number_of_who_went(cast: Cast, tmp_path: Any) -> None:
    one, other = cast.member(cast.bystander), made(cast, "YX204", "周望舒")
    merging.merge(one, other, taken=(), reason="同一人", actor=cast.office, at=timezone.now())
    sheet = tmp_path / "名册.csv"
    sheet.write_text(f"{HEAD}周望舒,,,医药卫生界,YX00204\n某新人,,,医药卫生界,\n", encoding="utf-8")
    report = engine.run(MEMBERS, [sheet], cast.county, actor=None, at=timezone.now())
    assert (report.created, report.rejected) == (1, [])
    assert Member.objects.filter(name="周望舒").count() == 1
    assert Member.objects.get(name="某新人").number != "YX204"


def brought_in(cast: Cast, folder: Any, text: str) -> Any:
    sheet = folder / "名册.csv"
    sheet.write_text(f"姓名,出生年月,界别,职务,手机,编号\n{text}", encoding="utf-8")
    return engine.run(MEMBERS, [sheet], cast.county, actor=None, at=timezone.now())


def test_the_offices_own_sheet_is_known_after_a_merger_as_before(cast: Cast, tmp_path: Any) -> None:
    for number, born, phone, rank in (
        ("YX004", "1970-01-01", "13800000001", Rank.STANDING),
        ("YX003", "1980-02-01", "13800000002", Rank.VICE_CHAIR),
    ):
        member = Member.objects.get(number=number)
        member.born_in, member.phone, member.phone_hash = date.fromisoformat(born), phone, phone_hash(phone)
        member.save()
        Post.objects.create(
            committee=cast.county, member=member, term=cast.sector.term, rank=rank, starts_on=cast.sector.term.starts_on
        )
    own = "周望舒,1970-01,医药卫生界,常委,13800000001,YX004\n沈如松,1980-02,医药卫生界,副主席,13800000002,YX003\n"

    def brought() -> tuple[int, int, list[Any]]:
        report = brought_in(cast, tmp_path, own)
        return report.created, report.unchanged, report.rejected

    assert brought() == (0, 2, [])
    stays, goes = cast.member(cast.second_cosigner), cast.member(cast.bystander)
    for taken in ((), ("name", "phone"), ("seat",)):
        merging.merge(stays, goes, taken=taken, reason="同一人", actor=cast.office, at=timezone.now())
        assert brought() == (0, 2, []), taken
        merging.part(stays, goes, reason="原来是两个人", actor=cast.office, at=timezone.now())
        assert brought() == (0, 2, []), taken
        stays, goes = Member.everybody.get(pk=stays.pk), Member.everybody.get(pk=goes.pk)
    merging.merge(stays, goes, taken=(), reason="同一人", actor=cast.office, at=timezone.now())
    wrong = brought_in(cast, tmp_path, "周望舒,1970-03,医药卫生界,常委,13800000009,YX004\n")
    assert [fault.column for fault in wrong.rejected] == ["出生年月", "手机"]


def test_a_row_without_a_number_finds_who_went_by_his_name(cast: Cast, tmp_path: Any) -> None:
    Member.objects.filter(account=cast.bystander).update(born_in=date(1970, 1, 1))
    stays, goes = cast.member(cast.second_cosigner), cast.member(cast.bystander)
    merging.merge(stays, goes, taken=(), reason="同一人", actor=cast.office, at=timezone.now())
    report = brought_in(cast, tmp_path, "周望舒,,医药卫生界,,,\n")
    assert (report.created, report.unchanged, report.rejected) == (0, 1, [])
    made(cast, "YX210", "周望舒", born_in=date(1991, 5, 1))
    [fault] = brought_in(cast, tmp_path, "周望舒,,医药卫生界,,,\n").rejected
    assert "有 2 位" in fault.reason
    assert "YX003、YX210" in fault.reason
    for born in ("1970-01", "1991-05"):
        assert brought_in(cast, tmp_path, f"周望舒,{born},医药卫生界,,,\n").unchanged == 1, born
    assert brought_in(cast, tmp_path, "周望舒,1999-01,医药卫生界,,,\n").created == 1  # a third one


def test_a_sheet_of_proposals_finds_who_went_by_his_name_and_asks_where_two_bear_it(cast: Cast) -> None:
    merging.merge(
        cast.member(cast.second_cosigner),
        cast.member(cast.bystander),
        taken=(),
        reason="同一人",
        actor=cast.office,
        at=timezone.now(),
    )
    people = People(cast.county)
    for written in ("周望舒", "周望舒（YX004）", "沈如松", "沈如松（YX003）"):
        assert people.signer(written, collective=False).member == cast.member(cast.second_cosigner), written
    made(cast, "YX210", "周望舒")
    with pytest.raises(ValueError, match="YX210"):
        People(cast.county).signer("周望舒", collective=False)


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("周望舒、沈如松", []),
        ("周望舒（YX004）、周望舒（YX204）", ["提案人"]),
        ("沈如松、沈如松（YX003）", ["提案人"]),
    ],
)
def test_both_names_of_one_person_sign_once(cast: Cast, tmp_path: Any, written: str, faults: list[str]) -> None:
    merging.merge(
        cast.member(cast.second_cosigner),
        cast.member(cast.bystander),
        taken=(),
        reason="同一人",
        actor=cast.office,
        at=timezone.now(),
    )
    sheet = tmp_path / "提案.csv"
    sheet.write_text(f"案由,内容,提案人,提交日期\n关于路灯的建议,{'情况' * 80},{written},2026-01-13\n", encoding="utf-8")
    report = engine.run(PROPOSALS, [sheet], cast.county, actor=None, at=timezone.now())
    assert [fault.column for fault in report.rejected] == faults
    if not faults:
        assert [s.member for s in Signature.objects.all()] == [cast.member(cast.second_cosigner)]


def test_that_two_are_not_one_stands_in_both_lives(cast: Cast) -> None:
    one, other = cast.member(cast.bystander), cast.member(cast.second_cosigner)
    merging.tell_apart(other, one, reason="同名同姓", actor=cast.office, at=timezone.now())
    told = Event.objects.filter(kind__startswith="members.tell_apart").values_list("subject_uid", "data__other")
    assert set(told) == {(one.uid, other.uid), (other.uid, one.uid)}


@pytest.mark.parametrize("typed", ["YX004", "yx4", "ＹＸ００４", "yx00004", " YX 004 "])
def test_signing_in_minds_neither_zeros_nor_width(cast: Cast, typed: str) -> None:
    Account.objects.filter(pk=cast.bystander.pk).update(username="YX/004")
    assert names.find("YX", typed) == [Account.objects.get(pk=cast.bystander.pk)]
    assert names.find("WC", typed) == []


def test_the_very_number_comes_before_one_written_otherwise(cast: Cast) -> None:
    account = Account.objects.create(username="YX/4", name="某四")
    made(cast, "YX4", "某四", account=account)
    Account.objects.filter(pk=cast.bystander.pk).update(username="YX/004")
    assert names.find("YX", "YX4") == [account]
    assert names.find("YX", "YX004") == [cast.bystander]
    assert names.find("YX", "YX04") == [cast.bystander, account]  # the password says whose
