"""What lies in the home is the server's own; what is not is mended or named."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrated import empty_database
from tongxin.core import modes

ROOT = Path(__file__).resolve().parents[3]


def everything(home: Path) -> dict[str, str]:
    return {p.relative_to(home.parent).as_posix(): f"{stat.S_IMODE(p.stat().st_mode):o}" for p in (home, *home.rglob("*"))}


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "files" / "2026").mkdir(parents=True)
    for name in ("tongxin.sqlite3", "tongxin.sqlite3-wal", "files/2026/a.pdf"):
        (home / name).write_text("x")
        (home / name).chmod(0o644)
    for folder in (home, home / "files", home / "files" / "2026"):
        folder.chmod(0o755)
    return home


def test_what_was_open_to_others_is_closed(loose: Path) -> None:
    assert modes.tighten(loose) == []
    assert everything(loose) == {
        "home": "700",
        "home/files": "700",
        "home/files/2026": "700",
        "home/files/2026/a.pdf": "600",
        "home/tongxin.sqlite3": "600",
        "home/tongxin.sqlite3-wal": "600",
    }
    assert modes.findings(loose) == []


def test_each_place_that_is_open_is_named_with_the_remedy(loose: Path) -> None:
    assert sorted(modes.findings(loose)) == sorted(
        f"{path} 别的用户也能读，请运行 chmod {mode} {path}"
        for path, mode in (
            (loose, 700),
            (loose / "files", 700),
            (loose / "files/2026", 700),
            (loose / "files/2026/a.pdf", 600),
            (loose / "tongxin.sqlite3", 600),
            (loose / "tongxin.sqlite3-wal", 600),
        )
    )


def test_a_home_that_others_could_replace_is_named(tmp_path: Path) -> None:
    above = tmp_path / "above"
    home = above / "home"
    home.mkdir(parents=True, mode=0o700)
    above.chmod(0o777)
    assert modes.findings(home) == [f"上级目录 {above} 别的用户可以写，能换掉整个数据目录，请运行 chmod go-w {above}"]
    above.chmod(0o1777)  # like /tmp: others may add, not replace
    assert modes.findings(home) == []


def test_a_link_out_of_the_home_is_not_followed(loose: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    outside.chmod(0o755)
    (loose / "link").symlink_to(outside)
    modes.tighten(loose)
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "entrance",
    [
        [sys.executable, "-m", "tongxin.cli", "migrate"],
        [sys.executable, "manage.py", "migrate", "sessions", "--verbosity", "0"],
        [
            sys.executable,
            "-c",
            "import config.wsgi, os; from django.core.management import call_command; call_command('migrate', 'sessions', verbosity=0); os._exit(0)",
        ],
    ],
)
def test_whatever_an_entrance_makes_is_private_from_the_beginning(tmp_path: Path, entrance: list[str]) -> None:
    home = tmp_path / "var" / "tongxin"
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "TONGXIN_TESTING"}} | {
        "TONGXIN_HOME": str(home)
    }
    subprocess.run(  # noqa: S603 -- ourselves
        entrance,
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        umask=0o022,
    )
    found = everything(home)
    assert {"tongxin", "tongxin/keys", "tongxin/keys/secret", "tongxin/tongxin.sqlite3"} <= set(found)
    assert set(found.values()) == {"700", "600"}
    assert modes.findings(home) == []


def test_the_home_is_closed_again_when_the_schema_is_brought_up_to_date(loose: Path) -> None:
    (loose / "tongxin.sqlite3-wal").unlink()
    (loose / "tongxin.sqlite3").write_bytes(empty_database().read_bytes())
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "TONGXIN_TESTING"}}
    subprocess.run(
        [sys.executable, "-m", "tongxin.cli", "migrate"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env=environment | {"TONGXIN_HOME": str(loose), "PYTHONPATH": str(ROOT)},
    )
    assert modes.findings(loose) == []
