"""Why a reply is written no more: what is true of the work by now, not of another state."""

import pytest
from django.db.models import QuerySet

from tests.cast import Cast
from tongxin.drafts.actions import ClosedError
from tongxin.drafts.models import KeptCopy
from tongxin.handling import actions as handling
from tongxin.handling.models import Reply, Task
from tongxin.handling.queries import draft_of
from tongxin.handling.tests.test_pages import _in_hand


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("awaiting", "这件提案还没有签收，请签收以后再写答复稿"),
        ("return_asked", "已经申请退办，等交办方决定，答复稿现在不能修改"),
        ("returned", "这件提案已经退办，答复稿不能再修改"),
        ("moved", "这件提案已经移交其他单位办理，答复稿不能再修改"),
        ("recalled", "这件提案的交办已经撤回，答复稿不能再修改"),
        ("with_leader", "答复稿已经送出审签，现在不能修改"),
        ("under_review", "答复稿已经送出审签，现在不能修改"),
        ("answered", "答复已经送出，不能再修改"),
    ],
)
def test_autosave_says_what_is_true_of_the_work_by_now(cast: Cast, as_, today, state: str, said: str) -> None:
    task = _in_hand(cast, today)
    url = f"/drafts/handling.reply/{task.uid}/"
    written = {"category": "B", "text": "第一稿。", "contact": "", "phone": "", "version": 1}
    assert as_(cast.clerk).post(url, written).status_code == 200
    QuerySet(Task).filter(pk=task.pk).update(state=state)
    answer = as_(cast.clerk).post(url, written | {"text": "又改了。", "version": 2})
    assert (answer.status_code, answer.json()["message"]) == (423, f"{said}。您刚写的内容已另存一份")
    assert KeptCopy.objects.get().fields["text"] == "又改了。"
    assert Reply.objects.get().text == "第一稿。"


def test_who_has_another_part_by_now_is_sent_to_it(cast: Cast, today) -> None:
    task = _in_hand(cast, today)
    reply = handling.save_reply(draft_of(task), fields={"text": "第一稿。"}, started_from=1, actor=cast.clerk, at=today)
    QuerySet(Task).filter(pk=task.pk).update(state="moved")
    other = Task(committee=task.committee, case=task.case, unit=task.unit, part="co", state="awaiting", assigned_at=today)
    QuerySet(Task).bulk_create([other])
    with pytest.raises(ClosedError, match="承办分工有了变动"):
        handling.save_reply(reply, fields={"text": "又改了。"}, started_from=2, actor=cast.clerk, at=today)
