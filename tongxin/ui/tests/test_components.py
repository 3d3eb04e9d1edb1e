"""Each tag draws what it says, and asks nothing of the database."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace as Row

import pytest
from django.template import Context, Template

from tongxin.ui import samples
from tongxin.ui.icons import ICONS
from tongxin.ui.templatetags import components


def draw(source, **values):
    return Template(source).render(Context(values))


def test_a_badge_carries_its_word_and_its_look():
    assert draw('{% badge "wait" "待评价" "2/4" %}') == '<span class="badge wait">待评价 2/4</span>'
    assert draw('{% badge "wait" "" %}') == ""


def test_words_from_people_are_escaped():
    drawn = draw('{% badge "good" word %}{% avatar word %}{% empty word %}{% note "info" %}{{ word }}{% endnote %}', word="<b>")
    assert "<b>" not in drawn


def test_a_deadline_says_the_day_in_full():
    chip = Row(level="yellow", text="今天到期", full=date(2026, 5, 29))
    assert draw("{% due chip %}", chip=chip) == '<span class="due yellow" title="2026 年 5 月 29 日">今天到期</span>'
    assert draw("{% due chip %}", chip=None) == ""


def test_a_figure_opens_to_its_rows():
    assert draw('{% fig 138 "件" "/rows/" %}') == '<a class="fig" href="/rows/">138 件</a>'
    assert draw('{% fig 100 "%" "/rows/" %}') == '<a class="fig" href="/rows/">100%</a>'
    assert draw('{% fig 3 "件" %}') == "3 件"


def test_an_icon_is_hidden_beside_a_word_and_named_alone():
    assert 'aria-hidden="true"' in draw('{% icon "bell" %}')
    assert 'role="img" aria-label="消息"' in draw('{% icon "bell" "消息" %}')
    with pytest.raises(KeyError):
        draw('{% icon "spaceship" %}')


def test_the_way_here_ends_with_this_page():
    drawn = draw('{% crumbs "首页" "/" "提案" "/p/" "第 0047 号" %}')
    assert drawn.count("<a ") == 2
    assert '<span aria-current="page">第 0047 号</span>' in drawn


def stages(now):
    labels = ("提出", "审查", "交办", "办理", "督办", "评议", "公开", "归档")
    return [Row(label=x, date="", status="done" if n < now else "now" if n == now else "todo") for n, x in enumerate(labels, 1)]


def test_the_stepper_says_where_a_matter_stands():
    drawn = draw("{% steps stages %}", stages=stages(6))
    assert '<li class="now" aria-current="step">评议' in drawn
    assert "第六步　评议" in drawn
    assert "已完成：提出、审查、交办、办理、督办" in drawn
    assert "还有：公开、归档" in drawn
    assert 'aria-label="共八个阶段，现在第六阶段：评议"' in draw("{% steps_mini stages %}", stages=stages(6))


def test_an_outcome_ends_the_stepper():
    ended = [*stages(3)[:2], Row(label="转意见建议", date="2 月 20 日", status="end")]
    assert 'class="end" aria-current="step">转意见建议<small>2 月 20 日</small>' in draw("{% steps s %}", s=ended)


def test_a_bar_has_its_width_in_an_attribute():
    assert 'width="25.9%"' in draw('{% bar 37 143 "转为提案 37 条" %}')
    assert 'width="0%"' in draw('{% bar 0 0 "没有" %}')


def test_sorting_again_turns_the_order_round():
    ascending = draw('{% sort_header "期限" "due" "due" %}')
    assert 'aria-sort="ascending"' in ascending
    assert 'value="-due"' in ascending
    descending = draw('{% sort_header "期限" "due" "-due" %}')
    assert 'aria-sort="descending"' in descending
    assert 'value="due"' in descending
    assert "aria-sort" not in draw('{% sort_header "案号" "number" "due" %}')


def test_the_pager_shows_only_ways_that_lead_somewhere():
    drawn = draw("{% pager page %}", page=Row(caption="共 92 件", previous_url="", next_url="?after=x"))
    assert "下一页" in drawn
    assert "上一页" not in drawn


def test_a_blocked_action_can_be_read_and_says_why():
    actions = samples.page("desk", {})["actions"]
    drawn = draw('{% include "ui/_action_bar.html" %}', actions=actions)
    assert 'aria-disabled="true" aria-describedby="why-3"' in drawn
    assert "3 月 6 日已经交办，交办后不能撤案" in drawn
    assert " disabled" not in drawn
    assert drawn.count('hx-target="#action-form"') == 2
    assert 'id="action-form"' in drawn


def test_nothing_to_do_draws_no_bar():
    assert draw('{% include "ui/_action_bar.html" %}', actions=[]).strip() == ""


def test_the_timeline_marks_what_matters():
    drawn = draw('{% include "ui/_timeline.html" %}', entries=samples.page("desk", {})["entries"])
    assert drawn.count('<li class="key">') == 3
    assert "只看要事" in drawn
    assert "办公室代录，本人已确认" in drawn


def test_there_are_few_enough_tags_to_know_them_all():
    assert len(components.register.tags) <= 25


def test_the_component_page_shows_every_tag_and_icon():
    pieces = ("components.html", "whole_form.html", "form.html", "_form_fields.html", "_steps.html")
    shown = "".join((Path(samples.__file__).parent / "templates/ui" / piece).read_text("utf-8") for piece in pieces)
    assert not [name for name in components.register.tags if f"{{% {name} " not in shown and f"{{% {name}%" not in shown]
    assert samples.page("desk", {})["icons"] == list(ICONS)


@pytest.mark.parametrize("kind", samples.KINDS)
@pytest.mark.parametrize("size", ["", "elder"])
def test_the_component_page_stands_in_every_shell(client, kind, size):
    answer = client.get("/components/", {"shell": kind, "size": size})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ('data-size="elder"' in text) is (size == "elder")
    assert text.count("<h1") == 1


def test_the_component_page_is_closed_where_data_is_real(client, settings, db):
    settings.TESTING = settings.DEMO = settings.DEBUG = False
    assert client.get("/components/").status_code == 404


def test_no_tag_asks_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        client.get("/components/", {"shell": "desk"})
