"""Event kinds of imports.

That rows came in, each kind's own event says (`members.import`); here is what happens around it.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit.kinds import Audience, Kind, name_sorts, register
from tongxin.audit.models import Event

A = Audience


def _files(event: Event) -> str:
    return "、".join(str(name) for name in event.data.get("files", []))


def _figures(event: Event) -> str:
    data = event.data
    return _("读到 %(rows)s 行，已有 %(unchanged)s 行，有错 %(wrong)s 行") % {
        "rows": data.get("rows", 0),
        "unchanged": data.get("unchanged", 0),
        "wrong": data.get("wrong", 0),
    }


def _undone(event: Event) -> str:
    left, following = event.data.get("left"), event.data.get("following")
    numbers = (
        "，".join(_("%(label)s从%(number)s续编") % {"label": label, "number": number} for label, number in following.items())
        if isinstance(following, dict)
        else ""
    )
    said = (str(event.data.get("reason", "")), _("留下 %(left)s 条") % {"left": left} if left else "", numbers)
    return "　".join(part for part in said if part)


name_sorts(imports=gettext_lazy("导入"))
register(
    Kind(
        "imports.upload",
        A.OFFICE,
        gettext_lazy("{actor}上传{what}表，准备导入"),
        _files,
        label=gettext_lazy("上传表格，准备导入"),
    ),
    Kind(
        "imports.compare",
        A.OFFICE,
        gettext_lazy("{actor}上传的{what}表与系统里的资料逐项核对"),
        _figures,
        label=gettext_lazy("上传的表格与系统里的资料逐项核对"),
    ),
    Kind(
        "imports.check_again", A.OFFICE, gettext_lazy("{actor}重新核对上传的{what}表"), label=gettext_lazy("重新核对上传的表格")
    ),
    Kind("imports.drop", A.OFFICE, gettext_lazy("{actor}放弃导入{what}表"), label=gettext_lazy("放弃导入表格")),
    Kind(
        "imports.confirm",
        A.OFFICE,
        gettext_lazy("{actor}确认导入{what}表"),
        lambda e: _("跳过有错的行") if e.data.get("skips") else "",
        label=gettext_lazy("确认导入表格"),
    ),
    Kind(
        "imports.undo",
        A.OFFICE,
        gettext_lazy("{actor}撤销导入{what} {rows} 条"),
        _undone,
        key=True,
        label=gettext_lazy("撤销导入"),
    ),
)
