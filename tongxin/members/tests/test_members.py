"""The list of members, and what protects the people on it."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account, Invitation
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.members import actions, queries
from tongxin.members.choices import Ending
from tongxin.members.lists import MEMBERS
from tongxin.members.models import Member, Seat
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


def test_list_and_object_permission_agree_for_everybody(cast: Cast) -> None:
    for name, account in cast.everyone().items():
        seen = set(queries.visible_to(account))
        assert {m for m in Member.objects.all() if allowed(account, "members.view", m)} == seen, name


def test_members_of_another_county_are_not_on_the_list(cast: Cast, client: Client) -> None:
    client.force_login(cast.proposer)
    page = client.get("/members/")
    assert "何青禾" in page.text
    assert "石望川" not in page.text
    foreign = Member.objects.get(account=cast.member_of_other_county)
    assert client.get(f"/members/{foreign.uid}/").status_code == 404
    client.force_login(cast.clerk)
    assert client.get("/members/").status_code == 403
    client.logout()
    assert client.get("/members/").status_code == 302


@pytest.mark.parametrize(
    ("words", "names"),
    [("何", ["何青禾"]), ("heqinghe", ["何青禾"]), ("yx003", ["沈如松"]), ("ＹＸ００３", ["沈如松"]), ("没有这个人", [])],
)
def test_members_are_found_by_name_sound_and_number(cast: Cast, client: Client, words: str, names: list[str]) -> None:
    Member.objects.filter(name="何青禾").update(sound="heqinghe hqh")
    client.force_login(cast.office)
    page = client.get("/members/", {"q": words})
    assert [row["member"].name for row in page.context["list"].lines] == names


def test_the_list_asks_the_database_no_more_for_three_members_than_for_one(
    cast: Cast, client: Client, django_assert_num_queries: object, one_minute: None
) -> None:
    client.force_login(cast.office)
    everyone = list(Member.objects.sitting(timezone.localdate()).filter(committee=cast.county))
    Seat.objects.filter(member__in=everyone[1:]).update(ends_on="2025-01-01")
    Seat.objects.filter(member__account=cast.suspended_member).update(ends_on="2025-01-01")
    client.get("/members/")
    with django_assert_num_queries(LIST_QUERIES):  # type: ignore[operator]
        assert len(client.get("/members/").context["list"].lines) == 1
    Seat.objects.filter(member__in=everyone).update(ends_on=None)
    with django_assert_num_queries(LIST_QUERIES):  # type: ignore[operator]
        assert len(client.get("/members/").context["list"].lines) == 4


LIST_QUERIES, PAGE = 13, MEMBERS.sizes[0]


@pytest.mark.parametrize("ahead", [0, 1])
@pytest.mark.parametrize("who", ["", "never", "left"])
def test_who_keeps_two_committees_finds_everybody_on_some_page_and_nobody_twice(cast: Cast, who: str, ahead: int) -> None:
    """Both number from the beginning; with one more ahead or without, a page ends between two of the same number."""
    duty, since = Duty.MEMBER_AFFAIRS, date(2022, 1, 1)
    bodies.appoint(cast.office, committee=cast.other_county, duty=duty, starts_on=since, actor=None, at=timezone.now())
    ends = {"ends_on": date(2024, 1, 1), "ending": Ending.RESIGNED} if who == "left" else {}
    for committee, numbers in ((cast.county, range(PAGE)), (cast.other_county, range(-ahead, PAGE))):
        place = Seat.objects.filter(committee=committee)[:1].get()
        for n in numbers:
            member = Member.objects.create(committee=committee, number=f"A{n + 1:03d}", name=f"{committee.code}{n}")
            Seat.objects.create(committee=committee, member=member, term=place.term, sector=place.sector, starts_on=since, **ends)
    client, seen, url = as_(cast.office), list[str](), f"?who={who}"
    for _page in range(5):
        page = client.get(f"/members/{url}").context["list"]
        seen += [row["member"].name for row in page.lines]
        url = page.next_url
        if not url:
            break
    assert not url
    assert str(len(seen)) in page.caption
    assert {f"{code}{n}" for code in ("YX", "WC") for n in range(PAGE)} <= set(seen)
    assert len(seen) == len(set(seen))


def test_reading_a_phone_number_is_an_event_that_does_not_contain_it(cast: Cast, client: Client) -> None:
    member = cast.member(cast.cosigner)
    member.phone = "19900001234"
    member.save()
    client.force_login(cast.office)
    page = client.get(f"/members/{member.uid}/")
    assert "19900001234" not in page.text
    assert "199******34" in page.text
    assert "19900001234" in client.post(f"/members/{member.uid}/phone/").text
    event = Event.objects.get(kind="audit.read_protected")
    assert (event.actor, event.data) == (cast.office, {"name": "何青禾", "field": "手机号"})
    client.force_login(cast.proposer)
    assert "199***" not in client.get(f"/members/{member.uid}/").text
    assert client.post(f"/members/{member.uid}/phone/").status_code == 403


def test_changing_contact_data_names_the_fields_not_the_values(cast: Cast, client: Client) -> None:
    member = cast.member(cast.cosigner)
    client.force_login(cast.office)
    answer = client.post(
        f"/members/{member.uid}/change/", {"phone": "19900005678", "email": "x", "workplace": "", "workplace_post": ""}
    )
    assert "邮箱格式不对" in answer.text
    client.post(
        f"/members/{member.uid}/change/", {"phone": "19900005678", "email": "", "workplace": "县医院", "workplace_post": ""}
    )
    member.refresh_from_db()
    assert (member.phone, member.workplace, len(member.phone_hash)) == ("19900005678", "县医院", 64)
    assert Event.objects.get(kind="members.change").data == {"name": "何青禾", "fields": ["手机", "工作单位"]}


def test_an_invitation_slip_opens_the_way_in_once(cast: Cast, client: Client) -> None:
    member = Member.objects.create(committee=cast.county, number="YX050", name="新委员")
    Seat.objects.create(committee=cast.county, member=member, term=cast.sector.term, sector=cast.sector, starts_on="2026-01-01")
    client.force_login(cast.proposer)
    assert client.post(f"/members/{member.uid}/invite/").status_code == 403
    client.force_login(cast.office)
    page = client.post(f"/members/{member.uid}/invite/", follow=True)
    [printed] = page.context["slips"]
    code = printed.code
    assert (printed.sign_in_name, printed.address) == ("YX050", "http://testserver/in/YX/")
    assert [text in page.text for text in (code, printed.sign_in_name, printed.address)] == [True] * 3
    assert not Invitation.objects.filter(code_hash=code).exists()  # only a hash is kept
    client.logout()
    password = "云溪河边的茶园真好看"
    weak = client.post("/invitation/", {"code": code, "password": "1234567890", "again": "1234567890"})
    assert weak.status_code == 200
    differs = client.post("/invitation/", {"code": code, "password": password, "again": "不一样的密码啊啊啊"})
    assert "两次输入的密码不一样" in differs.text
    done = client.post("/invitation/", {"code": code, "password": password, "again": password})
    assert (done.status_code, done["Location"]) == (302, "/home/")
    client.logout()
    assert "已经用过" in client.post("/invitation/", {"code": code}).text
    assert client.post("/in/YX/", {"login": "YX050", "password": password})["Location"] == "/home/"
    kept = Event.objects.filter(kind__startswith="accounts.").exclude(kind__startswith="accounts.sign").order_by("id")
    assert [(e.kind, e.committee_code) for e in kept] == [("accounts.accept_invitation", "YX")]
    kept = Event.objects.filter(kind__in=["members.invite", "members.take_seat"]).order_by("id")
    assert [(e.kind, e.subject_id, e.committee_code) for e in kept] == [
        ("members.invite", member.pk, "YX"),
        ("members.take_seat", member.pk, "YX"),
    ]


def test_a_new_slip_ends_the_old_one(cast: Cast, client: Client) -> None:
    member = cast.member(cast.bystander)
    client.force_login(cast.office)
    old = client.post(f"/members/{member.uid}/invite/", follow=True).context["slips"][0].code
    client.post(f"/members/{member.uid}/invite/")
    client.logout()
    assert "已经失效" in client.post("/invitation/", {"code": old}).text
    assert "没有这个邀请码" in client.post("/invitation/", {"code": "abcd-efgh-jkmn"}).text


def test_the_page_for_changing_contact_data_shows_the_number_masked_and_keeps_it_when_left_empty(
    cast: Cast, client: Client
) -> None:
    member = cast.member(cast.cosigner)
    member.phone = "13900001234"
    member.save()
    client.force_login(cast.office)
    path, before = f"/members/{member.uid}/change/", Event.objects.count()
    page = client.get(path).text
    assert "13900001234" not in page
    assert "139******34" in page
    assert Event.objects.count() == before
    client.post(path, {"phone": "", "email": "", "workplace": "县医院", "workplace_post": ""})
    assert Member.objects.get(pk=member.pk).phone == "13900001234"
    assert Event.objects.get(kind="members.change").data["fields"] == ["工作单位"]


def test_a_number_is_taken_away_by_a_tick_of_its_own(cast: Cast, client: Client) -> None:
    member = cast.member(cast.cosigner)
    member.phone = "13900001234"
    member.save()
    client.force_login(cast.office)
    path, fields = f"/members/{member.uid}/change/", {"email": "", "workplace": "", "workplace_post": ""}
    both = client.post(path, fields | {"phone": "13900005678", "no_phone": "on"})
    assert both.status_code == 200
    assert Member.objects.get(pk=member.pk).phone == "13900001234"
    client.post(path, fields | {"phone": "", "no_phone": "on"})
    assert (Member.objects.get(pk=member.pk).phone, Member.objects.get(pk=member.pk).phone_hash) == ("", "")


# ── the number is a name to sign in with ──
@pytest.mark.parametrize("typed", ["１３９　００００　５６７８", "+86 139-0000-5678", " 13900005678 "])
def test_a_phone_is_kept_as_bare_digits_however_it_is_typed(cast: Cast, client: Client, typed: str) -> None:
    member = cast.member(cast.cosigner)
    client.force_login(cast.office)
    client.post(f"/members/{member.uid}/change/", {"phone": typed, "email": "", "workplace": "", "workplace_post": ""})
    assert Member.objects.get(pk=member.pk).phone == "13900005678"


def told(account: Account) -> list[str]:
    notices.deliver()
    return list(Notice.objects.filter(account=account).order_by("id").values_list("text", flat=True))


def test_the_member_is_told_of_another_hand_on_the_phone_or_the_mail_and_of_nothing_else(cast: Cast, client: Client) -> None:
    member = cast.member(cast.cosigner)
    client.force_login(cast.office)
    page, same = f"/members/{member.uid}/change/", {"email": "", "workplace": "县医院", "workplace_post": ""}
    client.post(page, same | {"phone": ""})
    assert told(cast.cosigner) == []
    client.post(page, same | {"phone": "13900005678"})
    client.post(page, same | {"phone": "13900005679", "email": "he@example.com"})
    by = f"由{cast.office.name}改动，不是您要求的请与机关联系"
    assert told(cast.cosigner) == [f"您的手机号{by}", f"您的手机号、邮箱{by}"]
    assert told(cast.proposer) == told(cast.member_of_other_county) == []


def test_nobody_is_told_of_the_own_change(cast: Cast) -> None:
    member = cast.member(cast.cosigner)
    actions.change_contact(member, fields={"phone": "13900005678"}, actor=cast.cosigner, at=timezone.now())
    assert (told(cast.cosigner), cast.member(cast.cosigner).phone) == ([], "13900005678")


def test_the_address_of_a_phone_leads_to_the_member_where_it_is_asked_for(cast: Cast, client: Client) -> None:
    member = cast.member(cast.bystander)
    client.force_login(cast.office)
    for read in (client.get, client.head):
        assert read(f"/members/{member.uid}/phone/")["Location"] == f"/members/{member.uid}/"
    client.force_login(cast.clerk)
    assert client.get(f"/members/{member.uid}/phone/").status_code in {403, 404}
    assert not Event.objects.filter(kind="audit.read_protected").exists()
