"""`{% action_bar object %}`: the steps open to the reader, grey ones with their reason."""

from dataclasses import dataclass, replace
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from tongxin.workflow import engine
from tongxin.workflow.table import workflow_of

register = template.Library()


@dataclass(frozen=True)
class Button:
    """One button of an action bar. `page`: it leads to a page of its own, not to a form in the slot below."""

    label: str
    url: str
    reasons: tuple[str, ...]
    main: bool
    stop: bool
    note: str = ""
    page: bool = False

    @property
    def blocked(self) -> bool:
        return bool(self.reasons)


def buttons(subject: Any, actor: Any, *, notes: dict[str, str] | None = None, skip: frozenset[str] = frozenset()) -> list[Button]:
    """Return the buttons for a row: open ones first in the table's order, grave ones last; the first open one that is not aside is the main one."""
    workflow = workflow_of(subject)
    offers = [o for o in engine.available(subject, actor, at=timezone.now()) if o.row.action not in skip]
    offers.sort(key=lambda o: (o.row.action in workflow.grave, o.blocked))
    made: list[Button] = []
    for offer in offers:
        action = offer.row.action
        own = workflow.own_page.get(action)
        url = f"{subject.get_absolute_url()}{own}/" if own else reverse("transition", args=[workflow.name, subject.uid, action])
        main = not offer.blocked and action not in workflow.grave | workflow.aside and not any(b.main for b in made)
        note, grave = (notes or {}).get(action, ""), action in workflow.grave
        made.append(Button(offer.row.label, url, offer.reasons, main, grave, note, page=bool(own)))
    return made


@register.inclusion_tag("ui/_action_bar.html", takes_context=True)
def action_bar(context: Any, subject: Any, extra: Any = None) -> dict[str, Any]:
    """Draw the action bar of a row; `extra` are further buttons (pages of their own), put first."""
    more = list(extra or [])
    own = buttons(subject, context["request"].user)
    if any(b.main for b in more):
        own = [replace(b, main=False) for b in own]
    return {"actions": more + own, "request": context["request"]}
