"""On every day of the year every desk has work, and a day always gives the same world."""

import hashlib
from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.sampling import THOROUGH
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.demo import world
from tongxin.demo.clock import Clock, at
from tongxin.handling import queries as handling
from tongxin.handling.models import Case, Task
from tongxin.handling.regulations import Deadlines
from tongxin.handling.workflow import CASES, TASKS
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import PROPOSAL
from tongxin.regulations.queries import in_force
from tongxin.workflow.engine import unexplained

DAYS = ["2027-03-05", "2026-10-08", "2027-12-31", "2027-02-20", "2027-06-30"]


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS if THOROUGH else DAYS[:2])
def test_every_desk_has_work(day: str) -> None:
    today = date.fromisoformat(day)
    world.build(today=today)
    county = Proposal.objects.filter(committee__code="YX")
    states = Counter(county.values_list("state", flat=True))
    assert [s for s in ("draft", "gathering", "submitted", "returned", "in_decision", "filed") if states[s] < 2] == []
    assert set(county.filter(state="filed").values_list("routed_to", flat=True)) == {"government", "party", "procuratorate"}
    tasks = Counter(Task.objects.filter(committee__code="YX").values_list("state", flat=True))
    assert [s for s in ("awaiting", "return_asked", "in_hand", "with_leader", "under_review") if tasks[s] < 1] == []
    cases = Counter(Case.objects.filter(committee__code="YX").values_list("state", flat=True))
    assert [s for s in ("in_hand", "rating", "with_office", "closed") if cases[s] < 1] == []
    assert Case.objects.filter(state="in_hand", round=2).count() >= 3
    committee = county[0].committee
    assert proposals.to_be_passed_on([committee.pk]).count() >= 3
    rules: Deadlines = in_force(committee, Deadlines, today)
    chips = {
        (chip.level, what)
        for task in Task.objects.filter(committee=committee).select_related("case")
        for due, what in [handling.clock_of(task)]
        if (chip := handling.chip(due, on=today, rules=rules, what=what))
    }
    expected = {("red", ""), ("yellow", ""), ("soon", ""), ("red", "会办"), ("red", "签收")}
    if Clock(today).assigned_for_due(3, (0, 3)) is None:  # before some days off no reply can be due
        expected.remove(("yellow", ""))
    assert expected <= chips
    _roles_have_work(today)
    assert Event.objects.filter(at__gte=at(today)).count() == 0
    for workflow, model in ((PROPOSAL, Proposal), (CASES, Case), (TASKS, Task)):
        assert list(unexplained(workflow, model._base_manager.all())) == []


def _roles_have_work(today: date) -> None:
    """What the switcher promises about the people in it."""

    def tasks(username: str) -> set[str]:
        account = Account.objects.get(username=username)
        return set(handling.visible_to(account).filter(unit__appointments__account=account).values_list("state", flat=True))

    assert {"awaiting", "in_hand", "with_leader"} <= tasks("clerk")
    assert "with_leader" in tasks("unitlead")
    assert {"awaiting", "in_hand"} <= tasks("coclerk")
    assert "in_hand" in tasks("clerk2")
    for number, states in (("YX016", {"draft", "handed_over"}), ("YX193", {"draft", "handed_over"}), ("YX181", {"returned"})):
        own = Signature.objects.filter(member__number=number, role="first").values_list("proposal__state", flat=True)
        assert (number, states - set(own)) == (number, set())
        assert Signature.objects.filter(member__number=number, answer="invited", proposal__cosign_until__gt=at(today)).exists()
    for number in ("YX016", "YX193"):
        waiting = [
            s for c in Case.objects.filter(state="rating") for _r, s in handling.ratings_awaited(c) if s.member.number == number
        ]
        assert (number, len(waiting) >= 1) == (number, True)


def _digest() -> str:
    """Digest every row of every table of ours; encrypted fields by what they say."""
    facts = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
        if model.__module__.startswith("tongxin."):
            names = [f.attname for f in model._meta.concrete_fields]
            for row in model._base_manager.order_by("pk").values_list(*names):
                facts.update(f"{model._meta.label} {row}\n".encode())
    return facts.hexdigest()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_the_same_day_gives_the_same_world() -> None:
    """And, as `make thorough` looks, another seed another."""
    digests = []
    for seed in (0, 0, 1) if THOROUGH else (0, 0):
        call_command("flush", interactive=False, verbosity=0)
        world.build(today=date(2027, 4, 20), seed=seed)
        digests.append(_digest())
    assert digests[0] == digests[1]
    assert len(set(digests)) == (2 if THOROUGH else 1)
