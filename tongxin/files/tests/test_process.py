"""The process in which a stranger's file is opened: it is ended when its time is over, and there are never many of them."""

import fcntl
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.clocks import PATIENT
from tongxin.files.choices import KINDS
from tongxin.files.inspection import process
from tongxin.files.inspection.judging import judge
from tongxin.files.inspection.names import ending_of
from tongxin.files.inspection.process import Limits, kinds
from tongxin.files.inspection.reasons import Reason, Refused
from tongxin.files.tests import samples

THOROUGH = bool(os.environ.get("TONGXIN_THOROUGH"))


def asked(folder: Path, *files: tuple[str, bytes], limits: Limits = PATIENT) -> list[str]:
    """Return the kinds of files, or the reason at which it stopped."""
    lying = []
    for number, (name, content) in enumerate(files):
        path = folder / str(number)
        path.write_bytes(content)
        lying.append((path, name))
    answers: list[str] = []
    try:
        answers.extend(kinds(lying, places=folder / "places", limits=limits))
    except Refused as refused:
        answers.append(refused.reason)
    return answers


def busy(code: str) -> str:
    """Return a child that does something else than judge."""
    return f"import sys; sys.path.insert(0, sys.argv[1]); from tongxin.files.inspection import child; child._limit(cpu_seconds=1, memory_mb=256)\n{code}"


def test_the_child_gives_the_same_answers(tmp_path: Path) -> None:
    answers = asked(tmp_path, *samples.HARMLESS.items())
    assert answers == [ending_of(name).replace("jpeg", "jpg") for name in samples.HARMLESS]
    assert asked(tmp_path, ("脚本.pdf", samples.pdf(b"<</S /Launch>>"))) == [Reason.PDF_SCRIPT]


def test_what_took_nine_seconds_or_for_ever_is_answered(tmp_path: Path) -> None:
    import zipfile

    from tongxin.files.tests.samples import office, parts, zipped

    small = zipped(dict.fromkeys(parts(), b"\x00" * 50000000), zipfile.ZIP_LZMA)
    assert asked(tmp_path, ("小.docx", small)) == [Reason.ODD_ARCHIVE]
    assert asked(tmp_path, ("小于号.docx", office(extra={"word/footer1.xml": b"<" * 1_000_000}))) == [Reason.CORRUPT]
    assert asked(tmp_path, ("小于号.txt", b"<" * 1_000_000)) == ["txt"]


def test_a_child_that_uses_up_its_processor_time_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START", busy("while True: pass"))
    assert asked(tmp_path, ("甲.txt", b"a")) == [Reason.TOO_LONG]


def test_a_child_that_waits_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    monkeypatch.setattr(process, "START", f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    assert asked(tmp_path, ("甲.txt", b"a"), limits=Limits(wall_seconds=5, wait_seconds=60)) == [Reason.TOO_LONG]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_child_that_takes_all_memory_is_refused_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START", busy("bytearray(1 << 30)"))
    assert asked(tmp_path, ("甲.txt", b"a")) == [Reason.TOO_HEAVY]


@pytest.mark.parametrize("does", ["open('written', 'wb', 0).write(b'x')", "import os; os.fork()"])
def test_a_child_writes_nothing_and_begets_nothing(tmp_path: Path, does: str) -> None:
    dropped = "import os; os.getuid() == 0 and (os.setgid(65534), os.setuid(65534))\n"  # root may always fork
    code = f"import sys; sys.path.insert(0, {str(process.ROOT)!r}); from tongxin.files.inspection import child\n{dropped}"
    folder = tmp_path / "anyone"
    folder.mkdir()
    folder.chmod(0o777)
    done = subprocess.run(  # noqa: S603 -- ourselves
        [sys.executable, "-c", f"{code}child._limit(cpu_seconds=9, memory_mb=512)\n{does}"], cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode != 0, [p for p in folder.iterdir() if p.stat().st_size]) == (True, [])


def test_a_child_knows_neither_the_installation_nor_its_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("TONGXIN_FIELD_KEY", "secret")
    monkeypatch.setattr(
        process, "START",
        f"import json, os, sys; json.dump([sorted(os.environ), os.getcwd(), 'django' in sys.modules, sorted(os.listdir('/proc/self/fd'))], open({str(seen)!r}, 'w'))",
    )  # fmt: skip
    asked(tmp_path, ("甲.txt", b"a"))
    environment, folder, django, open_files = json.loads(seen.read_text())
    assert (set(environment) <= {"LC_ALL", "LC_CTYPE"}, folder, django, len(open_files) <= 5) == (True, "/", False, True)


def test_the_child_loads_no_django() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); from tongxin.files.inspection import child, judging, pdf, pictures; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code, str(process.ROOT)], capture_output=True, text=True, check=True)  # noqa: S603 -- ourselves
    assert done.stdout.strip() == "False"


