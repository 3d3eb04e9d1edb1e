"""Enumerations of proposals."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a proposal stands, from draft until it is handed over for handling, or ends otherwise."""

    DRAFT = "draft", _("草稿")
    GATHERING = "gathering", _("征集联名")
    SUBMITTED = "submitted", _("待预审")
    RETURNED = "returned", _("退回修改")
    IN_DECISION = "in_decision", _("待审定")
    FILED = "filed", _("待交办")
    HANDED_OVER = "handed_over", _("已交办")
    MERGED = "merged", _("并案")
    NOT_FILED = "not_filed", _("未立案")
    WITHDRAWN = "withdrawn", _("已撤案")
    DISCARDED = "discarded", _("已删除")


class States:
    """Named sets of states."""

    with_the_proposer: ClassVar = (State.DRAFT, State.GATHERING, State.RETURNED)
    in_examination: ClassVar = (State.SUBMITTED, State.IN_DECISION)
    filed: ClassVar = (State.FILED, State.HANDED_OVER)
    received: ClassVar = (
        State.SUBMITTED,
        State.RETURNED,
        State.IN_DECISION,
        State.FILED,
        State.HANDED_OVER,
        State.MERGED,
        State.NOT_FILED,
        State.WITHDRAWN,
    )
    ended: ClassVar = (State.MERGED, State.NOT_FILED, State.WITHDRAWN, State.DISCARDED)


class Form(models.TextChoices):
    """提案形式: who raises it."""

    INDIVIDUAL = "individual", _("委员个人提案")
    JOINT = "joint", _("委员联名提案")
    PARTY = "party", _("党派提案")
    BODY = "body", _("人民团体提案")
    SECTOR = "sector", _("界别提案")
    GROUP = "group", _("委员小组提案")
    SPECIAL = "special", _("专委会提案")
    COLLECTIVE = "collective", _("联合提案")


COLLECTIVE_FORMS = (Form.PARTY, Form.BODY, Form.SECTOR, Form.GROUP, Form.SPECIAL, Form.COLLECTIVE)
MEMBERS_FORMS = (Form.INDIVIDUAL, Form.JOINT)  # they follow from who signs; the others are chosen
PLENARY_ONLY_FORMS = (Form.SECTOR, Form.GROUP)


class Season(models.TextChoices):
    """大会提案 or 平时提案, by the time of submission."""

    PLENARY = "plenary", _("大会提案")
    REGULAR = "regular", _("平时提案")


class Role(models.TextChoices):
    """How somebody stands to a proposal. 附议 is a relation of its own (`Endorsement`)."""

    FIRST = "first", _("第一提案人")
    CO = "co", _("联名")


class Answer(models.TextChoices):
    """What became of an invitation to co-sign."""

    INVITED = "invited", _("待答复")
    ACCEPTED = "accepted", _("同意联名")
    DECLINED = "declined", _("谢绝联名")
    LAPSED = "lapsed", _("提交时未答复")
    LEFT = "left", _("退出联名")
    MERGED = "merged", _("并入本人的另一个署名")  # of somebody who was kept as two members: `actions.doubles`


class Destination(models.TextChoices):
    """Where the content of a proposal that is not filed goes."""

    SUGGESTION = "suggestion", _("转意见建议")
    OPINION = "opinion", _("转社情民意")
    LETTER = "letter", _("转来信")
    NOWHERE = "nowhere", _("不立案")
