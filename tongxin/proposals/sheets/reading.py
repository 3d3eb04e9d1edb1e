"""One row read into a draft: texts, who signs, session, categories, what was decided.

Names are looked up, never invented.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees.models import Committee, Sector, SpecialCommittee
from tongxin.core.words import name_key, plain_number
from tongxin.members.models import Member
from tongxin.members.rules import who_it_is
from tongxin.proposals.choices import COLLECTIVE_FORMS, Form
from tongxin.proposals.sheets.columns import COLUMNS, COSIGNERS, TEXT_COLUMNS
from tongxin.sheets import cells
from tongxin.sheets.kinds import Row, values_of

LONGEST_PERSON, LONGEST_BODY = 40, 80
_WITH_NUMBER = re.compile(r"(.{1,80}?)\s?[(（]\s?([^()（）]{1,40}?)\s?[)）]")
_BLANKS = re.compile(r"\s+")
_BETWEEN_NAMES = re.compile(r"[\s/／|\\]+")
_AND_OTHERS = re.compile(r"(.{1,40}?) ?等 ?\d{0,4} ?[人名位](?:委员)?")
_BODY = re.compile(r"(委员会|委|会|联|界|组|支部|总支|工商联|团体|机关|协会|联合会|侨联|妇联|科协)$")
_PARTY = re.compile(r"民革|民盟|民建|民进|农工党|致公党|九三学社|台盟|工商联|支部|总支|基层委")


@dataclass(frozen=True)
class Signer:
    """Who stands under a proposal: a member, or a body by its name."""

    name: str
    member: Member | None = None

    @property
    def key(self) -> str:
        """What tells signers apart: the member's number, or the body's name."""
        return self.member.number if self.member else self.name


@dataclass
class Draft:
    """A row of the sheet, read. Categories are names, the session a (term, number)."""

    title: str = ""
    situation: str = ""
    analysis: str = ""
    suggestions: str = ""
    signers: list[Signer] = field(default_factory=list)
    number: int | None = None
    form: str = ""
    topic: str = ""
    construction: str = ""
    session: tuple[int, int] | None = None
    submitted_on: date | None = None
    result: str = ""
    into: int | None = None
    public: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three parts of the text."""
        return self.situation, self.analysis, self.suggestions

    @property
    def whole_text(self) -> str:
        """The text as it is compared: in one piece or in three parts, and in whichever lines, it is the same."""
        return _BLANKS.sub("", "".join(self.parts))


def noon(day: date | None) -> datetime | None:
    """Return the middle of a day whose hour the sheet does not give: the same day in any zone the database keeps."""
    return datetime.combine(day, time(12), timezone.get_current_timezone()) if day else None


class People:
    """The members of a committee by the key of their name, and the bodies that may sign."""

    def __init__(self, committee: Committee) -> None:
        self.committee = committee
        self.meant: set[int] = set()  # keys of those who sign something
        self.sectors = set(Sector.objects.filter(committee=committee).values_list("name", flat=True))
        self.special = set(SpecialCommittee.objects.filter(committee=committee).values_list("name", flat=True))
        self.by_key: dict[str, list[Member]] = defaultdict(list)
        members = Member.objects.filter(committee=committee)
        for member in members.only("id", "name", "number", "committee_id").order_by("id").iterator(chunk_size=2000):
            self.by_key[name_key(member.name)].append(member)
        gone = Member.everybody.filter(committee=committee, merged_into__isnull=False).select_related("merged_into")
        self.merged: dict[tuple[str, str], Member] = {}
        for row in gone.order_by("id"):
            member = self.merged[name_key(row.name), plain_number(row.number)] = who_it_is(row)
            if member not in self.by_key[name_key(row.name)]:
                self.by_key[name_key(row.name)].append(member)

    def signer(self, written: str, *, collective: bool) -> Signer:
        """Return who is meant. Raises ValueError with a sentence when nobody is, or more than one."""
        if match := _WITH_NUMBER.fullmatch(written):
            name, number = match[1], plain_number(match[2])
            for member in self.by_key.get(name_key(name), ()):
                if plain_number(member.number) == number:
                    return self._one(member)
            if (known := self.merged.get((name_key(name), number))) is not None:
                return self._one(known)
            if not collective and len(written) <= LONGEST_PERSON and not self.form_of(written):
                message = _("没有编号为 %(match)s、姓名为“%(name)s”的委员") % {"match": match[2], "name": cells.name(name)}
                raise ValueError(message)
        found = self.by_key.get(name_key(written), [])
        if len(found) > 1:
            numbers = "、".join(m.number for m in found)
            message = _("有 %(n)s 位叫“%(written)s”的委员（编号 %(numbers)s），请写成“%(written)s（编号）”") % {
                "n": len(found),
                "written": written,
                "numbers": numbers,
            }
            raise ValueError(message)
        if found:
            return self._one(found[0])
        if collective or self.form_of(written):
            return Signer(_body(written))
        raise ValueError(self._nobody(written))

    def _one(self, member: Member) -> Signer:
        self.meant.add(member.pk)
        return Signer(member.name, member)

    def apart(self, written: str) -> list[str]:
        """Return the names in a part of a cell.

        Several where a space or stroke stands between members and the whole is nobody.
        """
        parts = [part for part in _BETWEEN_NAMES.split(written) if part]
        several = len(parts) > 1 and name_key(written) not in self.by_key and all(name_key(part) in self.by_key for part in parts)
        return parts if several else [written]

    @staticmethod
    def _nobody(written: str) -> str:
        if match := _AND_OTHERS.fullmatch(written):
            return _("“%(written)s”没有写全，请把“%(match)s”以外各位的姓名也写上，用顿号隔开") % {
                "written": written[:40],
                "match": match[1][:20],
            }
        if len(written) > LONGEST_PERSON:
            return _("“%(written)s……”有 %(n)s 个字，不是委员的姓名；是单位的，请在“提案形式”一列写明是哪一种集体提案") % {
                "written": written[:20],
                "n": len(written),
            }
        return _("没有叫“%(written)s”的委员，请先导入委员，或改正姓名") % {"written": written[:40]}

    def form_of(self, body: str) -> str:
        """Guess from a body's name which form its proposals have; nothing for what is no body."""
        if body in self.special or body.endswith(("专委会", "专门委员会")):
            return Form.SPECIAL.value
        if body in self.sectors or body.endswith("界"):
            return Form.SECTOR.value
        if len(body) < 4 and not _PARTY.search(body):  # noqa: PLR2004 -- as short as a person's name
            return ""
        if _PARTY.search(body):
            return Form.PARTY.value
        return Form.BODY.value if _BODY.search(body) else ""


