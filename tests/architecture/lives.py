"""The same story told four ways: by the acts of people, by an import, as the demo tells it, as the bench does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bench.world.cases import Handling
from bench.world.lives import Life
from bench.world.plans import Plan
from bench.world.seeding import Sower
from bench.world.texts import proposal_text
from tests.cast import NOW, everybody, moment
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.demo import bodies, world
from tongxin.demo.bodies import Founding
from tongxin.demo.clock import Clock
from tongxin.demo.handing import Handing
from tongxin.demo.ledger import Ledger
from tongxin.demo.names import Names
from tongxin.demo.people import Seating
from tongxin.demo.seeding import dice
from tongxin.demo.telling import Telling
from tongxin.demo.texts import Text, load
from tongxin.handling import actions as handling
from tongxin.handling.models import Case, Reply, Task
from tongxin.handling.sheets import PROPOSALS
from tongxin.handling.workflow import Advising, Sending, SignFor
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries as signers
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import Examination, Filing, MergeInto, NotFilingDecision, Return
from tongxin.regulations.actions import load_library
from tongxin.regulations.queries import forget
from tongxin.sheets import engine as sheets
from tongxin.sheets import exporting
from tongxin.workflow.engine import perform

WHOLE, MERGED, RETURNED, REFUSED = "whole", "merged", "returned", "refused"
TITLES = {
    name: f"关于{word}的建议" for name, word in ((WHOLE, "夜间药房"), (MERGED, "夜间买药"), (RETURNED, "步道"), (REFUSED, "长椅"))
}


@dataclass(frozen=True)
class Told:
    """One event: of the proposal, its case or one of its parts; which step, between which states, and what it says."""

    of: str
    kind: str
    source: str
    target: str
    data: dict[str, Any]
    event: Event

    @property
    def step(self) -> tuple[str, str, str, str]:
        """What happened, without whom and what."""
        return self.of, self.kind, self.source, self.target


def told(proposal: Proposal) -> list[Told]:
    """Return all that is told of a proposal, in the order of the record."""
    case = Case.objects.filter(proposal=proposal).first()
    parts = {task.pk: str(task.part) for task in Task.objects.filter(case=case)} if case else {}
    of = {("proposals.proposal", proposal.pk): "proposal"} | {("handling.task", pk): part for pk, part in parts.items()}
    if case is not None:
        of["handling.case", case.pk] = "case"
    rows = Event.objects.filter(subject_type__in=[kind for kind, _pk in of], subject_id__in=[pk for _kind, pk in of])
    return [
        Told(of[e.subject_type, e.subject_id], e.kind, e.from_state, e.to_state, e.data, e)
        for e in rows.order_by("id")
        if (e.subject_type, e.subject_id) in of
    ]


@contextmanager
def undone() -> Iterator[None]:
    """Leave nothing of a world but what was read of it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    forget()


# ── by the acts of people ────────────────────────────────────────────────────────────────────────
def by_acts(_place: Path) -> dict[str, list[Told]]:
    """Do it all."""
    cast = everybody()

    def on(day: int, hour: int = 9) -> datetime:
        return moment("2026-03-01", hour) + timedelta(days=day)

    rows = {name: cast.draft(on(1, n + 9), title=title) for n, (name, title) in enumerate(TITLES.items())}
    whole = rows[WHOLE]
    [asked] = proposals.invite_cosigners(
        whole, members=[cast.member(cast.cosigner)], until=on(1, 20), actor=cast.proposer, at=on(1, 15)
    )
    proposals.answer_invitation(asked, accept=True, actor=cast.cosigner, at=on(1, 16))
    classes = ("social", "learning", "government")
    for name, row in rows.items():
        perform(row, "submit", actor=cast.proposer, at=on(2))
        if name == RETURNED:
            perform(row, "return_for_revision", actor=cast.office, at=on(3), payload=Return("请写明建议。"))
            continue
        perform(row, "pass_examination", actor=cast.office, at=on(3), payload=Examination(*classes))
    perform(whole, "file", actor=cast.office, at=on(4), payload=Filing(*classes))
    perform(rows[MERGED], "merge", actor=cast.office, at=on(4), payload=MergeInto(whole.uid, "内容相近。"))
    perform(
        rows[REFUSED], "not_file", actor=cast.office, at=on(4), payload=NotFilingDecision("small", "suggestion", "请见说明。")
    )
    _handled(cast, whole, on)
    return {name: told(row) for name, row in rows.items()}


