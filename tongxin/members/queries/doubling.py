"""Which members look like one person, and what of two differs."""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.core.secrets import mask_phone
from tongxin.core.templatetags.chinese import full_day, yes_no
from tongxin.core.words import name_key, plain_number
from tongxin.members import carrying, joining
from tongxin.members.choices import CONTACT_FIELDS
from tongxin.members.models import Member, Seat

APART = "members.tell_apart"
OWN = ("name", "gender", "ethnicity", "born_in", "party", "is_party_member", "workplace", "workplace_post", "phone", "email")
NUMBER = gettext_lazy("编号")
_SIGNS = re.compile(r"[\W_]+")


# ── who looks like one person ──
@dataclass(frozen=True)
class Double:
    """Two members who look like one person, and what is alike."""

    one: Member
    other: Member
    alike: tuple[str, ...]


def number_key(number: str) -> str:
    """Return what two writings of one number have in common.

    Width, capitals, zeros before the figures, signs between.
    """
    return plain_number(_SIGNS.sub("", number))


def doubles(committees: Collection[int]) -> list[Double]:
    """Return the pairs that look like one person, without those of whom somebody said that they are two."""
    seats = Prefetch("seats", Seat.objects.select_related("sector").order_by("-starts_on", "-id"))
    rows = Member.objects.filter(committee__in=committees).select_related("committee", "account").prefetch_related(seats)
    members = {member.pk: member for member in rows.order_by("committee", "number", "pk")}
    found = defaultdict[tuple[int, int], list[str]](list)
    for word, groups in _groups(list(members.values())):
        for group in groups:
            for one, other in combinations(group, 2):
                if word not in found[one, other]:
                    found[one, other].append(word)
    said = told_apart(committees)
    pairs = [Double(members[one], members[other], tuple(_alike(words))) for (one, other), words in found.items()]
    kept = (pair for pair in pairs if frozenset({pair.one.uid, pair.other.uid}) not in said)
    return sorted(kept, key=lambda pair: (pair.one.committee_id, pair.one.number, pair.other.number))


def _alike(words: list[str]) -> Iterator[str]:
    """Say what is alike: the number by itself, the name with what else is."""
    if NUMBER in words:
        yield _("编号仅写法不同")
    if more := [word for word in words if word != NUMBER]:
        yield _("姓名、%(what)s相同") % {"what": "、".join(more)}


def _groups(members: list[Member]) -> Iterator[tuple[str, Iterator[list[int]]]]:
    """Yield by what members are alike, and who is: a name alone is no likeness, two people may bear it."""
    for word, keys_of in (
        (NUMBER, lambda m: [number_key(m.number)]),
        (_("出生年月"), lambda m: [(name_key(m.name), m.born_in)] if m.born_in else []),
        (_("手机"), lambda m: [(name_key(m.name), m.phone_hash)] if m.phone_hash else []),
        (_("邮箱"), lambda m: [(name_key(m.name), mail) for mail in _mails(m)]),
        (_("界别"), lambda m: {(name_key(m.name), seat.sector.name) for seat in m.seats.all()}),
    ):
        groups = defaultdict[Hashable, list[int]](list)
        for member in members:
            for key in keys_of(member):
                groups[member.committee_id, key].append(member.pk)
        yield str(word), (group for group in groups.values() if len(group) > 1)


def _mails(member: Member) -> set[str]:
    """Return the addresses of a member and of the account.

    One account is nobody's twice in a committee, an address may be.
    """
    account = member.account.email if member.account is not None else ""
    return {mail.casefold() for mail in (member.email, account) if mail}


def told_apart(committees: Collection[int]) -> set[frozenset[str]]:
    """Return the pairs of which somebody looked and said that they are two people."""
    codes = set(Member.objects.filter(committee__in=committees).values_list("committee__code", flat=True))
    said = Event.objects.filter(kind=APART, committee_code__in=codes).values_list("subject_uid", "data__other")
    return {frozenset(pair) for pair in said}


def one_like(member: Member, named: str) -> list[Member]:
    """Return who of the same committee a name or a number means, however the number is written."""
    others = Member.objects.filter(committee=member.committee_id).exclude(pk=member.pk)
    found = [(pk, number, name) for pk, number, name in others.values_list("pk", "number", "name") if named]
    fits = [pk for pk, number, name in found if number_key(number) == number_key(named) or name_key(name) == name_key(named)]
    return list(others.filter(pk__in=fits).order_by("number", "pk"))


