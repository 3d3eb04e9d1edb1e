"""Bundles that somebody wrote himself: rows changed, digests recomputed, signed with a key of his own.

He gets one committee, nothing beside.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import NOW
from tongxin.accounts.models import Account
from tongxin.backups import archive, bundles, carried, judging, unpacking
from tongxin.backups.tests.test_bundles import elsewhere, packed, refused, taken_in
from tongxin.backups.unpacking import NotUnpackedError, Wanted
from tongxin.cli.entrance import main
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.files.models import File
from tongxin.imports.models import Import, Made
from tongxin.regulations.models import Regulation

__all__ = ["elsewhere", "packed"]
pytestmark = pytest.mark.django_db
Parts, Rows = dict[str, bytes], list[dict[str, Any]]
Forge = Callable[["Open"], object]


class Open:
    """A bundle taken apart, to be changed."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as old:
            self.parts: Parts = {name: old.read(name) for name in old.namelist()}
        self.said: dict[str, Any] = json.loads(self.parts.pop("manifest.json"))

    def rows(self, name: str) -> Rows:
        return [json.loads(line) for line in self.parts[name].splitlines()]

    def put(self, name: str, rows: Rows) -> None:
        self.parts[name] = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)

    def set(self, name: str, /, **values: Any) -> None:
        """Change the first row of a table."""
        first, *others = self.rows(name)
        self.put(name, [first | values, *others])

    def add(self, name: str, /, **values: Any) -> None:
        """Add a row to a table, like its first."""
        self.put(name, [*self.rows(name), self.rows(name)[0] | values])

    def write(self, out: Path, key: bytes) -> Path:
        del self.said["signature"], self.said["signer"]
        members = [archive.Member(name, len(part), hashlib.sha256(part).hexdigest()) for name, part in self.parts.items()]
        manifest = bundles.Manifest(**self.said | {"members": members})
        with zipfile.ZipFile(out, "w") as new:
            for name, part in (self.parts | {"manifest.json": manifest.sealed_with("somebody else's key")}).items():
                new.writestr(name, part)
        bundles.key_file(out).write_bytes(key)
        return out


def forged(path: Path, forge: Forge) -> Path:
    opened = Open(path)
    forge(opened)
    return opened.write(path.with_name("forged.zip"), bundles.key_file(path).read_bytes())


def the_city(path: Path) -> Committee:
    """Set up the committee above, as it was there before anything arrived."""
    about: dict[str, Any] = Open(path).said["above"][0]
    return Committee.objects.create(**about)


# ── nothing beside the committee that arrives ────────────────────────────────────────────────────
BESIDE: dict[str, tuple[str, dict[str, Any]]] = {
    "a duty in the committee above": ("rows/committees.appointment.jsonl", {"duty": "admin.security", "unit": None}),
    "a rule of the committee above": ("rows/regulations.regulation.jsonl", {"effective_from": "2030-01-01"}),
    "a unit of the committee above": ("rows/committees.unit.jsonl", {"name": "市财政局", "number": ""}),
}


@pytest.mark.parametrize("name", BESIDE)
def test_no_row_gets_into_the_committee_above(packed: Path, elsewhere: None, name: str) -> None:
    city, (table, values) = the_city(packed), BESIDE[name]
    path = forged(packed, lambda opened: opened.add(table, uid="evilrow00001", committee=city.uid, **values))
    assert "不是本系统导出的" in refused(path)
    assert not Appointment.objects.exists()
    assert not Regulation.objects.filter(committee=city).exists()
    assert list(Committee.objects.all()) == [city]


def test_an_import_names_no_record_of_another_committee(packed: Path, elsewhere: None) -> None:
    theirs = Unit.objects.create(committee=the_city(packed), name="市财政局")
    run = {"kind": "units", "stage": "imported", "uid": "evilimport01"}
    made = {"uid": "evilmade0001", "imported": run["uid"], "label": "committees.unit"}

    def naming(*uids: str) -> Path:
        def forge(opened: Open) -> None:
            committee, account = opened.said["uid"], opened.rows(ACCOUNT)[0]["uid"]
            opened.parts[IMPORT] = line(Import(begun_at=NOW), run | {"committee": committee, "account": account})
            opened.parts[MADE] = line(Made(), made | {"committee": committee, "uids": list(uids)})

        return forged(packed, forge)

    assert "rows/imports.made.jsonl 第 1 行 uids" in refused(naming(theirs.uid))
    own = [Open(packed).rows(UNIT)[0]["uid"], "goneforever1"]
    unpacking.unpack(naming(*own), Wanted(), at=timezone.now())
    assert Made.objects.get().uids == own


def line(row: Any, values: dict[str, Any]) -> bytes:
    """Return a row as a bundle has it: of a new one, with some values set."""
    said = {field.name: carried.plain(getattr(row, field.attname)) for field in carried.facts_of(type(row))}
    return json.dumps(said | values, ensure_ascii=False).encode() + b"\n"


