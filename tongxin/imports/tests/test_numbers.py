"""The numbers of a mistaken import go with it: the series goes on behind what stays, or the page says where."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tongxin.audit import kinds, verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Counter, Session
from tongxin.imports.choices import Stage
from tongxin.imports.tests.conftest import MEMBERS, brought, step, worked
from tongxin.imports.tests.test_proposals import HEAD, WHOLE
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal

pytestmark = pytest.mark.django_db


def counters() -> dict[str, int]:
    return dict(Counter.objects.filter(committee__code="YX").values_list("series", "last"))


def numbered(office: Client, cast: Cast, number: int) -> tuple[object, str]:
    """Import a proposal of this year's session that says it has this number."""
    session = str(Session.objects.filter(committee=cast.county).latest("pk")).removesuffix("会议")
    brought(office, "proposals", HEAD + WHOLE.replace(",7,,", f",{number},,").replace("十届二次", session), name="提案.csv")
    return step(office, "take", worked()), session


def test_a_number_that_was_a_mistake_goes_with_its_proposal(cast: Cast, office: Client) -> None:
    first = cast.filed().number
    before = counters()
    run, _session = numbered(office, cast, 5000)
    session = Proposal.objects.get(number=5000).session
    assert counters()[f"proposal.{session.pk}"] == 5000
    page = office.get(reverse("import-undo", args=[run.uid])).text
    assert f"{session}提案号退回，撤销以后从第 {first + 1:04d} 号续编。" in page
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE
    assert {series: last for series, last in counters().items() if last} == before
    event = Event.objects.get(kind="imports.undo")
    assert event.data["following"][f"{session}提案号"] == f"第 {first + 1:04d} 号"
    assert f"{session}提案号从第 {first + 1:04d} 号续编" in kinds.detail(event)
    assert cast.filed(title="关于修好村口路灯的建议").number == first + 1
    assert verifying.verify().ok


def test_what_was_numbered_since_keeps_its_number_and_the_page_says_which_comes_next(cast: Cast, office: Client) -> None:
    run, _session = numbered(office, cast, 5000)
    since = cast.filed(title="关于修好村口路灯的建议")
    assert since.number == 5001
    page = office.get(reverse("import-undo", args=[run.uid])).text
    assert f"{since.session}提案号已经编到第 5001 号，撤销以后从第 5002 号续编，撤回的号空着不用。" in page
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE
    assert "following" not in Event.objects.get(kind="imports.undo").data
    assert cast.filed(title="关于通村公路的建议").number == 5002


def test_the_number_of_a_member_goes_with_him(cast: Cast, office: Client) -> None:
    numbers = [
        number.removeprefix("YX") for number in Member.objects.filter(committee=cast.county).values_list("number", flat=True)
    ]
    highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
    brought(office, "members", MEMBERS + "苏闻,1985-03,农业界,,,YX20000000\n")
    run = step(office, "take", worked())
    assert counters()["member.number"] == 20000000
    assert f"委员编号退回，撤销以后从YX{highest + 1:03d}续编。" in office.get(reverse("import-undo", args=[run.uid])).text
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE
    assert counters()["member.number"] == highest
    brought(office, "members", MEMBERS + "曾贤,1979-11,农业界,,,\n")
    assert step(office, "take", worked()).stage == Stage.IMPORTED
    assert Member.objects.get(name="曾贤").number == f"YX{highest + 1:03d}"


def test_where_some_stay_the_series_goes_back_to_the_highest_of_those(cast: Cast, office: Client) -> None:
    brought(office, "members", MEMBERS + "苏闻,1985-03,农业界,,,YX500\n曾贤,1979-11,农业界,,,YX600\n")
    run = step(office, "take", worked())
    cast.draft().signatures.update(member=Member.objects.get(name="苏闻"))
    page = office.get(reverse("import-undo", args=[run.uid]))
    assert "委员编号退回，撤销以后从YX501续编。" in page.text
    figures = page.context["resting"].figures
    assert step(office, "undo", run, reason="传错了", agrees="on", seen=figures).stage == Stage.UNDONE
    assert counters()["member.number"] == 500
