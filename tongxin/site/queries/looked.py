"""What the daily look through the stored files found and nobody has put right: on the home of who audits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tongxin.audit import looking
from tongxin.committees import findings as verdicts
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee


@dataclass(frozen=True)
class Findings:
    """What was found of one committee, when: each in words, with its key."""

    name: str
    at: datetime
    found: list[verdicts.Finding]


def open_findings(user: Any) -> list[Findings]:
    """Return what is known from the last look, by committee; nothing is verified anew for a home page."""
    codes = bodies.audited_codes(user)
    looked = looking.last() if codes else None
    by_code = (
        {code: looked.problems(code) for code in sorted(codes, key=lambda code: (not code, code))} if looked is not None else {}
    )
    open_ = {code: problems for code, problems in by_code.items() if problems}
    if looked is None or not open_:
        return []
    names = dict(Committee.objects.filter(code__in=open_).values_list("code", "short_name"))
    return [
        Findings(names.get(code, _("系统公用的记录")), looked.at, verdicts.findings(code, problems))
        for code, problems in open_.items()
    ]
