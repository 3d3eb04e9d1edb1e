"""A seat linked to the wrong account.

Released by the office while nothing stands in its name, and never opened by one hand.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, TEXT, Cast, second_seat
from tongxin.accounts.models import Account, Invitation
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.members import actions, queries
from tongxin.members.acting import has_acted
from tongxin.members.models import Member
from tongxin.members.rules import waiting_code
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Endorsement

NEW = "一个很长很长的新密码"
WHY = {"reason": "本人在云溪县政协已有账户"}


def after_releasing(member: Member, keeper: Account) -> list[str]:
    sentences: list[str] = signed_in(keeper).get(f"/members/{member.uid}/invite/").context["sentences"]
    return sentences


@pytest.fixture
def there(cast: Cast) -> Member:
    """A place in the other county for which the person, who has an account at home, made a second account by mistake."""
    Account.objects.update(joined_at=timezone.now() - timedelta(days=300))
    member = Member.objects.create(committee=cast.other_county, number="050", name=cast.bystander.name)
    sector = cast.other_county.sectors.select_related("term").get()
    seat = member.seats.create(committee=cast.other_county, term=sector.term, sector=sector, starts_on=sector.term.starts_on)
    audit.vouch(cast.other_county, [seat], at=timezone.now())
    code = actions.invite(member, actor=cast.office_of_other_county, at=timezone.now())
    opens(code)
    member.refresh_from_db()
    return member


def opens(code: str) -> bool:
    return bool(Client().post("/invitation/", {"code": code, "password": NEW, "again": NEW}).status_code == 302)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def release(member: Member, cast: Cast) -> None:
    actions.release_seat(member, **WHY, actor=cast.office_of_other_county, at=timezone.now())
    member.refresh_from_db()


def test_a_second_account_made_by_mistake_closes_and_the_seat_is_linked_to_the_first(cast: Cast, there: Member) -> None:
    mistaken, office = there.account, signed_in(cast.office_of_other_county)
    assert mistaken is not None
    session, page = signed_in(mistaken), f"/members/{there.uid}/"
    assert session.get("/home/").status_code == 200
    assert f'href="{page}release/"' in office.get(page).text
    shown = office.get(f"{page}release/").text
    assert ("将发生什么" in shown, "请当面或打电话告诉使用它的人" in shown) == (True, True)
    assert office.post(f"{page}release/").status_code == 200  # no reason, nothing happens
    there.refresh_from_db()
    assert there.account == mistaken
    assert office.post(f"{page}release/", WHY)["Location"] == page
    there.refresh_from_db()
    mistaken.refresh_from_db()
    assert (there.account, there.taken_at, mistaken.is_active, session.get("/home/").status_code) == (None, None, False, 302)
    event = Event.objects.get(kind="members.release_seat")
    assert (event.actor, event.committee_code, event.data["reason"], event.data["closed"]) == (
        cast.office_of_other_county,
        "WC",
        WHY["reason"],
        True,
    )
    code = actions.invite(there, actor=cast.office_of_other_county, at=timezone.now() - timedelta(hours=73))
    owner = signed_in(cast.bystander)
    assert owner.post("/account/seat/", {"code": code})["Location"] == "/account/"
    there.refresh_from_db()
    assert there.account == cast.bystander
    assert verifying.verify().ok


def test_an_account_that_has_other_places_or_a_duty_stays_open_and_is_told(cast: Cast) -> None:
    place = second_seat(cast.proposer, cast.other_county, "051")
    Account.objects.filter(pk=cast.proposer.pk).update(password=NEW)
    release(place, cast)
    account = Account.objects.get(pk=cast.proposer.pk)
    assert (place.account, account.is_active, cast.member(account).committee) == (None, True, cast.county)
    notices.deliver()
    told = [n.text for n in Notice.objects.filter(account=account, urgent=True)]
    assert told == [f"江晚舟解除了您的账户与望川县政协委员身份的关联：{WHY['reason']}。不是您要求的，请告诉机关"]


def test_a_reset_code_of_the_committee_that_answers_no_more_opens_nothing(cast: Cast, there: Member) -> None:
    bodies.appoint(
        there.account,
        committee=cast.county,
        duty=Duty.UNIT_CLERK,
        starts_on=timezone.localdate() - timedelta(days=9),
        unit=cast.unit,
        ends_on=timezone.localdate() - timedelta(days=1),
        actor=None,
        at=timezone.now(),
    )
    code = actions.invite(there, actor=cast.office_of_other_county, at=timezone.now() - timedelta(hours=80))
    release(there, cast)
    assert not opens(code)
    assert Invitation.objects.get(works_from__isnull=False).revoked_at is not None


# ── never by one hand ──
def test_releasing_and_inviting_again_opens_nothing_to_one_hand(cast: Cast, there: Member) -> None:
    keeper = cast.office_of_other_county
    release(there, cast)
    code = actions.invite(there, actor=keeper, at=timezone.now())
    assert not opens(code)
    assert "这个码还没有生效" in signed_in(cast.bystander).post("/account/seat/", {"code": code}).text
    waiting = waiting_code(there, at=timezone.now())
    assert waiting is not None
    with pytest.raises(actions.NotInvitedError, match="不能由自己确认"):
        actions.confirm_reinvitation(there, code=waiting.uid, actor=keeper, at=timezone.now())
    second = Account.objects.create(username="wclead", name="陶远山")
    Account.objects.filter(pk=second.pk).update(joined_at=timezone.now() - timedelta(days=300))
    bodies.appoint(
        second, committee=cast.other_county, duty=Duty.LEADERSHIP, starts_on=timezone.localdate(), actor=None, at=timezone.now()
    )
    Account.objects.update(needs_second_factor=False)
    second.refresh_from_db()
    assert [m.pk for m in queries.with_code_to_confirm(second, timezone.now())] == [there.pk]
    assert list(queries.with_code_to_confirm(keeper, timezone.now())) == []
    page = signed_in(second).get(f"/members/{there.uid}/confirm/").text
    assert ("重新发了登录邀请" in page, "密码重置码" in page) == (True, False)
    signed_in(second).post(f"/members/{there.uid}/confirm/", {"code": waiting.uid})
    assert opens(code)
    there.refresh_from_db()
    assert there.account is not None
    assert there.account.username.startswith("WC/")
    assert Account.objects.filter(name=there.name, is_active=True).count() == 2  # at home, and the new one


def test_the_page_says_that_the_new_invitation_waits_before_it_is_made(cast: Cast, there: Member) -> None:
    keeper = cast.office_of_other_county
    leads(cast)
    office, page = signed_in(keeper), f"/members/{there.uid}/"
    release(there, cast)
    shown, made = office.get(page).text, Event.objects.filter(kind="members.invite")
    before = made.count()
    assert (f'href="{page}invite/"' in shown, f'action="{page}invite/"' in shown) == (True, False)
    first = Member.objects.create(committee=cast.other_county, number="070", name="新委员")
    assert after_releasing(there, keeper) == [
        "原来的关联已经解除，请先核实，邀请单交给本人",
        "邀请码不能马上使用：须机关另一位工作人员确认（委员联络、提案日常工作、主席会议成员都可以确认）；没有人确认的，72 小时后可以使用",
        "立即告知审计管理员和可以确认的人",
        "可以使用后，本人已经有账户的，登录后用邀请码关联；没有账户的，凭邀请码设定密码，第一次登录",
        "14 天内有效，以前发的码作废",
    ]
    assert after_releasing(first, keeper) == ["本人还没有设定过密码，凭邀请码设定密码，第一次登录", "14 天内有效，以前发的码作废"]
    assert office.post(f"{page}invite/").status_code == 200  # a button drawn before it was released
    assert made.count() == before
    slip = office.get(office.post(f"{page}invite/", {"read": "1"})["Location"]).text
    assert "须机关另一位工作人员确认后才能使用" in slip
    row = next(row for row in office.get("/members/").context["list"].lines if row["member"].pk == there.pk)
    assert row["came"] == "码待确认"


def leads(cast: Cast) -> None:
    """Let somebody else in the other county be there to confirm."""
    leader = Account.objects.create(username="wclead", name="陶远山")
    bodies.appoint(leader, committee=cast.other_county, duty=Duty.LEADERSHIP, starts_on=NOW.date(), actor=None, at=timezone.now())


def test_where_there_is_nobody_else_nobody_is_sent_to_look_for_him(cast: Cast, there: Member) -> None:
    keeper, office, page = cast.office_of_other_county, signed_in(cast.office_of_other_county), f"/members/{there.uid}/"
    release(there, cast)
    assert "关联已解除，未重新邀请" in office.get(page).text
    assert after_releasing(there, keeper)[1:3] == [
        "邀请码不能马上使用：本会现在没有别人可以确认，72 小时后可以使用",
        "立即告知审计管理员",
    ]
    slip = office.get(office.post(f"{page}invite/", {"read": "1"})["Location"]).text
    assert "须机关另一位工作人员确认" not in slip
    shown = office.get(page).text
    assert ("本会现在没有别人可以确认" in shown, "请机关另一位工作人员在这一页确认" in shown) == (True, False)


def test_a_seat_is_released_and_taken_as_often_as_it_goes_wrong(cast: Cast, there: Member) -> None:
    for _n in range(3):
        release(there, cast)
        assert opens(actions.invite(there, actor=cast.office_of_other_county, at=timezone.now() - timedelta(hours=73)))
        there.refresh_from_db()
    assert there.account is not None
    assert there.account.is_active
    assert Account.objects.filter(name=there.name, is_active=False).count() == 3


def test_a_first_invitation_still_works_at_once(cast: Cast) -> None:
    member = Member.objects.create(committee=cast.county, number="YX060", name="新委员")
    assert opens(actions.invite(member, actor=cast.office, at=timezone.now()))


def test_who_audits_reads_of_an_invitation_that_waits_and_of_no_first_one(cast: Cast, there: Member) -> None:
    auditor = Account.objects.create(username="wcaudit", name="簿二明")
    bodies.appoint(
        auditor, committee=cast.other_county, duty=Duty.AUDIT_ADMIN, starts_on=timezone.localdate(), actor=None, at=timezone.now()
    )
    mistaken = there.account
    release(there, cast)
    actions.invite(there, actor=cast.office_of_other_county, at=timezone.now())
    actions.invite(
        Member.objects.create(committee=cast.other_county, number="070", name="新委员"),
        actor=cast.office_of_other_county,
        at=timezone.now(),
    )
    notices.deliver()
    told = Notice.objects.filter(event__kind="members.invite")
    assert {n.account for n in told} == {auditor}  # who made it is the only one here who might confirm
    assert [n.text.partition("；")[0] for n in told] == [f"江晚舟给委员{there.name}重新发了登录邀请，原来的关联已经解除"]
    assert [n.urgent for n in told] == [True]
    # closed: the page says so before, and asks to tell the person
    assert not Notice.objects.filter(account=mistaken).exists()


# ── only while nothing stands in its name ──
def drafts(cast: Cast, member: Member) -> None:
    proposals.draft(cast.county, actor=cast.bystander, at=NOW, first=member, text=TEXT)


def answers(*, accept: bool) -> Callable[[Cast, Member], None]:
    def act(cast: Cast, member: Member) -> None:
        until = timezone.now() + timedelta(days=2)
        [asked] = proposals.invite_cosigners(
            cast.draft(timezone.now()), members=[member], until=until, actor=cast.proposer, at=timezone.now()
        )
        proposals.answer_invitation(asked, accept=accept, actor=cast.bystander, at=timezone.now())

    return act


def endorses(cast: Cast, member: Member) -> None:
    Endorsement.objects.create(committee=cast.county, proposal=cast.filed(), member=member, at=NOW)


@pytest.mark.parametrize(
    "act", [drafts, answers(accept=True), answers(accept=False), endorses], ids=["draft", "yes", "no", "endorse"]
)
def test_a_seat_in_whose_name_something_stands_is_not_released(cast: Cast, act: Callable[[Cast, Member], None]) -> None:
    member = cast.member(cast.bystander)
    act(cast, member)
    office = signed_in(cast.office)
    with pytest.raises(actions.StandingError, match="不能解除关联"):
        actions.release_seat(member, **WHY, actor=cast.office, at=timezone.now())
    page = f"/members/{member.uid}/"
    assert f"{page}release/" not in office.get(page).text
    assert office.post(f"{page}release/", WHY)["Location"] == page
    member.refresh_from_db()
    assert (member.account, Event.objects.filter(kind="members.release_seat").exists()) == (cast.bystander, False)


def test_who_was_only_asked_has_not_acted(cast: Cast) -> None:
    member, until = cast.member(cast.bystander), timezone.now() + timedelta(days=2)
    [asked] = proposals.invite_cosigners(
        cast.draft(timezone.now()), members=[member], until=until, actor=cast.proposer, at=timezone.now()
    )
    for answer, acted in ((Answer.INVITED, False), (Answer.LAPSED, False), (Answer.LEFT, True)):
        type(asked).objects.filter(pk=asked.pk).update(answer=answer)
        assert (answer, has_acted(member)) == (answer, acted)


WHAT_HANGS_ON_A_MEMBER = {
    "members.member": "合并进来的重复登记：机关合并的",
    "members.seat": "机关登记的席位，不是本人办理的",
    "members.post": "机关登记的职务",
    "members.suspension": "机关登记的停止履职",
    "proposals.signature": "算：提出、答复联名；评价只能由联名、提出的人作出",
    "proposals.endorsement": "算：附议",
}


def test_every_row_that_hangs_on_a_member_counts_as_an_act_or_says_why_not() -> None:
    found = {
        model._meta.label_lower for model in apps.get_models() for field in model._meta.fields if field.related_model is Member
    }
    assert found == set(WHAT_HANGS_ON_A_MEMBER)


def test_only_who_keeps_the_members_releases_and_never_the_own(cast: Cast, there: Member) -> None:
    for name, account in cast.everyone().items():
        if account == cast.office_of_other_county:
            continue
        for place, client in ((there, signed_in(account)), (cast.member(cast.bystander), signed_in(account))):
            if account == cast.office and place != there:
                continue
            assert (name, client.post(f"/members/{place.uid}/release/", WHY).status_code in {403, 404}) == (name, True)
    own = second_seat(cast.office_of_other_county, cast.other_county, "052")
    assert signed_in(cast.office_of_other_county).post(f"/members/{own.uid}/release/", WHY).status_code == 403
    there.refresh_from_db()
    assert there.account is not None
    assert not Event.objects.filter(kind="members.release_seat").exists()
