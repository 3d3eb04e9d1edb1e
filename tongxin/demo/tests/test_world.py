"""What the world holds, and that every row of it is explained, lawful and in the past."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F, Q
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.demo import world
from tongxin.demo.clock import at
from tongxin.demo.texts import days_told
from tongxin.handling.models import Advice, Case, Contact, Presence, Rating, Reply, Task
from tongxin.handling.workflow import CASES, TASKS
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.notices.models import Notice
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import PROPOSAL
from tongxin.workflow.engine import unexplained

pytestmark = pytest.mark.django_db


def test_people_and_bodies_are_as_many_as_promised(county: date) -> None:
    yunxi = Committee.objects.get(code="YX")
    assert (yunxi.parent.code, yunxi.fictional) == ("QL", True)
    members = Member.objects.filter(committee=yunxi)
    kept_twice = 1
    assert (members.count() - kept_twice, members.values("name").distinct().count()) == (220, 220)
    assert Unit.objects.filter(committee=yunxi).count() == 60
    assert (yunxi.sectors.count(), yunxi.special_committees.count(), yunxi.sessions.count()) == (20, 5, 5)
    ranks = Counter(Post.objects.filter(committee=yunxi).values_list("rank", flat=True))
    assert ranks == {"standing": 35, "vice_chair": 4, "chair": 1, "secretary_general": 1}
    names = list(Account.objects.values_list("name", flat=True))
    assert [name for name, n in Counter(names).items() if n > 1] == []


def test_nobody_can_sign_in_with_a_password_or_be_called(county: date) -> None:
    assert set(Account.objects.values_list("password", flat=True)) == {"!"}
    assert {m.phone[:6] for m in Member.objects.all()} == {"199000"}
    assert {m.email.split("@")[1] for m in Member.objects.all()} == {"example.invalid"}


def test_every_text_became_a_proposal(county: date) -> None:
    counts = Counter(Proposal.objects.values_list("committee__code", flat=True))
    assert counts == {"YX": 276, "WC": 12, "QL": 12}
    finished = Counter(Proposal.objects.filter(session__number=4).values_list("state", flat=True))
    assert finished == {"handed_over": 144, "not_filed": 23, "merged": 12, "withdrawn": 1}
    assert set(Case.objects.filter(proposal__session__number=4).values_list("state", flat=True)) == {"closed"}


def test_every_state_is_what_the_last_event_says(county: date) -> None:
    for workflow, rows in ((PROPOSAL, Proposal.objects.all()), (CASES, Case.objects.all()), (TASKS, Task.objects.all())):
        assert list(unexplained(workflow, rows)) == []


def test_nothing_is_dated_after_the_day_before(county: date) -> None:
    now = at(county)
    assert Event.objects.filter(at__gte=now).count() == 0
    for model, field in (
        (Proposal, "edited_at"),
        (Proposal, "submitted_at"),
        (Proposal, "decided_at"),
        (Proposal, "passed_on_at"),
        (Proposal, "released_at"),
        (Signature, "answered_at"),
        (Case, "closed_at"),
        (Task, "signed_at"),
        (Advice, "given_at"),
        (Task, "answered_at"),
        (Reply, "edited_at"),
        (Reply, "sent_at"),
        (Presence, "said_at"),
        (Rating, "rated_at"),
    ):
        assert (field, model._base_manager.filter(**{f"{field}__gte": now}).count()) == (field, 0)


def test_events_stand_in_the_order_in_which_things_happened(county: date) -> None:
    times = [e.at for e in Event.objects.exclude(kind__in=("regulations.adopt", "committees.appoint")).order_by("id")]
    assert times == sorted(times)


def test_numbers_follow_the_decisions_without_gaps(county: date) -> None:
    for session_id in Proposal.objects.exclude(number=None).values_list("session", flat=True).distinct():
        filed = Proposal.objects.filter(session=session_id).exclude(number=None).order_by("number")
        assert [p.number for p in filed] == list(range(1, filed.count() + 1))
        assert [p.decided_at for p in filed] == sorted(p.decided_at for p in filed)
    serials = list(
        Proposal.objects.filter(committee__code="YX").exclude(serial=None).order_by("serial").values_list("serial", flat=True)
    )
    assert serials == list(range(1, len(serials) + 1))


def test_the_next_number_goes_on_behind_the_last(county: date) -> None:
    from tongxin.committees.actions import next_number

    yunxi = Committee.objects.get(code="YX")
    last = Proposal.objects.filter(committee=yunxi).order_by("-serial").values_list("serial", flat=True)
    assert next_number(yunxi, "proposal.serial") == last.exclude(serial=None)[0] + 1


def test_ratings_come_from_signers_and_second_rounds_from_dissatisfaction(county: date) -> None:
    cases = Case.objects.select_related("proposal").prefetch_related("tasks__replies__ratings")
    for case in cases:
        joined = Signature.objects.filter(Q(proposal=case.proposal) | Q(proposal__merged_into=case.proposal))
        signers = set(joined.filter(answer=Answer.ACCEPTED).values_list("pk", flat=True))
        ratings = [r for t in case.tasks.all() for reply in t.replies.all() for r in reply.ratings.all()]
        assert {r.signature_id for r in ratings} <= signers
        first = [r.result for t in case.tasks.all() for reply in t.replies.all() if reply.round == 1 for r in reply.ratings.all()]
        assert ("dissatisfied" in first) == (case.round == 2)
        assert case.unrated == (case.state == "closed" and not ratings)


def test_no_reply_went_out_without_a_talk_and_the_opinions(county: date) -> None:
    answered = Task.objects.filter(state="answered").select_related("case").prefetch_related("contacts", "case__tasks")
    for task in answered:
        if task.committee.code != "WC":
            assert task.contacts.count() >= 1
        assert [t.unit.name for t in task.case.tasks.all() if t.part == "co" and t.state != "opinion_given"] == []
    assert set(Reply.objects.filter(task__state="answered", sent_at=None)) == set()


def test_the_year_has_its_good_and_its_bad_cases(county: date) -> None:
    year = Task.objects.filter(case__proposal__session__number=4)
    late = sum(t.answered_at.date() > t.due_on for t in year.exclude(answered_at=None))
    assert 10 <= late <= 45
    assert year.filter(state="returned").count() >= 3
    assert Case.objects.filter(unrated=True).count() >= 3
    assert Event.objects.filter(kind="tasks.refuse_return").count() >= 1
    assert Event.objects.filter(kind="proposals.return_for_revision").count() >= 8
    changed = Reply.objects.exclude(category_before_review="").exclude(category_before_review=F("category"))
    assert changed.count() >= 5
    answers = Counter(Signature.objects.values_list("answer", flat=True))
    assert min(answers[a] for a in (Answer.DECLINED, Answer.LAPSED)) >= 10
    grades = Counter(Rating.objects.values_list("result", flat=True))
    assert grades["satisfied"] > grades["fairly"] > grades["dissatisfied"] >= 18


def test_everybody_works_in_the_own_name(county: date) -> None:
    signed = Event.objects.filter(kind="tasks.sign_for").select_related("actor")
    units = {(a.account_id, a.unit_id) for a in Appointment.objects.exclude(unit=None)}
    assert [
        e.subject_label for e in signed if (e.actor_id, e.data["unit_id"]) not in units or e.acting_as != e.data["unit"]
    ] == []


def test_the_chain_of_events_holds(county: date, home: Path, settings: Any) -> None:
    settings.TONGXIN_HOME = home
    verdict = verifying.verify()
    assert (verdict.ok, verdict.events) == (True, verdict.sealed)


def test_roles_exist_and_find_notices(county: date) -> None:
    for role in world.ROLES:
        assert Account.objects.get(username=role.username).name == role.label.split(" ")[-1]
    for username in (
        "YX016",
        "YX193",
        "YX181",
        "office",
        "head",
        "gov",
        "party",
        "clerk",
        "coclerk",
        "clerk2",
        "wc-office",
        "ql-office",
    ):
        assert (username, Notice.objects.filter(account__username=username, read_at=None).exists()) == (username, True)


def test_building_again_changes_nothing(county: date) -> None:
    before = Event.objects.count()
    world.build(today=county)
    assert Event.objects.count() == before


def test_no_note_and_no_answer_names_a_day_that_its_own_timeline_contradicts(county: date) -> None:
    for contact in Contact.objects.all():
        days = days_told(contact.note, contact.on.year)
        assert (contact.note, contact.on in days or not days) == (contact.note, True)
    for reply in Reply.objects.exclude(sent_at=None):
        sent = timezone.localdate(reply.sent_at)
        gone = [day for day in days_told(reply.text, sent.year) if day > sent]
        assert (reply.text, gone) == (reply.text, [])


def test_people_have_left_and_a_clerkship_has_changed_hands(county: date) -> None:
    left = {seat.ending: seat.member for seat in Seat.objects.exclude(ends_on=None).select_related("member__account")}
    assert sorted(left) == ["died", "resigned"]
    own = Signature.objects.filter(member=left["resigned"], role="first", proposal__case__state="closed")
    waiting = Signature.objects.filter(member=left["died"], role="co", answer=Answer.ACCEPTED, proposal__case__state="in_hand")
    assert (own.exists(), waiting.exists()) == (True, True)
    assert [left[why].account.is_active for why in ("resigned", "died")] == [True, False]
    suspended = Suspension.objects.get().member
    assert suspended.pk not in {member.pk for member in left.values()}
    for member in (*left.values(), suspended):
        since = Event.objects.filter(subject_type="members.member", subject_id=member.pk).order_by("-id")[0]
        assert Event.objects.filter(actor=member.account, at__gt=since.at).count() == 0
    passed = Event.objects.get(kind="committees.transfer_clerk")
    clerks = Appointment.objects.filter(unit_id=passed.subject_id, duty="unit.clerk").order_by("id")
    assert [(row.account.name, row.ends_on is None) for row in clerks] == [
        (passed.data["before"], False),
        (passed.data["name"], True),
    ]
