"""A talk is confirmed by those who were there: they alone are asked, and may say that it was otherwise."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.at_once import both
from tests.cast import Cast
from tongxin.audit.models import Event
from tongxin.committees import reorganising, successions
from tongxin.handling import actions, queries
from tongxin.handling.models import Case, Contact, Presence, Task
from tongxin.handling.workflow import SignFor
from tongxin.notices.actions import deliver
from tongxin.notices.models import Notice
from tongxin.proposals import queries as proposals
from tongxin.site.queries import home
from tongxin.workflow.engine import Blocked, perform


def _talk(cast: Cast, today, **more) -> Contact:
    case = cast.assigned(today)
    lead = cast.task(case)
    perform(lead, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    said = {"stage": "before", "way": "meeting", "on": today.date(), "who": "孟时雨", "with_whom": "", "note": "先试点。"}
    return actions.record_contact(Task.objects.get(pk=lead.pk), **(said | more), actor=cast.clerk, at=today)


def _signers(cast: Cast, today) -> list:
    """Return the signers of the newest case, in order."""
    return proposals.raters(Contact.objects.latest("id").task.case.proposal)


def test_only_those_present_are_asked_and_may_confirm(cast: Cast, as_, today) -> None:
    talk = _talk(cast, today, with_whom="林知远、县医院院长")
    assert ([str(p) for p in talk.presences.all()], talk.with_whom) == (["林知远"], "县医院院长")
    deliver()
    asked = Notice.objects.filter(event__kind="handling.contact").values_list("account__name", flat=True)
    assert list(asked) == ["林知远"]
    url = f"/handling/contacts/{talk.uid}/confirm/"
    assert [as_(who).get(url).status_code for who in (cast.proposer, cast.cosigner, cast.office)] == [200, 403, 403]
    assert (as_(cast.cosigner).post(url).status_code, Presence.objects.filter(happened=True).count()) == (403, 0)
    assert (home.member_waiting(cast.proposer), home.member_waiting(cast.cosigner)) == (1, 0)
    assert as_(cast.proposer).post(url).status_code == 302
    [mine] = talk.presences.all()
    assert (mine.happened, mine.said_at is not None) == (True, True)
    with pytest.raises(actions.HandlingError, match="只有参加了"):
        actions.confirm_contact(talk, actor=cast.cosigner, at=today)


def test_the_form_takes_ticks_and_names_of_others(cast: Cast, as_, today) -> None:
    talk = _talk(cast, today, with_whom="林知远")
    task, cosigner = talk.task, _signers(cast, today)[1]
    url = f"/handling/{task.uid}/contact/"
    page = as_(cast.clerk).get(url).content.decode()
    assert all(s.name in page for s in _signers(cast, today))
    said = {"stage": "during", "way": "phone", "on": today.date(), "who": "孟时雨", "note": "再谈。"}
    assert as_(cast.clerk).post(url, said).status_code == 422
    assert as_(cast.clerk).post(url, said | {"present": ["nobody"]}).status_code == 422
    assert as_(cast.clerk).post(url, said | {"present": [cosigner.uid]}).status_code == 302
    made = Contact.objects.latest("id")
    assert [p.signature_id for p in made.presences.all()] == [cosigner.pk]
    assert as_(cast.clerk).post(url, said | {"present": [cosigner.uid]}).status_code == 422  # written down already
    page = as_(cast.office).get(task.case.get_absolute_url()).content.decode()
    assert "何青禾" in page


def test_who_was_there_may_say_that_it_was_otherwise_and_later_better(cast: Cast, as_, today) -> None:
    talk = _talk(cast, today, with_whom="林知远")
    url = f"/handling/contacts/{talk.uid}/confirm/"
    assert as_(cast.proposer).post(url, {"answer": "deny", "word": " "}).status_code == 422
    assert as_(cast.proposer).post(url, {"answer": "deny", "word": "没有谈到试点。"}).status_code == 302
    [mine] = talk.presences.all()
    assert (mine.happened, mine.word) == (False, "没有谈到试点。")
    deliver()
    told = Notice.objects.filter(event__kind="handling.deny_contact").values_list("account__username", flat=True)
    assert {"office", "clerk"} <= set(told)
    for who in (cast.office, cast.clerk, cast.proposer):
        page = as_(who).get(f"{talk.task.case.get_absolute_url()}").content.decode()
        assert "不属实" in page or who == cast.clerk
    assert as_(cast.proposer).post(url).status_code == 302
    [mine] = talk.presences.all()
    assert (mine.happened, mine.word) == (True, "")
    assert Event.objects.filter(kind="handling.confirm_contact").count() == 1


def test_a_talk_without_a_proposer_or_denied_by_all_does_not_count(cast: Cast, today) -> None:
    talk = _talk(cast, today, with_whom="县医院院长")
    lead = Task.objects.get(pk=talk.task_id)
    assert list(queries.contacts_that_count(lead)) == []
    reply = actions.reply_of(lead)
    actions.save_reply(reply, fields={"category": "A", "text": "已办。"}, started_from=1, actor=cast.clerk, at=today)
    with pytest.raises(Blocked, match="面商记录中没有提案人到场"):
        perform(lead, "submit_reply", actor=cast.clerk, at=today)
    second = actions.record_contact(
        lead,
        stage="during",
        way="phone",
        on=today.date(),
        who="孟时雨",
        present=_signers(cast, today),
        note="又谈。",
        actor=cast.clerk,
        at=today,
    )
    assert list(queries.contacts_that_count(lead)) == [second]
    actions.deny_contact(second, word="没有谈。", actor=cast.proposer, at=today)
    assert list(queries.contacts_that_count(lead)) == [second]
    actions.deny_contact(second, word="没有谈。", actor=cast.cosigner, at=today)
    assert list(queries.contacts_that_count(lead)) == []


@pytest.mark.django_db(transaction=True)
def test_two_confirm_at_once_and_each_is_kept_once(cast: Cast, today) -> None:
    talk = _talk(cast, today, with_whom="林知远、何青禾")
    refused = both(
        *(
            lambda who=who: actions.confirm_contact(talk, actor=who, at=today)
            for who in (cast.proposer, cast.cosigner, cast.proposer)
        )
    )
    assert (refused, talk.presences.filter(happened=True).count()) == ([], 2)
    assert Event.objects.filter(kind="handling.confirm_contact").count() == 2


def test_the_page_asks_as_many_queries_for_one_talk_as_for_three(cast: Cast, as_, today) -> None:
    talk = _talk(cast, today, with_whom="林知远")
    client, url = as_(cast.clerk), talk.task.get_absolute_url()
    client.get(url)
    with CaptureQueriesContext(connection) as once:
        client.get(url)
    for n in range(2):
        actions.record_contact(
            Task.objects.get(pk=talk.task_id),
            stage="during",
            way="phone",
            on=today.date(),
            who="孟时雨",
            with_whom="林知远、何青禾",
            note=f"第 {n} 次。",
            actor=cast.clerk,
            at=today,
        )
    client.get(url)  # what is counted beside the page is counted anew after an event
    with CaptureQueriesContext(connection) as more:
        client.get(url)
    assert len(more) <= len(once)


def test_what_was_written_before_is_matched_by_names_and_the_rest_stays(cast: Cast, today) -> None:
    talk = _talk(cast, today, with_whom="林知远")
    Presence.objects.all().delete()
    rows = {
        "林知远委员、县医院院长": (["林知远"], "县医院院长"),
        "何青禾": (["何青禾"], ""),
        "提案人代表": ([], "提案人代表"),
    }
    for named in rows:
        talk.pk, talk.uid, talk.with_whom = None, f"u{len(named)}{timezone.now():%f}"[:12], named
        talk.save(force_insert=True)
    talk = Contact.objects.order_by("id")[1]
    said = models.QuerySet(Event).filter(kind="handling.contact")
    said.update(kind="handling.confirm_contact", data={"contact": talk.pk}, actor=cast.proposer, at=today - timedelta(days=1))
    module = importlib.import_module("tongxin.handling.migrations.0009_second_handlings")
    module.name_those_present(apps, None)
    made = {c.pk: ([str(p) for p in c.presences.all()], c.with_whom) for c in Contact.objects.order_by("id")[1:]}
    assert list(made.values()) == list(rows.values())
    assert [(p.happened, p.said_at is not None) for p in talk.presences.all()] == [(True, True)]
    assert Presence.objects.filter(happened=True).count() == 1


def test_a_talk_names_the_unit_as_it_was_called_on_that_day(cast: Cast, as_, today, django_assert_num_queries) -> None:
    lead = cast.task(cast.assigned(today))
    perform(lead, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    said = {
        "stage": "before",
        "way": "phone",
        "who": "孟",
        "with_whom": "林知远",
        "note": "好。",
        "actor": cast.clerk,
        "at": today,
    }
    before = actions.record_contact(lead, on=today.date() - timedelta(days=1), **said)
    reorganising.rename(
        cast.unit, name="县健康局", short_name="", on=today.date(), reason="云发〔2026〕3 号", actor=cast.office, at=today
    )
    actions.record_contact(Task.objects.get(pk=lead.pk), on=today.date(), **said)
    shown = queries.sections(Case.objects.get(pk=lead.case_id), cast.office)
    assert [(line.unit, line.unit_now) for line in shown.contacts] == [("县卫生健康局", "县健康局"), ("县健康局", "")]
    for reader, url in ((cast.clerk, lead.get_absolute_url()), (cast.proposer, f"/handling/contacts/{before.uid}/confirm/")):
        assert "县卫生健康局（现为县健康局）" in as_(reader).get(url).text
    units = [row.contact.task.unit for row in Presence.objects.prefetch_related("contact__task__unit__former_names")]
    with django_assert_num_queries(0):
        assert {successions.name_on(unit, today.date() - timedelta(days=1)) for unit in units} == {"县卫生健康局"}
