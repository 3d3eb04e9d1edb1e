"""What the lists are asked: an unknown value is dropped, never an error page."""

from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.handling.pages.desk import LEVELS, SIZES, STAGES, Wanted
from tongxin.proposals.choices import Form, Season
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force

ALL = [("", gettext_lazy("全部"))]
SORTS = [("", gettext_lazy("默认")), ("due", gettext_lazy("期限由急到缓")), ("-due", gettext_lazy("期限由缓到急")),
         ("-id", gettext_lazy("最近收到在前")), ("id", gettext_lazy("最早收到在前"))]  # fmt: skip


class Plain(forms.Select):
    """A list of choices drawn in one go: Django's own draws every option with a template, and filters have a hundred."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the list with the chosen option marked."""
        del renderer
        chosen = "" if value is None else str(value)
        options = "".join(
            f'<option value="{escape(str(key))}"{" selected" if str(key) == chosen else ""}>{escape(str(words))}</option>'
            for key, words in self.choices
        )
        told = flatatt(self.build_attrs(self.attrs, attrs))
        return mark_safe(f'<select name="{escape(name)}"{told}>{options}</select>')  # noqa: S308 -- every value is escaped above


def _select(label: Any, choices: list[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=Plain(attrs={"class": "input"}))


class DeskFilter(forms.Form):
    """The filter bar of the desk, sent by GET."""

    q = forms.CharField(label=gettext_lazy("案号、案由、委员、单位"), max_length=60, required=False)

    def __init__(self, data: QueryDict, *, committee: Committee) -> None:
        super().__init__(data)
        self.committee = committee
        kinds = in_force(committee, Taxonomies, timezone.localdate())
        self.fields["q"].widget.attrs |= {"class": "input", "type": "search", "placeholder": _("搜案号、案由、委员、单位")}
        units = [(str(pk), name) for pk, name in bodies.named_units(committee)]
        sessions = [(str(s.pk), str(s)) for s in bodies.sessions_of(committee)]
        self.fields["unit"] = _select(_("承办单位"), [*ALL, *units])
        self.fields["construction"] = _select(_("建设类别"), [*ALL, *((c.code, c.name) for c in kinds.constructions)])
        self.fields["topic"] = _select(_("本地类别"), [*ALL, *((c.code, c.name) for c in kinds.topics)])
        self.fields["form"] = _select(_("提案形式"), [*ALL, *Form.choices])
        self.fields["session"] = _select(_("届次"), [*ALL, *sessions])
        self.fields["season"] = _select(_("征集时段"), [*ALL, *Season.choices])
        self.fields["sort"] = _select(_("排序"), SORTS)
        self.full_clean()

    def _said(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    def _one_of(self, name: str, known: Any, default: str = "") -> str:
        return asked.one_of(self.data.get(name, ""), known, default)

    def wanted(self, picked: tuple[str, ...] = ()) -> Wanted:
        """Return what was asked, cleaned."""
        before, after = self.data.get("before", ""), self.data.get("after", "")
        numbers = {name: int(self._said(name)) if self._said(name) else None for name in ("unit", "session")}
        size = asked.number(self.data.get("size", ""))
        return Wanted(
            committee=self.committee, stage=STAGES[self._one_of("stage", STAGES, "received" if self._said("q") else "open")],
            level=self._one_of("level", LEVELS), text=self._said("q").strip(), construction=self._said("construction"),
            topic=self._said("topic"), form=self._said("form"), season=self._said("season"), sort=self._said("sort"),
            size=size if size in SIZES else SIZES[0], key=asked.behind(before or after),
            back=bool(before), picked=picked, **numbers,
        )  # fmt: skip

    def chosen(self, w: Wanted) -> list[tuple[str, str]]:
        """Return the filters that are on: (name, words)."""
        found = []
        if not w.stage.tab:
            found.append(("stage", str(w.stage.label)))
        if w.level:
            words = {"red": _("红牌"), "yellow": _("黄牌"), "soon": _("临期"), "ok": _("正常")}
            found.append(("level", words[w.level]))
        for name in ("q", "unit", "construction", "topic", "form", "session", "season"):
            if value := self._said(name):
                choices = dict(getattr(self.fields[name], "choices", ()))
                found.append((name, f"{self.fields[name].label}　{choices.get(value, value)}"))
        return found


class PublicFilter(forms.Form):
    """The filter of the public list, sent by GET."""

    q = forms.CharField(label=gettext_lazy("案由、案号、提案人"), max_length=60, required=False)

    def __init__(self, data: QueryDict, *, committee: Committee) -> None:
        super().__init__(data)
        kinds = in_force(committee, Taxonomies, timezone.localdate())
        self.fields["q"].widget.attrs |= {"class": "input", "type": "search", "placeholder": _("例如：助餐")}
        self.fields["topic"] = _select(_("类别"), [*ALL, *((c.code, c.name) for c in kinds.topics)])
        sessions = [(str(s.pk), str(s)) for s in bodies.sessions_of(committee)]
        self.fields["session"] = _select(_("届次"), [*ALL, *sessions])
        progress = [("handling", _("办理中")), ("answered", _("已答复")), ("closed", _("已办结"))]
        self.fields["progress"] = _select(_("进展"), [*ALL, *progress])
        self.full_clean()

    def said(self, name: str) -> str:
        """Return a cleaned value, or nothing."""
        return str(self.cleaned_data.get(name) or "").strip()


class Reason(forms.Form):
    """Why something is done to several proposals at once."""

    reason = forms.CharField(
        label=gettext_lazy("催办意见"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("承办单位会看到这段话，可以不写。"),
    )  # fmt: skip
