"""What whoever keeps the members sends, and an account as the next request reads it."""

from typing import Any

from django.utils import timezone

from tongxin.accounts.models import Account

TODAY = timezone.localdate


def fresh(account: Account) -> Account:
    """Read an account as the next request does."""
    return Account.objects.get(pk=account.pk)


def said(**more: Any) -> dict[str, Any]:
    return {"on": TODAY().isoformat(), "reason": "工作调动", "document_number": ""} | more
