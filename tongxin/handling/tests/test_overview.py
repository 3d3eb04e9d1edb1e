"""A member of the chair's meeting sees at home where the proposals stand: every count opens to its rows."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.desks.paging import counted
from tongxin.handling.pages.overview import Count, Overview


def shown(page: Any) -> list[Overview]:
    """What the panels of a home show of proposals."""
    return [one for panel in page.context["panels"] for one in panel.facts.get("overviews", ())]


def overviews(client: Client) -> list[Overview]:
    found: list[Overview] = shown(client.get("/home/"))
    return found


def said(counts: list[Count]) -> dict[str, str]:
    return {one.label: one.count for one in counts if one.count != "0"}


def test_a_leader_sees_where_the_proposals_stand_and_what_to_open(cast: Cast, client: Client) -> None:
    cast.submitted(title="关于一件待预审的事的建议")
    cast.assigned(timezone.now(), title="关于一件待签收的事的建议")
    client.force_login(cast.leader)
    page = client.get("/home/").text
    assert "现在没有等您办理的事。" in page
    [found] = overviews(client)
    assert found.committee == cast.county
    assert said(found.stages) == {"待预审": "1", "待签收": "1"}
    assert "各阶段提案（历次会议）" in page
    running, *lanes = found.lanes
    assert (running.label, running.count) == ("单位在办", "1")
    assert sum(int(one.count) for one in lanes) == 1
    for one in found.counts:
        assert one.url.replace("&", "&amp;") in page
        listed = client.get(one.url)
        assert (one.label, counted(listed.context["list"].number)) == (one.label, one.count)


def test_nobody_else_is_shown_an_overview_and_a_leader_only_of_the_own_committee(cast: Cast, client: Client) -> None:
    cast.submitted()
    for name in ("office", "assigner", "clerk", "audit_admin", "office_of_other_county"):
        client.force_login(getattr(cast, name))
        page = client.get("/home/")
        assert (shown(page), "各阶段提案（历次会议）" in page.text) == ([], False), name
    bodies.appoint(
        cast.leader,
        committee=cast.other_county,
        duty=Duty.LEADERSHIP,
        starts_on=timezone.localdate(),
        actor=None,
        at=timezone.now(),
    )
    Account.objects.filter(pk=cast.leader.pk).update(needs_second_factor=False)
    client.force_login(Account.objects.get(pk=cast.leader.pk))
    assert [(found.committee, said(found.stages)) for found in overviews(client)] == [
        (cast.county, {"待预审": "1"}),
        (cast.other_county, {}),
    ]
    assert re.findall(r'<h2 id="over-\d+" class="seal-title">(.*?)</h2>', client.get("/home/").text) == [
        f"提案办理情况　{cast.county.short_name}",
        f"提案办理情况　{cast.other_county.short_name}",
    ]
