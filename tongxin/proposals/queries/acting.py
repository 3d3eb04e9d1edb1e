"""What stands in a member's name: whose seat has any of it, is no more released from an account."""

from tongxin.members.models import Member
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Endorsement, Signature

UNANSWERED = (Answer.INVITED, Answer.LAPSED)


def stands_under_something(member: Member) -> bool:
    """Say whether a member began a text, answered an invitation or endorsed. Who rated, stands under a text before."""
    names = Signature.objects.filter(member=member).exclude(answer__in=UNANSWERED)
    return names.exists() or Endorsement.objects.filter(member=member).exists()
