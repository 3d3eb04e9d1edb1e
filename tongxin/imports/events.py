"""Event kinds of imports. That rows came in, each kind's own event says (`members.import`); here is what happens around it."""

from tongxin.audit.kinds import Audience, Kind, name_sorts, register
from tongxin.audit.models import Event

A = Audience


def _files(event: Event) -> str:
    return "、".join(str(name) for name in event.data.get("files", []))


def _figures(event: Event) -> str:
    data = event.data
    return f"读到 {data.get('rows', 0)} 行，已有 {data.get('unchanged', 0)} 行，有错 {data.get('wrong', 0)} 行"


def _undone(event: Event) -> str:
    left, following = event.data.get("left"), event.data.get("following")
    numbers = "，".join(f"{label}从{number}续编" for label, number in following.items()) if isinstance(following, dict) else ""
    said = (str(event.data.get("reason", "")), f"留下 {left} 条" if left else "", numbers)
    return "　".join(part for part in said if part)


name_sorts(imports="导入")
register(
    Kind("imports.upload", A.OFFICE, "{actor}上传{what}表，准备导入", _files, label="上传表格，准备导入"),
    Kind(
        "imports.compare",
        A.OFFICE,
        "{actor}上传的{what}表与系统里的资料逐项核对",
        _figures,
        label="上传的表格与系统里的资料逐项核对",
    ),
    Kind("imports.check_again", A.OFFICE, "{actor}重新核对上传的{what}表", label="重新核对上传的表格"),
    Kind("imports.drop", A.OFFICE, "{actor}放弃导入{what}表", label="放弃导入表格"),
    Kind(
        "imports.confirm",
        A.OFFICE,
        "{actor}确认导入{what}表",
        lambda e: "跳过有错的行" if e.data.get("skips") else "",
        label="确认导入表格",
    ),
    Kind("imports.undo", A.OFFICE, "{actor}撤销导入{what} {rows} 条", _undone, key=True, label="撤销导入"),
)
