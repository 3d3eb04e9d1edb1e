"""What is said before a duty ends of the work that stays open, and to whom a duty is still to begin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.committees import actions, queries
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.core.templatetags.chinese import full_day


@pytest.fixture
def security(cast: Cast, client: Client) -> Client:
    client.force_login(cast.security_admin)
    return client


def one_more(cast: Cast, name: str, duty: str = Duty.UNIT_CLERK, *, starts_in: int = 0) -> Account:
    """Appoint one more to a duty at the unit."""
    account = Account.objects.create(username=name, name=name, password="!")
    since = timezone.localdate() + timedelta(days=starts_in)
    actions.appoint(account, committee=cast.county, duty=duty, unit=cast.unit, starts_on=since, actor=None, at=timezone.now())
    Account.objects.filter(pk=account.pk).update(needs_second_factor=False)
    return Account.objects.get(pk=account.pk)


def what_happens(client: Client, account: Account) -> str:
    page = client.get(f"/appointments/{Appointment.objects.get(account=account).uid}/end/").text
    return "".join(page.partition('id="what"')[2].partition("</section>")[0].split())


def test_the_work_that_stays_open_is_said_before_a_clerk_is_relieved(cast: Cast, security: Client) -> None:
    assert "本单位现在没有在办的事项。" in what_happens(security, cast.clerk)
    cast.assigned()
    assert "本单位在办1件，免去后没有承办人。" in what_happens(security, cast.clerk)
    one_more(cast, "陈知秋")
    one_more(cast, "叶迟", starts_in=9)
    day = full_day(timezone.localdate() + timedelta(days=9)).replace(" ", "")
    assert f"本单位在办1件，免去后的承办人：陈知秋、叶迟（{day}起）。" in what_happens(security, cast.clerk)
    assert "本单位" not in what_happens(security, cast.leader)


def test_the_work_that_stays_open_is_said_before_a_unit_loses_its_leader(cast: Cast, security: Client) -> None:
    assert "本单位现在没有在办的事项。" in what_happens(security, cast.unit_leader)
    cast.assigned()
    alone = what_happens(security, cast.unit_leader)
    assert ("本单位在办1件，免去后没有单位负责人。" in alone, "变动" in alone) == (True, False)
    one_more(cast, "沈牧云", Duty.UNIT_LEADER)
    assert "本单位在办1件，免去后的单位负责人：沈牧云。" in what_happens(security, cast.unit_leader)
    assert "本单位在办1件，免去后没有承办人。" in what_happens(security, cast.clerk)  # a leader is no clerk


def test_who_is_relieved_of_what_nobody_else_does_is_said_before(cast: Cast, security: Client) -> None:
    """Of 交办 and 督办 it is said by 归口; who begins later is appointed already, and nobody is told to appoint one."""

    def last(account: Account) -> bool:
        return "现在没有别人承担“" in what_happens(security, account)

    assert [last(who) for who in (cast.leader, cast.clerk)] == [True, False]
    assigns = Appointment.objects.filter(committee=cast.county, duty=Duty.ASSIGN)
    assert [queries.is_last(row, timezone.localdate()) for row in assigns] == [True, True]
    assert "这是唯一的审计管理员，请先任命接任的人，再免去。" in what_happens(security, cast.audit_admin)
    second, today = Account.objects.create(username="second", name="第二人", password="!"), timezone.localdate()
    Appointment.objects.create(account=second, committee=cast.other_county, duty=Duty.LEADERSHIP, starts_on=today)
    assert last(cast.leader)
    Appointment.objects.create(account=second, committee=cast.county, duty=Duty.LEADERSHIP, starts_on=today + timedelta(days=1))
    assert not last(cast.leader)


def test_who_begins_later_reads_which_duty_and_from_when(cast: Cast, client: Client) -> None:
    client.force_login(one_more(cast, "叶迟", starts_in=9))
    page = client.get("/home/", follow=True).text
    day = full_day(timezone.localdate() + timedelta(days=9))
    assert f"县卫生健康局，自 {day}起任职，到任以前还不能办理" in page
    client.force_login(cast.clerk)
    page = client.get(reverse("account")).text
    assert ("县卫生健康局" in page, "到任以前" in page) == (True, False)


def test_a_lost_slip_is_replaced_before_the_duty_begins_while_no_password_was_set(cast: Cast, security: Client) -> None:
    account = one_more(cast, "叶迟", starts_in=20)
    own = Appointment.objects.get(account=account)
    reset = f"/appointments/{own.uid}/reset/"
    assert reset in security.get("/appointments/?q=叶迟").text
    assert security.post(reset, follow=True).context["slips"][0].name == "叶迟"
    assert account.invitations.count() == 1
    account.set_password("云溪的一条长口令")
    account.save(update_fields=["password"])
    assert reset not in security.get("/appointments/?q=叶迟").text
    assert "还没有开始，不能办理" in security.post(reset, follow=True).text
    assert account.invitations.count() == 1
