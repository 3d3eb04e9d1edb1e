"""What an administrator of the database alone can do is found: each forgery here is one he might try."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models

from tests.cast import Cast, moment
from tongxin.audit import actions, digests, outside, sealing, verifying
from tongxin.audit.models import Chain, Event, Head, Seal
from tongxin.audit.tests.forging import NIGHT, delete, found, raw
from tongxin.committees import vouching
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.handling.models import Case, Rating, Reply
from tongxin.proposals.models import Proposal
from tongxin.regulations.models import Regulation

CHANGED = "记录被改动过，或者它前面缺少记录"


def last(code: str = "YX") -> Event:
    event = Event.objects.filter(committee_code=code).order_by("-id").first()
    assert event is not None
    return event


# ── events ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "change",
    [
        {"actor_name": "别人"},
        {"at": moment("2025-01-01")},
        {"recorded_at": moment("2025-01-01")},
        {"kind": "proposals.withdraw"},
        {"data": {"reason": "另有原因"}},
        {"to_state": "draft"},
        {"acting_as": "别处"},
        {"via": "import"},
        {"subject_uid": "x"},
        {"actor_uid": "x"},
        {"committee_code": "WC"},
        {"subject_label": "别的事"},
        {"proofs": {}},
        {"veils": {}},
        {"digest": "x"},
        {"regulation_version": "*"},
        {"from_state": "draft"},
        {"request": "x"},
        {"behalf_name": "别人"},
        {"behalf_uid": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_event_is_found_before_it_is_sealed(rated: Cast, change: dict[str, Any]) -> None:
    event = Event.objects.get(kind="proposals.file")
    if {name: getattr(event, name) for name in change} == change:
        event = Event.objects.get(kind="tasks.send")
    raw(Event).filter(pk=event.pk).update(**change)
    where, why = found()
    assert where is not None
    assert why in {CHANGED, "事项末尾的记录被删去", "数据没有办理记录"}


def test_every_field_of_an_event_is_covered_or_named_here() -> None:
    local = {"id", "subject_id", "actor", "on_behalf_of", "digest"}  # keys that hold in one database; the digest itself
    covered = {*digests.PLAIN, *digests.NAMES, "data", "veils", "proofs", "at", "recorded_at"}
    assert {f.name for f in Event._meta.concrete_fields} == covered | local


@pytest.mark.parametrize("key", ["subject_id", "actor_id"])
def test_an_event_hung_onto_another_row_is_found(rated: Cast, key: str) -> None:
    other = rated.draft() if key == "subject_id" else rated.bystander
    event = Event.objects.filter(kind="proposals.file").get()
    raw(Event).filter(pk=event.pk).update(**{key: other.pk})
    assert found() == (event.uid, "记录被改到其他事项" if key == "subject_id" else "记录被改到他人名下")


def test_a_deleted_event_is_found_before_it_is_sealed(rated: Cast) -> None:
    event = Event.objects.get(kind="proposals.file")
    following = Event.objects.filter(subject_type=event.subject_type, subject_id=event.subject_id, pk__gt=event.pk).first()
    assert following is not None
    delete(event)
    assert found() == (following.uid, CHANGED)


def test_the_last_event_of_a_subject_deleted_with_its_head_set_back_is_found(rated: Cast) -> None:
    event = last()
    before = Event.objects.filter(subject_type=event.subject_type, subject_uid=event.subject_uid, pk__lt=event.pk).last()
    assert before is not None
    delete(event)
    own = raw(Head).filter(subject_uid=event.subject_uid)
    number = own.get().events
    own.update(events=number - 1, digest=before.digest)
    assert found()[1] == "事项的末条摘要被改动过"
    own.delete()
    assert found()[1] == "事项没有末条摘要"


def test_a_subject_all_of_whose_events_are_gone_is_found(rated: Cast) -> None:
    extra = rated.draft()
    own = Event.objects.filter(subject_type="proposals.proposal", subject_id=extra.pk)
    delete(*own)
    assert found() == (extra.uid, "事项末尾的记录被删去")


def test_a_forged_event_dated_back_is_found(rated: Cast) -> None:
    """Copied from a real one, which is the best that can be done without the key."""
    event = Event.objects.get(kind="proposals.file")
    forged = Event(
        **{f.attname: getattr(event, f.attname) for f in Event._meta.concrete_fields if f.attname not in {"id", "uid"}}
    )
    forged.kind, forged.at, forged.recorded_at = "proposals.release", moment("2024-01-01"), moment("2024-01-01")
    forged.save()
    assert found() == (forged.uid, CHANGED)


def test_with_another_key_nothing_fits(rated: Cast, settings: Any) -> None:
    settings.AUDIT_KEY = "另一把钥匙"
    assert found()[1] == CHANGED


# ── the chain ────────────────────────────────────────────────────────────────────────────────────
def test_what_is_not_sealed_yet_verifies_too(rated: Cast) -> None:
    verdict = verifying.verify()
    assert (verdict.problems, verdict.events, verdict.sealed) == ((), Event.objects.count(), 0)


def test_a_sealed_stream_verifies_and_grows(sealed: Cast) -> None:
    verdict = verifying.verify(committee_code="YX")
    own = Event.objects.filter(committee_code="YX").count()
    assert (verdict.ok, verdict.first_bad, verdict.events, verdict.sealed) == (True, None, own, own)
    sealed.draft()
    assert sealing.seal(at=moment("2026-03-04")) > 0
    assert verifying.verify().ok
    assert sealing.seal(at=moment("2026-03-05")) == 0


def test_two_events_that_changed_places_in_the_chain_are_found(sealed: Cast) -> None:
    one, two = (Seal.objects.get(committee_code="YX", number=n) for n in (5, 6))
    for seal, number in ((one, 900), (two, 5), (one, 6)):
        raw(Seal).filter(pk=seal.pk).update(number=number)
    assert found() == (two.event.uid, "链上的记录被调换过")


def test_swapped_keys_of_two_sealed_events_are_found(sealed: Cast) -> None:
    """The rows stay as they are, seals and all, but for their places in the table."""
    one, two = Event.objects.filter(kind="regulations.adopt", committee_code="YX").order_by("id")[:2]
    copies = [{f.attname: getattr(e, f.attname) for f in Event._meta.concrete_fields if f.attname != "id"} for e in (one, two)]
    raw(Event).filter(pk=one.pk).update(uid="zzzzzzzzzzzz")
    raw(Event).filter(pk=two.pk).update(**copies[0])
    raw(Event).filter(pk=one.pk).update(**copies[1])
    assert found()[1] == "链上的记录被调换过"


def test_the_last_sealed_event_deleted_with_its_seal_is_found(sealed: Cast) -> None:
    """With the subject's head set back to the event before, as far as that can be done without the key."""
    event = last()
    before = Event.objects.filter(subject_uid=event.subject_uid, pk__lt=event.pk).last()
    assert before is not None
    delete(event)
    own = raw(Head).filter(subject_uid=event.subject_uid)
    assert found() == (before.uid, "事项末尾的记录被删去")
    own.update(events=own.get().events - 1, digest=before.digest)
    assert found() == (before.uid, "事项的末条摘要被改动过")
    own.update(mac=digests.of_head(own.get()))  # … and with the key: the chain still knows its number
    assert found()[1] in {"链尾的记录被删去", "有办理记录的数据被删去"}


