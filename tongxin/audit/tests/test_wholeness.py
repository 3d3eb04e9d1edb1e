"""A list of tables that was written into, an index that does not fit, two rows of one uid.

Each is named, on either database.

PostgreSQL lets nobody write into its lists by a statement: there the same words are refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import layout, misstored, strangers, truth, verifying, wholeness
from tongxin.audit.outside import Problem
from tongxin.audit.tests.forging import found, own_copy, raw
from tongxin.audit.tests.test_strangers import run
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.handling.models import Task

LITE = connection.vendor == "sqlite"
TRIGGER = "CREATE TRIGGER kindly AFTER UPDATE ON handling_rating BEGIN UPDATE handling_rating SET result = 'satisfied'; END"


@pytest.fixture(autouse=True)
def own(cast: Cast) -> Iterator[None]:
    """What was done to SQLite's list of tables comes back with no rollback."""
    with own_copy() if LITE else nullcontext():
        yield


@contextmanager
def list_open() -> Iterator[None]:
    """Let SQLite's list of tables be written into, and read it anew afterwards."""
    run(["PRAGMA writable_schema = 1"])
    yield
    run(["PRAGMA writable_schema = RESET"])


def write_into_the_list(*statements: str) -> bool:
    """Write into the list of tables; say whether the database let us."""
    if not LITE:
        with pytest.raises(DatabaseError), transaction.atomic():
            run(list(statements))
        return False
    with list_open():
        run(list(statements))
    return True


# ── what stands in the list ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", ["TRIGGER", "tRigger"])
def test_a_trigger_under_a_type_in_other_letters_is_named(cast: Cast, kind: str) -> None:
    if write_into_the_list(TRIGGER, f"UPDATE sqlite_master SET type = '{kind}' WHERE name = 'kindly'"):  # noqa: S608 -- words of this test
        assert [tuple(stranger) for stranger in strangers.strangers()] == [("handling_rating", "kindly", strangers.TRIGGER)]
        assert found() == ("handling_rating:kindly", strangers.TRIGGER)
    else:
        assert verifying.verify().ok


def test_a_trigger_under_a_type_of_another_thing_is_found(cast: Cast) -> None:
    if write_into_the_list(TRIGGER, "UPDATE sqlite_master SET type = 'table' WHERE name = 'kindly'"):
        assert found()[0] == "sqlite"  # it cannot be read: nothing is fallen over
    else:
        assert verifying.verify().ok


LOOSENED = {
    "handling_rating": "UPDATE sqlite_master SET sql = replace(sql, 'varchar(12) NOT NULL', 'varchar(13) NOT NULL')"
    " WHERE name = 'handling_rating'",
    "case_list": "UPDATE sqlite_master SET sql = replace(sql, '\"state\"', '\"uid\"') WHERE name = 'case_list'",
}


@pytest.mark.parametrize(("name", "statement"), LOOSENED.items(), ids=LOOSENED)
def test_a_table_or_an_index_of_another_make_is_named(cast: Cast, name: str, statement: str) -> None:
    if write_into_the_list(statement):
        assert [(stranger.name, stranger.reason) for stranger in strangers.strangers()] == [(name, strangers.ALTERED)]
    else:
        assert strangers.strangers() == []


def test_an_index_that_was_taken_away_or_added_is_named_where_indexes_may_lie(cast: Cast) -> None:
    run(["DROP INDEX case_list", "CREATE INDEX quick ON handling_case (uid)", "CREATE TABLE other (a int)"])
    named = [("handling_case", "quick", strangers.UNKNOWN), ("handling_case", "case_list", strangers.ALTERED)]
    assert [tuple(stranger) for stranger in strangers.strangers()] == (named if LITE else [])


OWN_INDEX = "sqlite_autoindex_handling_rating_1"


@pytest.mark.parametrize("said", ["rootpage = 0", "name = 'sqlite_autoindex_handling_rating_9'"])
def test_an_index_of_sqlite_s_own_cannot_be_turned_off_unseen(cast: Cast, said: str) -> None:
    if write_into_the_list(f"UPDATE sqlite_master SET {said} WHERE name = '{OWN_INDEX}'"):  # noqa: S608 -- words of this test
        assert found()[0] == "sqlite"
    else:
        assert verifying.verify().ok


