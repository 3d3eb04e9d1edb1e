"""Two hands in the same moment: one open code a person, and never no guard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.at_once import both, in_between
from tests.cast import TEXT, Cast
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests import codes
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees import queries
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.members import actions
from tongxin.members.acting import has_acted
from tongxin.members.choices import Ending
from tongxin.members.models import Member
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Endorsement, Proposal, Signature

pytestmark = pytest.mark.django_db(transaction=True)


def still_open() -> int:
    return Invitation.objects.filter(used_at=None, revoked_at=None).count()


def invite(member: Member, actor: Account) -> Callable[[], object]:
    seen = Member.objects.get(pk=member.pk)  # read before, as by the page
    return lambda: actions.invite(seen, actor=actor, at=timezone.now())


def test_two_invitations_of_one_seat_leave_one_open_code(cast: Cast) -> None:
    member = Member.objects.create(committee=cast.county, number="YX050", name="新委员")
    assert both(invite(member, cast.office), invite(member, cast.office)) == []
    assert (Invitation.objects.count(), still_open()) == (2, 1)
    assert Event.objects.filter(kind="members.invite").count() == 2


def test_two_codes_for_a_members_new_password_leave_one_open(cast: Cast) -> None:
    cast.bystander.set_password("一个很长很长的旧密码")
    cast.bystander.save()
    member = cast.member(cast.bystander)
    assert both(invite(member, cast.office), invite(member, cast.office)) == []
    assert (Invitation.objects.count(), still_open()) == (2, 1)


def test_two_reset_codes_leave_one_open(cast: Cast) -> None:
    codes.set_up(cast.clerk)

    def reset() -> Callable[[], object]:
        seen = Appointment.objects.select_related("account", "committee").get(account=cast.clerk)
        return lambda: bodies.make_reset_code(seen, actor=cast.security_admin, at=timezone.now())

    assert both(reset(), reset()) == []
    assert (Invitation.objects.count(), still_open()) == (2, 1)


@pytest.mark.parametrize("days", [(0, 0), (10, 9), (9, 10)])
def test_of_the_last_two_who_guard_one_stays(cast: Cast, days: tuple[int, int]) -> None:
    """Also where the first to go stays a day longer than the other: each alone would leave somebody."""
    today, second = timezone.localdate(), Account.objects.create(username="audit2", name="簿二明", password="!")
    bodies.appoint(second, committee=cast.county, duty=Duty.AUDIT_ADMIN, starts_on=today, actor=None, at=timezone.now())

    def end(who: Account, after: int) -> Callable[[], object]:
        seen, day = Appointment.objects.select_related("account", "committee").get(account=who), today + timedelta(days=after)
        return lambda: bodies.end_appointment(seen, actor=cast.security_admin, at=timezone.now(), ends_on=day)

    assert both(end(cast.audit_admin, days[0]), end(second, days[1]), refusals=(bodies.AppointmentError,)) == ["AppointmentError"]
    for after in range(30):
        assert queries.holders_of(cast.county, Duty.AUDIT_ADMIN, on=today + timedelta(days=after)).exists(), after
    assert Event.objects.filter(kind="committees.end_appointment").count() == 1
    assert verifying.verify().ok


def test_one_duty_is_not_ended_by_two_hands(cast: Cast) -> None:
    def end(after: int) -> Callable[[], object]:
        seen = Appointment.objects.select_related("account", "committee").get(account=cast.leader)
        day = timezone.localdate() + timedelta(days=after)
        return lambda: bodies.end_appointment(seen, actor=cast.security_admin, at=timezone.now(), ends_on=day)

    assert len(both(end(0), end(0), refusals=(bodies.AppointmentError,))) == 1
    assert Event.objects.filter(kind="committees.end_appointment").count() == 1


def test_the_last_two_duties_of_a_dead_person_that_end_at_once_close_the_account(cast: Cast) -> None:
    """Each alone would leave the other: the account's row is held, and the second to hold it sees both ended."""
    today, at = timezone.localdate(), timezone.now()
    held = [
        bodies.appoint(cast.bystander, committee=c, duty=Duty.REGULATIONS, starts_on=today, actor=None, at=at)
        for c in (cast.other_county, cast.city)
    ]
    actions.end_seat(cast.member(cast.bystander), ending=Ending.DIED, on=today, reason="", actor=cast.office, at=at)
    assert Account.objects.get(pk=cast.bystander.pk).is_active

    def end(appointment: Appointment) -> Callable[[], object]:
        return lambda: bodies.end_appointment(appointment, actor=None, at=timezone.now())

    assert both(*(end(appointment) for appointment in held)) == []
    assert not Account.objects.get(pk=cast.bystander.pk).is_active
    assert Event.objects.filter(kind="members.close_account").count() == 1
    assert verifying.verify().ok


