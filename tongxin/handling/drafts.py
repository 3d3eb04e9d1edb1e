"""The text of a reply saves itself, under the uid of the unit's part: it is there before the reply is begun."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.drafts.table import Draft
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.forms import ReplyForm
from tongxin.handling.models import REPLY_FIELDS, Reply, Task
from tongxin.handling.regulations import ReplyCategories, Review
from tongxin.regulations.queries import in_force


def form_of(reply: Reply, task: Task, data: Any = None) -> ReplyForm:
    """Return the form of a reply, with the categories and the limit in force."""
    on = timezone.localdate()
    return ReplyForm(
        data, categories=in_force(task.committee, ReplyCategories, on), review=in_force(task.committee, Review, on), reply=reply
    )


def _read(task: Task, data: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    form = form_of(queries.draft_of(task), task, data)
    form.full_clean()
    problem = "".join(str(error) for name in REPLY_FIELDS for error in form.errors.get(name, ()))
    return {name: form.cleaned_data.get(name, "") for name in REPLY_FIELDS if name in data}, problem


def _save(task: Task, **said: Any) -> Reply:
    return actions.save_reply(queries.draft_of(task), **said)


def _is_open(task: Task) -> bool:
    return task.state == TaskState.IN_HAND


def _editor(task: Task) -> str:
    return f"{task.get_absolute_url()}reply/" if _is_open(task) else task.get_absolute_url()


def _shown(task: Task, name: str, value: Any) -> str:
    """Say a category with its words."""
    found = in_force(task.committee, ReplyCategories, timezone.localdate()).find(value) if name == "category" and value else None
    return gettext("%(value)s 类　%(found)s") % {"value": value, "found": found.label} if found else str(value)


REPLY = Draft(
    name="handling.reply",
    label=_("起草答复"),
    may="handling.write_reply",
    labels={name: ReplyForm.base_fields[name].label for name in REPLY_FIELDS},
    find=queries.part_for,
    text=queries.draft_of,
    read=_read,
    save=_save,
    is_open=_is_open,
    editor=_editor,
    refuses=(actions.HandlingError,),
    shown=_shown,
)
DRAFTS = (REPLY,)
