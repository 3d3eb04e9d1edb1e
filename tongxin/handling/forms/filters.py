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
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force

ALL = [("", gettext_lazy("全部"))]


class Plain(forms.Select):
    """A list of choices drawn in one go.

    Django's own draws every option with a template, and filters have a hundred.
    """

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


class PublicFilter(forms.Form):
    """The filter of the public list, sent by GET."""

    q = forms.CharField(label=gettext_lazy("案由、案号、提案人"), max_length=60, required=False)

    def __init__(self, data: QueryDict, *, committee: Committee) -> None:
        super().__init__(data)
        kinds = in_force(committee, Taxonomies, timezone.localdate())
        self.fields["q"].widget.attrs |= {"class": "input", "type": "search", "placeholder": _("例如：助餐")}
        self.fields["topic"] = _select(_("类别"), [*ALL, *((c.code, c.name) for c in kinds.topics)])
        self.sessions = bodies.sessions_of(committee)
        self.fields["session"] = _select(_("届次"), [*ALL, *((s.uid, str(s)) for s in self.sessions)])
        progress = [("handling", _("办理中")), ("answered", _("已答复")), ("closed", _("已办结"))]
        self.fields["progress"] = _select(_("进展"), [*ALL, *progress])
        self.full_clean()

    def said(self, name: str) -> str:
        """Return a cleaned value, or nothing."""
        return str(self.cleaned_data.get(name) or "").strip()

    @property
    def session(self) -> str:
        """The key of the session asked for, which the address names by its uid."""
        return next((str(s.pk) for s in self.sessions if s.uid == self.said("session")), "")


class Reason(forms.Form):
    """Why something is done to several proposals at once."""

    reason = forms.CharField(
        label=gettext_lazy("催办意见"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("承办单位会看到这段话，可以不写。"),
    )
