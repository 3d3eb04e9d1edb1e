"""Lists page by key: the next page begins behind the last row, however many rows stand before it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, GeneratedField, Q, QuerySet

CAP = 999


@dataclass(frozen=True)
class Slice:
    """One page of rows, and whether there are rows before and behind it."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def page_by(
    rows: QuerySet[Any],
    names: Sequence[str],
    *,
    size: int,
    key: Sequence[Any] | None = None,
    back: bool = False,
    filled: Collection[str] = (),
) -> Slice:
    """Read a page behind `key`, or before it with `back`.

    Of the names that order the rows (-closed_at, id) the last is unique.

    Rows without what may be empty stand last; of what is `filled` in all these rows an index finds the beginning.
    """
    found = list(rows_by(rows, names, size=size, key=key, back=back, filled=filled))
    return slice_of(found, size=size, back=back, is_first=key is None)


def rows_by(
    rows: QuerySet[Any],
    names: Sequence[str],
    *,
    size: int,
    key: Sequence[Any] | None = None,
    back: bool = False,
    filled: Collection[str] = (),
) -> QuerySet[Any]:
    """Return the rows of a page as `page_by` reads them, with one more that says whether there are more."""
    if key is not None:
        rows = _beyond(rows, _fields(rows, names, filled), key, back=back)
    return in_order(rows, names, filled=filled, back=back)[: size + 1]


def in_order(rows: QuerySet[Any], names: Sequence[str], *, filled: Collection[str] = (), back: bool = False) -> QuerySet[Any]:
    """Return rows in the order that the names give, or the other way round."""
    return rows.order_by(*(field.order(back=back) for field in _fields(rows, names, filled)))


def slice_of(found: list[Any], *, size: int, back: bool, is_first: bool) -> Slice:
    """Return the page that was read: of `rows_by` everything that is there.

    `is_first`: it begins at the end it is read from.
    """
    more, found = len(found) > size, found[:size]
    if back:
        return Slice(found[::-1], has_previous=more, has_next=not is_first)
    return Slice(found, has_previous=not is_first, has_next=more)


def page_asked(
    rows: QuerySet[Any],
    names: Sequence[str],
    said: Mapping[str, str],
    *,
    size: int,
    filled: Collection[str] = (),
    known: Callable[[], QuerySet[Any]] | None = None,
) -> Slice:
    """Read the page that an address asks for: `after` or `before` the row with a uid.

    Where there is none any more, the first.

    `known` are further rows that the reader may see: one of them is a border still, though it left these.
    """
    key, back = key_asked(
        rows, names, said, filled=filled, border=lambda names, uid: border_of(rows, names, uid, filled=filled, known=known)
    )
    return never_behind_the_last(
        lambda key, back: page_by(rows, names, size=size, key=key, back=back, filled=filled), key, back=back
    )


def never_behind_the_last(page: Callable[[Sequence[Any] | None, bool], Slice], key: Sequence[Any] | None, *, back: bool) -> Slice:
    """Read a page; where nothing is left beyond its key, the one at that end of the list.

    An empty page leads nowhere.
    """
    found = page(key, back)
    return found if found.rows or key is None else page(None, not back)


def key_asked(
    rows: QuerySet[Any],
    names: Sequence[str],
    said: Mapping[str, str],
    *,
    filled: Collection[str],
    border: Callable[[Sequence[str], str], Sequence[Any] | None],
) -> tuple[Sequence[Any] | None, bool]:
    """Return behind which key a page begins, and whether it is read backwards.

    `border` finds what orders the row with a uid.
    """
    before, after = said.get("before", ""), said.get("after", "")
    key = placed(rows, names, border(names, before or after), filled=filled)
    return key, bool(before) and key is not None


