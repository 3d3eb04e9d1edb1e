"""Every view names its permission, every permission has a sentence, every step has a registered event."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture import source
from tongxin.access.permissions import CATALOGUE
from tongxin.audit.kinds import KINDS
from tongxin.regulations.schema import KINDS as REGULATIONS
from tongxin.workflow.table import BY_NAME, VISIBLE_TO

# Views of libraries, which know their own guards; and Django's.
FOREIGN = ("allauth.", "django.", "whitenoise.")
# `ui` stands beside `access`: these concern the visitor's own browser and hold no data of anybody.
THE_VISITORS_OWN = {"size/": "the text size", "session/": "how long the session lasts", "components/": "the kit's sample page"}


def views(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk the URL table: (path, view)."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def test_every_view_names_a_permission_that_exists() -> None:
    unnamed, unknown = [], []
    for path, view in views():
        module = getattr(view, "view_class", view).__module__
        if module.startswith(FOREIGN) or (module == "tongxin.ui.views" and path in THE_VISITORS_OWN):
            continue
        name = getattr(view, "permission", None)
        if name is None:
            unnamed.append(f"/{path} ({module})")
        elif name not in CATALOGUE:
            unknown.append(f"/{path}: {name}")
    assert (unnamed, unknown) == ([], [])


def test_no_address_is_given_twice() -> None:
    paths = [path for path, _view in views()]
    assert sorted(p for p in set(paths) if paths.count(p) > 1) == []


def test_every_permission_has_a_sentence_and_the_name_of_its_app() -> None:
    apps = set(source.apps())
    for permission in CATALOGUE.values():
        assert permission.sentence.strip(), permission.name
        assert permission.name.split(".")[0] in apps, permission.name


def test_every_step_of_every_table_has_a_registered_event() -> None:
    steps = {w.kind(row.action) for w in BY_NAME.values() for row in w.rows} | {w.kind(w.start[0]) for w in BY_NAME.values()}
    assert sorted(steps - set(KINDS)) == []


def test_every_lifecycle_says_whose_rows_one_may_see() -> None:
    assert set(VISIBLE_TO) == set(BY_NAME)


def test_one_action_has_one_label_in_a_table() -> None:
    for workflow in BY_NAME.values():
        labels: dict[str, set[str]] = {}
        for row in workflow.rows:
            labels.setdefault(row.action, set()).add(row.label)
        assert {action: found for action, found in labels.items() if len(found) > 1} == {}


def test_every_kind_of_regulation_says_what_it_rules_and_labels_its_values() -> None:
    from dataclasses import fields

    for kind in REGULATIONS.values():
        assert kind.label
        assert kind.about
        assert [f.name for f in fields(kind.schema) if not f.metadata.get("label")] == [], kind.name


def test_the_national_library_rules_every_kind() -> None:
    """No value has a default in code, so the library must hold each."""
    from dataclasses import fields

    import yaml

    ruled: dict[str, set[str]] = {}
    for path in (source.ROOT / "library" / "national").glob("*.yaml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            ruled.setdefault(entry["kind"], set()).update(entry["values"])
            assert entry["reference"]["title"], path.name
    assert {k.name: sorted({f.name for f in fields(k.schema)} - ruled.get(k.name, set())) for k in REGULATIONS.values()} == {
        name: [] for name in REGULATIONS
    }
