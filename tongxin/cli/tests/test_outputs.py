"""What commands write and print: over files alone, and said when it cannot be; words that are no text are refused."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import Cast
from tongxin.backups import taking
from tongxin.cli import entrance

WRITING = [
    ("backup", "OUT.zip", "--overwrite"),
    ("export", "bundle", "OUT.zip", "--committee", "YX"),
    ("export", "members", "OUT.csv", "--committee", "YX"),
    ("template", "members", "OUT.xlsx"),
    ("import", "members", __file__, "--committee", "YX", "--skip-invalid", "OUT.xlsx"),
]


@pytest.mark.parametrize("through", ["itself", "a link"])
@pytest.mark.parametrize("words", WRITING, ids=lambda words: " ".join(words[:2]))
def test_what_is_no_file_is_not_written_over(run, tmp_path: Path, words, through: str):
    place = tmp_path / next(word for word in words if word.startswith("OUT"))
    pipe = place if through == "itself" else tmp_path / "pipe"
    os.mkfifo(pipe)
    if pipe != place:
        place.symlink_to(pipe)
    code, out, err = run(*(place if word.startswith("OUT") else word for word in words))
    assert (code, out, f"{place} 不是普通文件" in err) == (2, "", True)
    assert stat.S_ISFIFO(place.stat().st_mode)
    assert place.is_symlink() == (pipe != place)


NO_TEXT = os.fsdecode(b"\xff\xfe")


@pytest.mark.parametrize(
    "words",
    [
        ("export", "members", "o.csv", "--committee", NO_TEXT),
        ("export", "bundle", "o.zip", "--committee", NO_TEXT),
        ("import", "members", "i.csv", "--committee", NO_TEXT),
        ("similar", "--committee", "YX", "--text", NO_TEXT),
        ("audit", "verify", "--committee", NO_TEXT),
        ("init", "--committee-name", NO_TEXT, "--code", "ZZ"),
        ("export", NO_TEXT, "o.csv", "--committee", "YX"),
        (NO_TEXT,),
    ],
)
def test_a_word_that_is_no_text_is_refused_and_shown_as_far_as_it_can_be(run, tmp_path: Path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words)
    assert (code, out, "内部错误" in err) == (2, "", False)
    assert "\ufffd\ufffd" in err or r"\udcff" in err
    assert list(tmp_path.iterdir()) == []


def _outputs(tmp_path: Path):
    """Yield outputs that take nothing: a pipe that nobody reads, and a device that is full, of our own."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing, "接收的一方已经关闭"
    os.close(writing)
    try:
        os.mknod(tmp_path / "full", 0o600 | stat.S_IFCHR, os.makedev(1, 7))
        full = os.open(tmp_path / "full", os.O_WRONLY)
    except PermissionError:
        return
    yield full, "磁盘已满"
    os.close(full)


def test_an_output_that_cannot_be_written_ends_with_two_and_a_sentence(tmp_path: Path):
    command = [sys.executable, "-m", "tongxin.cli", "--help"]
    for output, why in _outputs(tmp_path):
        done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 -- ourselves
        assert (done.returncode, done.stderr) == (2, entrance.NOT_PRINTED.format(why=why) + "\n")
        lost = subprocess.run(command, stdout=subprocess.PIPE, stderr=output, text=True, check=False)  # noqa: S603 -- ourselves
        assert (lost.returncode, lost.stdout.startswith("用法")) == (0, True)
    closed = ["/bin/sh", "-c", f"{sys.executable} -m tongxin.cli --help >&-"]
    done = subprocess.run(closed, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 -- ourselves
    assert (done.returncode, done.stderr) == (2, entrance.NOT_PRINTED.format(why="没有打开") + "\n")


@pytest.mark.django_db
def test_a_backup_is_there_though_nobody_could_be_told(run, cast: Cast, tmp_path: Path, monkeypatch):
    for number, (output, why) in enumerate(_outputs(tmp_path)):
        with monkeypatch.context() as lost, os.fdopen(os.dup(output), "w") as stdout:
            lost.setattr(sys, "stdout", stdout)
            code = entrance.main(["backup", str(tmp_path / f"{number}.zip"), "--json"])
        _code, _out, err = run("template", "members", tmp_path / f"{number}.xlsx")
        assert (code, entrance.NOT_PRINTED.format(why=why) in err, "已备份到" in err) == (2, True, True)
        assert taking.check(tmp_path / f"{number}.zip").rows
