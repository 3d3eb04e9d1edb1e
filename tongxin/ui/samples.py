"""Invented content for the component page: one of each, with the people of 云溪县, who do not exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace as Row
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from tongxin.core.asked import number
from tongxin.ui.fields import CountedText, Day
from tongxin.ui.icons import ICONS
from tongxin.ui.navigation import NavGroup, NavItem, Person, Role, Shell

if TYPE_CHECKING:
    from django.http import QueryDict

KINDS = ("portal", "member", "desk", "plain")
COMMITTEE = "云溪县政协"


class Sample(forms.Form):
    """One field of each shape."""

    kind = forms.ChoiceField(
        label="提案类别", choices=[("own", "个人"), ("joint", "联名"), ("body", "专委会"), ("party", "党派团体")]
    )
    title = CountedText(label="案由", most=50, rows=1)
    facts = CountedText(label="情况", most=1000, help_text="现在是什么样，涉及多少人，您怎么知道的。")
    unit = forms.ChoiceField(
        label="建议承办单位", required=False, choices=[("", "不填")] + [(str(n), f"第 {n} 个单位") for n in range(1, 9)]
    )
    until = Day(label="联名截止", help_text="截止后未回复的视为不参加。")
    topics = forms.MultipleChoiceField(
        label="涉及方面",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", "养老"), ("b", "城建"), ("c", "教育")],
    )
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    paper = forms.FileField(
        label="附件", required=False, help_text="最多 5 个，每个不超过 32 MB。", widget=forms.FileInput(attrs={"data-max-mb": 32})
    )
    agreed = forms.BooleanField(label="我已核对联名委员名单")


def page(kind: str, asked: QueryDict) -> dict[str, Any]:
    """Return the context of the component page in the wanted shell."""
    kind = kind if kind in KINDS else "desk"
    text = "我县云台、望溪两个街道有 2000 年前建成的六层以上住宅楼 214 栋，住户约 6 900 户。"
    return {
        "shell": replace(shell(kind, "elder" if asked.get("size") == "elder" else ""), session_seconds=_seconds(asked)),
        "base": f"ui/{kind}.html",
        "kinds": KINDS,
        "form": Sample(initial={"kind": "joint", "title": "关于建立老旧小区加装电梯协商议事机制的提案", "facts": text}),
        "wrong": Sample({"w-title": "长" * 60, "w-until": "明天"}, prefix="w"),
        "icons": list(ICONS),
        "badges": _badges(),
        "chips_due": _dues(),
        "stages": _stages(),
        "outcome": [
            *_stages()[:1],
            Row(label="审查", date="", status="done"),
            Row(label="转意见建议", date="2 月 20 日", status="end"),
        ],
        "lanes": _lanes(),
        "tabs": _tabs(),
        "chosen": [Row(label="主办、独办、分办", url="#"), Row(label="按期限由急到缓", url="#")],
        "rows": _rows(),
        "page": Row(caption="第 1 页，共 92 件，每页 14 件", previous_url="", next_url="#"),
        "actions": _actions(),
        "entries": _entries(),
        "files": [
            Row(
                kind="xls",
                name="五个小区走访情况汇总表.xlsx",
                size="48 KB",
                url="#",
                checked="已检查，未见涉密标志",
                remove_url="#",
            ),
            Row(kind="pdf", name="走访照片与问卷.pdf", size="3.2 MB", url="#", checked="", remove_url=""),
        ],
        "likes": _likes(),
        "checks": [Row(ok=True, text="一事一案，案由 21 字，没有超长"), Row(ok=False, text="建议第 2 条没有写明完成时限")],
        "autosave_url": asked.get("autosave", ""),
    }


def _seconds(asked: QueryDict) -> int:
    return number(asked.get("session", "")) or 0


def shell(kind: str, size: str) -> Shell:
    """Return a filled shell of each kind."""
    tabs = {
        "member": [("首页", "home"), ("提案", "doc"), ("活动", "calendar"), ("议事", "talk"), ("我的", "person")],
        "portal": [("首页", ""), ("提案公开", ""), ("协商议事", ""), ("提案线索", ""), ("政协概况", "")],
    }.get(kind, [])
    known = kind in {"member", "desk"}
    return Shell(
        kind=kind,
        committee_name=COMMITTEE,
        subtitle={"member": _("委员履职"), "desk": _("机关办公")}.get(kind, _("县政协门户")),
        tabs=tuple(
            NavItem(label, "#", icon, current=n == 1, count=3 if n == 1 and icon else 0) for n, (label, icon) in enumerate(tabs)
        ),
        groups=_groups() if kind == "desk" else (),
        person=Person("秦若水", "提案委办公室") if kind == "desk" else Person("林知远", "委员") if known else None,
        unread=3 if known else 0,
        unread_url="#" if known else "",
        account_url="#",
        signin_url="#",
        signout_url="#" if known else "",
        search_url="#" if kind == "desk" else "",
        demo=True,
        roles=(
            Role("林知远", "#", "委员", current=kind == "member"),
            Role("秦若水", "#", "提案委办公室"),
            Role("孟时雨", "#", "县民政局"),
        ),
        owner="sample",
        foot=("云溪县政协办公室 · 云台街道文昌路 1 号",),
        foot_links=(NavItem("无障碍说明", "#"), NavItem("隐私与公开规则", "#")),
        size=size,
    )


def _groups() -> tuple[NavGroup, ...]:
    return (
        NavGroup("", (NavItem("我的工作台", "#", "home"), NavItem("待办事项", "#", "inbox", 12))),
        NavGroup(
            "履职业务",
            (
                NavItem("提案", "#", "doc", 7, current=True, hot=True),
                NavItem("社情民意", "#", "news", 5),
                NavItem("民主监督", "#", "flag"),
            ),
        ),
        NavGroup(
            "机关事务",
            (NavItem("委员名册", "#", "people"), NavItem("年度报告", "#", "chart"), NavItem("制度与规则", "#", "gear")),
        ),
    )


def _badges() -> list[Row]:
    words = (
        ("draft", "草稿"),
        ("exam", "预审"),
        ("wait", "待签收"),
        ("doing", "办理中"),
        ("good", "已立案"),
        ("stop", "退回修改"),
        ("note-end", "并案"),
    )
    return [Row(kind=kind, word=word) for kind, word in words]


def _dues() -> list[Row]:
    words = (("ok", "剩 19 天"), ("soon", "剩 9 天"), ("yellow", "今天到期"), ("red", "超期 3 天"))
    return [Row(level=level, text=text, full=date(2026, 6, 6)) for level, text in words]


def _stages() -> list[Row]:
    dates = ("2 月 3 日", "2 月 20 日", "3 月 6 日", "5 月 15 日", "5 月 8 日", "现在", "", "")
    labels = ("提出", "审查", "交办", "办理", "督办", "评议", "公开", "归档")
    return [
        Row(label=label, date=day, status="done" if n < 5 else "now" if n == 5 else "todo")  # noqa: PLR2004
        for n, (label, day) in enumerate(zip(labels, dates, strict=True))
    ]


def _lanes() -> list[Row]:
    words = (
        ("red", 2, "红牌", "已经超过答复期限"),
        ("yellow", 5, "黄牌", "3 天以内到期"),
        ("soon", 18, "临期", "15 天以内到期"),
        ("ok", 41, "正常", "最近一批 6 月 6 日到期"),
    )
    return [Row(level=level, count=n, word=word, text=text, url="#", current=level == "red") for level, n, word, text in words]


def _tabs() -> list[Row]:
    words = (
        ("全部在办", 92),
        ("待预审", 6),
        ("待交办", 0),
        ("待签收", 2),
        ("办理中", 63),
        ("答复待审", 7),
        ("待评价", 19),
        ("已办结", 29),
    )
    return [Row(label=label, url="#", count=n, current=not i) for i, (label, n) in enumerate(words)]


def _rows() -> list[Row]:
    dues = _dues()
    rows = (
        ("0018", "关于治理云台街道内涝点的提案", "吴听澜　等 3 人", "县住建局", "会办 县水利局", 2, dues[3], "remind print"),
        ("0033", "关于设立县城夜间就诊公交的提案", "陈守拙", "县交通运输局", "会办 县卫健局", 3, dues[2], "remind print extend"),
        ("0092", "关于推进村级快递综合服务站的提案", "何青禾", "县商务局", "独办", 0, dues[1], "remind print"),
        ("0121", "关于完善残疾人辅助性就业的提案", "致公党云溪县小组", "县残联", "会办 县人社局", 1, dues[0], "print"),
    )
    names = ("number", "title", "by", "lead", "others", "talks", "due", "can")
    return [Row(**dict(zip(names, row, strict=True))) for row in rows]


def _actions() -> list[Row]:
    def action(label: str, **more: Any) -> Row:
        return Row(
            **{"label": label, "url": "#", "reasons": [], "blocked": False, "main": False, "stop": False, "note": ""} | more
        )

    return [
        action("评价办理结果", main=True, note="请在 5 月 29 日前评价，还剩 11 天"),
        action("请承办单位再面商一次"),
        action("撤回提案", blocked=True, reasons=["3 月 6 日已经交办，交办后不能撤案"]),
    ]


def _entries() -> list[Row]:
    def entry(when: str, what: str, more: str = "", **flags: Any) -> Row:
        return Row(
            **{"when": when, "what": what, "more": more, "key": False, "auto": False, "future": False, "behalf": ""} | flags
        )

    return [
        entry("5 月 29 日", "评价截止", future=True),
        entry("5 月 18 日", "沈如松评价完毕", behalf="办公室代录，本人已确认"),
        entry("5 月 15 日 16:20", "答复经督办部门审核，送达提案人", "类别由 A 类改定为 B 类", key=True),
        entry("5 月 6 日", "系统提醒：距答复期限还有 31 天", auto=True),
        entry("3 月 10 日", "县民政局签收", "承办人　孟时雨"),
        entry("3 月 6 日", "交办　主办县民政局", "答复期限 6 月 6 日（交办后三个月，见《办理协商办法》第十二条）", key=True),
        entry("2 月 20 日", "立案，编为第 0047 号", key=True),
    ]


def _likes() -> list[Row]:
    return [
        Row(
            title="关于推进老旧小区加装电梯的提案",
            url="#",
            line="2024 年第 0061 号　县住建局答复 B 类",
            promise="承诺：2025 年底前出台出资参考办法。",
            badge="stop",
            badge_word="到期未见落实",
        ),
        Row(
            title="关于完善社区协商议事制度的提案",
            url="#",
            line="2025 年第 0029 号　A 类，已解决",
            promise="",
            badge="",
            badge_word="",
        ),
    ]
