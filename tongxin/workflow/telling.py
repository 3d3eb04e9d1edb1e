"""What the table of a lifecycle says already, told where its app says nothing better.

Kinds of events, their sort, the names of its rows.
"""

from dataclasses import fields

from django.apps import apps

from tongxin.audit import kinds, naming
from tongxin.audit.models import Event
from tongxin.workflow.table import BY_NAME, Workflow

SAID = "reason"  # what is asked under this name is the smaller line below the sentence


def tell_of(app: str) -> None:
    """Tell of each lifecycle of an app what was left to its table."""
    for workflow in BY_NAME.values():
        if workflow.model.startswith(f"{app}."):
            tell(workflow)


def tell(workflow: Workflow) -> None:
    """Name a lifecycle's rows and kinds of events after it, where `events.py` names none.

    Its steps are told as they are labelled.
    """
    kinds.SORTS.setdefault(workflow.name, workflow.label)
    if workflow.model not in naming.NAMES:
        titled = any(field.name == "title" for field in apps.get_model(workflow.model)._meta.local_fields)  # noqa: SLF001 -- Django's public-in-practice Meta
        naming.name_rows({workflow.model: naming.Named(workflow.label, ("title",) if titled else (), own=titled)})
    if workflow.told is None:
        return
    steps = {row.action: (row.label, row.asks) for row in workflow.rows}
    for action, (label, asks) in {workflow.start[0]: (workflow.start[1], None), **steps}.items():
        if workflow.kind(action) not in kinds.KINDS:
            reason = asks is not None and any(spec.name == SAID for spec in fields(asks))
            kinds.register(kinds.Kind(workflow.kind(action), workflow.told, label, _reason if reason else None, key=True))


def _reason(event: Event) -> str:
    return str(event.data.get(SAID, ""))
