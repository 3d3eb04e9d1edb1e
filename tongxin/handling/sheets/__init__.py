"""The whole sheet of proposals.

What is raised and decided (`proposals.sheets`), what units answered, what proposers rated.
"""

from django.utils.translation import gettext_lazy as _

from tongxin.handling.sheets.columns import COLUMNS, JOINED
from tongxin.handling.sheets.importing import CaseImporter
from tongxin.handling.sheets.speaking import rows
from tongxin.proposals import sheets as proposals
from tongxin.sheets.kinds import Kind, register

__all__ = ["PROPOSALS", "CaseImporter", "rows"]

_LAST = -1  # 是否公开 closes the sheet
PROPOSALS = register(
    Kind(
        name="proposals",
        label="提案",
        exported=("proposals.export", "handling.export_ratings"),  # the whole sheet holds each proposer's grades
        columns=(*proposals.COLUMNS[:_LAST], *COLUMNS, *proposals.COLUMNS[_LAST:]),
        importer=CaseImporter,
        rows=rows,
        one_of=proposals.ONE_OF,
        one_of_why=_("没有提案全文的一览表不能导入"),
        joined=JOINED,
        people=proposals.PEOPLE,
    )
)
