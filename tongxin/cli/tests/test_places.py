"""What a command writes never takes the place of what the installation keeps, by whatever name it is called."""

from pathlib import Path

import pytest
from django.db import DatabaseError

from tests.cast import Cast
from tongxin.cli import places
from tongxin.core import keys
from tongxin.sheets import exporting

KEPT = ("tongxin.sqlite3", "tongxin.sqlite3-wal", "tongxin.sqlite3-shm", "keys/audit", "files/2026/a.pdf", "audit/heads.jsonl")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home"
    for name in KEPT:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    (place / "backups").mkdir()
    monkeypatch.setenv("TONGXIN_HOME", str(place))
    return place


def kept(home: Path) -> list[str]:
    return [(home / name).read_text() for name in KEPT]


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("way", ["itself", "symlink", "hard link"])
def test_nothing_that_the_installation_keeps_is_written_over(run, home: Path, tmp_path: Path, name: str, way: str) -> None:
    out = home / name
    if way != "itself":
        out = tmp_path / "单位.xlsx"
        (out.symlink_to if way == "symlink" else out.hardlink_to)(home / name)
    for words in (("template", "units", out), ("backup", out, "--overwrite"), ("export", "units", out, "--committee", "YX")):
        code, said, err = run(*words)
        assert (code, said, "没有写" in err, "内部错误" in err) == (2, "", True, False)
    assert kept(home) == list(KEPT)


def test_nothing_new_is_put_among_it_but_backups(run, home: Path) -> None:
    code, _out, err = run("template", "units", home / "keys" / "new.xlsx")
    assert (code, f"备份可以写到 {home / 'backups'}" in err) == (2, True)
    assert not (home / "keys" / "new.xlsx").exists()
    assert places.OUT.convert(str(home / "backups" / "day.zip"), None, None) == home / "backups" / "day.zip"


def test_a_file_with_two_names_of_somebodys_own_is_written(run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("")
    (tmp_path / "b.xlsx").hardlink_to(tmp_path / "a.xlsx")
    assert places.OUT.convert(str(tmp_path / "b.xlsx"), None, None) == tmp_path / "b.xlsx"


# ── what was spoiled all the same is named, with what to do ──
@pytest.mark.parametrize("spoil", [b"PK\x03\x04\xff\xfe\x00", b"", b"a\x00b", None], ids=["workbook", "empty", "bytes", "folder"])
@pytest.mark.parametrize("name", ["audit", "secret"])
def test_a_key_that_cannot_be_read_names_its_file_and_says_what_to_do(tmp_path: Path, spoil: bytes | None, name: str) -> None:
    path = tmp_path / "keys" / name
    path.parent.mkdir()
    path.mkdir() if spoil is None else path.write_bytes(spoil)
    with pytest.raises(ValueError, match="放回这个位置") as error:
        keys.load(name, tmp_path, None)
    assert str(error.value).startswith(f"密钥文件 {path} 无法读取")
    assert "codec" not in str(error.value)
    assert keys.load(name, tmp_path, "given") == "given"


@pytest.mark.django_db
def test_a_database_that_fails_is_said_in_a_sentence(run, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "database disk image is malformed"
        raise DatabaseError(message)

    monkeypatch.setattr(exporting, "write", fail)
    monkeypatch.delenv("TONGXIN_DEBUG", raising=False)
    code, out, err = run("export", "units", tmp_path / "单位.csv", "--committee", "YX")
    assert (code, out, "内部错误" in err) == (1, "", False)
    assert err.startswith("数据库读写出错，命令没有办完：database disk image is malformed。")
