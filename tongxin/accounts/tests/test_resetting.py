"""Who resets what of whom: never two things by one hand, never in silence, never the own."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, second_seat
from tongxin.access.permissions import allowed
from tongxin.accounts import actions as giving
from tongxin.accounts import queries as accounts
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.members import actions as members
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice

Give = Callable[..., Account]
SignIn = Callable[..., Any]
NEW = "一个很长很长的新密码"
WHY = {"reason": "手机和备用码都丢失，已当面核实"}
RESET = "committees.reset_second_factor"


@pytest.fixture
def clerk(cast: Cast, with_password: Give) -> Account:
    """A unit's clerk with a second factor, who signed in long ago."""
    codes.set_up(with_password(cast.clerk))
    long_ago = timezone.now() - timedelta(days=30)
    Account.objects.filter(pk=cast.clerk.pk).update(
        last_login=long_ago, joined_at=long_ago, factor_changes=1, needs_second_factor=True
    )
    return Account.objects.get(pk=cast.clerk.pk)


@pytest.fixture
def security(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.security_admin)
    return client


def duty_of(account: Account) -> Appointment:
    return Appointment.objects.filter(account=account).order_by("id")[0]


def has_factor(account: Account) -> bool:
    return Authenticator.objects.filter(user=account).exists()


def told(account: Account) -> list[str]:
    notices.deliver()
    return list(Notice.objects.filter(account=account, urgent=True).order_by("id").values_list("text", flat=True))


# ── the second factor of staff ───────────────────────────────────────────────────────────────────
def test_a_lost_second_factor_is_reset_with_a_reason_and_set_up_anew_at_the_next_sign_in(
    cast: Cast, clerk: Account, security: Client, client: Client, sign_in: SignIn
) -> None:
    page, open_session = f"/appointments/{duty_of(clerk).uid}/factor/", Client()
    open_session.force_login(clerk)
    assert open_session.get("/account/").status_code == 200
    assert "重置动态口令" in security.get("/appointments/").text
    assert "将发生什么" in security.get(page).text
    assert (security.post(page).status_code, has_factor(clerk)) == (200, True)  # no reason, nothing happens
    assert security.post(page, WHY)["Location"] == "/appointments/"
    assert (has_factor(clerk), open_session.get("/account/").status_code) == (False, 302)
    event = Event.objects.get(kind=RESET)
    assert (event.actor, event.committee_code, event.data["reason"]) == (cast.security_admin, "YX", WHY["reason"])
    assert told(clerk) == [f"严守正重置了您的动态口令，理由：{WHY['reason']}。不是您本人要求的，请立即告诉安全管理员和审计管理员"]
    assert told(cast.audit_admin) == [f"严守正重置了孟时雨的动态口令，理由：{WHY['reason']}。请核实"]
    assert sign_in(client, "clerk")["Location"] == "/home/"
    assert client.get("/home/")["Location"] == "/accounts/2fa/totp/activate/"


def test_nobody_else_resets_it_nobody_his_own_and_not_of_another_committee(cast: Cast, clerk: Account) -> None:
    page = f"/appointments/{duty_of(clerk).uid}/factor/"
    for name, account in cast.everyone().items():
        if account != cast.security_admin:
            client = Client()
            client.force_login(Account.objects.get(pk=account.pk))  # with the password set meanwhile, else nobody posts
            assert (name, client.post(page, WHY).status_code) == (name, 404)
    codes.set_up(cast.security_admin)
    codes.set_up(cast.office_of_other_county)
    security = Client()
    security.force_login(cast.security_admin)
    assert "不能重置自己的动态口令" in security.post(f"/appointments/{duty_of(cast.security_admin).uid}/factor/", WHY).text
    assert security.post(f"/appointments/{duty_of(cast.office_of_other_county).uid}/factor/", WHY).status_code == 404
    assert all(has_factor(a) for a in (clerk, cast.security_admin, cast.office_of_other_county))
    assert not Event.objects.filter(kind=RESET).exists()


def test_another_security_administrator_resets_that_of_the_first(cast: Cast) -> None:
    codes.set_up(cast.security_admin)
    other = Account.objects.create(username="security2", name="严二正", password="!")
    bodies.appoint(
        other, committee=cast.county, duty=Duty.SECURITY_ADMIN, starts_on=date(2026, 1, 1), actor=None, at=timezone.now()
    )
    bodies.reset_second_factor(duty_of(cast.security_admin), **WHY, actor=other, at=timezone.now())
    assert not has_factor(cast.security_admin)


