"""What a matter has to say of itself, it says.

Each part that is left out is red here, or in the test that `tools/matter.py` names.

The example is `tests/architecture/matter/talks`: a whole matter, installed nowhere, that `make matter` puts in its
place.
"""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, models
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.architecture import source
from tests.architecture.matter.parts import EXAMPLE, OUTSIDE, PARTS
from tests.cast import Cast
from tongxin.access.permissions import CATALOGUE, allowed
from tongxin.accounts.models import Account
from tongxin.audit import audience
from tongxin.audit.kinds import FORMER, KINDS
from tongxin.cli import exchange
from tongxin.desks.asking import question_of
from tongxin.desks.declared import declared, listings
from tongxin.members.models import Member
from tongxin.notices.table import SILENT, TABLE
from tongxin.privacy.table import HELD
from tongxin.sheets.kinds import KINDS as SHEETS
from tongxin.workflow.table import BY_NAME


def test_every_part_that_make_matter_leaves_out_is_in_the_example() -> None:
    outside = "".join(line for _name, _behind, line in OUTSIDE)
    lost = [
        name
        for name, part in PARTS.items()
        if part.cut
        and not re.search(part.cut, outside if part.file.startswith("..") else (EXAMPLE / part.file).read_text(encoding="utf-8"))
    ]
    assert lost == []


def test_the_example_is_two_hundred_lines_with_five_outside_its_directory() -> None:
    own = [line for path in EXAMPLE.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    outside = [row for _name, _behind, line in OUTSIDE for row in line.splitlines()]
    assert len(outside) <= 5
    assert len(own) + len(outside) <= 200


def steps() -> set[str]:
    """Return the kinds of events of all steps, and of all beginnings."""
    return {w.kind(action) for w in BY_NAME.values() for action in {row.action for row in w.rows} | {w.start[0]}}


def test_every_step_tells_somebody_or_says_why_nobody() -> None:
    assert sorted(steps() - set(TABLE) - set(SILENT)) == []
    assert sorted(set(SILENT) & set(TABLE)) == []
    assert sorted(set(SILENT) - steps()) == []


def test_a_state_stands_in_one_of_the_named_sets_where_there_are_any() -> None:
    """Pages, figures and rules ask for the sets: a state that is in none is passed over by all of them."""
    lost = []
    for workflow in BY_NAME.values():
        module = import_module(workflow.states.__module__)
        sets = getattr(module, f"{workflow.states.__name__}s", None)
        named = {str(state) for value in vars(sets).values() if isinstance(value, tuple) for state in value} if sets else None
        lost += [] if named is None else [(workflow.name, state) for state in workflow.states.values if state not in named]
    assert lost == []


def test_every_lifecycle_says_who_is_told_of_its_events() -> None:
    assert [name for name, workflow in BY_NAME.items() if not audience.is_told_of(workflow.model)] == []


DECLARING = re.compile(r"^tongxin/\w+/(events|notices)(\.py|/)")  # where kinds are given names, and who is told of them


@pytest.fixture(scope="module")
def used() -> str:
    """The text of all modules and templates, without the lines in which `rules.py` grants a name."""
    texts = []
    for path in (*source.modules(), *source.templates()):
        text, name = path.read_text(encoding="utf-8"), source.name(path)
        if "/rules" in name:
            text = re.sub(r'^    "[\w.]+": \(', "", text, flags=re.MULTILINE)
        texts.append("" if DECLARING.search(name) else text)
    return "\n".join(texts)


def test_every_permission_is_asked_for_somewhere(used: str) -> None:
    """One that is granted and asked for nowhere belongs to a part that was left out.

    An event of its name is no question.
    """
    assert sorted(name for name in CATALOGUE if f'"{name}"' not in used) == []


def test_every_kind_of_event_is_recorded_somewhere(used: str) -> None:
    assert sorted(name for name in set(KINDS) - steps() - FORMER if name not in used) == []


def test_what_a_list_leaves_as_is_permitted_and_recorded() -> None:
    sheets = [one.sheet for one in listings() if one.sheet]
    assert sheets
    assert [s.kind for s in sheets if s.kind not in KINDS] == []
    assert [s.permission for s in sheets if s.permission not in CATALOGUE] == []


def test_every_kind_of_sheet_is_known_to_the_command_and_says_as_what_it_leaves() -> None:
    assert sorted(set(SHEETS) - set(exchange.MODULES)) == []
    for name in exchange.MODULES:
        kind = exchange.kind_named(name)
        assert kind.exported, name
        assert set(kind.exported) <= set(KINDS), name


def test_every_list_stands_in_a_menu() -> None:
    addresses = {entry.url for name in ("MENU", "TABS") for entry in declared(name)}
    assert [one.name for one in listings() if reverse(one.name) not in addresses] == []


def _listed(cast: Cast) -> Iterator[type[models.Model]]:
    for listing in listings():
        for user in (Account.objects.get(pk=account.pk) for account in cast.everyone().values()):
            if allowed(user, listing.permission):
                asked = question_of(listing, QueryDict(), user, at=timezone.now())
                yield from (tab.rows(asked).model for tab in listing.tabs if tab.offered(asked))


def test_rows_that_have_a_page_stand_in_a_list(cast: Cast) -> None:
    assert {page.model for page in declared("OBJECTS")} - set(_listed(cast)) == set()


def test_every_app_that_is_one_is_installed() -> None:
    there = {path.parent.name for path in source.TONGXIN.glob("*/apps.py")}
    assert there == {config.name.partition(".")[2] for config in apps.get_app_configs() if config.name.startswith("tongxin.")}


def test_whatever_names_somebody_is_held_about_him(mixed: Cast) -> None:
    """Each table with a key of an account or a member is read by a section of what is held about a person."""
    naming = {
        model
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
        and any(isinstance(f, models.ForeignKey) and f.related_model in {Account, Member} for f in model._meta.local_fields)
    }
    with CaptureQueriesContext(connection) as asked:
        for account in Account.objects.all():
            for section in HELD.values():
                section.read(account, None)
    read = " ".join(query["sql"] for query in asked.captured_queries)
    lost = {model._meta.label_lower for model in naming if f'"{model._meta.db_table}"' not in read}
    assert sorted(lost) == []
