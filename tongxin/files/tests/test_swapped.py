"""Files that were swapped.

The rows that hold them are vouched for, the bytes are compared, and no other bytes are sent.
"""

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import contents, misstored, truth, verifying
from tongxin.audit.models import Event
from tongxin.committees import vouching
from tongxin.files import actions, queries, rules
from tongxin.files.models import File
from tongxin.files.tests.held import another, handed_in, published, replied, upload
from tongxin.files.tests.samples import PDF, PNG
from tongxin.handling import actions as handling
from tongxin.handling.models import ReplyFile, Task
from tongxin.imports.models import Import, Source
from tongxin.privacy import actions as privacy
from tongxin.privacy import queries as retention
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Attachment, PublicFile
from tongxin.proposals.workflow import Return
from tongxin.workflow.engine import perform

CHANGED, UNKNOWN, LOST = "数据被改动过", "数据没有办理记录", "有办理记录的数据被删去"


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    return client


def raw(model: type[models.Model]) -> models.QuerySet[Any]:
    return models.QuerySet(model)


def found() -> list[tuple[str, str]]:
    return [(problem.where, problem.reason) for problem in verifying.verify().problems]


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────
# Nobody reads them but who brought them, they are compared before each reading and go when the import is over.
NOT_VOUCHED_FOR = {(Source, "file"), (Import, "rejects")}


def test_whatever_holds_a_file_is_vouched_for_with_all_that_counts_of_it() -> None:
    watched = {(place.kind.model, place.name, place.digest) for place in contents.places()}
    held = {(h.model, h.field) for h in rules.HOLDERS}
    assert held - NOT_VOUCHED_FOR == {(m, "file") for m in (Attachment, ReplyFile)}
    assert watched == {(m, f"{field}__content", f"{field}__digest") for m, field in held - NOT_VOUCHED_FOR}


FORGED: list[Callable[[File, File], dict[str, Any]]] = [
    lambda _mine, _other: {"name": "别的名字.pdf"},
    lambda _mine, other: {"digest": other.digest},
    lambda _mine, other: {"content": other.content.name},
    lambda _mine, other: {"content": other.content.name, "digest": other.digest, "size": other.size},
    lambda _mine, _other: {"kind": "txt"},
]


@pytest.mark.parametrize("forged", range(len(FORGED)))
@pytest.mark.parametrize("make", [handed_in, published, replied])
def test_a_file_whose_row_was_changed_is_found(cast: Cast, make: Callable[[Cast], Any], forged: int) -> None:
    made = make(cast)
    held = ReplyFile.objects.get() if isinstance(made, Task) else made.attachments.earliest("pk")
    assert (found(), audit.intact(held)) == ([], True)
    raw(File).filter(pk=held.file_id).update(**FORGED[forged](held.file, another(cast)))
    key = truth.key_of(held._meta.label_lower, held.uid)
    assert (found()[0], audit.intact(held)) == ((key, CHANGED), False)


def test_a_file_hung_on_a_sent_reply_taken_off_or_put_elsewhere_is_found(cast: Cast) -> None:
    task = replied(cast)
    held, reply = ReplyFile.objects.get(), handling.reply_of(task)
    hung = ReplyFile.objects.create(committee=cast.county, reply=reply, file=another(cast))
    assert found() == [(f"handling.replyfile:{hung.uid}", UNKNOWN)]
    hung.delete()
    raw(ReplyFile).filter(pk=held.pk).update(file=another(cast))
    assert found() == [(f"handling.replyfile:{held.uid}", CHANGED)]
    raw(ReplyFile).filter(pk=held.pk).delete()
    assert found() == [(f"handling.replyfile:{held.uid}", LOST)]


def test_a_file_hung_on_a_proposal_taken_off_or_moved_to_another_is_found(cast: Cast) -> None:
    proposal, other = handed_in(cast), cast.draft()
    held = proposal.attachments.latest("pk")
    hung = Attachment.objects.create(committee=cast.county, proposal=proposal, file=another(cast))
    assert found() == [(f"proposals.attachment:{hung.uid}", UNKNOWN)]
    hung.delete()
    raw(Attachment).filter(pk=held.pk).update(proposal=other)
    assert found() == [(f"proposals.attachment:{held.uid}", CHANGED)]
    raw(Attachment).filter(pk=held.pk).delete()
    assert found() == [(f"proposals.attachment:{held.uid}", LOST)]


