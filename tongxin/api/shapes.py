"""The shapes of what the interface answers and takes: public contract, see docs/api.md."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool


# ── lists ────────────────────────────────────────────────────────────────────────────────────────
class Choice(Schema):
    """A value that may be asked for, and what people call it."""

    value: str
    label: str


class Part(Schema):
    """A part of a list: its key, its columns, the orders that may be asked for."""

    key: str
    label: str
    columns: list[Choice]
    sorts: list[Choice]


class Narrowing(Schema):
    """A filter, and what may be chosen."""

    name: str
    label: str
    choices: list[Choice]


class ListDescribed(Schema):
    """A list that one may open: where its rows are, and what may be asked of it."""

    name: str
    title: str
    url: str
    page: str = Field(description="the address of the same list for people")
    part_parameter: str = Field(description="the parameter that names a part")
    searchable: bool
    sizes: list[int]
    parts: list[Part]
    filters: list[Narrowing]


class Row(Schema):
    """A row: what stands in each column, and below it in small type."""

    uid: str
    url: str = Field(description="the page of what the row is about; empty where it has none")
    columns: dict[str, str]
    notes: dict[str, list[str]]


class ListPage(Schema):
    """One page of a list, with what was understood of the question."""

    name: str
    part: str
    q: str
    filters: dict[str, str]
    sort: str
    size: int
    number: int | None = Field(description="how many rows there are; nothing where counting would cost")
    number_is_capped: bool = Field(description="there are more rows than `number`")
    rows: list[Row]
    previous: str | None
    next: str | None


# ── objects ──────────────────────────────────────────────────────────────────────────────────────
class Step(Schema):
    """A step that one may take, now or when its reasons are gone, with the JSON Schema of what must be said."""

    action: str
    label: str
    reasons: list[str] = Field(description="why it cannot be taken yet; empty where it can")
    grave: bool = Field(description="it ends the matter")
    asks: dict[str, Any] | None


class Happened(Schema):
    """A line of the timeline, as the page has it."""

    at: datetime | None
    what: str
    more: str
    behalf: str
    key: bool


class ObjectShown(Schema):
    """An object with a lifecycle: where it stands, what one may do to it and why not, what happened to it."""

    workflow: str
    uid: str
    label: str
    url: str
    state: str
    state_label: str
    seen: str = Field(description="what a step must name, so that it decides on this and not on what came after")
    actions: list[Step]
    timeline: list[Happened]


class Taking(Schema):
    """A step as it is sent: `seen` of the object that was read, and what the step asks."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(max_length=80)
    said: dict[str, str | StrictBool | list[str]] = Field(default_factory=dict)


class Taken(Schema):
    """A step that was taken: its sentence, and the object as it is now, where one may still open it."""

    sentence: str
    object: ObjectShown | None


class Problem(Schema):
    """What went wrong (RFC 9457). `detail` is for people, `code` for programs; `fields` are paths in what was sent."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    reasons: list[str]
    fields: dict[str, str]
