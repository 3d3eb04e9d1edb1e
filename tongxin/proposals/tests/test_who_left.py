"""Who sits no longer reads the own file and does nothing.

Every way in is tried by one who left and one who is suspended.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import NOW, TEXT, Cast
from tests.sampling import THOROUGH
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import moment
from tongxin.desks import queues
from tongxin.handling import actions as ratings
from tongxin.handling import queries as handling
from tongxin.handling.models import Case, Contact, Rating
from tongxin.members import actions as members
from tongxin.members import consequences
from tongxin.members.choices import Ending
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.notices.table import holds
from tongxin.proposals import actions, queries
from tongxin.proposals.actions import leaving, waiting
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Endorsement, Proposal, Signature
from tongxin.site.queries import home
from tongxin.workflow import engine


def leave(cast: Cast, account: Account, ending: str = Ending.RESIGNED) -> None:
    """End somebody's seat today, and read no account that remembers it."""
    members.end_seat(
        cast.member(account), ending=ending, on=timezone.localdate(), reason="工作调动", actor=cast.office, at=timezone.now()
    )
    cast.__dict__.update({name: Account.objects.get(pk=a.pk) for name, a in cast.everyone().items()})


def gathered(cast: Cast) -> Proposal:
    """A draft of the proposer, signed by one and open to a second."""
    draft = cast.draft()
    asked = [cast.member(cast.cosigner), cast.member(cast.second_cosigner)]
    until = timezone.now() + timedelta(days=1)
    signed, _open = actions.invite_cosigners(draft, members=asked, until=until, actor=cast.proposer, at=NOW)
    actions.answer_invitation(signed, accept=True, actor=cast.cosigner, at=NOW)
    return Proposal.objects.get(pk=draft.pk)


