"""What a committee that arrives rests on.

The committees above it, and the rules that it inherits from them and from the library.

What is there already is used as it is, and where it says something else, that is told: nobody's rules are changed
because another committee moved in. A committee above that is not there is set up with its rules, and nothing else of
it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.backups import archive, carried

SET_UP = _("上级{name}（{code}）不在本系统里，已经按原样设立，只有它的规定。")
BY_CODE = _("上级{name}按代码 {code} 对应到这里的{here}，名称或者编号不同，请核对是不是同一个。")
OTHER = _("{whose}的规定“{title}”（{kind}，{on} 起）与这里的不同，用这里的。")
NONE_HERE = _("{whose}的规定“{title}”（{kind}，{on} 起）这里没有，没有增加。")
NATIONAL = _("全国默认")
SAYS = ("title", "article", "document_number", "link", "note", "body")


def bodies(above: Iterable[Mapping[str, Any]], rules: Iterable[Mapping[str, Any]], differences: list[str], at: datetime) -> Any:
    """Find or set up the committees above, the nearest first in `above`; return the nearest.

    Adds to `differences` what people should know.
    """
    model: Any = apps.get_model(carried.BODY)
    parent: Any = None
    found: dict[str, Any] = {"": None}
    fresh: set[str] = set()
    for row in reversed(list(above)):
        there = model._base_manager.filter(uid=row["uid"]).first() or model._base_manager.filter(code=row["code"]).first()  # noqa: SLF001 -- Django's public-in-practice Meta
        if there is None:
            there = model._base_manager.create(**row, parent=parent)  # noqa: SLF001 -- as above
            fresh.add(row["code"])
            differences.append(SET_UP.format(name=there.name, code=there.code))
        elif there.uid != row["uid"]:
            differences.append(BY_CODE.format(name=row["name"], code=there.code, here=there.name))
        parent = found[row["code"]] = there
    made: dict[str, list[models.Model]] = {code: [found[code]] for code in fresh}
    for rule in rules:
        if rule["committee"] in fresh:
            made[rule["committee"]].append(_adopted(rule, found[rule["committee"]]))
        else:
            differences += _compared(rule, found.get(rule["committee"]))
    for code in sorted(fresh):
        audit.vouch(found[code] or Account.objects.system(), made[code], at=at)
    return parent


def _adopted(rule: Mapping[str, Any], committee: Any) -> models.Model:
    model: Any = apps.get_model(carried.RULE)
    columns = {field.name: field for field in carried.fields_of(model)}
    row = model(committee=committee)
    for name, value in rule.items():
        if name != "committee":
            setattr(row, name, columns[name].to_python(value) if isinstance(value, str) else value)
    row.save()
    return row  # type: ignore[no-any-return]  # a row of a model that is asked for by its name


def _compared(rule: Mapping[str, Any], committee: Any) -> list[str]:
    """Say where a rule of a committee that is here, or of the library, is not the same."""
    rows = apps.get_model(carried.RULE)._base_manager  # noqa: SLF001 -- as above
    there = rows.filter(committee=committee, kind=rule["kind"], effective_from=rule["effective_from"]).first()
    if there is not None and all(getattr(there, name) == rule[name] for name in SAYS):
        return []
    whose = committee.name if committee is not None else NATIONAL
    words = OTHER if there is not None else NONE_HERE
    title, kind = archive.shown(rule["title"]), archive.shown(rule["kind"])
    return [words.format(whose=whose, title=title, kind=kind, on=rule["effective_from"])]
