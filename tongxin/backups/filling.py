"""Writing the rows of a bundle.

Each gets a key of this database, its references follow, and its events are linked anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, models

from tongxin.accounts.models import SYSTEM, Account
from tongxin.accounts.names import MEMBER_MARK
from tongxin.audit import heads, truth
from tongxin.audit.models import Event
from tongxin.backups import arriving, bundles, carried
from tongxin.backups.bundles import Bundle, Secrets
from tongxin.backups.carried import Row
from tongxin.backups.judging import ForeignError
from tongxin.core.secrets import phone_hash


class House:
    """A committee on its way into this database: the keys of its rows here, and what became of its people's accounts.

    What its bundle says was judged before.
    """

    def __init__(self, read: Bundle, code: str, secrets: Secrets | None) -> None:
        self.read, self.code, self.secrets = read, code, secrets
        self.keys: dict[str, dict[str, int]] = {}
        self.renamed: list[tuple[str, str]] = []
        self.known: list[str] = []
        self.rows = 0
        self._written: dict[str, int] = {}
        self._taken: set[str] = set()
        self._there: set[str] = set()  # uids of accounts that are here already

    def fill(self, places: Mapping[str, str]) -> None:
        """Give every row a key, then write all but the events; `places` says under which name an upload lies here."""
        models_ = carried.carried()
        for label, model in models_.items():
            self._give_keys(label, model)
        for label, model in models_.items():
            if label != carried.EVENT:
                self._written[label] = insert(model, self._arrivals(label, model, places))
        self.rows += sum(self._written.values())

    def demand_nothing_beside(self, committee: Any) -> None:
        """Count what the committee has now.

        It had nothing before, so a row that was written and is not its own is missing here.
        """
        for label, model in carried.carried().items():
            own = label not in {carried.ACCOUNT, carried.EVENT}
            if own and carried.every_row_of(model, committee).count() != self._written[label]:
                raise ForeignError(label)

    def _give_keys(self, label: str, model: type[models.Model]) -> None:
        uids = [row["uid"] for row in self.read.rows(f"{bundles.ROWS}/{label}.jsonl") if "uid" in row]
        own = self.keys.setdefault(label, {})
        if label == carried.EVENT:
            uids = [row["uid"] for row in self.read.rows(bundles.EVENTS)]
        if label == carried.ACCOUNT:
            there = {a.uid: a for a in Account.objects.filter(uid__in=uids)}
            own |= {uid: account.pk for uid, account in there.items()}
            own[carried.SYSTEM_IS] = Account.objects.system().pk
            self.known, self._there = [account.username for account in there.values()], set(there)
            uids = [uid for uid in uids if uid not in there]
        own |= dict(zip(uids, reserved(model, len(uids)), strict=True))

    def _arrivals(self, label: str, model: type[models.Model], places: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        hidden = [field for field in carried.facts_of(model) if carried.is_secret(field)]
        for row in self.read.rows(f"{bundles.ROWS}/{label}.jsonl"):
            if not self._opened(row, hidden):
                continue
            if label == carried.ACCOUNT:
                if row["uid"] in self._there:
                    continue
                self._name(row)
            values = carried.keyed(model, row, self.keys)
            if "uid" in row:
                values["pk"] = self.keys[label][row["uid"]]
            self._turn(label, values, places)
            yield values

    def _opened(self, row: Row, hidden: Iterable[Any]) -> bool:
        """Decrypt what is hidden; without the key it stays empty, and of a row that consists of it nothing is left."""
        for field in hidden:
            if row[field.name] and self.secrets is not None:
                row[field.name] = self.secrets.show(row[field.name])
            elif row[field.name]:
                row[field.name] = ""
                if not carried.is_dispensable(field):
                    return False
        return True

    def _turn(self, label: str, values: dict[str, Any], places: Mapping[str, str]) -> None:
        """Set what is another here: the committee's code, where a file lies, what is made under a key of the house."""
        if label == carried.BODY:
            values["code"] = self.code
        elif label == carried.NOTICE:
            values["committee_code"] = self.code
        elif label == carried.ACCOUNT:
            values["password"] = make_password(None)
        elif label == "members.member":
            values["phone_hash"] = phone_hash(values["phone"])
        elif label == "files.file":
            values["content"] = places[values["content"]]

    def _name(self, row: Row) -> None:
        """Give an account its sign-in name: of a member the code in it follows.

        One that is taken gets the code behind it.
        """
        before, old = row["username"], self.read.manifest.code
        wanted = (
            f"{self.code}{MEMBER_MARK}{before.partition(MEMBER_MARK)[2]}" if before.startswith(f"{old}{MEMBER_MARK}") else before
        )
        name, number = wanted, 1
        while name == SYSTEM or name in self._taken or Account.objects.filter(username=name).exists():
            number += 1
            name = f"{wanted}-{self.code}".lower() if number == 2 else f"{wanted}-{self.code}{number - 1}".lower()  # noqa: PLR2004 -- the second try
        self._taken.add(name)
        row["username"] = name
        if name != before:
            self.renamed.append((before, name))


