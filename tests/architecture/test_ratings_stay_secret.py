"""Nobody but the rater and who keeps the proposals learns from any page that, when or how somebody rated.

The pages are found in the URL table, opened with everything that belongs to the case, by everybody who may come; what
they answer is compared byte by byte before and after each rating, and after endings that look alike whatever was said.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations, product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from tests.architecture import addresses
from tests.architecture.addresses import Route
from tests.architecture.walking import NOT_ALLOWED, THOROUGH, draw_without_note, ours
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.handling import actions, queries, tasks
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Rating
from tongxin.members.models import Member, Seat
from tongxin.notices.actions import deliver
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Signature

pytestmark = pytest.mark.thorough
FOREIGN = ("account_", "mfa_")  # sign-in and second factor know no proposals
KEEPERS = {"office"}
# make thorough asks everybody in every world. In daily runs everybody is asked in one world, in the others those
# concerned are; where a rating would be told first all of them look, elsewhere at each address one of a group: of the
# signers and of the unit always, of the other groups two by turns.
CONCERNED = {
    "proposer",
    "cosigner",
    "bystander",
    "leader",
    "assigner",
    "clerk",
    "co_clerk",
    "audit_admin",
    "clerk_in_leadership",
    "clerk_who_keeps",
    "signer_who_keeps",
    "anonymous",
}
ALWAYS = (("proposer", "cosigner"), ("clerk", "unit_leader", "clerk_in_leadership", "clerk_who_keeps"))
BY_TURNS = (
    ("bystander", "second_cosigner", "former_member", "suspended_member"),
    ("co_clerk", "other_clerk"),
    ("assigner", "party_assigner"),
    ("leader", "signer_who_keeps", "publisher", "office_of_city"),
    ("audit_admin", "anonymous", "security_admin", "member_of_other_county", "office_of_other_county"),
)
PARAMETER = re.compile(r"<\w+:\w+>")
UID = re.compile(r"\b[2-9a-hjkmnp-z]{12}\b")
# what differs between two answers to the same question, whatever happened: tokens, nonces, signed links, the hour of an
# export
CHANGING = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1"),
        (r'"csrfToken": "[^"]+"', ""),
        (r'(nonce|data-session)="[^"]+"', ""),
        (r"/files/(\w+)/\?[^\"]+", r"/files/\1/"),
        (r"/proposals/new/(?!behalf)[^/\"\s]+/", "/proposals/new/"),
        (r"\d{1,2}:\d{2}(:\d{2})?(?=</t>)", ""),
    )
]  # fmt: skip
MORE = (  # lists under other filters, and what the auditor asks for
    "/audit/?kind=handling",
    "/audit/?kind=handling.rate",
    "/audit/?q=林知远",
    "/desk/proposals/?stage=rating",
    "/desk/proposals/?stage=closed",
    "/desk/proposals/?stage=filed",
    "/handling/?part=answered",
    "/handling/?part=again",
    "/handling/supervise/?part=answered",
    "/handling/supervise/?part=again",
    "/public/proposals/?in=YX&progress=answered",
    "/proposals/?list=signed",
)
Answers = dict[tuple[str, str], bytes]
REFUSED = {403, 404, 405}
UIDS: tuple[str, ...] = ("case", "proposal", "lead", "co", "contact", "reply", "unit", "member")
CHOICES = {
    "code": ("YX",),
    "name": ("cases", "tasks", "proposals", "handling.ratings"),
    "workflow": ("cases", "tasks", "proposals"),
    "action": ("close", "send"),
    "token": ("none",),
}
OPEN: list[tuple[str, tuple[str, ...]]] = []  # what the walk found somebody can open, by the parts played


# ── the URL table ────────────────────────────────────────────────────────────────────────────────
def routes() -> Iterator[Route]:
    """Walk the URL table, but for what knows no proposals."""
    return (route for route in addresses.routes() if not route.name.startswith(FOREIGN))


def fitting(route: Route, pool: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield which parts may stand in an address.

    A task's where a task is asked for, not a member's, which nobody can open.
    """
    known = addresses.values_of(route, None)
    for parts in product(*(_choices(argument) for argument in route.arguments)):
        uid = pool.get(parts[route.arguments.index("uid")], "") if "uid" in route.arguments else ""
        if not uid or uid in {values["uid"] for values in known}:
            yield parts


