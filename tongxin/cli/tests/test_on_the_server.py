"""What is done on the server where nobody in the house may.

Appointing, resetting, and what check says of appointments.
"""

import json

import pytest

from tests.cast import Cast
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.core.secrets import phone_hash
from tongxin.members.models import Member


@pytest.mark.django_db
def test_an_emergency_appointment_is_recorded_as_one_and_told_to_audit(run, cast: Cast):
    from tongxin.notices import actions as notices
    from tongxin.notices.models import Notice

    common = ("appoint", "--committee", "YX", "--reason", "安全管理员离职，无人任命")
    code, out, err = run(*common, "--login", "newsec", "--name", "甘当先", "--duty", "安全管理员")
    assert (code, "邀请码" in out, "告知审计管理员" in err) == (0, True, True)
    assert "14 天内有效，请交给甘当先本人，在 http://localhost:8000/invitation/ 输入" in err
    event = Event.objects.get(kind="committees.break_glass")
    assert (event.actor, event.data["name"], event.data["duty"], event.data["reason"]) == (
        None,
        "甘当先",
        "安全管理员",
        "安全管理员离职，无人任命",
    )
    notices.deliver()
    told = Notice.objects.get(event=event, account=cast.audit_admin)
    assert (told.urgent, "甘当先" in told.text) == (True, True)
    assert Notice.objects.exclude(pk=told.pk).get(event=event).account.name == "甘当先"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--login", "audit", "--duty", "admin.security"), "不能兼任"),
        (("--login", "nobody", "--duty", "admin.security"), "用 --name 写明姓名"),
        (("--login", "office", "--name", "别人", "--duty", "proposal.filing"), "请核对"),
        (("--login", "office", "--duty", "皇帝"), "没有“皇帝”这项职责"),
        (("--login", "office", "--duty", "unit.clerk"), "请用 --unit"),
        (("--login", "office", "--duty", "handling.assign"), "请用 --affiliation"),
        (("--login", "office", "--duty", "proposal.filing", "--reason", " "), "请用 --reason"),
        (("--login", "office", "--duty", "proposal.filing", "--committee", "XX"), "没有代码为 XX 的政协"),
    ],
)
def test_an_emergency_appointment_that_cannot_be_says_why(run, cast: Cast, words, sentence):
    before = Event.objects.count()
    code, _out, err = run("appoint", "--committee", "YX", "--reason", "应急", *words)
    assert (code, sentence in err, Event.objects.count()) == (2, True, before)


@pytest.mark.django_db
def test_check_finds_who_holds_what_must_stand_alone(run, cast: Cast):
    from tongxin.committees.models import Appointment

    def found():
        return json.loads(run("check", "--json")[1])["problems"]["任免"]

    assert found() == []
    Appointment.objects.create(account=cast.audit_admin, committee=cast.county, duty="proposal.office", starts_on="2026-01-01")
    assert found() == ["云溪县政协的簿清明同时任审计管理员、提案日常工作，安全、审计管理员不能兼任，请免去一项"]


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["13800000042", "+86 138-0000 0042", "042"])
def test_an_emergency_appointment_makes_no_second_account_of_a_member(run, cast: Cast, login):
    """A member's phone or number is his own account: what he keeps already stands against the new duty."""
    from tongxin.accounts.models import Account
    from tongxin.committees.models import Appointment

    member = cast.member(cast.bystander)
    member.phone, member.phone_hash, member.number = "13800000042", phone_hash("13800000042"), "042"
    member.save(update_fields=["phone", "phone_hash", "number"])
    words = ("appoint", "--committee", "YX", "--reason", "应急", "--login", login, "--name", member.name, "--duty")
    before = Account.objects.count()
    code, out, _err = run(*words, "admin.security")
    assert (code, out, Account.objects.count()) == (0, "", before)
    assert Appointment.objects.get(account=cast.bystander).duty == "admin.security"
    events = Event.objects.count()
    code, _out, err = run(*words, "proposal.office")
    assert (code, "不能兼任" in err, Account.objects.count(), Event.objects.count()) == (2, True, before, events)


@pytest.mark.django_db
def test_check_names_two_accounts_of_one_person_that_hold_duties(run, cast: Cast):
    """The same name alone is no finding, the same name and phone is."""
    from tongxin.committees.models import Appointment

    member, people = cast.member(cast.bystander), type(cast.clerk).objects
    member.phone, member.phone_hash = "13800000042", phone_hash("13800000042")
    member.save(update_fields=["phone", "phone_hash"])
    twin = people.create(username="13800000042", name=member.name, password="!")
    namesake = people.create(username="namesake", name=member.name, password="!")

    def found():
        return json.loads(run("check", "--json")[1])["problems"]["任免"]

    for account, duty in ((cast.bystander, "proposal.office"), (namesake, "proposal.filing"), (twin, "admin.security")):
        assert found() == []
        Appointment.objects.create(account=account, committee=cast.county, duty=duty, starts_on="2026-01-01")
    held = f"云溪县政协的{member.name}有几个承担职责的账户：{cast.bystander.username}、13800000042"
    assert found() == [f"{held}，请核对是不是同一个人，是的请只留一个账户任职，其余的免去"]


