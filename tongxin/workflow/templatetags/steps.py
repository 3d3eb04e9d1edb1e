"""`{% action_bar object %}`: the steps open to the reader, grey ones with their reason."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from tongxin.workflow import engine
from tongxin.workflow.table import workflow_of

register = template.Library()


@dataclass(frozen=True)
class Button:
    """One button of an action bar."""

    label: str
    url: str
    reasons: tuple[str, ...]
    main: bool
    stop: bool
    note: str = ""

    @property
    def blocked(self) -> bool:
        return bool(self.reasons)


def buttons(subject: Any, actor: Any, *, notes: dict[str, str] | None = None, skip: frozenset[str] = frozenset()) -> list[Button]:
    """Return the buttons for a row: open ones first in the table's order, grave ones last; the first open one is the main one."""
    workflow = workflow_of(subject)
    offers = [o for o in engine.available(subject, actor, at=timezone.now()) if o.row.action not in skip]
    offers.sort(key=lambda o: (o.row.action in workflow.grave, o.blocked))
    made: list[Button] = []
    for offer in offers:
        action = offer.row.action
        url = reverse("transition", args=[workflow.name, subject.uid, action])
        main = not offer.blocked and action not in workflow.grave and not any(b.main for b in made)
        made.append(Button(offer.row.label, url, offer.reasons, main, action in workflow.grave, (notes or {}).get(action, "")))
    return made


@register.inclusion_tag("ui/_action_bar.html", takes_context=True)
def action_bar(context: Any, subject: Any, extra: Any = None) -> dict[str, Any]:
    """Draw the action bar of a row; `extra` are further buttons (pages of their own), put first."""
    more = list(extra or [])
    own = buttons(subject, context["request"].user)
    if any(b.main for b in more):
        own = [Button(b.label, b.url, b.reasons, main=False, stop=b.stop, note=b.note) for b in own]
    return {"actions": more + own, "request": context["request"]}
