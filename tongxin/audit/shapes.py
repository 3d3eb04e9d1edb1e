"""Whether what was read has the shape in which we write it.

What somebody else put there may be anything, and is named, not fallen over.
"""

import json
from typing import Any

from tongxin.audit.models import Event

MOST = 2**63 - 1  # what a database takes as a number


class MisshapenError(Exception):
    """A whole line that none of ours ever was."""


def head_in(raw: bytes) -> dict[str, Any] | None:
    """Return what one line of the heads file says; nothing where a full disk or a kill cut it off.

    Raises MisshapenError for what can be read and is no head.
    """
    try:
        row = json.loads(raw, object_pairs_hook=_once)
    except ValueError:
        return None
    except RecursionError as error:
        raise MisshapenError from error
    if not isinstance(row, dict) or not _is_head(row):
        raise MisshapenError
    return row


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of names that stand once each: of two of one name another reader may take the other."""
    if len(pairs) != len({name for name, _value in pairs}):
        raise MisshapenError
    return dict(pairs)


def _is_head(row: dict[str, Any]) -> bool:
    number, words = row.get("number"), [row.get("committee"), row.get("digest"), row.get("at", "")]
    return type(number) is int and 0 < number <= MOST and all(isinstance(word, str) and word.isprintable() for word in words)


def is_shaped(event: Event) -> bool:
    """Say whether the open parts of an event are what we write.

    Data by name, commitments and digests by name as words.
    """
    words = (event.veils, event.proofs)
    return isinstance(event.data, dict) and all(
        isinstance(said, dict) and all(isinstance(value, str) for value in said.values()) for said in words
    )