def test_every_committee_in_which_somebody_holds_a_duty_is_told(cast: Cast, clerk: Account) -> None:
    there = Account.objects.create(username="wcaudit", name="簿望川", password="!")
    for account, duty in ((there, Duty.AUDIT_ADMIN), (clerk, Duty.LEADERSHIP)):
        bodies.appoint(account, committee=cast.other_county, duty=duty, starts_on=date(2026, 1, 1), actor=None, at=timezone.now())
    bodies.reset_second_factor(duty_of(clerk), **WHY, actor=cast.security_admin, at=timezone.now())
    assert sorted(Event.objects.filter(kind=RESET).values_list("committee_code", flat=True)) == ["WC", "YX"]
    assert [len(told(account)) for account in (there, cast.audit_admin)] == [1, 1]


def test_one_hand_does_not_reset_password_and_second_factor_together_in_either_order(
    cast: Cast, clerk: Account, client: Client
) -> None:
    duty, at = duty_of(clerk), timezone.now()
    code = bodies.make_reset_code(duty, actor=cast.security_admin, at=at)
    with pytest.raises(bodies.AppointmentError, match="不能同时重置动态口令"):
        bodies.reset_second_factor(duty, **WHY, actor=cast.security_admin, at=at)
    client.post(
        "/invitation/", {"code": code, "password": NEW, "again": NEW}
    )  # the thief used it, and stands at the second factor
    with pytest.raises(bodies.AppointmentError, match="不能同时重置动态口令"):
        bodies.reset_second_factor(duty, **WHY, actor=cast.security_admin, at=timezone.now())
    assert has_factor(clerk)
    # it was the clerk
    assert client.post("/accounts/2fa/authenticate/", {"code": codes.code(clerk)})["Location"] == "/home/"
    bodies.reset_second_factor(duty, **WHY, actor=cast.security_admin, at=timezone.now())
    fresh = Appointment.objects.select_related("account", "committee").get(pk=duty.pk)
    with pytest.raises(bodies.AppointmentError, match="不能同时重置密码"):
        bodies.make_reset_code(fresh, actor=cast.security_admin, at=timezone.now())
    assert Invitation.objects.count() == 1


def test_a_sign_in_ends_the_code_so_that_one_hand_gets_nothing_by_waiting_for_it(
    cast: Cast, clerk: Account, client: Client, sign_in: SignIn
) -> None:
    code = bodies.make_reset_code(duty_of(clerk), actor=cast.security_admin, at=timezone.now())
    assert sign_in(client, "clerk")["Location"] == "/accounts/2fa/authenticate/"  # the clerk, as on any morning
    assert client.post("/accounts/2fa/authenticate/", {"code": codes.code(clerk)})["Location"] == "/home/"
    bodies.reset_second_factor(duty_of(clerk), **WHY, actor=cast.security_admin, at=timezone.now())
    assert not opens(code)
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


def test_a_code_used_after_a_sign_in_forbids_the_reset_however_long_ago_it_was_made(cast: Cast, clerk: Account) -> None:
    bodies.make_reset_code(duty_of(clerk), actor=cast.security_admin, at=timezone.now() - timedelta(days=2))
    Account.objects.filter(pk=clerk.pk).update(last_login=timezone.now() - timedelta(days=1))
    for change in ({}, {"used_at": timezone.now()}):
        Invitation.objects.update(**change)
        with pytest.raises(bodies.AppointmentError, match="不能同时重置动态口令"):
            bodies.reset_second_factor(duty_of(clerk), **WHY, actor=cast.security_admin, at=timezone.now())
    assert has_factor(clerk)
    assert not Event.objects.filter(kind=RESET).exists()


def test_who_switched_the_second_factor_off_himself_may_be_given_a_new_password(
    cast: Cast, clerk: Account, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, "clerk")
    client.post("/accounts/2fa/authenticate/", {"code": codes.code(clerk)})
    client.post("/accounts/2fa/totp/deactivate/", {"code": codes.code(clerk, 1)})
    assert not has_factor(clerk)
    assert opens(bodies.make_reset_code(duty_of(clerk), actor=cast.security_admin, at=timezone.now()))


