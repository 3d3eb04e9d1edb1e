"""What is unique is unique within a committee.

A database that is spread by committee can keep it, and no committee meets another's.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

EXCEPTIONS = {
    "accounts.Account.username": "accounts are global: one person, one account",
    "accounts.Invitation.code_hash": "an invitation is of an account, and found by its code alone",
    "audit.Mark.mark_once": "a mark follows its event, which names its committee",
    "audit.Head.head_once": "the stream names its committee by code: `committee_code`",
    "audit.Chain.committee_code": "the stream names its committee by code",
    "audit.Seal.event": "a seal follows its event",
    "audit.Seal.seal_number_once": "the stream names its committee by code",
    "committees.Committee.code": "the committee itself",
    "regulations.Regulation.regulation_national_once": "national rules are no committee's",
    "notices.Notice.notice_once": "a notice is of an account, which is global",
    "notices.Letter.notice": "a letter follows its notice",
    "notices.Job.name": "the worker's jobs are the installation's",
    "imports.Beat.imported": "a beat is the other half of its import",
    "proposals.Attachment.file": "the other half of a file",
    "proposals.PublicCopy.proposal": "the other half of a proposal",
    "proposals.PublicFile.attachment": "the other half of an attachment",
    "handling.Case.proposal": "the other half of a proposal",
    "handling.PublicReply.reply": "the other half of a reply",
    "handling.ReplyFile.file": "the other half of a file",
}


def without_committee(model: type[models.Model]) -> Iterator[str]:
    """Return what is unique of a model over all committees; the short `uid` of a row is meant to be."""
    label: str = model._meta.label
    for field in model._meta.fields:
        if field.unique and not field.primary_key and field.name != "uid":
            yield f"{label}.{field.name}"
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and "committee" not in constraint.fields:
            yield f"{label}.{constraint.name}"
    for together in model._meta.unique_together:
        if "committee" not in together:
            yield f"{label}.{'_'.join(together)}"


def ours() -> list[Any]:
    return [model for model in apps.get_models() if model.__module__.startswith("tongxin.")]


def test_what_is_unique_is_unique_within_a_committee() -> None:
    assert {found for model in ours() for found in without_committee(model)} == set(EXCEPTIONS)


def test_the_other_half_of_a_row_is_one_to_one() -> None:
    """The committee of such a row is that of the other half: the key that is unique leads to it."""
    halves = [name.rsplit(".", 1) for name, why in EXCEPTIONS.items() if why.startswith("the other half")]
    kinds = {type(apps.get_model(label)._meta.get_field(field)) for label, field in halves}
    assert kinds == {models.OneToOneField}
