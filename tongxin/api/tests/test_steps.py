"""Objects and their steps as data: what the pages show and do, to whom they do it, and no more."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.architecture.walking import undone
from tests.architecture.world import World, said, steps
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.predicates import nobody
from tongxin.accounts.models import Account
from tongxin.audit import audience
from tongxin.audit.models import Event
from tongxin.desks.declared import declared
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import Return
from tongxin.workflow import engine
from tongxin.workflow.table import BY_NAME, VISIBLE_TO, T, workflow_of

KEPT = (
    "kind",
    "subject_type",
    "subject_label",
    "committee_code",
    "actor_id",
    "acting_as",
    "from_state",
    "to_state",
    "data",
    "via",
)
REASON = {"reason": "请补充数据。"}


def address(subject: Any, action: str = "") -> str:
    parts = [workflow_of(subject).name, subject.uid]
    return reverse("api:step", args=[*parts, action]) if action else reverse("api:object", args=parts)


def seen(client: Client, subject: Any) -> str:
    return str(client.get(address(subject)).json()["seen"])


def take(client: Client, subject: Any, action: str, body: dict[str, Any]) -> Any:
    return client.post(address(subject, action), body, content_type="application/json")


def moves() -> int:
    """Count what was done to anything; who signs in leaves an event too."""
    return Event.objects.exclude(to_state="").count()


# ── who sees what ────────────────────────────────────────────────────────────────────────────────
def test_an_object_opens_to_whom_its_steps_open_and_tells_each_what_is_theirs(cast: Cast) -> None:
    World(cast).everything()
    people = {name: Account.objects.get(pk=account.pk) for name, account in cast.everyone().items()}
    for name, workflow in BY_NAME.items():
        everything = list(apps.get_model(workflow.model).objects.all())
        for who, user in people.items():
            visible, client = set(VISIBLE_TO[name](user).values_list("uid", flat=True)), as_(user)
            page = next((p for p in declared("OBJECTS") if p.model._meta.label_lower == workflow.model), None)
            others = [row for row in everything if row.uid not in visible]
            beside = [row for row in others if page and page.one(user, row.uid)]
            sample = [
                *[row for row in everything if row.uid in visible][:4],
                *beside[:2],
                *[r for r in others if r not in beside][:2],
            ]
            for row in sample:
                opens = client.get(row.get_absolute_url()).status_code == 200 if page else row.uid in visible
                answer = client.get(address(row))
                assert answer.status_code == (200 if opens else 404), (who, name, row.state)
                if opens:
                    _tells_what_is_theirs(answer.json(), row, user)
    ours = Proposal.objects.filter(committee=cast.county, state=State.FILED)[0]
    for who in (people["member_of_other_county"], people["office_of_other_county"]):
        assert take(as_(who), ours, "unfile", {"seen": "", "said": REASON}).status_code == 404


def _tells_what_is_theirs(found: dict[str, Any], row: Any, user: Account) -> None:
    offers = engine.available(row, user, at=timezone.now())
    told = [(one["action"], one["reasons"], one["asks"] is not None) for one in found["actions"]]
    assert told == [(offer.row.action, list(offer.reasons), offer.row.asks is not None) for offer in offers]
    events = Event.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
    assert len(found["timeline"]) == len(audience.told(user, [row], events))


def test_a_unit_reads_of_its_proposal_what_the_page_tells_and_takes_no_step(cast: Cast) -> None:
    proposal = cast.assigned().proposal
    client = as_(cast.unit_leader)
    assert (client.get(proposal.get_absolute_url()).status_code, client.get(address(proposal)).status_code) == (200, 200)
    assert client.get(address(proposal)).json()["actions"] == []
    assert take(client, proposal, "unfile", {"seen": "", "said": REASON}).status_code == 404


def test_what_is_said_loses_what_no_database_holds(cast: Cast) -> None:
    proposal = cast.submitted()
    client = as_(cast.office)
    seen = client.get(address(proposal)).json()["seen"]
    answer = take(client, proposal, "return_for_revision", {"seen": seen, "said": {"reason": "请补充\x00数据。"}})
    assert answer.status_code == 200, answer.json()
    assert Event.objects.filter(kind="proposals.return_for_revision").get().data["reason"] == "请补充数据。"


def test_what_happened_meanwhile_ends_in_one_full_stop(cast: Cast) -> None:
    proposal = cast.submitted()
    engine.perform(proposal, "return_for_revision", actor=cast.office, at=timezone.now(), payload=Return("请补充数据。"))
    sentence = audience.said_to(cast.office, proposal, engine.last_event(proposal))
    assert sentence.endswith("请补充数据。"), sentence


# ── taking a step ────────────────────────────────────────────────────────────────────────────────
def _taken(world: World) -> Iterator[tuple[Any, T, Account]]:
    """Yield each step that somebody of the cast may take now, with a row and the one who takes it."""
    for name, state, row in steps():
        if row.by is nobody:
            continue
        for subject in world.rows(name, state):
            actor = next((a for a in world.cast.everyone().values() if row.by.test_at(a, subject, timezone.now())), None)
            if actor is not None:
                yield subject, row, Account.objects.get(pk=actor.pk)
                break


def test_every_step_leaves_the_same_event_as_on_its_page(cast: Cast) -> None:
    world, compared = World(cast), set()
    for subject, row, actor in _taken(world):
        client = as_(actor)
        offer = next(o for o in engine.available(subject, actor, at=timezone.now()) if o.row is row)
        told = client.get(address(subject)).json()
        asks = next(one["asks"] for one in told["actions"] if one["action"] == row.action) or {"properties": ()}
        plain = {name: value for name, value in engine.plain(said(row, subject, actor)).items() if name in asks["properties"]}
        body = {"seen": told["seen"], "said": plain}
        before = Event.objects.count()
        if offer.blocked:
            answer = take(client, subject, row.action, body)
            assert (answer.status_code, answer.json()["reasons"]) == (409, list(offer.reasons)), row.action
            assert Event.objects.count() == before
            continue
        with undone():
            form = {name: value for name, value in plain.items() if value is not False}
            client.post(reverse("transition", args=[workflow_of(subject).name, subject.uid, row.action]), form)
            by_page = list(Event.objects.order_by("id").values(*KEPT)[before:])
        answer = take(client, subject, row.action, body)
        assert answer.status_code == 200, (row.action, answer.json())
        assert list(Event.objects.order_by("id").values(*KEPT)[before:]) == by_page, row.action
        compared.add((workflow_of(subject).name, row.action))
    assert len(compared) > 20
    assert {name for name, _action in compared} == set(BY_NAME)


def test_a_step_decides_on_what_it_was_shown(cast: Cast) -> None:
    proposal, office = cast.submitted(), as_(cast.office)
    old = seen(office, proposal)
    engine.perform(proposal, "return_for_revision", actor=cast.office, at=timezone.now(), payload=Return("请补充数据"))
    engine.perform(Proposal.objects.get(pk=proposal.pk), "submit", actor=cast.proposer, at=timezone.now())
    before = moves()
    for stale in (old, "", "x"):
        late = take(office, proposal, "return_for_revision", {"seen": stale, "said": REASON})
        assert (late.status_code, late.json()["code"]) == (409, "overtaken")
        assert "提交" in late.json()["detail"]
    assert moves() == before
    body = {"seen": seen(office, proposal), "said": REASON}
    assert take(office, proposal, "return_for_revision", body).status_code == 200
    again = take(office, proposal, "return_for_revision", body)
    assert (again.status_code, again.json()["code"]) == (409, "overtaken")
    assert "您已于" in again.json()["detail"]


def test_a_text_that_was_written_on_is_not_handed_in_unread(cast: Cast) -> None:
    draft, client = cast.draft(), as_(cast.proposer)
    old = seen(client, draft)
    proposals.save_text(
        draft, fields={"title": "关于另一件事的提案"}, started_from=draft.version, actor=cast.proposer, at=timezone.now()
    )
    assert take(client, draft, "submit", {"seen": old}).json()["code"] == "overtaken"
    assert Proposal.objects.get(pk=draft.pk).state == State.DRAFT
    assert take(client, draft, "submit", {"seen": seen(client, draft)}).status_code == 200


def test_what_is_said_with_a_step_is_checked_as_its_form_checks_it(cast: Cast) -> None:
    proposal, office = cast.in_decision(), as_(cast.office)
    now, before = seen(office, proposal), moves()
    good = {"construction": "social", "topic": "learning", "routed_to": "government"}
    for wrong, fields in (
        ({}, {"said.construction", "said.topic", "said.routed_to"}),
        (good | {"topic": "nowhere"}, {"said.topic"}),
        (good | {"topic": ["learning"]}, {"said.topic"}),
        (good | {"topic": 3}, {"said.topic"}),
        (good | {"colour": "red"}, {"said.colour"}),
    ):
        answer = take(office, proposal, "file", {"seen": now, "said": wrong})
        assert (answer.status_code, set(answer.json()["fields"])) == (422, fields), wrong
    assert take(office, proposal, "file", {"said": good}).json()["fields"] == {"seen": "缺少这一项。"}
    own = take(
        office, proposal, "not_file", {"seen": now, "said": {"reason_code": "secret", "destination": "letter", "reason": "涉密"}}
    )
    assert "内容去向只能是" in own.json()["fields"]["said.destination"]
    assert moves() == before


def test_what_is_not_offered_is_refused_and_what_does_not_exist_is_not_found(cast: Cast) -> None:
    proposal, before = cast.submitted(), moves()
    leader, office = as_(cast.leader), as_(cast.office)
    assert take(leader, proposal, "return_for_revision", {"seen": seen(leader, proposal), "said": REASON}).status_code == 403
    assert take(office, proposal, "gather", {"seen": seen(office, proposal)}).status_code == 403
    assert take(office, proposal, "fly", {"seen": seen(office, proposal)}).status_code == 404
    assert office.get(reverse("api:object", args=["nothing", proposal.uid])).status_code == 404
    assert moves() == before


def test_what_a_step_asks_is_a_schema_with_the_choices_of_the_moment(cast: Cast) -> None:
    office = as_(cast.office)
    found = {one["action"]: one for one in office.get(address(cast.in_decision())).json()["actions"]}
    topic = found["file"]["asks"]["properties"]["topic"]
    assert {"const": "learning", "title": {c["const"]: c["title"] for c in topic["oneOf"]}["learning"]} in topic["oneOf"]
    assert found["file"]["asks"]["required"] == ["construction", "topic", "routed_to"]
    assert found["return_for_revision"]["asks"]["properties"]["reason"]["maxLength"] == 300


# ── who is nobody, and who comes from elsewhere ──────────────────────────────────────────────────
def test_nothing_is_answered_or_done_without_a_session(cast: Cast) -> None:
    proposal, before = cast.submitted(), moves()
    client = Client(enforce_csrf_checks=True)
    for path in (reverse("api:lists"), reverse("api:list-members"), reverse("api:openapi"), address(proposal)):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (
            401,
            "unauthorized",
            "application/problem+json",
        )
    assert take(client, proposal, "return_for_revision", {"seen": "", "said": REASON}).status_code == 401
    assert moves() == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_nothing_is_written_without_the_token(cast: Cast, kind: str) -> None:
    proposal, before = cast.submitted(), moves()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.office)
    answer = client.post(address(proposal, "return_for_revision"), '{"seen": "", "said": {}}', content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert (moves(), Proposal.objects.get(pk=proposal.pk).state) == (before, State.SUBMITTED)


def test_with_the_token_of_the_pages_it_is_written(cast: Cast) -> None:
    proposal, client = cast.submitted(), Client(enforce_csrf_checks=True)
    client.force_login(cast.office)
    client.get("/home/")
    token = client.cookies["csrftoken"].value
    body = {"seen": seen(client, proposal), "said": REASON}
    answer = client.post(
        address(proposal, "return_for_revision"), body, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert (answer.status_code, answer.json()["object"]["state"]) == (200, State.RETURNED)
    assert Event.objects.order_by("-id")[0].kind == "proposals.return_for_revision"
