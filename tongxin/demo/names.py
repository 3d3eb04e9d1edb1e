"""Names of people who do not exist.

Written lists of family and given-name characters, drawn without repeating a name.
"""

import random

FAMILY = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞"
    "任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮齐康伍余元顾孟平黄穆萧尹姚邵汪祁毛禹狄米贝明计伏成戴宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗"
    "丁宣邓郁杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲家封芮储靳邴糜松井段富巫乌焦巴弓牧山谷车侯宓蓬全班仰秋仲伊宫"
)
COMMON = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
AVOID = frozenset("曾单仇解盖区查尉朴覃缪昝宓邴糜乜危干死")  # read in two ways, or awkward
WOMEN = (
    "云",
    "雨",
    "清",
    "若",
    "静",
    "晚",
    "书",
    "念",
    "采",
    "素",
    "婉",
    "秋",
    "初",
    "思",
    "映",
    "语",
    "芷",
    "如",
    "疏",
    "雪",
    "月",
    "青",
    "舒",
    "以",
    "安",
    "春",
)
WOMEN_END = (
    "荷",
    "岚",
    "溪",
    "宁",
    "禾",
    "薇",
    "澜",
    "竹",
    "晴",
    "棠",
    "筠",
    "芸",
    "苓",
    "音",
    "灵",
    "柔",
    "歌",
    "屏",
    "茵",
    "萍",
    "兰",
    "璇",
    "瑶",
    "舟",
)
MEN = (
    "明",
    "怀",
    "知",
    "望",
    "景",
    "致",
    "远",
    "立",
    "守",
    "承",
    "维",
    "思",
    "松",
    "长",
    "秉",
    "泽",
    "修",
    "正",
    "道",
    "以",
    "仲",
    "书",
    "子",
    "文",
    "开",
    "永",
)
MEN_END = (
    "川",
    "谷",
    "山",
    "行",
    "舟",
    "远",
    "松",
    "石",
    "安",
    "峰",
    "林",
    "源",
    "海",
    "耕",
    "桥",
    "野",
    "岳",
    "钧",
    "朗",
    "润",
    "樵",
    "衡",
    "庭",
    "堂",
)


class Names:
    """Draws names, never the same twice, never one of those already given to the roles."""

    def __init__(self, roll: random.Random, *, taken: tuple[str, ...] = ()) -> None:
        self._roll = roll
        self._taken = set(taken)
        self._common = [c for c in COMMON if c not in AVOID]
        self._rare = [c for c in FAMILY if c not in AVOID]

    def draw(self, *, woman: bool) -> str:
        """Return a new name."""
        roll = self._roll
        while True:
            family = roll.choice(self._common if roll.random() < 0.75 else self._rare)  # noqa: PLR2004 -- most bear a common name
            given = (roll.choice(WOMEN) + roll.choice(WOMEN_END)) if woman else (roll.choice(MEN) + roll.choice(MEN_END))
            name = family + given
            if name not in self._taken and given[0] != given[1] and family not in given:
                self._taken.add(name)
                return name


def nth(number: int, *, woman: bool) -> str:
    """Return the name with a number, without dice and without memory of those given.

    For as many people as one likes.
    """
    first, second = (WOMEN, WOMEN_END) if woman else (MEN, MEN_END)
    families = [c for c in COMMON if c not in AVOID]
    rest, family = divmod(number, len(families))
    more, place = divmod(rest, len(first))
    return families[family] + first[(place + family) % len(first)] + second[(more + family * 5) % len(second)]