@dataclass
class Secret:
    """One case with so many raters, and everybody who may look at it."""

    cast: Cast
    many: int
    at: datetime
    case: Case = field(init=False)
    people: dict[str, Client] = field(init=False)
    accounts: dict[str, Account] = field(default_factory=dict)
    addresses: list[str] = field(init=False)
    known: set[str] = field(init=False)
    shut: set[tuple[str, str]] = field(default_factory=set)  # refused at the first look: not asked again
    looking: dict[str, list[str]] = field(default_factory=dict)  # who looks where, since the first look

    def __post_init__(self) -> None:
        self.case = self.cast.answered(self.at, consents_to_publication=True)
        proposals.release(self.case.proposal, actor=self.cast.office, at=self.at)
        self.signers = self._signers()
        self.accounts = self.cast.everyone() | self._more_people()
        self.people = {"anonymous": Client()} | {name: self._signed_in(who) for name, who in self.accounts.items()}
        grouped = {name for group in (*ALWAYS, *BY_TURNS) for name in group} | KEEPERS
        assert {name for name in self.people if not name.startswith("signer_")} <= grouped | {"signer_who_keeps"}
        deliver()
        self.known = self._uids()
        self.addresses = self._addresses()

    def _signers(self) -> list[Account]:
        """Let so many people sign it: the proposer, the co-signer who leads the unit as well, and others."""
        cast, found = self.cast, [self.cast.proposer, self.cast.cosigner, self.cast.second_cosigner]
        for number in ("YX008", "YX009"):
            account = Account.objects.create(username=number, name=f"委员{number}", password="!")
            member = Member.objects.create(committee=cast.county, account=account, number=number, name=account.name)
            Seat.objects.create(
                committee=cast.county,
                member=member,
                term=cast.sector.term,
                sector=cast.sector,
                starts_on=cast.sector.term.starts_on,
            )
            found.append(account)
        Signature.objects.filter(proposal=self.case.proposal, role="co").delete()
        for place, account in enumerate(found[1 : self.many], 1):
            Signature.objects.create(
                committee=cast.county,
                proposal=self.case.proposal,
                member=cast.member(account),
                role="co",
                answer="accepted",
                place_in_list=place,
            )
        return found[: self.many]

    def _more_people(self) -> dict[str, Account]:
        """Those who stand in two places.

        Clerk or signer and keeper, clerk and leadership, signer and leader of the unit; the city.
        """
        cast, since = self.cast, self.at.date() - timedelta(days=400)

        def hold(account: Account, *duties: str, **scope: Any) -> Account:
            for duty in duties:
                bodies.appoint(
                    account,
                    committee=scope.get("committee", cast.county),
                    duty=duty,
                    starts_on=since,
                    actor=None,
                    at=self.at,
                    unit=cast.unit if duty.startswith("unit.") else None,
                )
            Account.objects.filter(pk=account.pk).update(needs_second_factor=False)
            return Account.objects.get(pk=account.pk)

        def person(name: str) -> Account:
            return Account.objects.create(username=name, name=name, password="!")

        hold(cast.cosigner, Duty.UNIT_LEADER)
        return {
            "clerk_in_leadership": hold(person("两职一"), Duty.UNIT_CLERK, Duty.LEADERSHIP),
            "clerk_who_keeps": hold(person("两职二"), Duty.UNIT_CLERK, Duty.PROPOSAL_OFFICE),
            "signer_who_keeps": hold(self._signer_of_old(), Duty.PROPOSAL_OFFICE),
            "publisher": hold(person("公开岗"), Duty.PUBLICATION, Duty.FILING),
            "office_of_city": hold(person("市政协"), Duty.PROPOSAL_OFFICE, Duty.LEADERSHIP, committee=cast.city),
            **{f"signer_{place}": account for place, account in enumerate(self.signers[3:], 4)},
        }

    def _signer_of_old(self) -> Account:
        """Let somebody have signed it who sits no longer: of its signers, though nobody asks him to rate."""
        cast, who = self.cast, self.cast.former_member
        Signature.objects.create(
            committee=cast.county,
            proposal=self.case.proposal,
            member=cast.member(who),
            role="co",
            answer="accepted",
            place_in_list=9,
        )
        return who

    def _signed_in(self, account: Account) -> Client:
        client = Client()
        client.force_login(Account.objects.get(pk=account.pk), backend="tongxin.accounts.backends.SignInName")
        return client

    def _uids(self) -> set[str]:
        """Return every uid there is by now: what comes later gets another at random."""
        found: set[str] = set()
        from django.apps import apps

        for model in apps.get_models():
            if any(f.attname == "uid" for f in model._meta.concrete_fields):
                found |= set(model._base_manager.values_list("uid", flat=True))
        return found

    def _pool(self) -> dict[str, str]:
        """Return what belongs to the case by the part it plays: the uids that an address may ask for."""
        case, lead = self.case, self.cast.task(self.case)
        signatures = case.proposal.signatures.order_by("id")
        rows = {
            "case": case,
            "proposal": case.proposal,
            "lead": lead,
            "co": self.cast.task(case, self.cast.co_unit),
            "contact": lead.contacts.get(),
            "reply": lead.replies.get(),
            "first": signatures.first(),
            "last": signatures.last(),
            "unit": self.cast.unit,
            "member": self.cast.member(self.signers[0]),
        }
        return {part: str(row.uid) for part, row in rows.items()}

    def _addresses(self) -> list[str]:
        """Return the addresses that somebody can open: the table with everything of the case in it, or one half.

        Looked for once.
        """
        pool = self._pool()
        if not OPEN:
            asked = ((f"/{route.pattern}", parts) for route in routes() for parts in fitting(route, pool))
            mine = (one for number, one in enumerate(asked) if ours(number))
            OPEN.extend(one for one in mine if self._opens(filled(*one, pool)))
        more = (address for number, address in enumerate(MORE) if ours(number))
        return [*dict.fromkeys((*(filled(*one, pool) for one in OPEN), *self._told_first(), *more))]

    def _opens(self, address: str) -> bool:
        """Say whether one of those can open it who open most."""
        for who in ("office", "proposer", "clerk", "assigner", "audit_admin", "anonymous"):
            status = self._get(who, address)[0]
            if status not in REFUSED:
                return True
            if status == NOT_ALLOWED:
                return False
        return False

    # ── looking ──
    def _get(self, who: str, address: str) -> tuple[int, bytes]:
        """Open a page; whatever that writes is taken back."""
        with transaction.atomic():
            answer = self.people[who].get(address)
            body = answer.getvalue()
            transaction.set_rollback(True)
        target = answer.get("Location", "")
        return 403 if target.startswith("/accounts/") else answer.status_code, body + target.encode()

    def _export(self, who: str) -> Iterator[tuple[str, bytes]]:
        for path in (f"/{route.pattern}" for route in routes() if "export" in route.pattern):
            for kind in ("csv", "xlsx"):
                with transaction.atomic():
                    answer = self.people[who].post(path, {"format": kind, "query": "stage=filed"})
                    body = answer.getvalue()
                    transaction.set_rollback(True)
                yield f"{path} {kind}", cells(body) if zipfile.is_zipfile(io.BytesIO(body)) else body

    def look(self, people: Sequence[str]) -> Answers:
        """Return what everybody is answered now, without what is drawn anew each time."""
        deliver()
        seen: Answers = {}
        for who in people:
            self.people[who].cookies.pop("messages", None)  # what the look before ended with is told in this one
        for number, address in enumerate(self.addresses):
            cache.clear()
            chosen = self.looking.get(address)
            for who in self._who_looks(number, address, people) if chosen is None else [one for one in chosen if one in people]:
                status, body = self._get(who, address)
                if status in REFUSED:
                    self.shut.add((who, address))
                else:
                    seen[who, address] = self.still(body)
            self.looking.setdefault(address, [who for who in people if (who, address) in seen])
        for who in people:
            seen |= {(who, name): self.still(body) for name, body in self._export(who)}
        return seen

    def _who_looks(self, number: int, address: str, people: Sequence[str]) -> Iterator[str]:
        """Yield who looks at an address: everybody, or of each group whose turn it is the first who is not refused."""
        if THOROUGH or address in self._told_first():
            yield from people
            return
        for group in (*ALWAYS, *(BY_TURNS[(number + more) % len(BY_TURNS)] for more in (0, 2))):
            for who in (group[(number + more) % len(group)] for more in range(len(group))):
                if who in people:
                    yield who
                    if (who, address) not in self.shut:
                        break

    def _told_first(self) -> tuple[str, ...]:
        """Return the addresses where a rating would be told first."""
        rating = f"/handling/rate/{self.case.uid}/"
        return rating, self.case.get_absolute_url(), self.cast.task(self.case).get_absolute_url(), "/audit/", "/home/"

    def still(self, body: bytes) -> bytes:
        """Take out what changes by itself."""
        text = body.decode("utf-8", "replace")
        for pattern, replacement in CHANGING:
            text = pattern.sub(replacement, text)
        return UID.sub(lambda found: found[0] if found[0] in self.known else "later", text).encode()

    # ── rating ──
    def rate(self, place: int, result: str, comment: str, **more: Any) -> None:
        """Let one signer rate, at some hour of his own."""
        account = self.signers[place]
        signature = next(s for s in queries_raters(self.case) if s.member_id == self.cast.member(account).pk)
        [reply] = queries.replies_to_rate(Case.objects.get(pk=self.case.pk))
        actions.rate(
            reply,
            signature=signature,
            attitude="satisfied" if place % 2 else "fairly",
            result=result,
            comment=comment,
            actor=account,
            at=self.at + timedelta(minutes=7 * place + 1),
            **more,
        )

    def others(self, *, everybody: bool = False) -> list[str]:
        """Return who must not learn anything: everybody but the keepers, or of them those whom the case concerns."""
        return [n for n in self.people if n not in KEEPERS and (everybody or THOROUGH or n in CONCERNED)]

    def names_of_raters(self) -> dict[int, str]:
        """Return which part each signer plays."""
        return {place: name for place, who in enumerate(self.signers) for name, one in self.accounts.items() if one.pk == who.pk}


