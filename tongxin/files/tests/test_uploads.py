"""Uploads: what is taken, what is refused and with which words, who may download."""

import hashlib
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.files import actions, queries
from tongxin.files.inspection import process
from tongxin.files.models import File
from tongxin.files.tests import samples
from tongxin.files.tests.samples import PDF, PNG
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Attachment, Proposal

REFUSED = "“工具.exe”不是可以上传的文件。可以上传PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本。"


def store(cast: Cast, name: str, content: bytes, limit_mb: int = 2) -> File:
    with actions.received([SimpleUploadedFile(name, content)], limit_mb=limit_mb) as [ready]:
        return actions.store(ready, committee=cast.county, owner=cast.proposer, at=timezone.now())


def on_the_disk(settings: object) -> list[str]:
    root = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(("name", "content"), [*samples.HARMLESS.items(), ("照片.PNG", PNG), ("金山.wps", samples.doc())])
def test_a_file_is_kept_whole_under_its_name_with_its_digest(cast: Cast, settings: object, name: str, content: bytes) -> None:
    file = store(cast, name, content)
    assert (file.name, file.size, file.content.open().read()) == (name, len(content), content)
    assert file.digest == hashlib.sha256(content).hexdigest()
    assert on_the_disk(settings) == [file.content.name]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "“空.pdf”是空文件，没有内容可以上传。"),
        ("大.png", PNG + b"\x00" * (2 * 1024 * 1024), "“大.png”有 2.0 MB，超过 2 MB。请压缩或分成几个文件再上传。"),
        ("工具.exe", b"MZ\x90\x00" + b"\x00" * 200, REFUSED),
        ("改名.pdf", PNG, "“改名.pdf”的内容是 PNG，与文件名不符。请用原来的软件另存后再上传。"),
        ("机密材料.pdf", PDF, "文件名“机密材料.pdf”带有密级字样。本平台连接互联网，不能上传涉密文件，请走机要渠道。"),
        (
            "纪要.docx",
            samples.office(text="秘密★10年"),
            "“纪要.docx”里有密级标志。本平台连接互联网，不能上传涉密文件，请走机要渠道。",
        ),
        ("坏.docx", b"PK\x03\x04broken", "“坏.docx”已损坏或不完整，打不开。请用原来的软件打开检查，另存后再上传。"),
        ("{0}.docx", b"PK\x03\x04broken", "“{0}.docx”已损坏或不完整，打不开。请用原来的软件打开检查，另存后再上传。"),
    ],
)
def test_what_is_refused_is_refused_in_words_and_nothing_is_kept(
    cast: Cast, settings: object, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(actions.RefusedError) as refused:
        store(cast, name, content)
    assert (str(refused.value), File.objects.count(), on_the_disk(settings)) == (sentence, 0, [])


def test_the_bytes_go_when_what_was_to_be_done_with_them_was_not_done(cast: Cast, settings: object) -> None:
    def both() -> None:
        uploads = [SimpleUploadedFile("一.pdf", PDF), SimpleUploadedFile("二.png", PNG)]
        with actions.received(uploads, limit_mb=2) as ready, transaction.atomic():
            for one in ready:
                actions.store(one, committee=cast.county, owner=cast.proposer, at=timezone.now())
            raise LookupError

    with pytest.raises(LookupError):
        both()
    assert (File.objects.count(), on_the_disk(settings)) == (0, [])


def test_what_a_crash_left_unchecked_is_cleared_after_a_day(cast: Cast, settings: object) -> None:
    kept, now = store(cast, "走访.pdf", PDF), timezone.now()
    left = Path(settings.MEDIA_ROOT) / queries.INCOMING / "left"  # type: ignore[attr-defined]
    left.write_bytes(PDF)
    assert actions.clear_strays(at=now + timedelta(hours=23)) == 0
    assert (actions.clear_strays(at=now + timedelta(hours=25)), on_the_disk(settings)) == (1, [kept.content.name])


def test_nobody_else_on_the_machine_reads_what_is_kept(cast: Cast, settings: object) -> None:
    file = Path(store(cast, "走访.pdf", PDF).content.path)
    home = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file.parent, file.parent.parent, home, home / queries.INCOMING)} == {
        0o700
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_name_cannot_lead_out_of_its_folder(cast: Cast, settings: object) -> None:
    file = store(cast, "../../etc/走访.pdf", PDF)
    assert (file.name, ".." in file.content.name, file.content.name.endswith(f"{file.uid}.pdf")) == ("走访.pdf", False, True)


# ── downloads ────────────────────────────────────────────────────────────────────────────────────
def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    return client


def attached(cast: Cast, proposal: Proposal) -> File:
    [made] = proposals.attach(proposal, uploads=[SimpleUploadedFile("走访.pdf", PDF)], actor=cast.proposer, at=timezone.now())
    return made.file


def test_a_download_is_never_run_in_the_browser(cast: Cast) -> None:
    file = attached(cast, cast.draft())
    answer = signed_in(cast.proposer).get(queries.link(file, cast.proposer))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF)  # type: ignore[attr-defined]
    assert (answer["Content-Type"], answer["X-Content-Type-Options"], answer["Cache-Control"]) == (
        "application/pdf",
        "nosniff",
        "private, no-store",
    )
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E8%B5%B0%E8%AE%BF.pdf"


def test_a_link_serves_only_the_person_it_was_made_for(cast: Cast) -> None:
    file = attached(cast, cast.draft())
    link = queries.link(file, cast.proposer)
    answers = {name: signed_in(who).get(link).status_code for name, who in cast.everyone().items()}
    assert answers == {name: 200 if name == "proposer" else 404 for name in answers}
    assert Client().get(link).status_code == 302
    assert signed_in(cast.proposer).get(f"/files/{file.uid}/").status_code == 404


