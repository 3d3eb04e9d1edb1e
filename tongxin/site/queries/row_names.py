"""Rows that a verdict names by their keys, in words: which kind of row, of which proposal, person or unit.

Only the texts that tell a row apart are read, never the row: a spoiled one cannot be read whole. No word says who rated,
and an account is nobody's: its key alone names it. A name may itself be what was forged: where the record of the row knows
another, both are said.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, Subquery
from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit import kinds, shapes, stored
from tongxin.audit.models import Event
from tongxin.committees.choices import Change, Duty
from tongxin.core import asked
from tongxin.core.numerals import session_label
from tongxin.core.templatetags.chinese import case_number
from tongxin.members.choices import Rank
from tongxin.regulations.schema import KINDS


@dataclass(frozen=True)
class Named:
    """A kind of row: its word, the words of its parts, the texts that tell it apart, the path to its proposal.

    Where the path is empty the row is the proposal itself; where there is none, it belongs to no proposal. A row of its `own`
    name is called by it in its events too.
    """

    word: Any
    proposal: str | None = None
    texts: tuple[str, ...] = ()
    write: Callable[..., str] | None = None
    parts: Mapping[str, Any] | None = None
    own: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Return what is read of a row: number and title of the proposal first, where there is one."""
        if self.proposal is None:
            return self.texts
        prefix = f"{self.proposal}__" if self.proposal else ""
        return (f"{prefix}number", f"{prefix}title", *self.texts)

    def words(self, said: list[str]) -> str:
        """Write what was read as one name."""
        whole = []
        if self.proposal is not None:
            number, title, *said = said
            whole.append(f"{case_number(asked.number(number))}《{title}》")
        rest = self.write(*said) if self.write else "　".join(filter(None, said))
        return "　".join(filter(None, (*whole, rest)))


def _session(term: str, number: str) -> str:
    try:
        return session_label(int(term), int(number))
    except ValueError:  # no numbers, or none that a session has
        return ""


def _appointment(name: str, duty: str, unit: str) -> str:
    return "　".join(filter(None, (name, _label(Duty, duty), unit)))


def _unit_change(name: str, kind: str) -> str:
    return f"{name}　{_label(Change, kind)}"


def _post(name: str, rank: str) -> str:
    return f"{name}　{_label(Rank, rank)}"


def _regulation(kind: str) -> str:
    return KINDS[kind].label if kind in KINDS else ""


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else ""


EVENT = "audit.event"
NAMES: dict[str, Named] = {
    "accounts.account": Named(_("账户")),
    EVENT: Named(_("操作记录"), texts=("subject_label",)),
    "committees.committee": Named(_("政协"), texts=("name",), own=True),
    "committees.term": Named(_("届次")),
    "committees.session": Named(_("会议"), texts=("term__number", "number"), write=_session),
    "committees.sector": Named(_("界别"), texts=("name",), own=True),
    "committees.specialcommittee": Named(_("专委会"), texts=("name",), own=True),
    "committees.unit": Named(_("承办单位"), texts=("name",), parts={"dropped": _("没有成立的单位")}, own=True),
    "committees.formername": Named(_("单位曾用名"), texts=("unit__name", "name")),
    "committees.succession": Named(_("单位承接关系"), texts=("unit__name", "successor__name")),
    "committees.unitchange": Named(
        _("单位变动"), texts=("unit__name", "kind"), write=_unit_change, parts={"dates": _("单位变动后的期限")}
    ),
    "committees.appointment": Named(_("任命"), texts=("account__name", "duty", "unit__name"), write=_appointment),
    "regulations.regulation": Named(_("制度"), texts=("kind",), write=_regulation),
    "members.member": Named(_("委员"), texts=("name",), parts={"account": _("委员账户"), "merged": _("委员合并")}, own=True),
    "members.seat": Named(_("委员席位"), texts=("member__name", "sector__name")),
    "members.post": Named(_("委员职务"), texts=("member__name", "rank"), write=_post),
    "members.suspension": Named(_("停止履职"), texts=("member__name",)),
    "proposals.proposal": Named(
        _("提案"),
        "",
        own=True,
        parts={"text": _("提案正文"), "course": _("提交、归类和交办口"), "decision": _("审定结果"), "release": _("提案公开")},
    ),
    "proposals.signature": Named(_("提案签名"), "proposal", ("member__name", "body")),
    "proposals.publiccopy": Named(_("提案公开稿"), "proposal"),
    "proposals.attachment": Named(_("提案附件"), "proposal", ("file__name",)),
    "proposals.publicfile": Named(_("公开的附件"), "attachment__proposal", ("attachment__file__name",)),
    "files.file": Named(_("附件"), texts=("name",)),
    "handling.case": Named(_("办理"), "proposal"),
    "handling.task": Named(_("承办"), "case__proposal", ("unit__name",)),
    "handling.reply": Named(
        _("答复"),
        "task__case__proposal",
        ("task__unit__name",),
        parts={"promise": _("评价合计的告知人数"), "name": _("答复署名的单位"), "recall": _("答复的撤回")},
    ),
    "handling.replyfile": Named(_("答复附件"), "reply__task__case__proposal", ("reply__task__unit__name", "file__name")),
    "handling.publicreply": Named(_("答复公开稿"), "reply__task__case__proposal", ("reply__task__unit__name",)),
    "handling.rating": Named(
        _("评价"), "reply__task__case__proposal", ("reply__task__unit__name",), parts={"aside": _("评价作废")}
    ),
}