def _body(written: str) -> str:
    name = cells.line(written)
    if len(name) > LONGEST_BODY:
        message = _("单位名称“%(name)s……”有 %(n)s 个字，最多 %(longest_body)s 个字，请写简称；是几个单位的，请用顿号隔开") % {
            "name": name[:20],
            "n": len(name),
            "longest_body": LONGEST_BODY,
        }
        raise ValueError(message)
    return name


def read(row: Row, people: People) -> Draft:
    """Read what is raised and decided; what does not do becomes faults of the row."""
    said = values_of(COLUMNS, row)
    whole, (result, into) = said.pop("whole"), said.pop("result")
    written = {"提案人": said.pop("signers"), COSIGNERS: said.pop("cosigners")}
    draft = Draft(**said, result=result)
    _take_number_merged_into(row, draft, into)
    _take_whole_text(row, draft, whole)
    if not draft.title and not row.complained("案由"):
        row.fault("案由", _("没有填写"))
    draft.signers = _signers(row, draft, written, people)
    return draft


def _take_number_merged_into(row: Row, draft: Draft, into: int | None) -> None:
    """审查结果 may say into which number it went: 并入第 3 号."""
    if into is None:
        return
    if draft.into not in {None, into}:
        row.fault(
            "并入", _("写的是第 %(into)s 号，审查结果写的是并入第 %(into2)s 号，请核对") % {"into": draft.into, "into2": into}
        )
    draft.into = into


def _take_whole_text(row: Row, draft: Draft, whole: str) -> None:
    """内容 stands for the three parts when they are not given."""
    if not any(draft.parts):
        draft.situation = whole
        if not whole and not any(row.complained(column) for column in TEXT_COLUMNS):
            row.fault("内容", _("没有填写（也没有情况、分析、建议）"))
        return
    if whole and whole != "\n".join(part for part in draft.parts if part):
        row.warn("内容", _("已有情况、分析、建议，这一列没有读取"))
    for column, part in zip(TEXT_COLUMNS[1:], draft.parts, strict=True):
        if not part:
            row.warn(column, _("没有填写，照收"))


def _signers(row: Row, draft: Draft, by_column: Mapping[str, Sequence[str]], people: People) -> list[Signer]:
    if not row.has("提案人"):
        row.fault("提案人", _("没有填写"))
    found: dict[str, Signer] = {}
    first: dict[str, str] = {}  # how each was written first
    for column, written in by_column.items():
        names = [name for part in written for name in people.apart(part)]
        if len(names) > len(written):
            row.warn(column, _("按 %(n)s 位委员读取：%(names)s") % {"n": len(names), "names": "、".join(names)[:80]})
        for name in names:
            try:
                signer = people.signer(name, collective=draft.form in COLLECTIVE_FORMS)
            except ValueError as problem:
                row.fault(column, str(problem))
                continue
            if signer.key not in found:
                found[signer.key], first[signer.key] = signer, name
            elif column == "提案人" and _is_one_writing(first[signer.key], name):
                row.fault(column, _("“%(signer)s”写了两次") % {"signer": signer.name})
    signers = list(found.values())
    if signers and not draft.form:
        draft.form = _form_of(signers, people)
    return signers


def _is_one_writing(one: str, other: str) -> bool:
    """Say whether a name stands twice: who was kept as two members may be written as both, and signs once."""
    (name, number), (again, its_number) = _written_apart(one), _written_apart(other)
    return name == again and (not number or not its_number or number == its_number)


def _written_apart(written: str) -> tuple[str, str]:
    match = _WITH_NUMBER.fullmatch(written)
    return (name_key(match[1]), plain_number(match[2])) if match else (name_key(written), "")


def _form_of(signers: Sequence[Signer], people: People) -> str:
    if signers[0].member is None:
        forms = {people.form_of(s.name) for s in signers if s.member is None}
        return forms.pop() if len(forms) == 1 else Form.COLLECTIVE.value
    return Form.JOINT.value if len(signers) > 1 else Form.INDIVIDUAL.value
