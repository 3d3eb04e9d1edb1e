"""A seat is given back after other things happened since.

A term that ended, posts and suspensions of after a backdated day.
"""

from datetime import date, timedelta

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, Term
from tongxin.core.templatetags.chinese import full_day
from tongxin.members import actions, queries
from tongxin.members.choices import Ending, Rank
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.members.rules import sitting_member_of
from tongxin.members.tests.standing import TODAY, fresh, said
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice

DAY = date(2026, 3, 1)


def seat_in_next_term(cast: Cast, member: Member) -> Seat:
    """Seat a member in the term after that of the cast, from today on."""
    new = Term.objects.create(committee=cast.county, number=cast.sector.term.number + 1, starts_on=TODAY())
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    seat = Seat.objects.create(committee=cast.county, member=member, term=new, sector=sector, starts_on=TODAY())
    audit.vouch(cast.county, [seat], at=timezone.now())
    return seat


def end(member: Member, ending: Ending, cast: Cast, *, on: date) -> None:
    actions.end_seat(member, ending=ending, on=on, reason="误登", document_number="1", actor=cast.office, at=timezone.now())


def end_term(cast: Cast) -> None:
    seat_in_next_term(cast, cast.member(cast.proposer))
    actions.end_term(cast.sector.term, on=TODAY(), reason="换届", actor=cast.office, at=timezone.now())


# ── a term that ended since ──
def test_a_death_taken_back_after_the_term_ended_gives_no_seat_in_it(cast: Cast, office: Client) -> None:
    member, term = cast.member(cast.bystander), cast.sector.term
    post = Post.objects.create(committee=cast.county, member=member, term=term, rank=Rank.STANDING, starts_on=term.starts_on)
    audit.vouch(cast.county, [post], at=timezone.now())
    end(member, Ending.DIED, cast, on=TODAY() - timedelta(days=1))
    end_term(cast)
    url = f"/members/{member.uid}/"
    page = office.get(f"{url}standing/restore/").text
    assert (f"{term}已经届满，恢复后不在任" in page, "可以重新提出" in page) == (True, False)
    answer = office.post(f"{url}standing/restore/", said(reason="登记错了"), follow=True).text
    assert ("任期已经届满，现在不在任" in answer, "任职到任期届满为止" in answer) == (True, True)
    seat = member.seats.get()
    assert (seat.ends_on, seat.ending, seat.reason, member.posts.get().ends_on) == (TODAY(), "expired", "换届", TODAY())
    assert (sitting_member_of(fresh(cast.bystander)), fresh(cast.bystander).is_active) == (None, True)
    told = Event.objects.filter(subject_type="members.member", subject_id=member.pk).order_by("pk")
    assert [event.kind for event in told][-2:] == ["members.restore", "members.expire"]
    notices.deliver()
    texts = [n.text for n in Notice.objects.filter(account=cast.bystander).order_by("id")]
    assert [("到任期届满为止" in text, "可以重新提出" in text) for text in texts[:1]] == [(True, False)]
    assert f"任期届满，自 {full_day(TODAY())}起离任：换届" in texts[1]
    assert verifying.verify().ok


def test_of_two_seats_only_that_of_the_term_that_is_over_stays_ended(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    new = seat_in_next_term(cast, member)
    end(member, Ending.DIED, cast, on=TODAY())
    Seat.objects.create(
        committee=cast.county, member=cast.member(cast.proposer), term=new.term, sector=new.sector, starts_on=TODAY()
    )
    actions.end_term(cast.sector.term, on=TODAY(), reason="换届", actor=cast.office, at=timezone.now())
    page = office.get(f"/members/{member.uid}/standing/restore/").text
    assert (f"{cast.sector.term}已于 {full_day(TODAY())}届满" in page, "任职不中断" in page) == (True, True)
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="登记错了"))
    kept = [(s.term, s.ends_on, s.ending) for s in member.seats.order_by("term__number")]
    assert kept == [(cast.sector.term, TODAY(), "expired"), (new.term, None, "")]
    assert sitting_member_of(fresh(cast.bystander)) == member


def test_a_term_of_which_others_sit_is_not_over(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    seat_in_next_term(cast, cast.member(cast.proposer))
    end(member, Ending.DIED, cast, on=TODAY())
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="登记错了"))
    assert member.seats.get().ends_on is None


@pytest.mark.parametrize(("ending", "comes_back"), [(Ending.RESIGNED, False), (Ending.EXPIRED, True)])
def test_nobody_comes_back_into_a_term_that_is_over_but_by_taking_back_its_end(
    cast: Cast, office: Client, ending: Ending, *, comes_back: bool
) -> None:
    member, term = cast.member(cast.bystander), cast.sector.term
    end(member, ending, cast, on=TODAY())
    end_term(cast)
    page = office.get(f"/members/{member.uid}/standing/restore/").text
    words = f"{term}已经没有委员在任；已经换届的，不要恢复" if comes_back else f"{term}已经届满，不能恢复席位"
    assert words in page
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="办错了"))
    assert Seat.objects.filter(member=member, ends_on=None).exists() == comes_back
    assert Event.objects.filter(kind="members.restore").exists() == comes_back


