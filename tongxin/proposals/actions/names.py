"""In whose name somebody acts: asked again under a hold, at the moment something comes to stand in it."""

from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.members.models import Member
from tongxin.proposals.actions.problems import ProposalError


def hold(member: Member, *, acts: Account | None) -> None:
    """Hold a member's row until something stands in the name: a seat is released from its account under the same hold.

    So either the act comes first and the seat is not released, or the release does and the act is refused. `acts`: who
    acts as the member; nobody where the office enters something on behalf. Raises ProposalError where the seat is no
    more of that account.
    """
    held = Member.everybody.select_for_update().values_list("account", "merged_into")
    account, merged_into = held.get(pk=member.pk)
    if merged_into is not None:
        message = _("%(member)s的这条委员资料刚刚并入另一条，请刷新后再办理") % {"member": member.name}
        raise ProposalError(message)
    if acts is not None and account != acts.pk:
        message = _("%(member)s的委员身份与这个账户的关联刚刚解除，不能再以委员身份办理，请与机关联系") % {"member": member.name}
        raise ProposalError(message)
