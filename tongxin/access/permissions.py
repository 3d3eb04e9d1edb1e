"""The register of permissions: every app's `rules.py` grants its names here, once, with a sentence for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rules
from django.core.exceptions import PermissionDenied

from tongxin.access.predicates import Predicate


@dataclass(frozen=True)
class Permission:
    """One named permission: who may, said to people, decided by a predicate on (actor, object)."""

    name: str
    sentence: str
    predicate: Predicate


CATALOGUE: dict[str, Permission] = {}


def grant(table: Mapping[str, tuple[Any, Predicate]]) -> None:
    """Register an app's PERMISSIONS table: name → (sentence, predicate). A name is granted once."""
    for name, (sentence, predicate) in table.items():
        if name in CATALOGUE:
            message = f"permission {name} is granted twice"
            raise ValueError(message)
        CATALOGUE[name] = Permission(name, sentence, predicate)
        rules.add_perm(name, predicate)


def allowed(actor: Any, name: str, subject: Any = None) -> bool:
    """Say whether `actor` may do `name` to `subject`. Raises KeyError for a name nobody granted."""
    return bool(CATALOGUE[name].predicate.test(actor, subject))


def demand(actor: Any, name: str, subject: Any = None) -> None:
    """Raise PermissionDenied unless `actor` may do `name` to `subject`."""
    if not allowed(actor, name, subject):
        raise PermissionDenied(CATALOGUE[name].sentence)