@pytest.mark.django_db
def test_a_second_factor_is_reset_on_the_server_and_told(run, cast: Cast):
    from tongxin.accounts.queries import has_second_factor
    from tongxin.accounts.tests import codes
    from tongxin.notices import actions as notices
    from tongxin.notices.models import Notice

    codes.set_up(cast.security_admin)
    before = Event.objects.count()
    name = ("--name", "严守正")
    for words, sentence in (
        (("--login", "nobody", *name, "--reason", "丢失"), "没有登录名为 nobody 的账户"),
        (("--login", "security", *name, "--reason", " "), "请用 --reason"),
        (("--login", "security", "--name", "别人", "--reason", "丢失"), "请核对"),
        (("--login", "office", "--name", "秦若水", "--reason", "丢失"), "没有启用动态口令"),
    ):
        code, _out, err = run("reset-factor", *words)
        assert (code, sentence in err, Event.objects.count()) == (2, True, before)
    code, out, _err = run("reset-factor", "--login", "security", *name, "--reason", "手机丢失", "--with-code")
    assert (code, "重置码" in out, has_second_factor(cast.security_admin)) == (0, True, False)
    event = Event.objects.get(kind="committees.break_glass_factor")
    assert (event.actor, event.committee_code, event.data["reason"]) == (None, "YX", "手机丢失")
    notices.deliver()
    told = Notice.objects.filter(event=event, urgent=True).values_list("account__username", flat=True)
    assert sorted(told) == ["audit", "security"]
    of_code = Event.objects.latest("id")
    assert (of_code.kind, kinds.sentence(of_code)) == ("accounts.invite", "服务器操作人员向严守正发出登录邀请")


@pytest.mark.django_db
def test_who_lost_the_password_after_the_second_factor_was_reset_is_helped_on_the_server(run, cast: Cast):
    from django.utils import timezone

    from tongxin.accounts.queries import find
    from tongxin.accounts.tests import codes
    from tongxin.committees import actions as bodies
    from tongxin.committees.models import Appointment
    from tongxin.notices import actions as notices
    from tongxin.notices.models import Notice

    codes.set_up(cast.clerk)
    type(cast.clerk).objects.filter(pk=cast.clerk.pk).update(last_login=timezone.now())
    duty = Appointment.objects.get(account=cast.clerk)
    bodies.reset_second_factor(duty, reason="手机丢失", actor=cast.security_admin, at=timezone.now())
    with pytest.raises(bodies.AppointmentError, match="reset-factor --with-code"):
        bodies.make_reset_code(duty, actor=cast.security_admin, at=timezone.now())
    code, out, err = run("reset-factor", "--login", "clerk", "--name", "孟时雨", "--reason", "密码也丢失", "--with-code")
    assert kinds.sentence(Event.objects.latest("id")) == "服务器操作人员向孟时雨发出登录邀请"
    assert "重置码只显示这一次，只能用一次，14 天内有效，请交给孟时雨本人，在 http://localhost:8000/invitation/ 输入" in err
    assert (code, find(out.split()[-1], at=timezone.now()).account) == (0, cast.clerk)
    assert err.startswith("孟时雨（clerk）没有启用动态口令，只发了重置码，已写入操作记录")
    assert not Event.objects.filter(kind="committees.break_glass_factor").exists()
    event = Event.objects.get(kind="committees.break_glass_code")
    said = (kinds.sentence(event), kinds.detail(event), kinds.operator(event, kinds.sentence(event)))
    assert said == ("服务器操作人员应急发出孟时雨的密码重置码，动态口令没有启用", "密码也丢失", "服务器操作人员")
    notices.deliver()
    told = Notice.objects.filter(event=event, urgent=True).values_list("account__username", flat=True)
    assert sorted(told) == ["audit", "clerk", "security"]


