"""One committee with everything moves house: it is the same there, its record holds, and people go on working."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, Cast, everybody
from tests.migrated import empty_database
from tongxin.accounts.models import Account
from tongxin.audit import origins, verifying
from tongxin.audit.models import Event
from tongxin.backups import archive, bundles, packing, unpacking
from tongxin.backups.bundles import Manifest
from tongxin.backups.tests.homes import Home
from tongxin.backups.unpacking import Arrived, NotUnpackedError, Wanted
from tongxin.cli import start
from tongxin.cli.entrance import main
from tongxin.committees.models import Committee, Unit
from tongxin.files.models import File
from tongxin.handling.models import Task
from tongxin.handling.workflow import SignFor
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.proposals.models import Attachment, Proposal
from tongxin.regulations import queries
from tongxin.workflow.engine import perform

AS_IT_IS = Wanted()
KEY = django_settings.AUDIT_KEY
pytestmark = pytest.mark.django_db
HELD = (
    "accounts.account",
    "audit.event",
    "committees.appointment",
    "committees.counter",
    "regulations.regulation",
    "files.file",
    "notices.notice",
    "members.seat",
    "proposals.signature",
    "proposals.attachment",
    "handling.task",
    "handling.advice",
    "handling.contact",
)
Rows = dict[str, list[dict[str, Any]]]


def a_year(cast: Cast) -> Proposal:
    """A case that was answered and one that waits for a unit, with a file, and a telephone number."""
    proposal = cast.answered().proposal
    cast.assigned(title="关于在石桥镇设立图书流动站的建议")
    text = "夜间药房".encode()
    name = default_storage.save("2026/03/说明.txt", ContentFile(text))
    about = {"name": "说明.txt", "kind": "txt", "size": len(text), "digest": hashlib.sha256(text).hexdigest(), "uploaded_at": NOW}
    file = File.objects.create(committee=cast.county, owner=cast.proposer, content=name, **about)
    from tongxin.audit import actions as audit
    from tongxin.audit.truth import New

    held = Attachment.objects.create(committee=cast.county, proposal=proposal, file=file)
    audit.record("proposals.attach", proposal, actor=cast.proposer, at=NOW, data={"name": file.name}, proves=[New(held)])
    Unit.objects.filter(pk=cast.unit.pk).update(phone="0900-6661234")
    notices.deliver()
    return proposal


def packed_away(out: Path, spoil: Callable[[Proposal], object] = lambda _proposal: None) -> Manifest:
    """Pack the cast's county, and take everybody out of the database again."""
    with transaction.atomic():
        cast = everybody()
        spoil(a_year(cast))
        made = packing.pack(out, cast.county, at=timezone.now())
        transaction.set_rollback(True)
    queries.forget()
    return made


