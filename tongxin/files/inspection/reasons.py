"""Why a file is not taken, each reason with the sentence that says what to do."""

from enum import StrEnum

from tongxin.core.catalogue import later
from tongxin.files.choices import IN_WORDS


class Reason(StrEnum):
    UNKNOWN = "unknown"
    MISNAMED = "misnamed"
    PACKED = "packed"
    OFD = "ofd"
    RICH_TEXT = "rich_text"
    SHORTCUT = "shortcut"
    SCRIPT = "script"
    CORRUPT = "corrupt"
    ENCRYPTED = "encrypted"
    ODD_ARCHIVE = "odd_archive"
    TOO_MANY_PARTS = "too_many_parts"
    UNPACKS_TOO_FAR = "unpacks_too_far"
    TOO_MANY_PIXELS = "too_many_pixels"
    ENTITIES = "entities"
    MACROS = "macros"
    ACTIVE = "active"
    EMBEDDED = "embedded"
    EXTERNAL = "external"
    LINKS = "links"
    PDF_SCRIPT = "pdf_script"
    PDF_FORM = "pdf_form"
    PDF_ATTACHMENT = "pdf_attachment"
    SECRET_NAME = "secret_name"  # noqa: S105 -- a mark of secrecy, no password
    SECRET_TEXT = "secret_text"  # noqa: S105 -- the same
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    TOO_HEAVY = "too_heavy"
    BUSY = "busy"


UNPACKED_MB, PARTS, MEGAPIXELS = 400, 5000, 120
_PIXELS = f"{MEGAPIXELS // 100}.{MEGAPIXELS % 100 // 10}"

SENTENCES = {
    Reason.UNKNOWN: later("“{name}”不是可以上传的文件。可以上传{taken}。"),
    Reason.MISNAMED: later("“{name}”的内容是 {kind}，与文件名不符。请用原来的软件另存后再上传。"),
    Reason.PACKED: later("“{name}”是压缩包。请解开后上传里面的文件，可以上传{taken}。"),
    Reason.OFD: later("“{name}”是 OFD 版式文件。请转成 PDF 再上传。"),
    Reason.RICH_TEXT: later("“{name}”是 RTF 文件。请用 Word 或 WPS 打开，另存为 docx 再上传。"),
    Reason.SHORTCUT: later("“{name}”是快捷方式，不是文件本身。请找到它指向的文件再上传。"),
    Reason.SCRIPT: later("“{name}”里是网页或程序代码，不是纯文本。请把文字复制到 Word 文件里再上传。"),
    Reason.CORRUPT: later("“{name}”已损坏或不完整，打不开。请用原来的软件打开检查，另存后再上传。"),
    Reason.ENCRYPTED: later("“{name}”设有打开密码，无法检查内容。请取消密码，另存后再上传。"),
    Reason.ODD_ARCHIVE: later("“{name}”的压缩方式不是 Office 或 WPS 所用的。请用 Word、Excel、PPT 或 WPS 打开，另存后再上传。"),
    Reason.TOO_MANY_PARTS: later("“{name}”里的部件超过 {parts} 个，不能上传。请分成几个文件，或转成 PDF 再上传。"),
    Reason.UNPACKS_TOO_FAR: later("“{name}”解开后超过 {unpacked} MB，不能上传。请压缩其中的图片后再试。"),
    Reason.TOO_MANY_PIXELS: later("“{name}”超过 {pixels} 亿像素，不能上传。请把图片缩小后再上传。"),
    Reason.ENTITIES: later("“{name}”里夹有正常文件没有的定义，不能上传。请用 Word、Excel、PPT 或 WPS 打开，另存后再上传。"),
    Reason.MACROS: later("“{name}”里有宏，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"),
    Reason.ACTIVE: later("“{name}”里有可以运行的程序或控件，不能上传。请去掉后另存，或转成 PDF 再上传。"),
    Reason.EMBEDDED: later("“{name}”里嵌入了别的文件或对象，无法逐一检查。请改为图片或单独上传，也可以转成 PDF 再上传。"),
    Reason.EXTERNAL: later("“{name}”引用了文件以外的模板、图片或数据。请断开链接、改为插入后另存，或转成 PDF 再上传。"),
    Reason.LINKS: later("“{name}”里有指向本机、局域网或程序的超链接。请取消这些超链接后另存，或转成 PDF 再上传。"),
    Reason.PDF_SCRIPT: later("“{name}”里有打开时会运行的脚本或动作，不能上传。请用“打印为 PDF”另存后再上传。"),
    Reason.PDF_FORM: later("“{name}”是动态表单，不能上传。请填好后用“打印为 PDF”另存再上传。"),
    Reason.PDF_ATTACHMENT: later("“{name}”里夹带了别的文件或媒体，无法逐一检查。请用“打印为 PDF”另存，夹带的文件单独上传。"),
    Reason.SECRET_NAME: later("文件名“{name}”带有密级字样。本平台连接互联网，不能上传涉密文件，请走机要渠道。"),
    Reason.SECRET_TEXT: later("“{name}”里有密级标志。本平台连接互联网，不能上传涉密文件，请走机要渠道。"),
    Reason.TOO_LONG: later("检查“{name}”用时过长，文件可能已损坏。请另存后再试，或转成 PDF 再上传。"),
    Reason.TOO_MANY: later("这次选的文件较多，检查到“{name}”时用时过长。请分几次上传。"),
    Reason.TOO_HEAVY: later("检查“{name}”需要的内存过多，文件可能已损坏。请另存后再试，或分成几个文件再上传。"),
    Reason.BUSY: later("正在检查的文件较多，“{name}”还没有检查。请稍后再上传。"),
}


def sentence(reason: Reason, *, name: str, kind: str = "") -> str:
    """Say why a file is not taken, in the language of whoever sent it."""
    limits = {"parts": PARTS, "unpacked": UNPACKED_MB, "pixels": _PIXELS}
    return SENTENCES[reason].format(name=name, kind=kind, taken=IN_WORDS, **limits)


class Refused(Exception):  # noqa: N818 -- an answer, not a fault
    """A file is not taken, for this reason; `kind` says what it is where its name says otherwise."""

    def __init__(self, reason: Reason, kind: str = "") -> None:
        super().__init__(reason, kind)
        self.reason, self.kind = reason, kind