def cut_end() -> int:
    """Take the last event out of the chain together with its seal and set the chain row back; return its number."""
    seal = Seal.objects.filter(committee_code="YX").order_by("-number").first()
    assert seal is not None
    before = Seal.objects.get(committee_code="YX", number=seal.number - 1)
    raw(Seal).filter(pk=seal.pk).delete()
    raw(Chain).filter(committee_code="YX").update(number=before.number, digest=before.digest)
    return seal.number


def test_an_end_cut_off_the_chain_is_found(sealed: Cast) -> None:
    number = cut_end()
    assert found() == (f"YX:{number - 1}", "链头被改动过")


def test_whoever_has_the_key_too_is_found_by_the_file_outside(sealed: Cast) -> None:
    number = cut_end()
    chain = Chain.objects.get(committee_code="YX")
    raw(Chain).filter(pk=chain.pk).update(mac=digests.of_chain(chain))
    assert found() == (f"YX:{number}", "数据库比库外留存的链头旧：恢复过较早的备份，或者末尾的记录被删去")


# ── the file outside ─────────────────────────────────────────────────────────────────────────────
def lines() -> list[str]:
    return sealing.heads_file().read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.fixture
def noted(sealed: Cast) -> Cast:
    """Three rounds of sealing: three lines of the county's."""
    for hour in (5, 6):
        sealed.draft()
        sealing.seal(at=moment("2026-03-05", hour))
    assert verifying.verify().ok
    return sealed


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (lambda kept: kept[1:], "库外留存的链头文件被改动过"),
        (lambda kept: [*kept[:-2], kept[-1]], "库外留存的链头文件被改动过"),
        (lambda kept: kept[:-1], outside.HEADS_CUT),
        (lambda _kept: [], outside.HEADS_CUT),
        (lambda kept: [*kept, kept[-1]], "库外留存的链头文件被改动过"),
        (lambda kept: [json.dumps(json.loads(kept[0]) | {"committee": "??"}) + "\n", *kept[1:]], "库外留存的链头文件被改动过"),
        (lambda kept: [*kept[:-1], json.dumps(json.loads(kept[-1]) | {"digest": "x"}) + "\n"], "库外留存的链头文件被改动过"),
    ],
    ids=[
        "first line gone",
        "line before the last gone",
        "last line gone",
        "empty",
        "a line twice",
        "a line of another",
        "a digest",
    ],
)
def test_the_file_outside_can_only_grow(noted: Cast, forge: Callable[[list[str]], list[str]], why: str) -> None:
    kept = lines()
    sealing.heads_file().write_text("".join(forge(kept)), encoding="utf-8")
    assert found()[1] == why
    sealing.heads_file().write_text("".join(kept), encoding="utf-8")
    assert verifying.verify().ok


