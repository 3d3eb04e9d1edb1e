"""The event stream: added to, sealed, verified."""

import json

import pytest
from django.db import connection, models
from django.test import Client

from tests.cast import Cast, moment
from tongxin.audit import actions, kinds, sealing
from tongxin.audit.models import AppendOnlyError, Event, Mark, Seal
from tongxin.audit.templatetags.timeline import entry


def test_an_event_cannot_be_changed_or_deleted(cast: Cast) -> None:
    cast.draft()
    event = Event.objects.first()
    assert event is not None
    for attempt in (event.save, event.delete, lambda: Event.objects.update(kind="x"), lambda: Event.objects.all().delete(),
                    lambda: Event.objects.bulk_update([event], ["kind"])):  # fmt: skip
        with pytest.raises(AppendOnlyError):
            attempt()


def test_a_kind_without_a_sentence_is_refused(cast: Cast) -> None:
    with pytest.raises(actions.UnknownKindError):
        actions.record("proposals.unheard_of", cast.draft(), actor=cast.proposer, at=moment("2026-03-02"))
    with pytest.raises(ValueError, match="registered twice"):
        kinds.register(kinds.KINDS["proposals.submit"])


def test_every_event_is_marked_for_every_consumer(cast: Cast) -> None:
    before = Event.objects.count()
    cast.draft()
    assert Mark.objects.filter(event_id__gt=0, consumer="notices").count() == Event.objects.count()
    assert Event.objects.count() > before


def test_a_timeline_line_says_when_what_and_on_whose_behalf(cast: Cast) -> None:
    proposal = cast.filed()
    filed = Event.objects.get(kind="proposals.file", subject_id=proposal.pk)
    line = entry(filed)
    assert (line.what, line.more, line.key) == ("立案，编为第 0001 号", "社会类 001 号", True)
    imported = Event(kind="proposals.draft", at=None, data={"on_behalf": "某"}, actor_name="秦若水")
    assert (entry(imported).when, entry(imported).behalf) == ("日期不详", "秦若水代录")


@pytest.fixture
def sealed(cast: Cast) -> Cast:
    cast.filed()
    assert sealing.seal(at=moment("2026-03-03")) == Event.objects.count()
    return cast


def test_a_sealed_stream_verifies_and_grows(sealed: Cast) -> None:
    verdict = sealing.verify(committee_code="YX")
    assert (verdict.ok, verdict.first_bad, verdict.events) == (True, None, Event.objects.filter(committee_code="YX").count())
    sealed.draft()
    sealing.seal(at=moment("2026-03-04"))
    assert sealing.verify().ok
    assert sealing.seal(at=moment("2026-03-05")) == 0


def _middle() -> Event:
    return Seal.objects.get(committee_code="YX", number=5).event


def test_a_changed_event_is_named(sealed: Cast) -> None:
    event = _middle()
    models.QuerySet(Event).filter(pk=event.pk).update(actor_name="别人")
    verdict = sealing.verify()
    assert (verdict.ok, verdict.first_bad, verdict.reason) == (False, event.uid, "记录被改动过")


def test_a_deleted_event_is_noticed(sealed: Cast) -> None:
    event = _middle()
    following = Seal.objects.get(committee_code="YX", number=6).event
    models.QuerySet(Mark).filter(event=event).delete()
    models.QuerySet(Seal).filter(event=event).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [event.pk])
    verdict = sealing.verify(committee_code="YX")
    assert (verdict.ok, verdict.first_bad, verdict.reason) == (False, following.uid, "链上缺少记录")


def test_two_events_that_changed_places_are_noticed(sealed: Cast) -> None:
    one, two = (Seal.objects.get(committee_code="YX", number=n) for n in (5, 6))
    for seal, number in ((one, 900), (two, 5), (one, 6)):
        models.QuerySet(Seal).filter(pk=seal.pk).update(number=number)
    verdict = sealing.verify(committee_code="YX")
    assert (verdict.ok, verdict.first_bad, verdict.reason) == (False, two.event.uid, "记录被改动过")


def test_a_chain_made_anew_does_not_fit_the_heads_kept_outside(sealed: Cast) -> None:
    event = _middle()
    models.QuerySet(Event).filter(pk=event.pk).update(actor_name="别人")
    models.QuerySet(Seal).all().delete()
    kept = sealing.heads_file().read_text(encoding="utf-8")
    sealing.heads_file().unlink()
    sealing.seal(at=moment("2026-03-06"))
    assert sealing.verify().ok  # whoever owns the database can chain anew …
    sealing.heads_file().write_text(kept, encoding="utf-8")
    verdict = sealing.verify()
    assert (verdict.ok, verdict.reason) == (False, "与库外留存的链头不符")  # … but not the file outside it


def test_heads_beyond_the_chain_show_that_its_end_was_cut(sealed: Cast) -> None:
    with sealing.heads_file().open("a", encoding="utf-8") as out:
        out.write(json.dumps({"committee": "YX", "number": 10_000, "digest": "x", "at": ""}) + "\n")
    verdict = sealing.verify()
    assert (verdict.ok, verdict.first_bad, verdict.reason) == (False, "YX:10000", "库外留存的链头在库内已不存在")


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
    models.QuerySet(Event).filter(pk=_middle().pk).update(actor_name="别人")
    assert "对不上" in client.post("/audit/verify/").text
