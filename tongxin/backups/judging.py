"""Whether a bundle holds only what this program writes.

Tables that it knows, their columns, in each a value of its kind.

Asked of every row before one is written. Whoever signs a bundle may have written it himself; what he may set is one
committee, nothing beside it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _

from tongxin.accounts.models import SYSTEM, Account
from tongxin.backups import archive, bundles, carried
from tongxin.backups.bundles import Bundle, Secrets
from tongxin.backups.carried import Row
from tongxin.core.secrets import EncryptedJSON

UID = re.compile(r"[0-9A-Za-z_-]{1,12}")
ORIGIN = re.compile(r"\w[\w-]{0,19}\.\d{8}T\d{12}\.jsonl", re.ASCII)
MOST_MISSING = 100_000
NAMES = {"name", "short_name", "username", "code", "place", "number"}  # one line each, shown wherever a row is named
SOME = 500  # uids in one question
FILE, MADE = "files.file", "imports.made"
# what proves an event: column → the kinds that it may be of
RECORDED: dict[str, Any] = {
    "uid": str,
    "pk": int,
    "subject_id": int | None,
    "subject_uid": str,
    "actor_id": int | None,
    "actor_uid": str,
    "on_behalf_of_id": int | None,
    "behalf_uid": str,
    "digest": str,
    "proofs": dict,
    "seal__number": int | None,
    "seal__digest": str | None,
    "seal__former": str | None,
    "seal__sealed_at": str | None,
}


# what reading may raise of a value that is none of ours
NOT_OURS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, ValidationError, SuspiciousOperation)


class ForeignError(Exception):
    """Something is in it that this program does not write; the words say where."""


def judge(read: Bundle, secrets: Secrets | None) -> None:
    """Look at all that a bundle says; with the key, at what is hidden in it too.

    Raises ForeignError for the first that is not as it is written here.
    """
    _manifest(read)
    known = {f"{bundles.ROWS}/{label}.jsonl": label for label in carried.carried()}
    for member in read.below(f"{bundles.ROWS}/"):
        _demand(member.name in known, member.name)
    for name, label in known.items():
        _table(read, name, label)
        _hidden(read, name, label, secrets)
    _table(read, bundles.MOVES, carried.EVENT)
    for place, row in _counted(read, bundles.EVENTS):
        _proof(row, place)
    for place, row in _counted(read, bundles.HEADS):
        _demand(_is(row.get("number"), int) and _is(row.get("digest"), str), place)
    codes = {"", *(one["code"] for one in read.manifest.above)}
    rule = _columns(apps.get_model(carried.RULE))
    for place, row in _counted(read, bundles.RULES):
        _demand(set(row) == set(bundles.OF_RULES) and row["committee"] in codes, place)
        _values({name: value for name, value in row.items() if name != "committee"}, rule, place)
    _files(read)


def _demand(fits: bool, place: str) -> None:  # noqa: FBT001 -- an assertion
    if not fits:
        raise ForeignError(archive.shown(place))


def _is(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _manifest(read: Bundle) -> None:
    about = read.manifest
    body, names = _columns(apps.get_model(carried.BODY)), set(bundles.OF_BODIES)
    _demand(isinstance(about.at, str) and isinstance(about.above, list), archive.MANIFEST)
    for word in (about.code, about.name, about.uid, about.system_uid, about.secrets, about.audit_key, about.version):
        _demand(_is_text(word, 200) and is_visible(word), archive.MANIFEST)
    _values({"code": about.code, "name": about.name, "uid": about.uid}, body, archive.MANIFEST)
    _demand(_is_moment(about.at) and isinstance(about.rows, dict), archive.MANIFEST)
    _demand(all(_is_text(name, 100) and _is(count, int) for name, count in about.rows.items()), archive.MANIFEST)
    _demand(isinstance(about.missing, list) and len(about.missing) < MOST_MISSING, archive.MANIFEST)
    _demand(all(_is_text(name, None) for name in about.missing), archive.MANIFEST)
    for one in about.above:
        _demand(isinstance(one, dict) and set(one) == names and one["uid"] != about.uid, archive.MANIFEST)
        _values(one, body, archive.MANIFEST)
        _demand(one["tier"] in {value for value, _label in body["tier"].flatchoices}, archive.MANIFEST)


def _counted(read: Bundle, name: str) -> Iterator[tuple[str, Row]]:
    for number, row in enumerate(read.rows(name), 1):
        yield _("%(name)s 第 %(number)s 行") % {"name": name, "number": number}, row


def _columns(model: type[models.Model]) -> dict[str, Any]:
    return {field.name: field for field in carried.facts_of(model)}


# ── tables ───────────────────────────────────────────────────────────────────────────────────────
def _table(read: Bundle, name: str, label: str) -> None:
    columns = _columns(carried.carried()[label])
    if label == carried.EVENT:
        del columns["subject_id"]  # told by the uid
    rows = 0
    within = {field.name: dict[str, str]() for field in carried.references_within(columns.values())}
    for place, row in _counted(read, name):
        rows += 1
        extra = {"keys"} if label == carried.EVENT and "keys" in row else set()
        _demand(set(row) == columns.keys() | extra, place)
        _values({key: value for key, value in row.items() if key not in extra}, columns, place)
        _whose(read, label, row, place)
        for column, after in within.items():
            if row[column] is not None:
                after[row["uid"]] = row[column]
        if label == carried.EVENT:
            _demand((row["kind"] in carried.MOVES) == (name == bundles.MOVES), place)
            _event(row, place)
    for column, after in within.items():
        _demand(not _has_circle(after), f"{name} {column}")
    if label == carried.BODY:
        _demand(rows == 1, name)


def _has_circle(after: Mapping[str, str]) -> bool:
    """Say whether following a reference from row to row within one table leads back to where one was.

    Nothing would end.

    >>> _has_circle({"a": "b", "b": "c", "d": "b"}), _has_circle({"a": "a"}), _has_circle({"d": "a", "a": "b", "b":
    "a"})
    (False, True, True)
    """
    ended = set[str]()
    for start in after:
        way, uid = set[str](), start
        while uid in after and uid not in ended:
            if uid in way:
                return True
            way.add(uid)
            uid = after[uid]
        ended |= way
    return False


def _hidden(read: Bundle, name: str, label: str, secrets: Secrets | None) -> None:
    """Refuse what does not open with the key, or holds what its column does not.

    Of each value that is kept encrypted.
    """
    hidden = [field for field in carried.facts_of(carried.carried()[label]) if carried.is_secret(field)]
    if secrets is None or not hidden:
        return
    for place, row in _counted(read, name):
        for field in hidden:
            _demand(not row[field.name] or _fits_within(field, row[field.name], secrets), f"{place} {field.name}")


def _fits_within(field: Any, cipher: str, secrets: Secrets) -> bool:
    try:
        value = secrets.show(cipher)
    except ValueError:
        return False
    if not isinstance(field, EncryptedJSON):
        return _is_text(value, None)
    shape = type(field.get_default()) if field.has_default() else dict  # a form's fields, unless it says otherwise
    return isinstance(value, shape) and _is_plain(value)


def _whose(read: Bundle, label: str, row: Row, place: str) -> None:
    """Refuse a row of another committee, of the national library, or an account that is not a person's."""
    if "committee" in row:
        _demand(row["committee"] == read.manifest.uid, f"{place} committee")
    if label == carried.BODY:
        above = {None, *(one["uid"] for one in read.manifest.above[:1])}
        _demand(row["uid"] == read.manifest.uid and row["parent"] in above, place)
    elif label == carried.ACCOUNT:
        systems = {carried.SYSTEM_IS, Account.objects.system().uid}
        _demand(row["uid"] not in systems and row["username"] != SYSTEM, place)
    elif label == MADE:
        model = carried.carried().get(row["label"])
        _demand(model is not None and {"uid", "committee"} <= {f.name for f in carried.fields_of(model)}, place)
        _demand(isinstance(row["uids"], list) and all(_is_uid(uid) for uid in row["uids"]), place)
        _demand(not _are_anothers(read, model, row["uids"]), f"{place} uids")


