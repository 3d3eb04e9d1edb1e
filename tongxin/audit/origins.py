"""Records that came from another installation, as they were kept there.

Digests, seals, heads, under a key that is not ours.

When a committee moves house, its events are chained anew under the key of the new one. What they were chained with
before stays beside, in `audit/origins`: without a name or a word of anybody's, so nothing in it ever has to be erased.
The event of the arrival carries its digest, and `verify` compares.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tongxin.audit.models import Event

ARRIVAL = "audit.arrive"
ARRIVING = 3600  # seconds
STRAY = _("操作记录里没有哪一次迁入留下过这份原记录，可能是中断的导入留下的，核实后请移走")
GONE = _("从别处迁来的操作记录，原来的封存链丢失，或者被改动过")


def folder() -> Path:
    """Where they lie."""
    path: Path = settings.TONGXIN_HOME / "audit" / "origins"
    return path


def place_of(code: str, name: str) -> Path:
    """Return where one is kept; `name` is the part that stays when the committee gets another code."""
    return folder() / f"{code}.{name}"


def told_of(code: str) -> dict[str, Any]:
    """Return those that an event of a committee's arrival tells of: name → digest."""
    told = Event.objects.filter(committee_code=code, kind=ARRIVAL).order_by("id").values_list("data", flat=True)
    return {str(data.get("record", "")): data.get("sha256") for data in told}


def files_of(code: str) -> list[Path]:
    """Return those of a committee that are told of, the oldest first: what else lies there proves nothing."""
    return sorted(path for name in told_of(code) if (path := place_of(code, name)).is_file())


def odd(code: str) -> tuple[str, str] | None:
    """Return the first that is not as it arrived, or that never arrived: where it lies, and what is wrong of it."""
    told = told_of(code)
    for name, digest in told.items():
        path = place_of(code, name)
        if not _is_whole(path, digest):
            return f"audit/origins/{path.name}", str(GONE)
    known = {place_of(code, name) for name in told}
    stray = next((path for path in sorted(folder().glob(f"{code}.*.jsonl")) if path not in known and _lies_for_long(path)), None)
    return (f"audit/origins/{stray.name}", str(STRAY)) if stray is not None else None


class Brought:
    """The events that were sealed where a committee came from.

    Read when a committee is first asked for, once for all its events.
    """

    def __init__(self) -> None:
        self._sealed: dict[str, set[str]] = {}

    def sealed(self, code: str) -> set[str]:
        """Return their uids, as the records say that lie here as they arrived.

        What was changed since vouches for nothing.
        """
        if code not in self._sealed:
            told = told_of(code)
            whole = (place_of(code, name) for name, digest in told.items() if _is_whole(place_of(code, name), digest))
            self._sealed[code] = {uid for path in whole for uid in _sealed_in(path)}
        return self._sealed[code]


def _is_whole(path: Path, digest: Any) -> bool:
    return path.is_file() and digest_of(path) == digest


def _sealed_in(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as source:
        for line in source:
            row = json.loads(line)
            if row.get("seal__number") is not None:
                yield str(row["uid"])


def _lies_for_long(path: Path) -> bool:
    """Say whether a file is no part of what arrives at this moment: it is there before its event is."""
    return path.exists() and path.stat().st_mtime < time.time() - ARRIVING


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
