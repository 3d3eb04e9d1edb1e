"""The command line as people and programs meet it: exit codes, one JSON document, sentences on stderr."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from tests.architecture.source import ROOT
from tests.cast import NOW, Cast
from tongxin.accounts.models import Account
from tongxin.accounts.tests import codes
from tongxin.audit import outside, sealing, verifying
from tongxin.audit.actions import vouch
from tongxin.audit.models import Event
from tongxin.audit.naming import row_names
from tongxin.audit.tests.forging import raw
from tongxin.cli import hints
from tongxin.cli.auditing import OF_THE_DATABASE
from tongxin.cli.entrance import COMMANDS, Lazy, tongxin
from tongxin.committees.models import Committee
from tongxin.members.models import Member, Seat


@pytest.fixture
def sheet(tmp_path: Path):
    def write(*rows, name="委员.xlsx", title="委员"):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
        return path

    return write


# ── the frame ──
def test_help_is_chinese_everywhere(run):
    code, out, _err = run("--help")
    assert (code, "用法：" in out, "Usage" in out) == (0, True, False)
    for name in Lazy.list_commands(tongxin, None):
        code, out, _err = run(name, "--help")
        assert (name, code, out.startswith("用法："), "Show this message" in out) == (name, 0, True, False)
        assert COMMANDS[name][1]


def test_wrong_usage_ends_with_two_and_a_sentence(run):
    assert run("import", "members")[::2] == (
        2,
        "用法： tongxin import [OPTIONS] {members|units|proposals} FILES...\n用 tongxin import --help 查看说明。\n\n缺少参数 'FILES...'.\n",
    )
    assert run("nothing")[0] == 2
    assert run("serve", "--port", "x")[0] == 2


def test_light_commands_do_not_load_django():
    probe = (
        "import sys; from tongxin.cli import main; main(['--help']); main(['import', '--help']); print('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603 -- ourselves
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.django_db
def test_a_failure_inside_ends_with_one(run, monkeypatch, cast):
    monkeypatch.setattr(verifying, "verify", lambda **_: 1 / 0)
    monkeypatch.delenv("TONGXIN_DEBUG", raising=False)
    code, out, err = run("audit", "verify", "--json")
    assert (code, out, err.startswith("内部错误：ZeroDivisionError")) == (1, "", True)


def test_who_brings_a_sheet_without_a_header_reads_how_an_empty_one_is_made(cast: Cast, run, sheet):
    code, _out, err = run("import", "members", sheet(["天气"], ["晴"]), "--committee", "YX")
    assert (code, "没有找到表头" in err, "tongxin template members" in err) == (2, True, True)
    code, _out, err = run("import", "members", sheet(["姓名"], ["曾贤"]), "--committee", "YX")
    assert (code, "表头（第 1 行）里缺少这一列" in err, "tongxin template members" in err) == (2, True, True)


# ── import, template, export ──
HEAD = ["姓名", "界别", "任职日期"]


def test_import_prints_one_document(run, sheet, cast: Cast):
    code, out, err = run("import", "members", sheet(HEAD, ["甲一", "农业界", "2024-03-01"]), "--committee", "YX", "--json")
    assert (code, json.loads(out)) == (
        0,
        {
            "kind": "members",
            "rows": 1,
            "created": 1,
            "unchanged": 0,
            "rejected": [],
            "warnings": [],
            "made": {"sectors": ["农业界"]},
        },
    )
    assert err == "将新增界别：农业界\n"


def test_what_is_wrong_is_said_with_its_place_and_nothing_written(run, sheet, cast: Cast):
    path = sheet(HEAD, ["甲一", "", ""], ["甲二", "农业界", "2024-03-01"])
    code, out, err = run("import", "members", path, "--committee", "YX", "--json")
    assert (code, Member.objects.filter(name__startswith="甲").count()) == (2, 0)
    assert json.loads(out)["rejected"] == [{"file": str(path), "sheet": "委员", "row": 2, "column": "界别", "reason": "没有填写"}]
    assert err == f"{path}　工作表“委员”　第 2 行　“界别”列：没有填写\n共 1 处不对，导入 0 行，没有写入任何内容。\n"
    assert (json.loads(out)["created"], json.loads(out)["unchanged"]) == (0, 0)


def test_bad_rows_may_be_left_out(run, sheet, cast: Cast, tmp_path):
    path = sheet(["姓名", "界别"], ["甲一", ""], ["甲二", "农业界"])
    code, out, _err = run("import", "members", path, "--committee", "YX", "--skip-invalid", tmp_path / "退.xlsx")
    assert (code, out) == (0, "导入委员 1 行；1 行没有导入，另存在所给的工作簿里。\n")
    assert (tmp_path / "退.xlsx").exists()


def test_the_second_time_it_says_so(run, sheet, cast: Cast):
    path = sheet(["姓名", "界别"], ["甲二", "农业界"])
    run("import", "members", path, "--committee", "YX")
    assert run("import", "members", path, "--committee", "YX")[1] == "委员 1 行都已在系统里，没有改动。\n"


def test_an_unknown_committee_is_said(run, sheet, cast: Cast):
    code, _out, err = run("import", "members", sheet(["姓名", "界别"]), "--committee", "XX")
    assert (code, err) == (2, "没有代码为 XX 的政协。现有：QL、YX、WC。\n")


@pytest.mark.parametrize("kind", ["members", "units", "proposals"])
def test_each_template_imports_as_nothing_and_each_export_is_recorded(run, cast: Cast, tmp_path, kind):
    assert run("template", kind, tmp_path / "空.xlsx")[0] == 0
    assert run("import", kind, tmp_path / "空.xlsx", "--committee", "YX")[:2] == (0, "没有读到数据行，没有写入任何内容。\n")
    for ending in ("csv", "xlsx", "json"):
        assert run("export", kind, tmp_path / f"出.{ending}", "--committee", "YX")[0] == 0
    recorded = list(Event.objects.filter(kind__contains="export").order_by("id").values_list("kind", flat=True))
    expected = {
        "members": ["members.export"],
        "units": ["committees.export_units"],
        "proposals": ["proposals.export", "handling.export_ratings"],
    }
    assert recorded == expected[kind] * 3
    assert len(json.loads((tmp_path / "出.json").read_text())) == {"members": 5, "units": 4, "proposals": 0}[kind]


def test_an_export_to_nowhere_is_said(run, cast: Cast, tmp_path):
    assert run("export", "units", tmp_path / "无" / "出.csv", "--committee", "YX")[0] == 2
    assert run("export", "units", tmp_path / "出.pdf", "--committee", "YX")[0] == 2


# ── founding and checking ──
@pytest.mark.django_db
def test_init_founds_a_committee_and_invites_once(run):
    code, out, err = run(
        "init", "--committee-name", "政协望山县委员会", "--code", "WS", "--admin", "秦若水", "--term", "十", "--session", "三"
    )
    assert (code, out.splitlines()[0], err.splitlines()[0]) == (
        0,
        "登录名　admin",
        "已建好政协望山县委员会（WS），十届三次会议。",
    )
    for said in (
        "交给安全管理员秦若水本人",
        "http://localhost:8000/invitation/",
        "职责任免",
        "tongxin import members 委员.xlsx --committee WS",
    ):
        assert said in err
    made = Committee.objects.get(code="WS")
    assert (made.place, made.short_name, made.tier, made.fictional) == ("望山县", "望山县政协", "county", False)
    assert run("init", "--committee-name", "政协望山县委员会", "--code", "WS")[0] == 2
    assert run("init", "--committee-name", "政协望山县委员会", "--code", "W 2")[0] == 2
    assert run("init", "--committee-name", "政协望山县委员会", "--code", "W2", "--term", "头")[0] == 2


HIDDEN = "\u200b"


def test_a_name_on_the_command_line_is_kept_without_signs_that_do_not_show(run, cast: Cast):
    """Pasted from a letter: with such a sign in it, a name is found by nobody, and no other house takes it in."""
    said = (
        "--committee-name",
        f" 政协{HIDDEN}望山县委员会{HIDDEN}",
        "--code",
        "WS",
        "--admin",
        f"秦{HIDDEN}若 水",
        "--admin-login",
        "wsadmin",
    )
    assert run("init", *said)[0] == 0
    made = Committee.objects.get(code="WS")
    assert (made.name, made.place, made.short_name) == ("政协望山县委员会", "望山县", "望山县政协")
    assert Account.objects.get(username="wsadmin").name == "秦若 水"
    for name, hint in (("--committee-name", "全称"), ("--admin", "姓名")):
        more = {"--committee-name": "政协望山县委员会", "--code": "W3", "--admin": "秦若水"} | {name: HIDDEN}
        code, _out, err = run("init", *(word for pair in more.items() for word in pair))
        assert (code, hint in err, Committee.objects.filter(code="W3").exists()) == (2, True, False)
    who = (
        "--committee",
        "YX",
        "--login",
        "newclerk",
        "--name",
        f"陆{HIDDEN}行舟",
        "--duty",
        "承办人",
        "--unit",
        f"县财政局{HIDDEN}",
    )
    code, _out, err = run("appoint", *who, "--reason", f"停电{HIDDEN}")
    assert (code, err.splitlines()[0]) == (0, "已任命陆行舟（newclerk），已写入操作记录，并告知审计管理员。")
    assert Event.objects.get(kind="committees.break_glass").data["reason"] == "停电"


def test_check_and_verify_find_a_changed_event(run, cast: Cast, settings):
    keys = Path(os.environ["TONGXIN_HOME"]) / "keys"
    assert {path.name for path in keys.iterdir()} >= {"secret", "field", "audit"}
    sealing.seal(at=NOW)
    code, out, _err = run("audit", "verify", "--committee", "YX", "--json")
    said = json.loads(out)
    assert (code, said["ok"], said["first_bad"], set(said)) == (0, True, None, {"events", "sealed", "ok", "first_bad"})
    from django.db import connection

    event = Event.objects.filter(committee_code="YX").order_by("id").first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor_name = 'x' WHERE id = %s", [event.pk])
    code, out, err = run("audit", "verify", "--json")
    assert (code, json.loads(out)["ok"], json.loads(out)["first_bad"]) == (1, False, event.uid)
    found = f"记录被改动过，或者它前面缺少记录：{event.uid}"
    named = row_names("YX", [event.uid])[event.uid]
    assert err == f"{found}（{named}）\n{hints.AFTER_A_FINDING}\n"
    code, out, err = run("check", "--json")
    assert (code, json.loads(out)["problems"]["操作记录"]) == (1, [found])
    assert err == f"检查没有通过。\n{event.uid}：{named}\n{hints.AFTER_A_FINDING}\n"


def test_a_row_that_is_not_as_recorded_is_named_in_words_beside_its_key(run, cast: Cast):
    member = cast.member(cast.bystander)
    seat = member.seats.get()
    vouch(cast.county, [seat], at=NOW)
    sealing.seal(at=NOW)
    raw(Seat).filter(pk=seat.pk).update(starts_on="2020-01-01")
    code, out, err = run("audit", "verify")
    [line] = [said for said in err.splitlines() if seat.uid in said]
    assert (code, out, line.endswith("）"), member.name in line) == (1, "", True, True)
    code, out, err = run("check")
    [line] = [said for said in err.splitlines() if seat.uid in said]
    assert (code, line.partition("：")[2].startswith("委员席位"), member.name in line, member.name in out) == (
        1,
        True,
        True,
        False,
    )


@pytest.mark.django_db
def test_check_names_what_others_can_read_and_changes_nothing(run, settings, tmp_path: Path):
    home = settings.TONGXIN_HOME = tmp_path / "home"
    for number in range(25):
        paper = home / "files" / f"{number}.pdf"
        paper.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        paper.write_text("x")
        paper.chmod(0o644 if number < 22 else 0o600)
    home.chmod(0o700)
    code, out, _err = run("check", "--json")
    said = json.loads(out)["problems"]
    assert (code, len(said["文件权限"]), said["文件权限"][-1]) == (1, 21, "还有 2 处，运行 tongxin migrate 会一并改正")
    assert all(line.endswith(".pdf") and "请运行 chmod 600" in line for line in said["文件权限"][:-1])
    assert (home / "files" / "0.pdf").stat().st_mode & 0o777 == 0o644


@pytest.mark.django_db
def test_every_key_of_a_check_is_explained_in_the_operations(run):
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("| Key | What is looked at |")[2]
    explained = re.findall(r"^\| ([一-鿿]+) \|", text.partition("\n\n")[0], re.MULTILINE)
    assert explained == list(json.loads(run("check", "--json")[1])["problems"])


@pytest.mark.django_db
def test_check_tries_the_process_that_looks_into_uploads(run, monkeypatch):
    from tongxin.files.inspection import process

    assert json.loads(run("check", "--json")[1])["problems"]["附件检查"] == []
    monkeypatch.setattr(process, "START", "import nothing_of_this_name")
    code, out, _err = run("check", "--json")
    assert (code, json.loads(out)["problems"]["附件检查"]) == (1, ["检查附件的进程没有正常答复（too_heavy），现在不能上传附件"])


@pytest.mark.django_db
def test_what_a_backup_copies_is_there_from_the_first_day(run, settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path / "home" / "files"
    assert run("init", "--committee-name", "政协望山县委员会", "--code", "WS")[0] == 0
    assert (settings.MEDIA_ROOT.is_dir(), settings.MEDIA_ROOT.stat().st_mode & 0o777) == (True, 0o700)


@pytest.mark.django_db
@pytest.mark.parametrize("set_up", [codes.set_up, RecoveryCodes.activate], ids=["second factor", "recovery codes"])
def test_check_tries_the_field_key_on_second_factors_too(run, cast: Cast, settings, set_up):
    """With no other encrypted value there.

    Who restored the database without its key learns it before the staff does.
    """
    set_up(cast.office)
    assert json.loads(run("check", "--json")[1])["problems"]["加密字段"] == []
    settings.FIELD_KEY = "another"
    assert json.loads(run("check", "--json")[1])["problems"]["加密字段"] == [
        "密钥 keys/field 与这个数据库不符，请从备份恢复原来的密钥"
    ]


# ── accepting that the files outside differ ──
@pytest.mark.django_db
def test_a_difference_outside_is_accepted_by_its_name_with_a_reason(run, cast: Cast):
    cast.draft()
    sealing.seal(at=NOW)
    assert run("audit", "accept", "--reason", "恢复备份")[2] == "库外留存与数据库相符，没有需要认可的。\n"
    said = f"库外留存与数据库相符，没有需要认可的。{OF_THE_DATABASE}\n"
    assert run("audit", "accept", "--reason", "恢复备份", "--found", "YX:1")[2] == said
    sealing.heads_file().unlink()
    assert run("audit", "verify")[2].endswith(f"{hints.AFTER_A_FINDING}{hints.AFTER_A_RESTORE}\n")
    before = Event.objects.count()
    for words, sentence in (
        (("--found", "audit/heads.jsonl"), "--reason"),
        (("--reason", " ", "--found", "audit/heads.jsonl"), "请用 --reason"),
        (
            ("--reason", "恢复备份"),
            f"没有办理。请写明要认可的是哪几处，现在有：\n  --found audit/heads.jsonl　{outside.HEADS_GONE}",
        ),
        (
            ("--reason", "恢复备份", "--found", "YX:1"),
            f"不一致，没有办理。{OF_THE_DATABASE}现在的不符之处，请逐一写明：\n  --found audit/heads.jsonl　{outside.HEADS_GONE}",
        ),
    ):
        code, _out, err = run("audit", "accept", *words)
        assert (code, sentence in err, Event.objects.count()) == (2, True, before)
    code, _out, err = run("audit", "accept", "--reason", "恢复备份", "--found", "audit/heads.jsonl")
    assert (code, "并告知审计管理员" in err, verifying.verify().ok) == (0, True, True)


@pytest.mark.django_db
def test_an_acceptance_that_cannot_be_written_is_said_and_not_done(run, cast: Cast, settings):
    cast.draft()
    sealing.seal(at=NOW)
    sealing.heads_file().unlink()
    stone = settings.TONGXIN_HOME / "audit" / "aside"
    stone.write_text("no folder", encoding="utf-8")
    code, out, err = run("audit", "accept", "--reason", "恢复备份", "--found", "audit/heads.jsonl")
    assert (code, out, "没有认可" in err, "磁盘是否已满" in err) == (2, "", True, True)
    assert Event.objects.filter(kind="audit.accept").count() == 0


@pytest.mark.django_db
def test_what_is_handed_to_the_auditor_is_printed_and_compared(run, cast: Cast, tmp_path: Path):
    cast.draft()
    sealing.seal(at=NOW)
    code, out, err = run("audit", "heads")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err, {tuple(row) for row in rows}) == (0, "", {("committee", "day", "digest")})
    kept = tmp_path / "kept.jsonl"
    kept.write_text(out, encoding="utf-8")
    assert run("audit", "heads", "--compare", kept) == (0, f"留存的 {len(rows)} 行，现在的链头文件里都有。\n", "")
    strange = out.splitlines()[0].replace("hmac", "hmae")
    kept.write_text(f"{out}{strange}\n", encoding="utf-8")
    assert run("audit", "heads", "--compare", kept) == (1, "", f"现在的链头文件里没有这一行：{strange}\n")
    kept.write_text("\n", encoding="utf-8")
    code, _out, err = run("audit", "heads", "--compare", kept)
    assert (code, "没有可以核对的行" in err) == (2, True)
    sealing.heads_file().unlink()
    code, out, err = run("audit", "heads")
    assert (code, out, str(outside.HEADS_GONE) in err, "tongxin audit verify" in err) == (1, "", True, True)


@pytest.mark.django_db
def test_check_names_a_growth_that_could_not_be_noted(run, cast: Cast):
    cast.draft()
    sealing.seal(at=NOW)
    sealing.growth_file().unlink()
    [said] = json.loads(run("check", "--json")[1])["problems"]["封存"]
    assert "keys/heads" in said


# ── the address to listen on ──
@pytest.fixture
def occupied():
    """A port on which another program answers, one that would share it as a second granian does."""
    with contextlib.closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_not_shared_with_whoever_has_it(command, occupied: int, tmp_path: Path):
    environment = os.environ | {"TONGXIN_HOME": str(tmp_path)}
    done = subprocess.run(  # noqa: S603 -- ourselves
        [sys.executable, "-m", "tongxin.cli", command, "--port", str(occupied)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"端口 {occupied} 已被占用，请用 --port 另选一个。" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_not_here_is_said(run):
    code, out, err = run("serve", "--host", "192.0.2.1", "--port", "8123")
    assert (code, out, "本机没有地址 192.0.2.1，请核对 --host。" in err) == (2, "", True)
