"""What an app declares in its `drafts.py` (DRAFTS): a long text that saves itself, told once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import yes_no
from tongxin.desks import declared
from tongxin.ui.fields import WHOLE


class Text(Protocol):
    """The row that holds a text: a version for the compare-and-set, and when it was last saved."""

    version: int
    edited_at: datetime | None


class Begun(Protocol):
    """A text that is not there yet: its address is a signed token, its first save makes the row."""

    uid: str

    def make(self, user: Any, fields: Mapping[str, Any], at: datetime) -> Any:
        """Make the row with what was typed; where another window was first, return its row."""


@dataclass(frozen=True)
class Draft:
    """A long text of a matter that saves itself.

    `find` gives the row in whose address the text stands, among those that somebody may see; `may` is asked of that
    row, closed or not; `text` gives the row that holds the text, which may be the same. `read` cleans what was typed:
    the values, and a sentence where they cannot be kept as they are. `save` is the matter's own act. It raises
    drafts.StaleError or drafts.ClosedError, and says in one of `refuses` what else cannot be. `shown` says a value as
    the page has it; `begin` reads the address of a text that is not there yet.
    """

    name: str
    label: Any
    may: str
    labels: Mapping[str, Any]
    find: Callable[[Any, str], Any]
    text: Callable[[Any], Any]
    read: Callable[[Any, Mapping[str, str]], tuple[dict[str, Any], str]]
    save: Callable[..., Any]
    is_open: Callable[[Any], bool]
    editor: Callable[[Any], str]
    refuses: tuple[type[Exception], ...] = ()
    shown: Callable[[Any, str, Any], str] = lambda _holder, _name, value: yes_no(value) if isinstance(value, bool) else value
    begin: Callable[[Any, str], Begun | None] = lambda _user, _token: None

    def typed(self, holder: Any, data: Mapping[str, str]) -> tuple[dict[str, Any], str]:
        """Clean what was typed: the values, and a sentence where nothing came or it cannot be kept as it is."""
        if not any(name in data for name in self.labels):
            return {}, _("没有收到要保存的内容，请刷新页面再试。")
        if any(len(data[name]) > WHOLE for name in self.labels if name in data):
            return {}, _("正文太长，存不下。请把材料作为附件添加，正文写要点。")
        return self.read(holder, data)

    def address(self, uid: str) -> str:
        """Where the text saves itself.

        Under the uid of what it belongs to, or under the token of one that is not there yet.
        """
        return f"/drafts/{self.name}/{uid}/"

    def values(self, holder: Any) -> dict[str, Any]:
        """Return the saved text, field by field."""
        text = self.text(holder)
        return {name: getattr(text, name) for name in self.labels}


def is_empty(fields: Mapping[str, Any]) -> bool:
    """Say whether nobody has written a word: what was only chosen is none."""
    return not any(value.strip() for value in fields.values() if isinstance(value, str))


@cache
def known() -> Mapping[str, Draft]:
    """Return every declared draft by its name."""
    found: dict[str, Draft] = {}
    for draft in declared.drafts():
        if draft.name in found:
            message = f"the draft {draft.name} is declared twice"
            raise ValueError(message)
        found[draft.name] = draft
    return found
