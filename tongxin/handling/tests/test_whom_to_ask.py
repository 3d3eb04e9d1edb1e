"""A reply that is begun names whom to ask: who handles it, with the number of the unit's last letter.

Nothing is filled in over his words.
"""

from tests.cast import Cast
from tongxin.handling import actions, queries
from tongxin.handling.models import Reply, Task
from tongxin.handling.workflow import SignFor
from tongxin.workflow.engine import perform


def _in_hand(cast: Cast, today, handler: str, **text: str) -> Task:
    task = cast.task(cast.assigned(today, **text))
    perform(task, "sign_for", actor=cast.clerk, at=today, payload=SignFor(handler))
    return Task.objects.get(pk=task.pk)


def test_the_handler_stands_there_with_the_number_of_the_last_letter(cast: Cast, as_, today) -> None:
    sent = Reply.objects.get(task=cast.task(cast.answered(today)))
    Reply.objects.filter(pk=sent.pk).update(contact="孟时雨", phone="0571-8888123")
    task = _in_hand(cast, today, "孟时雨", title="关于另一件事的建议")
    page = as_(cast.clerk).get(f"/handling/{task.uid}/reply/").content.decode()
    assert 'value="孟时雨"' in page
    assert 'value="0571-8888123"' in page
    assert not Reply.objects.filter(task=task).exists()  # looking begins nothing


def test_another_handler_does_not_get_his_number(cast: Cast, today) -> None:
    sent = Reply.objects.get(task=cast.task(cast.answered(today)))
    Reply.objects.filter(pk=sent.pk).update(contact="孟时雨", phone="0571-8888123")
    task = _in_hand(cast, today, "陆知行", title="关于另一件事的建议")
    assert queries.whom_to_ask(queries.draft_of(task)) == {"contact": "陆知行", "phone": ""}


def test_what_somebody_emptied_stays_empty(cast: Cast, as_, today) -> None:
    task = _in_hand(cast, today, "孟时雨")
    reply = actions.reply_of(task)
    fields = {"text": "您提出的建议收悉。", "contact": "", "phone": ""}
    actions.save_reply(reply, fields=fields, started_from=reply.version, actor=cast.clerk, at=today)
    assert queries.whom_to_ask(Reply.objects.get(task=task)) == {}
    page = as_(cast.clerk).get(f"/handling/{task.uid}/reply/").content.decode()
    assert 'value="孟时雨"' not in page
