"""A committee of which an import was undone moves house.

What its events tell of is gone, and nobody forged anything.
"""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, everybody
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import origins, sealing, verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import found, raw
from tongxin.backups import packing, unpacking
from tongxin.backups.tests.test_bundles import elsewhere
from tongxin.backups.unpacking import Wanted
from tongxin.imports.choices import Stage
from tongxin.imports.tests.conftest import MEMBERS, brought, step, worked
from tongxin.imports.tests.test_proposals import HEAD, WHOLE
from tongxin.members import actions as members
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal
from tongxin.regulations import queries

__all__ = ["elsewhere"]
pytestmark = pytest.mark.django_db
ORIGIN = django_settings.AUDIT_KEY
ELSEWHERE_ON_NOTHING = "记录被改到其他事项"
UNITS = "单位名称,归口\n县气象局,政府\n县档案馆,党委\n"


def undone(cast: Cast, kind: str, sheet: str) -> None:
    """Import a sheet on the page, look at what came, and take it all back."""
    office = Client()
    office.force_login(cast.office)
    assert brought(office, kind, sheet).status_code == 302
    run = step(office, "take", worked())
    assert (run.stage, run.wrong) == (Stage.IMPORTED, 0)
    if kind == "members":
        members.invite(Member.objects.get(name="苏闻"), actor=cast.office, at=timezone.now())
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE


_made: dict[str, bytes] = {}


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A bundle of a committee that took back imports of members, of proposals and of units.

    It verified where it was.
    """
    if not _made:
        pack_away(tmp_path / "YX.zip")
        _made.update({name: (tmp_path / name).read_bytes() for name in ("YX.zip", "YX.zip.key")})
    for name, content in _made.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path / "YX.zip"


def pack_away(out: Path) -> None:
    with transaction.atomic():
        cast = everybody()
        cast.answered()
        undone(cast, "members", MEMBERS + "苏闻,1985-03,农业界,,,\n曾贤,1979-11,农业界,,,\n")
        undone(cast, "proposals", HEAD + WHOLE)
        undone(cast, "units", UNITS)
        sealing.seal(at=timezone.now())
        assert verifying.verify().problems == ()
        assert packing.pack(out, cast.county, at=timezone.now()).problems == []
        transaction.set_rollback(True)
    queries.forget()


@pytest.mark.parametrize("wanted", [Wanted(origin_key=ORIGIN), Wanted()], ids=["with the key", "without"])
def test_it_arrives_and_verifies(packed: Path, elsewhere: None, wanted: Wanted) -> None:
    unpacking.unpack(packed, wanted, at=timezone.now())
    assert Event.objects.filter(subject_type="members.member", kind="members.invite", subject_id=None).exists()
    assert Event.objects.filter(subject_type="proposals.proposal", kind="proposals.submit", subject_id=None).exists()
    assert verifying.verify().problems == ()
    sealing.seal(at=timezone.now())
    assert verifying.verify().problems == ()


def test_it_verifies_before_it_is_sealed_too(packed: Path, elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "seal", lambda *, at: 0)  # noqa: ARG005 -- as the real one
    unpacking.unpack(packed, Wanted(), at=timezone.now())
    assert verifying.verify().problems == ()


def test_what_never_was_is_found_there(packed: Path, elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of ours for a row that never existed, and one that arrived and is taken from a row that is there."""
    with monkeypatch.context() as context:
        context.setattr(sealing, "seal", lambda *, at: 0)  # noqa: ARG005 -- as the real one
        committee = unpacking.unpack(packed, Wanted(), at=timezone.now()).committee
    event = Event.objects.filter(subject_type="proposals.proposal").exclude(subject_id=None).earliest("pk")
    raw(Event).filter(pk=event.pk).update(subject_id=None)
    assert found() == (event.uid, ELSEWHERE_ON_NOTHING)
    raw(Event).filter(pk=event.pk).update(subject_id=event.subject_id)
    forged = audit.record(
        "proposals.withdraw",
        Proposal(committee=committee, title="从未有过的提案"),
        actor=Account.objects.system(),
        at=timezone.now(),
    )
    assert found() == (forged.uid, ELSEWHERE_ON_NOTHING)
    sealing.seal(at=timezone.now())
    assert "链头被改动过" in [problem.reason for problem in verifying.verify().problems]


def test_a_kept_record_that_was_changed_vouches_for_nothing(
    packed: Path, elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "seal", lambda *, at: 0)  # noqa: ARG005 -- as the real one
    committee = unpacking.unpack(packed, Wanted(), at=timezone.now()).committee
    [path] = origins.files_of(committee.code)
    path.write_bytes(path.read_bytes() + b"\n")
    assert ELSEWHERE_ON_NOTHING in [problem.reason for problem in verifying.verify().problems]
