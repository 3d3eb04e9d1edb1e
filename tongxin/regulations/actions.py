"""Adopting regulations, one or a library of YAML files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New
from tongxin.committees.models import Committee
from tongxin.regulations import queries
from tongxin.regulations.models import GIVES_UP, Regulation
from tongxin.regulations.schema import KINDS, Kind, SchemaError, build


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
    gives_up: Collection[str] = (),
) -> Regulation:
    """Adopt a version: it states what changes, the rest stays. A reference title is required.

    `gives_up` names keys that the committee no longer rules itself. Raises SchemaError on a body that does not fit.
    """
    if kind not in KINDS:
        message = _("没有“%(kind)s”这种规定") % {"kind": kind}
        raise SchemaError(message)
    if not reference.get("title"):
        message = _("规定必须写明依据")
        raise SchemaError(message)
    build(KINDS[kind].schema, body, partial=True)
    _check_given_up(committee, KINDS[kind], gives_up, body)
    made = Regulation(
        committee=committee,
        kind=kind,
        effective_from=effective_from,
        body=dict(body) | ({GIVES_UP: sorted(gives_up)} if gives_up else {}),
        adopted_at=at,
        title=reference["title"],
        article=reference.get("article", ""),
        note=reference.get("note", ""),
        document_number=reference.get("document_number", ""),
        link=reference.get("link", ""),
    )
    made.save()
    queries.forget()
    data = {"kind": KINDS[kind].label, "from": effective_from.isoformat(), "reference": made.title}
    audit.record("regulations.adopt", made, actor=actor, at=at, proves=[New(made)], data=data)
    return made


def _check_given_up(committee: Committee | None, kind: Kind, gives_up: Collection[str], body: Mapping[str, Any]) -> None:
    """Refuse to give up what there is not, what the same version rules, or where nobody stands above."""
    labels = {f.name: str(f.metadata["label"]) for f in fields(kind.schema)}
    if unknown := set(gives_up) - set(labels):
        message = _("有未知的项：%(unknown)s") % {"unknown": "、".join(sorted(unknown))}
        raise SchemaError(message)
    if both := set(gives_up) & set(body):
        message = _("%(both)s不能既作规定又不再另定") % {"both": "、".join(labels[key] for key in sorted(both))}
        raise SchemaError(message)
    if gives_up and committee is None:
        message = _("全国性规定上面没有别的规定，不能不再规定")
        raise SchemaError(message)


def first_free_day(committee: Committee | None, kind: str, *, at: datetime) -> date:
    """Return today, or the day after the last version of a committee where one begins today or later."""
    begun = Regulation.objects.filter(committee=committee, kind=kind).aggregate(last=Max("effective_from"))["last"]
    today = timezone.localdate(at)
    return today if begun is None or begun < today else begun + timedelta(days=1)


def load_library(folder: Path, committee: Committee | None, *, actor: Account | None, at: datetime) -> int:
    """Adopt every version in a folder of YAML files that is not there yet; return how many were new.

    A version that is there is never changed. What the national library says of keys that the program did not have when
    it was adopted becomes a version of its own, from today on.
    """
    entries = [one for path in sorted(folder.glob("*.yaml")) for one in yaml.safe_load(path.read_text(encoding="utf-8"))]
    new = 0
    for entry in entries:
        known = Regulation.objects.filter(committee=committee, kind=entry["kind"], effective_from=entry["effective_from"])
        if known.exists():
            continue
        adopt(
            committee,
            entry["kind"],
            effective_from=entry["effective_from"],
            body=entry.get("values", {}),
            gives_up=entry.get(GIVES_UP, ()),
            reference=entry["reference"],
            actor=actor,
            at=at,
        )
        new += 1
    return new if committee is not None else new + _introduce(entries, actor=actor, at=at)


def _introduce(entries: Sequence[Mapping[str, Any]], *, actor: Account | None, at: datetime) -> int:
    """Adopt the national values of keys that no national version says.

    They were added to one that had been adopted before.
    """
    new = 0
    for kind, missing in queries.without_national_value().items():
        for entry in entries:
            values = {key: value for key, value in entry.get("values", {}).items() if key in missing}
            if entry["kind"] != kind or not values:
                continue
            day = first_free_day(None, kind, at=at)
            adopt(None, kind, effective_from=day, body=values, reference=entry["reference"], actor=actor, at=at)
            missing -= set(values)
            new += 1
    return new
