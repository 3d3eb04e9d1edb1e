"""What talks keep of a person."""

from tongxin.members.privacy import keep_of_members
from tongxin.talks.models import Talk

keep_of_members(Talk, "报送的宣讲", when="offered_at", kept="随宣讲保存")
