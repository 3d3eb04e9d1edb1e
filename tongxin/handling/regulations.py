"""What differs between committees about handling."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tongxin.handling.choices import Meaning
from tongxin.regulations.schema import kind, rule


@kind("handling.deadlines", _("办理时限"), _("签收、退办、会办、答复、评价、重新办理的期限，提前提醒的天数"))
@dataclass(frozen=True)
class Deadlines:
    """Months are calendar months; days are working days where the name says so."""

    sign_working_days: int = rule(_("签收期限"), unit=_("个工作日"), low=1, high=30)
    return_working_days: int = rule(_("可申请退办的期限"), help=_("自交办之日起"), unit=_("个工作日"), low=1, high=30)
    return_answer_days: int = rule(_("答复退办申请的期限"), unit=_("天"), low=1, high=30)
    co_opinion_months: int = rule(_("会办意见期限"), unit=_("个月"), low=1, high=6)
    reply_months: int = rule(_("答复期限"), unit=_("个月"), low=1, high=12)
    first_contact_working_days: int = rule(_("首次面商期限"), unit=_("个工作日"), low=1, high=60)
    rating_working_days: int = rule(_("评价期限"), unit=_("个工作日"), low=1, high=60)
    rework_days: int = rule(_("重新办理的期限"), unit=_("天"), low=5, high=180)
    soon_days: int = rule(_("提前几天提示临期"), unit=_("天"), low=1, high=60)
    yellow_days: int = rule(_("提前几天亮黄牌"), unit=_("天"), low=0, high=30)


@kind("handling.days_off", _("休假日顺延"), _("期限最后一天是休假日时的计算方法"))
@dataclass(frozen=True)
class DaysOff:
    """民法典第二百零三条: a period whose last day is a day off ends on the next working day."""

    end_later: bool = rule(_("期限最后一天是休假日的，顺延到休假日结束的次日"))


@dataclass(frozen=True)
class ReplyCategory:
    """A letter on the reply, its words, and what it means (solved, planned, later, reference)."""

    code: str
    label: str
    meaning: str = rule(_("含义"), choices=dict(Meaning.choices))


@kind("handling.categories", _("答复类别"), _("答复的类别和含义"))
@dataclass(frozen=True)
class ReplyCategories:
    """The letters do not mean the same everywhere; the abstract meaning makes them comparable."""

    categories: tuple[ReplyCategory, ...] = rule(_("答复类别"))

    def find(self, code: str) -> ReplyCategory | None:
        """Return the category with a letter."""
        return next((c for c in self.categories if c.code == code), None)


@kind("handling.rework", _("重新办理"), _("退回重办的条件和次数"))
@dataclass(frozen=True)
class Rework:
    """When a dissatisfied result sends a case back."""

    sent_back_when: str = rule(
        _("退回重办的条件"),
        choices={
            "any": _("有一位提案人对结果不满意"),
            "first": _("第一提案人对结果不满意"),
            "majority": _("半数以上提案人对结果不满意"),
        },
    )
    rounds: int = rule(_("自动退回重办的次数"), help=_("超过次数的，转政协协调"), unit=_("次"), low=0, high=5)


@kind("handling.ratings", _("评价保密"), _("告知评价汇总的最少人数，每天办结的时间"))
@dataclass(frozen=True)
class Secrecy:
    """What keeps a single judgement from being guessed.

    A number of ratings, and one hour a day at which rounds close.
    """

    minimum: int = rule(
        _("告知评价汇总的最少人数"), help=_("评价的人数不到的，只告知办结或者重新办理"), unit=_("人"), low=3, high=20
    )
    closing_hour: int = rule(
        _("每天办结的时间"), help=_("评完的提案一起办结，不随最后一位提案人的评价办结"), unit=_("时"), low=0, high=23
    )


@kind("handling.review", _("答复审核"), _("答复送达提案人之前由谁审核"))
@dataclass(frozen=True)
class Review:
    """Which steps a reply passes before it reaches the proposer."""

    unit_leader_signs: bool = rule(_("须由单位负责人签发"))
    supervising_office_reviews: bool = rule(_("须由督办部门审核"))
    contact_required: bool = rule(_("没有面商记录不能答复"))
    reply_max: int = rule(_("答复字数上限"), unit=_("字"), low=200, high=20000)
