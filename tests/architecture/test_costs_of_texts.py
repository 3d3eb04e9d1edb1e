"""Whatever people write is read in time that grows with its length alone.

Nobody stops the server with one long line.
"""

import ast
import importlib
import pkgutil
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from allauth.core import context
from django import forms
from django.contrib.sessions.backends.db import SessionStore
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.test import RequestFactory

import tongxin
from tests.architecture import source
from tests.cast import Cast
from tongxin.accounts import codes
from tongxin.accounts import forms as doors
from tongxin.accounts.models import Account
from tongxin.core import asked, numerals, sounds, words
from tongxin.files.inspection import names, secrecy
from tongxin.sheets import cells, headers
from tongxin.texts import redaction, segmentation, widths

FEW, MANY = 500, 4000
TIMES = 22  # eight times as long costs eight times as much, and sixty-four times in a loop in a loop: far from both
DEAR = 60  # so many plain looks over the same text are not worth a second measure
ROUNDS = 4  # short and long are measured by turns, and the least of each counts: others work on the machine too
CLEAR = 3  # so often the short one is measured in each round; what is left of its time is sooner somebody else's
AGAIN = 3  # so often it has to seem so
ODD = "1 汉<\u0301\u0316(（a\n１年-.@…\t【'\u3000Xー★=#"
USED = re.compile(r"search|match|fullmatch|sub|finditer|findall|split")
ENDING = "\x00"  # fits nothing, so that an expression tries all it can before it gives up
# Expressions that are put together when they are used, with the reason.
_LAYOUT = "the database's own words of its tables, read from their beginning; people do not write them"
PUT_TOGETHER = {
    "tongxin/texts/redaction.py: re.escape(words)": "the words themselves, letter by letter",
    r"tongxin/audit/layout.py: f'CREATE {entry.kind} {name}\\s*(\\(|AS\\b)'": _LAYOUT,
    r"tongxin/audit/layout.py: f'CREATE (UNIQUE )?INDEX {name} ON {table}\\s*\\('": _LAYOUT,
    "tongxin/sheets/headers.py: self.kind.people": "each kind's own, written in its module: tried as such",
}
# What reads files of our own that nobody else writes.
OURS = {"tongxin.ui.bundle", "tongxin.demo.texts"}
Reader = Callable[[str], object]


# ── measuring ────────────────────────────────────────────────────────────────────────────────────
def cost(reader: Reader, text: str, *, times: int = 1) -> int:
    """Return the least processor time that reading a text takes."""
    least = 0
    for _again in range(times):
        begun = time.thread_time_ns()
        with suppress(ValueError):  # refused: that too was decided in this time
            reader(text)
        spent = time.thread_time_ns() - begun
        least = min(least or spent, spent)
    return least


@cache
def plain_look() -> int:
    """Return what looking at each letter of a text costs on this machine."""
    return max(cost(re.compile("[^\x01]*x").match, "a" * MANY, times=20), 1000)


def too_dear(reader: Reader, growing: "Growing") -> bool:
    """Say whether reading costs far more than in proportion when a text grows eight times as long.

    What else the machine does may make it seem so once, not time after time.
    """
    if cost(reader, growing.of(MANY)) < DEAR * plain_look():
        return False
    return all(_seems_too_dear(reader, growing) for _again in range(AGAIN))


def _seems_too_dear(reader: Reader, growing: "Growing") -> bool:
    rounds = [(cost(reader, growing.of(FEW), times=CLEAR), cost(reader, growing.of(MANY))) for _round in range(ROUNDS)]
    few, many = (min(costs) for costs in zip(*rounds, strict=True))
    return many > TIMES * few


# ── texts that are made to be dear ───────────────────────────────────────────────────────────────
def letters_of(parsed: Any) -> Iterator[str]:
    """Yield the letters that an expression speaks of, and one of each kind."""
    for op, value in parsed:
        if op in {sre.LITERAL, sre.NOT_LITERAL}:
            yield chr(value)
        elif op is sre.IN:
            yield from members(value)[:2]
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            yield from letters_of(value[2])
        elif op is sre.SUBPATTERN:
            yield from letters_of(value[-1])
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from letters_of(branch)


def members(value: Any) -> list[str]:
    """Return letters that a set holds; of a set of what it is not, one that it holds too."""
    kinds_of = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}
    if value[0][0] is sre.NEGATE:
        return ["汉"]
    told = []
    for op, what in value:
        told.append(chr(what) if op is sre.LITERAL else chr(what[0]) if op is sre.RANGE else kinds_of.get(what, "汉"))
    return told


