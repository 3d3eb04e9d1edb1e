"""How a member can be reached."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.core.secrets import phone_hash
from tongxin.core.shown import Values, demand_as_shown
from tongxin.core.words import clean_line
from tongxin.members import queries
from tongxin.members.actions.holding import hold
from tongxin.members.choices import CONTACT_FIELDS
from tongxin.members.models import Member


@transaction.atomic
def change_contact(
    member: Member, *, fields: Mapping[str, str], actor: Account, at: datetime, shown: Values | None = None
) -> list[str]:
    """Change how a member can be reached; the event names the fields, never the values.

    Returns the labels that changed.

    `shown`: what the page showed. Raises ChangedMeanwhileError where another changed something since.
    """
    member = hold(member)
    demand_as_shown(shown, queries.reached(member), {n: queries.as_reached(member, n, value) for n, value in fields.items()})
    changed, before = {}, member.email
    for name, label in CONTACT_FIELDS.items():
        if name in fields and (value := clean_line(fields[name])) != getattr(member, name):
            setattr(member, name, value)
            changed[name] = str(label)
    if changed:
        member.phone_hash = phone_hash(member.phone)
        member.full_clean()
        member.save(update_fields=[*changed, "phone_hash"])
        if member.account is not None and "email" in changed:  # an address that the person chose stays
            Account.objects.filter(pk=member.account.pk, email__in=["", before]).update(email=member.email)
        audit.record("members.change", member, actor=actor, at=at, data={"name": member.name, "fields": [*changed.values()]})
    return list(changed.values())


def note_phone_read(member: Member, *, actor: Account, at: datetime) -> None:
    """Record that somebody read a member's phone number in full."""
    audit.record("audit.read_protected", member, actor=actor, at=at, data={"name": member.name, "field": "手机号"})
