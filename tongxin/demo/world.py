"""The demo world: 青岚市 over 云溪县 and 望川县, a finished year and a running one, computed from one day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import sealing
from tongxin.committees.models import Appointment, Committee, Counter, Unit
from tongxin.demo import bodies
from tongxin.demo.bodies import Assembly, Founding
from tongxin.demo.clock import Clock, at
from tongxin.demo.departing import tell_departures
from tongxin.demo.doubling import tell_double
from tongxin.demo.ledger import Ledger
from tongxin.demo.names import Names
from tongxin.demo.people import PART_NAMES, PARTS, Seating
from tongxin.demo.publishing import publish
from tongxin.demo.running import tell_elsewhere, tell_running
from tongxin.demo.seeding import dice, seeded_uids
from tongxin.demo.texts import load
from tongxin.demo.year import Natural
from tongxin.handling.models import Advice, Case, Contact, Presence, Rating, Reply, Task
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.notices import actions as notices
from tongxin.proposals.actions import facts
from tongxin.proposals.models import Endorsement, Proposal, Signature
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.actions import load_library
from tongxin.regulations.queries import forget, in_force

ROWS = (
    Account,
    Unit,
    Appointment,
    Member,
    Seat,
    Post,
    Suspension,
    Proposal,
    Signature,
    Endorsement,
    Case,
    Task,
    Advice,
    Contact,
    Presence,
    Reply,
    Rating,
)


@dataclass(frozen=True)
class Role:
    """Somebody the visitor of the demo may be: the account, who that is, and why one would look."""

    username: str
    label: str
    line: str


ROLES = [
    Role("YX016", "委员 林知远", "第一提案人，有草稿、有办理中的提案，一件答复等他评价"),
    Role("YX193", "委员 何青禾", "六十八岁，用关怀版，有人请她联名"),
    Role("YX181", "委员 周望舒", "一件提案退回修改，另有联名邀请"),
    Role("office", "提案委员会办公室 秦若水", "预审、退回、转出、公开，掌握全局"),
    Role("head", "提案委员会 陆行简", "审定：立案、并案、不予立案"),
    Role("gov", "县政府办公室 程远帆", "交办政府口的提案，答复退办申请，审核答复"),
    Role("gov-duban", "县政府督查室 贺长风", "督办、催办，审核答复"),
    Role("party", "县委办公室 方闻笛", "交办党委和法检两院的提案"),
    Role("clerk", "县市场监督管理局承办人 孟时雨", "签收、面商、起草答复"),
    Role("unitlead", "县市场监督管理局负责人 齐望山", "审签答复"),
    Role("coclerk", "县财政局承办人 陆知行", "会办，给主办单位送意见"),
    Role("clerk2", "县城市管理局承办人 苏明澈", "有临期和超期的提案"),
    Role("leader", "主席会议成员 顾怀谷", "看全局，督办重点提案"),
    Role("members", "委员联络室 季晚晴", "委员名册"),
    Role("rules", "办公室 江以宁", "制度：时限、类别、情形"),
    Role("sysadmin", "系统管理员 何其工", "运行和设置"),
    Role("security", "安全管理员 严守正", "账号和职责"),
    Role("auditor", "审计管理员 薄清明", "操作记录"),
    Role("wc-office", "望川县政协 江晚舟", "邻县，规定不同"),
    Role("ql-office", "青岚市政协 闻人静", "上级"),
]
ROLE_PEOPLE = tuple(role.label.split(" ")[-1] for role in ROLES)


@transaction.atomic
def build(today: date, seed: int = 0) -> None:
    """Build the world of a day. Does nothing where there is one already. Same day and seed: same bytes."""
    if Committee.objects.exists():
        return
    with seeded_uids(f"{today.isoformat()}:{seed}"):
        _build(Clock(today), seed)
    forget()


def _build(clock: Clock, seed: int) -> None:
    system = Account.objects.system()
    Account.objects.filter(pk=system.pk).update(password=bodies.UNUSABLE)
    ledger = Ledger(clock.until)
    names = Names(dice(seed, "names"), taken=(*PART_NAMES, *ROLE_PEOPLE))
    founding = Founding(clock, ledger, names, system)
    city = bodies.city(founding)
    county, other = bodies.yunxi(founding, city.committee), bodies.neighbour(founding, city.committee)
    regulate(county, other, city)
    for made, share in ((county, 1.0), (other, 0.15), (city, 0.15)):
        Seating(made, ledger, names, seed).seat(share)
    texts = load(clock.running_year)
    of = {world: [t for t in texts if t.world == world] for world in ("finished", "running", "neighbour", "city")}
    Natural(ledger, county, clock.running_year - 1, seed, late_replies=True).tell(of["finished"])
    tell_running(clock, ledger, county, of["running"], seed)
    for made, world in ((other, "neighbour"), (city, "city")):
        tell_elsewhere(clock, ledger, made, of[world], seed)
    tell_departures(clock, ledger, county, names, (part.number for part in PARTS))
    tell_double(clock, ledger, county, {part.number for part in PARTS})
    number(ledger)
    ledger.rows[Proposal] = by_beginning(ledger)
    ledger.save(ROWS)
    for made in (county, other, city):  # made before there was anybody who could record it
        audit.vouch(made.committee, [made.committee, *made.sessions], at=clock.until)
    publish((county, other, city), at=clock.until)
    notices.deliver()  # those of the last two weeks
    Account.objects.update(joined_at=at(county.since))
    Account.objects.exclude(pk=system.pk).update(last_login=clock.until)  # nobody is still to be invited
    sealing.seal(at=clock.until)


def regulate(county: Assembly, other: Assembly, city: Assembly) -> None:
    """Load the national library and each assembly's own rules; what is there already stays."""
    when = bodies.moment_of_founding(county)
    load_library(settings.LIBRARY_DIR / "national", None, actor=None, at=when)
    examples = settings.LIBRARY_DIR / "examples"
    for folder, made in (("qinglan", city), ("yunxi", county), ("wangchuan", other)):
        load_library(examples / folder, made.committee, actor=None, at=when)


