"""English comes at the end by translation alone.

What the screen says goes through gettext, and is asked for anew for each reader.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests.architecture import source, words
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.ui.bundle import STATIC
from tools import messages

GOLDEN = Path(__file__).parent / "golden" / "words.txt"
JOINED_SCRIPT = STATIC / "app.js"  # its parts are read


# ── what is not wrapped ──────────────────────────────────────────────────────────────────────────
def test_the_bare_texts_of_every_module_are_counted_and_only_fall(pytestconfig: pytest.Config) -> None:
    found = Counter({name: len(texts) for name, texts in _bare() if texts})
    if pytestconfig.getoption("--update-golden"):
        GOLDEN.write_text("".join(f"{name} {count}\n" for name, count in sorted(found.items())), encoding="utf-8")
    kept = Counter({name: int(count) for name, count in map(str.split, GOLDEN.read_text(encoding="utf-8").splitlines())})
    risen = {name for name in found if found[name] > kept[name]}
    faults = [f"{name}:{one.line}: {one.fault}: {one.text}" for name, texts in _bare() if name in risen for one in texts]
    assert faults == [], 'write _("…"), at import gettext_lazy("…"), with values _("…%(name)s…") % {…}'
    assert found == kept, "fewer than were counted: write the golden file anew with --update-golden, so that they stay gone"


def _bare() -> Iterator[tuple[str, list[words.Found]]]:
    for path in words.product():
        yield source.name(path), words.in_python(path.read_text(encoding="utf-8"), source.name(path))
    for path in source.templates():
        yield source.name(path), list(words.in_template(path.read_text(encoding="utf-8")))
    for path in sorted(source.TONGXIN.rglob("static/**/*.js")):
        if path != JOINED_SCRIPT and ".min." not in path.name:
            yield source.name(path), list(words.in_script(path.read_text(encoding="utf-8")))


def test_what_the_table_leaves_out_is_there() -> None:
    names = [source.name(path) for path in source.modules()]
    assert [one for one in words.NOT_SCREEN if not any(fnmatch(name, one) for name in names)] == []


IMPORT = "from django.utils.translation import gettext as _, gettext_lazy, ngettext\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('def f():\n    return "立案"', ["bare"]),
        ('def f():\n    return _("立案")', []),
        ('LABEL = gettext_lazy("立案")', []),
        ('LABEL = _("立案")', ["too early"]),
        ('class C:\n    label = _("立案")', ["too early"]),
        ('def f(word=_("件")):\n    return word', ["too early"]),
        ('f = lambda: _("立案")', []),
        ('@cache\ndef f():\n    return _("立案")', ["too early"]),
        ('def f(n):\n    return f"第 {n} 件"', ["joined"]),
        ('def f(n):\n    return _(f"第 {n} 件")', ["not a literal"]),
        ('def f(n):\n    return _("第 %(n)s 件") % {"n": n}', []),
        ('def f(n):\n    return _("第 %(n)s 件") % {"n": n or "几"}', ["bare"]),
        ("def f(label):\n    return _(label)", ["not a literal"]),
        ('def f(n):\n    return ngettext("%(n)s 件", "%(n)s 件", n)', []),
        ("def f(name):\n    return f\"{name}：{_('立案')}\"", []),
        ('def f():\n    """立案。"""', []),
        ('def f(word):\n    return word == "立案" or word in ("是", "否") or word.startswith("关于")', []),
        ('import re\nDAY = re.compile("年月日")', []),
        ('KINDS = {"立案": 1}', []),
        ('KINDS = {1: "立案"}', ["bare"]),
    ],
)
def test_python_is_read_by_its_syntax(text: str, faults: list[str]) -> None:
    assert [one.fault for one in words.in_python(IMPORT + text)] == faults


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("<p>立案</p>", 1),
        ('<p title="立案">1</p>', 1),
        ('<p title="{% translate "立案" %}">{# 说明 #}{% comment %}说明{% endcomment %}</p>', 0),
        ("{% blocktranslate with n=3 %}第 {{ n }} 件{% endblocktranslate %}", 0),
        ('{% badge "wait" "待答复" %}', 1),
        ('{% badge "wait" _("待答复") %}', 0),
        ('{{ title|default:"（未写案由）" }}', 1),
        ('{% blocktranslate with word=one|default:"无" %}{{ word }}{% endblocktranslate %}', 1),
    ],
)
def test_templates_are_read_by_their_tags(text: str, bare: int) -> None:
    assert len(list(words.in_template(text))) == bare


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('toast("已复制"); // 说明', ["bare"]),
        ('toast(_("已复制")); /* 说明 */', []),
        ("toast(`已选 ${n} 件`);", ["joined"]),
        ("toast(_(`已选 ${n} 件`));", ["joined"]),
        ('label.replace(/必填/g, "");', []),
    ],
)
def test_scripts_are_read_by_their_texts(text: str, faults: list[str]) -> None:
    assert [one.fault for one in words.in_script(text)] == faults


# ── what is wrapped arrives ──────────────────────────────────────────────────────────────────────
# What asks while modules are read, and may: sheets' vocabulary, which is the system's; the interface's description,
# made once; whether there is a text at all.
ASK_EARLY = re.compile(r"/sheets(/|\.py)|^tongxin/(api/(describing|views)|audit/kinds|accounts/(codes|forms))\.py")
WHILE_READ = r"""
import traceback
import django
from django.utils import translation

