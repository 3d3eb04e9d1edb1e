"""Members as a spreadsheet: columns, who a row is, and what it implies (a person, a seat, posts)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from tongxin.audit import actions as audit
from tongxin.committees.actions import claim_number, next_number
from tongxin.committees.models import Committee, Sector, SpecialCommittee, Term
from tongxin.committees.queries import not_over, running
from tongxin.core.secrets import mask_phone, phone_hash
from tongxin.core.sounds import sound_of
from tongxin.core.words import name_key, plain_number, spellings
from tongxin.members.choices import CONTACT_FIELDS, Gender, Rank
from tongxin.members.models import Member, Post, Seat
from tongxin.members.rules import who_it_is
from tongxin.sheets import cells
from tongxin.sheets.kinds import Column, Context, Kind, Row, register
from tongxin.sheets.problems import Fault, Sight

RANKS = {str(rank.label): rank.value for rank in Rank}
GENDERS = {str(gender.label): gender.value for gender in Gender}
PARTY_MEMBERS = ("中共党员", "中共预备党员")
SERIES = "member.number"
DIGITS = 3
CHUNK = 500
LARGEST = 999_999_999  # the counter of numbers goes no further on any database
ALIKE: dict[str, Callable[[Any], Any]] = {"name": name_key, "number": plain_number}  # compared by what two writings share


@dataclass
class Person:
    """A row of the sheet, read; or a member of the database, in the same words, so that the two can be compared."""

    name: str = ""
    gender: str = ""
    ethnicity: str = ""
    born_in: date | None = None
    party: str = ""
    sector: str = ""
    special_committee: str = ""
    ranks: tuple[str, ...] = ()
    workplace: str = ""
    workplace_post: str = ""
    phone: str = ""
    email: str = ""
    is_party_member: bool | None = None
    number: str = ""


COLUMNS = {  # field → column
    "name": "姓名", "gender": "性别", "ethnicity": "民族", "born_in": "出生年月", "party": "政治面貌", "sector": "界别",
    "special_committee": "专委会", "ranks": "职务", "workplace": "工作单位", "workplace_post": "单位职务", "phone": "手机",
    "email": "邮箱", "is_party_member": "是否党员", "number": "编号",
}  # fmt: skip


def _email(value: cells.Cell) -> str:
    written = cells.line(value, 254)
    if written:
        try:
            validate_email(written)
        except ValidationError as problem:
            message = f"“{written[:40]}”不是邮箱地址"
            raise ValueError(message) from problem
    return written


def _ranks(value: cells.Cell) -> tuple[str, ...]:
    found = {cells.choice(part, RANKS) for part in cells.several(value)}
    return tuple(rank for rank in Rank.values if rank in found and rank != Rank.MEMBER)


def read(row: Row) -> Person:
    """Read a row; what does not do becomes its faults."""

    def line(column: str, limit: int) -> str:
        return str(row.read(column, lambda v: cells.line(v, limit)) or "")

    person = Person(
        name=row.read("姓名", cells.name) or "",
        gender=row.read("性别", lambda v: cells.choice(v, GENDERS)) or "",
        ethnicity=line("民族", 20),
        born_in=row.read("出生年月", cells.month),
        party=line("政治面貌", 30),
        sector=line("界别", 30),
        special_committee=line("专委会", 40),
        ranks=row.read("职务", _ranks) or (),
        workplace=line("工作单位", 80),
        workplace_post=line("单位职务", 60),
        phone=row.read("手机", cells.phone) or "",
        email=row.read("邮箱", _email) or "",
        is_party_member=row.read("是否党员", cells.flag),
        number=line("编号", 20),
    )
    for column, value in (("姓名", person.name), ("界别", person.sector)):
        if not value and not row.complained(column):
            row.fault(column, "没有填写")
    if person.is_party_member is None and person.party:
        person.is_party_member = person.party in PARTY_MEMBERS
    return person


def of_member(member: Member) -> Person:
    """Return a member, fetched by `with_current_seats`, in the words of the sheet."""
    seat = next(iter(member.seats_now), None)  # type: ignore[attr-defined]
    held = {post.rank for post in member.posts_now}  # type: ignore[attr-defined]
    special = seat.special_committee if seat else None
    return Person(
        name=member.name, gender=member.gender, ethnicity=member.ethnicity, born_in=member.born_in, party=member.party,
        sector=seat.sector.name if seat else "", special_committee=special.name if special else "",
        ranks=tuple(rank for rank in Rank.values if rank in held and rank != Rank.MEMBER), workplace=member.workplace,
        workplace_post=member.workplace_post, phone=member.phone, email=member.email,
        is_party_member=member.is_party_member, number=member.number,
    )  # fmt: skip


def with_current_seats(rows: QuerySet[Member], on: date) -> QuerySet[Member]:
    """Fetch what the sheet needs of members, whatever their number in three queries."""
    seats = Seat.objects.filter(running(on)).select_related("sector", "special_committee").order_by("-term__number", "id")
    return rows.prefetch_related(
        Prefetch("seats", seats, "seats_now"), Prefetch("posts", Post.objects.filter(running(on)), "posts_now")
    )


def term_for(committee: Committee, on: date) -> Term | None:
    """Return the term that runs on a day, else the newest."""
    terms = committee.terms.order_by("-starts_on")
    return terms.filter(starts_on__lte=on).first() or terms.first()


@dataclass(frozen=True)
class Known:
    """A member as the sheet may write him: as he stands, and as each row stood that went into him and keeps its values."""

    member: Member
    written: list[Person]

    @property
    def born(self) -> set[date]:
        """The months in which he was born, by what is written of him."""
        return {person.born_in for person in self.written if person.born_in}

    def says(self, name: str, value: Any) -> bool:
        """Say whether a value is one of those written of him: his number, in whichever writing, is how he was found."""
        same = ALIKE.get(name, lambda value: value)
        if name == "number":
            return not value or any(same(value) == same(person.number) for person in self.written)
        if name == "ranks":  # posts were moved
            held = {rank for person in self.written for rank in person.ranks}
            return bool(value == self.written[0].ranks or (len(self.written) > 1 and held.issuperset(value)))
        return any(same(value) == same(getattr(person, name)) for person in self.written)


@dataclass(frozen=True)
class Gone:
    """A row that went into another, in the words of the sheet, and who it is by now."""

    row: Member
    person: Person
    is_now: int


def those_who_went(committee: Committee) -> list[Gone]:
    """Return the rows that went into others, each with the seat and the posts that it had."""
    rows = Member.everybody.filter(committee=committee, merged_into__isnull=False).select_related("merged_into").order_by("pk")
    seats = Seat.objects.select_related("sector", "special_committee").order_by("-term__number", "id")
    found = rows.prefetch_related(Prefetch("seats", seats, "seats_now"), Prefetch("posts", Post.objects.all(), "posts_now"))
    return [Gone(row, of_member(row), who_it_is(row).pk) for row in found]


@dataclass
class MemberImporter:
    """Takes members in: known ones are compared, new ones get a seat, posts, and a number when they bring none."""

    context: Context
    checked: "MemberImporter | None" = None
    made: dict[str, list[str]] = field(default_factory=lambda: {"sectors": [], "special_committees": []})
    seen: dict[str, Sight] = field(default_factory=dict)  # by the plain number
    people: dict[str, list[tuple[date | None, bool, Sight]]] = field(default_factory=dict)  # by name: born, numbered, where

    def __post_init__(self) -> None:
        self.taken = self.checked.seen if self.checked else self.seen  # the numbers of the whole file, not only so far
        self.numbers: dict[str, list[str]] = defaultdict(list)  # those there are, by what two writings of one have in common
        for number in Member.everybody.filter(committee=self.context.committee).values_list("number", flat=True):
            self.numbers[plain_number(number)].append(number)
        self.committee: Committee = self.context.committee
        self.gone = those_who_went(self.committee)
        self.term = term_for(self.committee, timezone.localtime(self.context.at).date())
        named = {"committee": self.committee, "term": self.term}
        self.sectors = {s.name: s for s in Sector.objects.filter(**named)} if self.term else {}
        self.special = {s.name: s for s in SpecialCommittee.objects.filter(**named)} if self.term else {}

    # ── checking ──
    def check(self, rows: Sequence[Row]) -> None:
        """Read the rows, find whom they mean, compare."""
        for row in rows:
            row.parsed = read(row)
            if self.term is None:
                row.fault("界别", "还没有设立届次，请先用 tongxin init 或在系统里设立")
            self._demand_once(row)
            self._note_bodies(row)
        sound = [row for row in rows if not row.faults]
        names = {spelling for row in sound for spelling in spellings(row.parsed.name)}
        numbers = {kept for row in sound for kept in self.numbers.get(plain_number(row.parsed.number), ()) if row.parsed.number}
        keys = {name_key(row.parsed.name) for row in sound}
        into = {one.is_now for one in self.gone if one.row.number in numbers or name_key(one.row.name) in keys}
        meant = Q(name__in=names) | Q(number__in=numbers) | Q(pk__in=into)
        found = Member.objects.filter(meant, committee=self.committee).order_by("id")
        by_number: dict[str, Known] = {}
        by_name: dict[str, list[Known]] = defaultdict(list)
        for member in with_current_seats(found, timezone.localtime(self.context.at).date()):
            known = Known(member, [of_member(member), *(one.person for one in self.gone if one.is_now == member.pk)])
            for person in known.written:
                by_number[person.number] = known
            for name in {name_key(person.name) for person in known.written}:
                by_name[name].append(known)
        for row in sound:
            self._judge(row, by_number, by_name)

    def _demand_once(self, row: Row) -> None:
        """Refuse a person who stands in the file twice; who has no number may be anybody of the name."""
        person: Person = row.parsed
        if not person.name:
            return
        here = Sight(row.place, person.name)
        if plain := plain_number(person.number):
            if (first := self.seen.setdefault(plain, here)).place != row.place:
                row.fault("编号", f"与{first.seen_from(row.place)}的编号相同；是同一个人的只留一行，不是的请改正编号")
                return
            figures = plain.removeprefix(plain_number(self.committee.code))
            if figures.isdecimal() and int(figures) > LARGEST and figures != plain:
                row.fault("编号", f"“{person.number}”的号数超出了可用的范围（最大 {LARGEST}），请核对")
                return
        alike = self.people.setdefault(name_key(person.name), [])
        for born_in, numbered, first in alike:
            apart = (plain and numbered) or (born_in and person.born_in and born_in != person.born_in)
            if not apart and first.place != row.place:
                row.fault("姓名", f"与{first.seen_from(row.place)}是同一个人；确是两人的，请写编号或出生年月")
                return
        alike.append((person.born_in, bool(plain), here))

    def _note_bodies(self, row: Row) -> None:
        person: Person = row.parsed
        for name, known, made in (
            (person.sector, self.sectors, self.made["sectors"]),
            (person.special_committee, self.special, self.made["special_committees"]),
        ):
            if name and not row.faults and name not in known and name not in made:
                made.append(name)

    def _judge(self, row: Row, by_number: Mapping[str, Known], by_name: Mapping[str, Sequence[Known]]) -> None:
        person: Person = row.parsed
        known: Known | None = None
        if person.number:
            kept = self.numbers.get(plain_number(person.number), [])
            people = {by_number[number].member.pk for number in kept if number in by_number}
            if len(people) > 1 and person.number not in kept:
                row.fault("编号", f"系统里有 {len(kept)} 位委员的编号只差前面的零或全角半角（{'、'.join(kept)}），请写成其中一个")
                return
            known = by_number.get(person.number) or (by_number.get(kept[0]) if kept else None)
        else:
            alike = by_name.get(name_key(person.name), ())
            fitting = [k for k in alike if person.born_in and person.born_in in k.born]
            fitting = fitting or [k for k in alike if not (person.born_in and k.born)]
            if len(fitting) > 1:
                numbers = "、".join(k.member.number for k in fitting)
                row.fault("姓名", f"有 {len(fitting)} 位叫“{person.name}”的委员（编号 {numbers}），请写编号")
                return
            known = fitting[0] if fitting else None
        if known is not None:
            row.known = True
            self._compare(row, person, known)

    @staticmethod
    def _compare(row: Row, said: Person, known: Known) -> None:
        for spec in fields(Person):
            column = COLUMNS[spec.name]
            if row.has(column) and not known.says(spec.name, getattr(said, spec.name)):
                theirs = getattr(known.written[0], spec.name)
                shown = mask_phone(theirs) if spec.name == "phone" else spoken(spec.name, theirs)
                where = "修改联系方式" if spec.name in CONTACT_FIELDS else "更正登记资料"
                row.fault(column, f"与系统里的不同：系统里是“{shown or '空'}”，没有改动；要改请打开这名委员，在“{where}”里改")

    def settle(self) -> list[Fault]:
        """Nothing more shows only in the whole file."""
        return []

    # ── writing ──
    def write(self, rows: Sequence[Row]) -> None:
        """Add the members of new rows, with seats and posts."""
        if self.term is None:
            return
        self._make_bodies(rows, self.term)
        members = [self._member(row.parsed) for row in rows]
        Member.objects.bulk_create(members)
        pairs = list(zip(members, (row.parsed for row in rows), strict=True))
        seats = Seat.objects.bulk_create(
            Seat(
                committee=self.committee,
                member=member,
                term=self.term,
                sector=self.sectors[person.sector],
                special_committee=self.special.get(person.special_committee),
                starts_on=self.term.starts_on,
            )
            for member, person in pairs
        )
        posts = Post.objects.bulk_create(
            Post(committee=self.committee, member=member, term=self.term, rank=rank, starts_on=self.term.starts_on)
            for member, person in pairs
            for rank in person.ranks
        )
        audit.vouch(self.committee, [*seats, *posts], at=self.context.at)
        self.context.keep([*members, *seats, *posts])

    def _make_bodies(self, rows: Sequence[Row], term: Term) -> None:
        for row in rows:
            person: Person = row.parsed
            named = {"committee": self.committee, "term": term}
            if person.sector not in self.sectors:
                place = len(self.sectors) + 1
                self.sectors[person.sector] = Sector.objects.create(**named, name=person.sector, place_in_list=place)
                self.context.keep([self.sectors[person.sector]])
            if person.special_committee and person.special_committee not in self.special:
                place = len(self.special) + 1
                made = SpecialCommittee.objects.create(**named, name=person.special_committee, place_in_list=place)
                self.special[person.special_committee] = made
                self.context.keep([made])

    def _member(self, person: Person) -> Member:
        return Member(
            committee=self.committee, number=person.number or self._new_number(), name=person.name, sound=sound_of(person.name),
            gender=person.gender, ethnicity=person.ethnicity, born_in=person.born_in, party=person.party,
            is_party_member=person.is_party_member, workplace=person.workplace, workplace_post=person.workplace_post,
            phone=person.phone, phone_hash=phone_hash(person.phone), email=person.email,
        )  # fmt: skip

    def _new_number(self) -> str:
        """Give the next free number: the committee's code and three digits or more."""
        while True:
            number = f"{self.committee.code}{next_number(self.committee, SERIES):0{DIGITS}d}"[:20]
            if plain_number(number) not in self.taken and plain_number(number) not in self.numbers:
                return number

    def holds(self) -> bool:
        """It rests on nothing of others that might go."""
        return True

    def finish(self, created: int) -> None:
        """Let new numbers go on behind the imported ones, and record the import."""
        code = plain_number(self.committee.code)
        figures = [plain.removeprefix(code) for plain in self.seen if plain.startswith(code)]
        taken = [int(number) for number in figures if number.isdecimal()]
        if taken:
            claim_number(self.committee, SERIES, max(taken))
        audit.record(
            "members.import", self.committee, actor=self.context.actor, at=self.context.at, via="import",
            data={"rows": created} | {name: names for name, names in self.made.items() if names},
        )  # fmt: skip


