"""Event kinds of regulations."""

from django.utils.translation import gettext_lazy as _

from tongxin.audit.kinds import Audience, Kind, name_sorts, register
from tongxin.audit.naming import Named, name_rows
from tongxin.audit.truth import witness
from tongxin.regulations.models import Regulation
from tongxin.regulations.schema import KINDS

A = Audience

witness(Regulation, "kind", "effective_from", "title", "article", "document_number", "link", "note", "body", "adopted_at")
name_sorts(regulations=_("制度"))


def _regulation(kind: str) -> str:
    return KINDS[kind].label if kind in KINDS else ""


name_rows({"regulations.regulation": Named(_("制度"), ("kind",), _regulation)})
register(
    Kind(
        "regulations.adopt",
        A.PARTIES,
        _("{actor}施行“{kind}”，{from}起，依据《{reference}》"),
        key=True,
        days=("from",),
        label=_("施行制度"),
    )
)
