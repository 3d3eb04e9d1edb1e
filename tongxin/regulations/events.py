"""Event kinds of regulations."""

from tongxin.audit.kinds import Audience, Kind, name_sorts, register
from tongxin.audit.truth import witness
from tongxin.regulations.models import Regulation

A = Audience

witness(Regulation, "kind", "effective_from", "title", "article", "document_number", "link", "note", "body", "adopted_at")
name_sorts(regulations="制度")
register(
    Kind(
        "regulations.adopt",
        A.PARTIES,
        "{actor}施行“{kind}”，{from}起，依据《{reference}》",
        key=True,
        days=("from",),
        label="施行制度",
    )
)
