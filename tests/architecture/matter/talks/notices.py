"""Who is told what about a talk."""

from tongxin.committees.choices import Duty
from tongxin.notices.recipients import holding, the_member
from tongxin.notices.table import Tell, because, register

register(
    Tell("talks.offer", holding(Duty.MEMBER_AFFAIRS), lambda _e, t: f"{t.member}委员报送宣讲《{t}》，请审核"),
    Tell("talks.announce", the_member, lambda _e, t: f"您报送的宣讲《{t}》已发布"),
    Tell("talks.decline", the_member, lambda e, t: f"您报送的宣讲《{t}》未采用{because(e)}"),
)