def test_neither_password_nor_second_factor_of_somebody_at_home_elsewhere_is_reset(cast: Cast) -> None:
    """A county appoints a city's administrator to anything, and so strips him: refused for both alike."""
    at, of_the_city = timezone.now(), Account.objects.create(username="qlsec", name="严青岚", password="!")
    bodies.appoint(of_the_city, committee=cast.city, duty=Duty.SECURITY_ADMIN, starts_on=date(2022, 1, 1), actor=None, at=at)
    codes.set_up(of_the_city)
    here = bodies.appoint(
        of_the_city, committee=cast.county, duty=Duty.FILING, starts_on=date(2026, 1, 1), actor=cast.security_admin, at=at
    )
    with pytest.raises(bodies.AppointmentError, match="请那里的安全管理员重置动态口令"):
        bodies.reset_second_factor(here, **WHY, actor=cast.security_admin, at=at)
    with pytest.raises(bodies.AppointmentError, match="请那里的安全管理员发重置码"):
        bodies.make_reset_code(here, actor=cast.security_admin, at=at)
    assert (has_factor(of_the_city), Invitation.objects.count()) == (True, 0)
    assert not Event.objects.filter(kind=RESET).exists()


# ── a member's password ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def forgetful(cast: Cast, with_password: Give) -> Member:
    """A member who signed in before, and has no second factor."""
    with_password(cast.proposer)
    return cast.member(cast.proposer)


@pytest.fixture
def colleague(cast: Cast) -> Account:
    """A second person of the office, known for a month."""
    Account.objects.filter(pk=cast.leader.pk).update(joined_at=timezone.now() - timedelta(days=30))
    return Account.objects.get(pk=cast.leader.pk)


def waiting_code(member: Member) -> dict[str, str]:
    """Return what the page of the second person sends: the code that it showed."""
    return {"code": Invitation.objects.filter(account=member.account).order_by("-pk")[0].uid}


def opens(code: str) -> bool:
    answer = Client().post("/invitation/", {"code": code, "password": NEW, "again": NEW})
    return answer.status_code == 302


def test_a_new_password_for_a_member_waits_and_is_told_at_once(cast: Cast, forgetful: Member) -> None:
    client = Client()
    client.force_login(cast.office)
    page = client.post(f"/members/{forgetful.uid}/invite/", {"read": "1"}, follow=True)
    code = page.context["slips"][0].code
    assert "须机关另一位工作人员确认后才能使用" in page.text
    refused = Client().post("/invitation/", {"code": code, "password": NEW, "again": NEW})
    assert "这个码还没有生效" in refused.text
    cast.proposer.refresh_from_db()
    assert cast.proposer.check_password(PASSWORD)
    assert Event.objects.get(kind="members.reinvite").actor == cast.office
    assert "秦若水给您发了密码重置码" in told(cast.proposer)[0]
    assert "秦若水给委员林知远发了密码重置码" in told(cast.audit_admin)[0]


def test_two_people_at_the_desk_open_it_at_once(cast: Cast, forgetful: Member, colleague: Account) -> None:
    code = members.invite(forgetful, actor=cast.office, at=timezone.now())
    client = Client()
    client.force_login(colleague)
    assert "等待确认" in client.get(f"/members/{forgetful.uid}/").text
    assert "请先当面或打电话核实" in client.get(f"/members/{forgetful.uid}/confirm/").text
    assert not opens(code)
    assert client.post(f"/members/{forgetful.uid}/confirm/", waiting_code(forgetful))["Location"] == f"/members/{forgetful.uid}/"
    assert Event.objects.get(kind="members.confirm_reinvitation").actor == colleague
    assert any("确认了给您的密码重置码" in text for text in told(cast.proposer))
    assert opens(code)


MAY_SEE_AND_NOT_CONFIRM = {"proposer": 403, "bystander": 403, "cosigner": 403, "second_cosigner": 403, "office": 403}


