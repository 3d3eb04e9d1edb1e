"""The invitation slip: a one-time code as a QR code and letters to type, for paper, and the page that keeps it for a while."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from tongxin.accounts import sealed
from tongxin.accounts.actions import VALID
from tongxin.core.templatetags.chinese import full_day

SESSION_KEY = "sealed_slip"


@dataclass(frozen=True)
class Slip:
    """What is printed for one person."""

    name: str
    sign_in_name: str  # one or two that work: YX001 或手机号
    address: str  # the page on which they work
    code: str
    link: str  # the code stands behind a #, which browsers keep to themselves: no server and no proxy writes it down
    committee: str
    resets: bool = False  # for somebody who has a password: not the first sign-in
    coded: bool = False  # for somebody who has a second factor, which stays
    for_member: bool = False
    links: bool = False  # for a seat without account: who has one already signs in first, and links it
    until: str = ""  # the day the code ends, for paper that nobody reads on the day it was printed
    maker: str = ""  # whom to ask
    waits: str = ""  # since when or by whose word the code works, where it does not yet
    duty: str = ""  # for which somebody new is invited, as it is said of somebody
    sets_up_factor: bool = False  # the first sign-in asks for an authenticator on the phone
    back: str = "/"  # the page it was made on

    @property
    def qr(self) -> str:
        """The link as a picture: a data: address of an SVG."""
        return str(segno.make(self.link, error="m").svg_data_uri(scale=4, border=2))


def slip(name: str, sign_in_name: str, code: str, *, request: HttpRequest, realm: str = "", **more: Any) -> Slip:
    """Make the slip for a code.

    `realm`: the committee whose member numbers are meant, in the address of the sign-in page.
    """
    origin = (settings.CSRF_TRUSTED_ORIGINS or [f"{request.scheme}://{request.get_host()}"])[0]
    page = reverse("sign-in-at", args=[realm]) if realm else reverse("account_login")
    link = f"{origin}{reverse('invitation')}#{code}"
    return Slip(name, sign_in_name, f"{origin}{page}", code, link, **more)


def keep(request: HttpRequest, made: Slip, *, at: datetime) -> HttpResponseRedirect:
    """Date and sign a slip, keep it in the session of who made it, and lead to its page."""
    dated = replace(made, until=full_day(at + VALID), maker=request.user.name)  # type: ignore[union-attr]  # made by who is signed in
    sealed.put(request, SESSION_KEY, asdict(dated), at=at)
    return redirect("slip")


def to_print(request: HttpRequest, *, at: datetime) -> Slip | None:
    """Return the slip this session made last, unless its time is over."""
    said = sealed.get(request, SESSION_KEY, at=at)
    if said is None:
        return None
    known = {field.name for field in fields(Slip)}
    return Slip(**{name: value for name, value in said.items() if name in known})


def put_away(request: HttpRequest, *, at: datetime) -> str:
    """Forget the slip; return the page it was made on, as long as it was kept."""
    made = to_print(request, at=at)
    sealed.drop(request, SESSION_KEY)
    return made.back if made is not None else reverse("home")
