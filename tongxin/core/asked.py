"""What an address asks for: pages, days, choices. Whatever cannot be read counts as not asked, never as an error."""

import re
import unicodedata
from collections.abc import Container, Mapping
from datetime import date

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme

from tongxin.core.words import normal

KEY_DIGITS = 18  # more do not fit into a row's key
LARGEST = 2_147_483_647  # what a column of small numbers holds
LONGEST_DAY = 40
LONGEST_ADDRESS = 2048  # as Django's own redirects
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # beyond, time zones and months cannot be reckoned any more

NUL = "\x00"  # has no meaning in a text, and PostgreSQL refuses it with an error
UNSEEN = {"Cc", "Cf"}  # controls, and what only says how its neighbours are written

_NUMBER = re.compile(f"[0-9]{{1,{KEY_DIGITS}}}", re.ASCII)
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_BLANK = re.compile(r"\s+")


def number(text: str) -> int | None:
    """Read a key of a row or a small number: plain digits, as many as a column holds.

    >>> number("17"), number("-1"), number("１７"), number("9" * 19)
    (17, None, None, None)
    """
    return int(text) if _NUMBER.fullmatch(text) else None


def version(text: str) -> int:
    """Read which version of a text somebody started from; 0, which no text has, when that is not said.

    >>> version("3"), version("99999999999"), version("")
    (3, 0, 0)
    """
    found = number(text)
    return found if found is not None and found <= LARGEST else 0


def day(text: str) -> date | None:
    """Read a day written 2026-03-18, or as people write it, between 1900 and 2199.

    >>> day("2026-03-18"), day("0001-01-01"), day("2026-W01-1")
    (datetime.date(2026, 3, 18), None, None)
    """
    found = written_day(text)
    return found if found is not None and FIRST_DAY <= found <= LAST_DAY else None


def written_day(text: str) -> date | None:
    """Read a day in the ways in which it is written in China, of whatever year.

    >>> written_day("2026-11-30") == written_day("2026 年 11 月 30 日") == written_day("2026/11/30") ==
    written_day("20261130")
    True
    >>> written_day("2026-02-30"), written_day("明天")
    (None, None)
    """
    parts = _DAY.fullmatch(_BLANK.sub("", normal(text[:LONGEST_DAY])))
    if parts is None:
        return None
    try:
        return date(*(int(part) for part in parts.groups() if part))
    except ValueError:
        return None


def one_of(text: str, known: Container[str], default: str = "") -> str:
    """Return what was asked when it is known, else the default."""
    return text if text in known else default


def by_htmx(headers: Mapping[str, str]) -> bool:
    """Say whether a piece of a page is asked for, by htmx, and not the whole page.

    >>> by_htmx({"HX-Request": "true"}), by_htmx({})
    (True, False)
    """
    return headers.get("HX-Request") == "true"


def words(text: str, most: int) -> str:
    """Return the words to look for, in one line, without what nobody sees, no longer than they can be.

    >>> words("  夜间　药房 ", 4), words("夜" + chr(0x200B) + "间" + chr(0), 4)
    ('夜间 药', '夜间')
    """
    seen = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in UNSEEN)
    return seen[:most].strip()


def query(text: str = "") -> QueryDict:
    """Read what an address asks that was sent as a text of its own, through the same wall as the address of a page."""
    return without_nul(QueryDict(text))


def without_nul(data: QueryDict) -> QueryDict:
    """Return form data without NUL: the same object when there is none."""
    if not any(NUL in name or any(NUL in value for value in values) for name, values in data.lists()):
        return data
    clean = QueryDict(mutable=True, encoding=data.encoding)
    MultiValueDict.update(
        clean, MultiValueDict({name.replace(NUL, ""): [v.replace(NUL, "") for v in values] for name, values in data.lists()})
    )
    clean._mutable = False  # noqa: SLF001 -- there is no public way to close a QueryDict again
    return clean


def address(text: str, *, host: str | None = None, secure: bool = False) -> str:
    """Read where somebody wants to go on to: a page of this site, as a path or with its host. Nothing for any other.

    What is longer than any address of ours is not looked at: reading the host of it takes time that grows with its
    square.

    >>> address("/members/"), address("https://elsewhere.example/"), address("//elsewhere.example/")
    ('/members/', '', '')
    """
    fits = len(text) <= LONGEST_ADDRESS and url_has_allowed_host_and_scheme(text, host, require_https=secure)
    return text if fits else ""
