"""Brings back a database that an earlier revision made, and opens its pages after the upgrade.

Run as a process of its own.

The files beside it hold every row as revision 6444d83 wrote it, table by table, on no particular database: `cast` the
cast's world; `year` a real `init` with a local rule, units, members and a year of proposals from sheets, and the people
who were appointed and invited then. `load` makes the tables of that revision and puts the rows in, `visit` opens every
address as everybody.
"""

import gzip
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

FILES = {"cast": Path(__file__).with_name("6444d83.json.gz"), "year": Path(__file__).with_name("6444d83-year.json.gz")}
CAME_SINCE = {"handling.review": "reply_max"}  # as if the program had not known these keys of national rules yet
KEYS = {"TONGXIN_FIELD_KEY": "yesterday-field-key", "TONGXIN_SECRET_KEY": "yesterday-secret-key"}
PASSWORDS = {"YX001": "云溪河边的茶园真好看", "office": "提案办公室的老茶壶"}


def _read(world: str) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(gzip.decompress(FILES[world].read_bytes()))
    return kept


def national_rules(world: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the national library said to that revision, by kind and first day."""
    table = _read(world)["tables"]["regulations_regulation"]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return {(row["kind"], row["effective_from"]): json.loads(row["body"]) for row in rows if row["committee_id"] is None}


def advice_given(world: str) -> int:
    """Return how many co-handlers had advised their lead by then: it stood in the task, as an opinion."""
    table = _read(world)["tables"]["handling_task"]
    where = table["columns"].index("opinion")
    return sum(bool(row[where]) for row in table["rows"])


def load(world: str) -> None:
    """Make the tables as they were, and put the rows in."""
    from django.apps import apps
    from django.conf import settings
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    from tongxin.core import database

    database.allow_making()
    kept = _read(world)
    own = {app.rsplit(".", 1)[-1] for app in settings.INSTALLED_APPS if app.startswith("tongxin.")}
    settings.TONGXIN_HOME.mkdir(parents=True, exist_ok=True)
    known = {config.label for config in apps.get_app_configs()}
    executor, wanted = MigrationExecutor(connection), []
    for app, name in kept["migrations"].items():
        if app in known:  # else a library that has gone since; its tables held nothing
            wanted += [(app, name)] if app in own else executor.loader.graph.leaf_nodes(app)
    executor.migrate(wanted)  # one plan: each by itself would read the whole history again
    with transaction.atomic(), connection.cursor() as cursor:
        for table, found in kept["tables"].items():
            cursor.execute(f'DELETE FROM "{table}"')
            _fill(cursor, table, found["columns"], found["rows"])
        _without_what_came_since(cursor)
        if world == "cast":
            _hang_files(cursor, settings.MEDIA_ROOT)
            _keep_beside(cursor)
    heads = settings.TONGXIN_HOME / "audit" / "heads.jsonl"
    heads.parent.mkdir(parents=True, exist_ok=True)
    heads.write_text(kept["heads"], encoding="utf-8")


def _fill(cursor: Any, table: str, columns: list[str], rows: list[list[Any]]) -> None:
    from django.db import connection

    names, places = ", ".join(f'"{c}"' for c in columns), ", ".join(["%s"] * len(columns))
    if connection.vendor == "postgresql":
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
        yes_no = {name for name, kind in cursor.fetchall() if kind == "boolean"}
        places_of = [i for i, name in enumerate(columns) if name in yes_no]
        rows = [[bool(v) if i in places_of and v is not None else v for i, v in enumerate(row)] for row in rows]
    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)
    if connection.vendor == "postgresql" and "id" in columns:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM \"{table}\"))")


def _without_what_came_since(cursor: Any) -> None:
    """Take out of the national rules what an earlier program could not say: the upgrade has to bring it."""
    for kind, key in CAME_SINCE.items():
        cursor.execute("SELECT id, body FROM regulations_regulation WHERE committee_id IS NULL AND kind = %s", [kind])
        [[pk, body]] = cursor.fetchall()
        said = json.loads(body) if isinstance(body, str) else body
        kept = json.dumps({name: value for name, value in said.items() if name != key})
        cursor.execute("UPDATE regulations_regulation SET body = %s WHERE id = %s", [kept, pk])


def _hang_files(cursor: Any, place: Path) -> None:
    """Give one proposal that was handed in and one reply that was sent a file, as that revision would have.

    That world had none.
    """
    holders = (
        ("proposals_attachment", "proposal_id", "proposals_proposal", "state = 'handed_over'"),
        ("handling_replyfile", "reply_id", "handling_reply", "sent_at IS NOT NULL"),
    )
    cursor.execute("SELECT MIN(id) FROM accounts_account")
    [owner] = cursor.fetchone()
    columns = ["id", "uid", "name", "kind", "size", "digest", "content", "uploaded_at", "committee_id", "owner_id"]
    for number, (table, key, held, condition) in enumerate(holders, 1):
        cursor.execute(f"SELECT MIN(id) FROM {held} WHERE {condition}")
        [whose] = cursor.fetchone()
        cursor.execute(f"SELECT committee_id FROM {held} WHERE id = %s", [whose])
        [committee] = cursor.fetchone()
        said, name = f"第 {number} 份材料".encode(), f"yesterday{number}.txt"
        (place / "2026").mkdir(parents=True, exist_ok=True)
        (place / "2026" / name).write_bytes(said)
        digest, at = hashlib.sha256(said).hexdigest(), "2026-03-01 01:00:00"
        row = [number, f"yesterdayf{number}", name, "txt", len(said), digest, f"2026/{name}", at, committee, owner]
        _fill(cursor, "files_file", columns, [row])
        _fill(
            cursor, table, ["id", "uid", "committee_id", key, "file_id"], [[1, f"yesterdayh{number}", committee, whose, number]]
        )


def ruled(_world: str) -> None:
    """Say which national versions the upgrade brought of rules that were there, and how many events tell of them."""
    from tongxin.audit.models import Event
    from tongxin.regulations.models import Regulation

    brought = {key: Regulation.objects.filter(committee=None, kind=key).order_by("-effective_from")[0] for key in CAME_SINCE}
    told = Event.objects.filter(kind="regulations.adopt", subject_id__in=[row.pk for row in brought.values()])
    values = {key: value for row in brought.values() for key, value in row.body.items()}
    print(json.dumps({"values": values, "events": told.count()}))


def _keep_beside(cursor: Any) -> None:
    """Keep what a clerk typed beside a reply, as that revision would have.

    That world had a copy of a proposal alone.
    """
    cursor.execute("SELECT MIN(id) FROM handling_reply")
    [reply] = cursor.fetchone()
    cursor.execute(f"SELECT committee_id FROM handling_reply WHERE id = {reply}")
    [committee] = cursor.fetchone()
    cursor.execute("SELECT MIN(id) FROM accounts_account")
    [account] = cursor.fetchone()
    columns = ["id", "uid", "committee_id", "reply_id", "account_id", "started_from", "fields", "kept_at", "settled_at"]
    fields, at = json.dumps({"text": "另一处写的答复", "phone": "13800000000"}, ensure_ascii=False), "2026-03-01 01:00:00"
    _fill(cursor, "handling_stalereply", columns, [[1, "yesterdayc1", committee, reply, account, 1, fields, at, None]])


def kept() -> None:
    """Print the copies that were kept beside texts, as they came along."""
    from tongxin.drafts.models import KeptCopy
    from tongxin.handling.models import Task
    from tongxin.proposals.models import Proposal

    homes = {"proposals.text": Proposal, "handling.reply": Task}
    print(
        json.dumps(
            [
                {
                    "uid": copy.uid,
                    "kind": copy.kind,
                    "fields": copy.fields,
                    "from": copy.started_from,
                    "at": copy.kept_at.isoformat(),
                    "settled": copy.settled_at is not None,
                    "home": homes[copy.kind].objects.filter(uid=copy.subject, committee=copy.committee).count(),
                }
                for copy in KeptCopy.objects.order_by("kind", "pk")
            ]
        )
    )


def visit(world: str) -> None:
    """Open a proposal and a part in each state, every member and list, as everybody.

    Sign in with the passwords of yesterday. Prints how many opened.
    """
    from django.test import Client

    from tongxin.accounts import names
    from tongxin.accounts.models import Account
    from tongxin.core import calendar
    from tongxin.handling.models import Advice, Case, Task, TentativeDate
    from tongxin.members.models import Member
    from tongxin.proposals.models import Proposal

    paths = [
        "/",
        "/home/",
        "/notices/",
        "/proposals/",
        "/members/",
        "/regulations/",
        "/units/",
        "/desk/proposals/",
        "/handling/",
        "/handling/assign/",
        "/handling/supervise/",
        "/appointments/",
        "/sessions/",
        "/audit/",
        "/account/",
        "/public/proposals/?in=YX",
        "/public/YX/",
    ]
    paths += [p.get_absolute_url() for p in {p.state: p for p in Proposal.objects.all()}.values()]
    paths += [f"/public/proposals/{p.uid}/" for p in Proposal.objects.exclude(released_at=None)]
    paths += [t.get_absolute_url() for t in {t.state: t for t in Task.objects.all()}.values()]
    paths += [f"/members/{m.uid}/" for m in Member.objects.all()]
    opened, broken = 0, []
    for account in [None, *Account.objects.order_by("id")]:
        client = Client(raise_request_exception=False)
        if account is not None:
            client.force_login(account, backend="tongxin.accounts.backends.SignInName")
        for path in paths:
            answer = client.get(path)
            opened += answer.status_code == 200
            if answer.status_code >= 500:
                broken.append(f"{account}: {path}: {answer.status_code}")
    for name, password in PASSWORDS.items():
        if [a.check_password(password) for a in names.find("YX", name)] != [True]:
            broken.append(f"{name} cannot sign in any more")
    broken += [f"{kind} is said no more" for kind in sorted(_kinds_without_sentence())]
    rated = Case.objects.filter(state="rating", rating_due_on__isnull=False).values_list("rating_due_on", flat=True)
    unsettled = sum(not calendar.is_settled(day) for day in rated)
    print(
        json.dumps(
            {
                "world": world,
                "opened": opened,
                "broken": broken,
                "advice": Advice.objects.exclude(text="").count(),
                "tentative": TentativeDate.objects.count(),
                "unsettled": unsettled,
            }
        )
    )


def _kinds_without_sentence() -> set[str]:
    from tongxin.audit import kinds
    from tongxin.audit.models import Event

    known = [event for event in Event.objects.all() if event.kind in kinds.KINDS]
    said = {event.kind for event in known if kinds.sentence(event)}
    return set(Event.objects.values_list("kind", flat=True)) - said


def main() -> None:
    """Run one of the three."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    {"load": load, "ruled": ruled, "visit": visit, "kept": lambda _world: kept()}[sys.argv[1]](sys.argv[2])


if __name__ == "__main__":
    main()
