"""One person kept twice becomes one member, and can be two again.

Rows, names, accounts, proofs, what is said before.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone

from tests.at_once import both
from tests.cast import NOW, Cast
from tongxin.accounts import names
from tongxin.accounts.models import Account, Invitation
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import Presence, Rating, Reply
from tongxin.members import actions, carrying, merging, queries
from tongxin.members.choices import Ending, Rank
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.privacy import queries as privacy
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer, Form, Role
from tongxin.proposals.models import Endorsement, Proposal, Signature
from tongxin.proposals.queries import raters

WHY = "同一人导入了两次"
BY_THE_MERGER = {"members.seat.member", "members.post.member", "members.suspension.member", "members.member.merged_into"}


def merge(stays: Account, goes: Account, cast: Cast, *taken: str) -> tuple[Member, Member]:
    first, second = cast.member(stays), cast.member(goes)
    merging.merge(first, second, taken=taken, reason=WHY, actor=cast.office, at=timezone.now())
    return Member.everybody.get(pk=first.pk), Member.everybody.get(pk=second.pk)


def part(stays: Member, goes: Member, cast: Cast) -> None:
    merging.part(stays, goes, reason="原来是两个人", actor=cast.office, at=timezone.now())


def opens(realm: str, number: str) -> list[Account]:
    return [account for account in names.find(realm, number) if account.is_active]


def picture() -> dict[str, list[Any]]:
    """Everything that a merger may touch, as it stands."""
    members = Member.everybody.order_by("pk").values_list(
        "pk", "account", "number", "name", "sound", "phone", "phone_hash", "workplace", "party", "merged_into"
    )
    dated = {
        str(model): list(model.objects.order_by("pk").values_list("pk", "member", "starts_on", "ends_on"))
        for model in (Seat, Post, Suspension)
    }
    return dated | {
        "members": list(members),
        "names": list(Signature.written.order_by("pk").values_list("uid", "member", "answer", "role", "place_in_list")),
        "endorsed": list(Endorsement.objects.order_by("uid").values_list("uid", "member", "proposal", "at")),
        "there": list(Presence.objects.order_by("uid").values_list("uid", "signature", "contact", "happened")),
        "open": list(Account.objects.order_by("pk").values_list("pk", "is_active")),
        "forms": list(Proposal.objects.order_by("pk").values_list("pk", "form")),
    }


# ── nothing that refers to a member is forgotten ──
def test_every_foreign_key_to_a_member_goes_along() -> None:
    """A new one is red until `merging`, or an app that carries it, answers for it."""
    found = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, (models.ForeignKey, models.ManyToManyField)) and field.related_model is Member
    }
    assert found == BY_THE_MERGER | carrying.answered_for()


# ── the act, and its way back ──
def test_everything_goes_to_the_one_that_stays_and_comes_back_when_the_merger_is_taken_back(cast: Cast) -> None:
    cast.answered(NOW)
    other = proposals.draft(
        cast.county, actor=cast.bystander, at=NOW, first=cast.member(cast.bystander), text={"title": "关于路灯的建议"}
    )
    endorsed = cast.filed(NOW, title="关于校车的建议")
    proposals.endorse(endorsed, member=cast.member(cast.bystander), actor=cast.bystander, at=NOW)
    actions.suspend(cast.member(cast.bystander), on=date(2026, 2, 1), reason="接受调查", actor=cast.office, at=timezone.now())
    post = Post.objects.create(
        committee=cast.county, member=cast.member(cast.bystander), term=cast.sector.term, rank=Rank.STANDING, starts_on=NOW.date()
    )
    audit.vouch(cast.county, [post], at=NOW)
    Member.objects.filter(account=cast.bystander).update(workplace="县中学", party="民盟盟员")
    before = picture()
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast, "workplace")
    assert goes.merged_into == stays
    assert (stays.workplace, goes.workplace, stays.party) == ("县中学", "", "")
    assert Signature.objects.get(proposal=other).member == stays
    assert Endorsement.objects.get().member == stays
    assert (Post.objects.get().member, stays.suspensions.get().starts_on) == (stays, date(2026, 2, 1))
    assert (stays.seats.get().ends_on, goes.seats.get().ends_on) == (None, goes.seats.get().starts_on)
    assert (stays.account, goes.account) == (cast.second_cosigner, cast.bystander)
    assert not Account.objects.get(pk=cast.bystander.pk).is_active
    assert verifying.verify().ok
    part(stays, goes, cast)
    assert picture() == before
    assert verifying.verify().ok


def test_what_overlaps_becomes_one_from_the_earlier_day_with_the_seat_that_was_chosen(cast: Cast) -> None:
    member = cast.member(cast.bystander)
    elsewhere = cast.county.sectors.create(term=cast.sector.term, name="教育界")
    Seat.objects.filter(member=member).update(starts_on=date(2022, 3, 1), sector=elsewhere)
    for account, day in ((cast.bystander, date(2023, 5, 1)), (cast.second_cosigner, date(2024, 5, 1))):
        Post.objects.create(
            committee=cast.county, member=cast.member(account), term=cast.sector.term, rank=Rank.STANDING, starts_on=day
        )
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast, "seat")
    assert [(s.sector, s.starts_on) for s in stays.seats.all()] == [(elsewhere, date(2022, 1, 1))]
    assert [post.starts_on for post in stays.posts.all()] == [date(2023, 5, 1)]
    assert not Member.objects.seated(timezone.localdate()).filter(pk=goes.pk).exists()
    assert queries.why_not_merged(stays, goes)


def test_of_two_names_under_a_proposal_one_stands_and_the_ratings_are_kept_and_count_once(cast: Cast) -> None:
    case = cast.answered(NOW)
    [reply] = Reply.objects.filter(task__case=case)
    for account, result in ((cast.proposer, "satisfied"), (cast.cosigner, "dissatisfied")):
        signature = Signature.objects.get(proposal=case.proposal, member__account=account)
        handling.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result=result,
            comment="再说说。",
            actor=account,
            at=NOW + timedelta(days=1),
        )
    before = picture()
    stays, goes = merge(cast.cosigner, cast.proposer, cast)
    [name] = Signature.objects.filter(proposal=case.proposal)
    assert (name.member, name.role, Signature.written.filter(proposal=case.proposal).count()) == (stays, Role.FIRST, 2)
    assert {r.signature.signer for r in Rating.objects.select_related("signature")} == {stays.pk}
    assert [r.result for r in cases.once_each(Rating.objects.select_related("signature"))] == ["satisfied"]
    assert cases.rejected(case, NOW.date()) == []  # the one that counts was satisfied
    assert [signature.member for signature in raters(case.proposal)] == [stays]
    assert Proposal.objects.get(pk=case.proposal_id).form == Form.JOINT  # decided long ago
    assert verifying.verify().ok
    part(stays, goes, cast)
    assert picture() == before


def test_a_text_that_nobody_else_signs_is_a_joint_one_no_more(cast: Cast) -> None:
    text = cast.draft()
    [asked] = proposals.invite_cosigners(
        text, members=[cast.member(cast.cosigner)], until=NOW + timedelta(days=1), actor=cast.proposer, at=NOW
    )
    proposals.answer_invitation(asked, accept=True, actor=cast.cosigner, at=NOW)
    stays, goes = merge(cast.proposer, cast.cosigner, cast)
    assert (Signature.objects.get().member, Proposal.objects.get(pk=text.pk).form) == (stays, Form.INDIVIDUAL)
    part(stays, goes, cast)
    assert (Signature.objects.count(), Proposal.objects.get(pk=text.pk).form) == (2, Form.JOINT)


def test_who_signs_a_proposal_endorses_it_no_more(cast: Cast) -> None:
    proposal = cast.filed(NOW)
    for account in (cast.bystander, cast.second_cosigner):
        proposals.endorse(proposal, member=cast.member(account), actor=account, at=NOW)
    before = picture()
    first, second = merge(cast.bystander, cast.second_cosigner, cast)
    assert Endorsement.objects.get().member == first
    stays, goes = merge(cast.proposer, cast.bystander, cast)
    assert not Endorsement.objects.exists()
    part(stays, goes, cast)
    part(first, second, cast)
    assert picture() == before


def test_a_talk_asks_one_person_once(cast: Cast) -> None:
    case = cast.answered(NOW)
    contact = case.tasks.get(unit=cast.unit).contacts.get()
    other = Signature.objects.get(proposal=case.proposal, member__account=cast.cosigner)
    Presence.objects.create(committee=cast.county, contact=contact, signature=other)
    handling.confirm_contact(contact, actor=cast.proposer, at=NOW)
    before = picture()
    stays, goes = merge(cast.cosigner, cast.proposer, cast)
    assert [row.happened for row in Presence.objects.all()] == [True]
    assert not cases.to_confirm(stays).exists()
    part(stays, goes, cast)
    assert picture() == before


# ── accounts ──
def test_the_account_that_is_taken_over_signs_in_with_both_numbers_and_the_other_closes_with_its_codes(cast: Cast) -> None:
    used = cast.bystander
    used.set_password("一个很长很长的旧密码")
    used.save()
    session = Client()
    session.force_login(cast.second_cosigner)
    actions.invite(cast.member(cast.second_cosigner), actor=cast.office, at=timezone.now())
    stays, goes = merge(cast.second_cosigner, used, cast, "account")
    assert (stays.account, goes.account) == (used, cast.second_cosigner)
    assert names.of(used)[:2] == ["YX003", "YX004"]
    for number in ("YX003", "YX004", "yx4", "ＹＸ００３", "YX0003"):
        assert opens("YX", number) == [used], number
    assert opens("WC", "050") == []
    assert not Invitation.objects.filter(revoked_at=None).exists()
    assert session.get("/home/").status_code == 302
    part(stays, goes, cast)
    assert opens("YX", "YX003") == [Account.objects.get(pk=cast.second_cosigner.pk)]
    assert Account.objects.get(pk=cast.second_cosigner.pk).is_active


def test_an_account_that_holds_a_duty_stays_open(cast: Cast) -> None:
    Member.objects.filter(account=cast.bystander).update(account=cast.leader)
    stays, goes = cast.member(cast.second_cosigner), cast.member(cast.leader)
    said = queries.what_follows_merging(stays, goes, ())
    assert "编号 YX004 原来的账户不再关联本会委员身份；它在别处的委员身份和承担的职责不变，密码不变" in said
    merging.merge(stays, goes, taken=(), reason=WHY, actor=cast.office, at=timezone.now())
    goes = Member.everybody.get(pk=goes.pk)
    assert (goes.account, Account.objects.get(pk=cast.leader.pk).is_active) == (None, True)
    part(stays, goes, cast)
    assert Member.objects.get(pk=goes.pk).account == cast.leader


def test_the_only_account_comes_along(cast: Cast) -> None:
    made = Member.objects.create(committee=cast.county, number="YX101", name="周望舒")
    actions.invite(made, actor=cast.office, at=timezone.now())
    merging.merge(made, cast.member(cast.bystander), taken=(), reason=WHY, actor=cast.office, at=timezone.now())
    made.refresh_from_db()
    assert (made.account, Account.objects.get(pk=cast.bystander.pk).is_active) == (cast.bystander, True)
    assert not Invitation.objects.filter(revoked_at=None).exists()
    notices.deliver()
    told = Notice.objects.get(account=cast.bystander, event__kind="members.merge")
    assert "编号 YX004 并入编号 YX101" in told.text


# ── what cannot be ──
def test_two_committees_two_lives_and_who_went_already_are_not_made_one(cast: Cast) -> None:
    mine, theirs = cast.member(cast.bystander), cast.member(cast.member_of_other_county)
    assert "不在同一个政协" in queries.why_not_merged(mine, theirs)
    gone = cast.member(cast.former_member)
    assert "2026 年 2 月 1 日起终止（辞去委员）" in queries.why_not_merged(mine, gone)
    actions.end_seat(mine, ending=Ending.DIED, on=NOW.date(), reason="", actor=cast.office, at=timezone.now())
    assert "登记去世" in queries.why_not_merged(cast.member(cast.cosigner), mine)
    with pytest.raises(actions.StandingError, match="登记去世"):
        merging.merge(cast.member(cast.cosigner), mine, taken=(), reason=WHY, actor=cast.office, at=timezone.now())
    assert not Event.objects.filter(kind="members.merge").exists()
    stays, goes = merge(cast.cosigner, cast.second_cosigner, cast)
    assert f"已经并入编号 {stays.number}" in queries.why_not_merged(cast.member(cast.proposer), goes)


def test_who_left_on_the_same_day_in_both_rows_is_one(cast: Cast) -> None:
    mine = cast.member(cast.bystander)
    gone = cast.member(cast.former_member).seats.get()
    assert gone.ends_on is not None
    said: dict[str, Any] = {"ending": Ending.RESIGNED, "on": gone.ends_on, "reason": "工作调动"}
    actions.end_seat(mine, **said, actor=cast.office, at=timezone.now())
    stays, _goes = merge(cast.bystander, cast.former_member, cast)
    assert [seat.ends_on for seat in stays.seats.all()] == [gone.ends_on]


def test_what_was_taken_away_when_its_time_was_over_makes_nobody_one(cast: Cast) -> None:
    old = timezone.localdate() - timedelta(days=365 * 12)
    Seat.objects.filter(member__account=cast.former_member).update(starts_on=old - timedelta(days=900), ends_on=old)
    Member.objects.filter(account=cast.former_member).update(workplace="县中学")
    [keeping] = [k for k in privacy.keepings(cast.county, timezone.localdate()) if k.key == "departed_contacts"]
    from tongxin.privacy import actions as erasing

    mine, gone = cast.member(cast.bystander), cast.member(cast.former_member)
    assert queries.why_not_merged(mine, gone) == ""
    erasing.erase(keeping, seen=keeping.digest, actor=cast.office, at=timezone.now())
    assert "已经按保存期限清除" in queries.why_not_merged(mine, cast.member(cast.former_member))


def test_what_changed_since_is_not_taken_back(cast: Cast) -> None:
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast)
    actions.end_seat(stays, ending=Ending.RESIGNED, on=NOW.date(), reason="工作调动", actor=cast.office, at=timezone.now())
    with pytest.raises(actions.StandingError, match="又有变动"):
        part(stays, goes, cast)
    assert Member.everybody.get(pk=goes.pk).merged_into == stays


def test_two_mergers_are_taken_back_the_last_one_first(cast: Cast) -> None:
    first, gone = merge(cast.second_cosigner, cast.bystander, cast)
    stays, second = merge(cast.cosigner, cast.second_cosigner, cast)
    assert opens("YX", "YX004") == [stays.account]
    with pytest.raises(actions.StandingError, match="已经并入编号 YX002"):
        part(second, gone, cast)
    part(stays, second, cast)
    part(first, gone, cast)
    assert Member.objects.filter(pk__in=[first.pk, gone.pk]).count() == 2


def test_of_two_mergers_into_one_the_later_is_taken_back_first(cast: Cast) -> None:
    stays, first = merge(cast.cosigner, cast.bystander, cast)
    _stays, second = merge(cast.cosigner, cast.second_cosigner, cast)
    with pytest.raises(actions.StandingError, match="后来又并入了编号 YX003"):
        part(stays, first, cast)
    part(stays, second, cast)
    part(stays, first, cast)
    assert Member.objects.filter(pk__in=[first.pk, second.pk], seats__ends_on=None).count() == 2


def test_a_row_changed_past_the_house_is_not_vouched_for_by_a_merger(cast: Cast) -> None:
    seat = cast.member(cast.bystander).seats.get()
    Seat.objects.filter(pk=seat.pk).update(convenes=True)
    assert not verifying.verify().ok
    merge(cast.second_cosigner, cast.bystander, cast)
    assert not verifying.verify().ok


def test_a_merger_that_was_taken_back_stands_on_both_pages(cast: Cast, office: Client) -> None:
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast)
    part(stays, goes, cast)
    for member, other in ((stays, goes), (goes, stays)):
        page = office.get(f"/members/{member.uid}/").text
        assert (f"与编号 {other.number} 合并过，已撤销合并" in page, "原来是两个人" in page) == (True, True)


# ── two hands ──
@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_one_merges(cast: Cast) -> None:
    one, other = cast.member(cast.second_cosigner), cast.member(cast.bystander)

    def work(stays: Member, goes: Member) -> Any:
        return lambda: merging.merge(stays, goes, taken=(), reason=WHY, actor=cast.office, at=timezone.now())

    refused = both(work(one, other), work(other, one), refusals=(actions.StandingError,))
    assert refused == ["StandingError"]
    assert Member.objects.filter(pk__in=[one.pk, other.pk]).count() == 1
    assert Event.objects.filter(kind="members.merge").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_acts_in_the_same_moment_acts_before_or_is_refused(cast: Cast) -> None:
    proposal, one, other = cast.filed(NOW), cast.member(cast.second_cosigner), cast.member(cast.bystander)
    refused = both(
        lambda: merging.merge(one, other, taken=(), reason=WHY, actor=cast.office, at=timezone.now()),
        lambda: proposals.endorse(proposal, member=other, actor=cast.bystander, at=NOW),
        refusals=(actions.StandingError, proposals.ProposalError),
    )
    held = [row.member_id for row in Endorsement.objects.all()]
    assert (refused, held) in [(["ProposalError"], []), ([], [one.pk])]
    assert verifying.verify().ok


def test_a_page_that_was_open_is_told_that_the_row_went(cast: Cast) -> None:
    seen = cast.member(cast.bystander)
    merge(cast.second_cosigner, cast.bystander, cast)
    with pytest.raises(actions.StandingError, match="已经并入编号 YX003，请刷新后再看"):
        actions.suspend(seen, on=NOW.date(), reason="接受调查", actor=cast.office, at=timezone.now())
    assert Answer.MERGED not in {s.answer for s in Signature.objects.all()}


# ── personal information ──
def test_the_person_reads_what_is_kept_of_both_rows_and_both_are_taken_away_when_their_time_is_over(cast: Cast) -> None:
    Member.objects.filter(account=cast.bystander).update(workplace="县中学")
    Member.objects.filter(account=cast.second_cosigner).update(workplace="县一中")
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast)
    held = {section.held.key: section for section in privacy.held_about(cast.second_cosigner, timezone.localdate())}
    said = [cell for line in held["member"].part.rows for cell in line]
    assert ("已并入编号 YX003，以下是原来的资料" in said, "县中学" in said, "YX004" in said) == (True, True, True)
    old = timezone.localdate() - timedelta(days=365 * 12)

    def due() -> set[Any]:
        [keeping] = [k for k in privacy.keepings(cast.county, timezone.localdate()) if k.key == "departed_contacts"]
        return {row.pk for row in keeping.rows}

    Seat.objects.filter(member=goes).update(starts_on=old, ends_on=old)
    assert due() == set()  # kept with the one that stays, who sits
    Seat.objects.filter(member=stays).update(starts_on=old - timedelta(days=900), ends_on=old)
    assert due() == {stays.pk, goes.pk}


def test_however_long_the_chain_its_rows_go_with_the_last_one(cast: Cast) -> None:
    people = [cast.bystander, cast.second_cosigner, cast.cosigner, cast.proposer]
    chain = [merge(later, earlier, cast)[1] for earlier, later in pairwise(people)]
    Member.everybody.filter(pk__in=[row.pk for row in chain]).update(workplace="县中学")
    old = timezone.localdate() - timedelta(days=365 * 12)

    def due() -> set[Any]:
        [keeping] = [k for k in privacy.keepings(cast.county, timezone.localdate()) if k.key == "departed_contacts"]
        return {row.pk for row in keeping.rows} & {row.pk for row in chain}

    assert due() == set()
    Seat.objects.filter(member__in=Member.objects.filter(account=cast.proposer)).update(starts_on=old, ends_on=old)
    assert due() == {row.pk for row in chain}
