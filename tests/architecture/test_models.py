"""Foreign keys point down, rows carry their committee, states are guarded by the database, migrations are one line."""

from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from tests.architecture import source
from tongxin.core.models import Row
from tongxin.workflow.models import Stateful
from tongxin.workflow.table import BY_NAME

PORTABLE = "django.db.models"
# Rows without a committee, with the reason.
BELONGS_TO_NO_COMMITTEE = {
    "accounts.account": "a person may serve in several",
    "accounts.failure": "is a keyed hash of whom and from where, kept for two days",
    "accounts.invitation": "is about an account",
    "audit.chain": "carries committee_code",
    "audit.event": "carries committee_code, so that it outlives the row",
    "audit.head": "carries committee_code",
    "audit.mark": "an event's slip for one consumer",
    "audit.seal": "carries committee_code",
    "committees.committee": "is one",
    "notices.job": "is the installation's: how a job of the worker's went",
    "notices.letter": "is written to an account, whose notice names the event and so the committee",
    "notices.notice": "is an account's; its event carries committee_code",
}


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith("tongxin.")]


def home(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def test_foreign_keys_point_down() -> None:
    upward = []
    for model in own_models():
        for field in model._meta.get_fields():
            target = field.related_model if isinstance(field, (models.ForeignKey, models.ManyToManyField)) else None
            if not isinstance(target, type) or not target.__module__.startswith("tongxin."):
                continue
            here, there = home(model), home(target)
            if here != there and source.depth(there) <= source.depth(here):
                upward.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert upward == []


def test_every_row_carries_its_committee() -> None:
    without = {m._meta.label_lower for m in own_models() if "committee" not in {f.name for f in m._meta.get_fields()}}
    assert without - set(BELONGS_TO_NO_COMMITTEE) == set()


def test_whatever_has_a_lifecycle_belongs_to_a_committee_and_has_an_address() -> None:
    living = {m._meta.label_lower for m in own_models() if issubclass(m, Stateful)}
    assert living == {workflow.model for workflow in BY_NAME.values()}
    for label in living:
        model = apps.get_model(label)
        committee = model._meta.get_field("committee")
        assert isinstance(committee, models.ForeignKey)
        assert not committee.null
        assert hasattr(model, "get_absolute_url"), label


def test_known_states_only_is_a_check_of_the_database() -> None:
    """Each lifecycle's table has a constraint on `state`."""
    for workflow in BY_NAME.values():
        constraints = apps.get_model(workflow.model)._meta.constraints
        checks = [str(c.condition) for c in constraints if isinstance(c, models.CheckConstraint)]
        assert any(
            "'state__in'" in check and all(repr(s) in check or f"'{s}'" in check for s in workflow.states.values)
            for check in checks
        ), workflow.name


def test_what_leaves_the_database_has_a_uid() -> None:
    named_outside = [m for m in own_models() if hasattr(m, "get_absolute_url")]
    assert [m._meta.label for m in named_outside if not issubclass(m, Row)] == []


def test_only_portable_field_types_are_used() -> None:
    """No field type of one database: the same code runs on any that Django speaks."""
    foreign = [
        f"{m._meta.label}.{f.name}: {type(f).__module__}"
        for m in own_models()
        for f in m._meta.local_fields
        if type(f).__module__.startswith("django.contrib.postgres")
    ]
    assert foreign == []


def test_migrations_of_an_app_are_one_line() -> None:
    loader = MigrationLoader(None)
    for app in {home(m) for m in own_models()}:
        names = sorted(name for label, name in loader.disk_migrations if label == app)
        assert [name[:4] for name in names] == [f"{n:04d}" for n in range(1, len(names) + 1)], app
        assert len(loader.graph.leaf_nodes(app)) == 1
