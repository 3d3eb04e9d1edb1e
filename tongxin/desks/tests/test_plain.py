"""What most matters say alike.

How a row begins on a page, the columns, the queue, and rows that only name their member.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from tests.cast import NOW, TEXT, Cast
from tongxin.accounts.models import Account
from tongxin.audit import kinds
from tongxin.audit.kinds import Audience
from tongxin.committees.choices import Duty
from tongxin.desks import plain
from tongxin.desks.beginnings import Beginning, page_of_beginning
from tongxin.desks.listings import Question
from tongxin.members import carrying
from tongxin.members.carrying import Pair
from tongxin.members.rules import seat_of
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Endorsement, Proposal
from tongxin.proposals.workflow import PROPOSAL
from tongxin.workflow.engine import Invalid
from tongxin.workflow.telling import tell


@dataclass(frozen=True)
class Text:
    """What is asked."""

    title: str = field(metadata={"label": "案由", "max": 20})


def _begin(said: Text, *, actor: Account, at: Any) -> Proposal:
    if said.title == "已有":
        raise Invalid({"title": "已有同样的案由。"})
    member = seat_of(actor)
    return proposals.draft(member.committee, actor=actor, at=at, first=member, text=TEXT | {"title": said.title})


NEW = Beginning("a-proposal-new", "起草", "proposals.own_list", Text, _begin)


def _ask(account: Account, **said: str) -> HttpResponse:
    request = RequestFactory().post("/new/", said) if said else RequestFactory().get("/new/")
    request.user = Account.objects.get(pk=account.pk)
    request._messages = CookieStorage(request)
    answer = page_of_beginning(NEW)(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_row_begins_by_what_is_said_and_its_page_follows(cast: Cast) -> None:
    assert "起草" in _ask(cast.proposer).content.decode()
    made = _ask(cast.proposer, title="关于路灯的建议")
    row = Proposal.objects.get(title="关于路灯的建议")
    assert (made.status_code, made["Location"]) == (302, row.get_absolute_url())


@pytest.mark.parametrize(("title", "why"), [("长" * 21, "20"), ("已有", "已有同样的案由。")])
def test_what_does_not_do_is_shown_again_and_nothing_begins(cast: Cast, title: str, why: str) -> None:
    answer, before = _ask(cast.proposer, title=title), Proposal.objects.count()
    assert (answer.status_code, Proposal.objects.count()) == (422, before)
    assert why in answer.content.decode()
    assert title in answer.content.decode()


def test_nothing_begins_for_who_may_not_or_does_not_sit(cast: Cast) -> None:
    for account in (cast.clerk, cast.former_member):
        with pytest.raises(PermissionDenied):
            _ask(account, title="关于路灯的建议")
    assert not Proposal.objects.exists()


def test_columns_and_a_queue_say_of_rows_what_they_are_called_and_where_they_stand(cast: Cast) -> None:
    proposal, on = cast.submitted(), timezone.localdate(NOW)
    tab = plain.all_of(PROPOSAL, plain.title("案由"), plain.value("submitted_at", "提交时间"))
    [row] = tab.rows(Question(Account.objects.get(pk=cast.office.pk), NOW))
    assert [column.said(row) for column in tab.columns] == [proposal.title, "3 月 2 日 9:00", "待预审"]
    rows = plain.in_states(Proposal, Duty.PRE_EXAMINATION, State.SUBMITTED)
    [todo] = plain.todos("title")(rows(Account.objects.get(pk=cast.office.pk), on), "去办", on)
    assert (todo.title, todo.url, todo.button) == (proposal.title, proposal.get_absolute_url(), "去办")
    assert list(rows(Account.objects.get(pk=cast.clerk.pk), on)) == []


def test_rows_that_name_a_member_go_along_and_come_back(cast: Cast) -> None:
    filed = cast.filed()
    proposals.endorse(filed, member=cast.member(cast.bystander), actor=cast.bystander, at=NOW)
    carry = carrying.of_rows(Endorsement, "附议")
    pair = Pair(cast.member(cast.second_cosigner), cast.member(cast.bystander), cast.office, NOW)
    assert list(carry.figures(pair.goes)) == ["附议 1 件"]
    assert [said for said in carry.foresee(pair.stays, pair.goes) if "1 件" in said]
    kept = carry.carry(pair)
    assert Endorsement.objects.get().member == pair.stays
    carry.give_back(pair, kept)
    assert Endorsement.objects.get().member == pair.goes


def test_steps_are_told_as_they_are_labelled_where_nothing_better_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(kinds.KINDS)
    monkeypatch.setattr(
        kinds, "KINDS", {name: kind for name, kind in known.items() if name not in {"proposals.unfile", "proposals.draft"}}
    )
    object.__setattr__(PROPOSAL, "told", Audience.PARTIES)
    try:
        tell(PROPOSAL)
    finally:
        object.__setattr__(PROPOSAL, "told", None)
    found = kinds.KINDS
    assert [(found[name].sentence, found[name].audience) for name in ("proposals.draft", "proposals.unfile")] == [
        ("起草", Audience.PARTIES),
        ("撤销立案", Audience.PARTIES),
    ]
    assert (found["proposals.draft"].detail, found["proposals.unfile"].detail is not None) == (None, True)
    assert found["proposals.file"] is known["proposals.file"]
