"""What differs between committees about proposals."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tongxin.proposals.choices import Destination
from tongxin.regulations.schema import kind, rule


@kind("proposals.form", _("提案格式"), _("案由和正文的字数、附件的个数和大小、联名的期限"))
@dataclass(frozen=True)
class FormRules:
    """Lengths count characters without white space."""

    title_max: int = rule(_("案由字数上限"), unit=_("字"), low=10, high=100)
    body_min: int = rule(_("正文字数下限"), unit=_("字"), low=0, high=1000)
    body_max: int = rule(_("正文字数上限"), unit=_("字"), low=500, high=10000)
    attachments_max: int = rule(_("附件个数上限"), unit=_("个"), low=0, high=20)
    attachment_mb: int = rule(_("单个附件大小上限"), unit="MB", low=1, high=200)
    cosign_days: int = rule(_("联名征集天数"), help=_("发出邀请时默认的截止日"), unit=_("天"), low=1, high=60)
    cosigners_max: int = rule(_("联名人数上限"), unit=_("人"), low=1, high=200)


@kind("proposals.collection", _("征集时段"), _("大会提案征集的开始和截止时间"))
@dataclass(frozen=True)
class Collection:
    """When a submission counts for the plenary (大会提案) and when it is 平时提案."""

    opens_months_before: int = rule(_("会前几个月开始征集大会提案"), unit=_("个月"), low=0, high=12)
    cut_off_hours: int = rule(_("大会开幕后几小时截止"), unit=_("小时"), low=0, high=240)


@dataclass(frozen=True)
class Category:
    """A category: a code for the record, a name for people."""

    code: str
    name: str
    short: str


@kind("proposals.taxonomies", _("提案类别"), _("两套分类：五大建设、本地类别"))
@dataclass(frozen=True)
class Taxonomies:
    """Two independent taxonomies. Category numbers are given within the constructions."""

    constructions: tuple[Category, ...] = rule(_("建设类别"))
    topics: tuple[Category, ...] = rule(_("本地类别"))

    def construction(self, code: str) -> Category | None:
        """Return the construction with a code."""
        return next((c for c in self.constructions if c.code == code), None)

    def topic(self, code: str) -> Category | None:
        """Return the topic with a code."""
        return next((c for c in self.topics if c.code == code), None)


@dataclass(frozen=True)
class Reason:
    """A reason for not filing, and where the content may go then."""

    code: str
    text: str
    destinations: tuple[str, ...] = rule(_("内容可以转到"), choices=dict(Destination.choices))


@kind("proposals.not_filing", _("不立案情形"), _("不予立案的情形，内容的去向"))
@dataclass(frozen=True)
class NotFiling:
    """The listed reasons (《提案工作条例》所列情形)."""

    reasons: tuple[Reason, ...] = rule(_("不立案情形"))

    def reason(self, code: str) -> Reason | None:
        """Return the reason with a code."""
        return next((r for r in self.reasons if r.code == code), None)


@kind("proposals.similar", _("相似提案提示"), _("撰写提案时提示的相似提案件数和相似程度"))
@dataclass(frozen=True)
class SimilarRules:
    """How many earlier proposals are shown while writing."""

    shown: int = rule(_("最多提示件数"), unit=_("件"), low=0, high=20)
    threshold_percent: int = rule(_("相似度下限"), unit="%", low=1, high=99)


@kind("proposals.publication", _("提案公开"), _("公开页面对重新办理的说明"))
@dataclass(frozen=True)
class Publication:
    """What the public is told beside the text. Why something is handled again, it is never told."""

    tells_second_handling: bool = rule(
        _("公开页面说明重新办理"), help=_("只说重新办理，不说原因；不说明的，只显示最后一次答复送达")
    )
