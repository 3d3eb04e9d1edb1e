"""Keyed digests: what an event says as bytes, salted commitments to what may be erased, and the rows that stand beside.

The key lies outside the database (`keys/audit`): whoever has the database alone can change a row, but not make its
digest fit. H is HMAC-SHA256, or HMAC-SM3 by setting. A commitment is SHA-256 over a salt and the value; with the salt
gone the value cannot be guessed from it, and the event's digest, which covers the commitment, stays as it was.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from tongxin.core.ids import new_uid

PLAIN = (
    "uid",
    "committee_code",
    "kind",
    "subject_type",
    "subject_uid",
    "actor_uid",
    "acting_as",
    "behalf_uid",
    "from_state",
    "to_state",
    "regulation_version",
    "request",
    "via",
)
NAMES = ("actor_name", "behalf_name", "subject_label")
DATA = "data."
_key: ContextVar[str | None] = ContextVar("audit_key", default=None)


class AlreadyGivenError(Exception):
    """Events have had their digests: whoever gave them anew would sign whatever stands there now."""


@contextmanager
def under(key: str | None) -> Iterator[None]:
    """Reckon with the key of another installation, whose record is being looked at; with none, with our own."""
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


def mac(purpose: str, *parts: object) -> str:
    """Return the keyed digest of some facts, with its algorithm in front: hmac-sha256:9f86…."""
    name = settings.AUDIT_DIGEST
    said = json.dumps([purpose, *parts], ensure_ascii=False, separators=(",", ":")).encode()
    return f"hmac-{name}:{hmac.new((_key.get() or settings.AUDIT_KEY).encode(), said, name).hexdigest()}"


def commitment(salt: str, value: object) -> str:
    """Return what stands for a value that may be erased (160 bits)."""
    return hashlib.sha256(f"{salt}\n{json.dumps(value, ensure_ascii=False, sort_keys=True)}".encode()).hexdigest()[:40]


def veil(value: object) -> str:
    """Return a fresh `salt:commitment`."""
    salt = new_uid()
    return f"{salt}:{commitment(salt, value)}"


def veils_of(event: Any, *, personal: Iterable[str], label_is_personal: bool) -> dict[str, str]:
    """Return the veils of an event.

    Of the people's names, of its label where that is a name, of the personal keys of its data.
    """
    names = ("actor_name", "behalf_name", *(("subject_label",) if label_is_personal else ()))
    made = {name: veil(getattr(event, name)) for name in names if getattr(event, name)}
    return made | {f"{DATA}{key}": veil(event.data[key]) for key in personal if event.data.get(key)}


def value_of(event: Any, field: str) -> object:
    """Return what stands in a veiled field now; nothing when it was erased."""
    return event.data.get(field.removeprefix(DATA), "") if field.startswith(DATA) else getattr(event, field)


def torn(event: Any) -> list[str]:
    """Return the veiled fields whose value is not what the commitment says.

    An erased one has neither value nor salt.
    """
    found = []
    for field, kept in event.veils.items():
        salt, _sep, committed = kept.partition(":")
        value = value_of(event, field)
        if (salt or value) and commitment(salt, value) != committed:
            found.append(field)
    return found


def erased(event: Any) -> list[str]:
    """Return the veiled fields whose value is gone."""
    return [field for field, kept in event.veils.items() if kept.startswith(":")]


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if value is not None else None


def of_event(event: Any, *, previous: str) -> str:
    """Return the digest of an event that follows `previous` in its subject's life."""
    veiled = {field: kept.partition(":")[2] for field, kept in event.veils.items()}
    names = [veiled.get(name) or getattr(event, name) for name in NAMES]
    data = {key: value for key, value in event.data.items() if f"{DATA}{key}" not in veiled}
    return mac(
        "event",
        previous,
        [getattr(event, name) for name in PLAIN],
        names,
        json.dumps(data, ensure_ascii=False, sort_keys=True),
        sorted(veiled.items()),
        sorted(event.proofs.items()),
        _moment(event.at),
        _moment(event.recorded_at),
    )


def of_head(head: Any) -> str:
    """Return the mac of a subject's head row."""
    return mac("head", head.committee_code, head.subject_type, head.subject_uid, head.events, head.digest)


def of_chain(chain: Any) -> str:
    """Return the mac of a committee's chain row."""
    return mac("chain", chain.committee_code, chain.number, chain.digest)


def of_seal(previous: str, number: int, event: Any) -> str:
    """Return the next link of a committee's chain: the order, the keys that hold here, and the event's own digest."""
    return mac("seal", previous, number, event.pk, event.subject_id, event.actor_id, event.on_behalf_of_id, event.digest)


def of_row(label: str, uid: str, values: Mapping[str, Any]) -> str:
    """Return the digest of a row whose truth matters."""
    said = {name: _plain(value) for name, value in values.items()}
    return mac("row", label, uid, json.dumps(said, ensure_ascii=False, sort_keys=True))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, bytes):  # of ours nothing is: named, not fallen over, and like no text that was vouched for
        return {"bytes": value.hex()}
    return value.isoformat() if isinstance(value, date) else value
