"""Handling units come in from a spreadsheet, and go out again."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.audit import verifying
from tongxin.committees import reorganising, successions
from tongxin.committees.models import Unit
from tongxin.committees.sheets import UNITS, UnitImporter, system_of
from tongxin.sheets import engine, exporting
from tongxin.sheets.kinds import Context, Row
from tongxin.sheets.problems import Place


@pytest.fixture
def bring(cast: Cast, tmp_path):
    def run(text):
        path = tmp_path / "单位.csv"
        path.write_text(text, encoding="gb18030")
        return engine.run(UNITS, [path], cast.county, actor=cast.office, at=NOW)

    return run


def test_units_come_in_once(cast: Cast, bring):
    text = "单位名称,简称,归口,联系人,电话,编号\n县教育局,,,陈一,0000-1234567,E1\n县财政局,,政府,,,\n县总工会,,,,,\n"
    first, second = bring(text), bring(text)
    assert (first.created, first.unchanged, second.created, second.unchanged) == (2, 1, 0, 3)
    unit = Unit.objects.get(name="县教育局")
    assert (unit.system, unit.contact, unit.phone, unit.number, unit.committee) == (
        "government",
        "陈一",
        "0000-1234567",
        "E1",
        cast.county,
    )
    assert Unit.objects.get(name="县总工会").system == "party"


def test_a_number_to_call_is_kept_as_an_office_writes_it_and_yesterdays_writing_is_no_difference(cast: Cast, bring):
    Unit.objects.filter(name="县财政局").update(phone="")
    Unit.objects.create(committee=cast.county, name="县教育局", system="government", phone="０９００—１２３４５６７")
    text = "单位名称,电话\n县审计局,０９００－１２３４　５６７\n县林业局,+86 138 0000 0001\n县教育局,0900-1234567\n"
    report = bring(text)
    assert (report.created, report.unchanged, report.rejected) == (2, 1, [])
    assert [Unit.objects.get(name=name).phone for name in ("县审计局", "县林业局")] == ["0900-1234 567", "13800000001"]


def test_a_number_that_differs_by_its_width_alone_is_the_known_one(cast: Cast, bring):
    head = "单位名称,简称,归口,联系人,电话,编号\n"
    assert bring(f"{head}县教育局,,,,,ｅ１\n").created == 1
    assert Unit.objects.get(name="县教育局").number == "E1"
    Unit.objects.filter(name="县教育局").update(number="Ｅ１")  # as earlier versions kept it
    again = bring(f"{head}县教育局,,,,,E1\n")
    assert (again.created, again.unchanged) == (0, 1)


def test_what_differs_is_named(cast: Cast, bring):
    report = bring("单位名称,归口,编号\n县财政局,党委,\n县财政局,,\n县水务局,,W1\n县审计局,乡镇,\n")
    assert [(f.row, f.column, f.reason) for f in report.rejected] == [
        (2, "归口", "与系统里的不同：系统里是“政府”，没有改动；要改请在“承办单位”里打开这个单位，修改资料"),
        (3, "单位名称", "与县财政局（原表第 2 行）的单位名称相同"),
        (4, "编号", "系统里已有“县水务局”，编号是“空”，没有改动"),
        (5, "归口", "“乡镇”不在可填的范围内，应是：党委、政府、法院、检察院、其他"),
    ]


def test_a_unit_that_was_renamed_is_not_made_again_under_its_former_name(cast: Cast, bring):
    unit = Unit.objects.get(name="县财政局")
    reorganising.rename(
        unit, name="县财政和国资局", short_name="", on=timezone.localdate(), reason="改名", actor=cast.office, at=timezone.now()
    )
    [fault] = bring("单位名称,归口\n县财政局,政府\n").rejected
    assert (fault.column, fault.reason) == ("单位名称", "是“县财政和国资局”的原名，系统里已有这个单位；要写的是它，请用现名")


def _renamed_later(cast: Cast, name: str) -> None:
    unit, on = Unit.objects.get(name="县财政局", committee=cast.county), timezone.localdate() + timedelta(days=9)
    reorganising.rename(unit, name=name, short_name="", on=on, reason="改名", actor=cast.office, at=timezone.now())


def test_reserved_names_are_read_once_for_any_number_of_rows(cast: Cast, bring, django_assert_num_queries):
    _renamed_later(cast, "县财政和国资局")
    report = bring("单位名称\n县财政和国资局\n")
    assert [fault.reason for fault in report.rejected] == [
        next(iter(successions.reserved_names(cast.county).values())) + "；要写的是它，请用现名"
    ]
    importer = UnitImporter(Context(cast.county, cast.office, NOW))
    rows = [Row(Place("表", row=n), {"单位名称": f"县第{n}局"}) for n in range(2, 9)]
    with django_assert_num_queries(0):
        importer.check(rows)
    assert [row.faults for row in rows] == [[]] * 7


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [10, 60])
def test_a_name_that_is_promised_while_a_sheet_is_taken_in_is_not_taken_by_it(cast: Cast, tmp_path, monkeypatch, rows: int):
    """Few rows are written in one transaction, many in a copy on SQLite.

    Either way the sheet or the change of name is first.
    """
    path = tmp_path / "单位.csv"
    path.write_text("单位名称\n" + "".join(f"县第{n}局\n" for n in range(rows)), encoding="utf-8")
    own, refused, begun = UnitImporter.write, [], []

    def renames() -> None:
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")
            _renamed_later(cast, "县第3局")
        except (reorganising.UnitError, OperationalError) as problem:  # SQLite: who writes holds everything
            refused.append(problem)
        finally:
            connection.close()

    def beside(self: UnitImporter, batch) -> None:
        own(self, batch)
        if not begun:
            begun.append(pool.submit(renames))
            wait(begun, timeout=2)

    monkeypatch.setattr(UnitImporter, "write", beside)
    with ThreadPoolExecutor(1) as pool:
        try:
            created = engine.run(UNITS, [path], cast.county, actor=cast.office, at=NOW).created
        except engine.ChangedMeanwhile:
            created = 0
        begun[0].result(60)
    assert bool(created) is bool(refused)
    assert Unit.objects.filter(name="县第3局").exists() is bool(created)
    assert bool(successions.reserved_names(cast.county)) is not bool(created)


def test_the_affiliation_is_read_from_the_name():
    names = (
        "县委宣传部",
        "县人民法院",
        "县人民检察院",
        "共青团县委",
        "县卫生健康委员会",
        "云溪经济开发区管委会",
        "城关镇人民政府",
    )
    assert [system_of(name) for name in names] == [
        "party",
        "court",
        "procuratorate",
        "party",
        "government",
        "government",
        "government",
    ]


def test_what_goes_out_comes_in_elsewhere(cast: Cast, tmp_path):
    path = tmp_path / "单位.xlsx"
    exporting.write(path, UNITS, UNITS.rows(cast.county, year=None, on=NOW.date()))
    report = engine.run(UNITS, [path], cast.other_county, actor=None, at=NOW)
    assert (report.rejected, report.created, verifying.verify().ok) == ([], 4, True)
    assert list(UNITS.rows(cast.county, year=None, on=NOW.date())) == list(
        UNITS.rows(cast.other_county, year=None, on=NOW.date())
    )
