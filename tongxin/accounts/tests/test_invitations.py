"""A code is for one seat or one account.

It never reaches another, never goes past a second factor, and is used once.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts import queries as accounts
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee
from tongxin.core.secrets import phone_hash
from tongxin.members import actions as members
from tongxin.members.models import Member

SignIn = Callable[..., Any]
Give = Callable[..., Account]
NEW = "一个很长很长的新密码"
PHONE = "13800000009"


def new_member(committee: Committee, number: str = "YX050", **more: Any) -> Member:
    phone = more.pop("phone", "")
    return Member.objects.create(
        committee=committee, number=number, name=more.pop("name", "新委员"), phone=phone, phone_hash=phone_hash(phone), **more
    )


def code_for(member: Member, cast: Cast) -> str:
    return members.invite(member, actor=cast.office, at=timezone.now())


def confirmed_code_for(member: Member, cast: Cast) -> str:
    """Return a code for a new password that a second person confirmed."""
    code = code_for(member, cast)
    Account.objects.filter(pk=cast.leader.pk).update(joined_at=timezone.now() - timedelta(days=30))
    shown = Invitation.objects.filter(account=member.account).latest("pk").uid
    members.confirm_reinvitation(member, code=shown, actor=Account.objects.get(pk=cast.leader.pk), at=timezone.now())
    return code


def enter(client: Client, code: str, **more: str) -> Any:
    return client.post("/invitation/", {"code": code} | more)


def accept(client: Client, code: str, password: str = NEW) -> Any:
    return enter(client, code, password=password, again=password)


def appoint(account: Account, cast: Cast, duty: str = Duty.FILING, starts_on: date | None = None) -> None:
    bodies.appoint(
        account, committee=cast.county, duty=duty, starts_on=starts_on or timezone.localdate(), actor=None, at=timezone.now()
    )


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


# ── seats ────────────────────────────────────────────────────────────────────────────────────────
def test_two_committees_invite_their_number_001_and_each_gets_an_account_of_its_own(
    cast: Cast, client: Client, sign_in: SignIn
) -> None:
    people = [new_member(committee, "001", name=f"{committee.place}一号") for committee in (cast.county, cast.other_county)]
    for n, member in enumerate(people):
        accept(Client(), code_for(member, cast), f"{NEW}{n}")
    for member in people:
        member.refresh_from_db()
    assert [m.account.username for m in people if m.account] == ["YX/001", "WC/001"]
    assert sign_in(client, "001", f"{NEW}1", at="YX").status_code == 200
    assert sign_in(client, "001", f"{NEW}1", at="WC").status_code == 302


def test_an_invitation_makes_no_account_before_it_is_accepted(cast: Cast) -> None:
    count = Account.objects.count()
    member = new_member(cast.county)
    code_for(member, cast)
    member.refresh_from_db()
    assert (Account.objects.count(), member.account) == (count, None)


def test_what_no_typing_mends_is_not_headed_as_something_to_put_right(cast: Cast, client: Client, with_password: Give) -> None:
    waits = code_for(cast.member(with_password(cast.proposer)), cast)
    used = code_for(new_member(cast.county), cast)
    accept(Client(), used)
    for code, said in ((waits, "还没有生效"), (used, "已经用过")):
        page = enter(client, code).text
        assert [said in page, "没有办成" in page, "处要改" in page] == [True, True, False], said
        assert ['<a href="/accounts/login/">已经设定过密码，直接登录</a>' in page, "内容都还在" in page] == [True, False], said
    page = enter(client, "aaaa-bbbb-cccc").text
    assert ["没有这个邀请码" in page, "没有办成" in page, "有 1 处要改" in page] == [True, False, True]


def test_looking_at_a_link_writes_nothing_and_tells_nothing(cast: Cast, client: Client) -> None:
    code = code_for(new_member(cast.county), cast)
    pages = [client.get("/invitation/", {"code": text}).text for text in (code, "aaaa-bbbb-cccc")]
    assert [("新委员" in page, "下一步" in page) for page in pages] == [(False, True)] * 2
    assert Invitation.objects.get().used_at is None


def test_a_member_without_number_is_invited_by_phone_and_without_both_not_at_all(
    cast: Cast, client: Client, sign_in: SignIn
) -> None:
    member = new_member(cast.county, "")
    client.force_login(cast.office)
    assert "还没有编号和手机号" in client.post(f"/members/{member.uid}/invite/", follow=True).text
    assert (Invitation.objects.count(), events("members.invite")) == (0, 0)
    Member.objects.filter(pk=member.pk).update(phone=PHONE, phone_hash=phone_hash(PHONE))
    page = client.post(f"/members/{member.uid}/invite/", follow=True)
    slip = page.context["slips"][0]
    assert slip.sign_in_name == PHONE
    assert f'<p class="salutation">{member.name}：</p>' in page.text
    client.post("/accounts/logout/")
    assert accept(client, slip.code)["Location"] == "/home/"
    client.post("/accounts/logout/")
    assert sign_in(client, PHONE, NEW, at="").status_code == 302


def test_the_slip_names_both_names_and_the_page_where_they_work(cast: Cast, client: Client, sign_in: SignIn) -> None:
    member = new_member(cast.county, phone=PHONE)
    client.force_login(cast.office)
    slip = client.post(f"/members/{member.uid}/invite/", follow=True).context["slips"][0]
    assert (slip.sign_in_name, slip.address) == ("YX050 或手机号", "http://testserver/in/YX/")
    client.post("/accounts/logout/")
    accept(client, slip.code)
    for name in ("YX050", PHONE):
        client.post("/accounts/logout/")
        assert client.post(slip.address.removeprefix("http://testserver"), {"login": name, "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("used", "已经用过"),
        ("revoked", "已经失效"),
        ("expired", "已经失效"),
        ("closed", "没有这个邀请码"),
        ("gone", "没有这个邀请码"),
        ("taken", "已经有账户"),
    ],
)
def test_a_code_that_is_no_longer_good_says_why_and_changes_nothing(cast: Cast, client: Client, what: str, message: str) -> None:
    member = new_member(cast.county)
    code = code_for(member, cast)
    kept = Invitation.objects.filter(seat=member.uid)
    if what in {"used", "revoked"}:
        kept.update(**{f"{what}_at": timezone.now()})
    elif what == "expired":
        kept.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif what == "closed":
        kept.update(account=Account.objects.create(username="weg", name="已注销", is_active=False))
    elif what == "gone":
        member.delete()
    else:
        Member.objects.filter(pk=member.pk).update(account=Account.objects.create(username="da", name="先到者"))
    Account.objects.system()  # made on first use: the failure is recorded about it
    count, passwords = Account.objects.count(), set(Account.objects.values_list("password", flat=True))
    assert message in accept(client, code).text
    assert (Account.objects.count(), set(Account.objects.values_list("password", flat=True))) == (count, passwords)
    assert (events("accounts.accept_invitation"), client.session.get("_auth_user_id")) == (0, None)


def test_the_second_of_two_slips_ends_the_first_and_two_that_are_open_give_one_account(cast: Cast, client: Client) -> None:
    member = new_member(cast.county)
    first = code_for(member, cast)
    second = code_for(member, cast)
    assert "已经失效" in enter(client, first).text
    Invitation.objects.update(revoked_at=None)  # as if two clerks had printed at once
    accept(Client(), second)
    assert "已经有账户" in accept(client, first).text
    assert Account.objects.filter(name="新委员").count() == 1


def test_a_number_given_anew_makes_a_new_account_and_leaves_the_old_one(cast: Cast, client: Client) -> None:
    member = new_member(cast.county)
    accept(Client(), code_for(member, cast))
    Member.objects.filter(pk=member.pk).update(number="YX051")
    later = new_member(cast.county, "YX050", name="后来人")
    accept(client, code_for(later, cast))
    later.refresh_from_db()
    member.refresh_from_db()
    assert member.account_id != later.account_id
    assert client.session["_auth_user_id"] == str(later.account_id)


# ── accounts that are there ──────────────────────────────────────────────────────────────────────
def test_who_forgot_the_password_is_invited_again(cast: Cast, client: Client, with_password: Give, sign_in: SignIn) -> None:
    with_password(cast.proposer)
    accept(client, confirmed_code_for(cast.member(cast.proposer), cast))
    client.post("/accounts/logout/")
    assert [sign_in(client, "YX001", p).status_code for p in (PASSWORD, NEW)] == [200, 302]


@pytest.mark.parametrize("when", [0, 30], ids=["now", "later"])
def test_whoever_keeps_the_members_cannot_reset_the_password_of_somebody_with_a_duty(
    cast: Cast, client: Client, with_password: Give, *, when: int
) -> None:
    kept = with_password(cast.proposer).password
    appoint(cast.proposer, cast, starts_on=timezone.localdate() + timedelta(days=when))
    client.force_login(cast.office)
    answer = client.post(f"/members/{cast.member(cast.proposer).uid}/invite/", follow=True)
    assert "再由委员联络人员发密码重置单" in answer.text
    cast.proposer.refresh_from_db()
    assert (cast.proposer.password, Invitation.objects.count(), events("accounts.invite")) == (kept, 0, 0)


def test_a_slip_printed_before_the_duty_was_given_opens_nothing(cast: Cast, client: Client, with_password: Give) -> None:
    kept = with_password(cast.proposer).password
    code = code_for(cast.member(cast.proposer), cast)
    appoint(cast.proposer, cast)
    assert "请安全管理员发重置码" in accept(client, code).text
    cast.proposer.refresh_from_db()
    assert (cast.proposer.password, events("accounts.accept_invitation")) == (kept, 0)


def test_a_new_password_by_code_does_not_go_past_the_second_factor_nor_remove_it(
    cast: Cast, client: Client, with_password: Give
) -> None:
    codes.set_up(with_password(cast.proposer))
    answer = accept(client, code_for(cast.member(cast.proposer), cast))
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/account/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": codes.code(cast.proposer)})["Location"] == "/home/"


def test_a_new_password_by_code_ends_the_sessions_that_are_open(cast: Cast, client: Client, with_password: Give) -> None:
    thief = Client()
    thief.force_login(with_password(cast.proposer))
    accept(client, confirmed_code_for(cast.member(cast.proposer), cast))
    assert (thief.get("/account/").status_code, client.get("/account/").status_code) == (302, 200)


# ── the same person, with an account already ─────────────────────────────────────────────────────
@pytest.fixture
def both(cast: Cast, with_password: Give) -> tuple[Account, Member]:
    """A clerk with a second factor who becomes a member, known by the phone."""
    clerk = with_password(Account.objects.create(username=PHONE, name="叶新知"))
    appoint(clerk, cast)
    codes.set_up(clerk)
    return Account.objects.get(pk=clerk.pk), new_member(cast.county, name="叶新知", phone=PHONE)


def test_the_page_tells_the_owner_of_the_phones_account_to_sign_in_first(
    cast: Cast, client: Client, both: tuple[Account, Member]
) -> None:
    code = code_for(both[1], cast)
    page = enter(client, code).text
    assert ("登记的手机号已经有一个账户" in page, 'name="sign_in_first"' in page) == (True, True)
    assert enter(client, code, sign_in_first="1")["Location"] == "/accounts/login/?next=/account/seat/"


def test_the_signed_in_owner_links_the_seat_and_keeps_password_and_second_factor(
    cast: Cast, client: Client, both: tuple[Account, Member]
) -> None:
    clerk, member = both
    code, kept = code_for(member, cast), clerk.password
    client.force_login(clerk)
    assert "用邀请码关联委员身份" in client.get("/account/").text
    assert enter(client, code)["Location"] == "/account/seat/"
    assert "给云溪县政协委员叶新知的" in client.get("/account/seat/").text
    assert client.post("/account/seat/", {"code": code})["Location"] == "/account/"
    member.refresh_from_db()
    clerk.refresh_from_db()
    assert (member.account, clerk.password) == (clerk, kept)
    event = Event.objects.get(kind="members.take_seat")
    assert (event.actor, event.subject_id, event.committee_code) == (clerk, member.pk, "YX")
    assert "已经用过" in client.post("/account/seat/", {"code": code}).text


def test_linking_does_not_take_what_it_must_not(cast: Cast, client: Client, both: tuple[Account, Member]) -> None:
    clerk, member = both
    code = code_for(member, cast)
    client.force_login(cast.bystander)  # somebody else
    assert "邀请单上的姓名与您的账户不符" in client.post("/account/seat/", {"code": code}).text
    Account.objects.filter(pk=cast.bystander.pk).update(name=member.name)  # has a seat already
    assert "一人不能有两个席位" in client.post("/account/seat/", {"code": code}).text
    client.force_login(clerk)
    reset = code_for(cast.member(cast.proposer), cast)
    assert "不能关联委员身份" in client.post("/account/seat/", {"code": reset}).text
    assert "没有这个邀请码" in client.post("/account/seat/", {"code": "aaaa-bbbb-cccc"}).text
    member.refresh_from_db()
    cast.proposer.refresh_from_db()
    assert (member.account, cast.proposer.has_usable_password(), events("members.take_seat")) == (None, False, 0)
    assert Invitation.objects.filter(used_at=None, revoked_at=None).count() == 2
    client.post("/accounts/logout/")
    assert client.post("/account/seat/", {"code": code})["Location"].startswith("/accounts/login/")


def test_who_only_shares_the_phone_gets_an_account_of_the_own(
    cast: Cast, client: Client, both: tuple[Account, Member], sign_in: SignIn
) -> None:
    clerk, member = both
    kept = clerk.password
    accept(client, code_for(member, cast))
    member.refresh_from_db()
    clerk.refresh_from_db()
    assert (member.account == clerk, clerk.password) == (False, kept)
    client.post("/accounts/logout/")
    assert sign_in(client, PHONE, NEW).status_code == 302
    assert client.session["_auth_user_id"] == str(member.account_id)


def test_the_dead_and_the_closed_are_not_invited(cast: Cast, client: Client, with_password: Give) -> None:
    from tongxin.members.choices import Ending

    today, at = timezone.localdate(), timezone.now()
    member = new_member(cast.county)
    member.seats.create(
        committee=cast.county,
        term=cast.sector.term,
        sector=cast.sector,
        starts_on=date(2026, 1, 1),
        ends_on=today,
        ending=Ending.DIED,
    )
    Account.objects.filter(pk=with_password(cast.proposer).pk).update(is_active=False)
    for gone in (member, cast.member(cast.proposer)):
        with pytest.raises(members.NotInvitedError):
            members.invite(gone, actor=cast.office, at=at)
    assert (Invitation.objects.count(), events("members.invite"), events("accounts.invite")) == (0, 0, 0)


def test_an_account_takes_one_seat_of_a_committee_even_when_two_codes_are_used_at_once(
    cast: Cast, both: tuple[Account, Member]
) -> None:
    clerk, member = both
    other = new_member(cast.county, "YX051")
    assert members.take_seat(member.uid, clerk, timezone.now())
    assert not members.take_seat(other.uid, clerk, timezone.now())  # past the check of `link`, as in the same moment
    other.refresh_from_db()
    assert (other.account, events("members.take_seat")) == (None, 1)


# ── staff ────────────────────────────────────────────────────────────────────────────────────────
def test_the_security_administrator_makes_a_reset_code_that_asks_for_the_second_factor(
    cast: Cast, client: Client, with_password: Give
) -> None:
    codes.set_up(with_password(cast.clerk))
    security = Client()
    security.force_login(cast.security_admin)
    duty = Appointment.objects.get(account=cast.clerk)
    slip = security.post(f"/appointments/{duty.uid}/reset/", follow=True).context["slips"][0]
    assert (slip.sign_in_name, slip.address) == ("clerk", "http://testserver/in/YX/")
    assert Event.objects.get(kind="accounts.make_reset_code").actor == cast.security_admin
    assert accept(client, slip.code)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/account/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": codes.code(cast.clerk)})["Location"] == "/home/"


def test_nobody_else_makes_one_and_not_for_somebody_of_another_committee(cast: Cast) -> None:
    duty = Appointment.objects.get(account=cast.clerk)
    for name, account in cast.everyone().items():
        client = Client()
        client.force_login(account)
        answer = client.post(f"/appointments/{duty.uid}/reset/")
        assert (name, answer.status_code) == (name, 302 if account == cast.security_admin else 404)
    Invitation.objects.all().delete()
    client = Client()
    client.force_login(cast.security_admin)
    foreign = Appointment.objects.filter(committee=cast.other_county).first()
    assert foreign is not None
    assert client.post(f"/appointments/{foreign.uid}/reset/").status_code == 404
    here_too = bodies.appoint(
        cast.office_of_other_county,
        committee=cast.county,
        duty=Duty.FILING,
        starts_on=date(2026, 1, 1),
        actor=None,
        at=timezone.now(),
    )
    assert "主要在另一个政协任职" in client.post(f"/appointments/{here_too.uid}/reset/", follow=True).text
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("username", ["system", "ＳＹＳＴＥＭ", "YX/001", "x", "  "])
def test_names_that_are_not_for_people_are_refused(cast: Cast, client: Client, username: str) -> None:
    client.force_login(cast.security_admin)
    count = (Account.objects.count(), Appointment.objects.count())
    data = {"name": "系统", "username": username, "duty": Duty.FILING, "starts_on": "2026-03-02"}
    assert client.post("/appointments/new/", data).status_code == 200
    assert (Account.objects.count(), Appointment.objects.count()) == count


def test_an_appointment_keeps_the_person_of_a_known_name_and_says_of_others_no_more_than_that(cast: Cast, client: Client) -> None:
    client.force_login(cast.security_admin)

    def appointing(name: str, username: str) -> Any:
        return client.post(
            "/appointments/new/", {"name": name, "username": username, "duty": Duty.FILING, "starts_on": "2026-03-02"}
        )

    said = "这个登录名已属于另一个人，请核对姓名，或另取一个登录名。"
    assert [appointing("叶新知", n).context["form"].errors["username"] for n in ("clerk", "wcoffice", "ＷＣＯffice")] == [
        [said]
    ] * 3
    assert appointing("孟时雨", "CLERK").status_code == 302
    assert Appointment.objects.filter(account=cast.clerk, duty=Duty.FILING).exists()
    assert (Account.objects.filter(name="孟时雨").count(), Invitation.objects.count()) == (1, 0)


@pytest.mark.parametrize("username", ["CLERK", "ＣＯclerk", "system", "YX/001", "wcoffice"])
def test_a_unit_is_not_handed_over_under_a_name_that_is_somebody_elses_or_nobodys(
    cast: Cast, client: Client, username: str
) -> None:
    client.force_login(cast.security_admin)
    duty = Appointment.objects.get(account=cast.clerk)
    count = (Account.objects.count(), Appointment.objects.count(), Event.objects.count())
    page = client.post(f"/appointments/{duty.uid}/transfer/", {"name": "叶新知", "username": username, "reason": "调离"})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["username"])
    assert (Account.objects.count(), Appointment.objects.count(), Event.objects.count()) == count


def test_a_name_taken_in_the_same_moment_is_told_and_not_an_error(cast: Cast, client: Client) -> None:
    from tongxin.committees.actions import AppointmentError, NameTakenError

    assert issubclass(NameTakenError, AppointmentError)  # what both pages answer with a sentence
    assert str(NameTakenError()).startswith("这个登录名已属于另一个人")


def test_a_familys_phone_does_not_keep_anybody_from_being_appointed(cast: Cast, client: Client) -> None:
    Member.objects.filter(account=cast.proposer).update(phone=PHONE, phone_hash=phone_hash(PHONE))
    client.force_login(cast.security_admin)
    data = {"name": "叶新知", "username": f"+86 {PHONE}", "duty": Duty.FILING, "starts_on": "2026-03-02"}
    slip = client.post("/appointments/new/", data, follow=True).context["slips"][0]
    assert slip.sign_in_name == PHONE
    assert list(Appointment.objects.filter(account__username=PHONE).values_list("account__name", flat=True)) == ["叶新知"]


def test_the_action_itself_refuses_a_name_of_somebody_else(cast: Cast) -> None:
    with pytest.raises(bodies.NameTakenError):
        bodies.appoint_person(
            cast.county,
            name="叶新知",
            username="clerk",
            duty=Duty.FILING,
            starts_on=date(2026, 1, 1),
            scope={},
            actor=cast.security_admin,
            at=timezone.now(),
        )
    assert not Appointment.objects.filter(account=cast.clerk, duty=Duty.FILING).exists()


def test_a_first_code_of_staff_still_sets_the_first_password(cast: Cast, client: Client) -> None:
    account, code = bodies.appoint_person(
        cast.county,
        name="叶新知",
        username="yexinzhi",
        duty=Duty.FILING,
        starts_on=date(2026, 1, 1),
        scope={},
        actor=cast.security_admin,
        at=timezone.now(),
    )
    assert accept(client, code)["Location"] == "/home/"
    assert client.get("/home/")["Location"] == "/accounts/2fa/totp/activate/"
    assert accounts.code_hash(code) == Invitation.objects.get(account=account).code_hash


def test_a_password_may_not_contain_the_number_or_the_phone(cast: Cast, client: Client, with_password: Give) -> None:
    Member.objects.filter(account=cast.proposer).update(phone=PHONE, phone_hash=phone_hash(PHONE))
    with_password(cast.proposer)
    code = confirmed_code_for(cast.member(cast.proposer), cast)
    for password in (f"我的{PHONE}密码呀", "密码ｙｘ００１密码密码"):
        assert "密码里不能含有登录名" in accept(client, code, password).text


@pytest.mark.parametrize("password", [f"a{PHONE}", "lb050-abcdefg", "密码ＬＢ０５０密码密码"])
def test_a_first_password_may_not_contain_them_either(cast: Cast, client: Client, password: str) -> None:
    """The account is not made yet: its names are those of the seat."""
    member = new_member(cast.county, "LB050", phone=PHONE)
    code = code_for(member, cast)
    page = accept(client, code, password)
    member.refresh_from_db()
    assert ("密码里不能含有登录名" in page.text, member.account, Invitation.objects.get().used_at) == (True, None, None)


def test_a_name_of_three_letters_is_no_reason_to_refuse_and_the_field_says_so(cast: Cast, client: Client) -> None:
    code = code_for(new_member(cast.county, "001"), cast)
    assert "不能含有手机号或者四位以上的登录名" in enter(client, code).text
    assert accept(client, code, "茶园二〇001号真好看")["Location"] == "/home/"
