"""The invitation slip: a one-time code as a link, a QR code and letters to type, for paper."""

from dataclasses import dataclass
from urllib.parse import quote

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tongxin.accounts.actions import VALID


@dataclass(frozen=True)
class Slip:
    """What is printed for one person."""

    name: str
    sign_in_name: str  # one or two that work: YX001 或 手机号
    address: str  # the page on which they work
    code: str
    link: str
    qr: str  # a data: address of an SVG picture
    days: int


def slip(name: str, sign_in_name: str, code: str, *, request: HttpRequest, realm: str = "") -> Slip:
    """Make the slip for a code. `realm`: the committee whose member numbers are meant, in the address of the sign-in page."""
    origin = (settings.CSRF_TRUSTED_ORIGINS or [f"{request.scheme}://{request.get_host()}"])[0]
    page = reverse("sign-in-at", args=[realm]) if realm else reverse("account_login")
    link = f"{origin}{reverse('invitation')}?code={quote(code)}"
    picture = segno.make(link, error="m").svg_data_uri(scale=4, border=2)
    return Slip(name, sign_in_name, f"{origin}{page}", code, link, picture, VALID.days)
