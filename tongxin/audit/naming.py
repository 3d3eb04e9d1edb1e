"""Rows that a verdict names by their keys, in words: which kind of row, of which proposal, person or unit.

Only the texts that tell a row apart are read, never the row: a spoiled one cannot be read whole. No word says who
rated, and an account is nobody's: its key alone names it. A name may itself be what was forged: where the record of the
row knows another, both are said.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, Subquery
from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit import kinds, shapes, stored
from tongxin.audit.models import Event


@dataclass(frozen=True)
class Named:
    """A kind of row: its word, the texts that tell one apart and how they are written as one name, the words of its parts.

    Without `write` the texts stand beside each other. A row of its `own` name is called by it in its events too.
    """

    word: Any
    texts: tuple[str, ...] = ()
    write: Callable[..., str] | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    own: bool = False

    def words(self, said: list[str]) -> str:
        """Write what was read as one name."""
        return self.write(*said) if self.write else beside(*said)


def beside(*said: str) -> str:
    """Write texts beside each other, without those that are empty."""
    return "　".join(filter(None, said))


def label_of(choices: Any, value: str) -> str:
    """Return the word for a value of choices; nothing for what is none, as in a spoiled row."""
    return str(choices(value).label) if value in choices.values else ""


EVENT = "audit.event"
NAMES: dict[str, Named] = {"accounts.account": Named(_("账户")), EVENT: Named(_("操作记录"), ("subject_label",))}


def name_rows(names: Mapping[str, Named]) -> None:
    """Declare what the rows of an app's models (label_lower) are called, and what tells them apart."""
    NAMES.update(names)


def row_names(code: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the words for the keys of rows of a committee, as far as the kind is known.

    One query a kind, however many rows.
    """
    found, wanted = dict[str, str](), defaultdict[str, dict[str, str]](dict)
    for key in keys:
        label, uid = _taken_apart(key)
        model = label.partition("/")[0]
        if model in NAMES:
            wanted[model][key] = uid
            found[key] = _word(label)
    for model, uids in wanted.items():
        asked_for = set(uids.values())
        words = _of_events(code, asked_for) if model == EVENT else _words_of(model, code, asked_for)
        found |= {key: f"{found[key]}　{words[uid]}" for key, uid in uids.items() if words.get(uid)}
    return found


def _taken_apart(key: str) -> tuple[str, str]:
    """Return label and uid; what has no label is the uid of an event."""
    label, colon, uid = key.rpartition(":")
    return (label, uid) if colon else (EVENT, key)


def _word(label: str) -> str:
    model, _slash, part = label.partition("/")
    return str(NAMES[model].parts.get(part, NAMES[model].word))


def word_of_kind(label: str) -> str:
    """Return what a kind of rows, or a part of one, is called; nothing where it has no word."""
    return _word(label) if label.partition("/")[0] in NAMES else ""


def _words_of(label: str, code: str, uids: set[str]) -> dict[str, str]:
    """Return the names of rows of a committee; nothing for rows that are gone, another's, or cannot be read."""
    named = NAMES[label]
    if not named.texts:
        return {}
    rows = apps.get_model(label)._base_manager.filter(uid__in=uids, **_whose(label, code))  # noqa: SLF001 -- every row, whatever its manager hides
    texts = {f"said_{n}": stored.as_said(path) for n, path in enumerate(named.texts)}
    if named.own:
        last = Event.objects.filter(subject_type=label, subject_id=OuterRef("pk")).order_by("-id")
        rows = rows.annotate(label_=Subquery(last.values("subject_label")[:1]))
        texts["recorded_"] = stored.as_said("label_")
    found = {}
    for uid, *read in rows.order_by().annotate(**texts).values_list("uid", *texts):
        said = [stored.text_of(text) for text in read]
        recorded = said.pop() if named.own else ""
        found[uid] = _beside_the_record(named.words(said), recorded)
    return found


def _of_events(code: str, uids: set[str]) -> dict[str, str]:
    """Return when what was done to what, of events.

    Of what cannot be read as ours no more than whatever its texts say.
    """
    readable = Event.objects.filter(uid__in=uids, **_whose(EVENT, code)).exclude(stored.misstored(Event))
    said = {event.uid: f"{_happened(event)}　{event.subject_label}" for event in readable if _is_ours(event)}
    unread = uids - said.keys()
    return said | (_words_of(EVENT, code, unread) if unread else {})


def _is_ours(event: Event) -> bool:
    return event.kind in kinds.KINDS and shapes.is_shaped(event)


def _happened(event: Event) -> str:
    """Say when what happened, as the reader of events does: of what is told by day alone neither who nor when."""
    if kinds.KINDS[event.kind].by_day:
        return str(kinds.KINDS[event.kind].by_day)
    try:
        what = kinds.sentence(event)
    except kinds.NOT_OURS:
        what = kinds.label(event.kind)
    return f"{date_format(localtime(event.recorded_at), 'Y-m-d H:i:s')}　{what}"


def _beside_the_record(words: str, recorded: str) -> str:
    """Add the name under which the record knows a row, where it is called otherwise now."""
    return words if recorded in words else gettext("%(words)s（记录为“%(recorded)s”）") % {"words": words, "recorded": recorded}


def _whose(label: str, code: str) -> dict[str, Any]:
    """Keep the rows of one committee, or those of none.

    A key that somebody forged names no row of another committee.
    """
    if label == EVENT:
        return {"committee_code": code}
    if label == "committees.committee":
        return {"code": code}
    return {"committee__code": code} if code else {"committee__isnull": True}
