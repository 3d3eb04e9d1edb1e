"""Nobody signs in as a dead person.

The account closes with the last place it belongs to, however that one ended (decision 0018).

Asked whenever a seat ends, a duty ends, or a seat is taken off an account; and by the worker, for what ends by its date
alone.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.members import queries


def close_of_the_dead(whose: Collection[int | None] | None = None, *, at: datetime) -> int:
    """Close the accounts (some, or all) of who is recorded dead and belongs nowhere any more. Returns how many."""
    found = {member.account for member in queries.dead_with_open_account(whose) if member.account is not None}
    return sum(_close(account, at=at) for account in sorted(found, key=lambda account: account.pk))


@transaction.atomic
def _close(account: Account, *, at: datetime) -> bool:
    """Close one account, with an event in each committee that has the person dead.

    The account is held before it is asked: a record that is being taken back, the end of the place before the last, and
    a second committee that records the death in the same moment, take turns.
    """
    accounts.hold(account)
    dead = queries.dead_with_open_account([account.pk])
    if not dead or any(queries.belongs_elsewhere(member) for member in dead):
        return False
    accounts.close(account)
    for member in dead:
        audit.record("members.close_account", member, actor=Account.objects.system(), at=at, data={"name": member.name})
    return True
