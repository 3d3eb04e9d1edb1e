"""A restore or an import of a bundle that is killed at whichever step.

The command that starts next finishes it, or takes it back.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.migrated import empty_database, ready
from tongxin.audit import origins, verifying
from tongxin.backups import archive, journal, packing, unpacking
from tongxin.backups.tests.homes import ROOT, Home
from tongxin.backups.tests.test_bundles import elsewhere as _elsewhere
from tongxin.backups.tests.test_bundles import packed as _packed
from tongxin.backups.unpacking import Wanted
from tongxin.cli.entrance import main
from tongxin.committees.models import Committee

elsewhere, packed = _elsewhere, _packed
BEGIN = """
import os, sys
from pathlib import Path
import django
django.setup()
from django.utils import timezone
from tongxin.backups import journal, restoring, unpacking
from tongxin.cli import start
"""
DIES = "lambda *a, **k: os._exit(9)"
RESTORE = "restoring.restore(Path(sys.argv[1]), replace_all=True, at=timezone.now())"
TAKE_IN = "unpacking.unpack(Path(sys.argv[1]), unpacking.Wanted(), at=timezone.now())"
AFTERWARDS = """
import json
start.settle()
from django.conf import settings
from tongxin.audit import verifying
from tongxin.committees.models import Committee
home = Path(settings.TONGXIN_HOME)
print(json.dumps({
    "codes": sorted(Committee.objects.values_list("code", flat=True)),
    "problems": [str(one) for one in verifying.verify().problems],
    "left": sorted(p.name for p in home.iterdir() if p.name.startswith(("restoring-", "replaced-", "unfinished"))),
    "files": sorted(p.relative_to(home).as_posix() for p in (home / "files").rglob("*") if p.is_file()),
    "origins": sorted(p.name for p in (home / "audit" / "origins").glob("*")),
}))
"""
IN_THE_MIDST = """
real, calls = journal.flush, []
def flush(folder):
    calls.append(folder)
    real(folder)
    if len(calls) == 5:  # two for what is written down, then some of the moves
        os._exit(9)
journal.flush = flush
"""
# at which step it dies, and which of the two it is afterwards
STEPS = {
    "before anything is moved": (f"restoring._move = {DIES}\n", ["A", "B"]),
    "in the midst of the moves": (IN_THE_MIDST, ["A", "B"]),
    "before the database": (f"restoring._verdict = {DIES}\n", ["A", "B"]),
    "after the database": (f"journal._settle_restore = {DIES}\n", ["A"]),
}


def ran(home: Home, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(  # noqa: S603 -- our own words
        [sys.executable, "-c", ready() + words[0], *words[1:]],
        cwd=ROOT,
        env=home._environment(keys=False),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def after(home: Home) -> tuple[dict[str, Any], str]:
    code, out, err = ran(home, BEGIN + AFTERWARDS)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found, err


def an_empty_one(place: Path) -> Home:
    place.mkdir()
    shutil.copyfile(empty_database(), place / "tongxin.sqlite3")
    return Home(place)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two committees, and beside it a backup of when it had one; an upload of each time."""
    place = tmp_path_factory.mktemp("kept")
    home = an_empty_one(place / "home")
    found = ("init", "--committee-name", "云溪县政协", "--code")
    assert home.run(*found, "A", keys=False)[0] == 0
    assert home.run("backup", place / "day.zip", keys=False)[0] == 0
    assert home.run(*found, "B", keys=False)[0] == 0
    (home.place / "files" / "own.txt").write_text("现有的", encoding="utf-8")
    return place


@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_is_killed_is_the_old_state_or_the_new_one(kept: Path, tmp_path: Path, step: str) -> None:
    dies, codes = STEPS[step]
    home = Home(tmp_path / "home")
    shutil.copytree(kept / "home", home.place)
    code, _out, err = ran(home, BEGIN + dies + RESTORE, str(kept / "day.zip"))
    assert code == 9, err
    found, said = after(home)
    assert (found["codes"], found["problems"], found["left"]) == (codes, [], [])
    assert found["files"] == (["files/own.txt"] if codes == ["A", "B"] else [])
    assert said.strip() == (journal.RESTORED if codes == ["A"] else journal.NOT_RESTORED)