# ── export ───────────────────────────────────────────────────────────────────────────────────────
def spoken(name: str, value: Any) -> str:
    """Write a value as the sheet writes it."""
    if value is None or value == "":
        return ""
    if name == "gender":
        return str(Gender(value).label)
    if name == "ranks":
        return "、".join(str(Rank(rank).label) for rank in reversed(value)) or str(Rank.MEMBER.label)
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)


def rows(committee: Committee, *, year: int | None, on: date) -> Iterator[Mapping[str, str]]:
    """Yield the members who hold a seat (of a year: those who held one in it) as rows of the sheet.

    Who left has no row: the sheet cannot say so, and read in elsewhere he would sit again.
    """
    found = Member.objects.filter(committee=committee).order_by("number", "id")
    if year is None:
        found = found.seated(on)
    else:
        held = Seat.objects.filter(committee=committee, starts_on__lte=date(year, 12, 31))
        held = held.filter(not_over(date(year, 1, 1)))
        found, on = found.filter(pk__in=held.values("member")), date(year, 12, 31)
    for member in with_current_seats(found, on).iterator(chunk_size=CHUNK):
        person = of_member(member)
        yield {COLUMNS[spec.name]: spoken(spec.name, getattr(person, spec.name)) for spec in fields(Person)}


MEMBERS = register(
    Kind(
        name="members",
        label="委员",
        columns=(
            Column("姓名", "两个字的姓名中间不用空格。", required=True, example="林知远", width=12, others=("委员姓名", "名字")),
            Column("性别", words=tuple(GENDERS), example="男", width=8),
            Column("民族", example="汉族", width=10),
            Column("出生年月", "如 1975-03。", example="1975-03", width=12, others=("出生日期", "生日")),
            Column(
                "政治面貌",
                "如 中共党员、民盟盟员、无党派人士、群众。",
                example="无党派人士",
                width=14,
                others=("党派", "政治面目"),
            ),
            Column(
                "界别",
                "第一次出现的界别自动增加。",
                required=True,
                example="医药卫生界",
                width=16,
                others=("所属界别", "所在界别"),
            ),
            Column(
                "专委会",
                "第一次出现的专委会自动增加。",
                example="教科卫体委员会",
                width=20,
                others=("专门委员会", "所属专委会", "所在专委会"),
            ),
            Column("职务", "有几个的用顿号隔开。", words=tuple(RANKS), example="委员", width=12, others=("政协职务", "委员职务")),
            Column("工作单位", example="县人民医院", width=24, others=("所在单位", "单位")),
            Column("单位职务", example="主任医师", width=16, others=("工作职务", "现任职务", "行政职务")),
            Column(
                "手机",
                "11 位数字，加密保存。",
                example="13800000000",
                width=14,
                others=("手机号", "手机号码", "联系电话", "电话", "移动电话"),
            ),
            Column("邮箱", width=22, others=("电子邮箱", "邮件", "电子邮件")),
            Column("是否党员", "是否中共党员。", words=("是", "否"), example="否", width=10, others=("中共党员", "党员")),
            Column(
                "编号",
                "委员编号，作登录名用；不写的由系统编号。",
                example="YX001",
                width=12,
                others=("委员编号", "委员号", "证号", "委员证号"),
            ),
        ),
        importer=MemberImporter,
        rows=rows,
    )
)
