"""Rows in a form that we never write, of the record, of what it vouches for or tells of: named, and then left unread.

A day that is none cannot be read, so nothing that is asked for with it could be. What is left is looked at all the
same: who spoils one row would else hide whatever was done to the others, and in the other committees too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.audit import stored, truth
from tongxin.audit.models import Chain, Event, Head, Seal
from tongxin.audit.outside import NAMED, Problem

MISSTORED = _("数据的存储形式不是系统写入的，被改动过")
RECORD: tuple[type[models.Model], ...] = (Event, Head, Chain, Seal)


@dataclass(frozen=True)
class Misstored:
    """Such rows as they are named, and in whose record some stand."""

    problems: tuple[Problem, ...] = ()
    codes: set[str] = field(default_factory=set)
    has_events: bool = False  # of whomever: a seal may have been hung on one of them
    all_in_form: bool = False  # all was looked at
    everywhere: bool = False  # in the rows of every committee
    _found: dict[str, set[str]] = field(default_factory=dict)

    def of(self, kind: truth.Witnessed, owner: str | None) -> set[str]:
        """Return the uids of a kind's rows that are in another form, of this committee at least.

        Each kind is asked once.
        """
        if self.all_in_form:
            return set()
        if kind.label not in self._found:
            self._found[kind.label] = kind.misstored() if self.everywhere else kind.misstored(code_=owner)
        return self._found[kind.label]


def look(code: str | None) -> Misstored:
    """Look for such rows, of one committee or of all."""
    whose, told = dict.fromkeys(RECORD, "committee_code"), _told()
    problems = [
        Problem(truth.key_of(model._meta.label_lower, name), MISSTORED)  # noqa: SLF001 -- Django's public-in-practice Meta
        for model, path in (whose | told).items()
        for name in islice(stored.names(model, **_of(code, model, path)), NAMED)
    ]
    spoiled = {model: {*_codes_of(model)} for model in RECORD}
    codes = set().union(*spoiled.values())
    has_events, all_in_form = bool(spoiled[Event]), code is None and not problems
    return Misstored(tuple(problems), codes, has_events=has_events, all_in_form=all_in_form, everywhere=code is None)


def in_record() -> Problem | None:
    """Return the first of them in the record itself: nothing is added to it while it cannot be read."""
    return next((problem for problem in look(None).problems if problem.where.startswith("audit.")), None)


def _told() -> dict[type[models.Model], str]:
    """Return the models in whose columns vouched facts stand, each with its path to the code of whose the row is.

    Accounts are nobody's: they are looked at whatever is asked.
    """
    kinds = truth.declared()
    beside = {model: _path_of(model) for kind in kinds for model in kind.models()}
    return beside | {kind.model: kind.committee for kind in kinds}


def _path_of(model: type[models.Model]) -> str:
    names = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 -- as above
    return "committee__code" if "committee" in names else ""


def _of(code: str | None, model: type[models.Model], path: str) -> dict[str, Any]:
    if code is None or not path:
        return {}
    name, _sep, _rest = path.partition("__")
    is_national = code == "" and model._meta.get_field(name).null  # noqa: SLF001 -- as above
    return {f"{name}__isnull": True} if is_national else {path: code}


def _codes_of(model: type[models.Model]) -> Iterator[str]:
    yield from stored.said_of(models.QuerySet(model).filter(stored.misstored(model)).order_by(), "committee_code")
