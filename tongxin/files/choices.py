"""Which files are taken, which endings each may carry, and with which type it is sent."""

from dataclasses import dataclass

from tongxin.core.catalogue import later


@dataclass(frozen=True)
class Kind:
    """A kind of file: its short name, the file name endings it may carry, the type it is sent with."""

    name: str
    endings: tuple[str, ...]
    media_type: str


OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    kind.name: kind
    for kind in (
        Kind("pdf", ("pdf",), "application/pdf"),
        Kind("doc", ("doc", "wps"), "application/msword"),
        Kind("docx", ("docx",), f"{OFFICE}wordprocessingml.document"),
        Kind("xls", ("xls", "et"), "application/vnd.ms-excel"),
        Kind("xlsx", ("xlsx",), f"{OFFICE}spreadsheetml.sheet"),
        Kind("ppt", ("ppt", "dps"), "application/vnd.ms-powerpoint"),
        Kind("pptx", ("pptx",), f"{OFFICE}presentationml.presentation"),
        Kind("jpg", ("jpg", "jpeg"), "image/jpeg"),
        Kind("png", ("png",), "image/png"),
        Kind("txt", ("txt",), "text/plain; charset=utf-8"),
    )
}
IN_WORDS = later("PDF、Word、Excel、PPT、WPS、图片（JPG、PNG）和纯文本")
ACCEPT = ",".join(f".{ending}" for kind in KINDS.values() for ending in kind.endings)
SHEETS = {  # of spreadsheets that are imported, beside those above
    kind.name: kind
    for kind in (
        Kind("ods", ("ods",), "application/vnd.oasis.opendocument.spreadsheet"),
        Kind("csv", ("csv",), "text/csv; charset=utf-8"),
    )
}
