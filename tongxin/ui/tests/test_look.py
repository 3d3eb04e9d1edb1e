"""What the style sheet promises: contrast, no colours outside the tokens, old browsers, small pages, strict policy."""

import gzip
import re
from pathlib import Path

import pytest

from tongxin.ui import bundle

UI = Path(bundle.__file__).parent
PARTS = sorted((bundle.STATIC / "css").glob("*.css"))
TEMPLATES = sorted(UI.parent.glob("*/templates/**/*.html"))
TOKENS = (bundle.STATIC / "tokens.css").read_text("utf-8")


def block(selector):
    body = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", bundle.COMMENT.sub("", TOKENS))[1]
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))


def luminance(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(c * 2 for c in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("surface", "surface-2", "paper", "paper-2")],
    *[(f"st-{s}", f"st-{s}-bg") for s in ("draft", "exam", "doing", "wait", "good", "stop", "note")],
    *[("link", ground) for ground in ("surface", "paper", "act-tint")],
    *[("on-dark", ground) for ground in ("act", "act-2", "brand", "ink", "card-red")],
    ("due-ok", "surface"),
    ("due-soon", "due-soon-bg"),
    ("card-yellow-ink", "card-yellow"),
    ("gold-ink", "gold-tint"),
    ("ink", "gold-tint"),
    ("ink-3", "st-note-bg"),
    ("act-2", "act-tint"),
    ("brand", "brand-tint"),
    ("brand", "paper-2"),
    ("brand-2", "paper-2"),
    ("brand-2", "dawn"),
    ("st-stop", "surface"),
    ("st-good", "surface"),
    ("ink-2", "dawn"),
    ("foot-ink", "foot"),
    ("foot-link", "foot"),
    ("foot-link", "ink"),
    ("act-off", "act-2"),
]
CONTROL_PAIRS = [
    ("line-control", "surface"),
    ("line-control", "paper"),
    ("focus", "surface"),
    ("focus", "paper"),
    ("due-soon", "surface"),
]


@pytest.mark.parametrize("theme", [":root", ':root[data-size="elder"]'])
def test_text_and_controls_stand_out_from_their_ground(theme):
    colours = {**block(":root"), **block(theme)}
    value = lambda name: colours[f"--{name}"]  # noqa: E731
    weak = [(a, b, round(contrast(value(a), value(b)), 2)) for a, b in TEXT_PAIRS if contrast(value(a), value(b)) < 4.5]
    weak += [(a, b) for a, b in CONTROL_PAIRS if contrast(value(a), value(b)) < 3]
    assert not weak


def test_the_joined_files_are_fresh():
    assert (bundle.STATIC / "app.css").read_text("utf-8") == bundle.styles(), "run: python -m tongxin.ui.bundle"
    assert (bundle.STATIC / "app.js").read_text("utf-8") == bundle.scripts(), "run: python -m tongxin.ui.bundle"


def test_every_part_is_joined():
    assert {p.stem for p in PARTS} == set(bundle.STYLES)
    assert {p.stem for p in (bundle.STATIC / "js").glob("*.js")} == set(bundle.SCRIPTS)


def test_the_joined_script_has_no_name_twice():
    names = re.findall(r"^(?:async )?(?:const|let|function|class) ([\w$]+)", bundle.scripts(), re.MULTILINE)
    assert len(names) == len(set(names))
    assert not re.search(r"^(import|export) ", bundle.scripts(), re.MULTILINE)


def test_style_and_script_stay_within_the_budget():
    files = [bundle.STATIC / "app.css", bundle.STATIC / "app.js", *(bundle.STATIC / "vendor").glob("*.js")]
    assert sum(len(gzip.compress(f.read_bytes())) for f in files) <= 60 * 1024


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.stem)
def test_colours_and_fonts_are_tokens(part):
    text = bundle.COMMENT.sub("", part.read_text("utf-8"))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text)
    assert not [f for f in re.findall(r"font-family:\s*([^;]+);", text) if not f.startswith("var(")]


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.stem)
def test_nothing_needs_a_newer_browser_than_chromium_86(part):
    text = bundle.COMMENT.sub("", part.read_text("utf-8"))
    new = r":has\(|:is\(|:where\(|@container|\baspect-ratio:|(?<!-)\binset:|(?:padding|margin)-(?:inline|block):|overflow: clip|\d[dsl]v[hw]\b"
    assert not re.findall(new, text)
    assert not re.search(r"\.(?:at|findLast|replaceAll|randomUUID)\(|AbortSignal\.|structuredClone|\?\?=|\|\|=", bundle.scripts())


def test_no_text_is_smaller_than_fourteen_pixels():
    small = []
    for part in PARTS:
        for size, unit in re.findall(r"font(?:-size)?:[^;{]*?\b([\d.]+)(rem|px|em)\b", part.read_text("utf-8")):
            pixels = float(size) * (1 if unit == "px" else 16)
            small += [(part.name, size + unit)] if pixels < 14 else []
    assert not small
    elder = block(':root[data-size="elder"]')
    assert float(elder["--fs-xs"].removesuffix("rem")) * 20 >= 18


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(UI.parent)))
def test_no_template_has_style_or_script_of_its_own(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son\w+\s*=|javascript:|hx-on|hx-vals=.js:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_the_vendored_script_is_the_one_described():
    described = (bundle.STATIC / "vendor" / "README.md").read_text("utf-8")
    for file in (bundle.STATIC / "vendor").glob("*.js"):
        assert file.name in described
        assert file.name in (UI / "templates/ui/_links.html").read_text("utf-8")
