"""Dates and times stand in Chinese sentences as the office types them, wherever they are said."""

import pytest

from tests.architecture import source
from tests.architecture.spacing import glued, in_module, in_template


def test_no_template_sets_a_date_or_time_against_a_character() -> None:
    found = [f"{source.name(path)}: {place}" for path in source.templates() for place in in_template(path.read_text("utf-8"))]
    assert found == []


def test_no_sentence_of_a_module_sets_a_date_or_time_against_a_character() -> None:
    found = [f"{source.name(path)}: {place}" for path in source.modules() for place in in_module(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "template",
    [
        "{% blocktranslate with when=x|moment %}{{ when }}起可以使用{% endblocktranslate %}",
        "{% blocktranslate with on=x.y|day %}您自{{ on }}起停止履职{% endblocktranslate %}",
        '{{ row.at|near_day|clock }}{% translate "截止" %}',
        "<p>{{ row.on|full_day }} 提交</p>",
    ],
)
def test_a_template_that_does_is_found(template: str) -> None:
    assert len(list(in_template(template))) == 1


@pytest.mark.parametrize(
    "module",
    [
        'f"，{moment(x)}截止"',
        'f"期限是{day(x)}，已经过了"',
        'f"{full_day(x)} 起"',
        '_("已于%(on)s恢复") % {"on": full_day(x)}',
        'when = moment(x)\nmessage = _("%(when)s起可以使用")\nmessage % {"when": when}',
        'days = {"made": full_day(x)}; _("于%(made)s起") % days',
        'def told(x):\n    days: dict[str, str] = {"made": full_day(x)}\n    return [_("%(made)s 发出") % days]',
        'def told(x):\n    if x:\n        days = {"on": day(x)}\n        return _("已于%(on)s恢复") % (days | {"who": x})',
        'days = {"on": day(x)}\ndef told(x):\n    return _("已于%(on)s恢复") % {"who": x, **days}',
        'who, when = name(x), moment(x)\nf"{when}起"',
        'if when := moment(x): f"{when}起"',
    ],
)
def test_a_sentence_that_does_is_found(module: str) -> None:
    assert len(list(in_module(module))) == 1


@pytest.mark.parametrize(
    "module",
    [
        'def one(x):\n    when = moment(x)\n    return f"{when} 起"\ndef other(x):\n    when = x.name\n    return f"{when}起"',
        'def one(x):\n    days = {"on": day(x)}\n    return _("%(on)s起") % days\ndef other(days):\n    return _("已于%(on)s恢复") % days',
        'days = {"made": full_day(x), "until": full_day(y)}; _("于 %(made)s发出，%(until)s失效") % days',
    ],
)
def test_a_sentence_that_does_not_is_left_alone_whatever_the_name_is_elsewhere(module: str) -> None:
    assert list(in_module(module)) == []


def test_what_people_read_is_judged_as_it_stands() -> None:
    wrong = ("于11 月 29 日", "在2026 年 11 月 29 日施行", "1:58起", "12 月 2 日　1:58", "下午2:30", "施行，2026-11-29 起")
    assert [text for text in wrong if not glued(text)] == []
    right = "于 11 月 29 日 1:58 起，18:00 截止；11 月 29 日起；保存 12 个月；今天 8:52 保存；第 0047 号；（8:52）"
    assert glued(right) == []
