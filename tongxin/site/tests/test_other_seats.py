"""A person of two seats, or of a seat and a desk.

Nothing that waits is out of sight, nothing sent to the wrong seat is lost.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import TEXT, Cast, second_seat
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.handling.models import Rating, Reply
from tongxin.members.models import Member, Suspension
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Attachment, Proposal, Signature

SWITCHED = "这一页是云溪县政协委员身份的，已换回这个身份"
OFFERED = "以云溪县政协委员身份打开"


@dataclass
class Two:
    """Somebody who sits in two counties, acting in the second one."""

    account: Account
    here: Member
    there: Member
    client: Client

    def choose(self, seat: Member) -> None:
        self.client.post("/account/seat/choose/", {"seat": seat.uid})

    def seat_acted_in(self) -> str:
        return str(self.client.session["seat"])

    def draft(self, seat: Member) -> Proposal:
        return proposals.draft(seat.committee, actor=self.account, at=timezone.now(), first=seat, text=TEXT)


@pytest.fixture
def two(cast: Cast) -> Two:
    """The bystander sits in both counties, and acts in the other one."""
    here, there = cast.member(cast.bystander), second_seat(cast.bystander, cast.other_county, "WC050")
    both = Two(cast.bystander, here, there, as_(cast.bystander))
    both.choose(there)
    both.client.get("/home/")  # where the change is told
    return both


def invited(cast: Cast, member: Member, by: Account) -> Proposal:
    now = timezone.now()
    first = cast.member(by)
    draft = proposals.draft(first.committee, actor=by, at=now, first=first, text=TEXT)
    proposals.invite_cosigners(draft, members=[member], until=now + timedelta(hours=20), actor=by, at=now)
    return draft


def appoint(account: Account, cast: Cast, duty: str, **scope: Any) -> None:
    on = timezone.localdate()
    bodies.appoint(account, committee=cast.county, duty=duty, starts_on=on, actor=None, at=timezone.now(), **scope)
    Account.objects.filter(pk=account.pk).update(needs_second_factor=False)


# ── a desk and a seat ──
def menu(client: Client, path: str = "/home/") -> dict[str, list[str]]:
    return {group.label: [item.label for item in group.items] for group in client.get(path).context["shell"].groups}


def test_who_has_a_desk_and_a_seat_finds_both_in_the_menu(cast: Cast) -> None:
    member = cast.member_of_other_county
    appoint(member, cast, Duty.UNIT_CLERK, unit=cast.unit)
    client = as_(member)
    assert menu(client)["委员"] == ["我的提案", "写提案"]
    assert "委员" not in menu(as_(cast.clerk))
    assert "委员" not in menu(as_(cast.office))
    Suspension.objects.create(
        committee=cast.other_county, member=cast.member(member), starts_on=timezone.localdate(), reason="接受调查"
    )
    assert menu(client)["委员"] == ["我的提案"]


def test_the_page_of_anybodys_proposal_is_not_marked_as_ones_own_list(cast: Cast) -> None:
    appoint(cast.bystander, cast, Duty.LEADERSHIP)
    client, proposal = as_(cast.bystander), cast.filed()

    def marked(path: str) -> list[str]:
        groups = client.get(path, follow=True).context["shell"].groups
        return [item.label for group in groups for item in group.items if item.current]

    addresses = ("/proposals/", "/proposals/new/", proposal.get_absolute_url())
    assert [marked(path) for path in addresses] == [["我的提案"], ["写提案"], []]


def test_a_desk_shows_what_waits_for_the_member_at_it(cast: Cast) -> None:
    member = cast.member_of_other_county
    appoint(member, cast, Duty.UNIT_CLERK, unit=cast.unit)
    other = second_seat(cast.second_cosigner, cast.other_county, "WC051")
    draft = proposals.draft(cast.other_county, actor=cast.second_cosigner, at=timezone.now(), first=other, text=TEXT)
    proposals.invite_cosigners(
        draft,
        members=[cast.member(member)],
        until=timezone.now() + timedelta(hours=20),
        actor=cast.second_cosigner,
        at=timezone.now(),
    )
    page = as_(member).get("/home/")
    assert [todo.title for todo in page.context["todos"]] == ["沈如松委员邀您联名"]
    assert ("委员事项　望川县政协" in page.text, "现在没有等您办理的事" in page.text) == (True, False)
    page = as_(cast.clerk).get("/home/")
    assert (page.context["todos"], "委员事项" in page.text) == ([], False)


def test_a_desk_names_no_committee_where_desk_and_seat_are_of_one(cast: Cast) -> None:
    appoint(cast.bystander, cast, Duty.LEADERSHIP)
    invited(cast, cast.member(cast.bystander), cast.proposer)
    page = as_(cast.bystander).get("/home/")
    assert ("委员事项" in page.text, "委员事项　云溪县政协" in page.text) == (True, False)


def test_a_desk_with_a_seat_asks_no_more_for_three_matters_than_for_one(
    cast: Cast, django_assert_num_queries: Any, one_minute: None, two: Two
) -> None:
    appoint(two.account, cast, Duty.LEADERSHIP)
    two.client.get("/home/")
    for n in range(3):
        invited(cast, two.here, cast.proposer)
        invited(cast, two.there, cast.member_of_other_county)
        if n != 1:
            with django_assert_num_queries(54):  # with the counts of the overview, read anew after each event
                page = two.client.get("/home/")
            assert (len(page.context["todos"]), page.context["elsewhere"][0].count) == (n + 1, n + 1)


def test_who_has_a_desk_and_a_seat_acts_as_a_member_of_the_seats_committee(cast: Cast) -> None:
    member = cast.member_of_other_county
    appoint(member, cast, Duty.UNIT_CLERK, unit=cast.unit)
    client = as_(member)
    form = client.get("/proposals/new/").url
    assert "<p>望川县政协　" in client.get(form).text
    client.post(form, TEXT)
    proposal = Proposal.objects.get()
    first = Signature.objects.get(proposal=proposal).member
    assert (proposal.committee, first) == (cast.other_county, cast.member(member))
    assert "<p>望川县政协　" in client.get(f"/proposals/{proposal.uid}/edit/").text
    listed = client.get("/proposals/")
    assert ([line.proposal for line in listed.context["list"].lines], "<p>望川县政协　" in listed.text) == ([proposal], True)


def test_the_editor_names_no_committee_to_who_has_to_do_with_one(cast: Cast) -> None:
    for path in ("/proposals/", f"/proposals/{cast.draft().uid}/edit/"):
        head = as_(cast.proposer).get(path).text.split("<h1>")[1].split("</p>")[0]
        assert ("政协" in head, "平时提案" in head or "一事一案" in head) == (False, True), path


# ── what waits in the other seat ──
def test_home_says_what_waits_in_the_other_seat_and_leads_there(cast: Cast, two: Two) -> None:
    invited(cast, two.here, cast.proposer)
    page = two.client.get("/home/")
    assert (page.context["todos"], "以云溪县政协委员身份还有 1 件待办" in page.text) == ([], True)
    assert f'name="seat" value="{two.here.uid}"' in page.text
    two.choose(two.here)
    page = two.client.get("/home/")
    assert ([todo.title for todo in page.context["todos"]], page.context["elsewhere"]) == (["林知远委员邀您联名"], [])


def test_the_count_of_a_seat_is_that_of_its_list(cast: Cast, two: Two) -> None:
    """Every kind that the list knows is counted: rating, inviting, returning, confirming a talk, taking over."""
    case = cast.answered(timezone.now() - timedelta(hours=1))
    Signature.objects.filter(proposal=case.proposal, role="first").update(member=two.here)
    invited(cast, two.here, cast.proposer)
    page = two.client.get("/home/")
    two.choose(two.here)
    listed = two.client.get("/home/").context["todos"]
    assert sorted(todo.button for todo in listed) == ["去确认", "去评价", "看一看"]
    assert [there.count for there in page.context["elsewhere"]] == [3]


def test_nothing_is_said_of_a_seat_that_is_suspended_and_to_who_has_one(cast: Cast, two: Two) -> None:
    invited(cast, two.here, cast.proposer)
    Suspension.objects.create(committee=cast.county, member=two.here, starts_on=timezone.localdate(), reason="接受调查")
    assert two.client.get("/home/").context["elsewhere"] == []
    assert as_(cast.proposer).get("/home/").context["elsewhere"] == []


# ── a page of the other seat ──
def test_a_page_of_the_other_seat_is_offered_in_it(cast: Cast, two: Two) -> None:
    own = two.draft(two.here)
    case = cast.answered(timezone.now() - timedelta(hours=1))
    paths = (
        own.get_absolute_url(),
        f"/proposals/{own.uid}/edit/",
        f"/proposals/{own.uid}/preview/",
        f"/proposals/{own.uid}/invite/",
        f"{invited(cast, two.here, cast.proposer).get_absolute_url()}invitation/",
        case.proposal.get_absolute_url(),
        reverse("transition", args=["proposals", own.uid, "discard"]),
    )
    for path in paths:
        page = two.client.get(path)
        assert (page.status_code, OFFERED in page.text, TEXT["title"] in page.text) == (404, True, False), path
        assert two.seat_acted_in() == two.there.uid, path
        two.client.post("/account/seat/choose/", {"seat": two.here.uid, "next": path})
        assert two.client.get(path).status_code == 200, path
        two.choose(two.there)


def refusal(client: Client, path: str) -> tuple[int, str]:
    """Return what a page answers, without its own address and what is drawn anew for every page."""
    answer = client.get(path)
    text = answer.text.replace(path, "")
    return answer.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|data-session="\d+"', "", text)


def test_what_opens_in_no_seat_is_answered_as_what_does_not_exist(cast: Cast, two: Two) -> None:
    """One status and one body, for who has several seats and for everybody else."""
    foreign, own = cast.draft(), two.draft(two.here)
    who = {
        "two": two.client,
        "one": as_(cast.cosigner),
        "office": as_(cast.office),
        "elsewhere": as_(cast.member_of_other_county),
    }
    for name, client in who.items():
        for end in ("", "edit/", "preview/", "invite/"):
            unknown = refusal(client, f"/proposals/{'x' * len(foreign.uid)}/{end}")
            assert unknown[0] == 404
            assert refusal(client, f"/proposals/{foreign.uid}/{end}") == unknown, (name, end)
            if name != "two":
                assert refusal(client, f"/proposals/{own.uid}/{end}") == unknown, (name, end)


def test_a_piece_of_a_page_of_the_other_seat_is_not_found(two: Two) -> None:
    own = two.draft(two.here)
    answer = two.client.get(f"/proposals/{own.uid}/invite/", headers={"HX-Request": "true"})
    assert (answer.status_code, OFFERED in answer.text) == (404, False)


# ── what was sent from a page of the other seat ──
def test_a_draft_saved_after_the_seat_was_changed_elsewhere_is_saved(two: Two) -> None:
    own = two.draft(two.here)
    answer = two.client.post(f"/proposals/{own.uid}/edit/", TEXT | {"title": "改过的案由", "version": own.version}, follow=True)
    own.refresh_from_db()
    assert (answer.status_code, own.title, own.committee) == (200, "改过的案由", two.here.committee)
    assert answer.redirect_chain[-1][0] == f"/proposals/{own.uid}/edit/"
    assert (SWITCHED in answer.text, two.seat_acted_in()) == (True, two.here.uid)


def test_a_draft_that_saves_itself_is_saved_and_leaves_the_other_window_its_seat(two: Two) -> None:
    own = two.draft(two.here)
    answer = two.client.post(
        f"/drafts/proposals.text/{own.uid}/",
        TEXT | {"title": "改过的案由", "version": own.version},
        headers={"X-Requested-With": "fetch"},
    )
    own.refresh_from_db()
    assert (answer.status_code, answer.json()["version"], own.title) == (200, own.version, "改过的案由")
    assert (two.seat_acted_in(), two.client.get("/home/").text.count(SWITCHED)) == (two.there.uid, 0)


def test_a_new_text_that_saves_itself_becomes_a_draft_of_the_seat_it_was_begun_in(two: Two) -> None:
    two.choose(two.here)
    form = two.client.get("/proposals/new/").url
    two.choose(two.there)
    for title in ("先写的案由", "后写的案由"):
        answer = two.client.post(
            f"/drafts/proposals.text/{form.split('/')[3]}/",
            TEXT | {"title": title, "version": Proposal.objects.count()},
            headers={"X-Requested-With": "fetch"},
        )
        assert answer.status_code == 200
        proposal = Proposal.objects.get()
        assert (proposal.title, proposal.committee) == (title, two.here.committee)
    assert two.seat_acted_in() == two.there.uid


def test_a_new_text_is_kept_although_one_may_write_nothing_in_the_seat_changed_to(cast: Cast, two: Two) -> None:
    two.choose(two.here)
    form = two.client.get("/proposals/new/").url
    two.choose(two.there)
    Suspension.objects.create(committee=cast.other_county, member=two.there, starts_on=timezone.localdate(), reason="接受调查")
    assert two.client.post(form, TEXT, follow=True).status_code == 200
    proposal = Proposal.objects.get()
    assert (proposal.title, proposal.committee, two.seat_acted_in()) == (TEXT["title"], two.here.committee, two.here.uid)


def test_whatever_else_was_sent_from_a_page_of_the_other_seat_is_done_there(cast: Cast, two: Two) -> None:
    invitation = invited(cast, two.here, cast.proposer)
    answer = two.client.post(
        f"/proposals/{invitation.uid}/invitation/",
        {"answer": "decline", "reason": "不熟悉情况", "version": invitation.version},
        follow=True,
    )
    signature = Signature.objects.get(proposal=invitation, member=two.here)
    assert (answer.status_code, signature.answer, SWITCHED in answer.text) == (200, Answer.DECLINED, True)
    two.choose(two.there)
    case = cast.answered(timezone.now() - timedelta(hours=1))
    Signature.objects.filter(proposal=case.proposal, role="first").update(member=two.here)
    reply = Reply.objects.get(task__case=case)
    said = {
        f"{reply.uid}-attitude": "satisfied",
        f"{reply.uid}-result": "satisfied",
        f"{reply.uid}-comment": "写了很久的意见",
        "final": "1",
    }
    assert two.client.post(f"/handling/rate/{case.uid}/", said, follow=True).status_code == 200
    assert (Rating.objects.get().comment, two.seat_acted_in()) == ("写了很久的意见", two.here.uid)


def test_a_file_sent_from_a_page_of_the_other_seat_is_added_there(two: Two) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tongxin.files.tests.samples import PDF

    own = two.draft(two.here)
    upload = SimpleUploadedFile("附图.pdf", PDF)
    assert two.client.post(f"/proposals/{own.uid}/attachments/", {"uploads": upload}, follow=True).status_code == 200
    assert (Attachment.objects.get().proposal, two.seat_acted_in()) == (own, two.here.uid)


def test_a_step_taken_in_a_drawer_of_the_other_seats_page_leads_to_a_page_that_opens(two: Two) -> None:
    own = two.draft(two.here)
    answer = two.client.post(reverse("transition", args=["proposals", own.uid, "discard"]), headers={"HX-Request": "true"})
    assert (answer.status_code, two.seat_acted_in()) == (204, two.here.uid)
    page = two.client.get(answer.headers["HX-Redirect"], follow=True)
    assert (page.status_code, Proposal.objects.get().state, SWITCHED in page.text) == (200, "discarded", True)


def test_what_is_sent_to_what_no_seat_may_touch_changes_nothing_and_no_seat(cast: Cast, two: Two) -> None:
    foreign = cast.draft()
    before = Event.objects.count()
    for path in (f"/proposals/{foreign.uid}/edit/", f"/proposals/{'x' * 10}/edit/", f"/drafts/proposals.text/{foreign.uid}/"):
        answer = two.client.post(path, TEXT | {"title": "别人的案由", "version": foreign.version})
        assert (answer.status_code, two.seat_acted_in()) == (404, two.there.uid), path
    foreign.refresh_from_db()
    assert (foreign.title, Event.objects.count(), Proposal.objects.count()) == (TEXT["title"], before, 1)


def test_what_is_sent_as_one_is_stays_in_the_seat_acted_in(two: Two) -> None:
    own = two.draft(two.there)
    answer = two.client.post(f"/proposals/{own.uid}/edit/", TEXT | {"title": "改过的案由", "version": own.version}, follow=True)
    assert (answer.status_code, "已换回这个身份" in answer.text, two.seat_acted_in()) == (200, False, two.there.uid)


# ── notices ──
def told(account: Account, code: str, text: str) -> None:
    event = Event.objects.exclude(notices__account=account).order_by("id")[0]
    Notice.objects.create(
        account=account,
        committee_code=code,
        event=event,
        matter=text,
        text=text,
        url="/account/",
        made_at=timezone.now(),
    )


def test_a_notice_names_its_committee_to_who_has_to_do_with_several(cast: Cast, two: Two) -> None:
    for account in (two.account, cast.proposer):
        for code, text in (("YX", "云溪的事"), ("WC", "望川的事"), ("", "账户的事")):
            told(account, code, text)
    for path in ("/home/", "/notices/"):
        page = two.client.get(path)
        named = {n.newest.text: n.committee_name for n in page.context["news" if path == "/home/" else "entries"]}
        assert named == {"云溪的事": "云溪县政协", "望川的事": "望川县政协", "账户的事": ""}
        assert "　云溪县政协" in page.text
        page = as_(cast.proposer).get(path)
        assert {n.committee_name for n in page.context["news" if path == "/home/" else "entries"]} == {""}


def test_a_notice_names_its_committee_to_who_holds_duties_in_several(cast: Cast) -> None:
    appoint(cast.office_of_other_county, cast, Duty.LEADERSHIP)
    told(cast.office_of_other_county, "WC", "望川的事")
    assert "　望川县政协" in as_(cast.office_of_other_county).get("/notices/").text