def test_neither_its_maker_nor_a_ghost_nor_the_member_nor_anybody_else_confirms(
    cast: Cast, forgetful: Member, colleague: Account
) -> None:
    code = members.invite(forgetful, actor=cast.office, at=timezone.now())
    Account.objects.update(joined_at=timezone.now() - timedelta(days=365))  # nobody is refused for being new
    ghost = Account.objects.create(username="ghost", name="影子", password="!")
    bodies.appoint(  # dated back as far as one likes: the account itself is new
        ghost, committee=cast.county, duty=Duty.MEMBER_AFFAIRS, starts_on=date(2022, 1, 1), actor=None, at=timezone.now()
    )
    Account.objects.filter(pk=ghost.pk).update(needs_second_factor=False)
    answers = {}
    for name, account in cast.everyone().items():
        if account != colleague:
            client = Client()
            client.force_login(account)
            answers[name] = client.post(f"/members/{forgetful.uid}/confirm/", waiting_code(forgetful)).status_code
        if account == cast.proposer:  # his own session began: it ended the code that he did not ask for
            Invitation.objects.update(revoked_at=None)
    assert answers == {name: MAY_SEE_AND_NOT_CONFIRM.get(name, 404) for name in answers}
    client = Client()
    client.force_login(ghost)
    page = client.post(f"/members/{forgetful.uid}/confirm/", waiting_code(forgetful), follow=True)
    assert "您的账户建立不满 7 天" in page.text
    assert not opens(code)
    assert not Event.objects.filter(kind="members.confirm_reinvitation").exists()
    said = waiting_code(forgetful)
    with pytest.raises(members.NotInvitedError, match="不能由自己确认"):
        members.confirm_reinvitation(forgetful, **said, actor=Account.objects.get(pk=cast.office.pk), at=timezone.now())
    members.confirm_reinvitation(forgetful, **said, actor=colleague, at=timezone.now())
    assert opens(code)


def test_whoever_made_the_code_is_offered_no_button_and_who_may_confirm_is(
    cast: Cast, forgetful: Member, colleague: Account
) -> None:
    members.invite(forgetful, actor=cast.office, at=timezone.now())
    offered = {}
    for account in (cast.office, colleague):
        client = Client()
        client.force_login(account)
        page = client.get(f"/members/{forgetful.uid}/").text
        offered[account.name] = ("等待确认" in page, "核实后确认" in page)
        assert allowed(account, "members.confirm_reinvitation", forgetful) == ("核实后确认" in page)
    assert offered == {"秦若水": (True, False), "顾怀谷": (True, True)}


def test_only_the_code_that_stood_on_the_screen_is_confirmed(cast: Cast, forgetful: Member, colleague: Account) -> None:
    members.invite(forgetful, actor=cast.office, at=timezone.now())
    client = Client()
    client.force_login(colleague)
    page = client.get(f"/members/{forgetful.uid}/confirm/").text
    shown = waiting_code(forgetful)
    assert f'name="code" value="{shown["code"]}"' in page
    swapped = members.invite(forgetful, actor=cast.office, at=timezone.now())
    for said in (shown, {}):
        answer = client.post(f"/members/{forgetful.uid}/confirm/", said, follow=True)
        assert "已经重新发过" in answer.text
    assert not opens(swapped)
    assert not Event.objects.filter(kind="members.confirm_reinvitation").exists()
    client.post(f"/members/{forgetful.uid}/confirm/", waiting_code(forgetful))
    assert opens(swapped)


def test_where_nobody_else_is_there_it_works_after_the_hours_of_the_regulation(cast: Cast, forgetful: Member) -> None:
    made_at = timezone.now() - timedelta(hours=72, minutes=1)
    code = members.invite(forgetful, actor=cast.office, at=made_at)
    with pytest.raises(accounts.InvitationError, match="还没有生效"):
        accounts.find(code, at=made_at + timedelta(hours=71))
    assert opens(code)


@pytest.mark.usefixtures("colleague")
def test_who_signs_in_has_not_forgotten_the_password_and_ends_the_code(
    cast: Cast, client: Client, forgetful: Member, sign_in: SignIn
) -> None:
    code = members.invite(forgetful, actor=cast.office, at=timezone.now() - timedelta(hours=80))
    assert sign_in(client, "YX001").status_code == 302
    assert not opens(code)
    assert "已经失效" in Client().post("/invitation/", {"code": code}).text


def test_a_second_factor_makes_it_work_at_once_and_is_told_all_the_same(cast: Cast, forgetful: Member) -> None:
    codes.set_up(cast.proposer)
    code = members.invite(forgetful, actor=cast.office, at=timezone.now())
    answer = Client().post("/invitation/", {"code": code, "password": NEW, "again": NEW})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert (len(told(cast.proposer)), len(told(cast.audit_admin))) == (1, 1)


