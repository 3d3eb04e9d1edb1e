"""A code for a new password that waits: on whose desk it stands, who is told, until when."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, second_seat
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.reaching import telling
from tongxin.accounts.tests import codes
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.core.secrets import mask_phone, phone_hash
from tongxin.core.templatetags.chinese import moment
from tongxin.members import actions, queries
from tongxin.members.models import Member
from tongxin.members.rules import waiting_code
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


def queues(account: Account) -> dict[str, int]:
    return {queue.label: queue.count for queue in as_(account).get("/home/").context["queues"]}


@pytest.fixture
def asked(cast: Cast, keeper: Account) -> Member:
    """A member who has a password, and for whom the keeper made a code that waits."""
    cast.bystander.set_password("一个很长很长的旧密码")
    cast.bystander.save()
    member = cast.member(cast.bystander)
    actions.invite(member, actor=keeper, at=timezone.now())
    return member


def test_a_waiting_code_stands_on_the_desk_of_everybody_who_may_confirm_it_and_of_nobody_else(
    cast: Cast, keeper: Account, asked: Member
) -> None:
    now = timezone.now()
    for name, account in (cast.everyone() | {"keeper": keeper}).items():
        shown = queries.with_code_to_confirm(account, now).filter(pk=asked.pk).exists()
        assert shown == (name in {"office", "leader"}), name
        assert shown <= allowed(account, "members.confirm_reinvitation", asked), name
    for account in (cast.office, cast.leader):
        page = as_(account).get("/home/")
        [queue] = [q for q in page.context["queues"] if q.label == "重置码待确认"]
        assert (queue.count, [(t.url, t.title) for t in queue.items]) == (
            1,
            [(f"/members/{asked.uid}/confirm/", f"{asked.name}的密码重置码")],
        )
        listed = as_(account).get(queue.url)
        assert [row["member"].pk for row in listed.context["list"].lines] == [asked.pk]
    assert "重置码待确认" not in queues(keeper)


def test_it_leaves_the_desk_when_it_is_confirmed_or_its_time_has_come(cast: Cast, keeper: Account, asked: Member) -> None:
    assert queues(cast.leader) == {"重置码待确认": 1}
    Invitation.objects.update(works_from=timezone.now() - timedelta(seconds=1))  # no event tells of it
    assert queues(cast.leader) == {}
    Invitation.objects.update(works_from=timezone.now() + timedelta(hours=1))
    assert queues(cast.leader) == {"重置码待确认": 1}
    code = waiting_code(asked, at=timezone.now())
    assert code is not None
    actions.confirm_reinvitation(asked, code=code.uid, actor=Account.objects.get(pk=cast.leader.pk), at=timezone.now())
    assert queues(cast.leader) == {}


def test_everybody_who_may_confirm_is_told_and_the_slip_names_them(cast: Cast, keeper: Account, asked: Member) -> None:
    notices.deliver()
    told = Notice.objects.filter(event__kind="members.reinvite", text__contains="请核实是本人要求后确认")
    assert {n.account for n in told} == {cast.office, cast.leader}
    client = as_(keeper)
    slip = client.get(client.post(f"/members/{asked.uid}/invite/", {"read": "1"})["Location"]).text
    assert "委员联络、提案日常工作、主席会议成员都可以确认" in slip


def test_a_code_waits_for_the_committee_that_made_it_and_not_for_another_in_which_the_person_sits_too(
    cast: Cast, asked: Member
) -> None:
    """Else the other county's leader would open an account that is not at home there, recorded in the wrong stream."""
    there, now = second_seat(cast.bystander, cast.other_county, "050"), timezone.now()
    leader = Account.objects.create(username="wclead", name="陶远山", joined_at=now - timedelta(days=300))
    Account.objects.filter(pk=leader.pk).update(joined_at=now - timedelta(days=300))
    bodies.appoint(leader, committee=cast.other_county, duty=Duty.LEADERSHIP, starts_on=timezone.localdate(), actor=None, at=now)
    Account.objects.update(needs_second_factor=False)
    leader.refresh_from_db()
    [code] = Invitation.objects.filter(account=cast.bystander)
    page = as_(leader).post(f"/members/{there.uid}/confirm/", {"code": code.uid}, follow=True)
    assert "没有待确认的邀请码或重置码" in page.text
    code.refresh_from_db()
    assert code.works_from is not None
    assert code.works_from > now + timedelta(hours=71)
    assert not Event.objects.filter(kind="members.confirm_reinvitation").exists()
    assert (waiting_code(there, at=now), queries.with_code_to_confirm(leader, now).exists()) == (None, False)
    rows = telling(Member.objects.filter(account=cast.bystander), now)
    assert {row.committee.code: row.to_confirm for row in rows} == {"YX": True, "WC": False}
    assert [m.pk for m in queries.with_code_to_confirm(cast.leader, now)] == [asked.pk]


# ── who is asked to confirm ──
PHONE = "13800001234"


def with_phone(member: Member) -> str:
    """Give a member a telephone; return the page on which the code is confirmed."""
    Member.objects.filter(pk=member.pk).update(phone=PHONE, phone_hash=phone_hash(PHONE), email="secret@example.com")
    return f"/members/{member.uid}/confirm/"


