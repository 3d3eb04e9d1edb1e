"""Who is told what about handling. Of ratings nobody is told more than what followed: closed, or again."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.kinds import sentence
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.successions import standings
from tongxin.core.templatetags.chinese import case_number, day, deadline, full_day
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Reply
from tongxin.handling.notices.whom import (
    answering_clerks,
    assembly_office,
    assigning_office,
    case_of,
    clerks,
    clerks_of_its_case,
    concerned_people,
    every_clerk,
    first_proposer,
    offices_over,
    other_clerks,
    people_of_receiver,
    people_of_unit,
    present,
    proposers,
    proposers_who_wait,
    rated_for,
    raters,
    supervising_office,
    unit_leaders,
    unit_of_contact,
    unit_of_event,
    waiting_in,
    who_gives_it_a_clerk,
    who_is_asked_himself,
    who_runs_it_now,
    who_waits_for_it,
)
from tongxin.handling.queries import answers_sent, open_at
from tongxin.notices.recipients import holding
from tongxin.notices.table import Tell, because, belongs, keep_former, register, tell_nobody


def _without_clerk(_event: Event, task: Any) -> str:
    ended = standings([task.unit], timezone.localdate()).get(task.unit_id)
    why = (
        _("该单位%(ended)s，请移交其他单位") % {"ended": ended}
        if ended
        else _("该单位还没有承办人，请与机关联系任命，或者移交其他单位")
    )
    return _("%(name)s由%(unit)s%(part)s，%(why)s") % {
        "name": _name(task),
        "unit": task.unit,
        "part": task.get_part_display(),
        "why": why,
    }


def _again(event: Event, task: Any) -> str:
    """Say that a unit handles it again.

    For the proposers' dissatisfaction, or because the assembly's office wants it.
    """
    why = _("经政协协调") if event.data.get("reason") else _("评价不满意")
    return _("%(name)s%(why)s，请重新办理，期限 %(due_on)s%(because)s") % {
        "name": _name(task),
        "why": why,
        "due_on": deadline(task.due_on),
        "because": because(event),
    }


def _no_clerk(event: Event, appointment: Any) -> str:
    unit, n = appointment.unit, open_at(appointment.unit).count()
    return _("%(unit)s的最后一位承办人%(name)s自 %(ends_on)s起离任，在办 %(n)s 件没有承办人，请与机关联系任命") % {
        "unit": unit,
        "name": event.data.get("name", ""),
        "ends_on": full_day(appointment.ends_on),
        "n": n,
    }


def _unit_ended(event: Event, unit: Any) -> str:
    said = sentence(event)
    n = waiting_in(unit).count()
    return (
        _("%(said)s%(because)s。在办的 %(n)s 件待交办部门移交") % {"said": said, "because": because(event), "n": n}
        if n
        else f"{said}{because(event)}"
    )


def _without_unit(_event: Event, unit: Any) -> str:
    return _("您的提案的承办单位%(unit)s已经撤销，由交办部门另定承办单位，确定后再告知您") % {"unit": unit}


who_keeps_units = holding(Duty.PROPOSAL_OFFICE)  # names units and decides what becomes of them


def _held_up(event: Event, _unit: Any) -> str:
    """Say what is to be done to whoever alone can do it; the others only hear that nothing has changed, and why."""
    return _("%(sentence)s%(because)s，请取消这次变动，另定名称") % {"sentence": sentence(event), "because": because(event)}


def _units_page(_event: Event, _unit: Any) -> str:
    return "/units/"


def _course(_event: Event, unit: Any) -> str:
    return f"/units/{unit.uid}/course/"


def _desk(_event: Event, _unit: Any) -> str:
    return "/handling/assign/?part=ended"


def _own_proposals(_event: Event, _unit: Any) -> str:
    return "/proposals/"


def _assigned(event: Event, task: Any) -> str:
    if event.data.get("was"):
        part, before = event.data.get("part", ""), event.data.get("from", "")
        return _("你单位在%(name)s中由%(was)s改为%(part)s（原由%(before)s%(part)s），请在 %(sign_by)s前签收") % {
            "name": _name(task),
            "was": event.data["was"],
            "part": part,
            "before": before,
            "sign_by": deadline(task.sign_by),
        }
    moved = (
        _("%(from)s承办的%(name)s移") % {"from": event.data["from"], "name": _name(task)}
        if event.data.get("from")
        else _name(task)
    )
    return _("%(moved)s交你单位%(part)s，请在 %(sign_by)s前签收") % {
        "moved": moved,
        "part": event.data.get("part", ""),
        "sign_by": deadline(task.sign_by),
    }


def _moved(event: Event, task: Any) -> str:
    return _("%(name)s原由%(unit)s%(part)s，现移交%(to)s%(because)s") % {
        "name": _name(task),
        "unit": event.data.get("unit", ""),
        "part": event.data.get("part", ""),
        "to": event.data.get("to", ""),
        "because": because(event),
    }


def _name(subject: Any) -> str:
    proposal = case_of(subject).proposal
    return _("第 %(number)04d 号提案《%(proposal)s》") % {"number": proposal.number, "proposal": proposal.title}


def _reopened(event: Event, case: Any) -> str:
    return _("%(name)s已撤销办结，由政协协调处理%(because)s") % {"name": _name(case), "because": because(event)}


def _absorbed(event: Event, lead: Any) -> str:
    """Say what a unit has to answer as well: its proposers are consulted and asked to rate like those of the lead."""
    said = _("《%(title)s》并入你单位承办的%(number)s提案《%(lead)s》") % {
        "title": event.data.get("title", ""),
        "number": case_number(lead.number),
        "lead": lead.title,
    }
    return _("%(said)s，请一并面商、答复%(because)s") % {"said": said, "because": because(event)}


def _speaker_changed(event: Event, proposal: Any) -> str:
    said = _("你单位承办的%(number)s提案《%(proposal)s》，提案人%(name)s%(why)s") % {
        "number": case_number(proposal.number),
        "proposal": proposal.title,
        "name": event.data["name"],
        "why": event.data["why"],
    }
    return _("%(said)s，面商和有关事项请联系%(speaker)s") % {"said": said, "speaker": event.data["speaker"]}


def _parted_with(event: Event, lead: Any) -> str:
    said = _("《%(title)s》不再并入你单位承办的%(number)s提案《%(lead)s》") % {
        "title": event.data.get("title", ""),
        "number": case_number(lead.number),
        "lead": lead.title,
    }
    if not answers_sent(lead):
        return _("%(said)s，无需一并答复%(because)s") % {"said": said, "because": because(event)}
    in_hand = Case.objects.filter(proposal=lead, state=CaseState.IN_HAND).exists()
    rest = _("，还没有答复的无需一并答复") if in_hand else ""
    return _("%(said)s，已经送出的答复无需改动%(rest)s%(because)s") % {"said": said, "rest": rest, "because": because(event)}


def _sent_to_proposers(event: Event, task: Any) -> str:
    """Tell the unit with which category its reply went out; where that is not its own, why."""
    category, before = event.data.get("category", ""), event.data.get("before") or ""
    changed = _("（你单位自报 %(before)s 类）") % {"before": before} if before and before != category else ""
    return _("%(name)s的答复已送达提案人，类别 %(category)s 类%(changed)s%(because)s") % {
        "name": _name(task),
        "category": category,
        "changed": changed,
        "because": because(event),
    }


def _rate_url(_event: Event, subject: Any) -> str:
    return case_of(subject).rate_url


def _overdue_elsewhere(event: Event, case: Any) -> str:
    return _("%(unit)s办理%(name)s已超过%(what)s期限") % {
        "unit": event.data.get("unit", ""),
        "name": _name(case),
        "what": event.data.get("what") or _("答复"),
    }


def _due_soon(event: Event, case: Any) -> str:
    what, days = event.data.get("what") or _("答复"), event.data.get("days", "")
    return (
        _("%(name)s距%(what)s期限还有 %(days)s 天") % {"name": _name(case), "what": what, "days": days}
        if days
        else _("%(name)s的%(what)s期限今天到期") % {"name": _name(case), "what": what}
    )


def _set_date(event: Event, case: Any) -> str:
    due = day(date.fromisoformat(event.data["due"]))
    return _("%(name)s的%(what)s期限原为暂定，放假安排公布后改为 %(due)s") % {
        "name": _name(case),
        "what": event.data["what"],
        "due": due,
    }


def _rate_yourself(event: Event, case: Any) -> str:
    """Say that it waits, in the same words whether or not anybody rated in the name."""
    data = event.data
    return _("编号 %(number)s 与编号 %(other_number)s 的合并已经撤销，请您本人评价%(name)s的办理态度和办理结果") % {
        "number": data["number"],
        "other_number": data["other_number"],
        "name": _name(case),
    }


def _rated_for(event: Event, case: Any) -> str:
    """Say that a rating was entered, never which: whoever did not say it has to hear of it."""
    reply = Reply.objects.select_related("task__unit").filter(pk=event.data.get("reply")).first()
    unit = reply.sent_by if reply else _("承办单位")
    return _("机关代录了您对%(name)s%(unit)s答复的评价；不是您的意见的，请与本会提案工作人员联系") % {
        "name": _name(case),
        "unit": unit,
    }


belongs("handling.case", lambda case: case.proposal)
belongs("handling.task", lambda task: task.case.proposal)
register(
    Tell("tasks.assign", clerks, _assigned, urgent=True),
    Tell("tasks.assign", who_gives_it_a_clerk, _without_clerk, _desk),
    Tell("tasks.rework", who_gives_it_a_clerk, _without_clerk, _desk, urgent=True),
    Tell("tasks.consult_again", who_gives_it_a_clerk, _without_clerk, _desk),
    Tell("tasks.ask_advice_again", who_gives_it_a_clerk, _without_clerk, _desk),
    Tell("tasks.recall", who_gives_it_a_clerk, _without_clerk, _desk, urgent=True),
    Tell("tasks.move", people_of_unit, _moved, urgent=True),
    Tell("tasks.move", people_of_receiver, _moved),
    Tell("tasks.move", first_proposer, _moved),
    Tell("tasks.move", other_clerks, _moved),
    Tell("tasks.move", supervising_office, _moved),
    Tell("tasks.recall_assignment", people_of_unit, lambda e, t: _("撤回交你单位的%(name)s，无需再办理%(because)s") % {"name": _name(t), "because": because(e)}, urgent=True),
    Tell("cases.recall_assignment", proposers, lambda e, c: _("%(name)s的交办已经撤回，待重新交办%(because)s") % {"name": _name(c), "because": because(e)}),
    Tell("cases.recall_assignment", supervising_office, lambda e, c: _("%(name)s的交办已经撤回%(because)s") % {"name": _name(c), "because": because(e)}),
    Tell("tasks.sign_for", first_proposer, lambda e, t: _("%(unit)s已签收%(name)s，承办人 %(handler)s") % {"unit": t.unit, "name": _name(t), "handler": t.handler}),
    Tell("tasks.ask_return", assigning_office, lambda e, t: _("%(unit)s申请退办%(name)s%(because)s") % {"unit": t.unit, "name": _name(t), "because": because(e)}, urgent=True),
    Tell("tasks.grant_return", clerks, lambda e, t: _("同意你单位退办%(name)s%(because)s") % {"name": _name(t), "because": because(e)}),
    Tell("tasks.refuse_return", clerks, lambda e, t: _("不同意你单位退办%(name)s，请签收办理%(because)s") % {"name": _name(t), "because": because(e)}, urgent=True),
    Tell("tasks.give_advice", answering_clerks, lambda e, t: _("%(unit)s已提交%(name)s会办意见") % {"unit": t.unit, "name": _name(t)}),
    Tell("tasks.ask_advice_again", clerks, lambda e, t: _("主办单位请你单位补充%(name)s的会办意见%(because)s") % {"name": _name(t), "because": because(e)}, urgent=True),
    Tell("tasks.submit_reply", unit_leaders, lambda e, t: _("%(name)s的答复稿请您审签") % {"name": _name(t)}, urgent=True),
    Tell("tasks.submit_for_review", supervising_office, lambda e, t: _("%(unit)s报来%(name)s的答复稿，请审核") % {"unit": t.unit, "name": _name(t)}),
    Tell("tasks.revise", clerks, lambda e, t: _("%(name)s的答复稿退回修改%(because)s") % {"name": _name(t), "because": because(e)}, urgent=True),
    Tell("tasks.take_back", unit_leaders, lambda e, t: _("%(name)s的答复稿已由承办人收回，现在无需审签") % {"name": _name(t)}),
    Tell("tasks.approve", supervising_office, lambda e, t: _("%(unit)s报来%(name)s的答复稿，请审核") % {"unit": t.unit, "name": _name(t)}),
    Tell("tasks.return_reply", clerks, lambda e, t: _("督办部门退回%(name)s的答复稿%(because)s") % {"name": _name(t), "because": because(e)}, urgent=True),
    Tell("tasks.send", clerks, _sent_to_proposers),
    Tell("cases.open_rating", raters, lambda e, c: _("%(name)s已有答复，请您评价办理态度和办理结果") % {"name": _name(c)}, _rate_url, urgent=True, shows_reading=False),
    Tell("cases.rework", proposers, lambda e, c: _("有提案人对%(name)s的办理结果不满意，已退回重新办理") % {"name": _name(c)}),
    Tell("tasks.rework", clerks, _again, urgent=True),
    Tell("tasks.consult_again", clerks, lambda e, t: _("请你单位重新提出%(name)s的会办意见，期限 %(due_on)s%(because)s") % {"name": _name(t), "due_on": deadline(t.due_on), "because": because(e)}, urgent=True),
    Tell("tasks.recall", clerks, lambda e, t: _("撤回你单位对%(name)s的答复，请修改后重新报送，期限 %(due_on)s%(because)s") % {"name": _name(t), "due_on": deadline(t.due_on), "because": because(e)}, urgent=True),
    Tell("tasks.recall", unit_leaders, lambda e, t: _("撤回你单位对%(name)s的答复%(because)s") % {"name": _name(t), "because": because(e)}),
    Tell("tasks.recall", supervising_office, lambda e, t: _("撤回%(unit)s对%(name)s的答复%(because)s") % {"unit": t.unit, "name": _name(t), "because": because(e)}),
    Tell("tasks.recall", raters, lambda e, t: _("%(unit)s对%(name)s的答复已撤回，已有的评价不再计入，新的答复送达以后请您评价%(because)s") % {"unit": t.unit, "name": _name(t), "because": because(e)}),
    Tell("tasks.recall", proposers, lambda e, t: _("%(unit)s对%(name)s的答复已撤回，另作答复%(because)s") % {"unit": t.unit, "name": _name(t), "because": because(e)}, otherwise=True),
    Tell("cases.escalate", assembly_office, lambda e, c: _("%(name)s再次评为不满意，请协调") % {"name": _name(c)}, urgent=True),
    Tell("cases.escalate", proposers, lambda e, c: _("%(name)s再次评为不满意，由政协协调") % {"name": _name(c)}),
    Tell("cases.escalate", answering_clerks, lambda e, c: _("%(name)s再次评为不满意，由政协协调") % {"name": _name(c)}),
    Tell("cases.resume", proposers, lambda e, c: _("%(name)s经政协协调，重新办理%(because)s") % {"name": _name(c), "because": because(e)}),
    Tell("cases.resume", supervising_office, lambda e, c: _("%(name)s经政协协调，由%(units)s重新办理%(because)s") % {"name": _name(c), "units": e.data.get("units", ""), "because": because(e)}),
    Tell("cases.reopen", proposers, _reopened),
    Tell("cases.reopen", every_clerk, _reopened),
    Tell("cases.reopen", supervising_office, _reopened),
    Tell("cases.reopen", assembly_office, lambda e, c: _("%(name)s已撤销办结，请协调，决定重新办理或者协调后办结%(because)s") % {"name": _name(c), "because": because(e)}),
    Tell("cases.settle", proposers, lambda e, c: _("%(name)s经政协协调办结%(because)s") % {"name": _name(c), "because": because(e)}),
    Tell("cases.settle", every_clerk, lambda e, c: _("%(name)s经政协协调办结%(because)s") % {"name": _name(c), "because": because(e)}),
    Tell("cases.close", proposers, lambda e, c: _("%(name)s已办结") % {"name": _name(c)}),
    Tell("cases.close", every_clerk, lambda e, c: _("%(name)s已办结") % {"name": _name(c)}),
    Tell("proposals.change_speaker", clerks_of_its_case, _speaker_changed),
    Tell("proposals.absorb", clerks_of_its_case, _absorbed),
    Tell("proposals.part_with", clerks_of_its_case, _parted_with),
    Tell("handling.rate", rated_for, _rated_for, urgent=True),
    Tell("handling.deny_contact", assembly_office, lambda e, c: _("提案人认为%(unit)s对%(name)s的面商记录与事实不符，请核实") % {"unit": e.data.get("unit", ""), "name": _name(c)}),
    Tell("handling.deny_contact", unit_of_contact, lambda e, c: _("提案人认为你单位对%(name)s的面商记录与事实不符，请核对") % {"name": _name(c)}),
    Tell("handling.contact", present, lambda e, c: _("%(unit)s记录了%(name)s的面商，请您确认") % {"unit": e.data.get("unit", ""), "name": _name(c)}),
    Tell("handling.remind", unit_of_event, lambda e, c: _("催办：%(name)s%(because)s") % {"name": _name(c), "because": because(e)}, urgent=True),
    Tell("handling.ask_rater_again", who_is_asked_himself, _rate_yourself, _rate_url, urgent=True, shows_reading=False),
    Tell("handling.set_date", who_waits_for_it, _set_date),
    Tell("handling.due_soon", unit_of_event, _due_soon),
    Tell("handling.overdue", unit_of_event, lambda e, c: _("%(name)s已超过%(what)s期限") % {"name": _name(c), "what": e.data.get("what") or _("答复")}, urgent=True),
    Tell("handling.overdue", supervising_office, _overdue_elsewhere),
)  # fmt: skip
UNIT_ENDS = ("committees.end_unit", "committees.merge_unit", "committees.split_unit")
TOLD_OF_UNITS = (
    "committees.rename_unit",
    "committees.announce_unit_change",
    "committees.call_off_unit_change",
    "committees.hold_up_unit_change",
    "committees.restore_unit",
    "committees.restore_unit_name",
)
register(
    Tell("committees.hold_up_unit_change", who_keeps_units, _held_up, _course, urgent=True),  # first: who also assigns has to act
    *(
        line
        for kind in UNIT_ENDS
        for line in (
            Tell(kind, offices_over, _unit_ended, _desk, urgent=True),
            Tell(kind, concerned_people, _unit_ended, _units_page, urgent=True),
            Tell(kind, proposers_who_wait, _without_unit, _own_proposals),
        )
    ),
    *(
        line
        for kind in TOLD_OF_UNITS
        for line in (
            Tell(kind, offices_over, lambda e, _u: f"{sentence(e)}{because(e)}", _units_page),
            Tell(kind, concerned_people, lambda e, _u: f"{sentence(e)}{because(e)}", _units_page),
        )
    ),
    Tell("committees.end_appointment", who_runs_it_now, _no_clerk, _units_page, urgent=True),
)  # fmt: skip
keep_former("tasks.give_opinion", "tasks.give_advice")
keep_former("tasks.ask_opinion_again", "tasks.ask_advice_again")
tell_nobody(
    {
        "cases.assign": "the proposal that is handed over tells its proposers, each part its unit",
        "cases.suspend_rating": "the reply that is taken back tells",
        "tasks.change_part": "the part that is moved tells",
        "tasks.sign_and_send": "the rating that opens tells its proposers, whoever signs did it himself",
    }
)
