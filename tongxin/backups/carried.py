"""What of a committee goes along when it moves house: which tables, which of their rows, and how a row names another.

Asked of the models: what has a `committee` goes along, and what hangs on those rows. Every other table is named here
with the reason why it stays, and a test holds that none is forgotten. In a bundle a row is named by its uid, never by
its key.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from tongxin.accounts.models import SYSTEM, Account
from tongxin.audit.models import Event
from tongxin.core.secrets import EncryptedField

BODY, RULE, NOTICE, COUNTER = "committees.committee", "regulations.regulation", "notices.notice", "committees.counter"
ACCOUNT, EVENT = Account._meta.label_lower, Event._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta
ABOVE = "above"  # among keys: the committee above, which only `parent` may name
BY_CODE = {EVENT, NOTICE}  # whose they are stands in them as the committee's code
LEFT = {
    "accounts.invitation": "one-time codes hold where they were made; people are invited anew where they arrive",
    "accounts.failure": "wrong passwords of the last two days, under a key of the installation's own",
    "account.emailaddress": "which address is confirmed is confirmed anew; the address itself stands in the account",
    "account.emailconfirmation": "links that hold where they were sent",
    "mfa.authenticator": "second factors are secrets of the installation's own; they are set up anew",
    "audit.mark": "what a consumer has still to work on is worked on where it arose",
    "audit.head": "made anew of the events, under the key of where they arrive; as they were they come in the record",
    "audit.chain": "as the heads",
    "audit.seal": "as the heads",
    "notices.letter": "letters are sent, or given up, where they were written",
    "notices.job": "how the worker's jobs went on that machine",
    "django_tasks_database.dbtaskresult": "the queue of that machine's worker",
    "sessions.session": "who is signed in there",
    "auth.permission": "made by Django of the models; nothing of ours asks it",
    "auth.group": "as the permissions",
    "auth.group_permissions": "as the permissions",
    "contenttypes.contenttype": "made by Django of the models",
}
# columns that arrive empty, with the reason; the files that they name stay behind
FILE = "files.file"
EMPTIED = {
    "imports.source": {"file": "a sheet as it was uploaded, with everybody's telephone number in plain text"},
    "imports.import": {"rejects": "the rows of it that were wrong, as above"},
}
# secrets of one installation, and what happened to sign in there: whoever arrives is invited and sets them anew
LEFT_FIELDS = {ACCOUNT: {"password", "last_login", "factor_changes", "last_code_step"}}
# what is made of the other columns under a key of the installation's own
MADE_ANEW = {EVENT: {"digest", "proofs"}, "members.member": {"phone_hash"}}
# by which a person has something to say in a committee
SEATS = {"committees.appointment": "account", "members.member": "account"}
# events that are about the moving itself: of each house its own
MOVES = ("audit.depart", "audit.arrive")
# keys of rows that events keep among what they say
KEYS_IN_EVENTS = {
    "account": ACCOUNT,
    "unit_id": "committees.unit",
    "to_id": "committees.unit",
    "successors": "committees.unit",
    "member": "members.member",
    "lead": "proposals.proposal",
    "proposal": "proposals.proposal",
    "signature": "proposals.signature",
    "case": "handling.case",
    "task": "handling.task",
    "reply": "handling.reply",
    "contact": "handling.contact",
}
SERIES = re.compile(r"proposal\.(\w+)(.*)")  # a counter's series names a session: proposal.SESSION.topic
SERIAL = "proposal.serial"
SYSTEM_IS = "system"  # each installation has a system account of its own: named so, not by its uid
BATCH = 2000
Row = dict[str, Any]
Names = dict[str, dict[int, str]]  # of each model: key → uid


@cache
def carried() -> dict[str, type[models.Model]]:
    """Return the models of which rows go along, by label, those first that others point to."""
    own = [m for m in apps.get_models(include_auto_created=True) if label_of(m) not in LEFT and _goes_along(m)]
    return {label_of(model): model for model in _sorted(own)}


def label_of(model: type[models.Model]) -> str:
    """Name a model: proposals.proposal."""
    return model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta


def _goes_along(model: type[models.Model]) -> bool:
    return label_of(model) in {BODY, ACCOUNT, *BY_CODE} or any(f.name == "committee" for f in fields_of(model))


def _sorted(found: list[type[models.Model]]) -> Iterator[type[models.Model]]:
    left = dict.fromkeys(found)
    while left:
        free = next(m for m in left if not any(f.related_model in left and f.related_model is not m for f in references_of(m)))
        del left[free]
        yield free


def fields_of(model: type[models.Model]) -> list[Any]:
    """Return the columns of a model that are written, but for its key."""
    return [f for f in model._meta.concrete_fields if not f.primary_key and not f.generated]  # noqa: SLF001 -- as above


def references_of(model: type[models.Model]) -> list[Any]:
    """Return those that point to other rows."""
    return [field for field in fields_of(model) if field.remote_field]


def references_within(fields: Iterable[Any]) -> list[Any]:
    """Return those by which a row points to another of its own table."""
    return [field for field in fields if field.remote_field and field.related_model is field.model]


def facts_of(model: type[models.Model]) -> list[Any]:
    """Return those that go along."""
    label = label_of(model)
    gone = LEFT_FIELDS.get(label, set()) | MADE_ANEW.get(label, set())
    return [field for field in fields_of(model) if field.name not in gone]


# ── out of the database ──────────────────────────────────────────────────────────────────────────
def rows_of(model: type[models.Model], committee: Any, accounts: Iterable[int] = ()) -> models.QuerySet[Any]:
    """Return the rows of a committee that go along, in the order of their keys."""
    if label_of(model) == ACCOUNT:
        rows: models.QuerySet[Any] = models.QuerySet(model).order_by("pk")
        return rows.filter(pk__in=list(accounts)).exclude(username=SYSTEM)
    rows = every_row_of(model, committee)
    if label_of(model) == FILE:
        for left in _left_files(committee):
            rows = rows.exclude(pk__in=left)
    return rows


def every_row_of(model: type[models.Model], committee: Any) -> models.QuerySet[Any]:
    """Return the rows of a committee, those that stay behind too."""
    rows: models.QuerySet[Any] = models.QuerySet(model).order_by("pk")
    label = label_of(model)
    if label == BODY:
        return rows.filter(pk=committee.pk)
    return rows.filter(committee_code=committee.code) if label in BY_CODE else rows.filter(committee=committee.pk)


def _left_files(committee: Any) -> Iterator[models.QuerySet[Any]]:
    for label, columns in EMPTIED.items():
        for name in columns:
            rows: models.QuerySet[Any] = models.QuerySet(apps.get_model(label)).filter(committee=committee.pk).order_by()
            yield rows.exclude(**{name: None}).values(name)


def accounts_of(committee: Any) -> set[int]:
    """Return the keys of everybody whom a row of the committee names."""
    found: set[int | None] = set()
    for label, model in carried().items():
        for field in references_of(model):
            if field.related_model is Account:
                found |= set(rows_of(model, committee).order_by().values_list(field.attname, flat=True).distinct())
        if label == EVENT:
            own = rows_of(model, committee).order_by()
            found |= set(own.filter(subject_type=ACCOUNT).values_list("subject_id", flat=True))
            told = own.filter(Q(kind__startswith="committees.") | Q(kind__startswith="members."))
            found |= {data["account"] for data in told.values_list("data", flat=True) if isinstance(data.get("account"), int)}
    return {key for key in found if key is not None}


def names_of(committee: Any, accounts: Iterable[int]) -> Names:
    """Return by which uid each row is named; the system's account by its own name, whatever its uid here."""
    found: Names = {}
    for label, model in carried().items():
        if label == COUNTER:
            continue
        found[label] = dict(rows_of(model, committee, accounts).values_list("pk", "uid"))
    found[ACCOUNT] |= dict.fromkeys(Account.objects.filter(username=SYSTEM).values_list("pk", flat=True), SYSTEM_IS)
    return found