def test_what_the_proposer_adds_and_takes_off_is_vouched_for(cast: Cast) -> None:
    proposal = handed_in(cast)
    perform(proposal, "return_for_revision", actor=cast.office, at=NOW, payload=Return("请补充数据。"))
    proposals.detach(proposal.attachments.earliest("pk"), actor=cast.proposer, at=NOW)
    proposals.attach(proposal, uploads=[upload("补充.pdf", PDF + b"\n")], actor=cast.proposer, at=NOW)
    assert found() == []
    assert len(audit.sound(Attachment.objects.all())) == 2


def test_a_forged_file_is_not_laundered_by_being_taken_off(cast: Cast) -> None:
    proposal = cast.draft()
    [held] = proposals.attach(proposal, uploads=[upload("走访.pdf")], actor=cast.proposer, at=NOW)
    raw(File).filter(pk=held.file_id).update(name="别的.pdf")
    proposals.detach(held, actor=cast.proposer, at=NOW)
    assert found() == [(f"proposals.attachment:{held.uid}", LOST)]


def test_a_file_forged_before_the_reply_counts_is_not_vouched_for_when_it_is_sent(cast: Cast) -> None:
    """Forged so that it counts already, and nobody had said anything of it."""
    case = cast.answered()
    hung = ReplyFile.objects.create(committee=cast.county, reply=handling.reply_of(cast.task(case)), file=another(cast))
    assert audit.sound([hung]) == []


def test_what_yesterday_left_is_vouched_for_once(cast: Cast) -> None:
    """Rows that were written when nobody vouched for files.

    An upgrade vouches for them, and the bytes are compared after it.
    """
    old = Attachment.objects.create(committee=cast.county, proposal=cast.filed(), file=another(cast))
    sent = ReplyFile.objects.create(
        committee=cast.county, reply=handling.reply_of(cast.task(cast.answered())), file=another(cast, b"more")
    )
    assert vouching.vouch_for_what_is_there(at=NOW) > 0
    assert (found(), audit.sound([old, sent])) == ([], [old, sent])
    Path(old.file.content.path).write_bytes(b"wrong")
    assert found() == [(f"proposals.attachment:{old.uid}", contents.CHANGED)]


# ── the bytes ────────────────────────────────────────────────────────────────────────────────────
def gone(path: Path) -> None:
    path.unlink()


def swapped(path: Path) -> None:
    path.write_bytes(PNG)


def swapped_as_if_it_were_old(path: Path) -> None:
    before = path.stat()
    path.write_bytes(PDF.replace(b"1", b"2"))
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


SWAPS = [
    (gone, contents.MISSING),
    (swapped, contents.CHANGED),
    (swapped_as_if_it_were_old, contents.CHANGED),
    (a_pipe, contents.MISSING),
    (a_folder, contents.MISSING),
]
WORDS = {contents.MISSING: "在服务器上找不到", contents.CHANGED: "与当初上传的不一致"}


@pytest.mark.parametrize(("swap", "why"), SWAPS)
def test_swapped_bytes_are_found_and_never_sent(
    cast: Cast, caplog: pytest.LogCaptureFixture, swap: Callable[[Path], None], why: str
) -> None:
    proposal = published(cast)
    held = proposal.attachments.earliest("pk")
    public, own = PublicFile.objects.get().get_absolute_url(), queries.link(held.file, cast.proposer)
    people = (Client(), public), (signed_in(cast.proposer), own)
    for client, address in people:  # the process knows the right bytes by now
        assert b"".join(client.get(address).streaming_content) == PDF  # type: ignore[attr-defined]
    swap(Path(held.file.content.path))
    assert found() == [(f"proposals.attachment:{held.uid}", why)]
    events = Event.objects.count()
    for client, address in people:
        with caplog.at_level(logging.ERROR, logger="tongxin.files.views"):
            answer = client.get(address)
        assert (answer.status_code, answer.streaming, WORDS[why] in answer.content.decode()) == (409, False, True)
        assert caplog.messages[0] == f"file {held.file.uid} is not sent"
        caplog.clear()
    assert Event.objects.count() == events


def test_of_each_committee_the_first_missing_and_the_first_changed_are_named(cast: Cast) -> None:
    first, second = handed_in(cast).attachments.all()
    third = handed_in(cast).attachments.earliest("pk")
    gone(Path(first.file.content.path))
    Path(second.file.content.path).write_bytes(b"wrong")
    gone(Path(third.file.content.path))
    assert found() == [
        (f"proposals.attachment:{first.uid}", contents.MISSING),
        (f"proposals.attachment:{second.uid}", contents.CHANGED),
    ]
    assert verifying.verify(committee_code=cast.other_county.code).ok


