"""Adopting regulations, one or a library of YAML files."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New
from tongxin.committees.models import Committee
from tongxin.regulations import queries
from tongxin.regulations.models import Regulation
from tongxin.regulations.schema import KINDS, SchemaError, build


@transaction.atomic
def adopt(
    committee: Committee | None,
    kind: str,
    *,
    effective_from: date,
    body: Mapping[str, Any],
    reference: Mapping[str, str],
    actor: Account | None,
    at: datetime,
) -> Regulation:
    """Adopt a version. Keys left out are inherited; a reference title is required. Raises SchemaError on a body that does not fit."""
    if kind not in KINDS:
        message = f"没有“{kind}”这种规定"
        raise SchemaError(message)
    if not reference.get("title"):
        message = "规定必须写明依据"
        raise SchemaError(message)
    build(KINDS[kind].schema, body, partial=True)
    made = Regulation(
        committee=committee, kind=kind, effective_from=effective_from, body=dict(body), adopted_at=at,
        title=reference["title"], article=reference.get("article", ""), note=reference.get("note", ""),
        document_number=reference.get("document_number", ""), link=reference.get("link", ""),
    )  # fmt: skip
    made.save()
    queries.forget()
    audit.record(
        "regulations.adopt", made, actor=actor, at=at, proves=[New(made)],
        data={"kind": KINDS[kind].label, "from": effective_from.isoformat(), "reference": made.title},
    )  # fmt: skip
    return made


def load_library(folder: Path, committee: Committee | None, *, actor: Account | None, at: datetime) -> int:
    """Adopt every version in a folder of YAML files that is not there yet; return how many were new."""
    new = 0
    for path in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            known = Regulation.objects.filter(committee=committee, kind=entry["kind"], effective_from=entry["effective_from"])
            if not known.exists():
                adopt(
                    committee, entry["kind"], effective_from=entry["effective_from"], body=entry["values"],
                    reference=entry["reference"], actor=actor, at=at,
                )  # fmt: skip
                new += 1
    return new