def test_the_order_of_columns_is_no_difference_and_anything_else_is() -> None:
    one = layout.Entry("table", "a", "a", 'CREATE TABLE "a" ("b" int CHECK (b IN (1, 2)), "c" text DEFAULT \'(,\')')
    same = one._replace(sql='CREATE TABLE "a" ("c" text DEFAULT \'(,\', "b" int CHECK (b IN (1, 2)))')
    assert layout.is_alike(one, same)
    for sql in (f"{one.sql} WITHOUT ROWID", one.sql.replace("(1, 2)", "(2, 1)"), one.sql.replace("'(,'", "')'")):
        assert not layout.is_alike(one, one._replace(sql=sql))


# ── an index that does not fit its table ─────────────────────────────────────────────────────────
def test_an_index_that_gives_other_rows_than_its_table_is_found(cast: Cast) -> None:
    evil = Account.objects.create(username="nobody", name="无名")
    mine = Appointment.objects.get(account=cast.clerk)
    listed = "name IN (SELECT name FROM kept)"
    kept = (
        "CREATE TEMP TABLE kept AS SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master"
        " WHERE type = 'index' AND tbl_name = 'committees_appointment' AND sql LIKE '%account_id%'"
    )
    raw(Appointment).filter(pk=mine.pk).update(account=evil)
    if not write_into_the_list(kept, f"DELETE FROM sqlite_master WHERE {listed}"):  # noqa: S608 -- words of this test
        raw(Appointment).filter(pk=mine.pk).update(account=cast.clerk)
        assert verifying.verify().ok
        return
    raw(Appointment).filter(pk=mine.pk).update(account=cast.clerk)
    with list_open():
        run(["INSERT INTO sqlite_master SELECT * FROM kept"])
    assert [row.pk for row in Appointment.objects.filter(account=evil)] == [mine.pk]  # the table says otherwise
    assert strangers.strangers() == []
    where, reason = found()
    assert (where, reason[:10]) == ("sqlite", wholeness.TORN[:10])


def test_more_lines_than_sqlite_says_at_most_are_a_finding_themselves(cast: Cast) -> None:
    """Else a table of somebody's own with as many wrong rows would crowd out what is said of ours."""
    if not LITE:
        assert verifying.verify().ok
        return
    run(["CREATE TABLE zjunk (a)"])
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO zjunk VALUES (NULL)", [()] * wholeness.MOST)
    with list_open():
        run(["UPDATE sqlite_master SET sql = 'CREATE TABLE zjunk (a NOT NULL)' WHERE name = 'zjunk'"])
    where, reason = found()
    assert (where, reason) == ("sqlite", wholeness.TORN.format(said=f"{wholeness.MOST} lines"))


def test_what_sqlite_takes_for_no_blank_is_none() -> None:
    one = layout.Entry("table", "a", "a", 'CREATE TABLE "a" ("c" bigint NOT NULL UNIQUE)')
    assert not layout.is_alike(one, one._replace(sql='CREATE TABLE "a" ("c" bigint\u00a0NOT\u00a0NULL\u00a0UNIQUE)'))
    assert layout.is_alike(one, one._replace(sql='CREATE TABLE "a" ("c" bigint\n NOT\tNULL UNIQUE)'))