def test_no_rule_gets_into_the_national_library(packed: Path, elsewhere: None) -> None:
    before = Regulation.objects.count()
    path = forged(packed, lambda opened: opened.set("rows/regulations.regulation.jsonl", committee=None))
    assert "rows/regulations.regulation.jsonl 第 1 行 committee" in refused(path)
    assert Regulation.objects.count() == before


def test_whoever_has_an_account_here_gets_a_duty_by_the_word_of_people_here_alone(packed: Path, elsewhere: None) -> None:
    rows = Open(packed).rows("rows/committees.appointment.jsonl")
    here = Account.objects.create(uid=rows[0]["account"], username="zhao", name="赵敏")
    assert "赵敏（zhao）。请先向本人" in refused(packed)
    assert not Appointment.objects.exists()
    arrived = taken_in(packed, Wanted(accept_people=True))
    assert arrived.known == ["zhao"]
    assert set(Appointment.objects.filter(account=here).values_list("committee__code", flat=True)) == {"YX"}


def test_an_account_of_the_systems_own_name_is_refused(packed: Path, elsewhere: None) -> None:
    system = Account.objects.system()
    for values in ({"uid": "system"}, {"uid": system.uid}, {"uid": "evilrow00001", "username": "system"}):
        path = forged(packed, lambda opened, more=values: opened.add("rows/accounts.account.jsonl", **more))
        assert "rows/accounts.account.jsonl" in refused(path)


def test_a_file_that_lies_here_does_not_become_one_of_the_committees(packed: Path, elsewhere: None, settings: Any) -> None:
    [row] = Open(packed).rows("rows/files.file.jsonl")
    place = Path(settings.MEDIA_ROOT) / row["content"]
    place.parent.mkdir(parents=True)
    place.write_text("别人的", encoding="utf-8")
    path = forged(packed, lambda opened: opened.parts.pop(f"files/{row['content']}"))
    unpacking.unpack(path, Wanted(), at=timezone.now())
    file = File.objects.get()
    assert file.content.name != row["content"]
    assert not Path(file.content.path).exists()
    assert place.read_text(encoding="utf-8") == "别人的"


# ── only what this program writes ────────────────────────────────────────────────────────────────
SEAT, ACCOUNT, EVENT, FILE = (f"rows/{n}.jsonl" for n in ("members.seat", "accounts.account", "audit.event", "files.file"))
MEMBER, PROPOSAL, UNIT = (f"rows/{n}.jsonl" for n in ("members.member", "proposals.proposal", "committees.unit"))
PROOF, RULES = "record/events.jsonl", "rules/above.jsonl"
BODY = "rows/committees.committee.jsonl"
IMPORT, MADE = "rows/imports.import.jsonl", "rows/imports.made.jsonl"
VALUES: list[tuple[str, dict[str, Any]]] = [
    (SEAT, {"starts_on": "not-a-date"}),
    (SEAT, {"uid": None}),
    (SEAT, {"uid": ""}),
    (ACCOUNT, {"by_mail": "vielleicht"}),
    (ACCOUNT, {"username": 5}),
    (ACCOUNT, {"uid": [1]}),
    (EVENT, {"at": "0001-01-01T00:00:00+14:00"}),
    (EVENT, {"recorded_at": "2026-03-01T00:00:00"}),
    (EVENT, {"regulation_version": None}),
    (EVENT, {"data": [1, 2]}),
    (EVENT, {"data": {"unit_id": 5}}),
    (EVENT, {"data": {"word": "a\0b"}}),
    (EVENT, {"keys": ["account"]}),
    (EVENT, {"kind": "audit.arrive"}),
    (FILE, {"size": 10**30}),
    (FILE, {"size": True}),
    (FILE, {"size": float("nan")}),
    (FILE, {"content": "../keys/audit"}),
    (FILE, {"content": ".incoming/a"}),
    (FILE, {"content": None}),
    (UNIT, {"phone": 12345}),
    (MEMBER, {"name": {}}),
    (MEMBER, {"zzz": 1}),
    (PROPOSAL, {"title": "x" * 10000}),
    (PROPOSAL, {"title": "a\0b"}),
    (BODY, {"name": "\x1b[2J政协"}),
    (BODY, {"short_name": "云溪\x07"}),
    (MEMBER, {"name": "赵\x9b8m敏"}),
    (ACCOUNT, {"username": "zhao\u202e"}),
    (PROOF, {"proofs": [1]}),
    (PROOF, {"seal__number": "x"}),
    (PROOF, {"keys": 3}),
    (RULES, {"effective_from": "soon"}),
    (RULES, {"body": 7}),
    (RULES, {"committee_id": 1}),
    (RULES, {"committee": "YX"}),
]


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_a_value_that_its_column_cannot_hold_is_refused_before_anything_is_written(packed: Path, number: int) -> None:
    name, values = VALUES[number]
    demand_foreign(forged(packed, lambda opened: opened.set(name, **values)))


def demand_foreign(path: Path) -> None:
    read = bundles.Bundle(path)
    with pytest.raises((judging.ForeignError, archive.UnsoundError)):
        judging.judge(read, None)
    read.close()


def part(name: str, content: bytes = b"x") -> Forge:
    return lambda opened: opened.parts.update({name: content})


def about(**values: Any) -> Forge:
    return lambda opened: opened.said.update(values)


