"""The clocks of handling as people see them: what is left, in which colour, and which rule said so."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import day, full_deadline
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Task
from tongxin.handling.queries.reckoning import day_off_before
from tongxin.handling.queries.reckoning import due_on as last_day
from tongxin.handling.regulations import Deadlines
from tongxin.regulations.models import Regulation
from tongxin.regulations.queries import in_force, look_up

NAMES = {  # what a row's date is for, as a sentence says it
    "sign_due_on": gettext_lazy("签收"),
    "return_until": gettext_lazy("申请退办"),
    "return_answer_due_on": gettext_lazy("答复退办"),
    "due_on": gettext_lazy("答复"),
    "rating_due_on": gettext_lazy("评价"),
}


@dataclass(frozen=True)
class Chip:
    """A deadline as people see it: level ok, soon, yellow or red; what is left in words; the full date."""

    level: str
    text: str
    full: str
    due_on: date
    days: int


def chip(due_on: date | None, *, on: date, rules: Deadlines, what: str = "") -> Chip | None:
    """Compute the deadline chip of a clock on a day. `what` names the clock when it is not the reply (签收, 会办, 评价)."""
    if due_on is None:
        return None
    left = (due_on - on).days
    if left < 0:
        level, text = "red", _("%(what)s超期 %(left)s 天") % {"what": what, "left": -left}
    elif left == 0:
        level, text = "yellow", _("今天%(what)s到期") % {"what": what} if what else _("今天到期")
    else:
        level = "yellow" if left <= rules.yellow_days else "soon" if left <= rules.soon_days else "ok"
        text = _("%(what)s剩 %(left)s 天") % {"what": what, "left": left}
    return Chip(level, text, full_deadline(due_on), due_on, left)


def late(on: date) -> Q:
    """Return which clocks have run out by a day."""
    return Q(clock_on__lt=on)


def level_of(name: str, rules: Deadlines, on: date) -> Q:
    """Return which clocks stand on a level on a day, as `chip` says it of one: what has no clock stands on none."""
    yellow, soon = on + timedelta(days=rules.yellow_days), on + timedelta(days=rules.soon_days)
    return {
        "red": late(on),
        "yellow": Q(clock_on__gte=on, clock_on__lte=yellow),
        "soon": Q(clock_on__gt=yellow, clock_on__lte=soon),
        "ok": Q(clock_on__gt=max(yellow, soon)),
    }[name]


def clock_of(task: Task) -> tuple[date | None, str]:
    """Return the clock that runs for a unit's part, and its name when it is not the reply's."""
    if task.state == TaskState.AWAITING:
        return task.sign_by, _("签收")
    if task.state == TaskState.RETURN_ASKED:
        return task.return_answer_due_on, _("答复退办")
    if task.state in {TaskState.IN_HAND, TaskState.WITH_LEADER, TaskState.UNDER_REVIEW}:
        return task.due_on, "" if task.answers else _("会办")
    return None, ""


def task_chip(task: Task, *, on: date) -> Chip | None:
    """Return the chip of the clock that runs for a unit's part."""
    due_on, what = clock_of(task)
    return chip(due_on, on=on, rules=in_force(task.committee, Deadlines, on), what=what)


# ── limits with their source ─────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Limit:
    """A deadline with what it is for, how long it is, and which rule says so."""

    label: str
    due_on: date | None
    length: str
    source: str


def cited(regulation: Regulation | None) -> str:
    """Cite a regulation: 见《办理协商办法》第十二条."""
    return _("见《%(title)s》%(article)s") % {"title": regulation.title, "article": regulation.article} if regulation else ""


def rule_of(committee: Committee, key: str, on: date) -> tuple[str, str]:
    """Return a limit of the regulation in words (3 个月) and its source."""
    found = look_up(committee, Deadlines, on)
    unit = Deadlines.__dataclass_fields__[key].metadata["unit"]
    return f"{getattr(found.values, key)} {unit}", cited(found.sources.get(key))


def _limit(committee: Committee, label: str, key: str, due_on: date | None, on: date) -> Limit:
    _length, source = rule_of(committee, key, on)
    return Limit(label, due_on, length_of(committee, key, on, due_on), source)


def length_of(committee: Committee, key: str, on: date, due_on: date | None) -> str:
    """Say how long a limit is that begins on a day, and from which day off its end was moved."""
    length, _source = rule_of(committee, key, on)
    off = day_off_before(committee, key, on, due_on)
    return length if off is None else _("%(length)s，%(day)s为休息日，顺延") % {"length": length, "day": day(off)}


def limits_of(task: Task) -> list[Limit]:
    """Return every limit that binds a unit's part, as the rule stood when it was assigned."""
    on = timezone.localdate(task.assigned_at) if task.assigned_at else timezone.localdate()
    committee = task.committee
    found = [
        _limit(committee, _("签收"), "sign_working_days", task.sign_by, on),
        _limit(committee, _("申请退办"), "return_working_days", task.return_until, on),
    ]
    if not task.answers:
        return [*found, _limit(committee, _("会办意见"), "co_opinion_months", task.due_on, on)]
    first = last_day(committee, "first_contact_working_days", on)
    found.append(_limit(committee, _("首次面商"), "first_contact_working_days", first, on))
    if task.again_on is not None:
        return [*found, _limit(committee, _("重新办理"), "rework_days", task.due_on, task.again_on)]
    return [*found, _limit(committee, _("答复"), "reply_months", task.due_on, on)]


def limits_for(committee: Committee, on: date) -> list[Limit]:
    """Return what the limits would be for an assignment made on a day, to be seen before it is made."""
    labels = {
        "sign_working_days": _("签收"),
        "return_working_days": _("可申请退办至"),
        "co_opinion_months": _("会办意见"),
        "reply_months": _("答复"),
    }
    return [_limit(committee, label, key, last_day(committee, key, on), on) for key, label in labels.items()]