def example(parsed: Any) -> str:
    """Return a text that an expression more or less fits."""
    said = ""
    for op, value in parsed:
        if op is sre.LITERAL:
            said += chr(value)
        elif op is sre.IN:
            said += members(value)[0]
        elif op in {sre.ANY, sre.NOT_LITERAL}:
            said += "汉"
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            said += example(value[2]) * max(1, value[0])
        elif op is sre.SUBPATTERN:
            said += example(value[-1])
        elif op is sre.BRANCH:
            said += example(value[1][0])
    return said


@dataclass(frozen=True)
class Growing:
    """A text that grows as long as asked: some letters that stand again and again, and what stands around them."""

    again: str
    before: str = ""
    after: str = ""

    def of(self, length: int) -> str:
        """Return it, with an end that fits nothing."""
        return self.before + self.again * (length // len(self.again)) + self.after + ENDING


def repeated(letters: str) -> Iterator[Growing]:
    """Yield texts of one letter, of two by turns, and of one between two others."""
    for one in letters:
        yield Growing(one)
        for other in letters.replace(one, ""):
            yield Growing(one + other)
            yield Growing(other, before=one, after=one)


def pumped(said: str, letters: str) -> Iterator[Growing]:
    """Yield texts that fit but for a letter that somewhere stands again and again."""
    for place in range(len(said) + 1):
        for one in letters:
            yield Growing(one, before=said[:place], after=said[place:])


# ── every expression of the code ─────────────────────────────────────────────────────────────────
def compiled() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """Return the expressions that modules keep, by name, and how they are used: all ways, where that is not seen."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in source.modules())
    found = {}
    for module in pkgutil.walk_packages(tongxin.__path__, "tongxin."):
        if {"migrations", "tests", "__main__"} & set(module.name.split(".")) or module.name in OURS:
            continue
        for name, kept in vars(importlib.import_module(module.name)).items():
            if isinstance(kept, re.Pattern):
                ways = set(re.findall(rf"\b{name}\.({USED.pattern})\b", text))
                found[f"{module.name}.{name}"] = kept, ways or {"sub", "fullmatch"}
    return found


def written_inline() -> tuple[dict[str, tuple[re.Pattern[Any], set[str]]], set[str]]:
    """Return the expressions that are written where they are used, and those that are put together there."""
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    others = set()
    for path in source.modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"):
                continue
            if not USED.fullmatch(called.attr):
                continue
            said = node.args[0]  # type: ignore[attr-defined]
            if isinstance(said, ast.Constant):
                found[f"{source.name(path)}: {said.value!r}"] = re.compile(said.value), {called.attr}
            else:
                others.add(f"{source.name(path)}: {ast.unparse(said)}")
    return found, others


def ways_of(pattern: re.Pattern[Any], used: set[str]) -> Iterator[tuple[str, Reader]]:
    """Yield how an expression is used, as a function of the text it reads."""

    def reader(way: str) -> Reader:
        call = getattr(pattern, way)
        raw: Callable[[str], Any] = str.encode if isinstance(pattern.pattern, bytes) else str
        if way == "sub":
            return lambda text: call(raw(""), raw(text))
        return (lambda text: list(call(raw(text)))) if way == "finditer" else lambda text: call(raw(text))

    yield from ((way, reader(way)) for way in sorted(used))


def dear_texts(pattern: re.Pattern[Any], used: set[str]) -> Iterator[str]:
    """Yield the beginnings of texts that an expression reads again and again."""
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    own = "".join(dict.fromkeys(letters_of(parsed)))[:8]
    said = example(parsed)[:24]
    texts = [*repeated("".join(dict.fromkeys(own + "1 汉("))), *pumped(said, "".join(dict.fromkeys(own + " 1汉")))]
    texts += [Growing(one) for one in ODD]
    for way, reader in ways_of(pattern, used):
        yield from (f"{way} {growing}" for growing in texts if too_dear(reader, growing))


def test_no_expression_reads_a_text_again_and_again() -> None:
    """A digit that stands a hundred thousand times, blanks, brackets that never close.

    Each expression meets them all.
    """
    inline, _others = written_inline()
    dear = {name: list(dear_texts(pattern, used)) for name, (pattern, used) in (compiled() | inline).items()}
    assert {name: texts for name, texts in dear.items() if texts} == {}


def test_expressions_that_are_put_together_are_known() -> None:
    assert written_inline()[1] == set(PUT_TOGETHER)


def test_what_reads_again_and_again_is_found() -> None:
    """The measure finds what it is for.

    These did stand in the code, and one member stopped the server with the first.
    """
    for said in (r"[一二三四五六七八九十\d]+\s*[年月日天周]", r"[(（\[【].*?[)）\]】]", "（[^（）]*…[^（）]*）", r"[a-z]+@"):
        assert any(dear_texts(re.compile(said), {"sub"})), said
    marks = [*repeated("\u0301\u0316")]
    assert any(too_dear(lambda text: unicodedata.normalize("NFKC", text), growing) for growing in marks)
    for said in (r"[一二三四五六七八九十\d]\s{0,3}[年月日天周]", "（[^（）…]*…[^（）]*）", r"[0-9]{4}-[0-9]{2}"):
        assert not any(dear_texts(re.compile(said), {"sub"})), said


# ── every function that reads what people write ──────────────────────────────────────────────────
def scanned(text: str) -> None:
    secrecy.Scanner().read(text)


READERS: tuple[Reader, ...] = (
    words.normal,
    words.character_count,
    words.clean_line,
    words.clean_text,
    words.clean_name,
    words.plain_phone,
    words.plain_sign_in_name,
    words.plain_staff_name,
    words.wide,
    sounds.sound_of,
    numerals.parse_session,
    numerals.arabic,
    widths.plain,
    redaction.find,
    segmentation.words,
    segmentation.subject_of,
    names.clean_name,
    secrecy.marks_name,
    scanned,
    headers.plain,
    cells.day,
    cells.month,
    cells.whole,
    cells.phone,
    cells.several,
    cells.name,
    cells.flag,
    cells.guarded,
    cells.unguarded,
    asked.number,
    asked.day,
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.__module__}.{reader.__name__}")
def test_nothing_that_people_write_is_read_again_and_again(reader: Reader) -> None:
    texts = [*(Growing(one) for one in ODD), *repeated("1汉\u0301\u0316(")]
    assert [growing for growing in texts if too_dear(reader, growing)] == []


# ── every field of the doors: anybody may send them what he likes ────────────────────────────────
Door = Callable[[Account, dict[str, str] | None], forms.Form]
DOORS: dict[str, Door] = {
    "sign-in": lambda _account, data: doors.SignIn(data),
    "change-password": lambda account, data: doors.ChangePassword(user=account, data=data),
    "set-password": lambda account, data: doors.SetPassword(user=account, data=data),
    "confirm-password": lambda account, data: doors.ConfirmPassword(user=account, data=data),
    "invitation": lambda _account, data: doors.Code(data),
    "new-password": lambda account, data: doors.NewPassword(data, account=account),
    "settings": lambda _account, data: doors.Settings(data),
    "second-factor": lambda account, data: codes.Authenticate(user=account, data=data),
    "second-factor-again": lambda account, data: codes.Reauthenticate(user=account, data=data),
    "recovery-codes": lambda account, data: codes.AskedForAStep(user=account, data=data),
    "activate": lambda account, data: codes.Activate(user=account, data=data),
}


@pytest.fixture
def at_the_door(cast: Cast, rf: RequestFactory) -> Iterator[HttpRequest]:
    """A request as allauth's forms look for it."""
    request = rf.post("/accounts/login/")
    request.session, request.user = SessionStore(), cast.proposer  # type: ignore[assignment]
    with context.request_context(request):
        yield request


def texts_of(form: forms.Form) -> list[str]:
    """Return the names of the fields that take any text."""
    return [name for name, field in form.fields.items() if isinstance(field, forms.CharField)]


@pytest.mark.usefixtures("at_the_door")
@pytest.mark.parametrize("door", DOORS)
def test_every_field_of_a_door_has_a_bound_and_looks_no_further(cast: Cast, door: str) -> None:
    make = DOORS[door]
    names = texts_of(make(cast.proposer, None))
    fields = make(cast.proposer, None).fields
    assert [n for n in names if not any(isinstance(v, MaxLengthValidator) for v in fields[n].validators)] == []

    def cleaned(text: str) -> None:
        form = make(cast.proposer, dict.fromkeys(names, text))
        assert set(form.errors) >= set(names)  # too long, said at each

    texts = [*(Growing(one) for one in ODD), *repeated("1汉\u0301\u0316(")]
    assert names
    assert [growing for growing in texts if too_dear(cleaned, growing)] == []


@pytest.mark.usefixtures("at_the_door")
def test_every_form_of_the_accounts_stands_here(cast: Cast) -> None:
    """A form that is added to the doors is measured with them."""
    made = {type(make(cast.proposer, None)) for make in DOORS.values()}
    written = {
        kind
        for module in (doors, codes)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, forms.BaseForm) and kind.__module__ == module.__name__
    }
    # the one asks what `AskedForAStep` asks, the other is what two of the forms share
    assert written - made == {codes.Deactivate, doors.InOwnWords}


def test_only_one_function_normalises_texts() -> None:
    """Normalising sorts the marks on a letter one past the other.

    Who does it by himself does it to whatever was sent.
    """
    own = re.compile(r"\bnormalize\(|import.*\bnormalize\b|is_normalized|slugify|unicode_ci_compare|normalize_username")
    found = {source.name(p) for p in source.modules() if own.search(p.read_text(encoding="utf-8"))}
    assert found == {"tongxin/core/words.py", "tongxin/backups/tables.py"}  # the latter's is that of numbers
