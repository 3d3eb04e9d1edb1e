"""The event stream: added to, sealed, verified."""

import pytest
from django.db import models
from django.test import Client

from tests.cast import Cast, moment
from tongxin.audit import actions, kinds, sealing
from tongxin.audit.models import AppendOnlyError, Event, Mark
from tongxin.audit.templatetags.timeline import entry


def test_an_event_cannot_be_changed_or_deleted(cast: Cast) -> None:
    cast.draft()
    event = Event.objects.first()
    assert event is not None
    for attempt in (
        event.save,
        event.delete,
        lambda: Event.objects.update(kind="x"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.bulk_update([event], ["kind"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


def test_a_kind_without_a_sentence_is_refused(cast: Cast) -> None:
    with pytest.raises(actions.UnknownKindError):
        actions.record("proposals.unheard_of", cast.draft(), actor=cast.proposer, at=moment("2026-03-02"))
    with pytest.raises(ValueError, match="registered twice"):
        kinds.register(kinds.KINDS["proposals.submit"])


def test_every_kind_is_of_a_sort_that_people_can_read(cast: Cast, client: Client) -> None:
    assert set(kinds.SORTS) == {name.partition(".")[0] for name in kinds.KINDS}
    assert {kind.sort for kind in kinds.KINDS.values()} <= {"", *kinds.SORTS}
    cast.draft()
    client.force_login(cast.audit_admin)
    page = client.get("/audit/").content.decode()
    assert "proposals.draft" not in page
    assert '<option value="proposals">提案</option>' in page
    assert '<span class="xs muted">提案</span>' in page
    assert "评价不逐条列出，只在末尾按日计件数" in page
    assert ("<h1>操作记录</h1>" in page, "审计记录" in page) == (True, False)


def test_the_address_of_the_verdict_leads_to_the_reader_where_it_is_asked_for(cast: Cast, client: Client) -> None:
    client.force_login(cast.audit_admin)
    answer = client.get("/audit/verify/")
    assert (answer.status_code, answer["Location"]) == (302, "/audit/")


def test_every_event_is_marked_for_every_consumer(cast: Cast) -> None:
    before = set(Event.objects.values_list("pk", flat=True))
    cast.draft()
    told = Event.objects.exclude(kind="audit.vouch").exclude(pk__in=before)  # what was written in bulk is no news
    assert set(Mark.objects.filter(consumer="notices").values_list("event_id", flat=True)) == set(
        told.values_list("pk", flat=True)
    )
    assert told.exists()


def test_a_timeline_line_says_when_what_and_on_whose_behalf(cast: Cast) -> None:
    proposal = cast.filed()
    filed = Event.objects.get(kind="proposals.file", subject_id=proposal.pk)
    line = entry(filed)
    assert (line.what, line.more, line.key) == ("立案，编为第 0001 号", "社会类 001 号", True)
    imported = Event(kind="proposals.draft", at=None, data={"on_behalf": "某"}, actor_name="秦若水")
    assert (entry(imported).when, entry(imported).behalf) == ("日期不详", "秦若水代录")


def test_sign_ins_and_failures_are_events_of_the_own_committee(cast: Cast, client: Client) -> None:
    cast.proposer.set_password("长长的密码一二三四")
    cast.proposer.save()
    client.post("/accounts/login/", {"login": "YX001", "password": "错的"})
    client.post("/accounts/login/", {"login": "YX001", "password": "长长的密码一二三四"})
    client.post("/accounts/logout/")
    kept = Event.objects.filter(kind__startswith="accounts.sign").order_by("id").values_list("kind", "committee_code")
    assert list(kept) == [("accounts.sign_in_failed", "YX"), ("accounts.sign_in", "YX"), ("accounts.sign_out", "YX")]


def test_five_wrong_passwords_lock_the_name_out(cast: Cast, client: Client) -> None:
    cast.proposer.set_password("长长的密码一二三四")
    cast.proposer.save()
    answers = [client.post("/accounts/login/", {"login": "YX001", "password": f"错的{n}"}) for n in range(5)]
    assert answers[-1].status_code == 429
    assert "暂时不能登录" in answers[-1].text
    locked = client.post("/accounts/login/", {"login": "YX001", "password": "长长的密码一二三四"})
    assert locked.status_code == 429
    assert Event.objects.filter(kind="accounts.locked_out").exists()


def test_the_audit_reader_shows_the_own_committee_only(cast: Cast, client: Client, django_assert_num_queries: object) -> None:
    cast.filed(title="关于本县的一件事的建议")
    actions.record(
        "proposals.export", cast.other_county, actor=cast.office_of_other_county, at=moment("2026-03-02"), data={"rows": 77}
    )
    client.force_login(cast.audit_admin)
    page = client.get("/audit/")
    assert "关于本县的一件事的建议" in page.text
    assert "导出提案 77 件" not in page.text
    client.force_login(cast.office)
    assert client.get("/audit/").status_code == 403


def test_verifying_on_the_screen_names_the_first_bad_event(cast: Cast, client: Client) -> None:
    cast.filed()
    sealing.seal(at=moment("2026-03-03"))
    client.force_login(cast.audit_admin)
    assert "没有改动" in client.post("/audit/verify/").text
    models.QuerySet(Event).filter(kind="proposals.file").update(actor_name="别人")
    assert "不符" in client.post("/audit/verify/").text