def queries_raters(case: Case) -> list[Signature]:
    """Return whose judgement is asked."""
    from tongxin.proposals.queries import raters

    return raters(case.proposal)


def _choices(parameter: str) -> Sequence[str]:
    return CHOICES.get(parameter, UIDS if parameter == "uid" else ("first", "last", "none"))


def filled(path: str, parts: Sequence[str], pool: Mapping[str, str]) -> str:
    """Put what plays the parts into a path of the URL table."""
    wanted = iter(parts)
    return PARAMETER.sub(lambda _found: pool.get(part := next(wanted), part), path)


def cells(body: bytes) -> bytes:
    """Return the cells of a workbook: the file's own dates tell when it was written."""
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return b"".join(book.read(name) for name in sorted(book.namelist()) if "worksheets" in name or "sharedStrings" in name)


def differences(one: Mapping[tuple[str, str], bytes], other: Mapping[tuple[str, str], bytes]) -> list[str]:
    """Name the answers that are not the same, with the first words that differ."""
    found = []
    for key in sorted({*one, *other}):
        a, b = one.get(key, b"").decode(), other.get(key, b"").decode()
        if a != b:
            place = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            found.append(f"{key[0]} {key[1]}: …{a[max(0, place - 40) : place + 40]!r} / …{b[max(0, place - 40) : place + 40]!r}")
    return found


