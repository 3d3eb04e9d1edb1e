"""Packing one committee with everything, as it stands in one moment, while everybody works."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import moments, origins, sealing, verifying
from tongxin.audit.models import Chain, Event
from tongxin.backups import archive, bundles, carried, judging, tables
from tongxin.backups.archive import Writer
from tongxin.backups.bundles import Manifest, Secrets
from tongxin.backups.carried import Row
from tongxin.core.faults import SomeFailedError, first_line
from tongxin.core.words import on_one_line

THERE = gettext_lazy("{path} 已经存在。请更换文件名，或者先移走原来的文件。")
NOT_WRITTEN = gettext_lazy("{path} 没有写成（{said}）。请看磁盘是否已满、目录能否写入。没有留下不完整的文件。")
NOT_READ = gettext_lazy("数据库里有无法读取的内容，没有导出（{said}）。请先运行 tongxin audit verify 查明。")
NOT_TAKEN_IN = gettext_lazy(
    "导出的内容经核对，别的系统不会接收（{said}），没有导出。请先运行 tongxin audit verify 查明；查不出的请告诉维护人员。"
)
HIDES = gettext_lazy(
    "{names}里有看不见的字符，别的系统不会接收，没有导出。请先在系统里改成没有这种字符的写法，再导出；页面上改不了的，请告诉维护人员。"
)
MOST_NAMED = 10


class NotPackedError(Exception):
    """No bundle was made; the sentence says why."""


def pack(out: Path, committee: Any, *, at: datetime, files: bool = True, secrets: bool = True) -> Manifest:
    """Write a bundle, and the key of its encrypted values beside it; read it again, then record that it was made.

    It is judged as where it arrives: what could not be taken in is not given out.

    Raises NotPackedError, and leaves nothing behind.
    """
    place, key_place = archive.place_of(out), archive.place_of(bundles.key_file(out))
    for path in (place, key_place) if secrets else (place,):
        if archive.is_no_file(path):
            raise NotPackedError(archive.NO_FILE.format(path=path))
        if path.exists():
            raise NotPackedError(THERE.format(path=path))
    key = Fernet.generate_key()
    parts = [archive.beside(place), archive.beside(key_place)]
    try:
        hidden_by = Secrets(key) if secrets else None
        manifest = _write(parts[0], committee, at=at, files=files, secrets=hidden_by)
        _read_again(parts[0], hidden_by)
        if secrets:
            _write_key(parts[1], key)
            parts[1].rename(key_place)
        parts[0].rename(place)
    except OSError as error:
        raise NotPackedError(NOT_WRITTEN.format(path=out, said=error.strerror or first_line(error))) from error
    except (tables.NewerSchemaError, archive.UnsoundError) as error:
        raise NotPackedError(str(error)) from error
    except judging.ForeignError as error:
        raise NotPackedError(NOT_TAKEN_IN.format(said=error)) from error
    except (DatabaseError, ValueError) as error:
        raise NotPackedError(NOT_READ.format(said=first_line(error))) from error
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    said = {"events": manifest.events, "number": manifest.sealed[0], "digest": manifest.sealed[1]}
    audit.record(carried.MOVES[0], committee, actor=Account.objects.system(), at=at, data=said)
    return manifest


def waiting(committee: Any) -> int:
    """Return of how many events somebody is still to be told: that happens here, not where the bundle goes."""
    marks = apps.get_model("audit.mark")._base_manager  # noqa: SLF001 -- Django's public-in-practice Meta
    return int(marks.filter(event__committee_code=committee.code).count())


def _write_key(part: Path, key: bytes) -> None:
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(key + b"\n")


def _read_again(part: Path, secrets: Secrets | None) -> None:
    read = bundles.Bundle(part)
    try:
        read.read_through()
        judging.judge(read, secrets)
    except judging.NOT_OURS as error:
        raise judging.ForeignError(first_line(error)) from error
    finally:
        read.close()


def _write(part: Path, committee: Any, *, at: datetime, files: bool, secrets: Secrets | None) -> Manifest:
    with suppress(SomeFailedError):  # of whichever committee: what is wrong in this one, the verdict names
        sealing.seal(at=at)
    verdict = verifying.verify(committee_code=committee.code, reads_files=files)
    problems = [(problem.where, problem.reason) for problem in verdict.problems]
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw, Writer(raw) as writer:
        with moments.one_moment():
            manifest = _described(committee, at, problems, secrets)
            accounts = carried.accounts_of(committee)
            if hiding := list(islice(_names_that_hide(committee, accounts), MOST_NAMED)):
                raise NotPackedError(HIDES.format(names="、".join(hiding)))
            names = carried.names_of(committee, accounts)
            names[carried.BODY] |= {above.pk: above.uid for above in committee.lineage()}
            for label, model in carried.carried().items():
                rows = carried.rows_of(model, committee, accounts)
                if label == carried.EVENT:
                    moved = rows.filter(kind__in=carried.MOVES)
                    _add(writer, bundles.MOVES, _rows(model, moved, names, secrets))
                    rows = rows.exclude(kind__in=carried.MOVES)
                manifest.rows[label] = _add(writer, f"{bundles.ROWS}/{label}.jsonl", _rows(model, rows, names, secrets))
            _add(writer, bundles.EVENTS, _record(committee))
            _add(writer, bundles.RULES, _rules_above(committee))
            if files:
                manifest.missing = list(_files(writer, committee))
        _add(writer, bundles.HEADS, _heads(committee, until=manifest.sealed[0]))
        for path in origins.files_of(committee.code):
            with path.open("rb") as source:
                writer.add(f"{bundles.ORIGINS}{path.name}", archive.pieces_of(source))
        manifest.members = writer.members
        writer.finish(manifest.sealed_with(settings.AUDIT_KEY))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _names_that_hide(committee: Any, accounts: set[int]) -> Iterator[str]:
    """Name the rows and columns of which somebody could not tell what stands there, as whoever takes them in would refuse them.

    Forms and commands take such signs out; what came in before they did is named, for it to be set right.
    """
    for label, model in carried.carried().items():
        columns = [
            field for field in carried.facts_of(model) if field.name in judging.NAMES and isinstance(field, models.CharField)
        ]
        if not columns:
            continue
        above = committee.lineage()[1:] if label == carried.BODY else ()
        rows = carried.rows_of(model, committee, accounts).only("uid", *(field.attname for field in columns))
        for row in chain(above, rows.iterator(chunk_size=carried.BATCH)):
            for field in columns:
                if not judging.is_visible(value := getattr(row, field.attname)):
                    yield _("%(label)s %(uid)s 的%(verbose_name)s“%(value)s”") % {
                        "label": label,
                        "uid": row.uid,
                        "verbose_name": field.verbose_name,
                        "value": on_one_line(value),
                    }


def _described(committee: Any, at: datetime, problems: list[tuple[str, str]], secrets: Secrets | None) -> Manifest:
    chain = Chain.objects.filter(committee_code=committee.code).first() or Chain()
    loader = MigrationLoader(None)
    return Manifest(
        at=at.isoformat(),
        version=version("tongxin"),
        schema=tables.ends_of(tables.schema_here(), loader),
        code=committee.code,
        name=committee.name,
        uid=committee.uid,
        system_uid=Account.objects.system().uid,
        above=[{name: getattr(one, name) for name in bundles.OF_BODIES} for one in committee.lineage()[1:]],
        secrets=secrets.known_by if secrets else "",
        problems=problems,
        sealed=(chain.number, chain.digest),
        audit_key=archive.known_by("audit", settings.AUDIT_KEY),
    )


def _add(writer: Writer, name: str, rows: Iterable[Row]) -> int:
    """Write rows, one on a line; return how many."""
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        pending: list[bytes] = []
        for row in rows:
            count += 1
            pending.append(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")
            if len(pending) == carried.BATCH:
                yield b"".join(pending)
                pending.clear()
        yield b"".join(pending)

    writer.add(name, lines())
    return count


def _rows(model: type[models.Model], rows: Any, names: carried.Names, secrets: Secrets | None) -> Iterator[Row]:
    fields = carried.facts_of(model)
    hidden = [field for field in fields if carried.is_secret(field)]
    if secrets is None and not all(carried.is_dispensable(field) for field in hidden):
        return
    for values in rows.values(*[field.attname for field in fields]).iterator(chunk_size=carried.BATCH):
        row = carried.said(model, values, names)
        for field in hidden:
            if row[field.name]:
                row[field.name] = secrets.hide(row[field.name]) if secrets else ""
        yield row


# ── the record as it is kept here ────────────────────────────────────────────────────────────────
RECORDED = (
    "uid",
    "pk",
    "subject_id",
    "subject_uid",
    "actor_id",
    "actor_uid",
    "on_behalf_of_id",
    "behalf_uid",
    "digest",
    "proofs",
    "seal__number",
    "seal__digest",
    "seal__former",
    "seal__sealed_at",
)


def _record(committee: Any) -> Iterator[Row]:
    """Return what proves each event here, in their order.

    Its keys, its digest, its place in the chain, what it vouches for.
    """
    for values in _events(committee).values(*RECORDED, "data").iterator(chunk_size=carried.BATCH):
        data = values.pop("data")
        kept = {key: data[key] for key in carried.keys_in(data)}
        yield {name: carried.plain(value) for name, value in values.items()} | ({"keys": kept} if kept else {})


def _events(committee: Any) -> models.QuerySet[Event]:
    return Event.objects.filter(committee_code=committee.code).order_by("pk")


def _heads(committee: Any, *, until: int) -> Iterator[Row]:
    """Return the lines of the heads file that are the committee's, up to the link that was the last in the moment of the rows."""
    path = sealing.heads_file()
    if path.is_file():
        with path.open("rb") as source:
            for line in source:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue  # cut off by a full disk: it says nothing
                if not isinstance(row, dict) or row.get("committee") != committee.code:
                    continue
                if isinstance(number := row.get("number"), int) and number <= until:
                    yield row


