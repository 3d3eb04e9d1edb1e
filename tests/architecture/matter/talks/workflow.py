"""The life of a talk: offered by a member, announced by the office or not."""

from dataclasses import dataclass, field

from tongxin.audit.kinds import Audience
from tongxin.talks import queries
from tongxin.talks.choices import State
from tongxin.talks.rules import in_office
from tongxin.workflow.table import T, Workflow, register

S = State


@dataclass(frozen=True)
class Why:
    """Why it is not announced."""

    reason: str = field(metadata={"label": "理由", "widget": "textarea", "max": 300})


STEPS = (
    T("announce", "发布", (S.OFFERED,), S.ANNOUNCED, in_office),
    T("decline", "不采用", (S.OFFERED,), S.DECLINED, in_office, asks=Why),
)
BADGES = {S.OFFERED: "exam", S.ANNOUNCED: "good", S.DECLINED: "note-end"}
TALKS = register(
    Workflow(
        "talks",
        "宣讲",
        "talks.talk",
        S,
        S.OFFERED,
        ("offer", "报送宣讲"),
        STEPS,
        BADGES,
        frozenset({"decline"}),
        told=Audience.PARTIES,
    ),
    visible_to=queries.visible_to,
    view="talks.view",
)