def asked(said):
    ours = [frame.filename.rpartition("/tongxin/")[2] for frame in traceback.extract_stack() if "/tongxin/" in frame.filename]
    if ours and any("\u3400" <= letter <= "\u9fff" for letter in said):
        print(f"tongxin/{ours[-1]}", said)
    return said

translation._trans.gettext = asked
django.setup()
from django.urls import get_resolver
from tongxin.desks.declared import declared, drafts, listings
[get_resolver().url_patterns, *listings(), *drafts(), *declared("MENU")]
"""


def test_no_module_asks_for_a_sentence_while_it_is_read() -> None:
    """It would keep the first language.

    The syntax shows what stands at import; this, what functions that are called there ask.
    """
    done = subprocess.run(  # noqa: S603 -- this interpreter
        (sys.executable, "-c", WHILE_READ), cwd=source.ROOT, capture_output=True, text=True, check=True
    )
    assert [line for line in done.stdout.splitlines() if not ASK_EARLY.search(line.split()[0])] == []


def _sentences() -> set[str]:
    """Return the sentences that are said as they stand."""
    return {said for said, _context, _file in messages.said() if isinstance(said, str) and "%(" not in said and "{" not in said}


class _Said(HTMLParser):
    """What a page says: its texts, and what its attributes name."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in {"script", "style"}
        self.texts += [value for name, value in attrs if value and name in {"aria-label", "title", "placeholder", "alt"}]

    def handle_endtag(self, _tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _outside(page: str) -> set[str]:
    """Return what of a page no catalogue was asked for."""
    said = _Said()
    said.feed(page)
    found = set()
    for text in said.texts:
        rest, before = text, ""
        while rest != before:
            before, rest = rest, re.sub("⟦[^⟦⟧]*⟧", "\n", rest)
        found |= {part.strip(" \u3000\t，。：；、（）·") for part in rest.split("\n") if words.HAN.search(part)}
    return found


@pytest.fixture
def in_brackets(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes every sentence of ours come in brackets, in a language that nothing was kept in before."""

    def begin() -> None:
        plain = translation._trans.gettext
        monkeypatch.setattr(
            translation._trans, "gettext", lambda said: f"⟦{plain(said)}⟧" if words.HAN.search(said) else plain(said)
        )
        monkeypatch.setattr(translation._trans, "get_language", lambda: "xx")

    translation.gettext("")
    translation.get_language()
    return begin


OF_THE_OFFICE = {"其他", "林知远", "社会建设"}  # what its rules and rows call something as the program does
PAGES: dict[str, tuple[Callable[[Cast], Account | None], tuple[str, ...]]] = {
    "public": (lambda _cast: None, ("/public/YX/", "/public/proposals/?in=YX", "/accounts/login/")),
    "member": (lambda cast: cast.proposer, ("/home/", "/proposals/", "/account/", "/account/held/")),
    "office": (
        lambda cast: cast.office,
        ("/home/", "/desk/proposals/", "/members/", "/regulations/proposals.form/"),
    ),
    "unit": (lambda cast: cast.clerk, ("/home/", "/handling/")),
}


@pytest.mark.parametrize("who", PAGES)
def test_what_is_wrapped_arrives_in_the_readers_language(who: str, mixed: Cast, in_brackets: Callable[[], None]) -> None:
    """Each page is read in Chinese first: what was kept then, and is asked for no more, would come without brackets."""
    somebody, pages = PAGES[who]
    account = somebody(mixed)
    client = Client() if account is None else as_(account)
    for page in pages:
        assert client.get(page).status_code == 200, page
    in_brackets()
    frozen: dict[str, set[str]] = {}
    seen = 0
    for page in pages:
        answer = client.get(page).content.decode()
        seen += answer.count("⟦")
        if left := (_outside(answer) & _sentences()) - OF_THE_OFFICE:
            frozen[page] = left
    assert seen > 20 * len(pages)
    assert frozen == {}
