"""What a file is told to be by its structure, and each reason for which it is not taken."""

import io
import struct
import zipfile

import pytest

from tongxin.files.inspection.judging import judge
from tongxin.files.inspection.names import clean_name, ending_of
from tongxin.files.inspection.reasons import SENTENCES, Reason, Refused, sentence
from tongxin.files.inspection.secrecy import Scanner, marks_name
from tongxin.files.tests import samples
from tongxin.files.tests.samples import biff, compound, doc, linked, office, parts, patched, pdf, png_of, ppt, sheet, xls, zipped

MB = 1024 * 1024


def verdict(name: str, content: bytes) -> str:
    """Return the kind of a file, or the reason for which it is refused."""
    try:
        return judge(io.BytesIO(content), ending=ending_of(name))
    except Refused as refused:
        return refused.reason


# ── what is taken ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        *((name, ending_of(name).replace("jpeg", "jpg"), content) for name, content in samples.HARMLESS.items()),
        ("金山.wps", "doc", doc()),
        ("金山.et", "xls", xls()),
        ("金山.dps", "ppt", ppt()),
        ("旧说明.txt", "txt", "走访五个小区。".encode("gb18030")),
        ("记事本.txt", "txt", "走访五个小区。".encode("utf-8-sig")),
        ("小于号.txt", "txt", "投诉量 <5 件，<上年> 相比 <b>明显</b> 下降".encode()),
        ("网址.docx", "docx", linked("hyperlink", "https://www.example.cn/a?b=1")),
        ("章节.docx", "docx", linked("hyperlink", "#附件1:说明")),
        ("邻居.docx", "docx", linked("hyperlink", "附件1.docx")),
        ("邮箱.docx", "docx", linked("hyperlink", "mailto:office@example.cn")),
        ("未压缩.docx", "docx", zipped(parts(), zipfile.ZIP_STORED)),
        ("打开到第一页.pdf", "pdf", pdf(catalog=b" /OpenAction [3 0 R /Fit]")),
        ("转到.pdf", "pdf", pdf(catalog=b" /OpenAction <</S /GoTo /D [3 0 R /Fit]>>")),
        ("网页链接.pdf", "pdf", pdf(b"<</Type /Annot /Subtype /Link /Rect [0 0 9 9] /A <</S /URI /URI (https://example.cn)>>>>")),
        ("对象流.pdf", "pdf", pdf(packed=b"<</Title (plain)>>")),
        ("自引用.xls", "xls", xls(sheet(), (0x1AE, struct.pack("<HH", 1, 0x0401)))),
        ("空对象池.doc", "doc", doc(ObjectPool={})),
        ("商业秘密保护条例.docx", "docx", office(text="商业秘密保护，机密性不足，★★★")),
        (
            "评分.xlsx",
            "xlsx",
            office("xlsx", extra={"xl/sharedStrings.xml": "<sst><si><t>机密</t></si><si><t>★★★</t></si></sst>"}),
        ),
    ],
)
def test_what_offices_send_is_taken_for_what_it_is(name: str, kind: str, content: bytes) -> None:
    assert verdict(name, content) == kind


# ── what is refused, and why ─────────────────────────────────────────────────────────────────────
def with_part(name: str, content: bytes | str = "x", kind: str = "docx") -> bytes:
    return office(kind, extra={name: content})


def with_type(said: str) -> bytes:
    return office(types=f'<Override PartName="/word/x" ContentType="{said}"/>')


