"""Uploads: what is taken, what is refused and with which words, who may download."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.files import actions, queries
from tongxin.files.models import File
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Attachment, Proposal

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 64
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def office(folder: str = "word", text: str = "走访情况", types: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """Return a small office file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", f"<Types>{types}</Types>")
        packed.writestr(f"{folder}/document.xml", f"<w:document><w:t>{text[:1]}</w:t><w:t>{text[1:]}</w:t></w:document>")
        for name, content in (extra or {}).items():
            packed.writestr(name, content)
    return made.getvalue()


def store(cast: Cast, name: str, content: bytes, limit_mb: int = 2) -> File:
    upload = SimpleUploadedFile(name, content)
    return actions.store(upload, committee=cast.county, owner=cast.proposer, at=timezone.now(), limit_mb=limit_mb)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("走访.pdf", PDF, "pdf"), ("照片.PNG", PNG, "png"), ("手写稿.jpeg", JPG, "jpg"), ("情况.docx", office(), "docx"),
        ("汇总表.xlsx", office("xl"), "xlsx"), ("汇报.pptx", office("ppt"), "pptx"), ("说明.txt", "走访五个小区。".encode(), "txt"),
        ("旧说明.txt", "走访五个小区。".encode("gb18030"), "txt"),
        ("旧稿.doc", OLE + "WordDocument".encode("utf-16-le"), "doc"), ("金山.wps", OLE + "WordDocument".encode("utf-16-le"), "doc"),
        ("旧表.xls", OLE + "Workbook".encode("utf-16-le"), "xls"), ("旧片.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), "ppt"),
    ],
)  # fmt: skip
def test_a_file_is_taken_for_what_it_is(cast: Cast, name: str, content: bytes, kind: str) -> None:
    file = store(cast, name, content)
    assert (file.kind, file.name, file.size, file.content.open().read() == content) == (kind, name, len(content), True)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "“空.pdf”是空文件，没有内容可以上传。"),
        ("大.png", PNG + b"\x00" * (2 * 1024 * 1024), "“大.png”有 2.0 MB，超过 2 MB。请压缩或分成几个文件再上传。"),
        ("工具.exe", b"MZ\x90\x00" + b"\x00" * 200, "“工具.exe”不是可以上传的文件。可以上传PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本。"),
        ("假装.pdf", b"MZ\x90\x00" + b"\x00" * 200, "“假装.pdf”不是可以上传的文件。可以上传PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本。"),
        ("改名.pdf", PNG, "“改名.pdf”的内容是 PNG，与文件名不符。请用原来的软件另存后再上传。"),
        ("无名", PDF, "“无名”的内容是 PDF，与文件名不符。请用原来的软件另存后再上传。"),
        ("网页.txt", b"<html><script>1</script>", "“网页.txt”不是可以上传的文件。可以上传PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本。"),
        ("压缩.zip", office("any"), "“压缩.zip”不是可以上传的文件。可以上传PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本。"),
        ("宏.docx", office(extra={"word/vbaProject.bin": b"x"}), "“宏.docx”里有宏或可以运行的程序，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"),
        ("宏.xlsx", office("xl", types="sheet.macroEnabled.main"), "“宏.xlsx”里有宏或可以运行的程序，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"),
        ("夹带.docx", office(extra={"word/embeddings/a.EXE": b"MZ"}), "“夹带.docx”里有宏或可以运行的程序，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"),
        ("宏.doc", OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"), "“宏.doc”里有宏或可以运行的程序，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"),
        ("动作.pdf", PDF + b"<</S /Launch>>", "“动作.pdf”里有宏或可以运行的程序，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"),
        ("机密材料.pdf", PDF, "文件名“机密材料.pdf”带有密级字样。本平台连接互联网，不能上传涉密文件，请走机要渠道。"),
        ("纪要.docx", office(text="秘密★10年"), "“纪要.docx”里有密级标志。本平台连接互联网，不能上传涉密文件，请走机要渠道。"),
        ("纪要.txt", "绝密 ★".encode(), "“纪要.txt”里有密级标志。本平台连接互联网，不能上传涉密文件，请走机要渠道。"),
        ("坏.docx", b"PK\x03\x04broken", "“坏.docx”不是可以上传的文件。可以上传PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本。"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_in_words_and_nothing_is_kept(
    cast: Cast, name: str, content: bytes, sentence: str, tmp_path: object
) -> None:
    with pytest.raises(actions.RefusedError) as refused:
        store(cast, name, content)
    assert (str(refused.value), File.objects.count()) == (sentence, 0)


def test_a_law_about_trade_secrets_is_no_secret(cast: Cast) -> None:
    assert store(cast, "商业秘密保护条例.docx", office(text="商业秘密保护")).kind == "docx"


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
        "application/pdf", "nosniff", "private, no-store",
    )  # fmt: skip
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


def test_there_is_a_most_of_files(cast: Cast) -> None:
    proposal, client = cast.draft(), signed_in(cast.proposer)
    uploads = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(6)]
    client.post(f"/proposals/{proposal.uid}/attachments/", {"uploads": uploads})
    said = [str(m) for m in client.get(f"/proposals/{proposal.uid}/edit/").context["messages"]]
    assert (Attachment.objects.count(), said) == (
        0, ["附件最多 5 个，已有 0 个，这次选了 6 个。请先移除几个再添加。这次选的文件都没有添加。"],
    )  # fmt: skip


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
