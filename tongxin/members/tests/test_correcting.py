"""What was entered wrong about a member is corrected, with a reason, and the proofs hold."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.at_once import both
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, SpecialCommittee, Term
from tongxin.core.shown import ChangedMeanwhileError
from tongxin.members import actions, correcting, queries
from tongxin.members.actions import StandingError
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


@pytest.fixture
def office(cast: Cast) -> Client:
    return as_(cast.office)


def shown(client: Client, member: Member) -> dict[str, Any]:
    """Return what the page holds, as its form sends it back."""
    form = client.get(f"/members/{member.uid}/correct/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, "")}


def test_what_was_entered_wrong_is_corrected_and_the_event_names_the_fields_not_the_values(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    said = shown(office, member) | {"born_in": "1975年3月", "party": "民盟盟员", "is_party_member": "no", "reason": "表里写错"}
    page = office.post(f"/members/{member.uid}/correct/", said, follow=True)
    assert "已更正：出生年月、政治面貌、是否党员" in page.text
    member.refresh_from_db()
    assert (member.born_in, member.party, member.is_party_member) == (date(1975, 3, 1), "民盟盟员", False)
    event = Event.objects.get(kind="members.correct")
    assert event.data == {"name": "何青禾", "fields": ["出生年月", "政治面貌", "是否党员"], "reason": "表里写错"}
    notices.deliver()
    assert "更正了您的登记资料：出生年月、政治面貌、是否党员" in Notice.objects.get(account=cast.cosigner).text
    assert verifying.verify().ok


def sends_again(page: Any) -> dict[str, Any]:
    """Return what the page holds that came back, as its form sends it."""
    form = page.context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}


def test_of_two_clerks_the_later_takes_nothing_back_that_the_other_corrected(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    open_page = shown(office, member)
    office.post(path, open_page | {"party": "民盟盟员", "is_party_member": "no", "ranks": ["standing"], "reason": "表里写错"})
    page = office.post(path, open_page | {"ethnicity": "回族", "reason": "写错"})
    assert "在您打开以后被别人修改过" in page.text
    said = page.context["form"].errors
    assert {name: list(said[name]) for name in said if name != "__all__"} == {
        "party": ["现在是“民盟盟员”，已按现在的显示。"],
        "is_party_member": ["现在是“否”，已按现在的显示。"],
        "ranks": ["现在是“常委”，已按现在的显示。"],
    }
    member.refresh_from_db()
    assert (member.party, member.ethnicity) == ("民盟盟员", open_page.get("ethnicity", ""))
    assert "已更正：民族" in office.post(path, sends_again(page), follow=True).text
    member.refresh_from_db()
    assert (member.party, member.is_party_member, member.ethnicity) == ("民盟盟员", False, "回族")
    assert Post.objects.filter(member=member, rank="standing", ends_on=None).exists()
    assert Event.objects.filter(kind="members.correct").latest("pk").data["fields"] == ["民族"]


def test_where_both_wrote_the_same_field_the_later_reads_what_it_is_now_and_decides(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    open_page = shown(office, member)
    office.post(path, open_page | {"party": "民盟盟员", "born_in": "1975-03", "reason": "表里写错"})
    page = office.post(path, open_page | {"party": "民建会员", "reason": "写错"})
    assert "现在是“民盟盟员”，再保存一次就改为您填写的。" in page.text
    assert "现在是“1975 年 3 月”，已按现在的显示。" in page.text
    assert "已更正：政治面貌" in office.post(path, sends_again(page), follow=True).text
    member.refresh_from_db()
    assert (member.party, member.born_in) == ("民建会员", date(1975, 3, 1))


def test_a_day_that_another_changed_is_written_as_everywhere(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    open_page = shown(office, member)
    office.post(path, open_page | {"starts_on": "2024-03-01", "reason": "增补"})
    page = office.post(path, open_page | {"ethnicity": "回族", "reason": "写错"})
    assert "现在是“2024 年 3 月 1 日”，已按现在的显示。" in page.text
    assert page.context["form"]["starts_on"].value() == "2024-03-01"


# ── whom a number reaches ──
def test_a_number_that_reaches_another_member_is_asked_about_and_may_be_shared(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/change/"
    other = cast.member(cast.proposer)
    actions.change_contact(other, fields={"phone": "13800001112"}, actor=cast.office, at=timezone.now())
    said = sends_again(office.get(path)) | {"phone": "138 0000 1112", "workplace": "县医院"}
    page = office.post(path, said)
    assert f"与{other.name}（编号 {other.number}）的手机号相同" in page.context["form"].errors["phone"][0]
    assert "确是两人共用这个手机号" in page.text
    assert (Member.objects.get(pk=member.pk).phone == "13800001112", Member.objects.get(pk=member.pk).workplace) == (False, "")
    assert office.post(path, sends_again(page) | {"shared": "on"}).status_code == 302
    assert Member.objects.get(pk=member.pk).phone == "13800001112"
    assert Event.objects.filter(kind="members.change").latest("pk").data["fields"] == ["手机", "工作单位"]
    again = sends_again(office.get(path)) | {"phone": "13800001112", "workplace": "县一中"}
    assert office.post(path, again).status_code == 302  # it was asked about


def test_a_number_of_who_died_or_sits_elsewhere_is_nobodys_here(cast: Cast, office: Client) -> None:
    member, dead = cast.member(cast.cosigner), cast.member(cast.proposer)
    for other in (dead, cast.member(cast.member_of_other_county)):
        actions.change_contact(other, fields={"phone": "13800001112"}, actor=cast.office, at=timezone.now())
    path = f"/members/{member.uid}/change/"
    Seat.objects.filter(member=dead).update(ends_on="2026-01-01", ending=Ending.DIED)
    assert office.post(path, sends_again(office.get(path)) | {"phone": "13800001112"}).status_code == 302


def test_who_presses_twice_reads_that_it_is_already_so(cast: Cast, office: Client) -> None:
    member, count = cast.member(cast.cosigner), Event.objects.count()
    said = shown(office, member) | {"party": "民盟盟员", "ethnicity": "回族", "reason": "写错"}
    for words in ("已更正：民族、政治面貌", "资料已经是您填写的这样"):
        page = office.post(f"/members/{member.uid}/correct/", said, follow=True)
        assert words in page.text
        assert "被别人修改过" not in page.text
    assert Event.objects.count() == count + 1


def test_what_changes_between_the_look_and_the_hold_is_not_written_over(
    cast: Cast, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = cast.member(cast.cosigner)

    def after_another(act: Callable[..., list[str]]) -> Callable[..., list[str]]:
        def late(row: Member, **said: Any) -> list[str]:
            Member.objects.filter(pk=member.pk).update(party="民盟盟员", workplace="县一中")
            return act(row, **said)

        return late

    for module, act, name in ((correcting, "correct", "correct"), (actions, "change_contact", "change")):
        path = f"/members/{member.uid}/{name}/"
        said = sends_again(office.get(path))
        monkeypatch.setattr(module, act, after_another(getattr(module, act)))
        page = office.post(path, said | {"party": "民建会员", "workplace": "县医院", "reason": "写错"})
        monkeypatch.undo()
        assert "在您打开以后被别人修改过" in page.text
        member.refresh_from_db()
        assert (member.party, member.workplace) == ("民盟盟员", "县一中")
        assert office.post(path, sends_again(page)).status_code == 302
        Member.objects.filter(pk=member.pk).update(party="", workplace="")


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_once_one_is_done_and_the_other_told(cast: Cast) -> None:
    member = cast.member(cast.cosigner)
    seen = queries.entered(member, timezone.localdate())

    def correct(party: str) -> None:
        said: dict[str, Any] = {"fields": {"party": party}, "shown": seen, "reason": "写错"}
        correcting.correct(member, **said, actor=cast.office, at=timezone.now())

    refused = both(lambda: correct("民盟盟员"), lambda: correct("民建会员"), refusals=(ChangedMeanwhileError,))
    assert refused == ["ChangedMeanwhileError"]
    assert Event.objects.filter(kind="members.correct").count() == 1


def test_who_has_read_that_may_send_it_once_more(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/change/"
    form = office.get(path).context["form"]
    assert f'name="shown" value="{form["shown"].value()}"' in office.get(path).text
    said = {"email": "", "workplace": "县医院", "workplace_post": "", "shown": form["shown"].value()}
    assert office.post(path, said).status_code == 302
    page = office.post(path, said | {"workplace": "县一中"})
    assert "在您打开以后被别人修改过" in page.text
    assert office.post(path, said | {"workplace": "县一中", "shown": page.context["form"]["shown"].value()}).status_code == 302
    member.refresh_from_db()
    assert member.workplace == "县一中"


def test_a_phone_that_another_changed_meanwhile_is_not_written_over_unseen(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/change/"
    Member.objects.filter(pk=member.pk).update(phone="13800001112")
    first = office.get(path)
    assert "13800001112" not in first.text
    said = sends_again(first)
    office.post(path, said | {"phone": "13900002212"})
    for typed, words in (({"phone": "13700003333"}, "，再保存一次就改为您填写的。"), ({"email": "a@example.com"}, "。")):
        page = office.post(path, said | typed)
        assert list(page.context["form"].errors["phone"]) == [f"现在是“139******12”{words}"]
        assert Member.objects.get(pk=member.pk).phone == "13900002212"
    assert office.post(path, sends_again(page)).status_code == 302
    kept = Member.objects.get(pk=member.pk)
    assert (kept.phone, kept.email) == ("13900002212", "a@example.com")
    assert "资料已经是您填写的这样" in office.post(path, said | {"phone": "139 0000 2212"}, follow=True).text


@pytest.mark.parametrize("brought", ["x", "x" * 9000, "of another"])
def test_what_the_page_showed_cannot_be_made_up(cast: Cast, office: Client, brought: str) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/change/"
    if brought == "of another":
        brought = office.get(f"/members/{cast.member(cast.proposer).uid}/change/").context["form"]["shown"].value()
    page = office.post(path, {"workplace": "县医院", "shown": brought})
    assert "不能确认这一页显示的是不是现在的内容" in page.text
    assert Member.objects.get(pk=member.pk).workplace == ""
    assert office.post(path, sends_again(page)).status_code == 302
    assert Member.objects.get(pk=member.pk).workplace == "县医院"


def test_whose_seat_ended_meanwhile_has_no_sector_to_write(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    said = shown(office, member) | {"party": "民盟盟员", "reason": "写错"}
    Seat.objects.filter(member=member).update(ends_on="2025-01-01", ending=Ending.RESIGNED)
    page = office.post(path, said)
    assert "在您打开以后被别人修改过" in page.text
    assert "已更正：政治面貌" in office.post(path, sends_again(page), follow=True).text


def test_nothing_changes_where_nothing_is_said_otherwise(cast: Cast, office: Client) -> None:
    member, count = cast.member(cast.cosigner), Event.objects.count()
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"reason": "核对"}, follow=True)
    assert "资料没有变化" in page.text
    assert Event.objects.count() == count


def test_a_correction_needs_a_reason_and_a_month_that_there_is(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"born_in": "1985-13"})
    assert "没有“1985-13”这个月" in page.text
    assert set(page.context["form"].errors) == {"born_in", "reason"}
    assert not Event.objects.filter(kind="members.correct").exists()


def test_sector_special_committee_and_posts_of_the_seat_are_corrected_and_vouched_for(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    seat = Seat.objects.get(member=member)
    named = {"committee": cast.county, "term": seat.term}
    sector = Sector.objects.create(**named, name="教育界", place_in_list=9)
    special = SpecialCommittee.objects.create(**named, name="教科卫体委员会", place_in_list=9)
    more = {"sector": sector.pk, "special_committee": special.pk, "ranks": ["standing", "chair"], "reason": "表里写错"}
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | more)
    seat.refresh_from_db()
    assert (seat.sector, seat.special_committee) == (sector, special)
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"ranks": ["standing"], "reason": "不是主席"})
    held = queries.with_seats(Member.objects.filter(pk=member.pk), timezone.localdate()).get()
    assert [post.rank for post in held.posts_now] == ["standing"]  # type: ignore[attr-defined]
    never = Post.objects.get(member=member, rank="chair")
    assert never.starts_on == never.ends_on
    assert [e.data["fields"] for e in Event.objects.filter(kind="members.correct").order_by("pk")] == [
        ["界别", "专委会", "职务"],
        ["职务"],
    ]
    assert verifying.verify().ok


def test_a_post_that_was_taken_away_by_mistake_begins_again_on_its_own_day(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    seat, day = Seat.objects.get(member=member), date(2024, 5, 6)
    post = Post.objects.create(committee=cast.county, member=member, term=seat.term, rank="standing", starts_on=day)
    audit.vouch(cast.county, [post], at=timezone.now())
    without = {name: value for name, value in shown(office, member).items() if name != "ranks"}
    office.post(f"/members/{member.uid}/correct/", without | {"reason": "不是常委"})
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"ranks": ["standing", "chair"], "reason": "是常委"})
    held = Post.objects.filter(member=member, ends_on=None).exclude(rank="member")
    assert dict(held.values_list("rank", "starts_on")) == {"standing": day, "chair": seat.starts_on}
    assert verifying.verify().ok


def test_a_post_that_was_to_begin_before_the_seat_begins_with_the_seat(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    seat, early = Seat.objects.get(member=member), date(2000, 1, 1)
    named = {"committee": cast.county, "member": member, "term": seat.term, "rank": "standing"}
    Post.objects.create(**named, starts_on=early, ends_on=early)
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"ranks": ["standing"], "reason": "是常委"})
    assert Post.objects.get(**named, ends_on=None).starts_on == seat.starts_on


def test_the_convenor_of_one_sector_does_not_become_that_of_another_unsaid(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    seat = Seat.objects.get(member=member)
    sector = Sector.objects.create(committee=cast.county, term=seat.term, name="教育界", place_in_list=9)
    assert (
        "已更正：界别召集人" in office.post(path, shown(office, member) | {"convenes": "yes", "reason": "漏登"}, follow=True).text
    )
    page = office.post(path, shown(office, member) | {"sector": sector.pk, "reason": "写错"})
    assert f"登记为{seat.sector}的召集人，更正界别的，请把“界别召集人”改为“否”" in page.text
    assert Seat.objects.get(pk=seat.pk).sector == seat.sector
    page = office.post(path, shown(office, member) | {"sector": sector.pk, "convenes": "no", "reason": "写错"}, follow=True)
    assert "已更正：界别、界别召集人" in page.text
    kept = Seat.objects.get(pk=seat.pk)
    assert (kept.sector, kept.convenes) == (sector, False)
    notices.deliver()
    assert "界别、界别召集人" in Notice.objects.filter(account=cast.cosigner).latest("pk").text
    assert verifying.verify().ok


def test_no_act_carries_a_convenor_into_another_sector(cast: Cast) -> None:
    member = cast.member(cast.cosigner)
    seat = Seat.objects.get(member=member)
    Seat.objects.filter(pk=seat.pk).update(convenes=True)
    sector = Sector.objects.create(committee=cast.county, term=seat.term, name="教育界", place_in_list=9)
    with pytest.raises(StandingError, match="召集人"):
        correcting.correct(member, fields={"sector": sector}, reason="写错", actor=cast.office, at=timezone.now())
    assert Seat.objects.get(pk=seat.pk).sector == seat.sector


def test_a_name_is_found_by_its_sound_and_the_account_bears_it(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"name": "何 青", "reason": "多写一个字"})
    member.refresh_from_db()
    cast.cosigner.refresh_from_db()
    assert (member.name, member.sound.split()[0], cast.cosigner.name) == ("何青", "heqing", "何青")


def test_who_holds_no_seat_has_no_sector_to_correct(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    Seat.objects.filter(member=member).update(ends_on="2025-01-01", ending=Ending.RESIGNED)
    assert "sector" not in office.get(f"/members/{member.uid}/correct/").context["form"].fields
    with pytest.raises(StandingError):
        correcting.correct(member, fields={"ranks": ["chair"]}, reason="写错", actor=cast.office, at=timezone.now())
    assert not Post.objects.filter(member=member, rank="chair").exists()


def test_a_sector_of_another_term_is_refused(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    term = Term.objects.create(committee=cast.county, number=20, starts_on=date(2027, 1, 1))
    other = Sector.objects.create(committee=cast.county, term=term, name="教育界", place_in_list=1)
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"sector": other.pk, "reason": "写错"})
    assert "sector" in page.context["form"].errors
    with pytest.raises(StandingError):
        correcting.correct(member, fields={"sector": other}, reason="写错", actor=cast.office, at=timezone.now())


@pytest.mark.parametrize("who", ["proposer", "leader", "assigner"])
def test_nobody_else_corrects(cast: Cast, who: str) -> None:
    member = cast.member(cast.cosigner)
    assert as_(getattr(cast, who)).post(f"/members/{member.uid}/correct/", {"party": "群众"}).status_code in {403, 404}
    assert not Event.objects.filter(kind="members.correct").exists()


# ── since when ──
def test_since_when_somebody_sits_is_corrected_with_the_posts_that_began_with_the_seat(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    correcting.correct(member, fields={"ranks": ["standing"]}, reason="漏写", actor=cast.office, at=timezone.now())
    for wrong, why in (("2099-01-01", "不能在今天以后"), ("2021-12-31", "不能早于")):
        assert why in office.post(path, shown(office, member) | {"starts_on": wrong, "reason": "增补"}).text
    page = office.post(path, shown(office, member) | {"starts_on": "2024-03-01", "reason": "增补"}, follow=True)
    assert "已更正：任职日期" in page.text
    assert [row.starts_on for row in (member.seats.get(), member.posts.get())] == [date(2024, 3, 1)] * 2
    assert verifying.verify().ok


def test_a_post_that_ended_begins_with_the_seat_still_and_is_not_wiped_out(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    seat = member.seats.get()
    rows = {"committee": cast.county, "member": member, "term": seat.term}
    held = Post.objects.create(**rows, rank="vice_chair", starts_on=seat.starts_on, ends_on=date(2023, 6, 1))
    never = Post.objects.create(**rows, rank="chair", starts_on=seat.starts_on, ends_on=seat.starts_on)
    later = Post.objects.create(**rows, rank="standing", starts_on=date(2024, 1, 1), ends_on=date(2025, 1, 1))
    audit.vouch(cast.county, [held, never, later], at=timezone.now())
    for late in ("2023-06-01", "2023-09-01"):
        page = office.post(path, shown(office, member) | {"starts_on": late, "reason": "增补"})
        assert "登记的副主席到 2023 年 6 月 1 日为止，任职日期须在这以前" in page.text
    assert (member.seats.get().starts_on, member.posts.get(pk=held.pk).starts_on) == (seat.starts_on, seat.starts_on)
    office.post(path, shown(office, member) | {"starts_on": "2022-03-01", "reason": "增补"})
    day = date(2022, 3, 1)
    assert [member.seats.get().starts_on, *member.posts.order_by("pk").values_list("starts_on", "ends_on")] == [
        day,
        (day, date(2023, 6, 1)),
        (day, day),
        (later.starts_on, later.ends_on),
    ]
    assert verifying.verify().ok


def test_figures_are_no_name(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"name": "0", "reason": "写错"})
    assert "姓名不能只有数字、符号" in page.text
