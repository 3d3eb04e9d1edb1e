"""What somebody typed is read as he typed it, whatever it looks like: an event cannot be taken back."""

from string import Formatter
from typing import Any

import pytest
from django.test import Client

from tests.cast import NOW, Cast
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import audience, erasing, kinds
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.models import Appointment
from tongxin.members import actions as members

LIKE_A_DAY = ("2026-02-30", "2026-01-05", "2026-W10-1", "20260105")
A_DAY = "2026-01-05"


def told() -> list[tuple[str, str]]:
    """Return every kind whose sentence is a text, with each thing that it tells of."""
    texts = [(name, str(kind.sentence)) for name, kind in kinds.KINDS.items() if not callable(kind.sentence)]
    return [(name, key) for name, text in texts for _said, key, _form, _turn in Formatter().parse(text) if key]


def said(kind: str, key: str, typed: str) -> str:
    return kinds.sentence(Event(kind=kind, actor_name=typed if key == "actor" else "江晚舟", data={key: typed}))


@pytest.mark.parametrize("typed", LIKE_A_DAY)
def test_text_in_the_form_of_a_day_stands_in_every_sentence_as_it_was_typed(typed: str) -> None:
    days = {(name, key) for name, kind in kinds.KINDS.items() for key in kind.days}
    assert [(name, key) for name, key in told() if (name, key) not in days and typed not in said(name, key, typed)] == []
    assert days <= set(told())


def test_a_day_is_read_as_people_write_it_and_what_is_none_as_it_stands() -> None:
    for name, key in [(name, key) for name, kind in kinds.KINDS.items() for key in kind.days]:
        assert "2026 年 1 月 5 日起" in said(name, key, A_DAY)
        assert "2026-02-30起" in said(name, key, "2026-02-30")


@pytest.mark.parametrize("typed", LIKE_A_DAY)
def test_a_name_in_the_form_of_a_day_leaves_the_record_readable(cast: Cast, client: Client, typed: str) -> None:
    fields = {"name": typed, "credit_code": ""}
    bodies.save_unit(cast.county, None, fields=fields, actor=cast.office, at=NOW)
    client.force_login(cast.audit_admin)
    assert f"增加承办单位{typed}" in client.get("/audit/").text


# ── what the auditor reads of why, and under whose name ──
MATTERS = ("proposals.proposal", "handling.case", "handling.task")
DAYS = ("on", "due", "until")


class _Marked(dict[str, Any]):
    """Data in which every key holds its own name."""

    def __missing__(self, key: str) -> str:
        return A_DAY if key in DAYS else f"‹{key}›"

    def get(self, key: str, _default: Any = None) -> Any:
        return self[key]


@pytest.mark.parametrize("name", sorted(kinds.KINDS))
def test_the_record_tells_no_smaller_fact_of_a_matter_and_no_personal_value(name: str) -> None:
    assert [of for of in MATTERS if audience.tells_the_record(Event(kind=name, subject_type=of))] == []
    event = Event(kind=name, subject_type="committees.committee", actor_name="江晚舟", data=_Marked())
    told = kinds.detail(event) if audience.tells_the_record(event) else ""
    assert [key for key in kinds.KINDS[name].personal if f"‹{key}›" in told] == []
    assert (kinds.KINDS[name].audience == kinds.Audience.OFFICE) or told == ""


def test_the_reader_says_why_the_office_did_it_and_nothing_told_inside_a_matter(cast: Cast, client: Client) -> None:
    proposal, held = cast.filed(), Appointment.objects.get(account=cast.clerk)
    bodies.end_appointment(held, actor=cast.security_admin, at=NOW, reason="调离机关")
    audit.record("audit.accept", cast.county, actor=None, at=NOW, data={"reason": "恢复了备份", "found": "audit/heads.jsonl"})
    for kind, key in (
        ("proposals.pass_examination", "remark"),
        ("proposals.pass_examination", "opinion"),
        ("proposals.withdraw", "reason_text"),
    ):
        audit.record(kind, proposal, actor=cast.office, at=NOW, data={key: "案内的话"})
    member = cast.member(cast.bystander)
    members.suspend(member, on=NOW.date(), reason="正在接受审查", actor=cast.office, at=NOW)
    client.force_login(cast.audit_admin)
    page = client.get("/audit/").text
    told, untold = ("调离机关", "恢复了备份", "撤案", "停止履职"), ("案内的话", "正在接受审查")
    assert [[word in page for word in words] for words in (told, untold)] == [[True] * 4, [False] * 2]


def test_an_erasure_says_how_much_went_and_is_found_among_what_is_personal(cast: Cast, client: Client) -> None:
    erasing.erase(cast.county, what="已读的消息", rule="第十九条", rows=3, actor=cast.office, at=NOW)
    client.force_login(cast.audit_admin)
    told = {kind: client.get("/audit/", {"kind": kind}).text for kind in ("privacy", "audit", "audit.erase")}
    shown = {kind: "资料 3 份，记录里的个人信息 0 项" in page for kind, page in told.items()}
    assert shown == {"privacy": True, "audit": False, "audit.erase": True}
    assert '<span class="xs muted">个人信息</span>' in told["privacy"]


@pytest.mark.parametrize("kind", ["accounts.make_reset_code", "accounts.invite"])
def test_what_was_done_on_the_server_is_said_so_in_whosever_name_it_stands(cast: Cast, kind: str) -> None:
    for actor in (Account.objects.system(), None):
        event = audit.record(kind, cast.clerk, actor=actor, at=NOW, data={"name": "孟时雨"})
        assert kinds.sentence(event).startswith(str(kinds.ON_THE_SERVER))
    by_hand = audit.record(kind, cast.clerk, actor=cast.security_admin, at=NOW, data={"name": "孟时雨"})
    assert kinds.sentence(by_hand).startswith(cast.security_admin.name)


def test_what_the_system_carried_out_on_its_day_is_not_said_of_somebody_on_the_server(cast: Cast) -> None:
    data = {"name": cast.unit.name, "to": cast.co_unit.name, "on": "2026-03-02", "reason": "机构改革"}
    by_system = audit.record("committees.end_unit", cast.unit, actor=Account.objects.system(), at=NOW, data=data)
    assert kinds.sentence(by_system).startswith("系统撤销承办单位")
    assert kinds.who_did(by_system) == "系统"
    by_nobody = audit.record("committees.end_unit", cast.unit, actor=None, at=NOW, data=data)
    assert kinds.who_did(by_nobody) == kinds.ON_THE_SERVER
