"""How names sound, for sorting and finding: pinyin with the surnames' own readings. Pure."""

from functools import cache

# Surnames that are read otherwise than the same character in a text; pypinyin takes the common reading.
SURNAMES = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "区": "ou",
    "任": "ren",
    "华": "hua",
    "宁": "ning",
    "缪": "miao",
    "尹": "yin",
    "员": "yun",
    "乐": "yue",
    "召": "shao",
    "种": "chong",
    "秘": "bi",
    "冼": "xian",
    "覃": "qin",
    "翟": "zhai",
    "折": "she",
    "繁": "po",
    "晟": "cheng",
    "逄": "pang",
    "隗": "wei",
    "郗": "xi",
    "乜": "nie",
    "黑": "he",
    "洗": "xian",
    "应": "ying",
    "车": "che",
    "葛": "ge",
    "哈": "ha",
    "那": "na",
    "牟": "mou",
    "过": "guo",
    "燕": "yan",
    "幺": "yao",
    "臧": "zang",
    "纪": "ji",
    "都": "du",
    "句": "gou",
    "麻": "ma",
    "曲": "qu",
    "石": "shi",
    "沈": "shen",
    "尉迟": "yuchi",
    "万俟": "moqi",
    "长孙": "zhangsun",
    "令狐": "linghu",
    "澹台": "tantai",
    "呼延": "huyan",
    "单于": "chanyu",
    "欧阳": "ouyang",
    "司马": "sima",
    "上官": "shangguan",
    "诸葛": "zhuge",
    "夏侯": "xiahou",
    "皇甫": "huangfu",
    "宇文": "yuwen",
    "慕容": "murong",
    "司徒": "situ",
    "独孤": "dugu",
    "南宫": "nangong",
    "东方": "dongfang",
    "端木": "duanmu",
    "公孙": "gongsun",
}


RARE = {"𠮷": "ji", "𡈽": "tu", "𠅤": "kang", "𥖄": "deng"}  # of names, without a reading in the tables


@cache
def _surname(name: str) -> tuple[str, int]:
    for length in (2, 1):
        if len(name) > length and name[:length] in SURNAMES:
            return SURNAMES[name[:length]], length
    return "", 0


def sound_of(name: str) -> str:
    """Return a name's full pinyin and its initials: 曾小贤 → "zengxiaoxian zxx"; a name in letters stays.

    >>> sound_of("单雄信"), sound_of("尉迟恭")
    ('shanxiongxin sxx', 'yuchigong ycg')
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- its tables take a moment to load

    head, length = _surname(name[:3])
    compounds = {"yuchi": "yc", "moqi": "mq"}
    first = compounds.get(head) or (_initials_of(name[:length]) if length > 1 else head[:1])
    rest = lazy_pinyin(name[length:], errors=_unread)  # type: ignore[arg-type]  # the reader takes a list, its stubs do not know
    full = head + "".join(rest)
    return f"{full} {first}{''.join(part[0] for part in rest)}"[:120] if full else name.lower()


def _unread(signs: str) -> list[str]:
    """Keep characters whose reading no table has, mostly outside the basic plane.

    They sort behind the letters and are found.
    """
    return [RARE.get(sign, sign) for sign in signs if "\u3400" <= sign <= "\u9fff" or sign >= "\U00020000"]


def _initials_of(surname: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- the same

    return "".join(part[0] for part in lazy_pinyin(surname))
