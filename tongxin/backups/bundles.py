"""What a bundle looks like.

One committee with everything, its rows named by uids, its record as it was kept, its files, signed.

Whoever packs it signs its list of contents with a key of the installation (Ed25519, made of the audit key): who
receives it sees by the fingerprint from whom it is, and that nothing was changed on the way, without a secret of the
sender's.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext_lazy as _

from tongxin.backups import archive
from tongxin.backups.archive import Member, UnsoundError
from tongxin.core.words import COMMITTEE_CODE

FORMAT = "bundle-1"
ROWS, RECORD, FILES = archive.ROWS, "record", archive.FILES
EVENTS, MOVES, HEADS, RULES = f"{RECORD}/events.jsonl", f"{RECORD}/moves.jsonl", f"{RECORD}/heads.jsonl", "rules/above.jsonl"
ORIGINS = f"{RECORD}/origins/"
FOLDERS = (f"{ROWS}/", ORIGINS, f"{FILES}/")
SINGLE = {EVENTS, MOVES, HEADS, RULES}
# what is told of the rules and the committees above
OF_RULES = (
    "committee",
    "kind",
    "effective_from",
    "title",
    "article",
    "document_number",
    "link",
    "note",
    "body",
    "adopted_at",
    "uid",
)
OF_BODIES = ("uid", "code", "name", "short_name", "place", "tier", "fictional")

# The longest line that is read. Nothing that people write comes near: a form brings 5 MB, which JSON may double and a
# cipher lengthens by a third. What grows with the committee: the rows that one import made, 300 000 at 15 bytes, and
# the event that vouches for rows at an arrival, 600 000 at 110 bytes.
LONGEST_LINE = 64 << 20

NO_BUNDLE = _("{path} 不是整体导出的文件，或者不完整（{said}）。请换一份。")
OTHER_FORMAT = _("{path} 不是这个版本能读的整体导出文件（格式 {format}）。请用写它的那个版本，或者换用新版本的程序。")
CHANGED = _("{path} 里的 {name} 与清单不符，文件不完整或者被改动过。请重新导出一份。")
UNSIGNED = _("{path} 的清单与签名不符，导出以后被改动过。请重新导出一份。")
WRONG_KEY = _("{path} 不是这份整体导出文件的口令文件。请换用导出时一起生成的那个文件。")


@dataclass
class Manifest:
    """Of which committee and moment a bundle is, what is in it, and how the record was found where it was packed."""

    at: str
    version: str
    schema: list[tuple[str, str]]
    code: str
    name: str
    uid: str
    system_uid: str
    above: list[dict[str, Any]]  # the committees above, nearest first
    secrets: str  # what the key of the encrypted values is known by; empty where there are none
    problems: list[tuple[str, str]]  # what did not fit in the record and the rows when it was packed: where, why
    sealed: tuple[int, str] = (0, "")  # number and digest of the last link of the chain
    rows: dict[str, int] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    audit_key: str = ""  # what the audit key of the record is known by
    format: str = FORMAT

    def sealed_with(self, key: str) -> bytes:
        """Return the manifest as it is written, with its signature."""
        said = asdict(self) | {"signer": _public(_private(key)).hex()}
        return json.dumps(said | {"signature": _private(key).sign(_plain(said)).hex()}, ensure_ascii=False, indent=1).encode()

    @property
    def events(self) -> int:
        """How many events there are, but for those of moving."""
        return self.rows.get("audit.event", 0)


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.new(key.encode(), b"signs what leaves the house", hashlib.sha256).digest())


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _plain(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def fingerprint(signer: str) -> str:
    """Return what a signer is recognised by, in groups that people can read to one another."""
    found = hashlib.sha256(bytes.fromhex(signer)).hexdigest()[:20]
    return "-".join(found[at : at + 4] for at in range(0, len(found), 4))


def own_fingerprint(key: str) -> str:
    """Return what this installation is recognised by."""
    return fingerprint(_public(_private(key)).hex())


# ── the values that are kept encrypted, on their way ─────────────────────────────────────────────
class Secrets:
    """A key for one bundle, in a file of its own beside it: whoever has only the bundle reads no telephone number."""

    def __init__(self, key: bytes) -> None:
        self._fernet, self.known_by = Fernet(key), archive.known_by("bundle", key.decode())

    def hide(self, value: Any) -> str:
        """Encrypt a value."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()

    def show(self, token: str) -> Any:
        """Decrypt it. Raises ValueError."""
        try:
            return json.loads(self._fernet.decrypt(token.encode()))
        except InvalidToken as error:
            raise ValueError(token[:12]) from error