# ── what the office is told beforehand ──
def test_what_will_become_of_a_members_proposals_is_asked_in_as_many_queries_for_one_and_three(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    member = cast.member(cast.proposer)

    def one_more() -> None:
        gathered(cast)
        cast.draft()
        Signature.objects.filter(proposal=cast.filed()).exclude(member=member).delete()
        cast.filed()

    one_more()
    list(leaving.foresee(member, cast.office))  # reads what the account's duties are, once
    with CaptureQueriesContext(connection) as once:
        said = [found.said for found in leaving.foresee(member, cast.office)]
    one_more()
    one_more()
    with django_assert_num_queries(len(once)):
        more = [found.said for found in leaving.foresee(member, cast.office)]
    numbers = [[int(n) for line in lines for n in re.findall("([0-9]+) 件", line)] for lines in (said, more)]
    assert numbers == [[1, 1, 2, 1, 1], [3, 3, 6, 3, 3]]


@pytest.mark.parametrize("who", ["proposer", "cosigner"])
def test_as_many_contacts_change_as_were_foreseen(cast: Cast, who: str) -> None:
    cast.filed()
    cast.assigned()
    account: Account = getattr(cast, who)
    [said] = [found.said for found in leaving.foresee(cast.member(account), cast.office) if "已经提交" in found.said]
    told = re.search("([0-9]+) 件现在联系其本人的", said)
    leave(cast, account)
    changed = Event.objects.filter(kind="proposals.change_speaker").count()
    assert (int(told[1]) if told else 0, changed) == ((2, 2) if who == "proposer" else (0, 0))


def test_what_becomes_of_ratings_that_wait_is_said_and_not_who_rated(cast: Cast) -> None:
    case = cast.answered()
    member = cast.member(cast.cosigner)
    [said] = [found.said for found in consequences.foreseen(member, cast.office) if found.said.startswith("待评价")]
    assert said == (
        "待评价的提案 1 件，已经作出的评价有效，还没有评价的不再请其评价，由其他提案人评价；截止以前恢复履职的，仍可以评价"
    )
    reply = handling.replies_to_rate(case)[0]
    signature = Signature.objects.get(proposal=case.proposal_id, member=member)
    rate = {"attitude": "satisfied", "result": "satisfied", "comment": "", "actor": cast.cosigner, "at": NOW}
    ratings.rate(reply, signature=signature, **rate)
    assert said in [found.said for found in consequences.foreseen(member, cast.office)]
    together = consequences.foreseen_together([member.pk, cast.member(cast.proposer).pk])
    assert any("其中 1 件没有其他在任的提案人，没有人评价的，按未评价办结" in sentence for sentence in together)


# ── nothing may be done ──
def _one_of_each(rows: QuerySet[Any], member: Member) -> list[Any]:
    """Return of the rows in one state under which somebody's name stands alike one; in `make thorough` all."""
    found = dict[Any, Any]()
    for row in rows:
        own = Signature.objects.filter(proposal=getattr(row, "proposal_id", row.pk), member=member).first()
        found.setdefault(
            row.pk
            if THOROUGH
            else (row.state, row.released_at if hasattr(row, "released_at") else None, own and (own.role, own.answer)),
            row,
        )
    return list(found.values())


@pytest.mark.thorough
@pytest.mark.parametrize("part", ["former_member", "suspended_member"])
def test_who_sits_no_longer_does_nothing_anywhere(mixed: Cast, client: Client, part: str) -> None:
    account: Account = getattr(mixed, part)
    member = mixed.member(account)
    client.force_login(account)
    before = (Event.objects.count(), Signature.objects.count(), Endorsement.objects.count(), Rating.objects.count())
    tried = {}
    for proposal in _one_of_each(Proposal.objects.filter(committee=mixed.county), member):
        base = f"/proposals/{proposal.uid}/"
        for path in ("edit/", "invite/", "invitation/", "leave/", "endorse/", "submit/", "take-over/"):
            said = {
                "answer": "accept",
                "version": proposal.version,
                "title": "改",
                "m": mixed.member(mixed.bystander).uid,
                "send": "1",
            }
            tried[base + path] = client.post(base + path, said).status_code
        for action in ("submit", "withdraw", "discard"):
            url = f"/go/proposals/{proposal.uid}/{action}/"
            tried[url] = client.post(url, {"reason": "不办了"}).status_code
    for case in _one_of_each(Case.objects.all(), member):
        tried[f"/handling/rate/{case.uid}/"] = client.post(f"/handling/rate/{case.uid}/", {"result": "satisfied"}).status_code
    for contact in Contact.objects.all():
        url = f"/handling/contacts/{contact.uid}/confirm/"
        tried[url] = client.post(url).status_code
    for path in ("/proposals/new/", "/proposals/new/behalf/", "/proposals/similar/?title=夜间药房"):
        tried[path] = client.get(path).status_code
    steps = {url: tried.pop(url) for url in [*tried] if url.startswith("/go/")}
    assert set(steps.values()) <= {403, 404, 409}  # of what the page does not offer it is said that it was overtaken
    assert {url: status for url, status in tried.items() if status not in {403, 404}} == {}
    assert before == (
        Event.objects.count(),
        Signature.objects.count(),
        Endorsement.objects.count(),
        Rating.objects.count(),
    )
    assert Proposal.objects.filter(signatures__member=member, signatures__role=Role.FIRST, state=State.DRAFT).exists()


@pytest.mark.parametrize("part", ["former_member", "suspended_member"])
def test_the_own_file_with_its_answers_stays_readable_and_nothing_else(mixed: Cast, client: Client, part: str) -> None:
    account: Account = Account.objects.get(pk=getattr(mixed, part).pk)
    mine = set(Proposal.objects.filter(signatures__member=mixed.member(account), signatures__answer=Answer.ACCEPTED))
    public = set(Proposal.objects.filter(released_at__isnull=False, consents_to_publication=True))
    assert set(queries.visible_to(account)) == mine | public
    assert {c.proposal for c in handling.cases_visible_to(account)} <= mine
    client.force_login(account)
    for proposal in mine:
        page = client.get(proposal.get_absolute_url())
        assert (page.status_code, list(page.context["shown"].actions)) == (200, []), proposal.state
    assert {tab.url for tab in client.get("/proposals/").context["list"].tabs} == {"?tab=mine", "?tab=cosigned"}
    assert home.member_waiting(account) == 0


# ── nobody asks him ──
def test_he_is_not_offered_as_co_signer_nor_invited_by_hand(cast: Cast, client: Client) -> None:
    draft = cast.draft()
    offered = {m.name for m in queries.candidates(draft, "", on=timezone.localdate())}
    assert offered == {"何青禾", "沈如松", "周望舒"}
    until = timezone.now() + timedelta(days=1)
    for account in (cast.former_member, cast.suspended_member):
        with pytest.raises(actions.ProposalError, match="现在不在任"):
            actions.invite_cosigners(draft, members=[cast.member(account)], until=until, actor=cast.proposer, at=timezone.now())
        client.force_login(cast.proposer)
        said = {"m": cast.member(account).uid, "send": "1", "until": f"{until:%Y-%m-%dT%H:%M}"}
        assert client.post(f"/proposals/{draft.uid}/invite/", said).status_code == 422
    assert draft.signatures.count() == 1


def test_nothing_is_entered_for_him_by_the_office(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    said = {"who": "member", "member": "温故里"}
    assert "没有名为“温故里”的在任委员" in client.post("/proposals/new/behalf/", said).text
    with pytest.raises(actions.ProposalError, match="温故里现在不在任"):
        actions.draft(cast.county, actor=cast.office, at=timezone.now(), first=cast.member(cast.former_member), text=TEXT)
    assert not Proposal.objects.exists()


def test_the_actions_themselves_refuse_whose_seat_ended(cast: Cast) -> None:
    filed, draft, gone = cast.filed(), cast.draft(), cast.member(cast.former_member)
    signature = Signature.objects.create(committee=cast.county, proposal=draft, member=gone, role=Role.CO, answer=Answer.INVITED)
    before = Event.objects.count()
    with pytest.raises(actions.ProposalError, match="现在不在任"):
        actions.endorse(filed, member=gone, actor=cast.former_member, at=timezone.now())
    with pytest.raises(actions.ProposalError, match="现在不在任"):
        actions.answer_invitation(signature, accept=True, actor=cast.former_member, at=timezone.now())
    assert (Event.objects.count(), Endorsement.objects.count()) == (before, 0)


def test_a_round_does_not_wait_for_him_and_he_is_still_told_the_end(cast: Cast) -> None:
    case = cast.answered()
    assert [s.name for s in queries.raters(case.proposal)] == ["林知远", "何青禾"]
    leave(cast, cast.proposer)
    assert [s.name for s in queries.raters(case.proposal)] == ["何青禾"]
    assert [s.name for _reply, s in handling.ratings_awaited(case)] == ["何青禾"]
    assert [s.name for s in queries.together(case.proposal)] == ["林知远", "何青禾"]


def test_the_next_signer_who_sits_speaks_in_place_of_the_first_but_not_of_talks_at_which_he_was_not(cast: Cast) -> None:
    case = cast.answered()
    now = timezone.now()

    def asked(account: Account) -> list[str]:
        return [t.title for t in queues.todos(cast.member(account), now) if "面商" in t.title]

    assert (asked(cast.proposer), asked(cast.cosigner)) == (["确认县卫生健康局的面商记录"], [])
    leave(cast, cast.proposer)
    assert asked(cast.cosigner) == []
    found = queries.spokesman(Proposal.objects.get(pk=case.proposal_id))
    assert (found and found.name) == "何青禾"


# ── what is still with its proposers ──
def test_a_text_is_taken_over_by_the_first_co_signer_who_sits_and_by_nobody_else(cast: Cast, client: Client) -> None:
    draft = gathered(cast)
    client.force_login(cast.cosigner)
    assert client.post(f"/proposals/{draft.uid}/take-over/").status_code == 403
    leave(cast, cast.proposer)
    for account in (cast.second_cosigner, cast.bystander, cast.office, cast.proposer):
        client.force_login(account)
        assert client.post(f"/proposals/{draft.uid}/take-over/").status_code in {403, 404}
    assert draft.signatures.get(role=Role.FIRST).name == "林知远"
    client.force_login(cast.cosigner)
    assert "接手这件提案" in client.get(f"/proposals/{draft.uid}/invitation/").text
    assert client.post(f"/proposals/{draft.uid}/take-over/")["Location"] == f"/proposals/{draft.uid}/edit/"
    signed = {s.name: (s.role, s.answer) for s in draft.signatures.all()}
    assert signed == {
        "何青禾": ("first", "accepted"),
        "林知远": ("co", "left"),
        "沈如松": ("co", "invited"),
    }
    event = Event.objects.get(kind="proposals.take_over")
    assert (event.actor, event.data["name"], event.data["before"]) == (cast.cosigner, "何青禾", "林知远")
    assert client.post(f"/proposals/{draft.uid}/take-over/").status_code == 403
    proposal = Proposal.objects.get(pk=draft.pk)
    engine.perform(proposal, "submit", actor=cast.cosigner, at=NOW)
    assert [s.name for s in queries.signers(Proposal.objects.get(pk=draft.pk))] == ["何青禾"]


def test_the_office_cannot_hand_in_for_who_left_and_the_reason_is_said(cast: Cast) -> None:
    draft = actions.draft(cast.county, actor=cast.office, at=NOW, first=cast.member(cast.proposer), text=TEXT)
    leave(cast, cast.proposer)
    fresh = Proposal.objects.get(pk=draft.pk)
    with pytest.raises(engine.Blocked, match="第一提案人现在不在任"):
        engine.perform(fresh, "submit", actor=cast.office, at=timezone.now())
    assert not Event.objects.filter(kind="proposals.submit").exists()


def test_a_returned_text_of_who_left_is_ended_by_the_office(cast: Cast) -> None:
    from tongxin.proposals.workflow import Return, Withdrawal

    proposal = cast.submitted()
    engine.perform(proposal, "return_for_revision", actor=cast.office, at=NOW, payload=Return("请补充。"))
    reason = Withdrawal("提案人离任，无人接手。")
    with pytest.raises(engine.NotAllowed):
        engine.perform(Proposal.objects.get(pk=proposal.pk), "withdraw", actor=cast.office, at=NOW, payload=reason)
    leave(cast, cast.proposer)
    engine.perform(Proposal.objects.get(pk=proposal.pk), "withdraw", actor=cast.office, at=timezone.now(), payload=reason)
    assert Proposal.objects.get(pk=proposal.pk).state == State.WITHDRAWN


def test_a_name_under_an_unsubmitted_text_ends_and_its_first_proposer_is_told(cast: Cast) -> None:
    draft, filed = gathered(cast), cast.filed()
    leave(cast, cast.cosigner)
    assert draft.signatures.get(member=cast.member(cast.cosigner)).answer == Answer.LEFT
    # what was handed in keeps his name
    assert filed.signatures.get(member=cast.member(cast.cosigner)).answer == Answer.ACCEPTED
    notices.deliver()
    told = Notice.objects.get(event__kind="proposals.end_cosigning")
    assert (told.account, "何青禾不再履职" in told.text) == (cast.proposer, True)


def test_nobody_stands_under_a_new_proposal_whose_seat_ended_however_it_ended(cast: Cast) -> None:
    from tongxin.members.models import Seat

    draft = gathered(cast)
    # no act, no consequence: a corrected date
    Seat.objects.filter(member=cast.member(cast.cosigner)).update(ends_on=NOW.date())
    engine.perform(draft, "submit", actor=cast.proposer, at=NOW)
    assert [s.name for s in queries.signers(Proposal.objects.get(pk=draft.pk))] == ["林知远"]


def test_no_notice_goes_to_the_dead(cast: Cast) -> None:
    filed = cast.filed()
    leave(cast, cast.cosigner, Ending.DIED)
    notices.deliver()
    before = Notice.objects.filter(account=cast.cosigner).count()
    actions.release(filed, actor=cast.office, at=timezone.now())
    notices.deliver()
    assert Notice.objects.filter(account=cast.cosigner).count() == before
    assert Notice.objects.filter(account=cast.proposer, event__kind="proposals.release").exists()


@pytest.mark.parametrize(("ending", "how"), [(Ending.DIED, "已去世"), (Ending.RESIGNED, "不再履职")])
def test_an_invitation_whose_first_proposer_is_gone_waits_and_says_so(cast: Cast, client: Client, ending: str, how: str) -> None:
    draft = gathered(cast)
    invited, url = cast.member(cast.second_cosigner), f"/proposals/{draft.uid}/invitation/"
    assert [todo.title for todo in queues.todos(invited, timezone.now())] == ["林知远委员邀您联名"]
    leave(cast, cast.proposer, ending)
    notices.deliver()
    told = {n.account.name: n.text for n in Notice.objects.filter(event__kind="proposals.lose_first")}
    assert told == {
        "何青禾": f"《{draft.title}》的第一提案人林知远{how}，提案现在不能提交；联名委员何青禾可以接手",
        "沈如松": f"邀您联名的《{draft.title}》，第一提案人林知远{how}；联名委员何青禾可以接手，接手以前不能同意联名，您无需办理，也可以谢绝",
    }
    assert (queues.todos(invited, timezone.now()), home.member_waiting(cast.second_cosigner)) == ([], 0)
    client.force_login(cast.second_cosigner)
    page = client.get(url).text
    assert re.search("第一提案人林知远(已去世|已离任)，在联名委员接手以前不能同意联名，您无需办理", page)
    assert ('value="accept"' in page, 'value="decline"' in page) == (False, True)
    shown = client.get(draft.get_absolute_url()).text
    assert ("在联名委员接手以前不能同意联名，您无需办理" in shown, f'href="{url}"' in shown) == (True, True)
    client.post(url, {"answer": "accept", "version": draft.version})
    assert draft.signatures.get(member=invited).answer == Answer.INVITED
    client.force_login(cast.cosigner)
    client.post(f"/proposals/{draft.uid}/take-over/")
    assert [todo.title for todo in queues.todos(invited, timezone.now())] == ["何青禾委员邀您联名"]
    client.force_login(cast.second_cosigner)
    client.post(url, {"answer": "accept", "version": draft.version})
    assert draft.signatures.get(member=invited).answer == Answer.ACCEPTED


def test_where_nobody_can_take_over_the_invited_hear_that(cast: Cast, client: Client) -> None:
    draft = cast.draft()
    actions.invite_cosigners(
        draft, members=[cast.member(cast.cosigner)], until=timezone.now() + timedelta(days=1), actor=cast.proposer, at=NOW
    )
    leave(cast, cast.proposer)
    notices.deliver()
    [told] = Notice.objects.filter(event__kind="proposals.lose_first")
    assert told.text.endswith("现在没有委员可以接手，不能同意联名，您无需办理，也可以谢绝")
    client.force_login(cast.cosigner)
    url = f"/proposals/{draft.uid}/invitation/"
    assert "现在没有委员可以接手，不能同意联名" in client.get(url).text
    client.post(url, {"answer": "decline", "version": draft.version})
    assert draft.signatures.get(member=cast.member(cast.cosigner)).answer == Answer.DECLINED


@pytest.mark.parametrize("way", ["taken over", "back"])
def test_the_time_without_a_first_proposer_is_given_back_to_the_invited(
    cast: Cast, client: Client, monkeypatch: Any, way: str
) -> None:
    draft, lost, invited = gathered(cast), timezone.now(), cast.member(cast.second_cosigner)
    until = lost + timedelta(hours=2)
    Proposal.objects.filter(pk=draft.pk).update(cosign_until=until)
    leave(cast, cast.proposer, Ending.DIED if way == "back" else Ending.RESIGNED)
    later = lost + timedelta(hours=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    client.force_login(cast.second_cosigner)
    page = client.get(f"/proposals/{draft.uid}/invitation/")
    assert (page.context["lapsed"], 'value="decline"' in page.text) == (False, True)
    if way == "back":
        members.restore(cast.member(cast.proposer), reason="登记有误", actor=cast.office, at=later)
    else:
        leaving.take_over(draft, member=cast.member(cast.cosigner), actor=cast.cosigner, at=later)
    draft = Proposal.objects.get(pk=draft.pk)
    given = draft.cosign_until - later
    assert timedelta(hours=1, minutes=59) < given <= timedelta(hours=2)
    assert [todo.title[:3] for todo in queues.todos(invited, later)] == [draft.signatures.get(role=Role.FIRST).name]
    notices.deliver()
    kind = "proposals.regain_first" if way == "back" else "proposals.take_over"
    told = Notice.objects.get(event__kind=kind, account=cast.second_cosigner)
    assert told.text.endswith(f"，请在 {moment(draft.cosign_until)} 以前答复")
    first = Account.objects.get(pk=(cast.proposer if way == "back" else cast.cosigner).pk)
    engine.perform(draft, "submit", actor=first, at=later + timedelta(hours=1))
    assert Event.objects.get(kind="proposals.lapse_invitation").data["overdue"] is False


def test_time_that_was_over_before_is_not_given_back_and_none_beyond_a_new_invitations(cast: Cast) -> None:
    lost = timezone.now()
    for hours, months, pushed in ((-2, 0, False), (24, 1, True)):
        draft = gathered(cast)
        until = lost + timedelta(hours=hours)
        Proposal.objects.filter(pk=draft.pk).update(cosign_until=until)
        audit.record(
            "proposals.lose_first", draft, actor=cast.office, at=lost, data={"name": "林知远", "member": None, "why": ""}
        )
        at = lost + timedelta(days=30 * months, hours=1)
        waiting.give_time_back(Proposal.objects.get(pk=draft.pk), at=at)
        now = Proposal.objects.get(pk=draft.pk).cosign_until
        assert (now > until) is pushed
        assert now <= max(until, at + timedelta(days=5))


@pytest.mark.parametrize("case", ["open", "no cut-off", "over", "gone", "in the other county"])
def test_an_invitation_that_can_be_answered_is_the_same_one_everywhere(cast: Cast, client: Client, case: str) -> None:
    draft, invited = gathered(cast), cast.member(cast.second_cosigner)
    if case == "no cut-off":
        Proposal.objects.filter(pk=draft.pk).update(cosign_until=None)
    elif case == "over":
        Proposal.objects.filter(pk=draft.pk).update(cosign_until=timezone.now() - timedelta(minutes=1))
    elif case == "gone":
        leave(cast, cast.proposer)
    account = cast.member_of_other_county if case == "in the other county" else cast.second_cosigner
    now, signature = timezone.now(), draft.signatures.select_related("proposal").get(member=invited)
    wanted = int(case in {"open", "no cut-off"})
    counted = queries.counts_for(account, at=now)["invited"]
    assert (counted, queries.own_list("invited", *queries.asked_by(account, at=now)).count()) == (wanted, wanted)
    assert (len(queues.todos(cast.member(account), now)), home.member_waiting(account)) == (wanted, wanted)
    if case != "in the other county":
        assert (queries.is_open(signature, now), queries.open_invitations(now).count()) == (bool(wanted), wanted)
        event = Event.objects.get(kind="proposals.invite", data__member=invited.pk)
        assert holds(event, Proposal.objects.get(pk=draft.pk), now) is bool(wanted)
        client.force_login(account)
        assert client.get(f"/proposals/{draft.uid}/invitation/").context["open"] is bool(wanted)


@pytest.mark.parametrize("way", ["suspend", "death"])
def test_whoever_was_told_that_the_first_proposer_is_gone_is_told_that_he_is_back(cast: Cast, client: Client, way: str) -> None:
    draft = gathered(cast)
    said: dict[str, Any] = {"on": timezone.localdate(), "actor": cast.office, "at": timezone.now()}
    if way == "suspend":
        members.suspend(cast.member(cast.proposer), reason="接受调查", **said)
        members.resume(cast.member(cast.proposer), reason="调查结束", **said)
        back = "恢复履职"
    else:
        leave(cast, cast.proposer, Ending.DIED)
        members.restore(cast.member(cast.proposer), reason="登记有误", **said | {"actor": cast.office})
        back = "去世系误登，已经更正"
    notices.deliver()
    told = {n.account.name: n.text for n in Notice.objects.filter(event__kind="proposals.regain_first")}
    assert told.keys() == {"何青禾", "沈如松"}
    assert told["何青禾"] == f"《{draft.title}》的第一提案人林知远{back}，仍由其修改、提交，无需接手"
    assert told["沈如松"].startswith(f"邀您联名的《{draft.title}》，第一提案人林知远{back}，请在 ")
    client.force_login(cast.second_cosigner)
    assert 'value="accept"' in client.get(f"/proposals/{draft.uid}/invitation/").text


@pytest.mark.parametrize(("ending", "back"), [(Ending.DIED, "去世系误登，已经更正"), (Ending.RESIGNED, "恢复委员资格")])
def test_who_never_died_is_not_said_to_have_his_seat_again(cast: Cast, ending: str, back: str) -> None:
    cast.filed()
    leave(cast, cast.proposer, ending)
    members.restore(cast.member(cast.proposer), on=timezone.localdate(), reason="登记有误", actor=cast.office, at=timezone.now())
    assert [e.data["why"] for e in Event.objects.filter(kind="proposals.change_speaker").order_by("id")][-1] == back


def test_who_comes_back_to_a_text_that_was_taken_over_is_announced_to_nobody(cast: Cast) -> None:
    draft = gathered(cast)
    leave(cast, cast.proposer)
    leaving.take_over(draft, member=cast.member(cast.cosigner), actor=cast.cosigner, at=timezone.now())
    members.restore(cast.member(cast.proposer), on=timezone.localdate(), reason="登记有误", actor=cast.office, at=timezone.now())
    assert not Event.objects.filter(kind="proposals.regain_first").exists()


@pytest.mark.parametrize(("kept", "typed"), [("YX302", "ＹＸ３０２"), ("ＹＸ３０２", "YX302"), ("ＹＸ３０２", "yx302")])
def test_a_member_is_found_by_his_number_in_whichever_width_it_is_kept_or_typed(cast: Cast, client: Client, kept, typed) -> None:
    Member.objects.filter(account=cast.bystander).update(number=kept)
    found = queries.candidates(cast.draft(), typed, on=timezone.localdate())
    assert [member.name for member in found] == ["周望舒"]
    client.force_login(cast.office)
    answer = client.post("/proposals/new/behalf/", {"who": "member", "member": typed})
    assert "没有名为" not in answer.text
