"""Taking members in: whom a row means, what is wrong with it, and what a new one implies (a person, a seat, posts)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit import actions as audit
from tongxin.committees.actions import claim_number, next_number
from tongxin.committees.models import Committee, Sector, SpecialCommittee, Term
from tongxin.core.secrets import mask_phone, phone_hash
from tongxin.core.sounds import sound_of
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line, name_key, plain_number, spellings
from tongxin.members.choices import CONTACT_FIELDS
from tongxin.members.models import Member, Post, Seat
from tongxin.members.rules import is_dead
from tongxin.members.sheets.columns import COLUMNS, NAMES
from tongxin.members.sheets.doubles import Doubles
from tongxin.members.sheets.doubting import Forms, doubt_age, doubt_namesakes
from tongxin.members.sheets.reading import Known, Person, of_member, read, those_who_went, with_current_seats
from tongxin.sheets.cells import text
from tongxin.sheets.kinds import Context, Row, words_of
from tongxin.sheets.problems import Fault

SERIES = "member.number"
DIGITS = 3
LARGEST = 999_999_999  # the counter of numbers goes no further on any database


def term_for(committee: Committee, on: date) -> Term | None:
    """Return the term that runs on a day, else the newest."""
    terms = committee.terms.order_by("-starts_on")
    return terms.filter(starts_on__lte=on).first() or terms.first()


@dataclass
class MemberImporter:
    """Takes members in: known ones are compared, new ones get a seat, posts, and a number when they bring none."""

    context: Context
    checked: "MemberImporter | None" = None
    made: dict[str, list[str]] = field(default_factory=lambda: {"sectors": [], "special_committees": []})
    doubles: Doubles = field(default_factory=Doubles)

    def __post_init__(self) -> None:
        self.taken = (self.checked or self).doubles.seen  # the numbers of the whole file, not only so far
        self.numbers: dict[str, list[str]] = defaultdict(list)  # those there are, by what two writings of one have in common
        for number in Member.everybody.filter(committee=self.context.committee).values_list("number", flat=True):
            self.numbers[plain_number(number)].append(number)
        self.forms = Forms(number for numbers in self.numbers.values() for number in numbers)
        self.committee: Committee = self.context.committee
        self.today = timezone.localtime(self.context.at).date()
        self.gone = those_who_went(self.committee)
        self.term = term_for(self.committee, self.today)
        self.is_first: bool = self.checked.is_first if self.checked else not Seat.objects.filter(term=self.term).exists()
        named = {"committee": self.committee, "term": self.term}
        self.sectors = {s.name: s for s in Sector.objects.filter(**named)} if self.term else {}
        self.special = {s.name: s for s in SpecialCommittee.objects.filter(**named)} if self.term else {}

    # ── checking ──
    def check(self, rows: Sequence[Row]) -> None:
        """Read the rows, find whom they mean, compare."""
        for row in rows:
            row.parsed = read(row)
            if self.term is None:
                row.fault("界别", _("还没有设立届次，请先在系统里设立"))
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
        for member in with_current_seats(found, self.today):
            known = Known(member, [of_member(member), *(one.person for one in self.gone if one.is_now == member.pk)])
            for person in known.written:
                by_number[person.number] = known
            for name in {name_key(person.name) for person in known.written}:
                by_name[name].append(known)
        for row in sound:
            self._judge(row, by_number, by_name)
        self._judge_new([row for row in sound if not row.known and not row.faults], by_name)

    def _demand_once(self, row: Row) -> None:
        """Refuse who stands in the file twice, and a number that is none."""
        person: Person = row.parsed
        if not person.name:
            return
        figures = (plain := plain_number(person.number)).removeprefix(plain_number(self.committee.code))
        if figures.isdecimal() and int(figures) > LARGEST and figures != plain:
            row.fault(
                "编号",
                _("“%(number)s”的号数超出了可用的范围（最大 %(largest)s），请核对")
                % {"number": person.number, "largest": LARGEST},
            )
            return
        self.doubles.judge(row)

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
            written = clean_line(text(row.cells.get("编号")))  # of two that differ in their width alone, the very one
            meant = next((number for number in (written, person.number) if number in kept), "")
            if len(people) > 1 and not meant:
                row.fault(
                    "编号",
                    _("系统里有 %(n)s 位委员的编号只差前面的零或全角半角（%(kept)s），请写成其中一个")
                    % {"n": len(kept), "kept": "、".join(kept)},
                )
                return
            known = by_number.get(meant) or (by_number.get(kept[0]) if kept else None)
        else:
            alike = by_name.get(name_key(person.name), ())
            fitting = [k for k in alike if person.born_in and person.born_in in k.born]
            fitting = fitting or [k for k in alike if not (person.born_in and k.born)]
            if len(fitting) > 1:
                numbers = "、".join(k.member.number for k in fitting)
                row.fault(
                    "姓名",
                    _("有 %(n)s 位叫“%(person)s”的委员（编号 %(numbers)s），请写编号")
                    % {"n": len(fitting), "person": person.name, "numbers": numbers},
                )
                return
            known = fitting[0] if fitting else None
        if known is not None:
            row.known = True
            self._compare(row, person, known)

    def _judge_new(self, rows: Sequence[Row], by_name: Mapping[str, Sequence[Known]]) -> None:
        """Judge what counts of new members alone: who is on the list already may be as odd as he is."""
        phones = self._phones_of_others(rows)
        for row in rows:
            person: Person = row.parsed
            if (other := phones.get(phone_hash(person.phone))) is not None and person.phone:
                row.fault(
                    "手机",
                    _("与在册委员%(other)s（编号 %(number)s）的手机号相同；手机号可以用来登录，一人一个，请核对")
                    % {"other": other.name, "number": other.number},
                )
            self.doubles.judge_phone(row)
            self._judge_days(row)
            doubt_age(row, self.today)
            doubt_namesakes(row, by_name.get(name_key(person.name), ()))
            self.forms.note(row)

    def _phones_of_others(self, rows: Sequence[Row]) -> dict[str, Member]:
        """Return whose the numbers are already: of the living, who sign in with them."""
        hashes = {phone_hash(row.parsed.phone) for row in rows if row.parsed.phone}
        found = Member.objects.filter(committee=self.committee, phone_hash__in=hashes) if hashes else ()
        return {member.phone_hash: member for member in found if not is_dead(member)}

    def _judge_days(self, row: Row) -> None:
        """Judge since when somebody lives and sits; say from when he will, where the sheet does not."""
        person: Person = row.parsed
        if person.born_in and person.born_in > self.today:
            row.fault("出生年月", _("在今天以后，请核对"))
        if self.term is None:
            return
        if person.seated_on is None:
            if not self.is_first:
                row.warn("任职日期", _("未填任职日期，按 %(begins)s起算") % {"begins": full_day(self._begins(person))})
        elif person.seated_on < self.term.starts_on:
            row.fault(
                "任职日期",
                _("早于%(term)s开始的 %(starts_on)s，请核对；随届任职的可以不填")
                % {"term": self.term, "starts_on": full_day(self.term.starts_on)},
            )
        elif person.seated_on > max(self.today, self.term.starts_on):
            row.fault("任职日期", _("在今天以后，请到那一天再导入"))

    def _begins(self, person: Person) -> date:
        """Return since when a new member sits: who comes after the first list of a term, unless the sheet says so, from today."""
        assert self.term is not None  # noqa: S101 -- nothing is written without
        return person.seated_on or (self.term.starts_on if self.is_first else max(self.today, self.term.starts_on))

    @staticmethod
    def _compare(row: Row, said: Person, known: Known) -> None:
        words = words_of(COLUMNS, known.written[0])
        for key, column in NAMES.items():
            if row.has(column) and not known.says(key, getattr(said, key)):
                shown = mask_phone(words[column]) if key == "phone" else words[column]
                where = _("修改联系方式") if key in CONTACT_FIELDS else _("更正登记资料")
                row.fault(
                    column,
                    _("与系统里的不同：系统里是“%(shown)s”，没有改动；要改请打开这名委员，在“%(where)s”里改")
                    % {"shown": shown or "空", "where": where},
                )

    def settle(self) -> list[Fault]:
        """Return what later rows showed to be wrong with earlier ones."""
        return list(self.doubles.earlier.values())

    def remarks(self) -> list[Fault]:
        """Return what is odd beside all others."""
        return self.forms.odd()

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
                starts_on=self._begins(person),
            )
            for member, person in pairs
        )
        posts = Post.objects.bulk_create(
            Post(committee=self.committee, member=member, term=self.term, rank=rank, starts_on=self._begins(person))
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
        figures = [plain.removeprefix(code) for plain in self.doubles.seen if plain.startswith(code)]
        taken = [int(number) for number in figures if number.isdecimal()]
        if taken:
            claim_number(self.committee, SERIES, max(taken))
        audit.record(
            "members.import", self.committee, actor=self.context.actor, at=self.context.at, via="import",
            data={"rows": created} | {name: names for name, names in self.made.items() if names},
        )  # fmt: skip
