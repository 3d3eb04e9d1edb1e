"""What others name by its uid alone rests on nothing less than what a key points to."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tongxin.committees import reorganising, tasks
from tongxin.committees.models import Succession, Unit
from tongxin.committees.reorganising import Ending
from tongxin.core.secrets import EncryptedJSON
from tongxin.imports.choices import Stage
from tongxin.imports.queries import naming
from tongxin.imports.tests.conftest import brought, step, worked
from tongxin.imports.tests.test_proposals import HEAD, WHOLE

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=3)


def merged_later(cast: Cast, into: Unit) -> None:
    """Decide that the cast's unit goes into another one in a few days."""
    at = timezone.now()
    how = Ending("merge", [into])
    on = timezone.localdate(at) + DAYS
    reorganising.end(cast.unit, how=how, on=on, reason="云发〔2026〕3 号", actor=cast.office, at=at)


def test_a_unit_that_a_merger_waits_for_is_not_taken_away(cast: Cast, office: Client) -> None:
    brought(office, "units", "单位名称,归口\n县气象局,政府\n县档案馆,党委\n", name="单位.csv")
    run = step(office, "take", worked())
    heir = Unit.objects.get(name="县气象局")
    merged_later(cast, heir)
    page = office.get(reverse("import-undo", args=[run.uid]))
    assert "有相关的单位变动" in page.text
    assert step(office, "undo", run, reason="传错了").stage == Stage.IMPORTED  # not agreed to
    run = step(office, "undo", run, reason="传错了", agrees="on", seen=page.context["resting"].figures)
    assert (run.stage, run.left) == (Stage.UNDONE, 1)
    assert list(Unit.objects.filter(name__in=["县气象局", "县档案馆"])) == [heir]
    assert tasks.carry_out_changes(timezone.now() + DAYS) == 1
    assert Succession.objects.get(unit=cast.unit).successor == heir


def test_a_unit_that_came_beside_and_a_merger_waits_for_stays(cast: Cast, office: Client) -> None:
    brought(office, "proposals", HEAD + WHOLE, name="提案.csv")
    run = step(office, "take", worked())
    heir = Unit.objects.get(name="县电力公司")
    merged_later(cast, heir)
    run = step(office, "undo", run, reason="传错了")
    assert (run.stage, "县电力公司" in run.word) == (Stage.UNDONE, True)
    assert Unit.objects.filter(pk=heir.pk).exists()


def test_of_every_column_of_json_it_is_said_whether_it_names_rows() -> None:
    columns = {
        (model._meta.label_lower, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
        for field in model._meta.concrete_fields
        if isinstance(field, models.JSONField | EncryptedJSON)
    }
    said = {(label, name) for label, names in naming.NAMING.items() for name in names}
    assert said <= columns
    assert {label for label, _name in columns - said} == set(naming.NAMES_NOTHING)
