"""What goes along when one member turns out to be another: the apps above say it beforehand, do it, and take it back.

`members` knows no matter; every foreign key to a member is answered for by somebody here, or by the merger itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.kinds import KINDS, Audience
from tongxin.audit.models import Event

if TYPE_CHECKING:
    from tongxin.accounts.models import Account
    from tongxin.members.models import Member


@dataclass(frozen=True)
class Pair:
    """Two rows that are one person: the one that stays, with number and uid, and the one that goes.

    Who joins or parts them.
    """

    stays: "Member"
    goes: "Member"
    actor: "Account"
    at: datetime


@dataclass(frozen=True)
class Since:
    """The time from a merger until it is taken back.

    One hand acted in the names of two people, that of the account in use.
    """

    stays: "Member"
    goes: "Member"
    event: Event  # of the merger

    @property
    def by_who_goes(self) -> bool:
        """Say whether the account in use was that of the one who went; else it was the other's, or nobody had any."""
        accounts = self.event.data["accounts"]
        mine, theirs = accounts["before"]
        return bool(theirs) and theirs != mine and accounts["after"][0] == theirs

    @property
    def other(self) -> "Member":
        """The one in whose name somebody else acted."""
        return self.stays if self.by_who_goes else self.goes

    def carried(self, name: str) -> dict[str, Any]:
        """Return what an app remembered."""
        return dict(self.event.data["carried"].get(name, {}))

    def told(self, label: str, keys: Collection[int]) -> QuerySet[Event]:
        """Return everything told since of some rows."""
        return Event.objects.filter(pk__gt=self.event.pk, subject_type=label, subject_id__in=keys).order_by("pk")

    def acts(self, label: str, keys: Collection[int]) -> QuerySet[Event]:
        """Return what the account in use did since to some rows as a member.

        Never a rating, of which nobody may learn.
        """
        used = self.event.data["accounts"]["after"][0]
        if used is None:
            return Event.objects.none()
        open_ = [name for name, kind in KINDS.items() if not kind.by_day and kind.audience != Audience.OFFICE]
        return self.told(label, keys).filter(Q(actor_uid=used) | Q(behalf_uid=used), kind__in=open_)


@dataclass(frozen=True)
class Carry:
    """What an app keeps of members, named by its `fields` (app.model.field).

    `figures` counts for the page what a member has of it, in words. `foresee` says in sentences what will happen
    (stays, goes); both only read. `carry` does it, and returns by uids what has to be remembered for the way back;
    `give_back` takes that and undoes it. Both stand in the transaction of the merger.

    `stands` says in sentences what was done in the other's name since a merger, and stands when it is taken back;
    `follows` what will be done about the rest of it; `set_right` does that, after everything has gone back.
    """

    name: str
    fields: tuple[str, ...]
    carry: Callable[[Pair], dict[str, Any]]
    give_back: Callable[[Pair, dict[str, Any]], None]
    figures: Callable[["Member"], Iterable[str]] = lambda _member: ()
    foresee: Callable[["Member", "Member"], Iterable[str]] = lambda _stays, _goes: ()
    stands: Callable[[Since], Iterable[str]] = lambda _since: ()
    follows: Callable[[Since], Iterable[str]] = lambda _since: ()
    set_right: Callable[[Since, Pair], None] = lambda _since, _pair: None


_registered: list[Carry] = []


def register(carry: Carry) -> None:
    """Add what an app keeps of members; what stands below registers before what stands above."""
    _registered.append(carry)


def of_rows(model: type[Model], label: str) -> Carry:
    """Return how rows go along that only name their member: all of them with him, and back those that were his."""
    name, rows = model._meta.label_lower, model._base_manager  # noqa: SLF001 -- every row, whatever its manager hides

    def go(pair: Pair) -> dict[str, Any]:
        own = list(rows.filter(member=pair.goes).order_by("pk").values_list("uid", flat=True))
        rows.filter(uid__in=own).update(member=pair.stays)
        return {"rows": own} if own else {}

    def go_back(pair: Pair, remembered: dict[str, Any]) -> None:
        rows.filter(uid__in=remembered["rows"], member=pair.stays).update(member=pair.goes)

    def foresee(stays: "Member", goes: "Member") -> Iterable[str]:
        if number := rows.filter(member=goes).count():
            yield _("编号 %(number)s %(label)s %(number2)s 件归到编号 %(number3)s") % {
                "number": goes.number,
                "label": label,
                "number2": number,
                "number3": stays.number,
            }

    def figures(member: "Member") -> Iterable[str]:
        yield _("%(label)s %(count)s 件") % {"label": label, "count": rows.filter(member=member).count()}

    return Carry(name, (f"{name}.member",), go, go_back, figures, foresee)


def answered_for() -> set[str]:
    """Return the foreign keys to a member that somebody carries."""
    return {name for carry in _registered for name in carry.fields}


def foreseen(stays: "Member", goes: "Member") -> list[str]:
    """Say everything that will go along."""
    return [sentence for carry in _registered for sentence in carry.foresee(stays, goes)]


def figures(member: "Member") -> list[str]:
    """Say in figures what stands in a member's name."""
    return [said for carry in _registered for said in carry.figures(member)]


def carry(pair: Pair) -> dict[str, Any]:
    """Let everything go along; return what each app has to remember, as far as it has anything."""
    return {each.name: kept for each, kept in _carried(pair) if kept}


def _carried(pair: Pair) -> Iterator[tuple[Carry, dict[str, Any]]]:
    for each in _registered:
        yield each, each.carry(pair)


def give_back(pair: Pair, remembered: dict[str, Any]) -> None:
    """Let everything go back, what stands above first."""
    for each in reversed(_registered):
        if each.name in remembered:
            each.give_back(pair, remembered[each.name])


def stands(since: Since) -> list[str]:
    """Say what was done in the other's name since a merger, and stands."""
    return [said for carry in _registered for said in carry.stands(since)]


def follows(since: Since) -> list[str]:
    """Say what will be done about the rest of it."""
    return [said for carry in _registered for said in carry.follows(since)]


def set_right(since: Since, pair: Pair) -> None:
    """Set right what was done in the other's name and cannot stand."""
    for each in _registered:
        each.set_right(since, pair)
