"""Duties, numbers, units, appointments."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, moment
from tongxin.accounts.models import Account
from tongxin.accounts.tests import codes
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import found, raw
from tongxin.committees import actions, queries
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Session, Unit
from tongxin.committees.rules import holds
from tongxin.committees.tests.relieving import ending


def test_a_duty_is_held_from_its_first_to_its_last_day(cast: Cast) -> None:
    today = timezone.localdate()
    later = actions.appoint(
        cast.bystander,
        committee=cast.county,
        duty=Duty.FILING,
        starts_on=today + timedelta(days=1),
        actor=None,
        at=moment("2026-03-02"),
    )
    assert not holds(Duty.FILING).test(cast.bystander, cast.county)
    Appointment.objects.filter(pk=later.pk).update(starts_on=today)
    queries.forget_appointments(cast.bystander)
    assert holds(Duty.FILING).test(cast.bystander, cast.county)
    assert not holds(Duty.FILING).test(cast.bystander, cast.other_county)
    actions.end_appointment(later, ends_on=today - timedelta(days=1), actor=cast.security_admin, at=timezone.now())
    assert not holds(Duty.FILING).test(cast.bystander, cast.county)


def test_staff_must_use_a_second_factor(cast: Cast, client: Client) -> None:
    actions.appoint(
        cast.bystander, committee=cast.county, duty=Duty.FILING, starts_on=date(2026, 1, 1), actor=None, at=moment("2026-03-02")
    )
    client.force_login(cast.bystander)
    answer = client.get("/home/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/")


def test_numbers_have_no_gaps_and_are_given_inside_a_transaction(cast: Cast) -> None:
    with transaction.atomic():
        assert [actions.next_number(cast.county, "x") for _ in range(3)] == [1, 2, 3]
    assert actions.next_number(cast.other_county, "x") == 1
    actions.claim_number(cast.county, "x", 40)
    actions.claim_number(cast.county, "x", 20)
    assert actions.next_number(cast.county, "x") == 41


def test_a_units_duty_needs_a_unit(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(account=cast.office, committee=cast.county, duty=Duty.UNIT_CLERK, starts_on=date(2026, 1, 1))


def test_a_session_is_found_by_its_working_year(cast: Cast) -> None:
    assert queries.session_on(cast.county, date(2026, 5, 1)) == cast.session
    assert queries.session_on(cast.county, date(2025, 5, 1)) is None


@pytest.fixture
def security(cast: Cast, client: Client) -> Client:
    client.force_login(cast.security_admin)
    return client


def test_somebody_new_is_appointed_with_an_invitation(cast: Cast, security: Client) -> None:
    page = security.post(
        "/appointments/new/",
        {"name": "叶新知", "username": "19900007777", "duty": Duty.UNIT_CLERK, "unit": cast.unit.uid, "starts_on": "2026-03-02"},
        follow=True,
    )
    assert "登录邀请单" in page.text
    account = Account.objects.get(username="19900007777")
    assert account.needs_second_factor
    assert queries.units_with(account, Duty.UNIT_CLERK) == {cast.unit.pk}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"duty": "unit.clerk"}, "请选所在承办单位。"),
        ({"duty": "handling.assign"}, "交办、督办请选归口。"),
        ({"duty": "proposal.filing", "username": "YX001"}, "这个登录名已属于另一个人"),
        ({"duty": "admin.system", "username": "audit", "name": "簿清明"}, "应是三个人"),
    ],
)
def test_an_appointment_that_does_not_fit_is_told(cast: Cast, security: Client, data: dict[str, str], message: str) -> None:
    count = Appointment.objects.count()
    page = security.post("/appointments/new/", {"name": "叶新知", "username": "19900007777", "starts_on": "2026-03-02"} | data)
    assert message in page.text
    assert Appointment.objects.count() == count


@pytest.mark.parametrize("by", ["appointment", "transfer"])
def test_a_second_account_of_a_name_that_holds_a_duty_here_is_asked_about(cast: Cast, security: Client, by: str) -> None:
    """One person with two accounts could keep security beside another duty; two people of one name may be there."""
    address, data = "/appointments/new/", {"duty": Duty.FILING, "starts_on": "2026-03-02"}
    if by == "transfer":
        address = f"/appointments/{Appointment.objects.get(account=cast.clerk).uid}/transfer/"
        data = {"reason": "调离"}
    data |= {"name": cast.office.name, "username": "19900007777"}
    tick = 'name="another"'
    counts = (Account.objects.count(), Appointment.objects.count(), Event.objects.count())
    assert tick not in security.get(address).text
    page = security.post(address, data).text
    said = f"本会已有同名的{cast.office.name}（登录名 office），是同一个人的请填原来的登录名；不是同一个人的请勾选"
    assert (said in page, page.count(tick)) == (True, 1)
    assert (Account.objects.count(), Appointment.objects.count(), Event.objects.count()) == counts
    page = security.post(address, data | {"another": "on"}, follow=True).text
    assert ("登录邀请单" in page, Account.objects.filter(name=cast.office.name).count()) == (True, 2)


@pytest.mark.parametrize("written", ["office", " OFFICE "])
def test_who_holds_a_duty_here_gets_another_by_the_login_that_is_there(cast: Cast, security: Client, written: str) -> None:
    """Nor is anybody asked about a namesake of another committee."""
    Account.objects.filter(pk=cast.office_of_other_county.pk).update(name=cast.office.name)
    before = Account.objects.count()
    said = {"name": cast.office.name, "username": written, "duty": Duty.REGULATIONS, "starts_on": "2026-03-02"}
    assert "已任命" in security.post("/appointments/new/", said, follow=True).text
    assert (Account.objects.count(), cast.office.appointments.filter(duty=Duty.REGULATIONS).count()) == (before, 1)
    Account.objects.filter(pk=cast.clerk.pk).update(name="叶新知")
    Appointment.objects.filter(account=cast.clerk).update(committee=cast.other_county, duty=Duty.FILING, unit=None)
    said |= {"name": "叶新知", "username": "19900007777"}
    assert "登录邀请单" in security.post("/appointments/new/", said, follow=True).text


def test_no_duty_is_chosen_before_somebody_chooses_one(cast: Cast, security: Client) -> None:
    page = security.get("/appointments/new/")
    assert page.context["form"].fields["duty"].choices[0] == ("", "请选择")
    before = Appointment.objects.count()
    page = security.post(
        "/appointments/new/", {"name": "叶新知", "username": "19900007777", "starts_on": "2026-03-02", "duty": ""}
    )
    assert (list(page.context["form"].errors), Appointment.objects.count()) == (["duty"], before)


def test_where_there_is_no_unit_yet_the_page_says_so(cast: Cast, security: Client) -> None:
    hint = "本会还没有承办单位，请提案工作人员先增加单位"
    assert hint not in security.get("/appointments/new/").text
    Appointment.objects.filter(unit__committee=cast.county).delete()
    Unit.objects.filter(committee=cast.county).delete()
    assert hint in security.get("/appointments/new/").text


def test_the_duty_stands_on_the_slip_and_in_the_word_that_it_was_given(cast: Cast, security: Client) -> None:
    """And who must set up a second factor is told to bring an authenticator, also on a slip for a new password."""
    factor = "须设置动态口令，请先在手机上装好验证器。"
    said = {
        "name": "叶新知",
        "username": "19900007777",
        "duty": Duty.UNIT_CLERK,
        "unit": cast.unit.uid,
        "starts_on": "2026-03-02",
    }
    slip = security.post("/appointments/new/", said, follow=True).text
    assert (f"您承担的职责：{cast.unit.name}“承办人”。" in slip, f"首次登录{factor}" in slip) == (True, True)
    said |= {"duty": Duty.FILING, "unit": ""}
    assert "已任命叶新知承担“提案审定”" in security.post("/appointments/new/", said, follow=True).text
    account = Account.objects.get(username="19900007777")
    account.set_password("一个很长很长的旧密码")
    account.save()
    address = f"/appointments/{account.appointments.get(duty=Duty.FILING).uid}/reset/"
    slip = security.post(address, follow=True).text
    assert (f"登录时{factor}" in slip, f"首次登录{factor}" in slip, "您承担的职责" in slip) == (True, False, False)
    codes.set_up(account)
    assert factor not in security.post(address, follow=True).text


def test_appointments_end_but_not_the_own_security_duty(cast: Cast, security: Client) -> None:
    own = Appointment.objects.get(account=cast.security_admin)
    other = Appointment.objects.get(account=cast.clerk)
    assert "不能免去自己" in security.post(f"/appointments/{own.uid}/end/", ending(), follow=True).text
    security.post(f"/appointments/{other.uid}/end/", ending())
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.ends_on, other.ends_on) == (None, timezone.localdate())
    foreign = Appointment.objects.filter(committee=cast.other_county).first()
    assert foreign is not None
    assert security.post(f"/appointments/{foreign.uid}/end/").status_code == 404  # as what is not there


def test_units_are_kept_by_the_proposal_office(cast: Cast, client: Client) -> None:
    client.force_login(cast.clerk)
    assert client.get("/units/new/").status_code == 403
    client.force_login(cast.office)
    data = {"name": "县林业局", "system": "government", "short_name": "", "contact": "", "phone": ""}
    client.post("/units/new/", data)
    assert Unit.objects.filter(committee=cast.county, name="县林业局").exists()
    assert "已经有“县林业局”" in client.post("/units/new/", data).text
    foreign = Unit.objects.create(committee=cast.other_county, name="县林业局")
    assert client.get(f"/units/{foreign.uid}/").status_code == 404
    assert "县林业局" in client.get("/units/?q=林业").text


def test_a_units_number_is_kept_half_width_with_its_hyphen(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    data = {
        "name": "县林业局",
        "system": "government",
        "short_name": "",
        "contact": "",
        "phone": "　０９００ － １２３４５６７　",
    }
    client.post("/units/new/", data)
    assert Unit.objects.get(name="县林业局").phone == "0900-1234567"


def test_a_unit_that_was_moved_or_closed_past_the_house_is_found_and_not_vouched_for_again(cast: Cast, client: Client) -> None:
    """Whose a unit is, by which line it is overseen and until when it is one decides who may act for it."""
    client.force_login(cast.office)
    data = {"name": "县林业局", "system": "government", "short_name": "", "contact": "", "phone": ""}
    client.post("/units/new/", data)
    client.post(f"/units/{cast.unit.uid}/", data | {"name": cast.unit.name, "system": "party"})
    assert verifying.verify().ok
    made = Unit.objects.get(name="县林业局")
    for changed in ({"active_until": made.active_from}, {"system": "party"}, {"committee": cast.other_county}):
        before = {name: getattr(made, name) for name in changed}
        raw(Unit).filter(pk=made.pk).update(**changed)
        assert found()[0] == f"committees.unit:{made.uid}"
        raw(Unit).filter(pk=made.pk).update(**before)
    raw(Unit).filter(pk=made.pk).update(active_until=made.active_from)
    client.post(f"/units/{made.uid}/", data | {"contact": "柳"})
    assert (Unit.objects.get(pk=made.pk).contact, found()[0]) == ("柳", f"committees.unit:{made.uid}")


def test_the_office_opens_the_next_session_and_submissions_go_there(cast: Cast, client: Client) -> None:
    from tongxin.proposals.queries import session_and_season_at

    client.force_login(cast.office)
    data = {
        "term": 11,
        "number": 6,
        "starts_on": "2027-01-01",
        "plenary_from": "2027-01-11T09:00",
        "plenary_until": "2027-01-14T11:00",
        "cut_off_at": "2027-01-12T20:00",
    }
    assert client.post("/sessions/", data)["Location"] == "/sessions/"
    assert "这一次会议已经设立" in client.post("/sessions/", data).text
    made = Session.objects.get(committee=cast.county, number=6)
    assert session_and_season_at(cast.county, moment("2026-11-20")) == (made, "plenary")  # three months before
    assert session_and_season_at(cast.county, moment("2027-01-12", 21))[1] == "regular"
    late = {"plenary_from": "2027-01-11T09:00", "plenary_until": "2027-01-10T11:00", "cut_off_at": ""}
    assert "闭幕应在开幕之后" in client.post(f"/sessions/{made.uid}/", late).text
    client.post(f"/sessions/{made.uid}/", late | {"plenary_until": "2027-01-15T11:00"})
    made.refresh_from_db()
    assert made.cut_off_at is None
    client.force_login(cast.office_of_other_county)
    assert client.get(f"/sessions/{made.uid}/").status_code == 404
    client.force_login(cast.clerk)
    assert client.get("/sessions/").status_code == 403


def test_who_is_not_signed_in_any_more_is_led_to_the_sign_in_and_back_to_the_page(cast: Cast, client: Client) -> None:
    """A session that ran out is no missing page and no refusal."""
    own, session = Appointment.objects.get(account=cast.clerk), cast.county.sessions.earliest("id")
    ends = ("end", "reset", "factor", "transfer")
    paths = ["/units/new/", f"/units/{cast.unit.uid}/", f"/sessions/{session.uid}/"]
    for path in [*paths, *(f"/appointments/{own.uid}/{end}/" for end in ends)]:
        for answer in (client.get(path), client.post(path, {"name": "写了很久"})):
            assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}"), path


@pytest.mark.parametrize("path", ["/units/", "/appointments/", "/sessions/", "/audit/", "/notices/"])
def test_lists_ask_the_database_no_more_for_three_rows_than_for_one(
    cast: Cast, client: Client, path: str, django_assert_num_queries: object, one_minute: None
) -> None:
    from tongxin.notices import actions as notices

    who = {"/appointments/": cast.security_admin, "/audit/": cast.audit_admin}.get(path, cast.office)
    client.force_login(who)
    cast.submitted()
    notices.deliver()
    client.get(path)
    cache.clear()  # counts that are kept between two acts are read anew
    with django_assert_num_queries(QUERIES[path]):  # type: ignore[operator]
        client.get(path)
    for n in range(2):
        Unit.objects.create(committee=cast.county, name=f"县第{n}局")
        actions.open_session(
            cast.county, term=11, number=7 + n, starts_on=date(2028 + n, 1, 1), actor=None, at=moment("2026-03-02")
        )
        actions.appoint(
            cast.bystander,
            committee=cast.county,
            duty=(Duty.LEADERSHIP, Duty.FILING)[n],
            starts_on=date(2026, 1, 1 + n),
            actor=None,
            at=moment("2026-03-02"),
        )
        cast.submitted(title=f"关于第{n}件事的建议")
    notices.deliver()
    cache.clear()
    with django_assert_num_queries(QUERIES[path]):  # type: ignore[operator]
        client.get(path)


QUERIES = {"/units/": 22, "/appointments/": 15, "/sessions/": 19, "/audit/": 13, "/notices/": 19}
