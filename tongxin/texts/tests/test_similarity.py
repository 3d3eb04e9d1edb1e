"""Which texts are found alike, and why."""

from tongxin.texts.segmentation import subject_of, words
from tongxin.texts.similarity import Index, Match, Text

LIFT = Text(
    1, "关于推进既有住宅加装电梯的建议", "六层以上的老楼没有电梯，老人上下楼要歇三回。低层住户顾虑采光和噪音，出资比例谈不拢。"
)
CHARGE = Text(2, "关于规范居民小区电动自行车充电的建议", "电动自行车从楼上拉线充电，电池进楼入户，去年发生火情四起。")
TEA = Text(3, "关于缓解春茶采摘用工短缺的建议", "清明前后茶场缺采茶工，一芽一叶没采完就长老了，带工抽成高。")
CLINIC = Text(4, "关于在镇卫生院设立夜间药房的建议", "夜间发热的孩子要到县城买药，镇上药店八点关门，卫生院药房随门诊下班。")


def index() -> Index:
    return Index([LIFT, CHARGE, TEA, CLINIC])


def keys(matches: list[Match]) -> list[object]:
    return [m.key for m in matches]


def test_words_say_what_a_text_is_about() -> None:
    assert words("关于老旧小区加装电梯的建议，2024年") == ["小区", "老旧小区", "加装", "电梯", "加装电梯"]


def test_a_title_loses_its_frame() -> None:
    assert [subject_of(t) for t in ("关于加装电梯的提案", "加装电梯的建议", "加装电梯")] == ["加装电梯"] * 3


def test_the_text_on_the_same_matter_comes_first_and_says_because_of_which_words() -> None:
    found = index().query("", title="关于老旧小区加装电梯的提案", least=0.18)
    assert (found[0].key, found[0].because) == (1, ("加装电梯",))


def test_different_words_for_a_vehicle_still_meet() -> None:
    assert keys(index().query("", title="关于整治电动车充电的建议", least=0.1)) == [2]


def test_a_text_is_most_like_itself_and_can_be_left_out() -> None:
    whole = index()
    assert (whole.query(TEA.body, title=TEA.title, n=1)[0].key, whole.query(TEA.body, title=TEA.title, n=1)[0].score) == (3, 1.0)
    assert 3 not in keys(whole.query(TEA.body, title=TEA.title, exclude=[3]))


PLACES = "柳河 青峰 白塔 半坡 永丰 望溪 云台 河西 东城 南关 石桥 古渡".split()
THINGS = "水渠 路灯 公厕 球场 菜场 车站 凉亭 书屋 门楼 戏台 鱼塘 果园".split()


def large() -> Index:
    """Return an index too large to be learnt anew at every change."""
    many = (Text(f"{p}{t}{n}", f"关于修缮{p}{t}的建议", f"{p}的{t}年久失修。") for p in PLACES for t in THINGS for n in range(4))
    return Index([LIFT, CHARGE, TEA, *many])


def test_what_came_later_is_found_and_what_went_is_not() -> None:
    for whole in (index(), large()):
        whole.remove([4])
        before = len(whole)
        assert 4 not in keys(whole.query("", title="关于低层住户采光的建议"))
        whole.add([Text(4, "关于低层住户采光补偿的建议", "老楼没有电梯，低层住户顾虑采光。")])
        assert 4 in keys(whole.query("", title="关于低层住户采光的建议", least=0.18))
        whole.remove([3, 999])
        assert (keys(whole.query("", title="关于春茶采摘用工的建议", least=0.18)), len(whole)) == ([], before)


def test_a_changed_text_is_found_under_its_new_words_only() -> None:
    for whole in (index(), large()):
        whole.catch_up()
        whole.add([Text(3, "关于低层住户采光补偿的建议", "加装电梯后低层住户采光受影响。")])
        assert keys(whole.query("", title="关于春茶采摘用工的建议", least=0.18)) == []
        assert 3 in keys(whole.query("", title="关于低层住户采光的建议", least=0.18))


def test_many_additions_are_joined_and_all_stay_findable() -> None:
    whole = large()
    whole.catch_up()
    for n in range(12):
        whole.add([Text(n + 100, f"关于低层住户采光的建议{n}", "老楼电梯。")])
        whole.catch_up()
    found = keys(whole.query("", title="关于低层住户采光的建议", n=50, least=0.18))
    assert set(found) >= set(range(100, 112))
    assert len(found) == len(set(found))


def test_nothing_is_like_nothing() -> None:
    assert Index().query("关于加装电梯") == []
    assert Index([Text(1, "的", "了")]).query("加装电梯") == []
    assert index().query("", title="") == []
