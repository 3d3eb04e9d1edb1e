"""Write the catalogue of what the screen says, for translators, and compile it: `make messages`, `make messages TO=en`.

Babel reads modules, templates and scripts (xgettext and msgfmt are not on a bare machine). Without a language it writes
`locale/django.pot`, which is not kept; with one it brings `locale/<language>/LC_MESSAGES/django.po` up to what is said
by now, whose translations stay, and compiles it. Which sentences are missing in it is printed at the end.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LAZY = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS = DEFAULT_KEYWORDS | {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in LAZY} | {"gettext_noop": None, "later": None}
TEXT = re.compile(r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
CALL = re.compile(rf"\b(n?p?gettext|_)\(((?:\s*{TEXT.pattern}\s*,?)+)")
Said = tuple[str | tuple[str, ...], str | None, str]  # the sentence, its context, its file


def sources() -> Iterator[Path]:
    """Yield the modules, templates and scripts of the product."""
    for path in sorted((ROOT / "tongxin").rglob("*")):
        ours = not {"tests", "migrations"} & set(path.parts) and path.name != "app.js" and ".min." not in path.name
        if ours and (path.suffix in {".py", ".js"} or ("templates" in path.parts and path.suffix in {".html", ".txt"})):
            yield path


def said() -> Iterator[Said]:
    """Yield every sentence that goes through gettext."""
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in {".html", ".txt"}:
            yield from ((*found, name) for found in of_template(path.read_text(encoding="utf-8")))
            continue
        method = "python" if path.suffix == ".py" else "javascript"
        for _line, message, _comments, context in extract(method, io.BytesIO(path.read_bytes()), keywords=KEYWORDS):
            yield message, context, name


def of_template(text: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield the sentences of a template, with their contexts: Django makes calls of what its tags say."""
    for by, given in CALL.findall(templatize(text)):
        texts = [ast.literal_eval(one) for one in TEXT.findall(given)]
        context = texts.pop(0) if "p" in by else None
        yield (tuple(texts[:2]) if by.startswith("n") else texts[0]), context


def catalogue() -> Catalog:
    """Return all of it, in the order in which it is read."""
    made = Catalog(project="Tongxin", domain="django", charset="utf-8", fuzzy=False)
    for message, context, name in said():
        made.add(message, locations=[(name, 0)], context=context)
    return made


def write(language: str) -> list[str]:
    """Bring a language's catalogue up to what is said by now, compile it; return the sentences that it lacks."""
    place = LOCALE / language / "LC_MESSAGES" / "django.po"
    place.parent.mkdir(parents=True, exist_ok=True)
    kept = (
        read_po(io.BytesIO(place.read_bytes()), locale=language) if place.exists() else Catalog(locale=language, domain="django")
    )
    kept.update(catalogue(), no_fuzzy_matching=True)
    kept.fuzzy = False
    with place.open("wb") as out:
        write_po(out, kept, width=120, include_lineno=False, ignore_obsolete=False)
    with place.with_suffix(".mo").open("wb") as out:
        write_mo(out, kept)
    return [str(message.id) for message in kept if message.id and not message.string]


def main(languages: list[str]) -> int:
    """Write the template, or the catalogues of languages."""
    settings.configure(USE_I18N=False)
    LOCALE.mkdir(exist_ok=True)
    if not languages:
        with (LOCALE / "django.pot").open("wb") as out:
            write_po(out, catalogue(), width=120, include_lineno=False)
        print(f"{len(catalogue())} sentences in locale/django.pot")
    for language in languages:
        missing = write(language)
        print(f"locale/{language}: {len(missing)} not translated yet", *missing[:20], sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