def said(model: type[models.Model], values: Mapping[str, Any], names: Names) -> Row:
    """Return a row as a bundle has it, of its columns' values.

    Raises ValueError where it points to a row that stays behind.
    """
    row: Row = {}
    for field in facts_of(model):
        value = values[field.attname] if field.name not in EMPTIED.get(label_of(model), {}) else None
        if field.remote_field and value is not None:
            row[field.name] = named = names[label_of(field.related_model)].get(value)
            if named is None:
                message = f"{label_of(model)}.{field.name} → {value}"
                raise ValueError(message)
        else:
            row[field.name] = plain(value)
    label = label_of(model)
    if label == EVENT:
        _say_event(row, names)
    elif label == COUNTER and (found := _session_in(row["series"])) is not None:
        row["series"] = f"proposal.{names['committees.session'].get(int(found[1]), found[1])}{found[2]}"
    return row


def _session_in(series: str) -> re.Match[str] | None:
    return None if series == SERIAL else SERIES.fullmatch(series)


def _say_event(row: Row, names: Names) -> None:
    """Name what an event is about, by whom it was, and what it keeps keys of, by uids; the system by its own name."""
    accounts, subject = names[ACCOUNT], row.pop("subject_id")
    if row["actor"] == SYSTEM_IS:
        row["actor_uid"] = SYSTEM_IS
    if row["on_behalf_of"] == SYSTEM_IS:
        row["behalf_uid"] = SYSTEM_IS
    if row["subject_type"] == ACCOUNT and accounts.get(subject) == SYSTEM_IS:
        row["subject_uid"] = SYSTEM_IS
    keys = keys_in(row["data"])
    if keys:
        row["data"] = row["data"] | {key: _named(row["data"][key], names.get(KEYS_IN_EVENTS[key], {})) for key in keys}
        row["keys"] = keys