def test_a_missing_file_is_found(noted: Cast) -> None:
    sealing.heads_file().unlink()
    assert found()[1] == outside.HEADS_GONE
    sealing.growth_file().unlink()
    assert found()[1] == "库外留存的链头文件缺少已写入的行"


def begin_anew() -> None:
    """Take all seals, the chains and the heads file away, as whoever has the database and that file can."""
    raw(Seal).all().delete()
    raw(Chain).all().delete()
    sealing.heads_file().unlink()


def test_a_chain_begun_anew_with_the_file_outside_is_found_before_and_after_the_next_round(noted: Cast) -> None:
    begin_anew()
    assert found()[1] == outside.HEADS_GONE
    sealing.seal(at=moment("2026-03-06"))
    assert found()[1] == outside.HEADS_CUT
    noted.draft()
    sealing.seal(at=moment("2026-03-07"))
    assert found()[1] == outside.HEADS_CUT


def test_database_and_file_outside_cut_back_to_an_earlier_round_are_found(noted: Cast) -> None:
    kept, seals = lines(), Seal.objects.filter(committee_code="YX").order_by("-number")
    sealing.heads_file().write_text("".join(kept[:-1]), encoding="utf-8")
    number = json.loads(kept[-2])["number"]
    delete(*[seal.event for seal in seals.filter(number__gt=number)])
    assert found()[1] in {outside.HEADS_CUT, "事项末尾的记录被删去"}
    noted.draft()
    sealing.seal(at=moment("2026-03-07"))
    assert not verifying.verify().ok
    assert not sealing.begins_as_noted(sealing.heads_file().open("rb"))


def test_a_line_that_a_full_disk_cut_off_says_nothing_and_harms_nothing(noted: Cast) -> None:
    with sealing.heads_file().open("a", encoding="utf-8") as out:
        out.write('{"committee": "YX", "num')
    assert verifying.verify().ok
    noted.draft()
    sealing.seal(at=moment("2026-03-06"))
    assert verifying.verify().ok
    assert lines()[-1].endswith("\n")


