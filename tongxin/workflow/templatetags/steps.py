"""`{% action_bar object %}`: the steps open to the reader, grey ones with their reason."""

from collections.abc import Iterable
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
    """Return the buttons for a row; the first open one of the table that is neither grave nor aside is the main one."""
    workflow = workflow_of(subject)
    offers = [o for o in engine.available(subject, actor, at=timezone.now()) if o.row.action not in skip]
    made: list[Button] = []
    for offer in offers:
        action = offer.row.action
        own = workflow.own_page.get(action)
        url = f"{subject.get_absolute_url()}{own}/" if own else reverse("transition", args=[workflow.name, subject.uid, action])
        note, grave = (notes or {}).get(action, ""), action in workflow.grave
        main = not (offer.blocked or grave or action in workflow.aside)
        made.append(Button(offer.row.label, url, offer.reasons, main, grave, note, page=bool(own)))
    return in_order(made)


def in_order(found: Iterable[Button]) -> list[Button]:
    """Return buttons as every bar shows them.

    The one main button first, then what is open, what is blocked, grave ones last.
    """
    made = list(found)
    main = next((b for b in made if b.main), None)
    single = [b if b is main else replace(b, main=False) for b in made]
    return sorted(single, key=lambda b: (b.stop, b.blocked, not b.main))


@register.inclusion_tag("ui/_action_bar.html", takes_context=True)
def action_bar(context: Any, subject: Any, extra: Any = None, first: Any = None) -> dict[str, Any]:
    """Draw the action bar of a row: what comes `first`, its steps, then `extra`.

    These two are no steps of its table.
    """
    found = [*(first or []), *buttons(subject, context["request"].user), *(extra or [])]
    return {"actions": in_order(found), "request": context["request"]}
