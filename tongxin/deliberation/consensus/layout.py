"""Finds out from the header how a votes file is laid out: one vote a row (long) or one person a row (wide)."""

from dataclasses import dataclass

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus.problems import BadInput, Problem

PERSON = frozenset({"participant-id", "voter-id", "participant", "voter"})
STATEMENT = frozenset({"statement-id", "comment-id", "statement", "comment"})
VOTE = frozenset({"vote"})
TIME = frozenset({"modified-ms", "timestamp", "modified"})
# Columns of the published wide export that describe the person and are no statements.
_ABOUT_PERSON = frozenset({"group-id", "n-comments", "n-votes", "n-agree", "n-disagree"})


@dataclass(frozen=True)
class Layout:
    """Where things stand in a row of ``width`` cells.

    Long: the positions ``person``, ``statement``, ``vote`` and perhaps ``time``. Wide: ``person`` and, for each
    statement, its position in ``cells`` and its identifier in ``names``.
    """

    header: tuple[str, ...]
    person: int = 0
    statement: int = 0
    vote: int = 0
    time: int | None = None
    cells: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    wide: bool = False

    @property
    def width(self) -> int:
        """Number of cells in a row."""
        return len(self.header)


def normal(name: str) -> str:
    """A column's name as compared: lower case, hyphens."""
    return name.strip().lower().replace("_", "-").replace(" ", "-")


def find(header: tuple[str, ...], names: frozenset[str]) -> int | None:
    """Position of the first column with one of the names, or ``None``."""
    return next((place for place, cell in enumerate(header) if normal(cell) in names), None)


def _one_column(header: str) -> str:
    """Say what is wrong with a file of one column: mostly it is divided by something else than commas."""
    for mark, called in ((";", _("分号")), ("\t", _("制表符")), ("，", _("全角逗号")), ("|", _("竖线"))):
        if mark in header:
            return _("各列是用%(called)s隔开的。请另存为用逗号隔开的 CSV，或 XLSX。") % {"called": called}
    return _("只有一列。长表须有参与者编号、观点编号和表态三列；宽表第一列是参与者，其余每条观点一列。")


def layout_of(file: str, header: tuple[str, ...]) -> Layout:
    """The layout that the header (line 1, cells as text) announces.

    Raises ``BadInput`` where it announces none.
    """
    if len(header) == 1:
        raise BadInput(file, [Problem(1, "", _one_column(header[0]))])
    person, statement, vote = find(header, PERSON), find(header, STATEMENT), find(header, VOTE)
    if person is not None and statement is not None:
        if vote is None:
            raise BadInput(file, [Problem(1, "vote", _("缺少这一列。长表须有参与者编号、观点编号和表态三列。"))])
        return Layout(header, person, statement, vote, find(header, TIME))
    if vote is not None:
        missing = "participant_id" if person is None else "statement_id"
        raise BadInput(file, [Problem(1, missing, _("缺少这一列。长表须有参与者编号、观点编号和表态三列。"))])
    published = find(header, _ABOUT_PERSON) == 1
    cells = [place for place, name in enumerate(header) if place and not (published and normal(name) in _ABOUT_PERSON)]
    names = tuple(header[place] for place in cells)
    problems = [
        Problem(1, _("第 %(place)s 列") % {"place": place + 1}, _("观点编号是空的，请补上或删去这一列。"))
        for place, name in zip(cells, names, strict=True)
        if not name
    ]
    repeated = sorted({name for name in names if name and names.count(name) > 1}) if len(set(names)) < len(names) else []
    problems += [Problem(1, name, _("这个观点编号出现了两次，请只留一列。")) for name in repeated]
    if problems:
        raise BadInput(file, problems)
    return Layout(header, cells=tuple(cells), names=names, wide=True)