def key_file(path: Path) -> Path:
    """Return where the key of a bundle is put, and looked for."""
    return path.with_name(f"{path.name}.key")


def read_secrets(place: Path) -> Secrets:
    """Read a key. Raises UnsoundError for a file that holds none."""
    try:
        return Secrets(place.read_bytes().strip())
    except ValueError as error:
        raise UnsoundError(WRONG_KEY.format(path=place)) from error


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON, though Python reads them


# ── reading ──────────────────────────────────────────────────────────────────────────────────────
class Bundle(archive.Opened):
    """A bundle that was written: whole by its own list of contents, and signed by whoever `signer` is."""

    none_of_ours, other_format, changed = NO_BUNDLE, OTHER_FORMAT, CHANGED
    format = FORMAT
    longest_line = LONGEST_LINE

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with self.doubting():
            self.signer = str(self.said["signer"])
            self._demand_signature()
            said = {key: value for key, value in self.said.items() if key not in {"signer", "signature"}}
            members = [Member(**row) for row in said["members"]]
            schema = [(str(app), str(name)) for app, name in said["schema"]]
            problems = [(str(where), str(why)) for where, why in said["problems"]]
            sealed = (int(said["sealed"][0]), str(said["sealed"][1]))
            more: dict[str, Any] = {"members": members, "schema": schema, "problems": problems, "sealed": sealed}
            self.manifest = Manifest(**said | more)
            if not all(
                COMMITTEE_CODE.fullmatch(code) for code in (self.manifest.code, *(row["code"] for row in self.manifest.above))
            ):
                raise ValueError(said["code"])  # it stands in names of files
        self._demand_places()

    def _demand_signature(self) -> None:
        said = {key: value for key, value in self.said.items() if key != "signature"}
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.signer)).verify(
                bytes.fromhex(self.said["signature"]), _plain(said)
            )
        except InvalidSignature as error:
            raise UnsoundError(UNSIGNED.format(path=self.path)) from error

    def _demand_places(self) -> None:
        """Every file has its place, and nothing is there that the list does not name."""
        self.demand_members(self.manifest.members)
        self._named = {member.name: member for member in self.manifest.members}
        for member in self.manifest.members:
            has_place = member.name in SINGLE or member.name.startswith(FOLDERS)
            if not has_place or not archive.is_safe(member.name):
                raise UnsoundError(CHANGED.format(path=self.path, name=archive.shown(member.name)))

    @property
    def fingerprint(self) -> str:
        """Say who signed it."""
        return fingerprint(self.signer)

    def member(self, name: str) -> Member | None:
        """Return a member; nothing where there is none."""
        return self._named.get(name)

    def below(self, folder: str) -> Iterator[Member]:
        """Return the members of a folder."""
        return (member for member in self.manifest.members if member.name.startswith(folder))

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Return the rows of a member; none where there is none."""
        member = self.member(name)
        for line in self.lines_in(member) if member is not None else ():
            with self.doubting():
                row = json.loads(line, parse_constant=_refuse)
                if not isinstance(row, dict):
                    raise TypeError(type(row).__name__)
            yield row

    def read_through(self) -> None:
        """Read all of it once: what does not fit is found before anything is written."""
        for member in self.manifest.members:
            for _piece in self.pieces(member):
                pass