def _handled(cast: Any, whole: Proposal, on: Callable[..., datetime]) -> None:
    case = handling.assign(whole, parts=[(cast.unit, "lead"), (cast.co_unit, "co")], actor=cast.assigner, at=on(4, 15))
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    perform(lead, "sign_for", actor=cast.clerk, at=on(5), payload=SignFor("孟时雨"))
    first, second = signers.raters(whole)
    contact = handling.record_contact(
        lead,
        stage="during",
        way="phone",
        on=on(6).date(),
        who="孟时雨",
        note="听取了意见。",
        present=[first],
        actor=cast.clerk,
        at=on(6),
    )
    handling.confirm_contact(contact, actor=cast.proposer, at=on(6, 10))
    perform(co, "sign_for", actor=cast.co_clerk, at=on(7), payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=on(8), payload=Advising("同意，可以列支。"))
    reply = handling.reply_of(lead)
    said = {"category": "B", "text": "您提出的建议收悉，现答复如下：六月底前试点。", "contact": "孟时雨"}
    handling.save_reply(reply, fields=said, started_from=reply.version, actor=cast.clerk, at=on(10))
    perform(lead, "submit_reply", actor=cast.clerk, at=on(10))
    perform(lead, "approve", actor=cast.unit_leader, at=on(11))
    perform(lead, "send", actor=cast.assigner, at=on(12), payload=Sending("B"))
    sent = Reply.objects.get(task=lead)
    for signature, account in ((first, cast.proposer), (second, cast.cosigner)):
        handling.rate(sent, signature=signature, attitude="satisfied", result="satisfied", comment="", actor=account, at=on(13))
    handling.close_round(case, at=on(60))


# ── by an import ─────────────────────────────────────────────────────────────────────────────────
def by_import(place: Path) -> dict[str, list[Told]]:
    """Bring the outcome in a sheet; it cannot say that a proposal waits for its proposer."""
    cast = everybody()
    about = {"内容": "情况写明，分析写明，建议写明。" * 10, "提交日期": "2023-02-06", "届次": "十届三次"}
    rows = [
        about
        | {
            "案由": TITLES[WHOLE],
            "提案人": "林知远、何青禾",
            "提案号": "12",
            "类别": "科教文卫体",
            "建设类别": "社会建设",
            "审查结果": "立案",
            "承办单位": "县卫生健康局",
            "会办单位": "县财政局",
            "答复日期": "2023-05-15",
            "答复类别": "B",
            "答复内容": "六月底前试点。",
            "办理态度评价": "满意、满意",
            "办理结果评价": "满意、满意",
        },
        about | {"案由": TITLES[MERGED], "提案人": "林知远", "审查结果": "并案", "并入": "12"},
        about | {"案由": TITLES[REFUSED], "提案人": "林知远", "审查结果": "转意见建议"},
    ]
    exporting.write(place / "提案.xlsx", PROPOSALS, rows)
    report = sheets.run(PROPOSALS, [place / "提案.xlsx"], cast.county, actor=cast.office, at=NOW)
    assert report.rejected == [], report.rejected
    return {name: told(Proposal.objects.get(title=TITLES[name])) for name in (WHOLE, MERGED, REFUSED)}


