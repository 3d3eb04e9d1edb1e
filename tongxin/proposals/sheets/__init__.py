"""Proposals as a spreadsheet: what is raised and decided.

What units answered and proposers rated joins it in `handling.sheets`.
"""

from tongxin.proposals.sheets.columns import COLUMNS, ONE_OF, PEOPLE
from tongxin.proposals.sheets.importing import ProposalImporter
from tongxin.proposals.sheets.reading import Draft, noon
from tongxin.proposals.sheets.speaking import Speaker, with_what_is_spoken
from tongxin.proposals.sheets.words import FILED, MERGED, WAITING, WITHDRAWN

__all__ = [
    "COLUMNS",
    "FILED",
    "MERGED",
    "ONE_OF",
    "PEOPLE",
    "WAITING",
    "WITHDRAWN",
    "Draft",
    "ProposalImporter",
    "Speaker",
    "noon",
    "with_what_is_spoken",
]
