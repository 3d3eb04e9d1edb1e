"""Records that came from another installation, as they were kept there: digests, seals, heads, under a key that is not ours.

When a committee moves house, its events are chained anew under the key of the new one. What they were chained with before
stays beside, in `audit/origins`: without a name or a word of anybody's, so nothing in it ever has to be erased. The event of
the arrival carries its digest, and `verify` compares.
"""

import hashlib
from pathlib import Path

from django.conf import settings

from tongxin.audit.models import Event
from tongxin.audit.outside import Problem

ARRIVAL = "audit.arrive"
GONE = "从别处迁来的操作记录，原来的封存链不见了，或者被改动过"


def folder() -> Path:
    """Where they lie."""
    path: Path = settings.TONGXIN_HOME / "audit" / "origins"
    return path


def place_of(code: str, name: str) -> Path:
    """Return where one is kept; `name` is the part that stays when the committee gets another code."""
    return folder() / f"{code}.{name}"


def files_of(code: str) -> list[Path]:
    """Return those of a committee, the oldest first."""
    return sorted(folder().glob(f"{code}.*.jsonl"))


def problem(code: str) -> Problem | None:
    """Return the first that is not as it arrived."""
    for data in Event.objects.filter(committee_code=code, kind=ARRIVAL).order_by("id").values_list("data", flat=True):
        path = place_of(code, str(data.get("record", "")))
        if not path.is_file() or digest_of(path) != data.get("sha256"):
            return Problem(f"audit/origins/{path.name}", GONE)
    return None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