def keys_in(data: Mapping[str, Any]) -> list[str]:
    """Return under which names an event keeps keys of rows."""
    return sorted(key for key in KEYS_IN_EVENTS.keys() & data.keys() if _are_keys(data[key]))


def _are_keys(value: Any) -> bool:
    some = value if isinstance(value, list) else [value]
    return bool(some) and all(isinstance(one, int) and not isinstance(one, bool) for one in some)


def _named(value: Any, uids: Mapping[int, str]) -> Any:
    return [uids.get(one) for one in value] if isinstance(value, list) else uids.get(value)


def plain(value: Any) -> Any:
    """Return a value as JSON says it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def is_secret(field: Any) -> bool:
    """Say whether a column is kept encrypted."""
    return isinstance(field, EncryptedField)


def is_dispensable(field: Any) -> bool:
    """Say whether an encrypted column may be empty: of a row that consists of it nothing is left without it."""
    return bool(field.blank)


# ── into a database ──────────────────────────────────────────────────────────────────────────────
def keyed(model: type[models.Model], row: Row, keys: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return the columns of a row that arrives, with the keys that the rows have here.

    Raises KeyError for one that does not come.
    """
    values: dict[str, Any] = {}
    for field in facts_of(model):
        if field.name == "subject_id":
            continue
        value = row[field.name]
        if field.remote_field:
            there = keys[ABOVE if (label_of(model), field.name) == (BODY, "parent") else label_of(field.related_model)]
            values[field.attname] = None if value is None else there[value]
        else:
            values[field.attname] = field.to_python(value) if isinstance(value, str) else value
    label = label_of(model)
    if label == EVENT:
        _key_event(values, row, keys)
    elif label == COUNTER and (found := _session_in(row["series"])) is not None:
        values["series"] = f"proposal.{keys['committees.session'].get(found[1], found[1])}{found[2]}"
    return values


def _key_event(values: dict[str, Any], row: Row, keys: Mapping[str, Mapping[str, int]]) -> None:
    values["subject_id"] = keys.get(row["subject_type"], {}).get(row["subject_uid"])
    values["data"] = dict(row["data"])
    for key in row.get("keys", ()):
        there, value = keys.get(KEYS_IN_EVENTS[key], {}), row["data"][key]
        values["data"][key] = [there.get(uid) for uid in value] if isinstance(value, list) else there.get(value)
    system = Account.objects.system().uid
    for column in ("actor_uid", "behalf_uid", "subject_uid"):
        if values[column] == SYSTEM_IS:
            values[column] = system