def test_files_of_one_request_share_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        process, "START", "import sys, time; time.sleep('two' in sys.stdin.read() and 600); print('{\"kind\": \"txt\"}')"
    )
    limits = Limits(wall_seconds=5, wait_seconds=60)
    assert asked(tmp_path, ("甲.txt", b"one"), ("乙.txt", b"two"), limits=limits) == ["txt", Reason.TOO_MANY]


def test_there_are_never_more_children_than_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setattr(
        process, "START", f"import time; f = open({str(log)!r}, 'a'); f.write('+'); f.flush(); time.sleep(0.2); f.write('-'); f.close(); print('{{\"kind\": \"txt\"}}')",
    )  # fmt: skip
    path = tmp_path / "x"
    path.write_bytes(b"a")
    limits, got = Limits(wall_seconds=60, wait_seconds=60, children=2), []

    def upload() -> None:
        got.extend(kinds([(path, "x.txt")], places=tmp_path / "places", limits=limits))

    threads = [threading.Thread(target=upload) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running, most = 0, 0
    for sign in log.read_text():
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert (got, running, most <= 2) == (["txt"] * 20, 0, True)


def test_whoever_finds_no_place_is_told_to_come_back(tmp_path: Path) -> None:
    places = tmp_path / "places"
    places.mkdir()
    with (places / "0.lock").open("ab") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        assert asked(tmp_path, ("甲.txt", b"a"), limits=Limits(wait_seconds=0.1, children=1)) == [Reason.BUSY]
    assert asked(tmp_path, ("甲.txt", b"a"), limits=Limits(wall_seconds=60, wait_seconds=0.1, children=1)) == ["txt"]


def test_a_machine_without_room_for_a_child_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process.sys, "executable", str(tmp_path / "absent"))
    assert asked(tmp_path, ("甲.txt", b"a")) == [Reason.BUSY]


# ── thousands of broken files ────────────────────────────────────────────────────────────────────
FUZZ = """
import io, logging, random, resource, sys
sys.path.insert(0, sys.argv[1])
from tongxin.files.inspection.judging import judge
from tongxin.files.inspection.reasons import Refused
content, ending, seed, count = sys.stdin.buffer.read(), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
logging.disable()  # the PDF library tells what it mends
chance = random.Random(seed)
for number in range(count):
    made = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 40))):
        at, what = chance.randrange(len(made) + 1), chance.randrange(5)
        if what == 0: del made[at : at + chance.randrange(64)]
        elif what == 1: made[at:at] = made[:chance.randrange(64)]
        elif what == 2: made[at : at + 4] = chance.choice((b"\\0\\0\\0\\0", b"\\xff\\xff\\xff\\xff", b"\\xff\\xff\\xff\\x7f", b"\\x01\\0\\0\\0"))
        else: made[at : at + 1] = bytes([chance.randrange(256)])
    began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    try: judge(io.BytesIO(bytes(made)), ending=ending)
    except Refused: pass
    except MemoryError: pass
    if resource.getrusage(resource.RUSAGE_SELF).ru_utime - began > 4: print(number)
print("done")
"""


@pytest.mark.thorough
@pytest.mark.parametrize("name", samples.HARMLESS)
def test_a_broken_file_gets_an_answer_and_nothing_else(name: str) -> None:
    """No crash, no other error, and no file that needs more time than a request has."""
    count = 40_000 if THOROUGH else 2000
    done = subprocess.run(  # noqa: S603 -- ourselves
        [sys.executable, "-I", "-c", FUZZ, str(process.ROOT), ending_of(name), str(random.Random(name).randrange(999)), str(count)],  # noqa: S311 -- a seed
        input=samples.HARMLESS[name], capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()[-800:]) == (0, "done\n", "")


@pytest.mark.thorough
@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
def test_a_broken_part_in_a_whole_archive_gets_an_answer(part: str) -> None:
    """A checksum stops most broken archives at the door; whoever builds one by intent makes it right."""
    chance, answers = random.Random(part), set()  # noqa: S311 -- a seed
    whole = samples.parts()
    for _number in range(20_000 if THOROUGH else 400):
        made = bytearray(str(whole[part]).encode())
        for _change in range(chance.choice((1, 3, 9))):
            at = chance.randrange(len(made))
            made[at : at + chance.randrange(9)] = chance.choice(
                (b"", b"<", b"&a;", b"\xff", b"\0", bytes([chance.randrange(256)]), made[:40])
            )
        try:
            answers.add(judge(io.BytesIO(samples.zipped(whole | {part: bytes(made)})), ending="docx"))
        except Refused as refused:
            answers.add(refused.reason)
    assert {"docx", Reason.CORRUPT} <= answers


def test_the_kinds_are_all_tried() -> None:
    assert {ending_of(name).replace("jpeg", "jpg") for name in samples.HARMLESS} == set(KINDS)


def test_the_limits_keep_the_promise_of_about_five_seconds() -> None:
    limits = Limits()
    assert (limits.cpu_seconds < limits.wall_seconds, limits.wall_seconds + limits.wait_seconds <= 6) == (True, True)
    assert {-signal.SIGKILL, -signal.SIGXCPU} == process.TIME_IS_OVER
