"""A form that begins with what is kept: nothing that another changed meanwhile is written over unseen."""

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.utils.translation import gettext as _

from tongxin.core.shown import Plain, Values, changed_meanwhile, plain
from tongxin.core.templatetags.chinese import full_day

LONGEST = 8000  # signs of what a page may bring back of what it showed


class AsShown(forms.Form):
    """A form that carries what it showed, signed: done is only what was written otherwise than that.

    The act compares what was `seen` with what is kept, while it holds the row. Where another was there first, the page
    built anew says so (`say_what_changed`): beside each field what it is now; what was written stays, and sent once
    more it is taken.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    unshown: ClassVar[frozenset[str]] = frozenset()  # of these the page shows nothing that could be sent back

    def remember(self, kept: Values, *, of: str) -> None:
        """Show what is kept `of` a row, and carry it along."""
        self.kept, self.salt = kept, f"tongxin.ui.shown {of}"
        self.initial.update({name: value for name, value in kept.items() if name not in self.unshown})
        self.initial["shown"] = signing.Signer(salt=self.salt).sign_object(dict(kept), compress=True)
        brought = self._brought()
        self.seen, self.is_unreadable = kept if brought is None else brought, brought is None

    def _brought(self) -> Values | None:
        """Return what the page showed that is sent now; nothing when that cannot be read."""
        sent = self.data.get(self.add_prefix("shown"), "") if self.is_bound else ""
        if not sent:
            return self.kept
        try:
            found: Values | None = signing.Signer(salt=self.salt).unsign_object(sent) if len(sent) <= LONGEST else None
        except signing.BadSignature:
            return None
        return found

    def as_kept(self, _name: str, value: Any) -> Plain:
        """Return a cleaned value as it would be kept, to be compared."""
        return plain(value)

    def written(self) -> dict[str, Any]:
        """Return what was written otherwise than the page showed it."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.seen and self.seen[name] not in (self[name].data, self.as_kept(name, value))
        }

    def clean(self) -> dict[str, Any]:
        """Ask once more where nobody can say what the page showed."""
        data: dict[str, Any] = super().clean() or {}
        data.pop("shown", None)
        if self.is_unreadable:
            why = _("不能确认这一页显示的是不是现在的内容。请与旁边写着的现在的内容核对，确认后再保存一次。")
            self._say_beside(self.written(), why)
        return data

    def say_what_changed(self) -> None:
        """Say beside each field that another changed what it is now.

        What was left as it was shown is shown as it is now.
        """
        self.full_clean()
        why = _("有的内容在您打开以后被别人修改过，旁边写着现在的内容。请核对，确认后再保存一次。")
        self._say_beside(changed_meanwhile(self.seen, self.kept), why)

    def _say_beside(self, names: Collection[str], why: str) -> None:
        typed = {*self.written(), *(name for name in self.errors if self.seen.get(name, self[name].data) != self[name].data)}
        already = {name for name, value in self.cleaned_data.items() if self.as_kept(name, value) == self.kept.get(name)}
        sent: Any = self.data.copy()  # type: ignore[attr-defined]  # what a request brought
        self.data = sent
        for name in [name for name in self.fields if name in names and name not in already]:
            if name not in typed:
                self.errors.pop(name, None)
                self._show(sent, name)
            self.add_error(name, self._beside(name, typed=name in typed))
        sent[self.add_prefix("shown")] = self.initial["shown"]
        self.add_error(None, why)

    def _show(self, sent: Any, name: str) -> None:
        if name not in self.unshown:
            kept = self.kept[name]
            sent.setlist(self.add_prefix(name), kept if isinstance(kept, list) else [kept])

    def _beside(self, name: str, *, typed: bool) -> str:
        words = self.in_words(name)
        now = _("现在是“%(words)s”") % {"words": words} if words else _("现在没有登记")
        if typed:
            return now + _("，再保存一次就改为您填写的。")
        return now + (_("。") if name in self.unshown else _("，已按现在的显示。"))

    def in_words(self, name: str) -> str:
        """Return what is kept as people read it; a day as every page writes it."""
        kept, field = self.kept[name], self.fields[name]
        if isinstance(field, forms.DateField) and isinstance(kept, str):
            return full_day(date.fromisoformat(kept)) if kept else ""
        if (say := getattr(field, "in_words", None)) is not None:
            return str(say(kept))
        labels = {str(value): str(label) for value, label in getattr(field, "choices", ())}
        return "、".join(labels.get(value, value) for value in (kept if isinstance(kept, list) else [kept]) if value)
