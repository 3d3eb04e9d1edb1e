"""What of a text is covered before the public reads it, marked on the text itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.texts.redaction import WORDS, Mark, clear_of, left_in_the_open, occurrences, pieces, redact, without_overlap

CHANGED = _("核对期间原文有改动，标出的位置与现在的原文不符。请按现在的原文重新核对。")
MOST_WORDS = 100  # further words to cover, at once
PLACE = re.compile(r"([a-z_]{1,30}):([0-9]{1,7}):([0-9]{1,7}):([a-z]{1,20})")


@dataclass(frozen=True)
class Part:
    """A part of a text as the page draws it: plain, or a mark with its tick."""

    text: str
    word: str = ""
    value: str = ""
    ticked: bool = False


@dataclass(frozen=True)
class Drawn:
    """A text with its marks drawn on it, and as the public would read it."""

    label: str
    parts: tuple[Part, ...]
    covered: tuple[Part, ...]


class CoveringForm(forms.Form):
    """Which marks cover which parts of some texts, and words to cover wherever they stand. Works without scripts."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    words = forms.CharField(
        label=_("再隐去的文字"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行写一处，与原文一字不差；原文中每一处都会隐去。姓名、病情、家庭情况等系统查不出，请通读后写在这里。"),
        error_messages={"max_length": _("最多 2000 字，请只写要隐去的文字。")},
    )
    prints = forms.BooleanField(label=_("已经逐处看过，以上内容照登"), required=False)

    def __init__(
        self,
        texts: Mapping[str, tuple[str, str]],
        proposed: Mapping[str, Sequence[Mark]],
        *,
        version: int,
        ticked: Mapping[str, Sequence[Mark]] | None = None,
        data: Any = None,
    ) -> None:
        """`texts` are label and text by name; `proposed` the marks that the machine finds.

        `ticked`: those that stand ticked until somebody says otherwise, where somebody said it before; else all
        proposed ones.
        """
        super().__init__(data, initial={"version": version})
        self.texts = texts
        self.proposed = proposed
        self.of_version = version
        self.fields["version"].error_messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), CHANGED)
        begun = proposed if ticked is None else ticked
        self.marks: dict[str, tuple[Mark, ...]] = {name: tuple(begun.get(name, ())) for name in texts}

    def clean(self) -> dict[str, Any]:
        """Read the ticked marks and find the added words in the texts."""
        cleaned = super().clean() or {}
        if cleaned.get("version") != self.of_version:
            if "version" not in self.errors:
                self.add_error(None, CHANGED)
            return cleaned
        marks = self._ticked()
        lines = dict.fromkeys(line.strip() for line in str(cleaned.get("words", "")).splitlines())
        if len(lines) > MOST_WORDS:
            self.add_error("words", gettext("一次最多写 %(n)s 处，请分几次核对。") % {"n": MOST_WORDS})
            return cleaned
        for words in lines:
            found = {name: occurrences(text, words) for name, (_label, text) in self.texts.items()}
            if words and not any(found.values()):
                self.add_error("words", gettext("原文里没有“%(words)s”，请照原文抄写。") % {"words": words[:40]})
            for name, more in found.items():
                marks[name] += more
        self.marks = {name: without_overlap(found) for name, found in marks.items()}
        return cleaned | {"marks": self.marks}

    def _ticked(self) -> dict[str, tuple[Mark, ...]]:
        marks: dict[str, tuple[Mark, ...]] = dict.fromkeys(self.texts, ())
        values = self.data.getlist("mark") if hasattr(self.data, "getlist") else []
        for value in values:
            place = PLACE.fullmatch(value)
            known = place is not None and place[1] in self.texts and place[4] in WORDS
            if place is None or not known or not int(place[2]) < int(place[3]) <= len(self.texts[place[1]][1]):
                self.add_error(None, CHANGED)
                continue
            marks[place[1]] += (Mark(int(place[2]), int(place[3]), place[4]),)
        return marks

    @property
    def printed(self) -> list[str]:
        """Say what leads to a person and would be printed as it stands: kind, how often, and the words themselves."""
        found = left_in_the_open((text, self.marks[name]) for name, (_label, text) in self.texts.items())
        said = gettext("%(kind)s %(n)s 处（%(words)s）")
        return [said % {"kind": kind, "n": len(parts), "words": "、".join(parts)} for kind, parts in found.items()]

    @property
    def marked(self) -> bool:
        """Say whether anything stands marked on the texts, ticked or not: else there is nothing to tick."""
        return any(self.marks.values()) or any(self.proposed.values())

    @property
    def told(self) -> str:
        """Say what stands ticked, or that what was found is printed, or that nothing was found."""
        if marked := len(self.values):
            return gettext("已标出 %(n)s 处，去掉勾选即照登。") % {"n": marked}
        if found := sum(len(marks) for marks in self.proposed.values()):
            return gettext("查出 %(n)s 处，都没有勾选，将照登。应当隐去的，请勾选。") % {"n": found}
        return gettext("没有查出电话、证件号码、住址等内容。")

    def agrees(self) -> bool:
        """Say whether it may be released like this.

        Nothing of a person is left in the open, or somebody ticked that it is printed.
        """
        if not self.printed or self.cleaned_data["prints"]:
            return True
        self.add_error("prints", gettext("还有内容没有隐去。应当隐去的，请返回修改；确实要照登的，请勾选。"))
        return False

    @property
    def values(self) -> list[str]:
        """Return the marks that are ticked, as the form sends them."""
        return [_place(name, mark) for name, marks in self.marks.items() for mark in marks]

    def drawn(self) -> list[Drawn]:
        """Return every text that is not empty, with its marks.

        The ticked ones, and the proposed ones that were unticked.
        """
        found = []
        for name, (label, text) in self.texts.items():
            ticked = self.marks[name]
            apart = clear_of(ticked, self.proposed.get(name, ()))
            covers = set(ticked)
            parts = [
                Part(p.text, p.mark.word, _place(name, p.mark), ticked=p.mark in covers) if p.mark else Part(p.text)
                for p in pieces(text, (*ticked, *apart))
            ]
            shown = [
                Part(redact(p.text, [Mark(0, len(p.text), p.mark.kind)]), p.mark.word) if p.mark else Part(p.text)
                for p in pieces(text, ticked)
            ]
            if text:
                found.append(Drawn(label, tuple(parts), tuple(shown)))
        return found


def _place(name: str, mark: Mark) -> str:
    return f"{name}:{mark.start}:{mark.end}:{mark.kind}"