@pytest.mark.django_db
def test_a_members_number_opens_the_same_account_on_the_server_as_at_the_door(run, cast: Cast):
    """Where two committees gave it, the person's name or the committee tells which one is meant."""
    from tongxin.accounts.queries import has_second_factor
    from tongxin.accounts.tests import codes

    mine, other = cast.member(cast.bystander), cast.member(cast.member_of_other_county)
    Member.objects.filter(pk__in=(mine.pk, other.pk)).update(number="007", name="同名人")
    type(cast.clerk).objects.filter(pk__in=(mine.account_id, other.account_id)).update(name="同名人")
    for account in (cast.bystander, cast.member_of_other_county):
        codes.set_up(account)
    words = ("reset-factor", "--name", "同名人", "--reason", "手机丢失", "--login", "007")
    assert "用 --committee 写明政协" in run(*words)[2]
    assert run(*words, "--committee", "XX")[::2] == (2, "没有代码为 XX 的政协。现有：QL、YX、WC。\n")
    assert "没有登录名为 007 的账户" in run(*words, "--committee", "QL")[2]
    assert run(*words, "--committee", "YX")[0] == 0
    assert (has_second_factor(cast.bystander), has_second_factor(cast.member_of_other_county)) == (False, True)
    Member.objects.filter(pk=mine.pk).update(number="008")
    assert run(*words)[0] == 0
    assert not has_second_factor(cast.member_of_other_county)


@pytest.mark.django_db
def test_what_was_done_on_the_server_is_nobodys_who_is_appointed(run, cast: Cast, client):
    """The operator of the server is no duty of the committee, neither in the sentence nor in the column."""
    run("init", "--committee-name", "政协望山县委员会", "--code", "WS", "--admin", "秦新")
    run("appoint", "--committee", "YX", "--reason", "应急", "--login", "newsec", "--name", "甘当先", "--duty", "admin.security")
    rows = Event.objects.filter(kind__in=("committees.appoint", "committees.break_glass", "accounts.invite")).order_by("id")
    assert [
        (kinds.sentence(e), kinds.operator(e, kinds.sentence(e)))
        for e in rows
        if e.committee_code == "WS" or "甘当先" in kinds.sentence(e)
    ] == [
        ("服务器操作人员任命秦新承担“安全管理员”", "服务器操作人员"),
        ("服务器操作人员向秦新发出登录邀请", "服务器操作人员"),
        ("服务器操作人员向甘当先发出登录邀请", "服务器操作人员"),
        ("服务器操作人员应急任命甘当先承担“安全管理员”", "服务器操作人员"),
    ]
    client.force_login(cast.audit_admin)
    page = client.get("/audit/?q=甘当先").text
    assert ('data-l="操作人">服务器操作人员' in page, 'data-l="操作人">—' in page, "系统管理员在服务器" in page) == (
        True,
        False,
        False,
    )


@pytest.mark.django_db
def test_an_emergency_appointment_takes_nobody_of_several_silently(run, cast: Cast):
    for username, name in (("gong1", "龚一"), ("GONG1", "龚二")):
        type(cast.clerk).objects.create(username=username, name=name, password="!")
    words = ("appoint", "--committee", "YX", "--reason", "应急", "--login", "gong1", "--duty", "admin.security")
    code, _out, err = run(*words)
    assert (code, "龚一、龚二。请用 --name 写明是哪一位" in err) == (2, True)
    assert run(*words, "--name", "龚二")[0] == 0
    assert Event.objects.get(kind="committees.break_glass").data["name"] == "龚二"


@pytest.mark.django_db
def test_a_familys_phone_is_told_apart_by_the_name(run, cast: Cast):
    from tongxin.accounts.queries import has_second_factor
    from tongxin.accounts.tests import codes
    from tongxin.core.secrets import phone_hash
    from tongxin.members.models import Member

    Member.objects.filter(account__in=(cast.proposer, cast.cosigner)).update(phone_hash=phone_hash("13800000009"))
    for account in (cast.proposer, cast.cosigner):
        codes.set_up(account)
    code, _out, _err = run("reset-factor", "--login", "13800000009", "--name", "何青禾", "--reason", "手机丢失")
    assert (code, has_second_factor(cast.proposer), has_second_factor(cast.cosigner)) == (0, True, False)


@pytest.mark.django_db
def test_a_founded_committee_gets_three_administrators_who_are_three_people(run, client):
    from tongxin.accounts.models import Account
    from tongxin.committees.models import Appointment

    run("init", "--committee-name", "中国人民政治协商会议云溪县委员会", "--code", "YX", "--admin", "严守正")
    first = Account.objects.get(username="admin")
    Account.objects.filter(pk=first.pk).update(needs_second_factor=False)
    client.force_login(first)
    for name, login, duty in (("簿清明", "audit", "admin.audit"), ("管系统", "system1", "admin.system")):
        client.post("/appointments/new/", {"name": name, "username": login, "duty": duty, "starts_on": "2026-01-01"})
    held = Appointment.objects.order_by("id").values_list("duty", "account__name")
    assert list(held) == [("admin.security", "严守正"), ("admin.audit", "簿清明"), ("admin.system", "管系统")]