def test_heads_that_a_crash_kept_out_of_the_file_are_written_in_the_next_round(noted: Cast, monkeypatch: Any) -> None:
    noted.draft()
    monkeypatch.setattr(sealing, "note_heads", lambda **_more: 0)
    sealing.seal(at=moment("2026-03-06"))
    monkeypatch.undo()
    before = len(lines())
    assert verifying.verify().ok
    sealing.seal(at=moment("2026-03-07"))
    assert len(lines()) == before + 1
    assert verifying.verify().ok


# ── rows that events vouch for ───────────────────────────────────────────────────────────────────
def test_ratings_turned_to_satisfied_are_found(sealed: Cast) -> None:
    bad = Rating.objects.get(result="dissatisfied")
    raw(Rating).update(result="satisfied", attitude="satisfied")
    assert found() == (f"handling.rating:{bad.uid}", "数据被改动过")


def test_a_rating_added_past_the_house_is_found(sealed: Cast) -> None:
    kept = Rating.objects.first()
    assert kept is not None
    raw(Rating).filter(pk=kept.pk).update(uid="forged")
    assert found() == ("handling.rating:forged", "数据没有办理记录")


def test_a_rating_taken_away_is_found(sealed: Cast) -> None:
    kept = Rating.objects.first()
    assert kept is not None
    raw(Rating).filter(pk=kept.pk).delete()
    assert found() == (f"handling.rating:{kept.uid}", "有办理记录的数据被删去")


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Reply, {"text": "已经全部办好。"}),
        (Reply, {"category": "A"}),
        (Reply, {"leader": "别人"}),
        (Reply, {"phone": "0000000"}),
        (Proposal, {"number": 99}),
        (Proposal, {"category_number": 99}),
        (Regulation, {"body": {"sign_working_days": 30}}),
        (Regulation, {"title": "另一份文件"}),
        (Appointment, {"duty": Duty.SYSTEM_ADMIN}),
        (Appointment, {"ends_on": "2090-01-01"}),
    ],
    ids=str,
)
def test_numbers_replies_regulations_and_appointments_are_vouched_for(
    sealed: Cast, model: type[models.Model], change: dict[str, Any]
) -> None:
    rows = raw(model)
    if model is Appointment:
        rows = rows.filter(unit=None)
    row = rows.filter(number__isnull=False).first() if model is Proposal else rows.first()
    assert row is not None
    raw(model).filter(pk=row.pk).update(**change)
    assert found() == (f"{model._meta.label_lower}:{row.uid}", "数据被改动过")


def test_a_changed_number_is_not_laundered_by_the_next_lawful_step(rated: Cast) -> None:
    from tongxin.proposals.workflow import Withdrawal
    from tongxin.workflow.engine import perform

    proposal = rated.filed()
    raw(Proposal).filter(pk=proposal.pk).update(number=99)
    perform(Proposal.objects.get(pk=proposal.pk), "withdraw", actor=rated.proposer, at=NIGHT, payload=Withdrawal("不办了。"))
    assert found() == (f"proposals.proposal:{proposal.uid}", "数据被改动过")


def test_a_changed_appointment_is_not_laundered_by_its_end(rated: Cast) -> None:
    from tongxin.committees import actions as bodies

    made = Appointment.objects.get(account=rated.clerk)
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_LEADER)
    bodies.end_appointment(Appointment.objects.get(pk=made.pk), actor=rated.security_admin, at=NIGHT)
    assert found() == (f"committees.appointment:{made.uid}", "数据被改动过")


def test_a_head_set_back_is_not_mended_by_the_next_writer(rated: Cast) -> None:
    event = last()
    before = Event.objects.filter(subject_uid=event.subject_uid, pk__lt=event.pk).last()
    assert before is not None
    delete(event)
    own = raw(Head).filter(subject_uid=event.subject_uid)
    own.update(events=own.get().events - 1, digest=before.digest, mac="x")
    case = Case.objects.get(pk=event.subject_id)
    actions.record("handling.read_ratings", case, actor=rated.office, at=NIGHT)
    assert found()[1] == "事项的末条摘要被改动过"