# ── rules from above, and files ──────────────────────────────────────────────────────────────────
def _rules_above(committee: Any) -> Iterator[Row]:
    """Return the rules that the committee inherits, each with the code of whose it is; the national ones without."""
    above = [one.pk for one in committee.lineage()[1:]]
    rows = apps.get_model(carried.RULE)._base_manager.filter(Q(committee__in=above) | Q(committee=None))  # noqa: SLF001 -- as above
    for rule in rows.select_related("committee").order_by("pk"):
        row = {name: carried.plain(getattr(rule, name)) for name in bundles.OF_RULES if name != "committee"}
        yield row | {"committee": rule.committee.code if rule.committee else ""}


def _files(writer: Writer, committee: Any) -> Iterator[str]:
    """Write the uploads of the committee; return the places of those that are not there."""
    root = Path(settings.MEDIA_ROOT).resolve()
    for model in carried.carried().values():
        for field in (field for field in carried.facts_of(model) if isinstance(field, models.FileField)):
            rows = carried.rows_of(model, committee)
            for name in sorted({str(value) for value in rows.values_list(field.name, flat=True) if value}):
                path = root / name
                if not archive.is_safe(name) or not path.resolve().is_relative_to(root) or not path.is_file():
                    yield name
                    continue
                with path.open("rb") as source:
                    writer.add(f"{bundles.FILES}/{name}", archive.pieces_of(source))
