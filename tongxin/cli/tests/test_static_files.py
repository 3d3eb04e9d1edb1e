"""The static files are there for every server that is started, however many are started in one moment."""

import os
import subprocess
import sys
from pathlib import Path

PREPARE = (
    "import django; django.setup();"
    "from tongxin.cli.demonstration import prepare_static; prepare_static();"
    "from django.contrib.staticfiles.storage import staticfiles_storage as files; print(files.url('ui/app.css'))"
)


def started(home: Path) -> "subprocess.Popen[str]":
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TONGXIN_HOME": str(home), "TONGXIN_DEMO": "1"}
    env.pop("TONGXIN_TESTING", None)
    return subprocess.Popen(  # noqa: S603 -- our own module
        [sys.executable, "-c", PREPARE], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_servers_that_start_in_one_moment_on_a_fresh_home_all_live(tmp_path: Path) -> None:
    servers = [started(tmp_path) for _server in range(3)]
    said = [server.communicate(timeout=300) for server in servers]
    assert [err for _out, err in said if err] == []
    [url] = {out.strip() for out, _err in said}
    kept = tmp_path / "static" / url.removeprefix("/static/")
    assert kept.is_file()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["keys", "static"]


def test_what_was_left_half_collected_is_collected_anew(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "half.css").write_text("", encoding="utf-8")
    (tmp_path / ".static.1").mkdir()
    out, err = started(tmp_path).communicate(timeout=300)
    assert (out.startswith("/static/ui/app."), err) == (True, "")
    assert not (tmp_path / "static" / "half.css").exists()
    assert not (tmp_path / ".static.1").exists()
