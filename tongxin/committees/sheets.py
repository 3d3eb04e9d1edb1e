"""Handling units as a spreadsheet: columns, which unit a row is, what it implies."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from operator import attrgetter

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import actions as audit
from tongxin.committees.actions import hold_names
from tongxin.committees.choices import System
from tongxin.committees.models import Committee, Unit
from tongxin.committees.successions import names_of_units, reserved_names
from tongxin.core.words import kept_number, written_phone
from tongxin.sheets import cells, exporting
from tongxin.sheets.kinds import Column, Context, Kind, Row, register, values_of, words_of
from tongxin.sheets.problems import Fault, Sight

CHANGED = {  # what is not changed as the rest of a unit's data is
    "name": gettext_lazy("改了名称的，请在“承办单位”里打开这个单位，办理更名"),
    "number": gettext_lazy("单位编号定后不改，请改表里的"),
}
ALIKE = {"phone": written_phone, "number": kept_number}  # how what is kept may be written otherwise
SYSTEMS = {str(system.label): system.value for system in System}
_PARTY = re.compile(
    r"(省|市|州|县|区|旗)委($|[^员])|纪委|监委|党校|总工会|妇女联合会|妇联|共青团|团委|科学技术协会|残疾人联合会|融媒体"
)


def system_of(name: str) -> str:
    """Guess the 归口 of a unit from its name; the office can change it."""
    if "人民法院" in name:
        return System.COURT.value
    if "检察院" in name:
        return System.PROCURATORATE.value
    return System.PARTY.value if _PARTY.search(name) else System.GOVERNMENT.value


def _system(value: cells.Cell) -> str:
    return cells.choice(value, SYSTEMS)


def _phone(value: cells.Cell) -> str:
    return written_phone(cells.line(value, 30))


def _number(value: cells.Cell) -> str:
    return kept_number(cells.line(value, 20))


def _system_said(unit: Unit) -> str:
    return str(System(unit.system).label) if unit.system else ""


COLUMNS = (
    Column(
        "单位名称",
        gettext_lazy("写全称，答复和统计都用它。"),
        required=True,
        example="县卫生健康局",
        width=28,
        others=("名称", "单位", "单位全称", "承办单位"),
        key="name",
        reading=partial(cells.line, limit=60),
        saying=attrgetter("name"),
        field="committees.unit.name",
    ),
    Column(
        "简称",
        example="县卫健局",
        width=16,
        others=("单位简称",),
        key="short_name",
        reading=partial(cells.line, limit=20),
        saying=attrgetter("short_name"),
        field="committees.unit.short_name",
    ),
    Column(
        "归口",
        gettext_lazy("由哪个部门交办、督办；不写的按名称判断。"),
        words=tuple(SYSTEMS),
        example="政府",
        width=10,
        others=("系统", "所属系统"),
        key="system",
        reading=_system,
        saying=_system_said,
        field="committees.unit.system",
    ),
    Column(
        "联系人",
        example="孟时雨",
        width=12,
        others=("经办人", "联络员"),
        key="contact",
        reading=partial(cells.line, limit=40),
        saying=attrgetter("contact"),
        field="committees.unit.contact",
    ),
    Column(
        "电话",
        gettext_lazy("加密保存。"),
        example="0000-1234567",
        width=16,
        others=("联系电话", "办公电话"),
        key="phone",
        reading=_phone,
        saying=attrgetter("phone"),
        field="committees.unit.phone",
    ),
    Column(
        "编号",
        width=10,
        others=("单位编号", "代码"),
        key="number",
        reading=_number,
        saying=attrgetter("number"),
        field="committees.unit.number",
    ),
)
NAMES = {column.key: column.name for column in COLUMNS}


@dataclass
class UnitImporter:
    """Takes units in. There are few: all known ones are held, and the names that are promised to some.

    Whoever writes holds the names first: what is promised then is known, and nothing more is promised before the end.
    Where the rows are written in a copy of the database, nobody is held: it is asked again at the end, by `holds`.
    """

    context: Context
    checked: "UnitImporter | None" = None
    made: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[tuple[str, str], Sight] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.committee: Committee = self.context.committee
        if self.checked is not None:
            hold_names(self.committee.pk)
        units = list(Unit.objects.filter(committee=self.committee, dropped_at=None))
        self.by_name = {unit.name: unit for unit in units}
        self.by_any_name = names_of_units(self.committee)
        self.promised = reserved_names(self.committee)
        self.by_number = {kept_number(unit.number): unit for unit in units if unit.number}

    def check(self, rows: Sequence[Row]) -> None:
        """Read the rows, find which units they are, compare."""
        for row in rows:
            said = row.parsed = values_of(COLUMNS, row)
            if not said["name"] and not row.faults:
                row.fault("单位名称", _("没有填写"))
            self._demand_once(row)
            if not row.faults:
                self._judge(row)

    def _demand_once(self, row: Row) -> None:
        for name in ("name", "number"):
            key, here = (name, row.parsed[name]), Sight(row.place, row.parsed["name"])
            if key[1] and (first := self.seen.setdefault(key, here)).place != row.place:
                row.fault(
                    NAMES[name],
                    _("与%(seen_from)s的%(names)s相同") % {"seen_from": first.seen_from(row.place), "names": NAMES[name]},
                )

    def _judge(self, row: Row) -> None:
        said = row.parsed
        unit = self.by_number.get(said["number"]) if said["number"] else self.by_name.get(said["name"])
        if unit is None and (taken := self.promised.get(said["name"])):
            row.fault("单位名称", _("%(taken)s；要写的是它，请用现名") % {"taken": taken})
            return
        former = self.by_any_name.get(said["name"])
        if unit is None and former is not None and former.name != said["name"] != former.short_name:
            row.fault("单位名称", _("是“%(former)s”的原名，系统里已有这个单位；要写的是它，请用现名") % {"former": former.name})
            return
        if unit is None:
            if said["name"] in self.by_name:
                row.fault(
                    "编号",
                    _("系统里已有“%(name)s”，编号是“%(number)s”，没有改动")
                    % {"name": said["name"], "number": self.by_name[said["name"]].number or "空"},
                )
            return
        row.known = True
        words = words_of(COLUMNS, unit)
        for name, column in NAMES.items():
            kept = getattr(unit, name)
            if said[name] and said[name] not in {kept, ALIKE.get(name, str)(kept)}:
                how = CHANGED.get(name, "要改请在“承办单位”里打开这个单位，修改资料")
                row.fault(
                    column,
                    _("与系统里的不同：系统里是“%(words)s”，没有改动；%(how)s") % {"words": words[column] or "空", "how": how},
                )

    def settle(self) -> list[Fault]:
        """Nothing more shows only in the whole file."""
        return []

    def write(self, rows: Sequence[Row]) -> None:
        """Add the units of new rows."""
        made = [
            Unit(committee=self.committee, **row.parsed | {"system": row.parsed["system"] or system_of(row.parsed["name"])})
            for row in rows
        ]
        Unit.objects.bulk_create(made)
        audit.vouch(self.committee, made, at=self.context.at)
        self.context.keep(made)
        self.named.update(unit.name for unit in made)

    def holds(self) -> bool:
        """None of the new names was promised to another unit meanwhile."""
        return self.named.isdisjoint(reserved_names(self.committee))

    def finish(self, created: int) -> None:
        """Record the import."""
        audit.record(
            "committees.import_units",
            self.committee,
            actor=self.context.actor,
            at=self.context.at,
            via="import",
            data={"rows": created},
        )


def rows(committee: Committee, *, year: int | None, on: date) -> Iterator[Mapping[str, str]]:  # noqa: ARG001 -- the kinds' signature
    """Yield the units (of a year: those active in it) as rows of the sheet."""
    found = Unit.objects.filter(committee=committee, dropped_at=None).order_by("id")
    if year is not None:
        found = found.filter(Q(active_from=None) | Q(active_from__lte=date(year, 12, 31)))
        found = found.filter(Q(active_until=None) | Q(active_until__gte=date(year, 1, 1)))
    for unit in exporting.in_parts(found):
        yield words_of(COLUMNS, unit)


UNITS = register(
    Kind(
        name="units",
        label="单位",
        called="承办单位",
        exported=("committees.export_units",),
        columns=COLUMNS,
        importer=UnitImporter,
        rows=rows,
    )
)
