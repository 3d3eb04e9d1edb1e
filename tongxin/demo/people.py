"""The members: who sits in which sector, with which post, how old, where they work."""

import random
from dataclasses import dataclass
from datetime import date

from pypinyin import lazy_pinyin

from tongxin.accounts.models import Account
from tongxin.core.secrets import phone_hash
from tongxin.demo.bodies import Assembly, account
from tongxin.demo.ledger import Ledger
from tongxin.demo.names import Names
from tongxin.demo.places import SECTORS, SectorPlan
from tongxin.demo.seeding import dice
from tongxin.members.choices import Gender, Rank
from tongxin.members.models import Member, Post, Seat

ETHNICITIES = ("回族", "苗族", "土家族", "畲族", "侗族", "满族")
STANDING = 35
VICE_CHAIRS = 4
WOMEN_SHARE = 0.36
ON_COMMITTEES = 0.42
PLAIN_MEMBERS_OF_PARTY = 0.3


@dataclass(frozen=True)
class Part:
    """A member whom a role plays: fixed number, name, sector, year of birth, woman, 关怀版."""

    number: str
    name: str
    sector: str
    born: int
    woman: bool
    elder: bool = False


PARTS = (
    Part("YX016", "林知远", "民盟界", 1981, woman=False),
    Part("YX193", "何青禾", "社会福利和社会保障界", 1958, woman=True, elder=True),
    Part("YX181", "周望舒", "医药卫生界", 1985, woman=True),
)
PART_NAMES = tuple(part.name for part in PARTS)


class Seating:
    """Seats the members of one assembly; the rows are written with the others."""

    def __init__(self, made: Assembly, ledger: Ledger, names: Names, seed: int) -> None:
        self.made, self.ledger, self.names = made, ledger, names
        self.roll = dice(seed, "members", made.committee.code)
        self.parts = {part.number: part for part in PARTS} if made.committee.code == "YX" else {}

    def seat(self, share: float = 1) -> None:
        """Fill every sector to its size (or a share of it), then elect."""
        place = 0
        for plan in SECTORS:
            for n in range(max(1, round(plan.size * share))):
                place += 1
                self._member(plan, place, n)
        self._elect(share)

    def _member(self, plan: SectorPlan, place: int, n: int) -> None:
        made, roll, code = self.made, self.roll, self.made.committee.code
        number = f"{code}{place:03d}"
        part = self.parts.get(number)
        woman = part.woman if part else roll.random() < (0.9 if plan.name == "妇联界" else WOMEN_SHARE)
        name = part.name if part else self.names.draw(woman=woman)
        born = part.born if part else self._born(plan)
        workplace, post = plan.work[n % len(plan.work)]
        workplace = workplace.replace("县", made.committee.place[-1:], 1) if made.committee.tier == "city" else workplace
        phone = f"1990000{place:04d}" if code == "YX" else f"199000{1 if code == 'WC' else 2}{place:04d}"
        who = self._account(number, name, elder=bool(part and part.elder))
        party = self._party(plan)
        member = self.ledger.add(
            Member(
                committee=made.committee,
                account=who,
                number=number,
                name=name,
                sound=" ".join(lazy_pinyin(name)),
                gender=Gender.FEMALE if woman else Gender.MALE,
                ethnicity=self._ethnicity(plan),
                born_in=date(born, roll.randint(1, 12), 1),
                party=party,
                is_party_member=party == "中共党员",
                workplace=workplace,
                workplace_post=post,
                phone=phone,
                phone_hash=phone_hash(phone),
                email=who.email,
            )
        )
        self._seat(member, plan, convenes=n == 0)

    def _account(self, number: str, name: str, *, elder: bool) -> Account:
        size = Account.Size.ELDER if elder else Account.Size.NORMAL
        mail, by_mail = f"{number.lower()}@example.invalid", self.roll.random() < 0.8  # noqa: PLR2004 -- most
        return self.ledger.add(account(number, name, email=mail, size=size, by_mail=by_mail))

    def _seat(self, member: Member, plan: SectorPlan, *, convenes: bool) -> None:
        made, roll = self.made, self.roll
        special = roll.choice(made.special) if roll.random() < ON_COMMITTEES else None
        self.ledger.add(
            Seat(
                committee=made.committee,
                member=member,
                term=made.term,
                sector=made.sectors[plan.name],
                special_committee=special,
                convenes=convenes,
                starts_on=made.since,
            )
        )
        made.members.append(member)
        made.by_sector.setdefault(plan.name, []).append(member)

    def _born(self, plan: SectorPlan) -> int:
        year = self.made.sessions[-1].starts_on.year
        mean = 61 if plan.name == "特别邀请界" else 36 if plan.name == "共青团界" else 50
        return year - min(72, max(28, round(self.roll.gauss(mean, 7))))

    def _ethnicity(self, plan: SectorPlan) -> str:
        many = plan.name == "少数民族和宗教界"
        return self.roll.choice(ETHNICITIES) if self.roll.random() < (0.85 if many else 0.04) else "汉族"

    def _party(self, plan: SectorPlan) -> str:
        if plan.party == "群众" and self.roll.random() < PLAIN_MEMBERS_OF_PARTY:
            return "中共党员"
        return plan.party

    def _elect(self, share: float) -> None:
        """Chair, vice chairs, the secretary-general, the standing members."""
        made, roll = self.made, self.roll
        leaders = [s[0] for s in made.by_sector.values()]
        free = [m for m in leaders if m.number not in self.parts]
        ranks = [Rank.CHAIR, *[Rank.VICE_CHAIR] * VICE_CHAIRS, Rank.SECRETARY_GENERAL]
        elected = list(zip(free, ranks, strict=False))
        chosen = {member.number for member, _rank in elected}
        others = [m for m in made.members if m.number not in chosen]
        elected += [(m, Rank.STANDING) for m in roll.sample(others, min(round(STANDING * share), len(others)))]
        for member, rank in elected:
            self.ledger.add(Post(committee=made.committee, member=member, term=made.term, rank=rank, starts_on=made.since))


def older_than(member: Member, years: int, on: date) -> bool:
    """Say whether a member has reached an age on a day."""
    return member.born_in is not None and member.born_in <= date(on.year - years, on.month, 1)


def cosigners(made: Assembly, first: Member | None, count: int, roll: random.Random) -> list[Member]:
    """Draw whom a proposer asks: mostly from the own sector, then from others."""
    sector = next((members for members in made.by_sector.values() if first in members), []) if first else []
    own = [m for m in sector if m is not first]
    asked: list[Member] = roll.sample(own, min(len(own), (count + 1) // 2))
    while len(asked) < count:
        other = roll.choice(made.members)
        if other is not first and other not in asked:
            asked.append(other)
    return asked
