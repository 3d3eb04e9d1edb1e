"""The stored files are looked through once a day by the worker, and what was found is kept.

To read them all takes minutes.

Who opens a page or runs `tongxin check` is told of the last time; `tongxin audit verify` reads them then and there.
What is kept proves nothing to who holds `audit/` and the key; to anybody else it is as written, or it is not there.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from tongxin.audit import contents, digests
from tongxin.audit.models import Event
from tongxin.audit.outside import Problem

OFTEN = timedelta(hours=20)  # a worker that starts again does not read everything again
LATE = timedelta(days=2)


@dataclass(frozen=True)
class Looked:
    """When all files were looked through, and what was found: whose, where, why."""

    at: datetime
    found: tuple[tuple[str, str, str], ...] = ()

    def problems(self, code: str | None = None) -> list[Problem]:
        """Return what was found, of one committee or of all."""
        return [Problem(where, why) for whose, where, why in self.found if code is None or whose == code]


def kept() -> Path:
    """Where the last result is kept."""
    path: Path = settings.TONGXIN_HOME / "audit" / "files.json"
    return path


def look_through(*, at: datetime) -> int:
    """Read every file, where that was not done lately with nothing found; return how many things were found."""
    before = last()
    if before is not None and not before.found and at - OFTEN < before.at <= at:
        return 0
    found = [(code, problem.where, problem.reason) for code, problem in contents.problems_by_code(None)]
    _keep({"at": at.isoformat(), "found": found, "mac": digests.mac("files", at.isoformat(), found)})
    return len(found)


def expect(*, at: datetime) -> None:
    """Note that the files were put there now (a restore): whatever was looked through before was somewhere else."""
    _keep({"since": at.isoformat(), "mac": digests.mac("files", at.isoformat(), "since")})


def _keep(said: dict[str, Any]) -> None:
    path = kept()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)


def last() -> Looked | None:
    """Return the last result; nothing where there is none, or what is kept is not as it was written."""
    try:
        said = json.loads(kept().read_text(encoding="utf-8"))
        if said["mac"] != digests.mac("files", said["at"], said["found"]):
            return None
        return Looked(datetime.fromisoformat(said["at"]), tuple((code, where, why) for code, where, why in said["found"]))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _since() -> datetime | None:
    """Return since when the files have been here, where that was noted and nothing was looked through after it."""
    try:
        said = json.loads(kept().read_text(encoding="utf-8"))
        if said["mac"] != digests.mac("files", said["since"], "since"):
            return None
        return datetime.fromisoformat(said["since"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def is_late(looked: Looked | None, *, now: datetime) -> bool:
    """Say whether the files should have been looked through since.

    Of a new or restored installation nobody expects it yet.
    """
    if looked is not None:
        return looked.at < now - LATE
    if (since := _since()) is not None and since <= now:
        return since < now - LATE
    return Event.objects.filter(recorded_at__lt=now - LATE).exists()