def test_a_chain_head_set_back_is_not_mended_by_the_next_round(sealed: Cast) -> None:
    cut_end()
    sealed.draft()
    sealing.seal(at=moment("2026-03-06"))
    assert not verifying.verify().ok


def test_an_unsealed_event_hung_on_nothing_is_found(rated: Cast) -> None:
    event = Event.objects.get(kind="proposals.file")
    raw(Event).filter(pk=event.pk).update(subject_id=99_999_999)
    assert found() == (event.uid, "记录被改到其他事项")
    raw(Event).filter(pk=event.pk).update(subject_id=event.subject_id, actor_id=None)
    assert found() == (event.uid, "记录被改到他人名下")


@pytest.mark.parametrize("model", [Rating, Reply, Appointment], ids=str)
def test_a_row_that_points_to_nothing_is_named(rated: Cast, model: Any) -> None:
    """Queries that go by way of its committee miss it, those that count do not."""
    row = model.objects.order_by("pk")[0]
    raw(model).filter(pk=row.pk).update(committee_id=99_999)
    assert f"{model._meta.label_lower}:{row.uid}" in {problem.where for problem in verifying.verify().problems}
    raw(model).filter(pk=row.pk).update(committee_id=row.committee_id)
    assert verifying.verify().ok


@pytest.mark.parametrize("said", ['{"veils": 5}', '{"veils": {"x": 5}}', '{"veils": ["x"]}'])
def test_a_forged_erasure_hides_nothing_else(rated: Cast, said: str) -> None:
    forged = Rating.objects.get(result="dissatisfied")
    raw(Rating).filter(pk=forged.pk).update(result="satisfied")
    event = last()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET kind = 'audit.erase', data = %s WHERE id = %s", [said, event.pk])
    named = {problem.where for problem in verifying.verify().problems}
    assert {event.uid, f"handling.rating:{forged.uid}"} <= named


def test_two_events_of_one_subject_stand_one_behind_the_other(cast: Cast) -> None:
    proposal = cast.draft()
    first = actions.record("proposals.attach", proposal, actor=cast.proposer, at=NIGHT, data={"name": "一"})
    second = actions.record("proposals.attach", proposal, actor=cast.proposer, at=NIGHT, data={"name": "二"})
    assert second.digest == digests.of_event(second, previous=first.digest)
    assert Head.objects.get(subject_uid=proposal.uid).digest == second.digest


def test_the_worker_does_not_seal_a_forged_place_as_written(rated: Cast) -> None:
    event = Event.objects.get(kind="proposals.file")
    raw(Event).filter(pk=event.pk).update(subject_id=99_999_999)
    sealing.seal(at=NIGHT)
    assert found()[1] == "链头被改动过"


def test_a_row_that_bulk_vouching_alone_knows_is_not_laundered(cast: Cast) -> None:

    known = Appointment.objects.get(account=cast.clerk)
    made = raw(Appointment).create(
        committee=cast.county, account=cast.co_clerk, duty=Duty.UNIT_CLERK, unit=cast.unit, starts_on=known.starts_on
    )  # as before anybody vouched for appointments
    vouching.vouch_for_what_is_there(at=NIGHT)
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_LEADER)
    assert not actions.intact(Appointment.objects.get(pk=made.pk))
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_CLERK)
    assert actions.intact(Appointment.objects.get(pk=made.pk))


def test_a_head_emptied_by_hand_does_not_begin_a_life(rated: Cast) -> None:
    extra = rated.draft()
    own = Event.objects.filter(subject_type="proposals.proposal", subject_id=extra.pk)
    delete(*own)
    raw(Head).filter(subject_uid=extra.uid).update(events=0, digest="", mac="")
    actions.record("proposals.attach", extra, actor=rated.proposer, at=NIGHT, data={"name": "一"})
    assert not verifying.verify().ok
