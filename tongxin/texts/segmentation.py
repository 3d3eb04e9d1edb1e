"""Chinese text into words, with the words of proposals kept whole. Pure."""

import re
from functools import cache
from typing import Any

import rjieba

# Words the general dictionary cuts apart, and that members and units use every day.
DOMAIN_WORDS = (
    "加装电梯 老旧小区 业委会 物业费 网格员 社工站 日间照料 养老服务 助餐点 适老化 夜间药房 家庭医生 医共体 医联体 卫生院 村卫生室 "
    "课后服务 校外培训 幼儿园 职业教育 乡村教师 营养午餐 食品安全 预制菜 农贸市场 农产品 冷链物流 乡村振兴 高标准农田 撂荒地 秸秆 "
    "人居环境 垃圾分类 污水管网 雨污分流 黑臭水体 饮用水源 河长制 林长制 充电桩 停车位 公交线路 断头路 斑马线 非机动车 共享单车 电动车 "
    "飞线充电 消防通道 营商环境 政务服务 一网通办 中小企业 个体工商户 惠企政策 专精特新 文化遗产 非遗 全域旅游 民宿 古树名木 公共图书馆 "
    "社情民意 民主监督 协商议事 议事机制 面商 联名 附议 立案 并案 交办 督办 承办单位 界别 履职 政协委员 机关事业单位 "
    "法律援助 诉前调解 社区矫正 未成年人 妇女儿童 残疾人 无障碍 退役军人 零工市场 灵活就业 新就业形态 外卖骑手 网约车 快递柜"
).split()
# Words that say nothing about the subject: they stand in every proposal.
EMPTY_WORDS = frozenset(
    "关于 提案 建议 情况 分析 问题 现在 目前 我县 我市 全县 全市 有关 部门 单位 相关 进一步 加强 推进 加快 提高 完善 建立 健全 进行 "
    "应当 可以 需要 通过 以及 由于 因此 但是 同时 其中 对于 一是 二是 三是 四是 五是 还有 没有 就是 这个 一个 我们 他们 自己 如何 "
    "工作 开展 加大 力度 落实 做好 实施 组织 方面 存在 不够 不足 较大 较多 部分 一些 每年 今年 去年 已经 仍然 "
    "整治 设立 规范 打通 支持 开设 补齐 治理 解决 优化 改善 统一 推动 促进 强化 配齐 扩大 缓解 破解 增设 试点 鼓励 引导 培育".split()
)
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z0-9]{2,}")
_FRAME = re.compile(r"^关于|的?(建议|提案|意见|议案)$")


@cache
def _cutter() -> Any:
    cutter = rjieba.Jieba()
    for word in DOMAIN_WORDS:
        cutter.add_word(word, cutter.suggest_freq(word), "n")
    return cutter


def words(text: str) -> list[str]:
    """Return the words of a text that say what it is about: two characters or more, no figures, no phrases of form.

    A long word brings the shorter ones in it (老旧小区 brings 小区), so that 电动车 and 电动自行车 still meet.
    """
    return [w for w in _cutter().cut_for_search(text) if _WORD.fullmatch(w) and w not in EMPTY_WORDS and not w.isdigit()]


def subject_of(title: str) -> str:
    """Return a title without its frame (关于……的建议)."""
    return _FRAME.sub("", title.strip())
