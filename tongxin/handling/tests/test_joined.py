"""What was merged into a proposal, on the page of the lead.

Whoever has to do with it learns of what and whose, nobody else a title.
"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW, Cast
from tests.signed_in import as_
from tongxin.handling import actions as handling
from tongxin.proposals.choices import Role
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import MergeInto
from tongxin.workflow.engine import perform

TITLE = "关于乡镇夜间买药的建议"


def merged_into(cast: Cast, lead: Proposal, *, title: str = TITLE) -> Proposal:
    """A proposal of somebody else's, merged into the lead."""
    other = cast.in_decision(title=title)
    Signature.objects.filter(proposal=other, role=Role.FIRST).update(member=cast.member(cast.second_cosigner))
    Signature.objects.filter(proposal=other, role=Role.CO).delete()
    perform(other, "merge", actor=cast.office, at=NOW, payload=MergeInto(lead.uid, "同一件事。"))
    return other


@pytest.fixture
def lead(cast: Cast) -> Proposal:
    case = cast.assigned(title="关于完善夜间药房的建议")
    return Proposal.objects.get(pk=case.proposal_id)


@pytest.mark.parametrize(
    ("who", "told", "leads_there"),
    [
        ("office", True, True),
        ("leader", True, True),
        ("second_cosigner", True, True),  # raised the other one
        ("proposer", True, False),
        ("assigner", True, False),
        ("clerk", True, False),
        ("co_clerk", True, False),
        ("bystander", False, False),
    ],
)
def test_who_has_to_do_with_the_lead_learns_what_was_merged_and_only_its_readers_are_led_there(
    cast: Cast, lead: Proposal, who: str, *, told: bool, leads_there: bool
) -> None:
    other = merged_into(cast, lead)
    reader = as_(getattr(cast, who))
    page = reader.get(lead.get_absolute_url()).text
    name = cast.member(cast.second_cosigner).name
    assert [TITLE in page, f"<span>{name}</span>" in page, f'href="{other.get_absolute_url()}"' in page] == [
        told,
        told,
        leads_there,
    ]
    assert ("有 1 件提案并入，由本案一并办理和答复。" in page) is not told
    assert (reader.get(other.get_absolute_url()).status_code == 200) is leads_there


def test_who_reads_one_of_several_learns_the_number_of_the_rest(cast: Cast) -> None:
    lead = cast.filed(title="关于完善夜间药房的建议")
    own = merged_into(cast, lead)
    Signature.objects.filter(proposal=own).update(member=cast.member(cast.bystander))
    merged_into(cast, lead, title="关于另一件事的建议")
    # of his file is the lead; not the others
    handling.assign(lead, parts=[(cast.unit, "sole")], actor=cast.assigner, at=NOW)
    page = as_(cast.bystander).get(lead.get_absolute_url()).text
    assert [TITLE in page, "关于另一件事的建议" in page, "另有 1 件，由本案一并办理和答复。" in page] == [True, False, True]


@pytest.mark.parametrize("who", ["office", "bystander"])
def test_three_cost_as_many_queries_as_one(cast: Cast, lead: Proposal, who: str, one_minute: None) -> None:
    reader = as_(getattr(cast, who))

    def queries() -> Any:
        reader.get(lead.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            reader.get(lead.get_absolute_url())
        return len(asked)

    merged_into(cast, lead)
    one = queries()
    merged_into(cast, lead, title="关于第二件事的建议")
    merged_into(cast, lead, title="关于第三件事的建议")
    assert queries() == one
