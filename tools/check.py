"""Run every check of the repository and say in one line each how it stands.

`make check`, or `make check ONLY="ruff types"`.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|home/[a-z]\w*|work/[a-z]+|opt/(?:wheels|pypi)\S*|Users/\w+)/")
Result = tuple[bool, str]


def program(*words: str) -> Callable[[], Result]:
    """Return a check that holds when a program ends well; its output is the reason when it does not."""

    def run() -> Result:
        done = subprocess.run(
            words,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"NO_COLOR": "1", "COLUMNS": "160", "TONGXIN_TESTING": "1"},
        )
        return done.returncode == 0, (done.stdout + done.stderr).strip()

    return run


def tracked() -> list[Path]:
    """Return the files under version control (all files of the source tree where there is no git)."""
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for top in ("tongxin", "config", "tests", "tools", "docs", "library") for path in (ROOT / top).rglob("*.*")]


def no_machine_paths() -> Result:
    """No file names a place on somebody's machine."""
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {match[0]}"
            for number, line in enumerate(text.splitlines(), 1)
            if (match := MACHINE_PATHS.search(line)) and "paths-ok" not in line
        ]
    return not found, "\n".join(found)


CHECKS: dict[str, tuple[str, Callable[[], Result]]] = {
    "ruff": ("style", program(str(BIN / "ruff"), "check", "--quiet", "--output-format", "concise", ".")),
    "format": ("form", program(str(BIN / "ruff"), "format", "--quiet", "--check", "--output-format", "concise", ".")),
    "types": ("types", program(str(BIN / "mypy"), "tongxin", "config")),
    "imports": ("direction of imports", program(str(BIN / "lint-imports"), "--no-logo")),
    "templates": ("templates", program(str(BIN / "djlint"), "--lint", "--quiet", "tongxin")),
    "migrations": ("migrations", program(PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
    "system": ("settings and system checks", program(PYTHON, "manage.py", "check", "--fail-level", "WARNING")),
    "docs": ("generated documents", program(PYTHON, "tools/generate_docs.py", "--check")),
    "paths": ("no machine paths", no_machine_paths),
}


def main(names: list[str]) -> int:
    """Run the named checks, or all; return the exit code."""
    if unknown := set(names) - set(CHECKS):
        print(f"unknown: {' '.join(sorted(unknown))}; there are {' '.join(CHECKS)}")
        return 2
    chosen = names or list(CHECKS)

    def timed(name: str) -> tuple[str, bool, str, float]:
        begun = time.monotonic()
        good, output = CHECKS[name][1]()
        return name, good, output, time.monotonic() - begun

    failed, lines = [], []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, good, output, seconds in pool.map(timed, chosen):
            if not good:
                failed.append(name)
                print(f"── {name}\n{output}\n", flush=True)
            lines.append(f"{'ok  ' if good else 'FAIL'}  {name:<12}{CHECKS[name][0]} ({seconds:.1f} s)")
    print("\n".join(lines))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
