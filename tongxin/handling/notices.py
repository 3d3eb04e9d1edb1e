"""Who is told what about handling. Of ratings nobody is told more than what followed: closed, or again."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.models import Unit
from tongxin.committees.queries import holders_of
from tongxin.core.templatetags.chinese import day, deadline
from tongxin.handling.models import Case, Presence, Reply
from tongxin.handling.queries import answering_tasks
from tongxin.handling.rules import keeps_ratings
from tongxin.members.models import Member
from tongxin.notices.table import Tell, because, belongs, register
from tongxin.proposals import queries as proposals


def raters(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Ask every proposer and co-signer who sits, those of merged proposals too."""
    yield from (s.member.account for s in proposals.raters(_case(subject).proposal) if s.member)


def proposers(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell every proposer and co-signer what became of it, also who sits no longer: whoever raised something is told its end."""
    yield from (s.member.account for s in proposals.together(_case(subject).proposal) if s.member)


def present(event: Event, _case: Any) -> Iterable[Account | None]:
    """Ask those proposers who were at the talk and sit: nobody else can say whether it was so."""
    rows = Presence.objects.filter(
        contact=event.data.get("contact"), signature__member__in=Member.objects.sitting(timezone.localdate())
    )
    signers = (row.signature.member for row in rows.select_related("signature__member__account"))
    yield from (member.account for member in signers if member)


def clerks(_event: Event, task: Any) -> Iterable[Account | None]:
    """Tell the unit's clerks."""
    return holders_of(task.committee, Duty.UNIT_CLERK, unit=task.unit)


def unit_leaders(_event: Event, task: Any) -> Iterable[Account | None]:
    """Tell the unit's leaders."""
    return holders_of(task.committee, Duty.UNIT_LEADER, unit=task.unit)


def unit_of_event(event: Event, case: Any) -> Iterable[Account | None]:
    """Tell the clerks of the unit that the event names."""
    unit = Unit.objects.filter(pk=event.data.get("unit_id")).first()
    return holders_of(case.committee, Duty.UNIT_CLERK, unit=unit) if unit else ()


def answering_clerks(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell the clerks of the units that answer."""
    case = _case(subject)
    for task in answering_tasks(case):
        yield from holders_of(case.committee, Duty.UNIT_CLERK, unit=task.unit)


def assigning_office(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell the office that assigns for its 归口."""
    return holders_of(subject.committee, Duty.ASSIGN, affiliation=subject.affiliation)


def supervising_office(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell the office that supervises for its 归口."""
    return holders_of(subject.committee, Duty.SUPERVISE, affiliation=subject.affiliation)


def assembly_office(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell who keeps the proposals and may settle this case: not who signed it, nor who serves in a unit of it."""
    return (who for who in holders_of(subject.committee, Duty.PROPOSAL_OFFICE) if keeps_ratings.test(who, _case(subject)))


def rated_for(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell the member for whom somebody else entered a rating; a body has no account."""
    if event.data.get("entered_for"):
        yield event.on_behalf_of


def unit_of_contact(event: Event, case: Any) -> Iterable[Account | None]:
    """Tell the clerks of the unit that wrote a talk down."""
    unit = Unit.objects.filter(tasks__contacts=event.data.get("contact")).first()
    return holders_of(case.committee, Duty.UNIT_CLERK, unit=unit) if unit else ()


def _again(event: Event, task: Any) -> str:
    """Say that a unit handles it again: for the proposers' dissatisfaction, or because the assembly's office wants it."""
    why = "经政协协调" if event.data.get("reason") else "评价不满意"
    return f"{_name(task)}{why}，请重新办理，期限 {day(task.due_on)}{because(event)}"


def _case(subject: Any) -> Case:
    return subject if isinstance(subject, Case) else subject.case


def _name(subject: Any) -> str:
    proposal = _case(subject).proposal
    return f"第 {proposal.number:04d} 号提案《{proposal.title}》"


def _rate_url(_event: Event, subject: Any) -> str:
    return f"/handling/rate/{_case(subject).uid}/"


def _overdue_elsewhere(event: Event, case: Any) -> str:
    return f"{event.data.get('unit', '')}办理{_name(case)}已超过{event.data.get('what') or '答复'}期限"


def _due_soon(event: Event, case: Any) -> str:
    what, days = event.data.get("what") or "答复", event.data.get("days", "")
    return f"{_name(case)}距{what}期限还有 {days} 天" if days else f"{_name(case)}的{what}期限今天到期"


def who_waits_for_it(event: Event, case: Any) -> Iterable[Account | None]:
    """Tell whose date moved: the clerks of the unit, or who rates. One that was confirmed as it was, nobody has to hear of."""
    if event.data["before"] == event.data["due"]:
        return ()
    return unit_of_event(event, case) if event.data.get("unit_id") else raters(event, case)


def _set_date(event: Event, case: Any) -> str:
    due = day(date.fromisoformat(event.data["due"]))
    return f"{_name(case)}的{event.data['what']}期限原为暂定，放假安排公布后改为 {due}"


def _rated_for(event: Event, case: Any) -> str:
    """Say that a rating was entered, never which: whoever did not say it has to hear of it."""
    reply = Reply.objects.select_related("task__unit").filter(pk=event.data.get("reply")).first()
    unit = reply.task.unit.name if reply else "承办单位"
    return f"机关代录了您对{_name(case)}{unit}答复的评价；不是您的意见的，请与本会提案工作人员联系"


def first_proposer(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell the first proposer alone, or the next signer who sits: what the others read on the page, not each has to be told."""
    found = proposals.spokesman(_case(subject).proposal)
    yield found.member.account if found is not None and found.member else None


belongs("handling.case", lambda case: case.proposal)
belongs("handling.task", lambda task: task.case.proposal)
register(
    Tell("tasks.assign", clerks, lambda e, t: f"{_name(t)}交你单位{e.data.get('part', '')}，请在 {deadline(t.sign_due_on)}前签收", urgent=True),
    Tell("tasks.sign_for", first_proposer, lambda e, t: f"{t.unit}已签收{_name(t)}，承办人 {t.handler}"),
    Tell("tasks.ask_return", assigning_office, lambda e, t: f"{t.unit}申请退办{_name(t)}{because(e)}", urgent=True),
    Tell("tasks.grant_return", clerks, lambda e, t: f"同意你单位退办{_name(t)}{because(e)}"),
    Tell("tasks.refuse_return", clerks, lambda e, t: f"不同意你单位退办{_name(t)}，请签收办理{because(e)}", urgent=True),
    Tell("tasks.give_opinion", answering_clerks, lambda e, t: f"{t.unit}送来{_name(t)}的会办意见"),
    Tell("tasks.ask_opinion_again", clerks, lambda e, t: f"主办单位请你单位补充{_name(t)}的会办意见{because(e)}", urgent=True),
    Tell("tasks.submit_reply", unit_leaders, lambda e, t: f"{_name(t)}的答复稿请您审签", urgent=True),
    Tell("tasks.submit_for_review", supervising_office, lambda e, t: f"{t.unit}报来{_name(t)}的答复稿，请审核"),
    Tell("tasks.revise", clerks, lambda e, t: f"{_name(t)}的答复稿退回修改{because(e)}", urgent=True),
    Tell("tasks.take_back", unit_leaders, lambda e, t: f"{_name(t)}的答复稿已由承办人收回，现在不用审签"),
    Tell("tasks.approve", supervising_office, lambda e, t: f"{t.unit}报来{_name(t)}的答复稿，请审核"),
    Tell("tasks.return_reply", clerks, lambda e, t: f"督办部门退回{_name(t)}的答复稿{because(e)}", urgent=True),
    Tell("tasks.send", clerks, lambda e, t: f"{_name(t)}的答复已送达提案人，类别 {e.data.get('category', '')} 类"),
    Tell("cases.open_rating", raters, lambda e, c: f"{_name(c)}已有答复，请您评价办理态度和办理结果", _rate_url, urgent=True, shows_reading=False),
    Tell("cases.rework", proposers, lambda e, c: f"有提案人对{_name(c)}的办理结果不满意，已退回重新办理"),
    Tell("tasks.rework", clerks, _again, urgent=True),
    Tell("tasks.consult_again", clerks, lambda e, t: f"请你单位重新提出{_name(t)}的会办意见，期限 {deadline(t.due_on)}{because(e)}", urgent=True),
    Tell("tasks.recall", clerks, lambda e, t: f"撤回你单位对{_name(t)}的答复，请修改后重新报送，期限 {deadline(t.due_on)}{because(e)}", urgent=True),
    Tell("tasks.recall", unit_leaders, lambda e, t: f"撤回你单位对{_name(t)}的答复{because(e)}"),
    Tell("tasks.recall", supervising_office, lambda e, t: f"撤回{t.unit}对{_name(t)}的答复{because(e)}"),
    Tell("tasks.recall", proposers, lambda e, t: f"{t.unit}对{_name(t)}的答复已撤回，新的答复送达以后再请您评价{because(e)}"),
    Tell("cases.escalate", assembly_office, lambda e, c: f"{_name(c)}再次评为不满意，请协调", urgent=True),
    Tell("cases.escalate", proposers, lambda e, c: f"{_name(c)}再次评为不满意，由政协协调"),
    Tell("cases.escalate", answering_clerks, lambda e, c: f"{_name(c)}再次评为不满意，由政协协调"),
    Tell("cases.resume", proposers, lambda e, c: f"{_name(c)}经政协协调，重新办理{because(e)}"),
    Tell("cases.resume", supervising_office, lambda e, c: f"{_name(c)}经政协协调，由{e.data.get('units', '')}重新办理{because(e)}"),
    Tell("cases.reopen", proposers, lambda e, c: f"撤销办结：{_name(c)}由政协协调处理{because(e)}"),
    Tell("cases.reopen", answering_clerks, lambda e, c: f"撤销办结：{_name(c)}由政协协调处理{because(e)}"),
    Tell("cases.reopen", supervising_office, lambda e, c: f"撤销办结：{_name(c)}由政协协调处理{because(e)}"),
    Tell("cases.reopen", assembly_office, lambda e, c: f"撤销办结：{_name(c)}请协调，决定重新办理或者办结{because(e)}"),
    Tell("cases.settle", proposers, lambda e, c: f"{_name(c)}经政协协调办结{because(e)}"),
    Tell("cases.settle", answering_clerks, lambda e, c: f"{_name(c)}经政协协调办结{because(e)}"),
    Tell("cases.close", proposers, lambda e, c: f"{_name(c)}已办结"),
    Tell("cases.close", answering_clerks, lambda e, c: f"{_name(c)}已办结"),
    Tell("handling.rate", rated_for, _rated_for, urgent=True),
    Tell("handling.deny_contact", assembly_office, lambda e, c: f"提案人认为{e.data.get('unit', '')}对{_name(c)}的面商记录与事实不符，请核实"),
    Tell("handling.deny_contact", unit_of_contact, lambda e, c: f"提案人认为你单位对{_name(c)}的面商记录与事实不符，请核对"),
    Tell("handling.contact", present, lambda e, c: f"{e.data.get('unit', '')}记录了{_name(c)}的面商，请您确认"),
    Tell("handling.remind", unit_of_event, lambda e, c: f"催办：{_name(c)}{because(e)}", urgent=True),
    Tell("handling.set_date", who_waits_for_it, _set_date),
    Tell("handling.due_soon", unit_of_event, _due_soon),
    Tell("handling.overdue", unit_of_event, lambda e, c: f"{_name(c)}已超过{e.data.get('what') or '答复'}期限", urgent=True),
    Tell("handling.overdue", supervising_office, _overdue_elsewhere),
)  # fmt: skip
