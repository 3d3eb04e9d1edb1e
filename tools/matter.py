"""Try the example matter in a copy of the repository: it holds, and every part that is left out is red. `make matter`.

The example is `tests/architecture/matter/talks`; the five lines outside its directory, and the parts, are in `parts.py` beside it.
`make matter ONLY="notices world"` leaves out these alone; `make matter ONLY=copy` makes the copy and leaves it for a newcomer.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.architecture.matter.parts import EXAMPLE, NAME, OUTSIDE, PARTS, Part  # noqa: E402 -- of this repository

PROGRAMS = {"lint-imports", "makemigrations"}  # what is red is a check of `make check`, not a test


def run(there: Path, *words: str) -> bool:
    """Run a program in the copy; say whether it ended well."""
    env = os.environ | {"PYTHONPATH": str(there), "TONGXIN_TESTING": "1", "TONGXIN_HOME": str(there / "var")}
    done = subprocess.run(words, cwd=there, env=env, capture_output=True, text=True, check=False)
    (there / "last.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.returncode == 0


def holds(there: Path, *checks: str) -> bool:
    """Say whether checks hold in the copy: tests of the architecture, or a program of `make check`."""
    python = str(there / ".venv" / "bin" / "python")
    if checks == ("lint-imports",):
        return run(there, str(there / ".venv" / "bin" / "lint-imports"), "--no-logo")
    if checks == ("makemigrations",):
        return run(there, python, "manage.py", "makemigrations", "--check", "--dry-run")
    tests = [os.path.normpath(f"tests/architecture/{check}") for check in checks]
    return run(there, python, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *tests)


def install(there: Path) -> int:
    """Copy the repository with the matter in its place; return how many lines were written for that, migration and matrix not counted."""
    listed = subprocess.run(
        ("git", "ls-files", "-coz", "--exclude-standard"), cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, there / name)
    (there / ".venv").symlink_to((ROOT / ".venv").resolve())
    shutil.copytree(EXAMPLE, there / "tongxin" / NAME, ignore=shutil.ignore_patterns("__pycache__"))
    for name, behind, line in OUTSIDE:
        text = (there / name).read_text(encoding="utf-8")
        if behind not in text:
            sys.exit(f"{name} has no line {behind}")
        (there / name).write_text(text.replace(behind, behind + line, 1), encoding="utf-8")
    written = [
        line
        for path in (there / "tongxin" / NAME).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    run(there, str(there / ".venv" / "bin" / "python"), "manage.py", "makemigrations", NAME)
    run(
        there,
        str(there / ".venv" / "bin" / "python"),
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        "tests/architecture/test_matrix.py",
        "-k",
        NAME,
        "--update-golden",
    )
    return len(written) + sum(len(line.splitlines()) for _name, _behind, line in OUTSIDE)


def without(there: Path, part: Part) -> Callable[[], None]:
    """Leave a part out of the copy; return what puts it back."""
    path = (there / "tongxin" / NAME / part.file).resolve()
    text = path.read_text(encoding="utf-8")
    left = re.sub(part.cut, part.instead, text, count=1) if part.cut else ""
    if left == text:
        sys.exit(f"{part.file} has no {part.cut}")
    path.unlink()
    if left:
        path.write_text(left, encoding="utf-8")

    def put_back() -> None:
        path.write_text(text, encoding="utf-8")

    return put_back


def main(names: list[str]) -> int:
    """Try the matter whole, then without each part; return 1 where something held that should not, or the other way round."""
    there = Path(tempfile.mkdtemp(prefix="tongxin-matter-"))
    print(
        f"{install(there)} lines are written, {sum(len(line.splitlines()) for _n, _b, line in OUTSIDE)} of them outside the matter's directory"
    )
    if names == ["copy"]:
        print(there)
        return 0
    parts = {name: part for name, part in PARTS.items() if not names or name in names}
    tests = sorted({part.red for part in parts.values()} - PROGRAMS)
    whole = all([holds(there, *tests), *(holds(there, program) for program in sorted(PROGRAMS))])
    print("whole: every check holds" if whole else f"whole: a check is red, see {there}/last.txt", flush=True)
    green = []
    for name, part in parts.items():
        begun = time.monotonic()
        put_back = without(there, part)
        red = not holds(there, part.red)
        put_back()
        green += [] if red else [name]
        print(f"{name:<12}{'red  ' if red else 'GREEN'} {part.red} ({time.monotonic() - begun:.0f} s)", flush=True)
    if not whole or green:
        return 1
    shutil.rmtree(there)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