def above(**values: Any) -> Forge:
    return lambda opened: opened.said["above"][0].update(values)


def without_a_column(opened: Open) -> None:
    first, *others = opened.rows(MEMBER)
    del first["name"]
    opened.put(MEMBER, [first, *others])


WHOLE: dict[str, Forge] = {
    "a table that is none": part("rows/nonsense.table.jsonl", b'{"a":1}\n'),
    "a table that stays": part("rows/accounts.invitation.jsonl", b'{"a":1}\n'),
    "a file of no row": part("files/" + "a" * 254 + "/" + "b" * 240),
    "a record by another name": part("record/origins/YX.x"),
    "no committee": part("rows/committees.committee.jsonl", b""),
    "two committees": lambda o: o.add("rows/committees.committee.jsonl", uid="zzzzzzzzzzzz", code="ZZ"),
    "a head of no number": part("record/heads.jsonl", b'{"number":[1],"digest":5}\n'),
    "a level that is none": above(tier="galaxy"),
    "a column above that is none": above(nonsense=9),
    "a moment that is none": about(at="x"),
    "a name that a terminal obeys": about(name="\x1b[2J政协"),
    "a version that a terminal obeys": about(version="\x1b]0;here\x07"),
    "a name above that a terminal obeys": above(name="\x1b[2J政协"),
    "a column that is missing": without_a_column,
}


def in_a_circle(name: str, column: str, length: int) -> Forge:
    """Let the rows of a table point to one another, the last to the first."""

    def forge(opened: Open) -> None:
        rows = opened.rows(name)
        circle = [rows[0] | {"uid": f"circle{number:06}"} for number in range(length)]
        for row, after in zip(circle, [*circle[1:], circle[0]], strict=True):
            row[column] = after["uid"]
        opened.put(name, [*rows, *circle])

    return forge


def test_no_row_comes_after_itself(packed: Path) -> None:
    within = [
        (label, field.name)
        for label, model in carried.carried().items()
        for field in carried.references_within(carried.facts_of(model))
        if label != carried.BODY
    ]
    assert {"members.member", "proposals.proposal", "handling.task"} <= {label for label, _column in within}
    for label, column in within:
        for length in (1, 2, 3):
            path = forged(packed, in_a_circle(f"rows/{label}.jsonl", column, length))
            read = bundles.Bundle(path)
            with pytest.raises(judging.ForeignError, match=rf"{label}\.jsonl {column}"):
                judging.judge(read, None)
            read.close()


def test_a_line_without_end_is_not_collected(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles.Bundle, "longest_line", 3 << 20)
    path = forged(packed, part(RULES, b'{"a":"' + b"a" * (4 << 20) + b'"}\n'))
    read = bundles.Bundle(path)
    with pytest.raises(archive.UnsoundError, match=r"rules/above\.jsonl 有一行超过 3 MB"):
        judging.judge(read, None)
    read.close()


def test_what_says_that_it_does_not_fit_on_the_disk_is_not_read(
    packed: Path, elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda _place: SimpleNamespace(free=1))
    assert "空间不足：里面的内容共" in refused(packed)


def test_nothing_is_printed_that_a_terminal_obeys(packed: Path, elsewhere: None, capsys: pytest.CaptureFixture[str]) -> None:
    path = forged(packed, about(missing=["\x1b[31m还有\n第二行"], problems=[["x", "\x1b[2J\x9b8m\nok"]]))
    assert main(["import", "bundle", str(path)]) == 2
    assert main(["import", "bundle", str(path), "--accept-broken"]) == 0
    said = "".join(capsys.readouterr())
    assert "第二行" in said
    assert [sign for sign in said if not sign.isprintable() and sign != "\n"] == []
    assert not any(line.startswith(("ok", "第二行")) for line in said.splitlines())


@pytest.mark.parametrize("name", WHOLE)
def test_what_this_program_does_not_write_is_refused(packed: Path, name: str) -> None:
    demand_foreign(forged(packed, WHOLE[name]))


def test_a_true_bundle_is_none_of_these(packed: Path) -> None:
    read = bundles.Bundle(packed)
    judging.judge(read, None)
    read.close()


def test_the_command_says_so_in_a_sentence_and_ends_with_2(
    packed: Path, elsewhere: None, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    path = forged(packed, lambda opened: opened.set(SEAT, starts_on="not-a-date"))
    before = sorted(Path(settings.TONGXIN_HOME).rglob("*"))
    assert main(["import", "bundle", str(path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert (out, "rows/members.seat.jsonl 第 1 行 starts_on" in err) == ("", True)
    assert sorted(Path(settings.TONGXIN_HOME).rglob("*")) == before
    assert not Committee.objects.exists()


def test_what_is_hidden_is_a_text_too(packed: Path, elsewhere: None) -> None:
    secrets = bundles.read_secrets(bundles.key_file(packed))
    path = forged(packed, lambda opened: opened.set(UNIT, phone=secrets.hide({"number": 1})))
    with pytest.raises(NotUnpackedError, match="phone"):
        unpacking.unpack(path, Wanted(), at=timezone.now())
