"""What is seen of a duty that ended: by who held it, by who keeps the appointments, and by who audits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.committees import actions
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.committees.tests.relieving import ending
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.shown import shown
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.site.lists import APPOINTMENTS

SEARCH = "/appointments/?q=" + quote("孟时雨")


@pytest.fixture
def security(cast: Cast, client: Client) -> Client:
    client.force_login(cast.security_admin)
    return client


def relieve(cast: Cast, account: Account, reason: str = "工作调动") -> Appointment:
    found = Appointment.objects.get(account=account, ends_on=None)
    actions.end_appointment(found, reason=reason, actor=cast.security_admin, at=timezone.now())
    return Appointment.objects.get(pk=found.pk)


# ── to who held it ──
def test_who_was_relieved_reads_it_under_a_neutral_head_and_is_called_no_member(cast: Cast) -> None:
    relieve(cast, cast.clerk)
    page = as_(cast.clerk).get("/home/", follow=True)
    today = full_day(timezone.localdate())
    said = f"您的县卫生健康局“承办人”职责已于 {today}终止，有疑问请与机关联系。"
    assert (page.request["PATH_INFO"], page.context["shell"].kind, said in page.text) == ("/account/", "portal", True)
    assert ("委员履职" in page.text, "工作调动" in page.text) == (False, False)
    assert 'class="btn tall" href="/account/seat/"' not in page.text
    assert 'href="/account/seat/"' in page.text


def test_who_lost_several_duties_on_a_day_reads_all_of_them_and_none_that_ended_before(cast: Cast) -> None:
    common: dict[str, Any] = {"starts_on": timezone.localdate() - timedelta(days=9), "actor": None, "at": timezone.now()}
    for duty in (Duty.FILING, Duty.PRE_EXAMINATION):
        actions.appoint(cast.clerk, committee=cast.county, duty=duty, **common)
    old = Appointment.objects.get(account=cast.clerk, duty=Duty.PRE_EXAMINATION)
    Appointment.objects.filter(pk=old.pk).update(ends_on=timezone.localdate() - timedelta(days=1))
    for found in Appointment.objects.filter(account=cast.clerk, ends_on=None):
        actions.end_appointment(found, reason="工作调动", actor=cast.security_admin, at=timezone.now())
    today = full_day(timezone.localdate())
    said = f"您的县卫生健康局“承办人”、“提案审定”职责已于 {today}终止，有疑问请与机关联系。"
    assert said in as_(cast.clerk).get("/account/").text


def test_who_still_holds_a_duty_reads_of_none_that_ended_and_members_keep_their_own_head(cast: Cast) -> None:
    relieve(cast, cast.unit_leader)
    actions.appoint(
        cast.unit_leader,
        committee=cast.county,
        duty=Duty.UNIT_CLERK,
        unit=cast.unit,
        starts_on=timezone.localdate(),
        actor=None,
        at=timezone.now(),
    )
    Account.objects.filter(pk=cast.unit_leader.pk).update(needs_second_factor=False)
    pages = [as_(who).get("/account/") for who in (cast.unit_leader, cast.proposer, cast.former_member)]
    assert [page.context["shell"].kind for page in pages] == ["desk", "member", "member"]
    assert ["职责已于" in page.text for page in pages] == [False] * 3
    assert 'class="btn tall" href="/account/seat/"' in pages[1].text


@pytest.mark.parametrize("kind", ["committees.appoint", "committees.break_glass"])
def test_who_is_appointed_is_told_to_which_duty_and_from_which_day(cast: Cast, kind: str) -> None:
    today = timezone.localdate()
    actions.appoint(
        cast.clerk,
        committee=cast.county,
        duty=Duty.UNIT_LEADER,
        unit=cast.unit,
        starts_on=today,
        actor=None,
        at=timezone.now(),
        kind=kind,
    )
    notices.deliver()
    said = f"您自 {full_day(today)}起承担县卫生健康局“单位负责人”职责，有疑问请与机关联系"
    assert list(Notice.objects.filter(account=cast.clerk).values_list("text", flat=True)) == [said]


def test_who_was_relieved_is_told_from_which_day_and_not_why(cast: Cast) -> None:
    relieve(cast, cast.clerk, "工作失误")
    notices.deliver()
    said = f"您的县卫生健康局“承办人”职责自 {full_day(timezone.localdate())}起终止，有疑问请与机关联系"
    assert list(Notice.objects.values_list("account", "text")) == [(cast.clerk.pk, said)]


def test_nobody_is_told_that_a_duty_ended_by_death(cast: Cast) -> None:
    relieve(cast, cast.clerk, "去世")
    notices.deliver()
    assert not Notice.objects.exists()


# ── to who audits ──
def test_the_stream_names_the_unit_of_a_duty_and_none_where_there_is_none(cast: Cast) -> None:
    who = Account.objects.create(username="qxn", name="钱学农", password="!")
    at, actor = timezone.now(), cast.security_admin
    for duty, unit in ((Duty.UNIT_CLERK, cast.unit), (Duty.LEADERSHIP, None)):
        made = actions.appoint(
            who, committee=cast.county, duty=duty, unit=unit, starts_on=timezone.localdate(at), actor=actor, at=at
        )
        actions.end_appointment(made, actor=actor, at=at, reason="工作调动")
    events = Event.objects.filter(subject_label__startswith="钱学农").order_by("id")
    day, leader = full_day(timezone.localdate(at)), Duty.LEADERSHIP.label
    assert [(kinds.sentence(e), kinds.detail(e)) for e in events] == [
        (f"{actor.name}任命钱学农承担县卫生健康局的“承办人”", ""),
        (f"{actor.name}免去钱学农的县卫生健康局“承办人”，{day}起", "工作调动"),
        (f"{actor.name}任命钱学农承担“{leader}”", ""),
        (f"{actor.name}免去钱学农的“{leader}”，{day}起", "工作调动"),
    ]


# ── to who appoints ──
def test_what_ended_stands_in_a_part_of_its_own_with_the_day_and_why(cast: Cast, security: Client) -> None:
    first, second = relieve(cast, cast.clerk), relieve(cast, cast.unit_leader, "")
    lapsed = Appointment.objects.get(account=cast.co_clerk)
    Appointment.objects.filter(pk=lapsed.pk).update(ends_on=timezone.localdate() - timedelta(days=3))
    other = Appointment.objects.filter(account=cast.office_of_other_county)[0]
    Appointment.objects.filter(pk=other.pk).update(ends_on=timezone.localdate())
    page = security.get("/appointments/?part=ended")
    today = sorted([(first, True, "工作调动"), (second, True, "")], key=lambda line: -line[0].pk)
    assert [(o.appointment, o.relieved, o.reason) for o in page.context["list"].lines] == [*today, (lapsed, False, "")]
    assert [page.text.count(word) for word in ("工作调动", "没有写明", "任期届满", full_day(timezone.localdate()))] == [
        1,
        1,
        1,
        2,
    ]
    assert [o.appointment for o in security.get("/appointments/?part=ended&q=孟时雨").context["list"].lines] == [first]
    assert first not in security.get("/appointments/").context["list"].rows
    for who in (cast.office, cast.audit_admin, cast.clerk):
        assert as_(who).get("/appointments/?part=ended").status_code == 403


def test_what_ended_stands_the_last_first_over_all_pages(cast: Cast) -> None:
    rows = [relieve(cast, who) for who in (cast.clerk, cast.unit_leader, cast.co_clerk)]
    seen, asked = [], "part=ended"
    while asked:
        page = shown(replace(APPOINTMENTS, sizes=(1,)), QueryDict(asked.lstrip("?")), cast.security_admin, at=timezone.now())
        seen, asked = seen + list(page.rows), page.next_url
    assert seen == sorted(rows, key=lambda row: -row.pk)


def test_after_an_act_one_is_back_at_the_search_and_never_elsewhere(cast: Cast, security: Client) -> None:
    clerk = Appointment.objects.get(account=cast.clerk)
    end = f"/appointments/{clerk.uid}/end/"
    assert f'href="{end}?next={quote(SEARCH, safe="")}"' in security.get(SEARCH).text
    assert f'href="{end}"' in security.get("/appointments/").text
    for there in ("//elsewhere.example/", "https://elsewhere.example/appointments/", "/audit/", "/appointments/new/"):
        assert security.get(end, {"next": there}).context["back"] == "/appointments/", there
    assert security.get(end, {"next": SEARCH}).text.count(f'href="{SEARCH}"') == 2
    assert security.post(f"{end}?next={quote(SEARCH, safe='')}", ending())["Location"] == SEARCH
    assert security.get(end, {"next": SEARCH})["Location"] == SEARCH  # it is over
    leader = Appointment.objects.get(account=cast.unit_leader)
    for act in ("reset", "factor"):
        assert security.get(f"/appointments/{leader.uid}/{act}/", {"next": SEARCH}).status_code in {200, 302}
    reset = security.post(f"/appointments/{leader.uid}/reset/?next={quote(SEARCH, safe='')}", follow=True)
    assert security.post("/account/slip/")["Location"] == SEARCH, reset.status_code
