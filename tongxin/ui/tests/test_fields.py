"""Fields have their label above, 必填 in words, help and error joined to the control, and the right shape."""

import re
from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import timezone

from tongxin.ui import fields
from tongxin.ui.fields import CountedText


class Letter(forms.Form):
    grade = forms.ChoiceField(label="类别", choices=[("a", "已解决"), ("b", "列入计划"), ("c", "留作参考")])
    unit = forms.ChoiceField(label="单位", choices=[(str(n), f"单位 {n}") for n in range(9)], required=False)
    kind = forms.ChoiceField(label="方式", choices=[("", "---------"), ("face", "面谈"), ("phone", "电话")], required=False)
    on = forms.DateField(label="日期", help_text="答复的日期。")
    text = CountedText(label="正文", most=10, least=3)
    short = forms.CharField(label="联系人", max_length=20)
    sure = forms.BooleanField(label="已核对")
    paper = forms.FileField(label="附件", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


class Refused(forms.Form):
    why = forms.CharField(label="理由")


def drawn(name, data=None):
    return Template("{% field bound %}").render(Context({"bound": Letter(data)[name]}))


def test_few_choices_stand_side_by_side_many_go_into_a_list():
    assert drawn("grade").count('class="seg"') == 3
    assert "<select" in drawn("unit")


def test_an_optional_choice_can_be_left_out_in_words():
    assert "不选" in drawn("kind")
    assert "---" not in drawn("kind")


def test_the_choice_of_nothing_is_called_what_its_field_calls_it():
    class Person(forms.Form):
        gender = forms.ChoiceField(label="性别", required=False, choices=[("", "没有登记"), ("m", "男"), ("f", "女")])
        kind = forms.ChoiceField(label="形式", required=False, choices=[("", "请选择"), ("a", "甲"), ("b", "乙")])

    text = {name: Template("{% field bound %}").render(Context({"bound": Person()[name]})) for name in ("gender", "kind")}
    assert ("没有登记" in text["gender"], "不选" in text["gender"]) == (True, False)
    assert ("不选" in text["kind"], "请选择" in text["kind"]) == (True, False)


def test_the_chosen_one_stays_chosen():
    assert re.search(r'value="b"[^>]* checked', drawn("grade", {"grade": "b"}))


def test_required_is_a_word():
    assert "必填" in drawn("short")
    assert "必填" not in drawn("paper")
    assert "*" not in drawn("short")


def test_help_and_error_are_joined_to_the_control():
    text = drawn("on", {"on": "明天"})
    described = re.search(r'aria-describedby="([^"]+)"', text)[1].split()
    assert described == ["id_on_helptext", "id_on_error"]
    assert all(f'id="{name}"' in text for name in described)
    assert 'aria-invalid="true"' in text
    # a browser's calendar speaks its own language
    assert ('data-day="day"' in text, 'type="date"' in text) == (True, False)


def test_a_group_of_choices_is_joined_to_its_error():
    text = drawn("grade", {})
    assert re.search(r'<fieldset[^>]* aria-describedby="id_grade_error"', text)
    assert "请选一项。" in text


def test_the_counter_counts_as_the_office_does_and_never_truncates():
    text = drawn("text", {"text": "一 二\n三"})
    assert "3 / 10 字" in text
    assert "maxlength" not in text


@pytest.mark.parametrize(
    ("text", "error"),
    [("字" * 11, "最多 10 字，现在是 11 字。"), ("字", "至少 3 字，现在是 1 字。"), ("字 " * 10, None), ("", "请填写。")],
)
def test_a_text_is_measured_without_white_space(text, error):
    assert Letter({"text": text}).errors.get("text", [None]) == [error]


def test_a_file_field_warns_of_secrets_beside_the_button():
    assert "严禁填写、上传涉密内容和他人隐私" in drawn("paper")


def test_the_summary_leads_to_each_field():
    text = Template("{% form_errors form %}").render(Context({"form": Letter({})}))
    assert 'role="alert"' in text
    for name in ("grade", "on", "text", "short", "sure"):
        assert f'href="#id_{name}"' in text
    assert Template("{% form_errors form %}").render(Context({"form": Letter()})).strip() == ""


def test_a_refused_act_is_not_headed_as_something_to_put_right_in_a_field():
    form = Refused({"why": "电话遗失"})
    form.add_error(None, "刚发过重置码，今天不能再办。")
    text = Template("{% form_errors form %}").render(Context({"form": form}))
    assert ["没有办成，您填的内容都还在" in text, "处要改" in text, "刚发过重置码" in text] == [True, False, True]
    form.add_error("why", "请写清楚。")
    text = Template("{% form_errors form %}").render(Context({"form": form}))
    assert ["没有办成" in text, "有 2 处要改，您填的内容都还在" in text] == [False, True]


def test_a_whole_form_is_drawn_the_same_way():
    text = str(Letter({}))
    assert text.count("label") > 9
    assert 'name="secret"' in text
    assert "有 5 处要改" in text


@pytest.mark.parametrize(
    "written", ["2026-11-30", "2026年11月30日", "2026 年 11 月 30 日", "2026/11/30", "２０２６．11．30", "20261130"]
)
def test_a_day_is_understood_as_people_write_it(written):
    assert fields.Day().clean(written) == date(2026, 11, 30)


@pytest.mark.parametrize("written", ["2026-11-30 18:00", "2026-11-30T18:00", "2026年11月30日 18:00", "2026 年 11 月 30 日 18 时"])
def test_a_moment_is_understood_as_people_write_it(written):
    assert timezone.localtime(fields.Moment().clean(written)).strftime("%Y-%m-%d %H:%M") == "2026-11-30 18:00"


@pytest.mark.parametrize("written", ["2026-02-30", "明天", "11-30", "2026-11-30 25:00"])
def test_what_is_no_day_is_refused_with_an_example(written):
    with pytest.raises(ValidationError, match="例如 2026-05-18"):
        (fields.Moment() if ":" in written else fields.Day()).clean(written)


def test_a_line_that_is_too_long_is_told_by_how_much_in_plain_words() -> None:
    field = forms.CharField(max_length=300)
    with pytest.raises(ValidationError, match=r"^\['最多 300 个字，现在 312 个字。'\]$"):
        field.clean("长" * 312)
