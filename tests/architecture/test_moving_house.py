"""What a committee takes along when it moves house: of every table it is said whether, and of what does not go, why."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.utils import timezone

from tests.cast import Cast, moment
from tongxin.audit.models import Event
from tongxin.backups import carried
from tongxin.handling import actions as handling
from tongxin.members import merging

FIGURES = {
    "round",
    "number",
    "category_number",
    "days",
    "rows",
    "events",
    "values",
    "version",
    "count",
    "year",
    "term",
    "serial",
    "first",
    "last",
    "tries",
}


def test_every_table_goes_along_or_says_why_it_stays() -> None:
    there = {carried.label_of(model) for model in apps.get_models(include_auto_created=True)}
    goes, stays = set(carried.carried()), set(carried.LEFT)
    assert goes & stays == set()
    assert there - goes - stays == set(), "in carried.LEFT with the reason, or with a `committee`"
    assert stays - there == set()


def test_what_a_row_that_goes_along_points_to_goes_along_too() -> None:
    goes = carried.carried()
    points = {(label, field.name) for label, model in goes.items() for field in carried.references_of(model)}
    assert {one for one in points if carried.label_of(goes[one[0]]._meta.get_field(one[1]).related_model) not in goes} == set()
    said: list[Mapping[str, Iterable[str]]] = [carried.LEFT_FIELDS, carried.MADE_ANEW, carried.EMPTIED]
    left = {(label, name) for fields in said for label, names in fields.items() for name in names}
    assert {one for one in left if one[1] not in {f.name for f in carried.fields_of(goes[one[0]])}} == set()


def test_what_events_keep_keys_of_is_known(cast: Cast) -> None:
    case = cast.answered()
    handling.remind(
        cast.task(cast.assigned(moment("2026-03-04"))), actor=cast.assigner, at=moment("2026-04-28"), reason="请尽快办理"
    )
    merging.merge(
        cast.member(cast.second_cosigner),
        cast.member(cast.bystander),
        taken=("account",),
        reason="同一人",
        actor=cast.office,
        at=timezone.now(),
    )
    told = {(event.kind, key) for event in Event.objects.all() for key, value in within(event.data) if is_whole(value)}
    assert {key for _kind, key in told} - FIGURES - carried.KEYS_IN_EVENTS.keys() == set()
    assert {("tasks.send", "case"), ("handling.remind", "task")} <= told
    assert case.pk


def within(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield everything that stands in a value, however deep, with the key next above it."""
    inner = value.items() if isinstance(value, dict) else ((key, one) for one in value) if isinstance(value, list) else ()
    for name, one in inner:
        yield name, one
        yield from within(one, name)


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
