"""Texts of proposals and replies, put together from parts: long and varied enough to weigh what real ones weigh."""

from dataclasses import dataclass
from itertools import product
from random import Random

TOWNS = (
    "城关镇 石桥镇 青峰镇 柳河镇 永丰镇 龙泉镇 白塔乡 渡口镇 南坪乡 河西新区 开发区 北岭乡 东陂镇 云岭乡 双河镇 梅川镇".split()
)
VILLAGES = [
    a + b for a, b in product("上下前后东西南北大小新老", ("坪村", "湾村", "桥社区", "门社区", "塘村", "岭村", "坝村", "洲社区"))
]
SUBJECTS = (
    "老年助餐点 村卫生室 夜间药房 乡村公交 停车泊位 充电桩 背街小巷路灯 农村饮水 小流域治理 生活垃圾分类 污水管网 老旧小区电梯 社区托育 课后服务 校门口交通 "
    "职业技能培训 返乡创业园 茶园冷链 猕猴桃品牌 竹木加工 食用菌大棚 农产品质检 高标准农田 山塘水库 森林防火 电动自行车停放 外卖骑手驿站 快递进村 数字档案 "
    "政务服务窗口 不动产登记 小微企业贷款 担保基金 工业用地 标准厂房 物流园区 古渡口保护 非遗传承 村史馆 农家书屋 全民健身步道 足球场 游泳安全 心理健康 "
    "残疾人就业 无障碍设施 留守儿童 退役军人服务 人民调解 法律援助 社区矫正 物业管理 业主委员会 燃气管道 消防通道 应急广播 气象预警 地质灾害 医保异地结算 "
    "家庭医生 中医馆 安宁疗护 慢病用药 基层兽医 畜禽粪污 秸秆利用 农药包装回收 河道采砂 湿地保护 空气监测 噪声扰民 广告牌匾 夜市摊点 菜市场改造 公共厕所 公墓建设"
).split()
VERBS = "加强 完善 规范 推进 优化 扩大 加快 改进 支持 建立健全".split()
WHAT = "建设 管理 服务 布局 投入 运营 维护 供给 监管 协调机制".split()
PEOPLE = "老人 学生 务工人员 种植户 个体商户 残疾群众 新就业群体 外来家庭 脱贫户 返乡青年".split()
FAULTS = (
    "覆盖面不够，部分村组没有纳入 经费靠临时拨付，难以持续 管护责任不清，坏了没有人修 标准不统一，各做各的 信息没有共享，群众要跑多次 "
    "专业人员少，年龄偏大 设施老化，存在隐患 选址离居民区远，使用不便 宣传不到位，知道的人不多 考核只看数量，不看效果 部门之间职责交叉，遇事相互等待 "
    "用地指标紧，项目落不了地 运营收入低，企业不愿意进来 高峰时段拥堵，平时又闲置 审批环节多，周期长"
).split()
CAUSES = "历史欠账多 规划调整频繁 资金来源单一 缺少牵头部门 基层力量薄弱 相关办法出台时间早 数据底数不清 人口流动快 技术手段落后 激励措施不足".split()
MEASURES = (
    "由主管部门牵头开展一次全面摸底，建立台账 将所需经费列入年度预算，并争取上级专项资金 选择两个乡镇先行试点，总结后再推开 "
    "明确管护单位和责任人，公开监督电话 制定县级管理办法，统一标准 建立联席会议制度，每季度会商一次 引入有资质的企业运营，以奖代补 "
    "开展专题培训，每年不少于两期 利用闲置校舍和办公用房改造 与群众代表共同选址，公示后实施 把完成情况纳入年度考核 开发小程序，方便群众查询和反映 "
    "与职业学校合作，定向培养人员 对困难对象减免费用 委托第三方评估，结果向社会公开"
).split()
TERMS = "今年年底前 明年汛前 三个月内 两年内 今年第三季度 明年入冬以前".split()
DONE = "已经列入年度计划 已安排专项资金 已完成现场勘查 已与所在乡镇会商 已启动招标 已印发实施方案 正在组织施工 已纳入专项规划".split()


@dataclass(frozen=True)
class Text:
    """The words of one proposal."""

    title: str
    situation: str
    analysis: str
    suggestions: str


def proposal_text(rng: Random) -> Text:
    """Compose a proposal of about 400 characters."""
    pick, place = rng.choice, rng.choice(TOWNS)
    if rng.random() < 0.5:
        place += pick(VILLAGES)
    subject, people = pick(SUBJECTS), pick(PEOPLE)
    faults, cause, measures = rng.sample(FAULTS, 3), rng.sample(CAUSES, 2), rng.sample(MEASURES, 4)
    a, b, year = rng.randrange(12, 900), rng.randrange(3, 60), rng.randrange(2015, 2026)
    return Text(
        title=f"关于{pick(VERBS)}{place}{subject}{pick(WHAT)}的建议",
        situation=(
            f"{place}自{year}年以来逐步开展{subject}工作，现有服务点{b}处，涉及{people}{a}人。走访中，{people}普遍反映，{subject}一是{faults[0]}；"
            f"二是{faults[1]}。以{pick(VILLAGES)}为例，从居住点到最近的服务点要走{b % 9 + 2}公里，{pick(PEOPLE)}和{pick(PEOPLE)}尤其不便，"
            f"去年共收到有关意见{a % 80 + 5}条，其中办结的不到一半。"
        ),
        analysis=(
            f"问题的形成，主要是{cause[0]}，{cause[1]}。{subject}涉及{b % 5 + 2}个部门，{faults[2]}。按现行办法，{place}每年可以用于{subject}的经费约{a}万元，"
            f"人均不足{b}元，与相邻县相比低{b % 30 + 5}个百分点。随着{pick(PEOPLE)}增加，{pick(SUBJECTS)}与{subject}的矛盾还会加大。"
        ),
        suggestions="\n".join(f"{'一二三四'[i]}、{measure}，{pick(TERMS)}见到成效。" for i, measure in enumerate(measures)),
    )


def reply_text(rng: Random, title: str, unit: str) -> str:
    """Compose a reply of about 300 characters."""
    pick, n = rng.choice, rng.randrange(2, 40)
    return (
        f"您提出的《{title}》收悉。{unit}高度重视，成立了由分管负责人牵头的办理小组，到现场调研{n % 4 + 1}次，现将办理情况答复如下。\n"
        f"一、关于现状。您反映的{pick(FAULTS)}，情况属实。经核实，目前涉及{n * 7}处，其中{n}处{pick(DONE)}。\n"
        f"二、已经做的工作。{pick(DONE)}；同时，{pick(MEASURES)}，{pick(TERMS)}完成第一批{n}处。\n"
        f"三、下一步打算。{pick(MEASURES)}；{pick(MEASURES)}。因{pick(CAUSES)}，其余部分需要分年度实施，我们将每半年向您通报一次进展。\n"
        f"感谢您对我们工作的关心和支持，欢迎继续提出宝贵意见。"
    )
