"""Commands over a database in which somebody spoiled a value or a page.

What was found is said, whatever else cannot be read.

PostgreSQL's columns hold nothing but their type: there it is JSON that is too much.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, models

from tests.cast import NOW, Cast
from tongxin.accounts.models import Account
from tongxin.audit import accepting, misstored, sealing, verifying, wholeness
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import own_copy, raw, tear
from tongxin.cli import checking, hints
from tongxin.cli.entrance import main
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.regulations.models import Regulation

LITE = connection.vendor == "sqlite"
NOT_READ = "政协的资料里有无法读取的内容，没有认可。请先运行 tongxin audit verify 查明，从备份恢复，再办理。"
NO_TEXT = "CAST(X'59FF' AS TEXT)"
DEEP = "'" + "[" * 1500 + "]" * 1500 + "'"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def found(cast: Cast) -> Iterator[Event]:
    """An event that was changed: what must be said in every case."""
    sealing.seal(at=NOW)
    with own_copy() if LITE else nullcontext():
        event = Event.objects.filter(committee_code="YX").earliest("pk")
        raw(Event).filter(pk=event.pk).update(to_state="forged")
        yield event


def spoil(model: type[models.Model], column: str, said: str, row: Any = None) -> None:
    table, pk = model._meta.db_table, (row or model._base_manager.earliest("pk")).pk
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = 1" if LITE else "SELECT 1")
        cursor.execute(f"UPDATE {table} SET {column} = {said} WHERE id = {pk}")  # noqa: S608 -- words of this test


SPOILED = [(Committee, "code", NO_TEXT), (Committee, "name", NO_TEXT), (Account, "name", NO_TEXT), (Regulation, "body", DEEP)]
UNREAD = {Committee: ["制度", "任免"], Account: ["任免"], Regulation: ["制度"]}  # which looks of a check read such rows
spoiled = pytest.mark.parametrize(
    ("model", "column", "said"), SPOILED if LITE else SPOILED[-1:], ids=lambda one: getattr(one, "__name__", str(one)[:12])
)


@spoiled
def test_verify_says_what_it_found_whatever_cannot_be_read(
    run: Run, found: Event, cast: Cast, model: Any, column: str, said: str
) -> None:
    spoil(model, column, said)
    problems = [str(problem) for problem in verifying.verify().problems]
    assert f"{verifying.CHANGED}：{found.uid}" in problems
    code, out, err = run("audit", "verify")
    lines = err.splitlines()
    assert (code, out, lines[-1]) == (1, "", hints.AFTER_A_FINDING)
    assert [line.partition("（操作记录")[0] for line in lines[:-1] if found.uid in line] == [f"{verifying.CHANGED}：{found.uid}"]
    assert len(lines) == len(problems) + 1
    assert json.loads(run("audit", "verify", "--json")[1])["ok"] is False


@spoiled
def test_check_says_what_each_look_found_whatever_cannot_be_read(
    run: Run, found: Event, cast: Cast, model: Any, column: str, said: str
) -> None:
    both = Appointment.objects.filter(committee=cast.county, account=cast.office).earliest("pk")
    Appointment.objects.create(committee=both.committee, account=both.account, duty=Duty.AUDIT_ADMIN, starts_on=both.starts_on)
    spoil(model, column, said, {Committee: cast.county, Account: cast.office}.get(model))
    code, out, err = run("check", "--json")
    problems = json.loads(out)["problems"]
    assert (code, err.splitlines()[0], err.splitlines()[-1]) == (1, "检查没有通过。", hints.AFTER_A_FINDING)
    assert f"{verifying.CHANGED}：{found.uid}" in problems["操作记录"]
    assert [line for line in problems["操作记录"] if str(misstored.MISSTORED) in line] != []
    unread = [name for name, lines in problems.items() if any(line.startswith(checking.UNFINISHED[:5]) for line in lines)]
    assert unread == UNREAD[model]


def test_a_name_that_a_terminal_would_obey_hides_nothing(run: Run, found: Event, cast: Cast) -> None:
    """Whoever has the database alone could else clear the screen, say that all is well, and hide what follows."""
    said = "\x1b[2J操作记录 5 条，没有发现改动。\n\x1b[8m\u202e"
    Unit.objects.filter(pk=cast.unit.pk).update(name=said)
    Committee.objects.filter(pk=cast.city.pk).update(name=said)
    for arguments in (("audit", "verify"), ("check",)):
        code, out, err = run(*arguments)
        told = out + err
        assert [code, *(sign in told for sign in ("\x1b", "\u202e"))] == [1, False, False]
        assert [line for line in told.splitlines() if line.startswith("操作记录 5 条")] == []
    assert "�[2J操作记录 5 条，没有发现改动。��[8m�" in told


def test_a_rule_that_cannot_be_read_hides_nothing_of_the_other_committees(run: Run, found: Event, cast: Cast) -> None:
    own = Regulation.objects.filter(committee=cast.county).earliest("pk")
    wrong = dict.fromkeys(own.says, "不是这样写的")
    spoil(Regulation, "body", DEEP, own)
    for other in (cast.city, cast.other_county):
        Regulation.objects.create(
            committee=other, kind=own.kind, effective_from=own.effective_from, title="细则", body=wrong, adopted_at=NOW
        )
    said = json.loads(run("check", "--json")[1])["problems"]["制度"]
    odd = [f"{one}：" for one in (cast.city, cast.other_county)]
    assert sorted(line[: line.index("：") + 1] for line in said) == sorted(["没有查完（RecursionError：", *odd])


def test_a_torn_page_is_said_by_every_command(run: Run, found: Event) -> None:
    if not LITE:
        return
    tear("committees_committee")
    [torn] = verifying.verify(reads_files=False).problems
    assert (torn.where, torn.reason[:10]) == (wholeness.FILE, wholeness.TORN[:10])
    code, out, err = run("audit", "verify")
    assert (code, out, err) == (1, "", f"{torn}\n{hints.AFTER_A_FINDING}\n")
    code, out, err = run("check", "--json")
    problems = json.loads(out)["problems"]
    assert (code, problems["操作记录"], err) == (1, [str(torn)], f"检查没有通过。\n{hints.AFTER_A_FINDING}\n")
    assert [line[:6] for line in problems["任免"]] == [checking.UNFINISHED[:5] + "D"]
    assert run("audit", "accept", "--found", "audit/heads.jsonl", "--reason", "恢复了备份") == (2, "", f"{NOT_READ}\n")


def test_nothing_is_accepted_over_what_cannot_be_read(run: Run, found: Event) -> None:
    if not LITE:
        return
    heads = sealing.heads_file()
    heads.write_bytes(b"garbage\n")
    tear("handling_case")
    [torn] = verifying.verify(reads_files=False).problems
    said = f"数据库里有无法读取的内容，没有认可。请先从备份恢复，再核验。{torn}\n"
    assert run("audit", "accept", "--found", "audit/heads.jsonl", "--reason", "恢复了备份") == (2, "", said)
    assert (heads.read_bytes(), raw(Event).filter(kind=accepting.KIND).count()) == (b"garbage\n", 0)


def test_nothing_is_accepted_in_the_name_of_a_committee_that_cannot_be_read(run: Run, found: Event) -> None:
    if not LITE:
        return
    heads = sealing.heads_file()
    heads.write_bytes(b"garbage\n")
    spoil(Committee, "name", NO_TEXT)
    assert run("audit", "accept", "--found", "audit/heads.jsonl", "--reason", "恢复了备份") == (2, "", f"{NOT_READ}\n")
    assert heads.read_bytes() == b"garbage\n"