def number(ledger: Ledger) -> None:
    """Give the serials in the order of submission and the two numbers in the order of decisions, as the office would have."""
    last: dict[tuple[Committee, str], int] = defaultdict(int)

    def following(committee: Committee, series: str) -> int:
        last[committee, series] += 1
        return last[committee, series]

    for entry in ledger.in_order():
        row = entry.subject
        if entry.kind == "proposals.submit" and row.serial is None:
            row.serial = following(row.committee, "proposal.serial")
        elif entry.kind == "proposals.file":
            rules: Taxonomies = in_force(row.committee, Taxonomies, row.decided_at.date())
            category = rules.construction(row.construction)
            assert category is not None  # noqa: S101 -- told with a code in force
            series = f"proposal.{row.session_id}"
            row.number, row.category_label = following(row.committee, series), category.short
            row.category_number = following(row.committee, f"{series}.{category.code}")
            entry.data |= facts.numbered(row.number, row.category_number, row.category_label)
        elif entry.kind == "proposals.merge":
            entry.data |= facts.merged(row.merged_into, row.merged_into.number)
    Counter.objects.bulk_create(
        Counter(committee=committee, series=series, last=number) for (committee, series), number in last.items()
    )


def by_beginning(ledger: Ledger) -> list[Proposal]:
    """Return the proposals as they were begun (newer ones have higher keys), a merged one not before what it goes into."""
    begun: list[Proposal] = [e.subject for e in ledger.in_order() if e.kind == "proposals.draft"]
    placed: dict[int, None] = {}
    rows = []
    for row in begun:
        for one in (row.merged_into, row):
            if one is not None and id(one) not in placed:
                placed[id(one)] = None
                rows.append(one)
    return rows