def _are_anothers(read: Bundle, model: Any, uids: Sequence[str]) -> bool:
    """Say whether some of the uids name rows of another committee here; what was made is in the bundle, or is gone."""
    some = (uids[at : at + SOME] for at in range(0, len(uids), SOME))
    rows = model._base_manager.exclude(committee__uid=read.manifest.uid)  # noqa: SLF001 -- every row, whatever its manager hides
    return any(rows.filter(uid__in=few).exists() for few in some)


def _event(row: Row, place: str) -> None:
    """Refuse keys of rows as they are where it comes from: here they are other rows."""
    keys, data = row.get("keys", []), row["data"]
    _demand(isinstance(keys, list) and all(isinstance(key, str) for key in keys), place)
    _demand(set(keys) <= carried.KEYS_IN_EVENTS.keys() & data.keys(), place)
    for key in keys:
        value = data[key]
        _demand(all(one is None or isinstance(one, str) for one in (value if isinstance(value, list) else [value])), place)
    for key in carried.KEYS_IN_EVENTS.keys() & data.keys():
        value = data[key]
        _demand(not any(_is(one, int) for one in (value if isinstance(value, list) else [value])), place)


def _proof(row: Row, place: str) -> None:
    _demand(row.keys() - {"keys"} == RECORDED.keys() and isinstance(row.get("keys", {}), dict), place)
    _demand(all(_is(row[name], kind) for name, kind in RECORDED.items()), place)
    _demand(all(_is_text(digest, None) for digest in row["proofs"].values()), place)