@pytest.mark.django_db
def test_an_import_of_a_bundle_that_is_killed_leaves_nothing(packed: Path, tmp_path: Path) -> None:
    home = an_empty_one(tmp_path / "home")
    assert home.run("migrate", keys=False)[0] == 0
    code, _out, err = ran(home, BEGIN + f"unpacking.audit.record = {DIES}\n" + TAKE_IN, str(packed))
    assert code == 9, err
    assert len(list((home.place / "audit" / "origins").iterdir())) == 1
    found, said = after(home)
    assert (found["codes"], found["problems"], found["left"]) == ([], [], [])
    assert (found["files"], found["origins"], said.strip()) == ([], [], journal.NOT_ARRIVED)
    code, _out, err = ran(home, BEGIN + f"journal._settle_bundle = {DIES}\n" + TAKE_IN, str(packed))
    assert code == 9, err
    found, said = after(home)
    assert (found["codes"], found["problems"], found["left"], len(found["files"])) == (["QL", "YX"], [], [], 1)
    assert (len(found["origins"]), said) == (1, "")


@pytest.mark.django_db
def test_a_record_that_no_arrival_tells_of_does_not_travel_and_is_named(packed: Path, elsewhere: None, tmp_path: Path) -> None:
    name = "20200101T000000000000.jsonl"
    left = origins.place_of("YX", name)
    left.parent.mkdir(parents=True)
    left.write_text("{}\n", encoding="utf-8")
    arrived = unpacking.unpack(packed, Wanted(), at=timezone.now())  # what a kill left is no obstacle
    assert [path.name for path in origins.files_of("YX")] != [left.name]
    left.write_text("{}\n", encoding="utf-8")
    assert verifying.verify().problems == ()  # it may be arriving at this moment
    os.utime(left, (1, 1))
    assert [problem.where for problem in verifying.verify().problems] == [f"audit/origins/YX.{name}"]
    made = packing.pack(tmp_path / "again.zip", arrived.committee, at=timezone.now())
    assert left.name not in {member.name.rpartition("/")[2] for member in made.members}


def test_two_do_not_move_things_at_once(settings: Any, tmp_path: Path) -> None:
    settings.TONGXIN_HOME = tmp_path
    with journal.begun("other"):
        with pytest.raises(journal.BusyError), journal.begun("other"):
            pass
        assert journal.settle() == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_what_was_not_put_back_is_named_until_nothing_of_it_is_left(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TONGXIN_HOME = tmp_path
    aside, staged, here = journal.aside("A"), journal.staged("A"), tmp_path / "files"
    moves = [(str(here), str(aside / "files")), (str(staged / "files"), str(here))]
    for path in (here / "began.txt", aside / "files" / "old.txt", staged / "files" / "from-the-backup.txt"):
        path.parent.mkdir(parents=True)
        path.touch()
    about = {"kind": journal.RESTORE, "stamp": "A", "saved": False, "moves": moves}
    journal.place().write_text(f"{json.dumps(about)}\n", encoding="utf-8")
    still = journal.STILL_LEFT.format(aside=aside, staged=staged)
    assert journal.settle() == journal.NOT_ALL.format(aside=aside, staged=staged)
    assert journal.settle() == still
    with journal.begun("other"):
        assert journal.findings() == [still]
    main(["check", "--json"])
    out, err = capsys.readouterr()
    assert (json.loads(out)["problems"]["恢复"], still in err) == ([still], True)
    shutil.rmtree(staged)
    assert (journal.settle(), (here / "began.txt").exists()) == (still, True)  # what is there now stays there
    shutil.rmtree(aside)
    assert (journal.settle(), journal.findings(), journal.place().exists()) == ("", [], False)


def test_what_a_killed_export_or_backup_left_goes_with_the_next_of_its_name(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = {number: tmp_path / f".day.zip.{number}.part" for number in (gone.pid, os.getpid(), os.getppid())}
    for path in names.values():
        path.touch()
    (tmp_path / ".other.zip.1.part").touch()
    archive.beside(tmp_path / "day.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([names[os.getppid()].name, ".other.zip.1.part"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("backup", "", "--overwrite"),
        ("backup", "."),
        ("export", "bundle", "", "--committee", "YX"),
        ("export", "units", "", "--committee", "YX"),
        ("template", "units", ""),
        ("import", "units", __file__, "--committee", "YX", "--skip-invalid", ""),
        ("import", "bundle", "/dev/zero"),
        ("import", "bundle", __file__, "--key", "/dev/zero"),
        ("restore", "/dev/zero"),
    ],
)
def test_what_is_no_name_of_a_file_is_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    before = list(Committee.objects.all())
    assert main([*words]) == 2
    assert "文件" in capsys.readouterr().err
    assert list(Committee.objects.all()) == before
