"""Which rows of the desk are asked for: what a search means, what the filters leave, which fields order them."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.committees.models import Committee
from tongxin.core.words import sought
from tongxin.desks.paging import CAP
from tongxin.handling import queries as handling
from tongxin.handling.choices import TaskStates
from tongxin.handling.models import Case, Task
from tongxin.handling.pages.stages import Wanted
from tongxin.handling.regulations import Deadlines
from tongxin.members.models import Member
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Proposal, PublicCopy, Signature
from tongxin.proposals.queries import numbered_so
from tongxin.regulations.queries import in_force


# ── words ────────────────────────────────────────────────────────────────────────────────────────
def signed_by_name(committee: Committee, text: str) -> Q:
    """Return which proposals are signed by members, or bodies, whose name holds a text."""
    named = reduce(or_, (Q(name__icontains=name) for name in sought(text)))
    members = Member.objects.filter(named, committee=committee).values("pk")
    signed = Signature.objects.filter(committee=committee, answer=Answer.ACCEPTED)
    # two reads, each from its own end: as one condition, the signatures of the whole county are looked through
    by_members, by_bodies = signed.filter(member__in=members), signed.filter(member__isnull=True, body__icontains=text)
    return Q(pk__in=by_members.values("proposal")) | Q(pk__in=by_bodies.values("proposal"))


def said_in(committee: Committee, text: str, *, titles: type[Proposal] | type[PublicCopy] = Proposal) -> Q:
    """Return which proposals of a committee have a text in their title, number or signers' names.

    `titles` says whose titles are looked through: the proposals' own, or those that the public reads.

    A number that was given is found in its index, and nothing is looked through. The titles are looked through once, in
    an index of their own. A word in more titles than are counted is asked of the rows themselves: a page of them is
    found at once.
    """
    own = Proposal.objects.filter(committee=committee)
    of_number = numbered_so([committee.pk], text)
    if of_number is not None and (of_number.found or of_number.alone):
        return Q(pk__in=of_number.found)
    known, key = titles._default_manager.filter(committee=committee), "pk" if titles is Proposal else "proposal"  # noqa: SLF001
    named = known.filter(title__icontains=text)
    titled = list(named.order_by(f"-{key}").values_list(key, flat=True)[: CAP + 1])
    signed = list(own.filter(signed_by_name(committee, text)).order_by("-id").values_list("pk", flat=True)[: CAP + 1])
    many = Q(title__icontains=text) if titles is Proposal else Q(public_copy__title__icontains=text)
    found = many if len(titled) > CAP else Q(pk__in=titled)
    found |= signed_by_name(committee, text) if len(signed) > CAP else Q(pk__in=signed)
    return found


# ── filters ──────────────────────────────────────────────────────────────────────────────────────
def narrowed(w: Wanted) -> Q:
    """Return what the filters leave of the proposals, by what stands in their own rows."""
    said = {
        "construction": w.construction,
        "topic": w.topic,
        "form": w.form,
        "season": w.season,
        "session_id": w.session,
    }
    found = Q(**{name: value for name, value in said.items() if value})
    return found & _said_on_the_desk(w.committee, w.text) if w.text else found


def _said_on_the_desk(committee: Committee, text: str) -> Q:
    """Return which proposals an office means by a word.

    Besides title, number and names, a member's number or a unit that handles it.
    """
    found = said_in(committee, text)
    written = numbered_so([committee.pk], text)
    if written is not None and written.alone:
        return found
    of_number = {"number" if text.isdecimal() else "number__iexact": text}  # figures have no case: found in the index
    if (own := Member.objects.filter(committee=committee, **of_number).values_list("pk", flat=True).first()) is not None:
        signed = Signature.objects.filter(committee=committee, answer=Answer.ACCEPTED, member=own)
        found |= Q(pk__in=signed.values("proposal"))
    if written is not None and written.found:
        return found
    if (parts := handling.parts_of_units_named([committee.pk], text)) is not None:
        found |= Q(pk__in=parts.values("case__proposal"))
    return found


def _of_unit(w: Wanted, path: str) -> Q:
    if not w.unit:
        return Q()
    parts = Task.objects.filter(committee=w.committee, unit_id=w.unit).exclude(state__in=TaskStates.gone)
    return Q(**{f"{path}__in": parts.values("case__proposal")})


def _narrowed_by(w: Wanted, path: str) -> Q:
    """Return the same for rows that lead to a proposal: without joining the proposals, whose rows are long."""
    found = narrowed(w)
    own = Q(**{f"{path}__in": Proposal.objects.filter(found, committee=w.committee).values("pk")}) if found else Q()
    return own & _of_unit(w, path)


def today_rules(committee: Committee) -> tuple[date, Deadlines]:
    """Return today and the deadlines in force today."""
    today = timezone.localdate()
    rules: Deadlines = in_force(committee, Deadlines, today)
    return today, rules


def most_urgent(committee: Committee, states: Sequence[str]) -> QuerySet[Task]:
    """Return of every case in hand the one part whose clock runs out first, among the states asked for."""
    # only what is open has a clock
    among = {} if set(states) == set(TaskStates.open) else {"state__in": states}
    return Task.objects.filter(handling.ends_first(*states), committee=committee, clock_on__isnull=False, **among)


def _on_level(w: Wanted) -> Q:
    today, rules = today_rules(w.committee)
    return handling.level_of(w.level, rules, today)


# ── rows ───────────────────────────────────────────────────────────────────────────────────────
def _clocks(w: Wanted) -> QuerySet[Task]:
    """Return the parts by which a list in the order of clocks goes: the first of each case.

    Asked for a level of one unit, its own.
    """
    if w.unit and w.level:
        return Task.objects.filter(committee=w.committee, unit=w.unit, clock_on__isnull=False, state__in=w.stage.states)
    return most_urgent(w.committee, w.stage.states)


def asked_for(w: Wanted) -> tuple[QuerySet[Any], tuple[str, ...], str]:
    """Return the rows asked for, the fields that order them, and how each leads to its proposal."""
    if w.by_clock and w.stage.states:
        rows = _clocks(w).filter(_narrowed_by(w, "case__proposal"))
        if w.level:
            rows = rows.filter(_on_level(w))
        return rows, ("clock_on", "id"), "case__proposal_id"
    if w.stage.case_state:
        cases = Case.objects.filter(committee=w.committee, state=w.stage.case_state).filter(_narrowed_by(w, "proposal"))
        if w.by_clock:
            return cases.filter(rating_due_on__isnull=False), ("rating_due_on", "id"), "proposal_id"
        return cases, ("id",), "proposal_id"
    found = Proposal.objects.filter(committee=w.committee).filter(w.stage.where(w.committee))
    if w.level and w.stage.states:
        on = _clocks(w).filter(_on_level(w))
        found = found.filter(pk__in=on.values("case__proposal"))
    return found.filter(narrowed(w) & _of_unit(w, "pk")), ("id",), "pk"