def _files(read: Bundle) -> None:
    """Refuse a file that no row names, and a name that leads out of the folder of files."""
    named = set()
    for place, row in _counted(read, f"{bundles.ROWS}/{FILE}.jsonl"):
        parts = PurePosixPath(row["content"]).parts
        _demand(archive.is_safe(row["content"]) and not any(part.startswith(".") for part in parts), f"{place} content")
        named.add(f"{bundles.FILES}/{row['content']}")
    for member in read.below(f"{bundles.FILES}/"):
        _demand(member.name in named, member.name)
    for member in read.below(bundles.ORIGINS):
        _demand(ORIGIN.fullmatch(member.name.removeprefix(bundles.ORIGINS)) is not None, member.name)


# ── columns ──────────────────────────────────────────────────────────────────────────────────────
def _values(row: Mapping[str, Any], columns: Mapping[str, Any], place: str) -> None:
    for name, value in row.items():
        _demand(_fits(columns[name], value), f"{place} {name}")


def _fits(field: Any, value: Any) -> bool:
    """Say whether a value is one that the column can hold as it is."""
    if value is None:
        return bool(field.null)
    if field.remote_field or field.name == "uid":
        return _is_uid(value)
    if carried.is_secret(field):  # a cipher: longer than what is in it
        return _is_text(value, None)
    if field.name in NAMES and not is_visible(value):
        return False
    fits = next((fits for kind, fits in KINDS if isinstance(field, kind)), None)
    return fits is not None and fits(field, value)


def _is_structure(field: Any, value: Any) -> bool:
    wanted = type(field.get_default()) if field.has_default() else dict | list
    return isinstance(value, wanted) and _is_plain(value)


def _is_number(field: Any, value: Any) -> bool:
    low, high = connection.ops.integer_field_range(field.get_internal_type())
    return _is(value, int) and (low is None or low <= value) and (high is None or value <= high)


def _is_uid(value: Any) -> bool:
    return isinstance(value, str) and UID.fullmatch(value) is not None


def _is_text(value: Any, longest: int | None) -> bool:
    if not isinstance(value, str) or "\0" in value or (longest is not None and len(value) > longest):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return True


def is_visible(value: Any) -> bool:
    """Say whether a text of one line holds no sign that forms take out.

    None that a terminal obeys, none that turns the writing.
    """
    return not isinstance(value, str) or not any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in value)


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


def _is_moment(value: Any) -> bool:
    try:
        found = datetime.fromisoformat(value)
        return found.tzinfo is not None and found.astimezone(UTC) is not None
    except (TypeError, ValueError, OverflowError):
        return False


def _is_plain(value: Any) -> bool:
    """Say whether nothing within is a text that no database takes."""
    if isinstance(value, dict):
        return all(_is_text(key, None) and _is_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return _is_text(value, None) if isinstance(value, str) else True


KINDS: tuple[tuple[Any, Callable[[Any, Any], bool]], ...] = (
    (models.JSONField, _is_structure),
    (models.BooleanField, lambda _field, value: isinstance(value, bool)),
    (models.IntegerField, _is_number),
    (models.DateTimeField, lambda _field, value: _is_moment(value)),  # before its parent, the day
    (models.DateField, lambda _field, value: _is_day(value)),
    ((models.CharField, models.TextField, models.FileField), lambda field, value: _is_text(value, field.max_length)),
)
