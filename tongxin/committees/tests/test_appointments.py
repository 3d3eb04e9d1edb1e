"""Who may be appointed to what, when a duty ends, how a unit's clerk is relieved."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.accounts.tests import codes
from tongxin.audit.models import Event
from tongxin.committees import actions, queries, resetting
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.committees.tests.relieving import ending
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.shown import shown
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.site.lists import APPOINTMENTS

SINCE = date(2026, 1, 1)


def appoint(cast: Cast, account: Account, duty: str, *, actor: Account | None = None, **scope: Any) -> Appointment:
    scope.setdefault("starts_on", SINCE)
    return actions.appoint(account, committee=cast.county, duty=duty, actor=actor, at=timezone.now(), **scope)


@pytest.fixture
def security(cast: Cast, client: Client) -> Client:
    client.force_login(cast.security_admin)
    return client


# ── who guards alone is relieved last ──
@pytest.mark.parametrize("first_on", [0, 3], ids=["today", "later"])
def test_two_hands_do_not_relieve_both_last_auditors(cast: Cast, security: Client, first_on: int) -> None:
    """Whoever comes second is refused, whether the first ended today or is to end; the action knows it, not the page."""
    second = Account.objects.create(username="audit2", name="簿二明", password="!")
    appoint(cast, second, Duty.AUDIT_ADMIN)
    today = timezone.localdate()
    mine, other = (Appointment.objects.get(account=who) for who in (cast.audit_admin, second))
    common: dict[str, Any] = {"actor": cast.security_admin, "at": timezone.now(), "ends_on": today + timedelta(days=first_on)}
    actions.end_appointment(mine, **common)
    with pytest.raises(actions.AppointmentError, match="这是唯一的审计管理员"):
        actions.end_appointment(other, **common)
    page = security.post(f"/appointments/{other.uid}/end/", ending(common["ends_on"]))
    assert "这是唯一的审计管理员，请先任命接任的人，再免去" in page.text
    other.refresh_from_db()
    assert other.ends_on is None
    assert Event.objects.filter(kind="committees.end_appointment").count() == 1


def auditor(cast: Cast, name: str, starts_in: int = -30, ends_in: int | None = None) -> Appointment:
    today = timezone.localdate()
    account = Account.objects.create(username=name, name=name, password="!")
    ends_on = None if ends_in is None else today + timedelta(days=ends_in)
    return appoint(cast, account, Duty.AUDIT_ADMIN, starts_on=today + timedelta(days=starts_in), ends_on=ends_on)


@pytest.mark.parametrize(
    ("others", "ends_in", "without"),
    [
        ([], 0, 0),
        ([(-30, None)], 0, None),
        ([(-30, 10)], 9, 10),  # the other one ends a day later: the first day without anybody is told
        ([(-30, 10)], 10, 10),
        ([(5, None)], 4, 4),  # the next one begins a day too late
        ([(5, None)], 5, None),
        ([(-30, 10), (10, None)], 3, None),  # one after the other, without a gap
        ([(-30, 10), (11, None)], 3, 10),
        ([(-30, 20), (-20, 5), (20, 30)], 3, 30),
        ([(-30, 20), (15, 15)], 3, 20),  # never began
    ],
)
def test_no_later_day_is_left_without_an_auditor(
    cast: Cast, others: list[tuple[int, int | None]], ends_in: int, without: int | None
) -> None:
    for n, (starts_in, until) in enumerate(others):
        auditor(cast, f"audit{n}", starts_in, until)
    own, today = Appointment.objects.get(account=cast.audit_admin), timezone.localdate()
    day = today + timedelta(days=ends_in)
    common: dict[str, Any] = {"actor": cast.security_admin, "at": timezone.now(), "ends_on": day}
    if without is None:
        actions.end_appointment(own, **common)
    else:
        said = "这是唯一的" if without == ends_in else f"{full_day(today + timedelta(days=without))}起没有审计管理员"
        with pytest.raises(actions.AppointmentError, match=said):
            actions.end_appointment(own, **common)
    own.refresh_from_db()
    ended = Event.objects.filter(kind="committees.end_appointment").count()
    assert (own.ends_on, ended) == ((day, 1) if without is None else (None, 0))


def test_only_the_days_that_are_lost_have_to_be_guarded(cast: Cast) -> None:
    """The days behind the end that was set before were lost then; a closed account guards none."""
    only, today = auditor(cast, "audit2", ends_in=10), timezone.localdate()
    own = Appointment.objects.get(account=cast.audit_admin)
    common: dict[str, Any] = {"actor": cast.security_admin, "at": timezone.now()}
    actions.end_appointment(only, **common, ends_on=today + timedelta(days=8))
    with pytest.raises(actions.AppointmentError, match="起没有审计管理员"):
        actions.end_appointment(own, **common)
    Account.objects.filter(pk=cast.audit_admin.pk).update(is_active=False)
    with pytest.raises(actions.AppointmentError, match="这是唯一的"):
        actions.end_appointment(only, **common)


def test_nobody_stays_longer_by_being_relieved(cast: Cast, security: Client) -> None:
    """An end that is set comes nearer or stays: a later day is refused, by the act and by the page, and nothing is written."""
    own, today = Appointment.objects.get(account=cast.clerk), timezone.localdate()
    soon, common = today + timedelta(days=5), {"actor": cast.security_admin, "at": timezone.now()}
    actions.end_appointment(own, **common, ends_on=soon)  # type: ignore[arg-type]
    assert f"{full_day(soon)}起终止" in security.get(f"/appointments/{own.uid}/end/").text
    said = f"这项任命自 {full_day(soon)}起终止，免去的日子不能更晚"
    for days in (6, 500):
        late = today + timedelta(days=days)
        with pytest.raises(actions.AppointmentError, match=said):
            actions.end_appointment(own, **common, ends_on=late)  # type: ignore[arg-type]
        assert said in security.post(f"/appointments/{own.uid}/end/", ending(late)).text
    own.refresh_from_db()
    assert (own.ends_on, Event.objects.filter(kind="committees.end_appointment").count()) == (soon, 1)
    security.post(f"/appointments/{own.uid}/end/", ending())
    own.refresh_from_db()
    assert (own.ends_on, Event.objects.filter(kind="committees.end_appointment").count()) == (today, 2)


def test_what_is_over_is_not_ended_again_on_a_later_day(cast: Cast) -> None:
    own, at = Appointment.objects.get(account=cast.clerk), timezone.now()
    seen = Appointment.objects.get(pk=own.pk)  # the same page, in another window
    actions.end_appointment(own, actor=cast.security_admin, at=at)
    with pytest.raises(actions.AppointmentError, match="已经终止"):
        actions.end_appointment(seen, actor=cast.security_admin, at=at, ends_on=timezone.localdate() + timedelta(days=90))
    own.refresh_from_db()
    assert own.ends_on == timezone.localdate()
    assert Event.objects.filter(kind="committees.end_appointment").count() == 1


def test_death_relieves_even_the_last(cast: Cast) -> None:
    last = Appointment.objects.get(account=cast.audit_admin)
    actions.end_appointment(last, actor=cast.office, at=timezone.now(), even_the_last=True)
    assert not queries.holders_of(cast.county, Duty.AUDIT_ADMIN).exists()


# ── who may hold what ──
def test_nobody_appoints_himself_not_even_through_the_action(cast: Cast, security: Client) -> None:
    before = Appointment.objects.count()
    data = {"name": "严守正", "username": "security", "duty": Duty.PROPOSAL_OFFICE, "starts_on": "2026-03-02"}
    assert "不能任命自己" in security.post("/appointments/new/", data).text
    with pytest.raises(actions.AppointmentError, match="不能任命自己"):
        appoint(cast, cast.security_admin, Duty.PROPOSAL_OFFICE, actor=cast.security_admin)
    assert Appointment.objects.count() == before
    assert not Event.objects.filter(kind="committees.appoint", actor=cast.security_admin).exists()


@pytest.mark.parametrize("alone", [Duty.SECURITY_ADMIN, Duty.AUDIT_ADMIN])
def test_security_and_audit_stand_beside_nothing_else_in_both_directions(cast: Cast, alone: str) -> None:
    keeper = {Duty.SECURITY_ADMIN: cast.security_admin, Duty.AUDIT_ADMIN: cast.audit_admin}[alone]  # type: ignore[index]
    before = Appointment.objects.count()
    for duty in Duty.values:
        if duty == alone or duty.startswith("unit."):
            continue
        with pytest.raises(actions.AppointmentError, match="不能兼任"):
            appoint(cast, keeper, duty)
    for other in (cast.office, cast.clerk, cast.leader, cast.assigner):
        with pytest.raises(actions.AppointmentError, match="应是三个人"):
            appoint(cast, other, alone)
    assert Appointment.objects.count() == before


def test_the_rule_is_of_one_committee_and_of_what_has_not_ended(cast: Cast) -> None:
    actions.appoint(
        cast.security_admin, committee=cast.other_county, duty=Duty.FILING, starts_on=SINCE, actor=None, at=timezone.now()
    )
    later = appoint(cast, cast.bystander, Duty.FILING, starts_on=timezone.localdate() + timedelta(days=30))
    with pytest.raises(actions.AppointmentError):
        appoint(cast, cast.bystander, Duty.AUDIT_ADMIN)  # what is still to begin counts
    actions.end_appointment(later, actor=cast.security_admin, at=timezone.now())
    later.refresh_from_db()
    assert later.ends_on == later.starts_on  # it never began
    appoint(cast, cast.bystander, Duty.AUDIT_ADMIN)


def test_what_stood_together_before_the_rule_is_found(cast: Cast) -> None:
    assert queries.conflicting(timezone.localdate()) == []
    Appointment.objects.create(account=cast.audit_admin, committee=cast.county, duty=Duty.PROPOSAL_OFFICE, starts_on=SINCE)
    [held] = queries.conflicting(timezone.localdate())
    assert [(a.account, a.duty) for a in held] == [
        (cast.audit_admin, Duty.AUDIT_ADMIN), (cast.audit_admin, Duty.PROPOSAL_OFFICE),
    ]  # fmt: skip


# ── from when, until when ──
def test_a_dismissed_clerk_loses_the_duty_at_the_next_request(cast: Cast, security: Client) -> None:
    task = cast.task(cast.assigned())
    clerk = Client()
    clerk.force_login(cast.clerk)
    assert clerk.get(task.get_absolute_url()).status_code == 200
    own = Appointment.objects.get(account=cast.clerk)
    security.post(f"/appointments/{own.uid}/end/", ending())
    assert [clerk.get(path).status_code for path in (task.get_absolute_url(), "/handling/")] == [404, 403]
    answer = clerk.post(f"/workflow/tasks/{task.uid}/sign_for/", {"handler": "孟时雨"})
    assert answer.status_code in {403, 404}
    task.refresh_from_db()
    assert (task.state, Event.objects.filter(kind="tasks.sign_for").exists()) == ("awaiting", False)
    own.refresh_from_db()
    assert own.ends_on == timezone.localdate()
    assert cast.clerk not in queries.holders_of(cast.county, Duty.UNIT_CLERK, unit=cast.unit)


def test_an_appointment_counts_from_its_first_day(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    appoint(cast, cast.bystander, Duty.FILING, starts_on=tomorrow)
    assert queries.committees_with(Account.objects.get(pk=cast.bystander.pk), Duty.FILING) == set()
    assert cast.bystander not in queries.holders_of(cast.county, Duty.FILING)
    Appointment.objects.filter(account=cast.bystander).update(starts_on=timezone.localdate(), ends_on=tomorrow)
    assert queries.committees_with(Account.objects.get(pk=cast.bystander.pk), Duty.FILING) == {cast.county.pk}


def test_what_is_still_to_begin_stands_on_the_page(cast: Cast, security: Client) -> None:
    appoint(cast, cast.bystander, Duty.FILING, starts_on=timezone.localdate() + timedelta(days=1))
    assert "未到任" in security.get("/appointments/").text


# ── a unit's clerk is relieved ──
def test_a_clerkship_is_handed_over_in_one_act(cast: Cast, security: Client) -> None:
    task = cast.task(cast.assigned())
    own = Appointment.objects.get(account=cast.clerk)
    page = security.get(f"/appointments/{own.uid}/transfer/").text
    # how many, not which: who appoints does not read the matters
    assert ("将发生什么" in page, task.case.proposal.title in page, "在办的 1 件" in page) == (True, False, True)
    said = {"name": "叶新知", "username": "19900007777", "reason": "原承办人调离"}
    slip = security.post(f"/appointments/{own.uid}/transfer/", said, follow=True)
    assert "叶新知" in slip.text
    own.refresh_from_db()
    new = Appointment.objects.get(account__username="19900007777")
    assert (own.ends_on, new.unit, new.duty, new.starts_on) == (
        timezone.localdate(), cast.unit, Duty.UNIT_CLERK, timezone.localdate(),
    )  # fmt: skip
    kinds = Event.objects.filter(kind__startswith="committees.", actor=cast.security_admin).order_by("id")
    assert [e.kind for e in kinds] == ["committees.end_appointment", "committees.appoint", "committees.transfer_clerk"]
    notices.deliver()
    told = Notice.objects.get(account=new.account, event__kind="committees.transfer_clerk")
    assert (told.url, task.case.proposal.title in told.text, told.urgent) == ("/handling/", True, True)
    assert "孟时雨变动为叶新知" in Notice.objects.get(account=cast.unit_leader, event__kind="committees.transfer_clerk").text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": "孟时雨", "username": "clerk"}, "就是现任承办人"),
        ({"name": "簿清明", "username": "audit"}, "不能兼任"),
        ({"name": "严守正", "username": "security"}, "不能任命自己"),
        ({"name": "另一人", "username": "YX001"}, "这个登录名已属于另一个人"),
        ({"name": "叶新知", "username": "19900007777", "reason": " "}, "请填写。"),
    ],
)
def test_a_hand_over_that_cannot_be_leaves_the_old_clerk_in_place(
    cast: Cast, security: Client, said: dict[str, str], sentence: str
) -> None:
    own = Appointment.objects.get(account=cast.clerk)
    before = Event.objects.count()
    assert sentence in security.post(f"/appointments/{own.uid}/transfer/", {"reason": "调离"} | said).text
    own.refresh_from_db()
    assert (own.ends_on, Event.objects.count()) == (None, before)


def test_only_the_security_administrator_hands_over(cast: Cast, client: Client) -> None:
    own = Appointment.objects.get(account=cast.clerk)
    for name, account in cast.everyone().items():
        if account == cast.security_admin:
            continue
        client.force_login(account)
        said = {"name": "叶新知", "username": "19900007777", "reason": ""}
        assert client.post(f"/appointments/{own.uid}/transfer/", said).status_code == 404, name
    own.refresh_from_db()
    assert (own.ends_on, Account.objects.filter(username="19900007777").exists()) == (None, False)


def test_an_appointment_does_not_open_the_account_of_a_member(cast: Cast) -> None:
    """Whoever appoints could otherwise appoint any member, of another committee too, and walk in with a reset code."""
    security = Client()
    security.force_login(cast.security_admin, backend="tongxin.accounts.backends.SignInName")
    for account in (cast.bystander, cast.member_of_other_county):
        made = actions.appoint(
            account, committee=cast.county, duty=Duty.UNIT_CLERK, starts_on=timezone.localdate(), unit=cast.unit,
            actor=cast.security_admin, at=timezone.now(),
        )  # fmt: skip
        answer = security.post(f"/appointments/{made.uid}/reset/", follow=True)
        assert "不能凭任命重设密码" in answer.text
        assert not account.invitations.exists()
        assert not Event.objects.filter(kind__in=("accounts.invite", "accounts.make_reset_code"), subject_id=account.pk).exists()


def test_nobody_is_appointed_twice_to_the_same(cast: Cast) -> None:
    with pytest.raises(actions.AppointmentError, match="无需重复任命"):
        actions.appoint(
            cast.clerk, committee=cast.county, duty=Duty.UNIT_CLERK, starts_on=timezone.localdate(), unit=cast.unit,
            actor=cast.security_admin, at=timezone.now(),
        )  # fmt: skip
    assert Appointment.objects.filter(account=cast.clerk).count() == 1


# ── the pages ──
def offered(page: str, appointment: Appointment) -> set[str]:
    steps = {"end", "reset", "factor", "transfer"}
    return {step for step in steps if f'href="/appointments/{appointment.uid}/{step}/"' in page}


def test_no_button_leads_to_a_refusal_that_is_known_before(cast: Cast, security: Client) -> None:
    today = timezone.localdate()
    for account in (cast.security_admin, cast.clerk, cast.office_of_other_county, cast.leader):
        codes.set_up(account)
    coming = appoint(cast, cast.bystander, Duty.FILING, starts_on=today + timedelta(days=1))
    elsewhere = appoint(cast, cast.office_of_other_county, Duty.FILING)
    page = security.get("/appointments/").text
    own, clerk, leader = (Appointment.objects.get(account=who) for who in (cast.security_admin, cast.clerk, cast.leader))
    assert offered(page, own) == set()
    assert page.count("本人的职责，由另一位安全管理员办理") == 1
    assert offered(page, clerk) == {"end", "reset", "factor", "transfer"}
    assert offered(page, leader) == {"end", "reset", "factor"}
    assert [offered(page, row) for row in (coming, elsewhere)] == [{"end"}] * 2


def waiting(page: str, appointment: Appointment) -> dict[str, str]:
    """Return the grey buttons of a row with what they wait for, as the page says it."""
    found = {
        step: re.search(rf'<p class="why" id="{step}-{appointment.uid}">(?:<svg.*?</svg>)?(.*?)</p>', page, re.DOTALL)
        for step in STEPS
    }
    grey = {step for step in STEPS if f'aria-disabled="true" aria-describedby="{step}-{appointment.uid}"' in page}
    assert grey == {step for step, said in found.items() if said}
    return {step: said[1].strip() for step, said in found.items() if said}


STEPS = ("reset", "factor")


def test_a_reset_that_waits_for_something_is_there_and_says_for_what(cast: Cast, security: Client) -> None:
    """The own row, one that ended, one without a second factor wait for nothing: no button, and no reason."""
    common: dict[str, Any] = {"actor": cast.security_admin, "at": timezone.now()}
    for account in (cast.clerk, cast.assigner, cast.leader, cast.security_admin):
        codes.set_up(account)
    Account.objects.filter(pk=cast.co_clerk.pk).update(is_active=False)
    seated, elsewhere = appoint(cast, cast.bystander, Duty.FILING), appoint(cast, cast.office_of_other_county, Duty.FILING)
    without = of(cast.clerk)
    actions.reset_second_factor(without, reason="手机丢失", **common)
    actions.make_reset_code(of(cast.assigner), **common)
    page = security.get("/appointments/").text
    name = cast.assigner.name
    assert {row.account.name: waiting(page, row) for row in Appointment.objects.filter(committee=cast.county)} == {
        account.name: {} for account in cast.everyone().values() if account.appointments.filter(committee=cast.county).exists()
    } | {
        cast.clerk.name: {
            "reset": f"{cast.clerk.name}的动态口令重置过，还没有重新设置，不能同时重置密码；{resetting.BOTH_LOST}。"
        },
        name: {"factor": f"{name}的密码刚发过重置码，还没有登录过，不能同时重置动态口令；{resetting.BOTH_LOST}。"},
        seated.account.name: {
            "reset": "这个账户还是委员账户，又没有设动态口令，不能凭任命重设密码；请先免去职责，再由委员联络人员发密码重置单。"
        },
        elsewhere.account.name: {"reset": f"{elsewhere.account.name}主要在另一个政协任职，请那里的安全管理员发重置码。"},
    }
    ended = security.get("/appointments/?part=ended").text
    assert "aria-disabled" not in ended


def of(account: Account) -> Appointment:
    return Appointment.objects.select_related("account", "committee").filter(account=account).earliest("id")


def test_what_the_list_offers_its_page_opens_and_the_act_does_and_what_it_does_not_both_refuse_with_one_sentence(
    cast: Cast, security: Client
) -> None:
    """A member without a second factor, a second factor that was taken away, a password just reset, a closed account."""
    common: dict[str, Any] = {"actor": cast.security_admin, "at": timezone.now()}
    for account in (cast.clerk, cast.leader, cast.assigner, cast.unit_leader):
        codes.set_up(account)
    seated = appoint(cast, cast.bystander, Duty.FILING)
    without, coded, closed = of(cast.clerk), of(cast.leader), of(cast.unit_leader)
    actions.reset_second_factor(without, reason="手机丢失", **common)
    actions.make_reset_code(of(cast.assigner), **common)
    Account.objects.filter(pk=closed.account_id).update(is_active=False)
    no_code = {seated.uid: "不能凭任命重设密码", without.uid: "不能同时重置密码", closed.uid: "的账户已经关闭，不能发重置码"}
    no_factor = {
        seated.uid: "没有启用动态口令", without.uid: "没有启用动态口令", of(cast.assigner).uid: "不能同时重置动态口令",
        closed.uid: "的账户已经关闭，不能重置动态口令", of(cast.office).uid: "没有启用动态口令",
    }  # fmt: skip
    page, before = security.get("/appointments/").text, Event.objects.count()
    for row in (seated, without, coded, closed, of(cast.assigner), of(cast.office)):
        steps = {step for step, refused in (("reset", no_code), ("factor", no_factor)) if row.uid not in refused}
        assert offered(page, row) & {"reset", "factor"} == steps, row
        for step, refused in (("reset", no_code), ("factor", no_factor)):
            answer = security.get(f"/appointments/{row.uid}/{step}/", follow=True)
            assert (answer.status_code, "将发生什么" in answer.text) == (200, row.uid not in refused), (row, step)
            assert refused.get(row.uid, "将发生什么") in answer.text, (row, step)
    for uid, sentence in no_code.items():
        with pytest.raises(actions.AppointmentError, match=sentence):
            actions.make_reset_code(Appointment.objects.get(uid=uid), **common)
    for uid, sentence in no_factor.items():
        with pytest.raises(actions.AppointmentError, match=sentence):
            actions.reset_second_factor(Appointment.objects.get(uid=uid), reason="手机丢失", **common)
    assert Event.objects.count() == before


def test_who_set_up_a_second_factor_again_is_offered_a_new_password_again(cast: Cast, security: Client) -> None:
    clerk = of(cast.clerk)
    codes.set_up(cast.clerk)
    actions.reset_second_factor(clerk, reason="手机丢失", actor=cast.security_admin, at=timezone.now())
    assert "reset" not in offered(security.get("/appointments/").text, clerk)
    codes.set_up(cast.clerk)
    assert "reset" in offered(security.get("/appointments/").text, clerk)


def test_nobody_makes_a_reset_code_for_himself(cast: Cast, security: Client) -> None:
    """A screen left open, and whoever sits down at it, would need no password."""
    cast.security_admin.set_password("一个很长很长的旧密码")
    cast.security_admin.save()
    security.force_login(cast.security_admin)
    own = Appointment.objects.get(account=cast.security_admin)
    assert "不能给自己发重置码" in security.post(f"/appointments/{own.uid}/reset/", follow=True).text
    assert not cast.security_admin.invitations.exists()
    assert not Event.objects.filter(kind="accounts.make_reset_code").exists()


def test_a_password_is_not_reset_before_what_follows_was_read(cast: Cast, security: Client) -> None:
    own = Appointment.objects.get(account=cast.clerk)
    assert "重发邀请" in security.get("/appointments/").text
    assert "第一次登录" in security.get(f"/appointments/{own.uid}/reset/").text
    cast.clerk.set_password("一个很长很长的旧密码")
    cast.clerk.save()
    page, before = security.get(f"/appointments/{own.uid}/reset/").text, Event.objects.count()
    assert ("将发生什么" in page, "立即告知本人和审计管理员" in page, "确认重置" in page) == (True, True, True)
    assert (cast.clerk.invitations.exists(), Event.objects.count()) == (False, before)
    slip = security.post(f"/appointments/{own.uid}/reset/", follow=True).context["slips"][0]
    assert (slip.resets, slip.coded) == (True, False)
    assert cast.clerk.invitations.count() == 1


def test_the_second_factor_is_spoken_of_on_the_slip_of_who_has_one_and_conditions_stand_above_what_follows(
    cast: Cast, security: Client
) -> None:
    own = Appointment.objects.get(account=cast.clerk)
    cast.clerk.set_password("一个很长很长的旧密码")
    cast.clerk.save()
    above, follows = security.get(f"/appointments/{own.uid}/reset/").text.split("将发生什么")
    assert ("请先当面核实是本人" in above, "请先当面核实是本人" in follows) == (True, False)
    said = []
    for has_one in (False, True):
        if has_one:
            codes.set_up(cast.clerk)
        page = security.post(f"/appointments/{own.uid}/reset/", follow=True).text
        said.append(("登录名不变。" in page, "登录名、动态口令不变。" in page))
    assert said == [(True, False), (False, True)]


def test_a_duty_ends_from_a_day_on_with_the_reason_and_not_before_it_is_confirmed(cast: Cast, security: Client) -> None:
    own = Appointment.objects.get(account=cast.clerk)
    page, today = f"/appointments/{own.uid}/end/", timezone.localdate()
    assert "将发生什么" in security.get(page).text
    for said in ({}, {"on": today.isoformat()}, {"on": (today - timedelta(days=1)).isoformat(), "reason": "调离"}):
        assert security.post(page, said).status_code == 200
        own.refresh_from_db()
        assert own.ends_on is None
    assert not Event.objects.filter(kind="committees.end_appointment").exists()
    later = today + timedelta(days=9)
    security.post(page, {"on": later.isoformat(), "reason": "调离"})
    own.refresh_from_db()
    data = Event.objects.get(kind="committees.end_appointment").data
    assert (own.ends_on, data["on"], data["reason"]) == (later, later.isoformat(), "调离")
    assert "起免去" in security.get("/appointments/").text


def test_the_only_one_who_guards_is_not_relieved_by_the_page(cast: Cast, security: Client) -> None:
    own = Appointment.objects.get(account=cast.audit_admin)
    assert "请先任命接任的人" in security.post(f"/appointments/{own.uid}/end/", ending()).text
    own.refresh_from_db()
    assert own.ends_on is None


def test_appointments_are_found_by_person_duty_and_unit_and_paged_by_key(cast: Cast, security: Client) -> None:
    def names(query: str) -> list[str]:
        return [a.account.name for a in security.get(f"/appointments/?{query}").context["list"].rows]

    assert names("q=孟时雨") == ["孟时雨"]
    assert names("q=CLERK") == ["孟时雨", "陆知行", "苏明澈"]
    assert sorted(names("q=督办")) == ["方闻笛", "程远帆"]
    assert names("q=县财政局") == ["陆知行"]
    assert names("q=江晚舟") == []
    everybody = names("")
    read, asked = [], "?"
    while asked:
        page = shown(replace(APPOINTMENTS, sizes=(4,)), QueryDict(asked.lstrip("?")), cast.security_admin, at=timezone.now())
        read, asked = read + [a.account.name for a in page.rows], page.next_url
    assert read == everybody