def test_a_link_of_ones_own_does_not_open_what_one_may_not_see(cast: Cast) -> None:
    file = attached(cast, cast.draft())
    answers = {n: signed_in(who).get(queries.link(file, who)).status_code for n, who in cast.everyone().items()}
    assert answers == {name: 200 if name == "proposer" else 403 for name in answers}


def test_an_old_link_says_so_and_offers_a_new_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    file = attached(cast, cast.draft())
    client, link = signed_in(cast.proposer), queries.link(file, cast.proposer)
    monkeypatch.setattr(queries, "LINK_SECONDS", -1)
    answer = client.get(link)
    assert (answer.status_code, "下载链接已到期" in answer.content.decode()) == (410, True)


# ── attaching through the page ───────────────────────────────────────────────────────────────────
def test_files_are_added_all_or_none_and_taken_off(cast: Cast) -> None:
    proposal, client = cast.draft(), signed_in(cast.proposer)
    url = f"/proposals/{proposal.uid}/attachments/"
    client.post(url, {"uploads": [SimpleUploadedFile("走访.pdf", PDF), SimpleUploadedFile("坏.exe", b"MZ\x00\x00")]})
    assert Attachment.objects.count() == 0
    client.post(url, {"uploads": [SimpleUploadedFile("走访.pdf", PDF), SimpleUploadedFile("照片.png", PNG)]})
    assert [a.file.name for a in Attachment.objects.all()] == ["走访.pdf", "照片.png"]
    first = Attachment.objects.order_by("id")[0]
    for _click in range(2):
        assert client.post(f"{url}{first.uid}/remove/").status_code == 302
    assert [a.file.name for a in Attachment.objects.all()] == ["照片.png"]


def test_the_same_file_is_not_added_twice(cast: Cast, settings: object) -> None:
    proposal, client = cast.draft(), signed_in(cast.proposer)
    url = f"/proposals/{proposal.uid}/attachments/"
    client.post(url, {"uploads": [SimpleUploadedFile("走访.pdf", PDF)]})
    client.post(url, {"uploads": [SimpleUploadedFile("照片.png", PNG), SimpleUploadedFile("再来.pdf", PDF)]})
    said = [str(m) for m in client.get(f"/proposals/{proposal.uid}/edit/").context["messages"]]
    assert (said[-1], Event.objects.filter(kind="proposals.attach").count(), len(on_the_disk(settings))) == (
        "“再来.pdf”与附件“走访.pdf”内容相同，无需重复添加。这次选的文件都没有添加。",
        1,
        1,
    )


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_database_while_a_file_is_looked_into(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, inside = cast.draft(), []
    asked = process._ask

    def listening(*arguments: object, **more: object) -> object:
        inside.append(connection.in_atomic_block)
        return asked(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "_ask", listening)
    answer = signed_in(cast.proposer).post(
        f"/proposals/{proposal.uid}/attachments/", {"uploads": [SimpleUploadedFile("走访.pdf", PDF)]}
    )
    assert (answer.status_code, inside, Attachment.objects.count()) == (302, [False], 1)


def test_a_file_that_takes_too_long_is_told_and_not_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    proposal, client = cast.draft(), signed_in(cast.proposer)
    monkeypatch.setattr(process, "_ask", lambda *_arguments, **_more: (-9, b""))
    answer = client.post(f"/proposals/{proposal.uid}/attachments/", {"uploads": [SimpleUploadedFile("慢.pdf", PDF)]})
    assert answer["Location"] == f"/proposals/{proposal.uid}/edit/#attachments"
    said = [str(m) for m in client.get(f"/proposals/{proposal.uid}/edit/").context["messages"]]
    assert (said, File.objects.count(), on_the_disk(settings)) == (
        ["检查“慢.pdf”用时过长，文件可能已损坏。请另存后再试，或转成 PDF 再上传。"],
        0,
        [],
    )


def test_there_is_a_most_of_files(cast: Cast) -> None:
    proposal, client = cast.draft(), signed_in(cast.proposer)
    uploads = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(6)]
    client.post(f"/proposals/{proposal.uid}/attachments/", {"uploads": uploads})
    said = [str(m) for m in client.get(f"/proposals/{proposal.uid}/edit/").context["messages"]]
    assert (Attachment.objects.count(), said) == (
        0,
        ["附件最多 5 个，已有 0 个，这次选了 6 个。请先移除几个再添加。这次选的文件都没有添加。"],
    )


def test_nobody_else_adds_or_removes_files(cast: Cast) -> None:
    proposal = cast.submitted()
    for who, status in ((cast.cosigner, 403), (cast.proposer, 403), (cast.bystander, 404), (cast.office_of_other_county, 404)):
        answer = signed_in(who).post(f"/proposals/{proposal.uid}/attachments/", {"uploads": SimpleUploadedFile("走访.pdf", PDF)})
        assert (answer.status_code, File.objects.count()) == (status, 0)


def test_uploads_that_belong_to_nothing_are_cleared_after_a_day(cast: Cast) -> None:
    kept, loose = attached(cast, cast.draft()), store(cast, "散.pdf", PDF)
    storage, name = loose.content.storage, loose.content.name
    now = timezone.now()
    assert actions.clear_orphans(at=now + timedelta(hours=23)) == 0
    assert actions.clear_orphans(at=now + timedelta(hours=25)) == 1
    assert (list(File.objects.all()), storage.exists(kept.content.name)) == ([kept], True)
    assert storage.exists(name) is True  # the bytes go when the transaction is done