# ── what began after a backdated day ──
def after_the_day(cast: Cast, member: Member) -> tuple[Post, Suspension]:
    """Let a member be 常委 and suspended from days after the one with which he will be said to have left."""
    rows = {"committee": cast.county, "member": member}
    post = Post.objects.create(**rows, term=cast.sector.term, rank=Rank.STANDING, starts_on=DAY + timedelta(days=9))
    pause = Suspension.objects.create(**rows, starts_on=DAY + timedelta(days=19), reason="接受调查")
    audit.vouch(cast.county, [post, pause], at=timezone.now())
    return post, pause


def test_a_death_taken_back_gives_back_what_began_after_its_day(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    post, pause = after_the_day(cast, member)
    never = Post.objects.create(
        committee=cast.county, member=member, term=cast.sector.term, rank=Rank.CHAIR, starts_on=DAY, ends_on=DAY
    )
    audit.vouch(cast.county, [never], at=timezone.now())
    end(member, Ending.DIED, cast, on=DAY)
    assert "随离任终止" in office.get(f"/members/{member.uid}/").text
    assert "恢复职务：常委；" in office.get(f"/members/{member.uid}/standing/restore/").text
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="登记错了"))
    assert [type(row).objects.get(pk=row.pk).ends_on for row in (post, pause, never)] == [None, None, DAY]
    assert sitting_member_of(fresh(cast.bystander)) is None  # suspended still
    assert verifying.verify().ok


def test_a_seat_given_back_brings_the_post_that_began_after_its_day(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    post, _pause = after_the_day(cast, member)
    end(member, Ending.RESIGNED, cast, on=DAY)
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="办错了", on=DAY.isoformat()))
    assert [(p.rank, p.starts_on) for p in member.posts.filter(ends_on=None)] == [("standing", post.starts_on)]


def test_an_older_event_that_names_only_what_it_vouches_for_is_enough(cast: Cast) -> None:
    member = cast.member(cast.bystander)
    seat = member.seats.get()
    actions.suspend(member, on=DAY + timedelta(days=19), reason="接受调查", actor=cast.office, at=timezone.now())
    end(member, Ending.DIED, cast, on=DAY)
    event = Event.objects.get(kind="members.record_death")
    event.data.pop("ended")
    models.QuerySet(Event).filter(pk=event.pk).update(data=event.data)
    ended = queries.last_ending(member)
    assert (ended.seats, ended.posts, ended.suspensions) == ([seat], [], [member.suspensions.get()])


# ── a seat that was still to begin ──
def test_who_dies_before_the_new_term_takes_no_seat_in_it_and_the_mistake_gives_both_back(cast: Cast, office: Client) -> None:
    member, day = cast.member(cast.bystander), TODAY() + timedelta(days=9)
    new = Term.objects.create(committee=cast.county, number=cast.sector.term.number + 1, starts_on=day)
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    to_come = Seat.objects.create(committee=cast.county, member=member, term=new, sector=sector, starts_on=day)
    audit.vouch(cast.county, [to_come], at=timezone.now())
    url = f"/members/{member.uid}/"
    office.post(f"{url}standing/died/", said(reason="", on=DAY.isoformat()))
    assert not Member.objects.seated(day).filter(pk=member.pk).exists()
    assert not fresh(cast.bystander).is_active
    page = office.get(url).text
    assert ("没有到任" in page, f"{full_day(DAY)}去世" in page, f"{full_day(day)}去世" in page) == (True, True, False)
    left = next(row for row in office.get("/members/?who=left").context["list"].lines if row["member"] == member)
    assert full_day(day) not in str(left)
    double = office.get(f"{url}merge/{cast.member(cast.second_cosigner).uid}/").text
    assert f"{full_day(DAY)}登记去世" in double
    office.post(f"{url}standing/restore/", said(reason="登记错了"))
    assert list(member.seats.values_list("ends_on", "ending")) == [(None, ""), (None, "")]
    assert verifying.verify().ok


def test_who_resigns_from_this_term_keeps_the_seat_in_the_next(cast: Cast, office: Client) -> None:
    member, day = cast.member(cast.bystander), TODAY() + timedelta(days=9)
    new = Term.objects.create(committee=cast.county, number=cast.sector.term.number + 1, starts_on=day)
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    Seat.objects.create(committee=cast.county, member=member, term=new, sector=sector, starts_on=day)
    office.post(f"/members/{member.uid}/standing/resigned/", said())
    assert Member.objects.seated(day).filter(pk=member.pk).exists()
