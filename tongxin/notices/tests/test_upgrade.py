"""What was told before notices knew their matter and day."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, models

from tests.cast import Cast, moment
from tongxin.notices import actions
from tongxin.notices.models import Notice

upgrade = import_module("tongxin.notices.migrations.0002_together_and_by_itself")


@pytest.fixture
def without_the_constraint(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table as it was: one event may have been told twice, in other words."""
    once = next(c for c in Notice._meta.constraints if isinstance(c, models.UniqueConstraint))
    monkeypatch.setattr(Notice._meta, "constraints", [])
    with connection.schema_editor() as editor:
        editor.remove_constraint(Notice, once)
    yield
    monkeypatch.undo()
    Notice.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Notice, once)


@pytest.mark.django_db(transaction=True)
def test_of_two_notices_of_one_event_the_first_stays_and_is_read_when_either_was(
    cast: Cast, without_the_constraint: None
) -> None:
    cast.submitted(moment("2026-03-02", 23))
    actions.deliver()
    first = Notice.objects.filter(account=cast.cosigner).latest("id")
    count = Notice.objects.count()
    Notice.objects.create(
        account=first.account, event=first.event, text="换了说法", made_at=first.made_at, read_at=moment("2026-03-03")
    )
    Notice.objects.update(matter="", day=moment("2020-01-01").date())
    upgrade.once_a_person_and_event(apps, None)
    upgrade.matter_and_day(apps, None)
    first.refresh_from_db()
    assert (Notice.objects.count(), first.read_at) == (count, moment("2026-03-03"))
    assert first.matter == f"{first.event.subject_type}:{first.event.subject_uid}"
    assert first.day == moment("2026-03-02").date()