def placed(
    rows: QuerySet[Any], names: Sequence[str], key: Sequence[Any] | None, *, filled: Collection[str]
) -> Sequence[Any] | None:
    """Return a key where it says a place among rows; a row that lost what orders them has none that anybody knows."""
    lost = key is not None and any(
        v is None and not _may_be_empty(rows, n.lstrip("-"), filled) for n, v in zip(names, key, strict=True)
    )
    return None if lost else key


def pages(rows: QuerySet[Any], names: Sequence[str], *, size: int, filled: Collection[str] = ()) -> Iterator[list[Any]]:
    """Yield all rows in order, some at a time.

    Their keys are read at once, so that none is lost that moves meanwhile.
    """
    keys = list(in_order(rows, names, filled=filled).values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        part = keys[start : start + size]
        found = {row.pk: row for row in rows.order_by().filter(pk__in=part)}
        yield [found[key] for key in part if key in found]


def border_of(
    rows: QuerySet[Any],
    names: Sequence[str],
    uid: str,
    *,
    filled: Collection[str],
    known: Callable[[], QuerySet[Any]] | None = None,
) -> Sequence[Any] | None:
    """Return what orders the row with a uid: one of the rows, or of those `known` that left them.

    What is reckoned is known of the first.
    """
    if not uid:
        return None
    paths = [name.lstrip("-") for name in names]
    key = rows.filter(uid=uid).values_list(*paths).first()
    if key is None and known is not None and not rows.query.annotations.keys() & set(paths):
        key = known().filter(uid=uid).values_list(*paths).first()
    return placed(rows, names, key, filled=filled)


@dataclass(frozen=True)
class _Field:
    name: str
    falls: bool
    may_be_empty: bool

    def order(self, *, back: bool) -> Any:
        """Return what orders the rows by it, the other way round for a page that is read backwards."""
        falls = self.falls != back
        if not self.may_be_empty:
            return f"-{self.name}" if falls else self.name
        by, empty = F(self.name), {"nulls_first": True} if back else {"nulls_last": True}
        return by.desc(**empty) if falls else by.asc(**empty)

    def beyond(self, value: Any, *, back: bool) -> Q:
        """Return which rows stand beyond a value."""
        if value is None:  # the last of all
            return Q(**{f"{self.name}__isnull": False}) if back else Q(pk__in=())
        found = Q(**{f"{self.name}__{'lt' if self.falls != back else 'gt'}": value})
        return found | Q(**{f"{self.name}__isnull": True}) if self.may_be_empty and not back else found

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


def _fields(rows: QuerySet[Any], names: Sequence[str], filled: Collection[str]) -> list[_Field]:
    return [_Field(name.lstrip("-"), name.startswith("-"), _may_be_empty(rows, name.lstrip("-"), filled)) for name in names]


def _may_be_empty(rows: QuerySet[Any], name: str, filled: Collection[str]) -> bool:
    if name == "pk" or "__" in name or name in filled or name in rows.query.annotations:
        return False
    field = rows.model._meta.get_field(name)  # noqa: SLF001 -- Django's public-in-practice Meta
    return isinstance(field, GeneratedField) or bool(
        getattr(field, "null", False)
    )  # what the database reckons may come to nothing


def _beyond(rows: QuerySet[Any], fields: Sequence[_Field], key: Sequence[Any], *, back: bool) -> QuerySet[Any]:
    first, found, same = fields[0], Q(pk__in=()), Q()
    for field, value in zip(fields, key, strict=True):
        found |= same & field.beyond(value, back=back)
        same &= field.same(value)
    if len(fields) > 1 and not first.may_be_empty:
        # the bare range on the first field lets an index find its beginning
        rows = rows.filter(**{f"{first.name}__{'lte' if first.falls != back else 'gte'}": key[0]})
    return rows.filter(found)


def capped(rows: QuerySet[Any]) -> int:
    """Count rows, but no further than one beyond what is shown as 999+."""
    return rows.order_by()[: CAP + 1].count()


def counted(number: int) -> str:
    """Write a capped count: 138, 999+."""
    return f"{CAP}+" if number > CAP else str(number)
