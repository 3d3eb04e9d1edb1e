"""What a row says about handling: units, their answers, the proposers' grades."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.handling.regulations import ReplyCategories
from tongxin.handling.sheets.columns import reading_of
from tongxin.handling.sheets.units import Units, parts_of
from tongxin.proposals.sheets.bodies import rules_on
from tongxin.proposals.sheets.columns import COSIGNERS
from tongxin.proposals.sheets.reading import Draft
from tongxin.sheets import cells
from tongxin.sheets.kinds import Context, Row

ANSWER_COLUMNS = ("答复日期", "答复类别", "答复内容")
RATING_COLUMNS = ("办理态度评价", "办理结果评价")
_BLOCK = re.compile(r"^【(.+?)】\s*$", re.MULTILINE)
Grades = tuple[tuple[str, ...], ...]  # per unit, per signer


@dataclass
class Answer:
    """One unit's reply, as far as the sheet tells."""

    on: date | None = None
    category: str = ""
    text: str = ""


@dataclass
class Outcome:
    """What became of a filed proposal."""

    units: list[str] = field(default_factory=list)
    co_units: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)  # one a unit, none when nothing was answered
    attitudes: Grades = ()
    results: Grades = ()

    @property
    def is_answered(self) -> bool:
        """Whether the units answered."""
        return bool(self.answers)


@dataclass
class Reader:
    """Reads the columns of handling."""

    context: Context
    units: Units

    def __post_init__(self) -> None:
        self.today = timezone.localtime(self.context.at).date()

    def read(self, row: Row, draft: Draft) -> Outcome:
        """Read a row; what does not do becomes its faults."""
        outcome = Outcome()
        for column in ("承办单位", "会办单位"):
            self._take_units(row, column, outcome)
        if both := [name for name in outcome.co_units if name in outcome.units]:
            row.fault("会办单位", _("“%(both)s”已是承办单位") % {"both": "、".join(both)})
        said = [column for column in (*ANSWER_COLUMNS, *RATING_COLUMNS) if row.has(column)]
        # of which units the answers and grades are is not known: nothing more is said of them
        if row.complained("承办单位"):
            return outcome
        if not outcome.units:
            if said or outcome.co_units:
                column = said[0] if said else "会办单位"
                row.fault("承办单位", _("没有填写，但写了%(column)s") % {"column": column})
            return outcome
        if said:
            outcome.answers = self._answers(row, outcome.units, draft.submitted_on)
            many = 0 if row.complained("提案人") or row.complained(COSIGNERS) else len(draft.signers)
            outcome.attitudes = self._grades(row, "办理态度评价", many, len(outcome.units))
            outcome.results = self._grades(row, "办理结果评价", many, len(outcome.units))
        return outcome

    def _take_units(self, row: Row, column: str, outcome: Outcome) -> None:
        """Read the units of a column; 主办：… 会办：… within it say for themselves which they are."""
        for co, written in parts_of(row.read(column, reading_of(column)) or "", co=column == "会办单位"):
            names = outcome.co_units if co else outcome.units
            try:
                found, note = self.units.meant(written)
            except ValueError as problem:
                row.fault(column, str(problem))
                continue
            if note:
                row.warn(column, note)
            for name in found:
                if name in names:
                    row.fault(column, _("“%(name)s”写了两次") % {"name": name})
                else:
                    names.append(name)

    def _answers(self, row: Row, units: Sequence[str], submitted_on: date | None) -> list[Answer]:
        days = self._each(row, "答复日期", units)
        letters = self._each(row, "答复类别", units)
        texts = self._texts(row, units)
        answers = []
        for day, letter, text in zip(days, letters, texts, strict=True):
            answers.append(Answer(day, self._category(row, letter, day), text))
        if not row.has("答复日期"):
            row.warn("答复日期", _("没有填写：时间线上写“日期不详”，答复页上以导入的日期为送达日期"))
        for day in {day for day in days if day}:
            if day > self.today:
                row.fault("答复日期", _("%(day)s 在今天以后，还没有到的日期不能是答复日期，请核对") % {"day": day.isoformat()})
            elif submitted_on and day < submitted_on <= self.today:  # a day of submission to come is warned of by itself
                row.fault(
                    "答复日期",
                    _("%(day)s 早于提交日期 %(submitted_on)s，请核对")
                    % {"day": day.isoformat(), "submitted_on": submitted_on.isoformat()},
                )
        return answers

    def _each(self, row: Row, column: str, units: Sequence[str]) -> list[Any]:
        """Read one value for all units, or one for each."""
        value, reading = row.cells.get(column), reading_of(column)
        parts: list[Any] = cells.several(value) if isinstance(value, str) else [value]
        if len(parts) > 1 and len(parts) != len(units):
            row.fault(
                column, _("写了 %(n)s 个，承办单位有 %(n2)s 个，应只写一个或一一对应") % {"n": len(parts), "n2": len(units)}
            )
            return [None] * len(units)
        found = []
        for part in parts:
            try:
                found.append(reading(part))
            except ValueError as problem:
                row.fault(column, str(problem))
                found.append(None)
        return found * len(units) if len(found) == 1 else found or [None] * len(units)

    def _category(self, row: Row, said: str, day: date | None) -> str:
        """Return the letter that a committee's rule knows: A, A类, ａ, or the category's words."""
        if not said:
            return ""
        rules = rules_on(self.context.committee, ReplyCategories, day, self.today)
        assert isinstance(rules, ReplyCategories)  # noqa: S101 -- the schema asked for
        for category in rules.categories:
            if said.upper() == category.code.upper() or said == category.label:
                return category.code
        known = "、".join(c.code for c in rules.categories)
        if not row.complained("答复类别"):
            row.fault(
                "答复类别",
                _("“%(said)s”不在答复类别（%(known)s）里，本地另有规定的请先在制度里写明") % {"said": said[:20], "known": known},
            )
        return ""

    def _texts(self, row: Row, units: Sequence[str]) -> list[str]:
        text = row.read("答复内容", reading_of("答复内容")) or ""
        parts = _BLOCK.split(text)
        if len(parts) > 1 and not parts[0].strip():
            blocks = {self.units.name_of(name.strip()): body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
            if set(blocks) <= set(units) and len(units) > 1:
                return [blocks.get(unit, "") for unit in units]
        return [text] * len(units)

    def _grades(self, row: Row, column: str, signers: int, units: int) -> Grades:
        """Read the grades: one for all, one a signer; groups for several units are separated by ；."""
        written = cells.text(row.cells.get(column)).strip()
        if not written or not signers:
            return ()
        groups = [g for g in re.split(r"[;；\n]", written) if g.strip()]
        if len(groups) not in {1, units}:
            row.fault(
                column, _("写了 %(n)s 组，承办单位有 %(units)s 个，应只写一组或一一对应") % {"n": len(groups), "units": units}
            )
            return ()
        read = [self._group(row, column, group, signers) for group in groups]
        return tuple(read * units if len(read) == 1 else read)

    @staticmethod
    def _group(row: Row, column: str, group: str, signers: int) -> tuple[str, ...]:
        try:
            grades = [reading_of(column)(part) for part in re.split(r"[、,，]", group)]
        except ValueError as problem:
            row.fault(column, str(problem))
            return ("",) * signers
        if len(grades) not in {1, signers}:
            row.fault(
                column,
                _("有 %(signers)s 位提案人，写了 %(n)s 个评价，应只写一个或一一对应") % {"signers": signers, "n": len(grades)},
            )
            return ("",) * signers
        return tuple(grades * signers if len(grades) == 1 else grades)
