"""A trigger, a rule, a view on our tables is named; what it does to a row on its way is not vouched for."""

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from tests.cast import Cast, moment
from tongxin.audit import given, strangers, truth, verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import found
from tongxin.cli import checking
from tongxin.committees.models import Appointment
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import Rating
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import Filing
from tongxin.workflow.engine import perform

AT = moment("2026-03-04")
LITE, POSTGRES = "sqlite", "postgresql"

TRIGGER = {
    LITE: ["CREATE TRIGGER kindly AFTER INSERT ON handling_rating BEGIN UPDATE handling_rating SET result = 'satisfied'; END"],
    POSTGRES: [
        "CREATE FUNCTION kindly() RETURNS trigger AS $$ BEGIN NEW.result := 'satisfied'; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER kindly BEFORE INSERT ON handling_rating FOR EACH ROW EXECUTE FUNCTION kindly()",
    ],
}
SWALLOW = {
    LITE: ["CREATE TRIGGER kindly AFTER INSERT ON handling_rating BEGIN DELETE FROM handling_rating WHERE id = NEW.id; END"],
    POSTGRES: [
        "CREATE FUNCTION kindly() RETURNS trigger AS $$ BEGIN DELETE FROM handling_rating; RETURN NULL; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER kindly AFTER INSERT ON handling_rating FOR EACH ROW EXECUTE FUNCTION kindly()",
    ],
}
VIEW = ["ALTER TABLE handling_rating RENAME TO hidden", "CREATE VIEW handling_rating AS SELECT * FROM hidden"]
STRANGE: list[tuple[str, list[str], tuple[str, str, str]]] = [
    (LITE, TRIGGER[LITE], ("handling_rating", "kindly", strangers.TRIGGER)),
    (LITE, VIEW, ("handling_rating", "handling_rating", strangers.NO_TABLE)),
    (POSTGRES, TRIGGER[POSTGRES], ("handling_rating", "kindly", strangers.TRIGGER)),
    (POSTGRES, VIEW, ("handling_rating", "handling_rating", strangers.NO_TABLE)),
    (
        POSTGRES, ["CREATE RULE kindly AS ON DELETE TO handling_rating DO INSTEAD NOTHING"],
        ("handling_rating", "kindly", strangers.RULE),
    ),
    (
        POSTGRES, ["ALTER TABLE handling_rating ENABLE ROW LEVEL SECURITY"],
        ("handling_rating", "row security", strangers.RULE),
    ),
    (POSTGRES, ["CREATE TABLE more () INHERITS (handling_rating)"], ("handling_rating", "more", strangers.HEIR)),
]  # fmt: skip


def run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_nothing_stands_on_our_tables_but_what_we_made(cast: Cast) -> None:
    assert strangers.strangers() == []


@pytest.mark.parametrize(
    ("statements", "named"), [row for vendor, *row in STRANGE if vendor == connection.vendor], ids=lambda said: str(said)[:40]
)
def test_what_stands_on_our_tables_and_is_not_ours_is_named(
    cast: Cast, statements: list[str], named: tuple[str, str, str]
) -> None:
    run(statements)
    table, name, reason = named
    assert [tuple(stranger) for stranger in strangers.strangers()] == [named]
    assert found() == (f"{table}:{name}", reason)
    assert [str(problem) for problem in checking._record()] == [f"{reason}：{table}:{name}"]


def test_every_one_of_several_is_named(cast: Cast) -> None:
    run(TRIGGER[connection.vendor])
    second = [
        statement.replace("kindly", "again").replace("handling_rating", "handling_task")
        for statement in TRIGGER[connection.vendor]
    ]
    run(second)
    assert [(problem.where, problem.reason) for problem in verifying.verify().problems] == [
        ("handling_rating:kindly", strangers.TRIGGER),
        ("handling_task:again", strangers.TRIGGER),
    ]


def test_a_view_that_only_looks_is_nobodys_business(cast: Cast) -> None:
    run(["CREATE VIEW looking AS SELECT * FROM handling_rating"])
    assert strangers.strangers() == []
    assert verifying.verify().ok


# ── what a trigger does in one moment ────────────────────────────────────────────────────────────
def rate(cast: Cast) -> Rating:
    case = cast.answered()
    reply, signature = cases.ratings_awaited(case)[0]
    with transaction.atomic():
        return handling.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result="dissatisfied",
            comment="没有落实。",
            actor=signature.member.account,
            at=AT,
        )


@pytest.mark.parametrize("statements", [TRIGGER, SWALLOW], ids=["turned", "swallowed"])
def test_a_rating_that_is_changed_on_its_way_is_taken_back(cast: Cast, statements: dict[str, list[str]]) -> None:
    run(statements[connection.vendor])
    with pytest.raises(given.AlteredError) as refused:
        rate(cast)
    assert "没有办理" in str(refused.value)
    assert (Rating.objects.count(), Event.objects.filter(kind="handling.rate").count()) == (0, 0)


NUMBER = {
    LITE: ["CREATE TRIGGER kindly AFTER UPDATE ON proposals_proposal BEGIN UPDATE proposals_proposal SET number = 99; END"],
    POSTGRES: [
        "CREATE FUNCTION kindly() RETURNS trigger AS $$ BEGIN NEW.number := 99; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER kindly BEFORE UPDATE ON proposals_proposal FOR EACH ROW WHEN (NEW.number > 0) EXECUTE FUNCTION kindly()",
    ],
}


def test_a_number_that_is_changed_on_its_way_is_taken_back(cast: Cast) -> None:
    proposal = cast.in_decision()
    run(NUMBER[connection.vendor])
    before = Event.objects.count()
    with pytest.raises(given.AlteredError, match="number"):
        perform(proposal, "file", actor=cast.office, at=AT, payload=Filing("social", "learning", "government"))
    now = Proposal.objects.get(pk=proposal.pk)
    assert (now.number, now.state, Event.objects.count()) == (None, State.IN_DECISION, before)


def test_what_is_read_as_it_was_given_is_vouched_for(cast: Cast) -> None:
    made = rate(cast)
    assert truth.proofs([truth.New(made)]) == truth.proofs([made])


def test_days_as_words_deferred_fields_and_expressions_are_no_alarm(cast: Cast) -> None:
    made = Appointment.objects.get(account=cast.clerk)
    said = made.starts_on.isoformat()
    made.starts_on = said  # type: ignore[assignment]  # as a form of another sort would give it
    assert truth.proofs([truth.Saved(made)])
    made.starts_on = F("starts_on")  # type: ignore[assignment]  # as an update may leave it
    assert truth.proofs([truth.Saved(made)])
    some = Appointment.objects.defer("starts_on", "account").get(pk=made.pk)
    assert truth.proofs([truth.Saved(some)])


@pytest.mark.parametrize(
    ("name", "value"),
    [("starts_on", date(1999, 1, 1)), ("starts_on", "1999-01-01"), ("affiliation", "别处"), ("unit", None)],
    ids=str,
)
def test_any_fact_that_is_read_otherwise_is_an_alarm(cast: Cast, name: str, value: Any) -> None:
    made = Appointment.objects.select_related("unit").get(account=cast.clerk)
    setattr(made, name, value)
    with pytest.raises(given.AlteredError):
        truth.proofs([truth.Saved(made)])
    other = "affiliation" if name != "affiliation" else "starts_on"
    assert truth.proofs([truth.Saved(made, (other,))])  # of the others nothing was claimed