_made: dict[str, bytes] = {}


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A bundle, made once; of the house that it comes from nothing is left but its keys."""
    places = (tmp_path / "YX.zip", tmp_path / "YX.zip.key")
    if not _made:
        packed_away(places[0])
        _made.update({place.name: place.read_bytes() for place in places})
    for place in places:
        place.write_bytes(_made[place.name])
    return places[0]


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Path) -> None:
    """Another installation: an empty database, a home and keys of its own."""
    settings.TONGXIN_HOME = tmp_path / "elsewhere"
    settings.MEDIA_ROOT = tmp_path / "elsewhere" / "files"
    settings.TONGXIN_HOME.mkdir()
    settings.AUDIT_KEY, settings.FIELD_KEY = "the other house's", "the other house's too"
    start.migrate_and_load()


def rows_of(path: Path) -> Rows:
    """Return all rows of a bundle, what is hidden in them read with the key beside it."""
    read, secrets = bundles.Bundle(path), bundles.read_secrets(bundles.key_file(path))
    found: Rows = {}
    for member in read.below(f"{bundles.ROWS}/"):
        found[member.name] = list(read.rows(member.name))
        for row in found[member.name]:
            row |= {
                name: secrets.show(row[name])
                for name in ("phone", "fields")
                if name in row and str(row[name]).startswith("gAAAA")
            }
    read.close()
    return found


def refused(path: Path, wanted: Wanted = AS_IT_IS) -> str:
    before = Event.objects.count()
    with pytest.raises(NotUnpackedError) as error:
        unpacking.unpack(path, wanted, at=timezone.now())
    assert Event.objects.count() == before
    return str(error.value)


def taken_in(path: Path, wanted: Wanted = AS_IT_IS) -> Arrived:
    arrived = unpacking.unpack(path, wanted, at=timezone.now())
    verdict = verifying.verify()
    assert verdict.problems == ()
    assert verdict.sealed == verdict.events
    return arrived


def test_what_moves_house_is_the_same_there_and_work_goes_on(packed: Path, elsewhere: None, tmp_path: Path) -> None:
    before = rows_of(packed)
    assert [name for name in HELD if not before[f"rows/{name}.jsonl"]] == []
    arrived = taken_in(packed)
    assert (arrived.problems, arrived.renamed, arrived.known, arrived.files) == ([], [], [], 1)
    assert [text for text in arrived.differences if "青岚市" not in text] == []
    packing.pack(tmp_path / "again.zip", arrived.committee, at=timezone.now())
    assert rows_of(tmp_path / "again.zip") == before
    assert File.objects.get().content.read() == "夜间药房".encode()
    assert Unit.objects.get(name=before_unit(before)).phone == "0900-6661234"
    assert list(Member.objects.exclude(committee=arrived.committee)) == []
    assert all(not account.has_usable_password() for account in Account.objects.all())
    pages_open(arrived.committee)
    task = Task.objects.filter(state="awaiting", part="lead").get()
    clerk = Account.objects.get(appointments__unit=task.unit, appointments__duty="unit.clerk")
    perform(task, "sign_for", actor=clerk, at=NOW, payload=SignFor("孟时雨"))
    assert verifying.verify().ok


def before_unit(rows: Rows) -> str:
    return str(next(row["name"] for row in rows["rows/committees.unit.jsonl"] if row["phone"]))


def pages_open(committee: Committee) -> None:
    """Everybody opens the pages that are theirs."""
    proposal = Proposal.objects.filter(committee=committee).order_by("id")[0]
    for account in Account.objects.exclude(username="system"):
        client = Client()
        client.force_login(account, backend="tongxin.accounts.backends.SignInName")
        paths = ["/home/", "/proposals/", "/account/", proposal.get_absolute_url(), "/audit/", "/units/", "/regulations/"]
        codes = {path: client.get(path).status_code for path in paths}
        assert codes["/home/"] in {200, 302}
        assert max(codes.values()) < 500


def test_the_record_as_it_was_is_kept_beside_shown_and_compared(packed: Path, elsewhere: None) -> None:
    arrived = taken_in(packed)
    event = Event.objects.get(kind="audit.arrive")
    [kept] = origins.files_of("YX")
    about, *proofs = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
    assert (event.data["number"], event.data["digest"]) == tuple(about["sealed"])
    assert bundles.fingerprint(about["signer"]) == arrived.signer == event.data["signer"]
    assert {row["uid"] for row in proofs if "uid" in row} < set(Event.objects.values_list("uid", flat=True))
    assert "孟时雨" not in kept.read_text(encoding="utf-8")
    kept.write_text(kept.read_text(encoding="utf-8").replace(about["sealed"][1], "0" * 40), encoding="utf-8")
    [problem] = verifying.verify().problems
    assert problem.where == f"audit/origins/{kept.name}"


def test_it_may_get_another_code_and_a_name_that_is_taken_becomes_another(packed: Path, elsewhere: None) -> None:
    taken = Account.objects.create(username="office", name="别处的办公室")
    arrived = taken_in(packed, Wanted(code="YX2"))
    assert arrived.committee.code == "YX2"
    assert "已经在本系统里（代码 YX2）" in refused(packed)
    assert {committee.code for committee in Committee.objects.all()} == {"YX2", "QL"}
    assert set(Event.objects.exclude(committee_code="").values_list("committee_code", flat=True)) == {"YX2", "QL"}
    assert not Event.objects.filter(regulation_version__startswith="YX:").exists()
    assert all(after == f"{before}-yx2" or after.startswith("YX2/") for before, after in arrived.renamed)
    assert ("office", "office-yx2") in arrived.renamed
    taken.refresh_from_db()
    assert (taken.username, taken.name) == ("office", "别处的办公室")


def test_what_is_refused_says_why_and_writes_nothing(packed: Path, elsewhere: None, tmp_path: Path) -> None:
    assert "不是从那个系统导出的" in refused(packed, Wanted(signer="0000-0000-0000-0000-0000"))
    key = bundles.key_file(packed)
    kept = key.read_bytes()
    key.write_bytes(kept.swapcase())
    assert "不是这份整体导出文件的口令文件" in refused(packed)
    key.unlink()
    assert "请加 --without-phones" in refused(packed)
    key.write_bytes(kept)
    newer = rewritten(packed, tmp_path / "newer.zip", lambda said: said["schema"].append(["handling", "9999_later"]))
    assert "不认识它的数据库结构（handling.9999_later）" in refused(newer)
    older = rewritten(packed, tmp_path / "older.zip", lambda said: said["schema"].pop())
    assert "请在原处升级到这个版本" in refused(older)
    changed = rewritten(packed, tmp_path / "changed.zip", lambda said: said.update(name="别的名称"), sign=False)
    assert "清单与签名不符" in refused(changed)
    torn = tmp_path / "torn.zip"
    torn.write_bytes(packed.read_bytes()[:-2000])
    assert "不是整体导出的文件" in refused(torn)
    Committee.objects.create(code="YX", name="另一个", short_name="另一个", place="别处", tier="county")
    assert "代码 YX 在本系统里已被使用" in refused(packed)


def rewritten(path: Path, out: Path, change: Callable[[dict[str, Any]], object], *, sign: bool = True, event: str = "") -> Path:
    """Write a bundle anew, as somebody else would: the list of contents changed and signed with a key of his own.

    `event`: what the first event's subject is called instead.
    """
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        said = json.loads(parts.pop("manifest.json"))
        change(said)
        if event:
            name = "rows/audit.event.jsonl"
            first, _end, rest = parts[name].partition(b"\n")
            parts[name] = json.dumps(json.loads(first) | {"subject_label": event}).encode() + b"\n" + rest
            about = next(member for member in said["members"] if member["name"] == name)
            about |= {"size": len(parts[name]), "digest": hashlib.sha256(parts[name]).hexdigest()}
        if sign:
            del said["signature"], said["signer"]
            said["members"] = [archive.Member(**row) for row in said["members"]]
            parts["manifest.json"] = bundles.Manifest(**said).sealed_with("somebody else's key")
        else:
            parts["manifest.json"] = json.dumps(said).encode()
        for name, content in parts.items():
            new.writestr(name, content)
    bundles.key_file(out).write_bytes(bundles.key_file(path).read_bytes())
    return out


def test_with_the_key_of_the_origin_every_digest_is_reckoned_again(packed: Path, elsewhere: None, tmp_path: Path) -> None:
    forged = rewritten(packed, tmp_path / "forged.zip", lambda _said: None, event="从来没有的事")
    assert "操作记录被改动过" in refused(forged, Wanted(origin_key=KEY))
    assert taken_in(packed, Wanted(origin_key=KEY)).has_key


def test_a_record_that_does_not_hold_is_refused_or_taken_in_as_what_it_is(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    made = packed_away(
        tmp_path / "YX.zip", lambda proposal: Proposal.objects.filter(pk=proposal.pk).update(title="从来没有的题目")
    )
    [(where, why)] = made.problems
    assert where.startswith("proposals.proposal/text:")
    request.getfixturevalue("elsewhere")
    assert "数据被改动过：proposals.proposal/text" in refused(tmp_path / "YX.zip")
    arrived = taken_in(tmp_path / "YX.zip", Wanted(accept_broken=True))
    said = Event.objects.get(kind="audit.arrive").data["problems"]
    assert said == "；".join(arrived.problems) == f"{why}：{where}"


def test_without_the_key_the_telephone_numbers_alone_stay_behind(packed: Path, elsewhere: None) -> None:
    assert b"0900-6661234" not in b"".join(zipfile.ZipFile(packed).read(name) for name in zipfile.ZipFile(packed).namelist())
    bundles.key_file(packed).unlink()
    taken_in(packed, Wanted(without_secrets=True))
    assert {unit.phone for unit in Unit.objects.all()} == {""}
    assert set(Member.objects.values_list("phone_hash", flat=True)) == {""}


def said_by(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any, str]:
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_by_commands_it_is_taken_in_exported_and_refused(
    packed: Path, elsewhere: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, err = said_by(capsys, "import", "bundle", packed, "--as", "YX2", "--invite", "--json")
    assert (code, said["committee"], said["problems"], list(said["invitations"])) == (0, "YX2", [], ["security"]), err
    assert f"原系统的签名：{said['signer']}" in err
    code, verdict, _err = said_by(capsys, "audit", "verify", "--committee", "YX2", "--json")
    assert (code, verdict["ok"]) == (0, True)
    again = tmp_path / "again.zip"
    code, said, err = said_by(capsys, "export", "bundle", again, "--committee", "YX2", "--json")
    assert (code, said["ok"], said["files"], said["key"]) == (0, True, 1, f"{again}.key")
    assert again.stat().st_mode & 0o077 == 0
    code, _said, err = said_by(capsys, "import", "bundle", again)
    assert (code, "已经在本系统里（代码 YX2）" in err) == (2, True)
    code, _said, err = said_by(capsys, "export", "bundle", again, "--committee", "YX2")
    assert (code, "已经存在" in err) == (2, True)


def test_it_goes_to_an_embedded_database_whatever_it_comes_from(packed: Path, tmp_path: Path) -> None:
    before = rows_of(packed)
    home = Home(tmp_path / "embedded")
    home.place.mkdir()
    shutil.copyfile(empty_database(), home.place / "tongxin.sqlite3")
    assert home.run("migrate", keys=False)[0] == 0
    assert home.run("import", "bundle", packed, "--json", keys=False)[0] == 0
    code, said, _err = home.run("export", "bundle", tmp_path / "again.zip", "--committee", "YX", "--json", keys=False)
    assert (code, said["ok"]) == (0, True)
    assert rows_of(tmp_path / "again.zip") == before


def test_a_bundle_is_written_through_a_link_and_takes_no_pipes_place(cast: Cast, tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "disk" / "there.zip", tmp_path / "YX.zip", tmp_path / "pipe.zip"
    target.parent.mkdir()
    link.symlink_to(target)
    packing.pack(link, cast.county, at=timezone.now())
    assert link.is_symlink()
    assert zipfile.is_zipfile(target)
    assert bundles.key_file(link).is_file()
    os.mkfifo(pipe)
    with pytest.raises(packing.NotPackedError, match="不是普通文件"):
        packing.pack(pipe, cast.county, at=timezone.now())
    assert pipe.is_fifo()


def test_names_that_hide_something_are_named_before_anything_is_written(cast: Cast, tmp_path: Path) -> None:
    """What came in before commands cleaned names: whoever exports reads which row and column it is, and what to do."""
    hidden = "\u200b"
    Committee.objects.filter(pk=cast.county.pk).update(name=f"政协{hidden}云溪县委员会")
    Unit.objects.filter(pk=cast.unit.pk).update(short_name=f"县卫健局{hidden}")
    with pytest.raises(packing.NotPackedError) as refused:
        packing.pack(tmp_path / "YX.zip", cast.county, at=timezone.now())
    assert str(refused.value) == (
        f"committees.committee {cast.county.uid} 的名称“政协�云溪县委员会”、committees.unit {cast.unit.uid} 的简称“县卫健局�”里有看不见的字符，"
        "别的系统不会接收，没有导出。请先在系统里改成没有这种字符的写法，再导出；页面上改不了的，请告诉维护人员。"
    )
    assert list(tmp_path.glob("*.zip*")) == []