# ── as the demo tells it ─────────────────────────────────────────────────────────────────────────
def by_demo(_place: Path) -> dict[str, list[Told]]:
    """Tell it in the demo's county, with its people, units and texts."""
    clock = Clock(date(2026, 9, 1))
    ledger, names = Ledger(clock.until), Names(dice(0, "names"))
    founding = Founding(clock, ledger, names, Account.objects.system())
    city = bodies.city(founding)
    county = bodies.yunxi(founding, city.committee)
    world.regulate(county, county, city)
    Seating(county, ledger, names, 0).seat(0.1)
    texts = [t for t in load(clock.running_year) if t.lead in county.units and t.advice]
    [whole] = [t for t in texts if len(t.co) == 1 and t.reply and t.contact][:1]
    of = {WHOLE: whole} | dict(zip((MERGED, RETURNED, REFUSED), (t for t in texts if t is not whole), strict=False))
    stories = {name: Telling(ledger, county, text) for name, text in of.items()}

    def on(day: int, hour: int = 9) -> datetime:
        return datetime.combine(date(2026, 3, 1), time(hour), timezone.get_default_timezone()) + timedelta(days=day)

    for n, (name, story) in enumerate(stories.items()):
        story.draft(first=county.members[0], at=on(1, 9 + n))
        if name == WHOLE:
            [asked] = story.invite([county.members[1]], until=on(1, 20), at=on(1, 15))
            story.answer(asked, accept=True, at=on(1, 16))
        story.submit(at=on(2))
        if name == RETURNED:
            story.send_back(reason="请写明建议。", at=on(3))
        else:
            story.examine(at=on(3))
    stories[WHOLE].file(at=on(4))
    stories[MERGED].merge(stories[WHOLE], reason="内容相近。", at=on(4))
    stories[REFUSED].not_file(code="small", destination="suggestion", reason="请见说明。", at=on(4))
    _handed(Handing(stories[WHOLE]), whole, on)
    world.number(ledger)
    ledger.rows[Proposal] = world.by_beginning(ledger)
    ledger.save(world.ROWS)
    return {name: told(Proposal.objects.get(pk=story.proposal.pk)) for name, story in stories.items()}


def _handed(handing: Handing, text: Text, on: Callable[..., datetime]) -> None:
    handing.assign(at=on(4, 15))
    handing.sign(text.lead, at=on(5))
    handing.contact(stage="during", way="phone", at=on(6), note="听取了意见。", confirmed=on(6, 10))
    handing.sign(text.co[0], at=on(7))
    handing.give_advice(text.co[0], advice="同意，可以列支。", at=on(8))
    handing.begin_reply(text="您提出的建议收悉，现答复如下：六月底前试点。", category="B", at=on(10))
    handing.to_leader(at=on(10, 10))
    handing.approve(at=on(11))
    handing.send(category="B", at=on(12))
    for n, signature in enumerate(handing.raters):
        handing.rate(signature, attitude="satisfied", result="satisfied", at=on(13, 9 + n))
    handing.close(at=on(60))


# ── as the bench does ────────────────────────────────────────────────────────────────────────────
def by_bench(_place: Path) -> dict[str, list[Told]]:
    """Let the bench's dice fall until a life is the one of the story."""
    load_library(settings.LIBRARY_DIR / "national", None, actor=None, at=timezone.now())
    Account.objects.system()  # before keys are counted
    sower = Sower(date(2026, 9, 1))
    sower.people(0)
    keys = {WHOLE: _lived(sower, "closed", fits=_is_whole)}
    for name, ends in ((MERGED, "merged"), (RETURNED, "returned"), (REFUSED, "not_filed")):
        keys[name] = _lived(sower, ends, fits=lambda life, _handling: len(life.signers) == 1)
    with transaction.atomic():
        sower.flush()
    return {name: told(Proposal.objects.get(pk=key)) for name, key in keys.items()}


def _is_whole(life: Life, handled: Handling | None) -> bool:
    """One co-signer, a unit that leads and one beside it, one talk that was confirmed, ratings that were given, and good."""
    assert handled is not None
    parts = [part.part for part in handled.parts]
    kinds = [said.kind for said in life.stream.recorder.said if said.subject.id == handled.id]
    return (
        parts == ["lead", "co"]
        and len(life.signers) == 2
        and life.subject.state == "handed_over"
        and kinds.count("handling.rate") == 2
        and "cases.rework" not in kinds
        and kinds.count("handling.contact") == 2
    )


def _lived(sower: Sower, ends: str, *, fits: Callable[[Life, Handling | None], bool]) -> int:
    """Return the key of the first life that fits; the others are somebody else's."""
    number, life, handled = 0, None, None
    while life is None or not fits(life, handled):
        number += 1
        rng = Random(f"{ends} {number}")  # noqa: S311 -- the same life each time
        life = Life(
            sower.tables,
            sower.stream,
            sower.numbers,
            rng,
            sower.main,
            Plan(ends, 1, 96, 20),
            session=sower.main.sessions[-1][0],
            at=sower.now - timedelta(days=120),
            now=sower.now,
            text=proposal_text(rng),
            long=False,
        )
        handled = None
        if life.live(sower.taxonomies, sower.reasons):
            handled = Handling(life, sower.deadlines, sower.categories, sower.stream.system)
            handled.handle()
        life.write()
    return life.id


WAYS = {"acts": by_acts, "import": by_import, "demo": by_demo, "bench": by_bench}
