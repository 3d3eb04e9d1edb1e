"""Filters for dates, numbers, 届次 and document numbers, so that nobody formats by hand (DESIGN-LANGUAGE 5).

A digit keeps a blank from the character beside it, 日 keeps none: 于 5 月 18 日起, 于 5 月 18 日 14:30 起, 18:00 截止.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.core import calendar, words

register = template.Library()

NEAR = {0: gettext_lazy("今天"), 1: gettext_lazy("明天"), 2: gettext_lazy("后天"), -1: gettext_lazy("昨天")}


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


@register.filter
def day(value: date | datetime | None, today: date | None = None) -> str:
    """Write a date: 5 月 18 日, with the year when it is another one."""
    if not value:
        return ""
    on = _day(value)
    today = today or timezone.localdate()
    short = _("%(month)s 月 %(day)s 日") % {"month": on.month, "day": on.day}
    return short if on.year == today.year else _("%(year)s 年 %(short)s") % {"year": on.year, "short": short}


@register.filter
def full_day(value: date | datetime | None) -> str:
    """Write a date with its year: 2026 年 5 月 18 日."""
    if not value:
        return ""
    on = _day(value)
    return _("%(year)s 年 %(month)s 月 %(day)s 日") % {"year": on.year, "month": on.month, "day": on.day}


def _tentative(value: date | datetime) -> str:
    return "" if calendar.is_settled(_day(value)) else f"（{TENTATIVE}）"


@register.filter
def deadline(value: date | datetime | None) -> str:
    """Write the last day of a period, and whether it may still move.

    2 月 28 日（暂定）, while the year's holiday notice is not out.
    """
    return f"{day(value)}{_tentative(value)}" if value else ""


@register.filter
def full_deadline(value: date | datetime | None) -> str:
    """Write the last day of a period with its year, and whether it may still move."""
    return f"{full_day(value)}{_tentative(value)}" if value else ""


TENTATIVE = gettext_lazy("暂定")


@register.simple_tag
def why_tentative() -> str:
    """Explain what stands beside a last day that may still move: the one sentence for every page.

    In the last week of a year the notice of the next one decides (`calendar.is_settled`): it moves the days around 元旦.
    """
    return _(
        "标“暂定”的，当年的放假调休安排还没有公布；12 月 25 日以后的，次年元旦的调休安排公布前为暂定。公布后可能顺延，由系统重新确定并告知。"
    )


@register.filter
def any_tentative(rows: Iterable[Any]) -> bool:
    """Say whether the last day (`due_on`) of any of some rows may still move."""
    return any(row.due_on is not None and not calendar.is_settled(row.due_on) for row in rows)


@register.filter
def near_day(value: date | datetime | None) -> str:
    """Write a date near today in words (今天, 明天, 后天, 昨天), any other as `day`."""
    if not value:
        return ""
    on = _day(value)
    distance = (on - timezone.localdate()) // timedelta(days=1)
    return str(NEAR.get(distance) or day(on))


@register.filter
def moment(value: datetime | None) -> str:
    """Write a date and time: 5 月 18 日 14:30."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(value)} {local.hour}:{local.minute:02d}"


@register.filter
def clock(value: datetime | None) -> str:
    """Write the time of day: 8:52."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.hour}:{local.minute:02d}"


@register.filter
def count(value: int | None) -> str:
    """Write a number with a thin group space above 9 999: 12 600; 6 900."""
    return "" if value is None else f"{value:,}".replace(",", " ")


@register.filter
def fours(value: str) -> str:
    """Write a code in groups of four, as it is read aloud and copied by hand: 1234 5678."""
    return " ".join(value[start : start + 4] for start in range(0, len(value), 4))


@register.filter
def case_number(value: int | None) -> str:
    """Write a proposal's number: 第 0047 号."""
    return "" if value is None else _("第 %(value)04d 号") % {"value": value}


def yes_no(value: bool) -> str:  # noqa: FBT001 -- it says the value itself
    """Say whether something is so: 是, 否."""
    return _("是") if value else _("否")


@register.filter
def characters(value: str) -> int:
    """Count characters without white space."""
    return words.character_count(value or "")


@register.filter
def paragraphs(value: str) -> list[str]:
    """Split a cleaned text into its paragraphs."""
    return [line for line in (value or "").split("\n") if line.strip()]


@register.filter
def size(value: int) -> str:
    """Write a file's size: 312 KB, 3.2 MB."""
    if value < 1024 * 1024:
        return f"{max(round(value / 1024), 1)} KB"
    return f"{value / 1024 / 1024:.1f} MB"
