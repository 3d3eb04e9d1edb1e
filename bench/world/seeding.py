"""Writing the world: bodies, then proposals in batches with their events, then the counters."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from random import Random

from django.db import connection, models, transaction
from django.utils import timezone

from bench.world.bodies import County, Founding, Person
from bench.world.cases import Handling
from bench.world.filling import Table, set_sequences, unindexed
from bench.world.lives import Life, Numbers
from bench.world.plans import LONG_EVERY, PRESENT, Plan, plan_for
from bench.world.telling import Stream, new_stream
from bench.world.texts import proposal_text
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.models import Appointment, Committee, Counter, Sector, Session, Term, Unit
from tongxin.handling.models import Advice, Case, Contact, Presence, PublicReply, Rating, Reply, Task
from tongxin.handling.regulations import Deadlines, ReplyCategories, Rework
from tongxin.members.models import Member, Seat
from tongxin.notices.models import Notice
from tongxin.proposals.models import Proposal, PublicCopy, Signature
from tongxin.proposals.regulations import NotFiling, Taxonomies
from tongxin.regulations.queries import look_up
from tongxin.workflow import engine

MAIN, OTHER = "YZ", "WP"
OTHERS_PART, LEAST_OTHERS = 20, 20
MEMBERS_PER_THOUSAND, LEAST_MEMBERS = 220, 40
BATCH = 2000
MODELS: tuple[type[models.Model], ...] = (  # parents first
    Account,
    Committee,
    Term,
    Session,
    Sector,
    Unit,
    Member,
    Seat,
    Appointment,
    Proposal,
    Signature,
    Case,
    Task,
    Advice,
    Contact,
    Presence,
    Reply,
    Rating,
    PublicCopy,
    PublicReply,
    Event,
    Notice,
)
Progress = Callable[[int], None]


class NotEmptyError(Exception):
    """The database has an assembly already; the bench fills only an empty one."""


@dataclass(frozen=True)
class Sown:
    """What was written, and how long it took."""

    proposals: int
    events: int
    seconds: float


def seed(proposals: int, *, today: date, progress: Progress | None = None) -> Sown:
    """Fill an empty database. The same number and day give the same rows, to the byte. Raises NotEmptyError."""
    if Committee.objects.exists() or Account.objects.exclude(pk=Account.objects.system().pk).exists():
        raise NotEmptyError
    begun = time.monotonic()
    tell = progress or (lambda _done: None)
    sower = Sower(today)
    sower.people(proposals)
    with unindexed(MODELS):
        for county, count in ((sower.main, proposals), (sower.other, max(LEAST_OTHERS, proposals // OTHERS_PART))):
            sower.sow(county, count, tell)
    sower.finish()
    return Sown(proposals, sower.tables[Event].last, time.monotonic() - begun)


class Sower:
    """Holds what grows while the world is written."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.now = datetime.combine(today, clock(9), timezone.get_default_timezone())
        self.tables = {model: Table(model) for model in MODELS}
        self.numbers = Numbers()
        self.main: County
        self.other: County
        self.stream: Stream

    def people(self, proposals: int) -> None:
        """Write the two assemblies with everybody in them."""
        founding = Founding(self.tables, self.today)
        system = Person(0, Account.objects.system().pk, "系统")
        members = max(LEAST_MEMBERS, proposals * MEMBERS_PER_THOUSAND // 1000)
        self.main = founding.county(MAIN, "云泽县", members=members)
        self.other = founding.county(OTHER, "望平县", members=max(LEAST_MEMBERS, members // OTHERS_PART))
        with transaction.atomic():
            for model in MODELS:
                self.tables[model].flush()
        committee = Committee.objects.get(code=MAIN)
        on = self.today
        found = {schema: look_up(committee, schema, on) for schema in (Deadlines, ReplyCategories, Taxonomies, NotFiling, Rework)}
        self.deadlines, self.categories = found[Deadlines].values, found[ReplyCategories].values
        self.taxonomies, self.reasons = found[Taxonomies].values, found[NotFiling].values
        versions = {
            "proposals.file": Taxonomies,
            "proposals.not_file": NotFiling,
            "cases.assign": Deadlines,
            "tasks.send": ReplyCategories,
        }
        self.stream = new_stream(self.tables, system, {kind: found[schema].version for kind, schema in versions.items()})

    def sow(self, county: County, count: int, tell: Progress) -> None:
        """Write a county's proposals, the oldest session first."""
        rng = Random(f"{county.code} {count}")
        over = count - int(count * PRESENT)
        for start in range(0, count, BATCH):
            for number in range(start, min(start + BATCH, count)):
                self._one(county, rng, number, number * (len(county.sessions) - 1) // over if number < over else -1)
            with transaction.atomic():
                self.flush()
            tell(min(start + BATCH, count))

    def _one(self, county: County, rng: Random, number: int, session: int) -> None:
        present, long = session < 0, number % LONG_EVERY == LONG_EVERY // 8
        plan = Plan("closed", 1, 96, 20 if present else 0) if long else plan_for(rng, present=present)
        pk, starts_on = county.sessions[session]
        if present:
            at = self.now - timedelta(days=plan.days + 1 + rng.randrange(plan.slack + 1))
        else:
            at = datetime.combine(starts_on, clock(9), self.now.tzinfo) + timedelta(days=10 + rng.randrange(200))
        life = Life(
            self.tables,
            self.stream,
            self.numbers,
            rng,
            county,
            plan,
            session=pk,
            at=at,
            now=self.now,
            text=proposal_text(rng),
            long=long,
        )
        if life.live(self.taxonomies, self.reasons):
            Handling(life, self.deadlines, self.categories, self.stream.system).handle()
        life.write()

    def flush(self) -> None:
        """Write what has gathered: rows, then what was told of them."""
        for model in MODELS:
            if model not in (Event, Notice):
                self.tables[model].flush()
        self.stream.flush()

    def finish(self) -> None:
        """Let the counters and the database's own numbering go on behind what was given."""
        with transaction.atomic():
            Counter.objects.bulk_create(
                Counter(committee_id=committee, series=series, last=last)
                for (committee, series), last in self.numbers.given.items()
            )
            set_sequences([*MODELS, Counter])
        if connection.vendor == "postgresql":  # autovacuum would do it; on SQLite nobody does
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")


def unexplained() -> dict[str, int]:
    """Count, for each lifecycle, the rows whose state is not what their last event says: all must be 0."""
    counted = {}
    for flow in engine.workflows():
        model = {"proposals": Proposal, "cases": Case, "tasks": Task}.get(flow.name)
        if model is not None:
            counted[flow.name] = engine.unexplained(flow, model._base_manager.all()).count()  # noqa: SLF001 -- Django's public-in-practice
    return counted


def sizes() -> dict[str, int]:
    """Count the rows of what was written."""
    shown = (Proposal, Signature, Case, Task, Reply, Rating, Event, Notice, Member, Unit)
    return {model._meta.model_name or "": model._base_manager.count() for model in shown}  # noqa: SLF001 -- as above
