"""Rows are made of what was read as Django makes them."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from tests.cast import Cast
from tongxin.core.models import Row

ROWS: list[Any] = [model for model in apps.get_models() if issubclass(model, Row)]


def test_nothing_is_left_out_by_not_going_through_the_constructor() -> None:
    for model in ROWS:
        assert model.__init__ is models.Model.__init__, model
        assert not pre_init.has_listeners(model), model
        assert not post_init.has_listeners(model), model
        for field in model._meta.concrete_fields:
            assert isinstance(model.__dict__.get(field.attname) or getattr(model, field.attname), DeferredAttribute), field


@pytest.mark.django_db
def test_a_row_holds_what_djangos_own_would(cast: Cast) -> None:
    cast.answered()
    seen = 0
    for model in ROWS:
        names = [field.attname for field in model._meta.concrete_fields]
        for values in model._base_manager.order_by("pk").values_list(*names)[:3]:
            for known in (names, names[: len(names) // 2 + 1]):
                made, plain = (
                    model.from_db("default", known, values[: len(known)]),
                    _by_django(model, known, values[: len(known)]),
                )
                state = made.__dict__.pop("_state")
                assert (state.db, state.adding, state.fields_cache) == ("default", False, {})
                made.__dict__.pop("_loaded_state", None)
                assert made.__dict__ == {k: v for k, v in plain.__dict__.items() if k not in {"_state", "_loaded_state"}}
                assert made.get_deferred_fields() == plain.get_deferred_fields()
                seen += 1
    assert seen > 60


def _by_django(model: Any, names: Any, values: Any) -> Any:
    return models.Model.from_db.__func__(model, "default", names, values)  # type: ignore[attr-defined]
