"""House addresses down to a door, group or building. Read from plain text (texts.widths). Pure.

What is looked for is the number with its unit (12号, 3栋2单元501室, 三组); what stands before it says whether it is somebody's
door: a road, a lane, a village, an estate. Every look has a bounded length.
"""

import re
from collections.abc import Iterator, Sequence

NUMBER = r"(?:[甲乙丙丁附临]?[0-9]{1,5}[甲乙丙丁]?(?:-[0-9]{1,4}){0,3}|[零〇一二三四五六七八九十百]{1,5}|[A-Za-z])"
UNIT = r"(?:号院|号楼|号附[0-9]{1,3}号?|号|栋|幢|座|单元|楼|层|室|村民小组|组|弄|门牌|户)"
DOOR = re.compile(rf"(?<![0-9A-Za-z零〇一二三四五六七八九十百.-])({NUMBER}) ?({UNIT})")
MORE = re.compile(rf" ?(?:之[0-9]{{1,3}}|-?({NUMBER}) ?({UNIT}))")
ROOM = re.compile(r"[ -]?[0-9]{3,4}(?![0-9年月元人件个万余多户名次])")
NOT_A_DOOR = re.compile(r"线|令|文|件|案|公告|通知|车|机|桥|标段|地块|图")
ROADS = ("路", "街", "大道", "巷", "弄", "胡同", "街道")
VILLAGES = ("村", "屯", "寨", "社", "庄", "湾", "坪", "社区", "村委会")
ESTATES = (
    "小区",
    "花园",
    "花苑",
    "家园",
    "公寓",
    "新村",
    "苑",
    "新城",
    "名城",
    "公馆",
    "豪庭",
    "宿舍",
    "家属院",
    "大厦",
    "嘉园",
    "雅苑",
)
NOT_A_ROAD = ("公路", "铁路", "国道", "省道", "县道", "乡道", "高速路", "线路", "思路", "道路")
NOT_A_PLACE = frozenset("每各个本该全两几某多些这那农乡整新建")
ENDS = frozenset("的在于住址为是位和与及至到从由对向经沿给了过着，。、；：:（）()《》“”\"'!?！？;,/ \t\n〔〕[]")
DISTRICTS = "省市县区旗镇乡"
MOST_UNITS = 6  # a road number, a house, a stair, a floor, a door, and one more
LEFT = 14  # so many characters before a number may be its place


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where house addresses stand, from left to right."""
    behind = 0
    for door in DOOR.finditer(text):
        if door.start() < behind:
            continue
        end, units = _chain(text, door)
        start = _place(text, door.start(), behind, units)
        if start is not None:
            behind = end
            yield start, end


def _chain(text: str, door: re.Match[str]) -> tuple[int, list[str]]:
    """Follow 3栋2单元501室 to its end; return the end and the units on the way."""
    end, units = door.end(), [door[2]]
    while (more := MORE.match(text, end)) and len(units) < MOST_UNITS:
        end = more.end()
        units.append(more[2] or "号")
    if units[-1] in {"号楼", "栋", "幢", "座", "单元"} and (room := ROOM.match(text, end)):
        end = room.end()
        units.append("室")
    return end, units


def _place(text: str, start: int, behind: int, units: Sequence[str]) -> int | None:
    """Return where the address begins that a chain of units ends; None when it is nobody's door."""
    before = text[max(behind, start - LEFT) : start].rstrip(" 第")
    after = text[start : start + 40]
    single = len(units) == 1
    if single and units[0] == "号" and NOT_A_DOOR.match(after.split("号", 1)[-1]):
        return None
    name = _name(before)
    begin = start - len(text[max(behind, start - LEFT) : start]) + len(before) - len(name)
    if _leads_to_a_door(name, units, single=single):
        return begin
    if not single and {"室", "单元"} & set(units) and units[0] not in {"层", "楼"}:
        return begin if name.endswith(ESTATES) else start
    return None


def _name(before: str) -> str:
    """Return the name of the place right before a number: back to a mark, a small word, or the district it lies in."""
    name = ""
    for char in reversed(before):
        if char in ENDS or char.isascii():
            break
        if char in DISTRICTS and name and not name.startswith(("域", "委", "政", "直", "级", "道")):
            break
        name = char + name
    return name


def _leads_to_a_door(name: str, units: Sequence[str], *, single: bool) -> bool:
    """Say whether a name and the first unit behind it are an address: a road and a number, a village and a group."""
    unit = units[0]
    if name.endswith(ESTATES):
        return len(name) > 2 and unit not in {"层", "户", "楼"}  # noqa: PLR2004 -- 小区3栋 alone tells nothing
    if name.endswith(NOT_A_ROAD) or len(name) < 2:  # noqa: PLR2004 -- a road has a name
        return False
    if name.endswith(ROADS):
        return unit.startswith(("号", "弄", "门牌", "栋", "幢"))
    if name.endswith(VILLAGES):
        return name[-2] not in NOT_A_PLACE and (unit.startswith(("号", "组", "村民小组", "门牌", "栋")) or not single)
    return False
