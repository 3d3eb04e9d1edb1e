"""Every long text that an app declares saves itself in the same way.

Nothing typed is lost, nothing is told to whom it does not concern.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import TEXT, Cast
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.drafts import views
from tongxin.drafts.actions import MOST_COPIES
from tongxin.drafts.models import KeptCopy
from tongxin.drafts.queries import open_copies
from tongxin.drafts.table import Draft, known
from tongxin.handling import actions as handling
from tongxin.handling.forms import ReplyForm
from tongxin.handling.workflow import SignFor
from tongxin.privacy.queries import held_about
from tongxin.privacy.table import ERASABLE
from tongxin.proposals.forms import TextForm
from tongxin.proposals.models import Proposal
from tongxin.workflow.engine import perform

FORMS: dict[str, type[forms.Form]] = {"proposals.text": TextForm, "handling.reply": ReplyForm}
NAMES = ("proposals.text", "handling.reply")


@dataclass(frozen=True)
class World:
    """One text being written: where, by whom, by whom not, and how it is closed."""

    holder: Any
    writer: Account
    others: tuple[Account, ...]
    close: Callable[[], object]
    field: str


def _proposal(cast: Cast) -> World:
    proposal = cast.draft(timezone.now())
    others = (cast.office, cast.bystander, cast.member_of_other_county, cast.office_of_other_county, cast.clerk)
    return World(proposal, cast.proposer, others, lambda: _submit(proposal, cast), "situation")


def _submit(proposal: Proposal, cast: Cast) -> None:
    perform(Proposal.objects.get(pk=proposal.pk), "submit", actor=cast.proposer, at=timezone.now())


def _reply(cast: Cast) -> World:
    at = timezone.localtime()
    at = at.replace(hour=min(at.hour, 22))
    case = handling.assign(cast.filed(at), parts=[(cast.unit, "sole")], actor=cast.assigner, at=at)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=at, payload=SignFor("孟时雨"))
    others = (cast.other_clerk, cast.member_of_other_county, cast.office_of_other_county)
    return World(cast.task(case), cast.clerk, others, lambda: _send(cast, case, at), "text")


def _send(cast: Cast, case: Any, at: Any) -> None:
    task = cast.task(case)
    handling.record_contact(
        task,
        stage="before",
        way="phone",
        on=timezone.localdate(at),
        who="孟时雨",
        with_whom="林知远",
        note="先试点。",
        actor=cast.clerk,
        at=at,
    )
    reply = handling.reply_of(task)
    said = {"category": "B", "text": "六月底前在两个镇试点，十月底前推开。"}
    handling.save_reply(reply, fields=said, started_from=reply.version, actor=cast.clerk, at=at)
    perform(task, "submit_reply", actor=cast.clerk, at=at)


WORLDS: dict[str, Callable[[Cast], World]] = {"proposals.text": _proposal, "handling.reply": _reply}
each = pytest.mark.parametrize("name", NAMES)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    return client


def post(client: Client, draft: Draft, uid: str, **said: Any) -> Any:
    return client.post(draft.address(uid), said, headers={"X-Requested-With": "fetch"})


def version_of(draft: Draft, world: World) -> int:
    return int(draft.text(draft.find(world.writer, world.holder.uid)).version)


def saved(draft: Draft, world: World) -> Any:
    return draft.values(draft.find(world.writer, world.holder.uid))[world.field]


def test_every_declared_draft_has_its_world_here() -> None:
    assert sorted(known()) == sorted(NAMES) == sorted(WORLDS)


@each
def test_what_the_matters_act_refuses_is_said_as_one_sentence(cast: Cast, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, world = known()[name], WORLDS[name](cast)

    def refuse(*_args: Any, **_said: Any) -> None:
        raise draft.refuses[0]("现在不能保存")

    monkeypatch.setattr(views, "known", lambda: {name: replace(draft, save=refuse)})
    answer = post(signed_in(world.writer), draft, world.holder.uid, version=version_of(draft, world), **{world.field: "第一稿。"})
    assert (answer.status_code, answer.json()["message"]) == (422, "现在不能保存。")


@each
def test_it_saves_and_says_its_version(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, first = signed_in(world.writer), version_of(draft, world)
    events = Event.objects.count()
    answer = post(client, draft, world.holder.uid, version=first, **{world.field: "第一稿。"})
    assert (answer.status_code, answer.json()["version"], saved(draft, world)) == (200, first + 1, "第一稿。")
    assert (Event.objects.count(), KeptCopy.objects.count()) == (events, 0)


@each
def test_a_save_from_an_old_version_gives_both_texts_and_keeps_a_copy(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, first = signed_in(world.writer), version_of(draft, world)
    post(client, draft, world.holder.uid, version=first, tab="a", **{world.field: "先存的。"})
    answers = [
        post(client, draft, world.holder.uid, version=first, tab=tab, **{world.field: typed})
        for tab, typed in (("b", "后写的"), ("b", "后写的。"), ("c", "第三个窗口写的。"))
    ]
    assert [(a.status_code, a.json()["version"], a.json()["fields"][world.field]) for a in answers] == [
        (409, first + 1, "先存的。")
    ] * 3
    kept = list(KeptCopy.objects.order_by("pk"))
    assert [(copy.tab, copy.fields[world.field], copy.settled_at) for copy in kept] == [
        ("b", "后写的。", None),
        ("c", "第三个窗口写的。", None),
    ]
    assert [a.json()["mine_kept_as"] for a in answers] == [kept[0].uid, kept[0].uid, kept[1].uid]
    assert saved(draft, world) == "先存的。"
    # what is chosen on the page puts its copy away
    chosen = {"version": first + 1, "tab": "b", "chosen": kept[0].uid, world.field: "后写的。"}
    assert post(client, draft, world.holder.uid, **chosen).status_code == 200
    assert list(open_copies(world.writer, draft, world.holder.uid)) == [kept[1]]


@each
def test_the_page_of_two_texts_takes_the_choice_field_by_field(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, first = signed_in(world.writer), version_of(draft, world)
    post(client, draft, world.holder.uid, version=first, **{world.field: "先存的。"})
    page = post(client, draft, world.holder.uid, version=first, **{world.field: "后写的。"}).json()["url"]
    shown = client.get(page)
    assert [(row.name, row.saved, row.kept) for row in shown.context["rows"]] == [(world.field, "先存的。", "后写的。")]
    assert client.get(draft.editor(world.holder)).text.count(page) == 1
    answer = client.post(page, {"version": first + 1, f"use_{world.field}": "mine"})
    assert (answer.status_code, answer.headers["Location"]) == (302, draft.editor(world.holder))
    assert (saved(draft, world), KeptCopy.objects.filter(settled_at=None).count()) == ("后写的。", 0)


@each
def test_an_ended_session_is_told_as_such(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    answer = post(Client(), draft, world.holder.uid, version=1, **{world.field: "写了一半。"})
    assert (answer.status_code, answer.json()) == (401, {"message": "登录已经到期或者已经退出，您写的内容已存在本机。"})
    assert post(Client(), draft, "zzzzzzzzzzzz").status_code == 401


@each
def test_what_is_closed_is_refused_and_kept_beside(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    world.close()
    client, was = signed_in(world.writer), saved(draft, world)
    events = Event.objects.count()
    answer = post(client, draft, world.holder.uid, version=version_of(draft, world), **{world.field: "晚了。"})
    kept = KeptCopy.objects.get()
    assert (answer.status_code, answer.json()["url"]) == (423, kept.get_absolute_url())
    assert answer.json()["message"].count("另存一份") == 1
    assert (kept.fields[world.field], saved(draft, world), Event.objects.count()) == ("晚了。", was, events)
    page = client.get(kept.get_absolute_url())
    assert (page.status_code, "晚了。" in page.text, "按选择保存" in page.text) == (200, True, False)


@each
def test_it_is_not_there_for_anybody_else(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, first = signed_in(world.writer), version_of(draft, world)
    post(client, draft, world.holder.uid, version=first, **{world.field: "先存的。"})
    page = post(client, draft, world.holder.uid, version=first, **{world.field: "后写的。"}).json()["url"]
    for account in world.others:
        other = signed_in(account)
        answer = post(other, draft, world.holder.uid, version=first + 1, **{world.field: "别人写的"})
        assert answer.status_code == 404, account
        assert (other.get(page).status_code, other.post(page, {"version": first + 1}).status_code) == (404, 404), account
    assert (saved(draft, world), KeptCopy.objects.count()) == ("先存的。", 1)
    assert client.post("/drafts/no.such/zzzzzzzzzzzz/").status_code == 404


@each
def test_a_save_costs_the_same_however_many_copies_there_are(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, spent = signed_in(world.writer), []
    for round_ in range(3):
        for tab in range(round_ * 3):
            post(client, draft, world.holder.uid, version=0, tab=f"{round_}{tab}", **{world.field: f"旧的{round_}{tab}"})
        now = version_of(draft, world)
        with CaptureQueriesContext(connection) as watch:
            assert post(client, draft, world.holder.uid, version=now, **{world.field: f"第 {round_} 稿"}).status_code == 200
        spent.append(len(watch))
    assert len(set(spent[1:])) == 1, spent  # the first may begin the row


@each
def test_its_copies_are_told_to_their_writer_and_go_when_their_time_is_over(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, first = signed_in(world.writer), version_of(draft, world)
    post(client, draft, world.holder.uid, version=first, **{world.field: "先存的。"})
    post(client, draft, world.holder.uid, version=first, **{world.field: "后写的。"})
    copy = KeptCopy.objects.get()
    told = [
        row
        for section in held_about(world.writer, timezone.localdate())
        for row in section.part.rows
        if "copies" in section.held.key
    ]
    assert [TEXT["title"] in "".join(row) for row in told] == [True]
    KeptCopy.objects.update(settled_at=timezone.now().replace(year=2020))
    due = [key for key, sort in ERASABLE.items() if sort.due(copy.committee, timezone.localdate()).filter(uid=copy.uid).exists()]
    assert [key.endswith("_copies") for key in due] == [True]


@each
@pytest.mark.parametrize("rubbish", ["no", "false", "off", "0_", "２", "否", " ", "1\n0"])
def test_a_choice_that_cannot_be_read_is_refused_and_left_as_it_was(cast: Cast, name: str, rubbish: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, before = signed_in(world.writer), draft.values(draft.find(world.writer, world.holder.uid))
    choices = [one for one in draft.labels if isinstance(FORMS[name].base_fields[one], forms.ChoiceField)]
    assert choices
    for choice in choices:
        answer = post(client, draft, world.holder.uid, version=version_of(draft, world), **{choice: rubbish})
        assert (answer.status_code, bool(answer.json()["message"])) == (422, True), choice
        assert draft.values(draft.find(world.writer, world.holder.uid)) == before, choice


def test_an_empty_answer_is_no_consent(cast: Cast) -> None:
    draft, world = known()["proposals.text"], _proposal(cast)
    Proposal.objects.update(consents_to_publication=False)
    said = {"version": version_of(draft, world), "consents_to_publication": ""}
    assert post(signed_in(world.writer), draft, world.holder.uid, **said).status_code == 422
    assert not Proposal.objects.get().consents_to_publication


@each
def test_a_text_longer_than_any_is_not_kept(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, before = signed_in(world.writer), saved(draft, world)
    for version in (version_of(draft, world), 0):
        answer = post(client, draft, world.holder.uid, version=version, **{world.field: "长" * 100_001})
        assert (answer.status_code, "太长，存不下" in answer.json()["message"]) == (422, True)
    assert (saved(draft, world), KeptCopy.objects.count()) == (before, 0)


@each
def test_beside_a_text_stand_no_more_copies_than_anybody_looks_through(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client = signed_in(world.writer)
    post(client, draft, world.holder.uid, version=version_of(draft, world), **{world.field: "先存的。"})
    for tab in range(MOST_COPIES + 3):
        post(client, draft, world.holder.uid, version=0, tab=str(tab), **{world.field: f"第 {tab} 个窗口写的。"})
    KeptCopy.objects.filter(tab="5").update(settled_at=timezone.now())
    post(client, draft, world.holder.uid, version=0, tab="last", **{world.field: "最后写的。"})
    tabs = list(KeptCopy.objects.order_by("pk").values_list("tab", flat=True))
    assert tabs == [*(str(tab) for tab in range(3, MOST_COPIES + 3) if tab != 5), "last"]


@each
def test_what_brings_nothing_is_not_said_to_be_saved(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client, first = signed_in(world.writer), version_of(draft, world)
    bodies = [
        client.post(draft.address(world.holder.uid), json.dumps({world.field: "写了"}), content_type="application/json"),
        post(client, draft, world.holder.uid, version=first, unknown="写了"),
    ]
    assert [(answer.status_code, "没有收到" in answer.json()["message"]) for answer in bodies] == [(422, True)] * 2
    assert version_of(draft, world) == first


@each
def test_a_late_save_counts_as_saved_only_when_it_brought_the_whole_text(cast: Cast, name: str) -> None:
    draft, world = known()[name], WORLDS[name](cast)
    client = signed_in(world.writer)
    post(client, draft, world.holder.uid, version=version_of(draft, world), **{world.field: "先存的。"})
    values = draft.values(draft.find(world.writer, world.holder.uid))
    values = {one: ("1" if value else "0") if isinstance(value, bool) else value for one, value in values.items()}
    if "category" in values:
        values["category"] = "B"
        post(client, draft, world.holder.uid, version=version_of(draft, world), **values)
    assert post(client, draft, world.holder.uid, version=0, **values).status_code == 200
    assert post(client, draft, world.holder.uid, version=0, **{world.field: "先存的。"}).status_code == 409


def test_an_empty_new_text_makes_no_row_and_one_word_does(cast: Cast) -> None:
    client, draft = signed_in(cast.proposer), known()["proposals.text"]
    form = client.get("/proposals/new/").headers["Location"]
    token = form.split("/")[3]
    for said in ({"title": " ", "wants_contact": "1"}, {"title": "", "situation": ""}):
        answer = post(client, draft, token, version=0, **said)
        assert (answer.status_code, answer.json()["version"], Proposal.objects.count()) == (200, 0, 0)
    assert (client.post(form, {"title": "", "version": "0"}).status_code, Proposal.objects.count()) == (302, 0)
    assert post(client, draft, token, version=0, title="夜间药房").json()["version"] == 1
    assert Proposal.objects.get().title == "夜间药房"
    assert post(signed_in(cast.bystander), draft, token, version=0, title="别人的").status_code == 404