# ── two rows of one name ─────────────────────────────────────────────────────────────────────────
def without_the_constraint(table: str, column: str) -> None:
    """Take UNIQUE off a column, as whoever owns the database can."""
    if not LITE:
        with connection.cursor() as cursor:
            asked = (
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u' AND conkey = ARRAY("
                "SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = %s)"
            )
            cursor.execute(asked, [table, column])
            [(name,)] = cursor.fetchall()
        alter = f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'
        run(["SET CONSTRAINTS ALL IMMEDIATE", alter, "SET CONSTRAINTS ALL DEFERRED"])  # nothing is left to be looked at
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
        [(sql,)] = cursor.fetchall()
        cursor.execute(f"PRAGMA index_list({table})")
        own = [row[1] for row in cursor.fetchall() if row[3] == "u"]
        [index] = [name for name in own if _columns(name) == [column]]
    said = next(piece for piece in sql.split(", ") if piece.startswith(f'"{column}"') and piece.endswith("UNIQUE"))
    later = [name for name in own if name > index]
    with list_open():
        run(
            [
                f"UPDATE sqlite_master SET sql = replace(sql, '{said}', '{said.removesuffix(' UNIQUE')}') WHERE name = '{table}'",  # noqa: S608 -- words of this test
                f"DELETE FROM sqlite_master WHERE name = '{index}'",  # noqa: S608 -- words of this test
                *(f"UPDATE sqlite_master SET name = '{index[:-1]}{int(name[-1]) - 1}' WHERE name = '{name}'" for name in later),  # noqa: S608 -- words of this test
            ]
        )
    run(["VACUUM"])  # no page is left that nothing points to


def _columns(index: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA index_info({index})")
        return [row[2] for row in cursor.fetchall()]


def test_two_accounts_of_one_uid_are_found(cast: Cast) -> None:
    without_the_constraint("accounts_account", "uid")
    evil = Account(username="helper", name="帮手", uid=cast.office.uid)
    evil.save(force_insert=True)
    raw(Appointment).filter(account=cast.office).update(account=evil)
    [doubled] = list(wholeness.doubled())
    assert doubled == Problem(f"accounts.account:{cast.office.uid}", wholeness.DOUBLED)
    assert doubled in verifying.verify().problems


def test_two_assemblies_of_one_code_are_found(cast: Cast) -> None:
    without_the_constraint("committees_committee", "code")
    Committee.objects.create(code=cast.county.code, name="另一个", short_name="另一个", place="某地", tier="county")
    assert [problem.where for problem in wholeness.doubled()] == [f"committees.committee:{cast.county.code}"]


def test_whatever_rows_are_told_apart_by_is_asked_for() -> None:
    asked = {(model._meta.label_lower, name) for kind in truth.declared() for model, name in kind.names()}
    assert {
        ("accounts.account", "uid"),
        ("committees.unit", "uid"),
        ("members.member", "uid"),
        ("committees.term", "uid"),
        ("handling.case", "uid"),
        ("committees.committee", "code"),
        ("committees.appointment", "uid"),
    } <= asked


# ── a name that is no text ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("model", [Unit, Account, Committee, Task], ids=str)
def test_a_uid_that_is_no_text_is_named_and_not_fallen_over(cast: Cast, model: type[Unit]) -> None:
    cast.answered()
    table, unit = model._meta.db_table, model._base_manager.order_by("pk")[0]
    if not LITE:
        with pytest.raises(DatabaseError), transaction.atomic():
            run([f"UPDATE {table} SET uid = CAST(uid AS bytea) WHERE id = {unit.pk}"])  # noqa: S608 -- words of this test
        assert verifying.verify().ok
        return
    run([f"UPDATE {table} SET uid = CAST(uid AS blob) WHERE id = {unit.pk}"])  # noqa: S608 -- as above
    assert found() == (f"{model._meta.label_lower}:{unit.uid}", misstored.MISSTORED)


def test_rows_adrift_beside_ours_hide_none_of_ours(cast: Cast) -> None:
    """PostgreSQL is asked of our own tables alone."""
    if not LITE:
        return
    row = Appointment.objects.order_by("pk")[0]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        for number in range(300):  # in which order SQLite goes through its tables is its own affair
            cursor.execute(f"CREATE TABLE a{number} (x integer REFERENCES accounts_account(id))")
            cursor.execute(f"INSERT INTO a{number} VALUES (99999)")  # noqa: S608 -- a name of this test
        cursor.execute("UPDATE committees_appointment SET committee_id = 99999 WHERE id = %s", [row.pk])
    assert Problem(f"committees.appointment:{row.uid}", wholeness.ADRIFT) in verifying.verify().problems