def test_a_place_outside_the_kept_files_is_not_read(cast: Cast) -> None:
    held = handed_in(cast).attachments.earliest("pk")
    raw(File).filter(pk=held.file_id).update(content="../../../etc/hostname")
    key = f"proposals.attachment:{held.uid}"
    assert found() == [(key, CHANGED), (key, contents.MISSING)]
    assert signed_in(cast.proposer).get(queries.link(held.file, cast.proposer)).status_code == 409


@pytest.mark.parametrize("spoiled", ["content = CAST('x' AS blob)", "digest = CAST('x' AS blob)", "size = 'much'"])
def test_a_value_of_a_file_in_a_form_that_is_not_ours_is_found(cast: Cast, spoiled: str) -> None:
    held = handed_in(cast).attachments.earliest("pk")
    spoil = f"UPDATE files_file SET {spoiled} WHERE id = {held.file_id}"  # noqa: S608 -- our own words
    if connection.vendor == "postgresql":  # its columns hold nothing but their type
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(spoil)
        assert found() == []
        return
    with connection.cursor() as cursor:
        cursor.execute(spoil)
    assert found() == [(f"files.file:{held.file.uid}", misstored.MISSTORED)]


def test_the_bytes_are_read_once_as_long_as_nobody_writes_to_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    held = handed_in(cast).attachments.earliest("pk")
    read, digest_of = list[int](), contents.digest_of
    monkeypatch.setattr(contents, "digest_of", lambda file: read.append(1) or digest_of(file))  # type: ignore[func-returns-value]
    for _download in range(3):
        with queries.open_checked(held.file) as content:
            assert content.read() == PDF
    assert len(read) == 1
    Path(held.file.content.path).write_bytes(PDF)
    queries.open_checked(held.file).close()
    assert len(read) == 2


def test_what_another_thread_forgets_meanwhile_is_sent_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(dict[tuple[int, ...], str]):
        """Another thread clears it whenever something was put there."""

        def __setitem__(self, which: tuple[int, ...], digest: str) -> None:
            super().__setitem__(which, digest)
            self.clear()

    monkeypatch.setattr(queries, "_compared", Forgetful())
    (tmp_path / "a.pdf").write_bytes(PDF)
    with (tmp_path / "a.pdf").open("rb") as content:
        assert queries._digest(content) == hashlib.sha256(PDF).hexdigest()
        assert content.read() == PDF


# ── what goes lawfully ───────────────────────────────────────────────────────────────────────────
def test_files_of_a_draft_that_is_erased_leave_the_proof_true_and_the_link_says_that_they_are_gone(cast: Cast) -> None:
    draft, client = cast.draft(), signed_in(cast.proposer)
    [held] = proposals.attach(draft, uploads=[upload("走访.pdf")], actor=cast.proposer, at=NOW)
    link = queries.link(held.file, cast.proposer)
    perform(draft, "discard", actor=cast.proposer, at=NOW)
    at = NOW + timedelta(days=4000)
    [keeping] = [k for k in retention.keepings(cast.county, on=timezone.localdate(at)) if k.erasable.key == "discarded_drafts"]
    assert privacy.erase(keeping, seen=keeping.digest, actor=cast.office, at=at).done == 1
    assert (found(), Attachment.objects.count()) == ([], 0)
    assert actions.clear_orphans(at=at) == 1
    answer = client.get(link)
    assert (answer.status_code, "按保管期限删除" in answer.content.decode(), found()) == (410, True, [])
    assert client.get(f"/files/{held.file.uid}/").status_code == 404
    assert signed_in(cast.cosigner).get(link).status_code == 404


def test_a_forged_file_is_not_laundered_by_an_erasure(cast: Cast) -> None:
    draft = cast.draft()
    [held] = proposals.attach(draft, uploads=[upload("走访.pdf")], actor=cast.proposer, at=NOW)
    perform(draft, "discard", actor=cast.proposer, at=NOW)
    raw(File).filter(pk=held.file_id).update(name="别的.pdf")
    at = NOW + timedelta(days=4000)
    [keeping] = [k for k in retention.keepings(cast.county, on=timezone.localdate(at)) if k.erasable.key == "discarded_drafts"]
    privacy.erase(keeping, seen=keeping.digest, actor=cast.office, at=at)
    assert found() == [(f"proposals.attachment:{held.uid}", LOST)]