def test_who_gave_up_the_second_factor_since_is_opened_by_two_people_again(cast: Cast, forgetful: Member) -> None:
    codes.set_up(cast.proposer)
    code = members.invite(forgetful, actor=cast.office, at=timezone.now())
    Authenticator.objects.filter(user=cast.proposer).delete()
    assert not opens(code)
    assert "还没有生效" in Client().post("/invitation/", {"code": code}).text


def test_who_signs_in_with_a_second_factor_and_switches_it_off_leaves_no_code_behind(
    cast: Cast, client: Client, forgetful: Member, sign_in: SignIn
) -> None:
    codes.set_up(cast.proposer)
    code = members.invite(forgetful, actor=cast.office, at=timezone.now())
    sign_in(client, "YX001")
    client.post("/accounts/2fa/authenticate/", {"code": codes.code(cast.proposer)})
    Invitation.objects.update(revoked_at=None)  # even a code made after the sign-in
    client.post("/accounts/2fa/totp/deactivate/", {"code": codes.code(cast.proposer, 1)})
    assert not has_factor(cast.proposer)
    assert "已经失效" in Client().post("/invitation/", {"code": code}).text
    assert not opens(code)


def test_a_first_invitation_waits_for_nobody(cast: Cast) -> None:
    code = members.invite(cast.member(cast.bystander), actor=cast.office, at=timezone.now())
    assert opens(code)
    assert not Event.objects.filter(kind="members.reinvite").exists()


def test_nobody_of_the_other_county_confirms(cast: Cast, forgetful: Member) -> None:
    members.invite(forgetful, actor=cast.office, at=timezone.now())
    second_seat(cast.proposer, cast.other_county, "WC060")
    client = Client()
    client.force_login(cast.office_of_other_county)
    assert client.post(f"/members/{forgetful.uid}/confirm/").status_code == 404
    assert Invitation.objects.get().works_from > timezone.now()  # type: ignore[operator]


# ── what the record tells of it ──────────────────────────────────────────────────────────────────
def kinds_about(account: Account) -> list[str]:
    rows = Event.objects.filter(subject_uid__in=(account.uid, *account.members.values_list("uid", flat=True)))
    return list(rows.exclude(kind="accounts.sign_in").order_by("id").values_list("kind", flat=True))


def test_a_new_password_for_a_member_is_told_once_and_as_what_it_is(cast: Cast, forgetful: Member) -> None:
    assert forgetful.account is not None
    code = members.invite(forgetful, actor=cast.office, at=timezone.now() - timedelta(days=3))
    assert kinds_about(forgetful.account) == ["members.reinvite"]
    giving.accept(code, password=NEW, at=timezone.now())
    event = Event.objects.latest("id")
    assert (event.kind, kinds.sentence(event)) == ("accounts.reset_password", f"{forgetful.name}用重置码设定新密码")
    assert kinds_about(forgetful.account) == ["members.reinvite", "accounts.reset_password"]


def test_a_new_password_for_staff_is_told_to_the_person_and_the_auditors(cast: Cast, clerk: Account, security: Client) -> None:
    security.post(f"/appointments/{duty_of(clerk).uid}/reset/")
    event = Event.objects.get(kind="accounts.make_reset_code")
    assert kinds.sentence(event) == f"{cast.security_admin.name}给{clerk.name}发出密码重置码"
    assert kinds_about(clerk) == ["accounts.make_reset_code"]
    assert told(clerk) == [f"{cast.security_admin.name}给您发了密码重置码。不是您本人要求的，请立即告诉安全管理员和审计管理员"]
    assert told(cast.audit_admin) == [f"{cast.security_admin.name}给{clerk.name}发了密码重置码。请留意是否本人要求"]
    assert [told(who) for who in (cast.security_admin, cast.office, cast.office_of_other_county)] == [[], [], []]


def test_a_first_invitation_is_an_invitation_and_alarms_nobody(cast: Cast) -> None:
    new = Account.objects.create(username="19900001111", name="叶新知", password="!")
    giving.accept(giving.invite(new, actor=cast.security_admin, at=timezone.now()), password=NEW, at=timezone.now())
    assert kinds_about(new) == ["accounts.invite", "accounts.accept_invitation"]
    assert [told(who) for who in (new, cast.audit_admin)] == [[], []]