def doubled() -> bytes:
    made = io.BytesIO(samples.DOCX)
    with zipfile.ZipFile(made, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


def overlapping() -> bytes:
    """Let the second directory line point into the first entry, as bombs without nesting do."""
    data = samples.DOCX
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    return data[: second + 42] + struct.pack("<L", 10) + data[second + 46 :]


FIELD = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
BOMB = f'<!DOCTYPE x [<!ENTITY a "{"h" * 50}"><!ENTITY b "&a;&a;&a;&a;">]><w:document>&b;</w:document>'
STAR = '<w:p><w:r><w:t>秘密</w:t></w:r><w:r><w:sym w:font="Wingdings" w:char="F0AB"/></w:r></w:p>'
SCRIPT = b"<</S /JavaScript /JS (app.alert\\(1\\))>>"


@pytest.mark.parametrize(
    ("reason", "name", "content"),
    [
        # archives
        (Reason.CORRUPT, "半截.docx", samples.DOCX[:-40]),
        (Reason.CORRUPT, "坏.docx", b"PK\x03\x04broken"),
        (Reason.CORRUPT, "垃圾.docx", samples.DOCX[:60] + b"\0" * 8 + samples.DOCX[68:]),
        (Reason.CORRUPT, "重名.docx", doubled()),
        (Reason.CORRUPT, "重叠.docx", overlapping()),
        (Reason.CORRUPT, "出路.docx", with_part("../../etc/cron.d/x")),
        (Reason.CORRUPT, "绝对.docx", with_part("/etc/passwd")),
        (Reason.CORRUPT, "盘符.docx", with_part("C:/x.xml")),
        (Reason.CORRUPT, "反斜.docx", with_part("word\\..\\x.xml")),
        (Reason.CORRUPT, "谎报.docx", patched(samples.DOCX, offset=24, value=struct.pack("<L", 1))),
        (Reason.CORRUPT, "前缀.docx", b"PK\x03\x04" + samples.DOCX),
        (Reason.ENCRYPTED, "加密条目.docx", patched(samples.DOCX, offset=8, value=b"\x01\x00")),
        (Reason.ENCRYPTED, "加密在头.docx", patched(samples.DOCX, offset=6, value=b"\x01\x00", of=b"PK\x03\x04")),
        (Reason.ODD_ARCHIVE, "bzip2.docx", zipped(parts(), zipfile.ZIP_BZIP2)),
        (Reason.ODD_ARCHIVE, "lzma.docx", zipped(parts(), zipfile.ZIP_LZMA)),
        (Reason.ODD_ARCHIVE, "未知方法.docx", patched(samples.DOCX, offset=10, value=struct.pack("<H", 99))),
        (Reason.UNPACKS_TOO_FAR, "炸弹.docx", with_part("word/media/a.bmp", b"\0" * 40 * MB)),
        (Reason.UNPACKS_TOO_FAR, "声称.docx", patched(samples.DOCX, offset=24, value=struct.pack("<L", 500 * MB))),
        (Reason.TOO_MANY_PARTS, "碎片.docx", office(extra={f"word/media/{n}": b"" for n in range(5001)})),
        (Reason.PACKED, "压缩.zip", zipped({"a.txt": "a"})),
        (Reason.PACKED, "压缩.rar", b"Rar!\x1a\x07\x01\x00" + b"\0" * 99),
        (Reason.PACKED, "空.zip", zipped({})),
        (Reason.OFD, "公文.ofd", zipped({"OFD.xml": "<OFD/>"})),
        (Reason.UNKNOWN, "模板.dotx", zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"})),
        # office files of today
        (Reason.MACROS, "宏.docx", with_part("word/vbaProject.bin")),
        (Reason.MACROS, "改名宏.docx", with_type("application/vnd.ms-office.vbaProject")),
        (Reason.MACROS, "宏.xlsx", with_type("application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
        (Reason.MACROS, "宏表.xlsx", with_part("xl/macrosheets/sheet1.xml", "<a/>", "xlsx")),
        (Reason.MACROS, "改名宏表.xlsx", with_type("application/vnd.ms-excel.macrosheet+xml")),
        (Reason.MACROS, "关系宏.docx", linked("vbaProject", "x.bin", outside=False)),
        (Reason.ACTIVE, "控件.docx", with_part("word/activeX/activeX1.xml", "<a/>")),
        (Reason.ACTIVE, "改名控件.docx", linked("control", "x.xml", outside=False)),
        (Reason.ACTIVE, "夹带.docx", with_part("word/media/a.EXE")),
        (Reason.ACTIVE, "改名程序.docx", with_part("word/media/a.png", b"MZ\x90\x00")),
        (Reason.ACTIVE, "夹快捷方式.docx", with_part("word/media/a.png", b"L\x00\x00\x00\x01\x14\x02\x00" + b"\0" * 60)),
        (Reason.ACTIVE, "动态数据.docx", office(body=FIELD.format('DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"'))),
        (Reason.ACTIVE, "拆开.docx", office(body=FIELD.format('"DDE</w:instrText></w:r><w:r><w:instrText>AUTO" cmd'))),
        (Reason.ACTIVE, "简单域.docx", office(body='<w:fldSimple w:instr=" dde cmd "/>')),
        (
            Reason.EXTERNAL,
            "动态数据.xlsx",
            with_part("xl/externalLinks/externalLink1.xml", '<externalLink><ddeLink ddeService="cmd"/></externalLink>', "xlsx"),
        ),
        (Reason.EMBEDDED, "对象.docx", with_part("word/embeddings/oleObject1.bin")),
        (Reason.EMBEDDED, "别处对象.docx", with_part("word/oleObject1.bin")),
        (Reason.EMBEDDED, "套表.docx", with_part("word/embeddings/a.xlsx")),
        (Reason.EMBEDDED, "套包.docx", with_part("word/media/a.png", office("xlsx"))),
        (Reason.EMBEDDED, "套旧.docx", with_part("word/media/a.png", doc())),
        (Reason.EMBEDDED, "关系包.docx", linked("package", "x.bin", outside=False)),
        (Reason.EMBEDDED, "网页块.docx", linked("aFChunk", "x.dat", outside=False)),
        (Reason.EXTERNAL, "模板.docx", linked("attachedTemplate", "http://203.0.113.9/t.dotm")),
        (Reason.EXTERNAL, "外部对象.docx", linked("oleObject", "\\\\h\\x.doc")),
        (Reason.EXTERNAL, "外部图片.docx", linked("image", "http://203.0.113.9/p.png")),
        (Reason.EXTERNAL, "外部表.xlsx", linked("externalLinkPath", "b.xlsx")),
        (Reason.LINKS, "局域网.docx", linked("hyperlink", "\\\\203.0.113.9\\share")),
        (Reason.LINKS, "本机.docx", linked("hyperlink", "file:///c:/x.exe")),
        (Reason.LINKS, "协议.docx", linked("hyperlink", "ms-msdt:/id PCWDiagnostic")),
        (Reason.LINKS, "脚本.docx", linked("hyperlink", " JavaScript:alert(1)")),
        (Reason.ENTITIES, "实体.docx", with_part("word/footnotes.xml", BOMB)),
        (Reason.ENTITIES, "类型实体.docx", zipped(parts() | {"[Content_Types].xml": BOMB})),
        (Reason.CORRUPT, "不成文.docx", zipped(parts() | {"word/document.xml": "<w:document>"})),
        (Reason.SECRET_TEXT, "跨字.docx", office(body="<w:p><w:r><w:t>机</w:t></w:r><w:r><w:t> 密★</w:t></w:r></w:p>")),
        (Reason.SECRET_TEXT, "纪要.docx", office(text="秘密★10年")),
        (Reason.SECRET_TEXT, "星号字体.docx", office(body=STAR)),
        (Reason.SECRET_TEXT, "页眉.docx", office(extra={"word/header1.xml": "<w:hdr><w:p><w:t>绝密　☆</w:t></w:p></w:hdr>"})),
        (Reason.SECRET_TEXT, "表.xlsx", office("xlsx", extra={"xl/sharedStrings.xml": "<sst><si><t>机密★</t></si></sst>"})),
        (
            Reason.SECRET_TEXT,
            "片.pptx",
            office("pptx", extra={"ppt/slides/slide1.xml": "<p:sld><a:p><a:t>秘密</a:t><a:t>★</a:t></a:p></p:sld>"}),
        ),
        # office files of before
        (Reason.CORRUPT, "短.doc", doc()[:600]),
        (Reason.CORRUPT, "乱.doc", doc(head=b"\0" * 64)),
        (Reason.UNKNOWN, "别的.doc", compound({"x": b"y"})),
        (Reason.MACROS, "宏.doc", doc(Macros={"VBA": b""})),
        (Reason.MACROS, "宏.xls", xls(sheet(), storages={"_VBA_PROJECT_CUR": {}})),
        (Reason.MACROS, "宏表.xls", xls(sheet(), sheet(1))),
        (Reason.MACROS, "宏.ppt", ppt((0xF, 0x03E8, b""), (0xF, 0x03FF, b""))),
        (Reason.ENCRYPTED, "密码.docx", compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})),
        (Reason.ENCRYPTED, "密码.doc", doc(head=struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0, 0, 0x0300) + b"\0" * 500)),
        (Reason.ENCRYPTED, "密码.xls", xls((0x2F, b"\0" * 6))),
        (Reason.ENCRYPTED, "密码.ppt", ppt(user=b"\0" * 12 + struct.pack("<L", 0xF3D1C4DF))),
        (Reason.EMBEDDED, "对象.doc", doc(ObjectPool={"_1234": b"x"})),
        (Reason.EMBEDDED, "包.doc", doc(x={"\x01Ole10Native": b"MZ"})),
        (Reason.EMBEDDED, "对象.xls", xls(sheet(), storages={"MBD0000ABCD": {"x": b"y"}})),
        (Reason.EMBEDDED, "对象.ppt", ppt((0, 0x1011, b"x"))),
        (Reason.EXTERNAL, "链接.xls", xls(sheet(), (0x1AE, struct.pack("<HH", 0, 9) + b"\0cmd\x03/c x"))),
        (Reason.ACTIVE, "动态数据.doc", doc(text="\x13DDEAUTO cmd")),
        (Reason.CORRUPT, "无尽.xls", compound({"Workbook": biff(sheet())[:-4]})),
        (Reason.SECRET_TEXT, "机要.doc", doc(text="机密★1年")),
        (Reason.SECRET_TEXT, "机要旧.doc", doc(head=samples.WORD_HEAD + "秘密★".encode("gb18030"))),
        # PDF
        (Reason.CORRUPT, "半截.pdf", samples.PDF[:60]),
        (Reason.CORRUPT, "空壳.pdf", b"%PDF-1.7\n%%EOF"),
        (Reason.PDF_SCRIPT, "脚本.pdf", pdf(SCRIPT)),
        (Reason.PDF_SCRIPT, "转写.pdf", pdf(b"<</S /J#61vaScript /#4AS (x)>>")),
        (Reason.PDF_SCRIPT, "对象流.pdf", pdf(packed=SCRIPT)),
        (Reason.PDF_SCRIPT, "对象流转写.pdf", pdf(packed=b"<</S /Lau#6Ech /F (cmd)>>")),
        (Reason.PDF_SCRIPT, "启动.pdf", pdf(b"<</S /Launch /F (cmd.exe)>>")),
        (Reason.PDF_SCRIPT, "提交.pdf", pdf(b"<</S /SubmitForm /F (http://x)>>")),
        (Reason.PDF_SCRIPT, "名字树.pdf", pdf(catalog=b" /Names <</JavaScript <</Names []>>>>")),
        (Reason.PDF_SCRIPT, "打开即去.pdf", pdf(b"<</S /URI /URI (http://x)>>", catalog=b" /OpenAction 5 0 R")),
        (Reason.PDF_SCRIPT, "翻页即去.pdf", pdf(catalog=b" /AA <</WC <</S /URI /URI (http://x)>>>>")),
        (Reason.PDF_SCRIPT, "深处.pdf", pdf(b"[[[<</A [<</S /Launch>>]>>]]]")),
        (Reason.PDF_SCRIPT, "表外.pdf", pdf(loose=b"9 0 obj <</S /Java#53cript>> endobj\n")),
        (Reason.PDF_FORM, "动态表.pdf", pdf(catalog=b" /AcroForm <</XFA [(a) 4 0 R]>>")),
        (Reason.PDF_ATTACHMENT, "夹带.pdf", pdf(samples.stream(b"MZ", b"/Type /EmbeddedFile"))),
        (Reason.PDF_ATTACHMENT, "别针.pdf", pdf(b"<</Type /Annot /Subtype /FileAttachment>>")),
        (Reason.PDF_ATTACHMENT, "规格.pdf", pdf(packed=b"<</Type /Filespec /EF <</F 4 0 R>>>>")),
        (Reason.PDF_ATTACHMENT, "视频.pdf", pdf(b"<</Subtype /RichMedia>>")),
        (Reason.SECRET_TEXT, "文头.pdf", samples.pdf_saying("机密★10年")),
        # pictures
        (Reason.CORRUPT, "半截.png", samples.PNG[:-20]),
        (Reason.CORRUPT, "半截.jpg", samples.picture("JPEG", (900, 900))[:-900]),
        (Reason.CORRUPT, "壳.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
        (Reason.CORRUPT, "壳.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 64),
        (Reason.TOO_MANY_PIXELS, "大.png", png_of(60_000, 60_000)),
        # text
        (Reason.SCRIPT, "网页.txt", b"<html><script>1</script>"),
        (Reason.SCRIPT, "深处.txt", "走访".encode() * 5000 + b"<ScRiPt src=x>"),
        (Reason.SCRIPT, "脚本.txt", b"#!/bin/sh\nrm -rf /"),
        (Reason.SCRIPT, "批.txt", b"@echo off\r\ndel x"),
        (Reason.SHORTCUT, "快捷.txt", b"[InternetShortcut]\r\nURL=file://x"),
        (Reason.SHORTCUT, "桌面.desktop", b"[Desktop Entry]\nExec=sh"),
        (Reason.SHORTCUT, "报告.pdf.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + b"\0" * 60),
        (Reason.SHORTCUT, "网址.url", b"URL=http://x"),
        (Reason.RICH_TEXT, "富文本.doc", b"{\\rtf1\\ansi}"),
        (Reason.UNKNOWN, "工具.exe", b"MZ\x90\x00" + b"\0" * 200),
        (Reason.UNKNOWN, "乱.txt", b"\xff\xff\xff"),
        (Reason.SECRET_TEXT, "纪要.txt", "绝密 ★".encode()),
        (Reason.SECRET_TEXT, "国标.txt", "机 密\u200b ☆".encode("gb18030")),
        (Reason.MISNAMED, "改名.pdf", samples.PNG),
        (Reason.MISNAMED, "改名.txt", samples.PDF),
        (Reason.MISNAMED, "网页.htm", "正文".encode()),
    ],
)
def test_what_may_harm_or_cannot_be_opened_is_refused_with_its_reason(reason: Reason, name: str, content: bytes) -> None:
    assert verdict(name, content) == reason


def test_a_pdf_that_asks_for_a_password_is_refused_and_one_that_only_forbids_changes_is_not() -> None:
    from pypdf import PdfReader, PdfWriter

    for password, expected in (("open", Reason.ENCRYPTED), ("", "pdf")):
        writer, made = PdfWriter(clone_from=PdfReader(io.BytesIO(samples.PDF))), io.BytesIO()
        writer.encrypt(password, "owner", algorithm="AES-256")
        writer.write(made)
        assert verdict("文件.pdf", made.getvalue()) == expected


def test_a_sector_chain_that_goes_in_a_circle_ends() -> None:
    data = doc(text="走访" * 5000)
    table = struct.unpack_from("<L", data, 76)[0]
    circle = struct.pack("<L", 0) * 128
    at = 512 * (table + 1)
    assert verdict("环.doc", data[:at] + circle + data[at + 512 :]) == Reason.CORRUPT


def test_a_large_old_document_is_read_to_its_end() -> None:
    """Above seven megabytes the header has no room for the places of the allocation table."""
    assert verdict("大.doc", doc(text="访" * 4_000_000)) == "doc"
    assert verdict("大.doc", doc(text="访" * 4_000_000 + "机密★")) == Reason.SECRET_TEXT


def test_every_reason_has_a_sentence_of_its_own_that_ends() -> None:
    assert set(SENTENCES) == set(Reason)
    said = [sentence(reason, name="甲.docx", kind="PDF") for reason in Reason]
    assert (len(set(said)), [s for s in said if not (s.endswith("。") and "甲.docx" in s)]) == (len(Reason), [])


# ── marks and names ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        (["机密★"], True),
        (["机", "密", "★"], True),
        (["绝　密 ", "\n☆"], True),
        (["秘密\u200b", "\ufeff★长期"], True),
        (["秘密"], False),
        (["秘密", "会议★"], False),
        (["密★"], False),
        (["机", "", "密", " ", "★"], True),
    ],
)
def test_a_mark_is_found_across_runs(pieces: list[str], *, found: bool) -> None:
    scanner = Scanner()
    for piece in pieces:
        scanner.feed(piece)
    assert scanner.found is found


def test_a_mark_does_not_go_across_cells() -> None:
    scanner = Scanner()
    for piece in ("机密", "★"):
        scanner.feed(piece)
        scanner.pause()
    assert scanner.found is False


@pytest.mark.parametrize(
    ("name", "marked"),
    [("机密材料.pdf", True), ("绝 密.docx", True), ("秘密★.txt", True), ("商业秘密保护条例.docx", False), ("密云.pdf", False)],
)
def test_a_name_may_carry_a_mark(name: str, *, marked: bool) -> None:
    assert marks_name(name) is marked


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/走访.pdf", "走访.pdf"),
        ("C:\\我的文档\\走访.pdf", "走访.pdf"),
        ("走访\u202efdp.exe", "走访fdp.exe"),
        ("走\r\n访\x00.pdf", "走 访.pdf"),
        ('走<访>:"|?*.pdf', "走_访______.pdf"),
        ("CON.pdf", "_CON.pdf"),
        (" .走访. .pdf", "走访.pdf"),
        ("..", "未命名"),
        ("", "未命名"),
        ("\ud800.pdf", "pdf"),
        ("访" * 300 + ".docx", "访" * 78 + ".docx"),
        ("a" * 300 + ".docx", "a" * 195 + ".docx"),
        ("无点", "无点"),
    ],
)
def test_a_name_can_be_kept_on_any_system(given: str, kept: str) -> None:
    assert clean_name(given) == kept