@pytest.fixture(autouse=True)
def _refused_in_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most addresses are refused to most people: without drawing a page and writing a log for each."""
    draw_without_note(monkeypatch)
    for code in (403, 404):
        monkeypatch.setattr(f"config.urls.handler{code}", partial(_refused, code), raising=False)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


def _refused(code: int, _request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=code)


@pytest.fixture
def at() -> datetime:
    """A moment of today that leaves a day for co-signers."""
    now = timezone.localtime()
    return now.replace(hour=min(now.hour, 22), minute=min(now.minute, 20))


@pytest.mark.parametrize("many", [1, 2, 3, 5] if THOROUGH else [1, 2])
def test_no_answer_to_anybody_changes_with_a_rating(cast: Cast, at: datetime, many: int) -> None:
    secret = Secret(cast, many, at)
    others = secret.others(everybody=many == 1)
    before = secret.look(others)
    raters = secret.names_of_raters()
    assert {address for _who, address in before} >= set(secret._told_first())
    for place in range(many):
        secret.rate(place, "dissatisfied" if place % 2 else "satisfied", "说的话", passes_on=True, closes_early=place == 0)
        unconcerned = [name for name in others if name not in {raters[n] for n in range(place + 1)}]
        now = secret.look(unconcerned)
        assert differences({k: v for k, v in before.items() if k[0] in unconcerned}, now) == [], f"rating {place + 1} of {many}"
    assert Rating.objects.count() == many
    assert Case.objects.get(pk=secret.case.pk).state == CaseState.RATING


Said = tuple[tuple[int, str, str], ...]
ENDINGS: dict[str, tuple[int, list[Said]]] = {
    "one rater, closed": (1, [(), ((0, "satisfied", ""),), ((0, "fairly", "谢谢"),)]),
    "two raters, closed": (
        2,
        [(), ((0, "satisfied", ""),), ((1, "fairly", "谢谢"),), ((0, "satisfied", ""), (1, "satisfied", ""))],
    ),
    "two raters, again": (
        2,
        [((0, "dissatisfied", "甲"),), ((1, "dissatisfied", "乙"),), ((0, "dissatisfied", "甲"), (1, "fairly", ""))],
    ),
    "three raters of whom few rated, closed": (3, [(), ((0, "satisfied", ""), (2, "fairly", "谢谢"))]),
}


@pytest.mark.parametrize("ending", ENDINGS if THOROUGH else ["one rater, closed", "two raters, again"])
def test_below_the_minimum_an_ending_tells_what_followed_and_nothing_of_what_was_said(
    cast: Cast, at: datetime, ending: str
) -> None:
    many, worlds = ENDINGS[ending]
    secret = Secret(cast, many, at)
    others = secret.others()
    last_day = (Case.objects.get(pk=secret.case.pk).rating_due_on - at.date()).days  # type: ignore[operator]
    closing = at.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=last_day + 1)
    seen: list[tuple[Said, Answers]] = []
    for said in worlds:
        with transaction.atomic():
            for place, result, comment in said:
                secret.rate(place, result, comment)
            assert tasks.close_rounds(closing) == 1
            seen.append((said, secret.look(others)))
            transaction.set_rollback(True)
    raters = secret.names_of_raters()
    for (said, one), (otherwise, other) in combinations(seen, 2):
        of_own = {raters[n] for n in range(many) if [s for s in said if s[0] == n] != [s for s in otherwise if s[0] == n]}
        told = [{k: v for k, v in answers.items() if k[0] not in of_own} for answers in (one, other)]
        assert differences(*told) == [], f"{said} / {otherwise}"


def test_the_walk_sees_a_difference_where_there_is_one(cast: Cast, at: datetime) -> None:
    """The keepers' own page does change, so that equality above is not the equality of empty answers."""
    secret = Secret(cast, 2, at)
    before = secret.look(["office", "proposer"])
    secret.rate(0, "satisfied", "")
    changed = differences(before, secret.look(["office", "proposer"]))
    assert {line.split(" ")[0] for line in changed} == {"office", "proposer"}
    assert connection.in_atomic_block
