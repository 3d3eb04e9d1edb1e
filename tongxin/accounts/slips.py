"""The invitation slip: a one-time code as a link, a QR code and letters to type, for paper."""

from dataclasses import dataclass
from urllib.parse import quote

import segno

from tongxin.accounts.actions import VALID


@dataclass(frozen=True)
class Slip:
    """What is printed for one person."""

    name: str
    username: str
    code: str
    link: str
    qr: str  # a data: address of an SVG picture
    days: int


def slip(name: str, username: str, code: str, origin: str) -> Slip:
    """Make the slip for a code; `origin` is the address people reach this installation at."""
    link = f"{origin}/invitation/?code={quote(code)}"
    return Slip(name, username, code, link, segno.make(link, error="m").svg_data_uri(scale=4, border=2), VALID.days)