# ── what of two differs ──
@dataclass(frozen=True)
class Line:
    """One line beside the other: what each says, and whether it differs."""

    label: str
    one: str
    other: str
    differs: bool


def said_of(member: Member, field: str) -> str:
    """Say a value as the page shows it: a telephone masked, since reading it is an act of its own."""
    value: Any = getattr(member, field)
    if field == "gender":
        return str(member.get_gender_display())
    if field == "born_in":
        return f"{value:%Y-%m}" if value else ""
    if field == "is_party_member":
        return "" if value is None else yes_no(value)
    return mask_phone(value) if field == "phone" and value else str(value)


def differing(one: Member, other: Member) -> list[str]:
    """Return the fields of which one of both has to be chosen."""
    return [field for field in OWN if _compared(one, field) != _compared(other, field)]


def _compared(member: Member, field: str) -> Any:
    return member.phone_hash or member.phone if field == "phone" else getattr(member, field)


def label_of(field: str) -> str:
    """Name a field of a member."""
    return str(CONTACT_FIELDS.get(field) or Member._meta.get_field(field).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001 -- a column; Django's public-in-practice Meta


def seats_said(member: Member) -> str:
    """Say which seats somebody holds, or held."""
    return "；".join(str(seat.term) + "　" + "　".join(_seat_words(seat)) for seat in _newest(member)) or _("没有席位")


def _newest(member: Member) -> list[Seat]:
    return sorted(member.seats.all(), key=lambda seat: (seat.starts_on, seat.pk), reverse=True)


def _seat_words(seat: Seat) -> list[str]:
    return [
        str(seat.sector),
        *([str(seat.special_committee)] if seat.special_committee else []),
        *([_("召集人")] if seat.convenes else []),
    ]


def account_said(member: Member) -> str:
    """Say of an account whether anybody came with it."""
    if member.account is None:
        return _("没有账户")
    if not member.account.is_active:
        return _("账户已关闭")
    if member.account.last_login is None:
        return _("有账户，没有登录过")
    return _("%(on)s最近登录") % {"on": full_day(timezone.localdate(member.account.last_login))}


def lines(one: Member, other: Member) -> list[Line]:
    """Return both beside each other, line by line."""
    found = [_line(_("编号"), one.number, other.number)]
    found += [
        Line(label_of(field), said_of(one, field), said_of(other, field), _compared(one, field) != _compared(other, field))
        for field in OWN
    ]
    for label, say in (
        (_("席位"), lambda m: [_span("　".join([str(s.term), *_seat_words(s)]), s, s.get_ending_display()) for s in _newest(m)]),
        (_("政协职务"), lambda m: [_span(str(p.get_rank_display()), p) for p in m.posts.all()]),
        (_("停止履职"), lambda m: [_span(s.reason, s) for s in m.suspensions.all()]),
        (_("账户"), lambda m: [account_said(m)]),
        (_("提案"), carrying.figures),
    ):
        found.append(_line(label, "；".join(say(one)), "；".join(say(other))))
    return found


def _line(label: str, one: str, other: str) -> Line:
    return Line(label, one, other, one != other)


def _span(what: str, row: joining.Dated, ending: Any = "") -> str:
    until = _("，%(on)s起不再") % {"on": full_day(row.ends_on)} if row.ends_on else ""
    return f"{what}（{full_day(row.starts_on)}{_('起')}{until}{'，' if ending else ''}{ending}）"


def seats_meet(one: Member, other: Member) -> bool:
    """Say whether both hold a seat of one term for some time, of different sectors or special committees.

    One of them is chosen.
    """
    return any(
        joining.together(mine, theirs)
        and (mine.sector_id, mine.special_committee_id, mine.convenes)
        != (theirs.sector_id, theirs.special_committee_id, theirs.convenes)
        for mine in one.seats.all()
        for theirs in other.seats.all()
    )


def used(account: Account | None) -> bool:
    """Say whether somebody ever signed in to an account."""
    return account is not None and account.last_login is not None
