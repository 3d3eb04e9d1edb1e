"""Two people, or two tabs, in the same moment.

Nothing is handed in unseen, nothing ends without an end, no answer is lost.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.at_once import both, in_between
from tests.cast import Cast
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.proposals import actions
from tongxin.proposals.choices import Answer, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import MergeInto, Withdrawal
from tongxin.workflow import engine
from tongxin.workflow.engine import perform


def test_a_text_that_was_saved_in_the_same_moment_is_not_handed_in(cast: Cast) -> None:
    draft = cast.draft(timezone.now())
    previewed = Proposal.objects.get(pk=draft.pk)
    save_empty(draft, cast)
    events = Event.objects.count()
    with pytest.raises(engine.Overtaken):
        perform(previewed, "submit", actor=cast.proposer, at=timezone.now())
    now = Proposal.objects.get(pk=draft.pk)
    assert (now.state, now.serial, now.version, Event.objects.count()) == (State.DRAFT, None, 2, events)


def test_the_page_asks_to_look_again(cast: Cast, client: Client) -> None:
    draft = cast.draft(timezone.now())
    client.force_login(cast.proposer)
    with in_between('UPDATE "proposals_proposal"', lambda: save_empty(draft, cast)):
        answer = client.post(f"/proposals/{draft.uid}/submit/", {"version": "1"}, follow=True)
    assert "预览之后正文又改过，还没有提交" in answer.content.decode()
    assert Proposal.objects.get(pk=draft.pk).state == State.DRAFT


def test_an_invitation_accepted_in_the_moment_of_submission_stays_accepted(cast: Cast) -> None:
    draft, now = cast.draft(timezone.now()), timezone.now()
    asked = [cast.member(cast.cosigner)]
    actions.invite_cosigners(draft, members=asked, until=now + timedelta(days=2), actor=cast.proposer, at=now)
    invited = Signature.objects.select_related("proposal").get(proposal=draft, member=asked[0])  # read before

    def accept() -> None:
        actions.answer_invitation(invited, accept=True, actor=cast.cosigner, at=now)

    with in_between('UPDATE "proposals_signature"', accept):
        perform(Proposal.objects.get(pk=draft.pk), "submit", actor=cast.proposer, at=timezone.now())
    assert Signature.objects.get(pk=invited.pk).answer == Answer.ACCEPTED
    assert verifying.verify().ok


def save_empty(draft: Proposal, cast: Cast) -> None:
    actions.save_text(draft, fields={"analysis": "", "suggestions": ""}, started_from=1, actor=cast.proposer, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_proposals_are_not_merged_into_each_other(cast: Cast) -> None:
    one, other = cast.filed(title="甲"), cast.filed(title="乙")

    def merge(what: Proposal, into: Proposal) -> Callable[[], object]:
        row = Proposal.objects.get(pk=what.pk)
        return lambda: perform(row, "merge", actor=cast.office, at=timezone.now(), payload=MergeInto(into.uid, "内容相近"))

    assert len(both(merge(one, other), merge(other, one))) == 1
    assert sorted(Proposal.objects.values_list("state", flat=True)) == [State.FILED, State.MERGED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["merge", "withdraw"])
def test_nothing_is_left_in_a_lead_that_is_withdrawn_in_the_same_moment(first: str, cast: Cast) -> None:
    lead, other = cast.filed(title="甲"), cast.in_decision(title="乙")

    def merge() -> object:
        return perform(other, "merge", actor=cast.office, at=timezone.now(), payload=MergeInto(lead.uid, "内容相近"))

    def withdraw() -> object:
        return perform(lead, "withdraw", actor=cast.proposer, at=timezone.now(), payload=Withdrawal("已经解决。"))

    both(*((merge, withdraw) if first == "merge" else (withdraw, merge)))
    assert Proposal.objects.get(pk=lead.pk).state == State.WITHDRAWN
    assert Proposal.objects.get(pk=other.pk).state == State.IN_DECISION
    assert verifying.verify().ok