def test_who_may_confirm_reads_the_phone_while_a_code_waits_and_leaves_a_record(
    cast: Cast, keeper: Account, asked: Member
) -> None:
    page, read = with_phone(asked), f"/members/{asked.uid}/phone/"
    client = as_(cast.leader)
    shown = [client.get(address).text for address in (page, f"/members/{asked.uid}/")]
    assert [(mask_phone(PHONE) in text, PHONE in text, read in text) for text in shown] == [(True, False, True)] * 2
    assert "secret@example.com" not in shown[1]
    assert not Event.objects.filter(kind="audit.read_protected").exists()
    assert PHONE in client.post(read).text
    event = Event.objects.get(kind="audit.read_protected")
    assert (event.actor, event.subject_id, event.data["field"]) == (cast.leader, asked.pk, "手机号")
    code = Invitation.objects.get(works_from__isnull=False)
    actions.confirm_reinvitation(asked, code=code.uid, actor=Account.objects.get(pk=cast.leader.pk), at=timezone.now())
    assert client.post(read).status_code == 403
    assert mask_phone(PHONE) not in client.get(f"/members/{asked.uid}/").text
    assert Event.objects.filter(kind="audit.read_protected").count() == 1


def test_nobody_else_reads_the_phone_for_a_waiting_code(cast: Cast, keeper: Account, asked: Member) -> None:
    with_phone(asked)
    others = {name: account for name, account in cast.everyone().items() if account != asked.account}
    may = {name for name, account in others.items() if allowed(account, "members.read_phone", Member.objects.get(pk=asked.pk))}
    assert may == {"office", "leader"}
    assert {name for name, a in others.items() if as_(a).post(f"/members/{asked.uid}/phone/").status_code == 200} == may
    fellow = cast.member(cast.proposer)  # no code waits for him
    assert not allowed(cast.leader, "members.read_phone", fellow)


def test_who_may_confirm_reads_what_became_of_the_code(cast: Cast, keeper: Account, asked: Member) -> None:
    def lines() -> list[str]:
        pages = [as_(cast.leader).get(f"/members/{asked.uid}/{more}").text for more in ("", "confirm/")]
        return [
            found[0] if (found := re.findall("重置码(?:已由|已经用过|已经作废|可以使用了)[^。]*", text)) else "" for text in pages
        ]

    assert lines() == ["", ""]
    code, at = Invitation.objects.get(works_from__isnull=False), timezone.now()
    actions.confirm_reinvitation(asked, code=code.uid, actor=Account.objects.get(pk=cast.office.pk), at=at)
    assert lines() == [f"重置码已由{cast.office.name}于 {moment(at)} 确认"] * 2
    assert "重置码已由" not in as_(cast.bystander).get(f"/members/{asked.uid}/").text
    actions.invite(asked, actor=keeper, at=timezone.now())  # another one, which waits
    assert lines() == ["", ""]
    latest = Invitation.objects.order_by("pk").last()
    assert latest is not None
    for change, said in (
        ({"works_from": timezone.now() - timedelta(hours=1)}, "重置码可以使用了"),
        ({"revoked_at": timezone.now()}, "重置码已经作废，无需再确认"),
        ({"used_at": timezone.now(), "revoked_at": None}, "重置码已经用过，无需再确认"),
        ({"made_at": timezone.now() - timedelta(days=15)}, ""),
    ):
        Invitation.objects.filter(pk=latest.pk).update(**change)
        Invitation.objects.exclude(pk=latest.pk).update(made_at=timezone.now() - timedelta(days=20))
        assert lines() == [said] * 2


def test_who_keeps_the_members_sends_who_holds_a_duty_to_where_it_is_done(cast: Cast, keeper: Account, asked: Member) -> None:
    """With a second factor the security administrator makes the code.

    Without one the duty ends first: both pages say the same.
    """
    account = cast.bystander
    duty = bodies.appoint(
        account, committee=cast.county, duty=Duty.FILING, starts_on=timezone.localdate(), actor=None, at=timezone.now()
    )
    page, row = as_(keeper), as_(cast.security_admin)
    before = Invitation.objects.count()
    first = "这个账户还是委员账户，又没有设动态口令，不能凭任命重设密码；请先免去职责，再由委员联络人员发密码重置单"
    said = page.get(f"/members/{asked.uid}/").text
    assert (f"{asked.name}承担职责，请用原来的登录名登录。{first}。" in said, "关联委员身份" in said) == (True, False)
    assert first in row.post(f"/appointments/{duty.uid}/reset/", follow=True).text
    with pytest.raises(actions.NotInvitedError, match=first):
        actions.invite(asked, actor=keeper, at=timezone.now())
    assert Invitation.objects.count() == before
    codes.set_up(account)
    said = page.get(f"/members/{asked.uid}/").text
    whom = f"{asked.name}承担职责，请用原来的登录名登录；忘记密码的，请{cast.county.short_name}的安全管理员发重置码。"
    assert (whom in said, first in said) == (True, False)
    assert "密码重置单" in row.post(f"/appointments/{duty.uid}/reset/", follow=True).text
    bodies.reset_second_factor_of(account, reason="手机丢失", actor=None, at=timezone.now())
    assert "两者都丢失的" in page.get(f"/members/{asked.uid}/").text
