"""Every read of imports.

Which ones somebody may see, what was found in one, which records came of it and what rests on them.
"""

from tongxin.imports.queries.naming import named_by
from tongxin.imports.queries.numbering import Series, series_of
from tongxin.imports.queries.reading import (
    MADE,
    PAGE,
    Line,
    Spot,
    counted,
    keeping_files,
    line_of,
    lines,
    may_be_dropped,
    rejects_link,
    spots,
    visible_to,
)
from tongxin.imports.queries.records import (
    MANY,
    Records,
    Shown,
    in_order,
    is_beside,
    made_by,
    main_uids,
    own_links,
    records_of,
    rows_of,
    shown,
)
from tongxin.imports.queries.resting import Resting

__all__ = [
    "MADE",
    "MANY",
    "PAGE",
    "Line",
    "Records",
    "Resting",
    "Series",
    "Shown",
    "Spot",
    "counted",
    "in_order",
    "is_beside",
    "keeping_files",
    "line_of",
    "lines",
    "made_by",
    "main_uids",
    "may_be_dropped",
    "named_by",
    "own_links",
    "records_of",
    "rejects_link",
    "rows_of",
    "series_of",
    "shown",
    "spots",
    "visible_to",
]
