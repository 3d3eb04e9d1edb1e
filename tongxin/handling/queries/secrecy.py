"""What a rater is told before rating: who will learn what of it, in this very case, in plain words."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import deadline
from tongxin.handling.models import Case, Reply
from tongxin.handling.queries.cases import counts_from
from tongxin.handling.regulations import Rework, Secrecy
from tongxin.regulations.models import Regulation
from tongxin.regulations.queries import in_force
from tongxin.regulations.schema import BY_SCHEMA


@dataclass(frozen=True)
class Told:
    """What the form says: in four short lines who sees it, what the unit learns, what sends it back, and until when.

    Behind them every word of it.
    """

    brief: tuple[tuple[str, str], ...]
    whole: tuple[str, ...]


def told_to_raters(case: Case, replies: Sequence[Reply], raters: int) -> Told | None:
    """Return the sentences of the form.

    Who sees names, who counts, who reasons, what the outcome gives away, and when it ends.
    """
    if not replies:
        return None
    on = timezone.localdate()
    rework: Rework = in_force(case.committee, Rework, on)
    secrecy: Secrecy = in_force(case.committee, Secrecy, on)
    least = max(counts_from(case, reply) for reply in replies)
    return Told(
        brief=(
            (_("谁看得到"), _("谁评的、什么时候评的，只有政协提案工作人员能看到；承办单位和其他人都看不到。")),
            (_("告知单位"), _unit_in_short(raters, least)),
            (_("不满意的"), f"{_sent_back(case, rework, raters)}。"),
            (_("何时截止"), _end_in_short(case, secrecy)),
        ),
        whole=(
            _("评价直接送到政协。政协提案工作人员每次查看都有记录。"),
            _of_grades(raters, least),
            _of_outcome(case, rework, raters),
            _("想说的话只给政协看。您勾选可以转告的，不署名告知承办单位、交办督办部门和本会领导。"),
            _of_the_end(case, secrecy, few=raters < least),
        ),
    )


def _unit_in_short(raters: int, least: int) -> str:
    if raters == 1:
        return _("评价结束后，承办单位只知道办结还是重新办理；只有您一位评价，由此可以推知您是否满意。")
    if raters < least:
        return _("评价结束后，承办单位只知道办结还是重新办理，不知道等次。")
    return _("评价结束后，满 %(least)s 位评价的，承办单位知道各等次有几人，不知道是谁。") % {"least": least}


def _end_in_short(case: Case, rules: Secrecy) -> str:
    if case.rating_due_on is None:
        return _("全部评完以后，到下一个 %(hour)s 时办结。") % {"hour": rules.closing_hour}
    return _("%(due)s截止，过后不能再评。") % {"due": deadline(case.rating_due_on)}


def _of_grades(raters: int, least: int) -> str:
    if raters == 1:
        return _("这件提案只有一位提案人评价，承办单位和其他人只知道办结还是重新办理，不知道评的是什么等次。")
    if raters < least:
        return _(
            "这件提案由 %(n)s 位提案人评价，不足 %(least)s 位，承办单位和其他人只知道办结还是重新办理，不知道评的是什么等次、有几人评价。"
        ) % {"n": raters, "least": least}
    return _(
        "这件提案由 %(n)s 位提案人评价。实际评价满 %(least)s 位的，办结或者退回后，承办单位、交办督办部门和本会领导知道各等次有几人；"
        "不满 %(least)s 位的，只知道办结还是重新办理。大家评得都一样的，由人数可以推知各人的评价。"
    ) % {"n": raters, "least": least}


def _sent_back(case: Case, rules: Rework, raters: int) -> str:
    """Say whose dissatisfaction sends it back, and where to."""
    what = _("退回重新办理") if case.round <= rules.rounds else _("转政协协调")
    if raters == 1:
        return _("您对办理结果不满意的，%(what)s") % {"what": what}
    if rules.sent_back_when == "first":
        return _("第一提案人对办理结果不满意的，%(what)s") % {"what": what}
    if rules.sent_back_when == "majority":
        return _("半数以上提案人对办理结果不满意的，%(what)s") % {"what": what}
    return _("有一位提案人对办理结果不满意的，%(what)s") % {"what": what}


def _of_outcome(case: Case, rules: Rework, raters: int) -> str:
    said = _sent_back(case, rules, raters)
    if raters == 1:
        return _("%(said)s；承办单位由此可以推知您是否满意。") % {"said": said}
    if rules.sent_back_when == "first":
        return _("%(said)s；承办单位由此可以推知第一提案人是否满意。") % {"said": said}
    if rules.sent_back_when == "majority":
        return f"{said}。"
    return _("%(said)s；办结的，承办单位可以推知没有人不满意。") % {"said": said}


def _of_the_end(case: Case, rules: Secrecy, *, few: bool) -> str:
    if case.rating_due_on is None:
        return _("全部评完以后，到下一个 %(hour)s 时办结。") % {"hour": rules.closing_hour}
    said = {"due": deadline(case.rating_due_on), "hour": rules.closing_hour}
    if few:
        return _("%(due)s截止以后办结。全部评完、而且每位都同意提前办结的，到下一个 %(hour)s 时办结。") % said
    return (
        _("全部评完、而且评价不都一样的，到下一个 %(hour)s 时办结；其他的，%(due)s截止以后办结，每位都同意提前办结的除外。")
        % said
    )


def raters_at_least(codes: Collection[str]) -> Callable[[date], int]:
    """Of how many raters together an auditor is told how many ratings came.

    As many as the rule of that day says for results.

    A committee that changes its minimum changes nothing of what was told. Looked up once for each day on which a rule
    begins.
    """
    committees = list(Committee.objects.filter(code__in=codes).order_by("code"))
    begins = sorted(set(Regulation.objects.filter(kind=BY_SCHEMA[Secrecy].name).values_list("effective_from", flat=True)))

    @cache
    def since(day: date) -> int:
        return max((in_force(committee, Secrecy, day).minimum for committee in committees), default=1)

    return lambda on: since(begins[max(bisect_right(begins, on) - 1, 0)])