def row_names(code: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the words for the keys of rows of a committee, as far as the kind is known: one query a kind, however many rows."""
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
    return str((NAMES[model].parts or {}).get(part, NAMES[model].word))


def word_of_kind(label: str) -> str:
    """Return what a kind of rows, or a part of one, is called; nothing where it has no word."""
    return _word(label) if label.partition("/")[0] in NAMES else ""


def _words_of(label: str, code: str, uids: set[str]) -> dict[str, str]:
    """Return the names of rows of a committee; nothing for rows that are gone, another's, or cannot be read."""
    named = NAMES[label]
    if not named.paths:
        return {}
    rows = apps.get_model(label)._base_manager.filter(uid__in=uids, **_whose(label, code))  # noqa: SLF001 -- every row, whatever its manager hides
    texts = {f"said_{n}": stored.as_said(path) for n, path in enumerate(named.paths)}
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
    """Return when what was done to what, of events; of what cannot be read as ours no more than whatever its texts say."""
    readable = Event.objects.filter(uid__in=uids, **_whose(EVENT, code)).exclude(stored.misstored(Event))
    said = {event.uid: f"{_happened(event)}　{event.subject_label}" for event in readable if _is_ours(event)}
    unread = uids - said.keys()
    return said | (_words_of(EVENT, code, unread) if unread else {})


def _is_ours(event: Event) -> bool:
    return event.kind in kinds.KINDS and shapes.is_shaped(event)


def _happened(event: Event) -> str:
    """Say when what happened, as the reader of events does: of what is told by day alone neither who nor when."""
    if kinds.KINDS[event.kind].by_day:
        return kinds.KINDS[event.kind].by_day
    try:
        what = kinds.sentence(event)
    except kinds.NOT_OURS:
        what = kinds.label(event.kind)
    return f"{date_format(localtime(event.recorded_at), 'Y-m-d H:i:s')}　{what}"


def _beside_the_record(words: str, recorded: str) -> str:
    """Add the name under which the record knows a row, where it is called otherwise now."""
    return words if recorded in words else gettext("%(words)s（记录为“%(recorded)s”）") % {"words": words, "recorded": recorded}


def _whose(label: str, code: str) -> dict[str, Any]:
    """Keep the rows of one committee, or those of none: a key that somebody forged names no row of another committee."""
    if label == EVENT:
        return {"committee_code": code}
    if label == "committees.committee":
        return {"code": code}
    return {"committee__code": code} if code else {"committee__isnull": True}
