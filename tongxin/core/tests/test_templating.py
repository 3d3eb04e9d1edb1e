"""Templates are drawn without detours, and say what Django's own engine says of the same."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tongxin.core import templating


class Thing:
    """What templates are given: with what is reckoned, what fails, what may not be called."""

    name = "一件 <提案>"
    called: list[str]

    def __init__(self) -> None:
        self.called = []
        self.text, self.number, self.none = "<b>", 1234.5, None

    @property
    def missing(self) -> str:
        raise ObjectDoesNotExist

    @property
    def broken(self) -> str:
        message = "it fails"
        raise AttributeError(message)

    def plain(self) -> str:
        return "said"

    def asks(self, what: str) -> str:
        return what

    def deletes(self) -> str:
        self.called.append("deletes")
        return "gone"

    deletes.alters_data = True  # type: ignore[attr-defined]


class Choice:
    """A class that templates read and do not call."""

    do_not_call_in_templates = True
    LABEL = "one"


GIVEN: dict[str, Any] = {
    "text": "a<b>&'\"", "safe": mark_safe("<i>"), "lazy": gettext_lazy("提案"), "number": 5, "large": 12345.678, "none": None,
    "rows": [("a", 1), ("b", 2)], "words": ("x", "y"), "by": {"a": {"b": "c"}, "items": "own"}, "empty": [], "Choice": Choice,
    "held": SimpleNamespace(one=SimpleNamespace(two="deep")), "some": (n for n in "pq"), "call": lambda: "called",
}  # fmt: skip
WRITTEN = (
    "{{ text }}{{ safe }}{{ lazy }}{{ number }}{{ large }}{{ none }}{{ nothing }}{{ nothing.more }}", "{{ text|upper }}{{ none|default:'—' }}",
    "{{ thing.name }}{{ thing.text }}{{ thing.number }}{{ thing.none }}{{ thing.missing }}{{ thing.other }}",
    "{{ thing.plain }}{{ thing.asks }}{{ thing.deletes }}{{ call }}{{ Choice.LABEL }}", "{{ held.one.two }}{{ held.one.three }}",
    "{{ by.a.b }}{{ by.a.x }}{{ by.items }}{{ words.1 }}{{ words.7 }}{{ rows.0.1 }}{{ text.2 }}{{ words.count }}",
    "{% autoescape off %}{{ text }}{{ lazy }}{% endautoescape %}",
    "{% for a, b in rows %}{{ forloop.counter }}{{ a }}{{ b }}{{ forloop.first }}{{ forloop.last }}{{ forloop.revcounter }}{% endfor %}{{ a }}",
    "{% for w in words reversed %}{% for a, b in rows %}{{ forloop.parentloop.counter0 }}{{ w }}{{ a }}{% endfor %}{% endfor %}{{ w }}",
    "{% for one in empty %}x{% empty %}{{ number }}{{ forloop }}{% endfor %}{% for one in nothing %}x{% empty %}y{% endfor %}",
    "{% for one in some %}{{ one }}{% endfor %}{% for k, v in by.items %}{{ k }}{% endfor %}",
    "{% for w in words %}{% with v=w %}{{ v }}{% endwith %}{{ v }}{% if forloop.last and w == 'y' %}!{% endif %}{% endfor %}",
    "{% if nothing %}1{% elif thing.plain == 'said' %}2{% endif %}{% if thing.none is None and not empty %}3{% endif %}",
)  # fmt: skip


@pytest.fixture
def drawn_by() -> Iterator[Any]:
    """Give what chooses who draws; afterwards it is as it was."""

    def choose(*, ours: bool) -> None:
        (templating.take_over if ours else templating.give_back)()

    yield choose
    templating.take_over()


def _said(source: str) -> tuple[str, list[str]]:
    thing = Thing()
    given = GIVEN | {"thing": thing, "some": (n for n in "pq")}
    try:
        said = Template(source).render(Context(given))
    except Exception as error:  # noqa: BLE001 -- what fails has to fail alike
        said = f"{type(error).__name__}: {error}"
    return said, thing.called


@pytest.mark.parametrize("source", [*WRITTEN, "{{ thing.broken }}", "{% for a, b in words %}{{ a }}{% endfor %}"])
def test_a_template_says_what_django_says(drawn_by: Any, source: str) -> None:
    drawn_by(ours=False)
    expected = _said(source)
    drawn_by(ours=True)
    assert _said(source) == expected
    assert expected[0]


def test_it_is_taken_over() -> None:
    from django.template.base import NodeList

    assert NodeList.render is templating.draw
