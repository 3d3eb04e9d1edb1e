"""Taking a committee in: everything of it or nothing, under keys of this house, its record chained anew and the old one kept."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import origins, sealing, truth
from tongxin.audit.models import Event, Head
from tongxin.backups import above, archive, arriving, bundles, carried, filling, journal, judging, tables
from tongxin.backups.bundles import Bundle, Secrets
from tongxin.core.faults import SomeFailedError, first_line
from tongxin.core.ids import new_uid

NEWER = gettext_lazy(
    "{path} 是较新版本（{version}）的程序导出的，这个版本不认识它的数据库结构（{name}）。请换用新版本的程序，再导入。"
)
OLDER = gettext_lazy(
    "{path} 是较早版本（{version}）的程序导出的。请在原处升级到这个版本（{here}），重新导出；原处已经不在的，用写它的版本导入，再升级。"
)
KNOWN = gettext_lazy("{name}已经在本系统里（代码 {code}），没有导入。")
SAME_CODE = gettext_lazy("代码 {code} 在本系统里已被使用，没有导入。请加 --as 另写一个代码。")
NO_KEY = gettext_lazy(
    "这份整体导出文件里的电话号码是加密的，没有找到口令文件 {place}。请把导出时一起生成的 {name} 放到它旁边，或者用 --key 指明；确实没有了，请加 --without-phones，电话号码就不导入。没有写入任何内容。"
)
OTHER_SIGNER = gettext_lazy("这份整体导出文件的签名是 {found}，不是 {asked}，不是从那个系统导出的。没有写入任何内容。")
BROKEN = gettext_lazy(
    "操作记录或者数据在原系统就已核验不符，没有导入：{said}。请先在原系统用 tongxin audit verify 查明；弄清原因以后仍要导入的，加 --accept-broken，不符之处会写入操作记录。"
)
NOT_WRITTEN = gettext_lazy("没有导入，原有的数据没有变（{said}）。")
FOREIGN = gettext_lazy("{name} 里有本系统不会写的内容，或者指向别处的内容（{said}），不是本系统导出的，没有导入。")
PEOPLE_HERE = gettext_lazy(
    "这份文件给本系统里已有的账户安排了职责或者席位：{said}。请先向本人和原来的政协核实；确实是本人的，加 --accept-people 再导入。没有写入任何内容。"
)
NO_ROOM = gettext_lazy("{place} 空间不足：里面的内容共 {needed} MB，现有 {free} MB。没有写入任何内容。")
SPARE = 1.2  # times what a bundle says that is in it must be free before it is read
SHOWN = 5
LONGEST = 200  # of a file's name in its row


class NotUnpackedError(Exception):
    """Nothing was taken in; the sentence says why."""


@dataclass(frozen=True)
class Wanted:
    """How a bundle is to be taken in."""

    code: str = ""  # another code than it had
    key: Path | None = None
    without_secrets: bool = False
    signer: str = ""  # the fingerprint that it must have
    origin_key: str | None = None  # the audit key of where it comes from
    accept_broken: bool = False
    accept_people: bool = False  # who has an account here gets what the bundle has for him


@dataclass
class Arrived:
    """What was taken in, and what people should know of it."""

    committee: Any
    signer: str
    has_key: bool  # whether every digest of the record was reckoned again
    rows: int = 0
    files: int = 0
    problems: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # sign-in names of people who had an account here
    differences: list[str] = field(default_factory=list)  # of rules from above
    missing: list[str] = field(default_factory=list)


def unpack(path: Path, wanted: Wanted, *, at: datetime) -> Arrived:
    """Take a committee in. Raises NotUnpackedError and changes nothing."""
    try:
        read = Bundle(path)
        try:
            secrets, arrived = _looked_at(read, wanted)
            house = filling.House(read, wanted.code or read.manifest.code, secrets)
            name = f"{at.strftime('%Y%m%dT%H%M%S%f')}.jsonl"
            with journal.begun(journal.BUNDLE, code=house.code, record=name) as written, transaction.atomic():
                _take_in(house, arrived, _Files(written), name, at)
        finally:
            read.close()
    except (archive.UnsoundError, journal.BusyError) as error:
        raise NotUnpackedError(str(error)) from error
    except judging.ForeignError as error:
        raise NotUnpackedError(FOREIGN.format(name=path, said=error)) from error
    except (OSError, DatabaseError) as error:  # the disk or the database, full or gone
        raise NotUnpackedError(NOT_WRITTEN.format(said=first_line(error))) from error
    except judging.NOT_OURS as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        raise NotUnpackedError(FOREIGN.format(name=path, said=archive.shown(said))) from error
    with suppress(OSError, SomeFailedError):  # the worker does it in its next round; `tongxin check` says when it cannot
        sealing.seal(at=at)
    return arrived


# ── before anything is written ───────────────────────────────────────────────────────────────────
def _looked_at(read: Bundle, wanted: Wanted) -> tuple[Secrets | None, Arrived]:
    manifest = read.manifest
    if wanted.signer and wanted.signer != read.fingerprint:
        raise NotUnpackedError(OTHER_SIGNER.format(found=read.fingerprint, asked=wanted.signer))
    _demand_schema(read)
    _demand_room(read, wanted)
    _demand_space(read)
    secrets = _secrets(read, wanted)
    read.read_through()
    judging.judge(read, secrets)
    if not wanted.accept_people:
        _demand_nobody_here(read)
    key = wanted.origin_key or settings.AUDIT_KEY
    has_key = archive.known_by("audit", key) == manifest.audit_key
    problems = [f"{archive.shown(why)}：{archive.shown(where)}" for where, why in manifest.problems] + arriving.problems(
        read, key if has_key else None
    )
    if problems and not wanted.accept_broken:
        raise NotUnpackedError(BROKEN.format(said="；".join(problems[:3])))
    arrived = Arrived(None, read.fingerprint, has_key, problems=problems)
    arrived.missing = [archive.shown(name) for name in manifest.missing]
    return secrets, arrived


def _demand_schema(read: Bundle) -> None:
    loader, about = MigrationLoader(None), read.manifest
    theirs = archive.shown(str(about.version))
    here = tables.ends_of(tables.schema_here(), loader)
    for key in about.schema:
        if key not in loader.graph.nodes:
            raise NotUnpackedError(NEWER.format(path=read.path, version=theirs, name=archive.shown(".".join(key))))
    if sorted(about.schema) != sorted(here):
        raise NotUnpackedError(OLDER.format(path=read.path, version=theirs, here=version("tongxin")))


def _demand_room(read: Bundle, wanted: Wanted) -> None:
    bodies = apps.get_model(carried.BODY)._base_manager  # noqa: SLF001 -- Django's public-in-practice Meta
    if there := bodies.filter(uid=read.manifest.uid).first():
        raise NotUnpackedError(KNOWN.format(name=there.name, code=there.code))
    code = wanted.code or read.manifest.code
    records = (Event.objects, Head.objects)
    if bodies.filter(code=code).exists() or any(rows.filter(committee_code=code).exists() for rows in records):
        raise NotUnpackedError(SAME_CODE.format(code=code))


def _demand_space(read: Bundle) -> None:
    """Refuse what does not fit on the disk by its own word, which no member exceeds."""
    place = Path(settings.TONGXIN_HOME)
    needed = int(sum(member.size for member in read.manifest.members) * SPARE)
    if (free := shutil.disk_usage(place).free) < needed:
        raise NotUnpackedError(NO_ROOM.format(place=place, needed=needed >> 20, free=free >> 20))


def _secrets(read: Bundle, wanted: Wanted) -> Secrets | None:
    place = wanted.key or bundles.key_file(read.path)
    if not read.manifest.secrets or wanted.without_secrets:
        return None
    if not place.is_file():
        raise NotUnpackedError(NO_KEY.format(place=place, name=place.name))
    secrets = bundles.read_secrets(place)
    if secrets.known_by != read.manifest.secrets:
        raise NotUnpackedError(bundles.WRONG_KEY.format(path=place))
    return secrets


def _demand_nobody_here(read: Bundle) -> None:
    """Refuse what would give somebody who has an account here a duty or a seat: that, only people here can know to be right."""
    people = sorted(row["uid"] for row in read.rows(f"{bundles.ROWS}/{carried.ACCOUNT}.jsonl"))
    here = {account.uid: account for account in Account.objects.filter(uid__in=people)}
    given = [
        f"{here[row[column]].name}（{here[row[column]].username}）"
        for label, column in carried.SEATS.items()
        for row in read.rows(f"{bundles.ROWS}/{label}.jsonl")
        if row[column] in here
    ]
    if given:
        more = _("等 %(n)s 人") % {"n": len(set(given))} if len(set(given)) > SHOWN else ""
        raise NotUnpackedError(PEOPLE_HERE.format(said="、".join(list(dict.fromkeys(given))[:SHOWN]) + more))


# ── all or nothing ───────────────────────────────────────────────────────────────────────────────
class _Files:
    """The files that an arrival writes: where each will lie is in the journal before the first is written."""

    def __init__(self, written: journal.Journal) -> None:
        self._journal = written
        self._planned: list[tuple[Path, Callable[[], Iterator[bytes]]]] = []

    def plan(self, path: Path, pieces: Callable[[], Iterator[bytes]]) -> None:
        self._planned.append((path, pieces))

    def write(self) -> None:
        self._journal.note(files=[str(path) for path, _pieces in self._planned])
        self._journal.facts["files"] = done = list[str]()  # after an error, those alone that were written
        for path, pieces in self._planned:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                done.append(str(path))
                out.writelines(pieces())
                out.flush()
                os.fsync(out.fileno())


def _take_in(house: filling.House, arrived: Arrived, files: _Files, name: str, at: datetime) -> None:
    read, code = house.read, house.code
    about = read.manifest
    parent = above.bodies(about.above, read.rows(bundles.RULES), arrived.differences, at)
    house.keys[carried.ABOVE] = {about.above[0]["uid"]: parent.pk} if about.above else {}
    places = _plan_files(read, files)
    _plan_records(read, code, name, files)
    files.write()
    house.fill(places)
    arrived.renamed, arrived.known, arrived.files = house.renamed, house.known, sum(1 for _ in read.below(f"{bundles.FILES}/"))
    committee = apps.get_model(carried.BODY)._base_manager.get(uid=about.uid)  # noqa: SLF001 -- as above
    house.demand_nothing_beside(committee)
    arrived.committee = committee
    said = filling.witnessed(code)
    unsaid = filling.write_events(house, said)
    arrived.rows = house.rows
    for kind in truth.declared():
        if found := {key: digest for key, digest in unsaid.items() if key.startswith(truth.key_of(kind.label, ""))}:
            audit.record_vouching(committee, kind, found, at=at)
    connection.check_constraints()
    data = {
        "code": about.code, "name": about.name, "signer": read.fingerprint, "events": about.events, "number": about.sealed[0],
        "digest": about.sealed[1], "packed_at": about.at, "record": name, "problems": "；".join(arrived.problems),
        "sha256": origins.digest_of(origins.place_of(code, name)),
    }  # fmt: skip
    audit.record(origins.ARRIVAL, committee, actor=Account.objects.system(), at=at, data=data)


def _plan_files(read: Bundle, files: _Files) -> dict[str, str]:
    """Plan where the uploads lie; return under which name each lies here.

    Of one that is not in the bundle the name is free too: nothing that lies here already becomes a file of the committee's.
    """
    places: dict[str, str] = {}
    names = list(dict.fromkeys(row["content"] for row in read.rows(f"{bundles.ROWS}/{carried.FILE}.jsonl")))
    rows = apps.get_model(carried.FILE)._base_manager  # noqa: SLF001 -- as above
    taken = {
        name
        for some in (names[at : at + carried.BATCH] for at in range(0, len(names), carried.BATCH))
        for name in rows.filter(content__in=some).values_list("content", flat=True)
    }
    for name in names:
        there = _free_name(name, taken)
        if (member := read.member(f"{bundles.FILES}/{name}")) is not None:
            files.plan(Path(default_storage.path(there)), partial(read.pieces, member))
        places[name] = there
    return places


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name under which nothing lies here, and that no row here names."""
    if name in taken:
        path = PurePosixPath(name)
        name = str(path.with_name(f"{new_uid()}{path.suffix}"))
    return default_storage.get_available_name(name, max_length=LONGEST)


def _plan_records(read: Bundle, code: str, name: str, files: _Files) -> None:
    """Keep the record as it was, and those that it had brought from elsewhere: of which an arrival tells, and no others."""

    def lines() -> Iterator[bytes]:
        about: Mapping[str, Any] = {key: value for key, value in read.said.items() if key not in {"members", "rows", "above"}}
        yield json.dumps(about, ensure_ascii=False).encode() + b"\n"
        for part in (bundles.EVENTS, bundles.HEADS):
            if (member := read.member(part)) is not None:
                yield from read.pieces(member)

    for stray in origins.folder().glob(f"{code}.*.jsonl"):  # nobody of this code is here: a kill has left it
        stray.unlink()
    told = {row["data"].get("record") for row in read.rows(bundles.MOVES) if row["kind"] == origins.ARRIVAL}
    for member in read.below(bundles.ORIGINS):
        rest = member.name.removeprefix(bundles.ORIGINS).partition(".")[2]
        if rest in told:
            files.plan(origins.place_of(code, rest), partial(read.pieces, member))
    files.plan(origins.place_of(code, name), lines)
