"""Names of the bench's people and units."""

SURNAMES = "林何周苏陈黄吴郑王冯蒋沈韩杨朱秦许吕张孔曹严华金魏陶姜谢邹喻柏章云潘葛范彭郎鲁韦马苗方任袁柳鲍史唐"
FIRST = "知青明远思若清文晓雨子安景行望山守正书言嘉宁可心"
SECOND = "远禾澈川然冰棠舟宁涵楠岚峰松柏溪月星辰阳海波涛静怡"

GOVERNMENT = (
    "发展和改革局 教育局 科学技术局 工业和信息化局 公安局 民政局 司法局 财政局 人力资源和社会保障局 自然资源局 生态环境局 住房和城乡建设局 交通运输局 水务局 "
    "农业农村局 商务局 文化和旅游局 卫生健康局 退役军人事务局 应急管理局 审计局 市场监督管理局 林业局 医疗保障局 统计局 城市管理局 数据局 行政审批服务局 信访局 "
    "税务局 气象局 消防救援大队 供销合作社 机关事务服务中心 投资促进中心 供水公司 供电公司 城关镇人民政府 石桥镇人民政府 青峰镇人民政府 柳河镇人民政府 "
    "永丰镇人民政府 龙泉镇人民政府 渡口镇人民政府 白塔乡人民政府 南坪乡人民政府 开发区管委会"
).split()
PARTY = "县委组织部 县委宣传部 县委统战部 县委政法委 县委社会工作部 县总工会 共青团县委 县妇女联合会 县科学技术协会 县残疾人联合会 县融媒体中心".split()
SECTORS = (
    "中共界 民盟界 民建界 农工党界 无党派界 共青团界 总工会界 妇联界 工商联界 科协界 侨联界 文化艺术界 科技界 经济界 农业界 教育界 医药卫生界 社会福利和社会保障界 "
    "少数民族和宗教界 特别邀请界"
).split()


def person(number: int) -> str:
    """Return the name of the person with a number; names come again after some thirty thousand."""
    a, rest = number % len(SURNAMES), number // len(SURNAMES)
    return SURNAMES[a] + FIRST[(rest + number) % len(FIRST)] + SECOND[(rest * 7 + number) % len(SECOND)]


def units() -> list[tuple[str, str]]:
    """Return sixty or so units with their 归口."""
    found = [(f"县{name}" if not name.endswith(("政府", "管委会")) else name, "government") for name in GOVERNMENT]
    return [*found, *((name, "party") for name in PARTY), ("县人民法院", "court"), ("县人民检察院", "procuratorate")]