# ── events ───────────────────────────────────────────────────────────────────────────────────────
def witnessed(code: str) -> dict[str, str]:
    """Return the digest of every row of the committee that is vouched for, under the key of this house."""
    return {key: digest for kind in truth.declared() for key, digest in truth.digests_of(kind, kind.rows().filter(code_=code))}


def write_events(house: House, now: dict[str, str]) -> dict[str, str]:
    """Write the events in their order, linked under our key; return the digests of rows of which nothing was said.

    What was said last of a row is what it is now, what was said before stays as it was.
    """
    last = _last_said(house.read)
    pending: list[Event] = []
    for row, proof in arriving.events(house.read):
        values = carried.keyed(Event, row, house.keys)
        said = {key: now.get(key, "") if last.get(key) == row["uid"] else was for key, was in proof["proofs"].items()}
        values |= {"proofs": said, "committee_code": house.code, "pk": house.keys[carried.EVENT][row["uid"]]}
        values["regulation_version"] = _version(row["regulation_version"], house.read.manifest.code, house.code)
        pending.append(Event(**values))
        if len(pending) == carried.BATCH:
            house.rows += _link(pending)
            pending.clear()
    house.rows += _link(pending)
    return {key: digest for key, digest in now.items() if key not in last}


def _last_said(read: Bundle) -> dict[str, str]:
    """Return the event that spoke last of each row, in a life where it is asked for."""
    kinds = {kind.label: kind for kind in truth.declared()}
    last: dict[str, str] = {}
    for row, proof in arriving.events(read):
        if proof["proofs"]:
            words = truth.words_of(arriving.as_it_was(row, proof, read.manifest.code), kinds)
            last |= dict.fromkeys(words, str(row["uid"]))
    return last


def _version(said: str, old: str, new: str) -> str:
    """Return the rules that an event rested on, by the code that their committee has now."""
    return " ".join(f"{new}{one.removeprefix(old)}" if one.startswith(f"{old}:") else one for one in said.split(" "))


def _link(some: list[Event]) -> int:
    heads.link_many(some)
    fields = carried.fields_of(Event)
    return insert(Event, ({"pk": e.pk} | {f.attname: getattr(e, f.attname) for f in fields} for e in some))


# ── keys and rows ────────────────────────────────────────────────────────────────────────────────
def reserved(model: type[models.Model], count: int) -> list[int]:
    """Return keys that nobody else gets, rising."""
    about = model._meta  # noqa: SLF001 -- Django's public-in-practice Meta
    table, key = connection.ops.quote_name(about.db_table), str(about.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, key, count])
            return sorted(number for (number,) in cursor.fetchall())
        # who writes holds the whole of SQLite; that a key is taken it sees when the row is written
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [about.db_table])
        given = cursor.fetchone()
        cursor.execute(f"SELECT MAX({connection.ops.quote_name(key)}) FROM {table}")  # noqa: S608 -- names of our models
        begin = max(cursor.fetchone()[0] or 0, given[0] if given else 0)
    return list(range(begin + 1, begin + count + 1))


def insert(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows, each column as it is given, whatever the model would set itself; return how many."""
    about = model._meta  # noqa: SLF001 -- as above
    fields = carried.fields_of(model)
    count, pending = 0, list[list[Any]]()
    sql = ""
    for row in rows:
        if not sql:
            own = [about.pk, *fields] if "pk" in row else fields
            columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in own)
            places = ", ".join(["%s"] * len(own))
            sql = f"INSERT INTO {connection.ops.quote_name(about.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 -- as above
        key = [row["pk"]] if "pk" in row else []
        pending.append(key + [f.get_db_prep_save(_value(row, f), connection) for f in fields])
        if len(pending) == carried.BATCH:
            count += _flush(sql, pending)
    return count + _flush(sql, pending)


def _value(row: Mapping[str, Any], field: Any) -> Any:
    return row[field.attname] if field.attname in row else field.get_default()


def _flush(sql: str, pending: list[list[Any]]) -> int:
    count = len(pending)
    if pending:
        with connection.cursor() as cursor:
            cursor.executemany(sql, pending)
        pending.clear()
    return count