# ── a seat released from its account while the person acts in it ──
def drafting(cast: Cast, member: Member) -> Callable[[], object]:
    return lambda: proposals.draft(cast.county, actor=cast.bystander, at=timezone.now(), first=member, text=TEXT)


def answering(cast: Cast, member: Member) -> Callable[[], object]:
    until = timezone.now() + timedelta(days=2)
    [asked] = proposals.invite_cosigners(
        cast.draft(timezone.now()), members=[member], until=until, actor=cast.proposer, at=timezone.now()
    )
    seen = Signature.objects.select_related("proposal", "member").get(pk=asked.pk)
    return lambda: proposals.answer_invitation(seen, accept=False, actor=cast.bystander, at=timezone.now())


def endorsing(cast: Cast, member: Member) -> Callable[[], object]:
    filed = cast.filed()
    return lambda: proposals.endorse(filed, member=member, actor=cast.bystander, at=timezone.now())


@pytest.mark.parametrize("acts_first", [False, True], ids=["released first", "acts first"])
@pytest.mark.parametrize("acting", [drafting, answering, endorsing])
def test_a_seat_is_released_or_acted_in_and_never_both(
    cast: Cast, acting: Callable[[Cast, Member], Callable[[], object]], *, acts_first: bool
) -> None:
    seen = Member.objects.get(account=cast.bystander)  # read before, as by the page
    act = acting(cast, seen)

    def release() -> None:
        actions.release_seat(Member.objects.get(pk=seen.pk), reason="关联错了", actor=cast.office, at=timezone.now())

    before = Event.objects.filter(kind__startswith="proposals.").count()
    works = (act, release) if acts_first else (release, act)
    assert len(both(*works, refusals=(actions.StandingError, proposals.ProposalError))) == 1
    seat = Member.objects.get(pk=seen.pk)
    assert (seat.account is None) != has_acted(seat)
    assert (seat.account is None) == (Event.objects.filter(kind__startswith="proposals.").count() == before)
    assert Event.objects.filter(kind="members.release_seat").count() == (seat.account is None)


def test_who_lost_the_seat_while_writing_reads_it_and_keeps_the_text(cast: Cast, client: Client) -> None:
    seat, title = cast.member(cast.bystander), TEXT["title"]
    client.force_login(cast.bystander)
    form = client.get("/proposals/new/", follow=True)

    def release() -> None:
        Member.objects.filter(pk=seat.pk).update(account=None)

    with in_between('SELECT "members_member"."account_id"', release):
        page = client.post(form.redirect_chain[-1][0], {**TEXT, "then": "edit"})
    assert ("关联刚刚解除" in page.text, title in page.text) == (True, True)
    assert not Proposal.objects.exists()
    filed = cast.filed()
    Member.objects.filter(pk=seat.pk).update(account=cast.bystander)
    with in_between('SELECT "members_member"."account_id"', release):
        page = client.post(f"/proposals/{filed.uid}/endorse/")
    assert (page.status_code, "关联刚刚解除" in client.get("/account/").text) == (302, True)
    assert not Endorsement.objects.exists()


def test_a_telephone_that_is_changed_links_no_seat_again_that_was_released_meanwhile(cast: Cast) -> None:
    seen = cast.member(cast.bystander)  # read before, as by the page
    Member.objects.filter(pk=seen.pk).update(account=None)
    assert actions.change_contact(seen, fields={"phone": "13900000007"}, actor=cast.office, at=timezone.now()) == ["手机"]
    now = Member.objects.get(pk=seen.pk)
    assert (now.account, now.phone) == (None, "13900000007")
