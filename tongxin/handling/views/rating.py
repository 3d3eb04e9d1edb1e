"""Where proposers judge the answers, and confirm what a unit wrote of a talk with them."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees.successions import name_on
from tongxin.core import asked
from tongxin.core.templatetags.chinese import day, moment
from tongxin.handling import actions, queries
from tongxin.handling.choices import CaseState
from tongxin.handling.forms import EarlyForm, RatingForm, WordForm
from tongxin.handling.models import Case, Contact, Presence, Rating, Reply
from tongxin.members.rules import sitting_member_of
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Signature

FINAL, BACK = "final", "back"  # what the two buttons of the summary are called


def _case(request: HttpRequest, uid: str, permission: str) -> Case:
    found = queries.cases_visible_to(request.user).filter(uid=uid)
    case = found.select_related("proposal__session__term", "committee__parent__parent").first()
    if case is None:
        raise Http404
    case.proposal.committee = case.committee
    permissions.demand(request.user, permission, case)
    return case


@requires("handling.rate", of_object=True)
def rate(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask a proposer or co-signer for the attitude and the result of each reply, once."""
    case = _case(request, uid, "handling.rate")
    signature = queries.signature_to_rate(case, sitting_member_of(request.user))
    if signature is None:
        raise Http404
    return _rate(request, case, signature, entered_for=False)


@requires("handling.rate_for", of_object=True)
def rate_for(request: HttpRequest, uid: str, signature: str) -> HttpResponse:
    """Enter a rating for a member or a body that gave it on paper or by telephone; it is marked."""
    case = _case(request, uid, "handling.rate_for")
    found = next((s for s in proposals.raters(case.proposal) if s.uid == signature), None)
    if found is None:
        raise Http404
    return _rate(request, case, found, entered_for=True)


@requires("handling.see_ratings", of_object=True)
def ratings(request: HttpRequest, uid: str) -> HttpResponse:
    """Show who rated, when and what; each look leaves an event, so it is a POST.

    Reloaded or typed in, the address leads to the case, where it is asked for.
    """
    case = _case(request, uid, "handling.see_ratings")
    if request.method != "POST":
        return redirect(case)
    actions.note_reading(case, actor=request.user, at=timezone.now())
    context = {"case": case, "proposal": case.proposal, "named": queries.by_name(case)}
    fragment = asked.by_htmx(request.headers)
    return render(request, "handling/_ratings_by_name.html" if fragment else "handling/ratings_by_name.html", context)


def _rate(request: HttpRequest, case: Case, signature: Signature, *, entered_for: bool) -> HttpResponse:
    """Ask, show once more what was said, and take it: nobody finds out afterwards that it was final."""
    replies = queries.replies_to_rate(case)
    given = {rating.reply_id: rating for rating in queries.given_by(signature, replies)}
    late = bool(case.rating_due_on and case.rating_due_on < timezone.localdate())
    closed = case.state != CaseState.RATING or late
    posted = request.method == "POST"
    if entered_for and not _meets(request, case, replies, given):
        given = {}  # the page itself does not tell whether somebody has rated
    todo = [r for r in replies if r.pk not in given]
    data = request.POST if posted else None
    forms, early = [(r, RatingForm(data, prefix=r.uid)) for r in todo], EarlyForm(data)
    status, problem, template = 200, "", "handling/rate.html"
    if posted and (closed or not todo or (entered_for and given)):
        status, problem = HTTPStatus.CONFLICT, _why_not(case, given, own=not entered_for)
    elif posted and not (early.is_valid() and all(form.is_valid() for _reply, form in forms)):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif FINAL in request.POST:
        problem = _take(request, forms, early, signature, entered_for=entered_for)
        if not problem:
            return redirect(case)
        status = HTTPStatus.CONFLICT
    elif posted and BACK not in request.POST:
        template = "handling/rate_summary.html"
    context = {
        "case": case,
        "proposal": case.proposal,
        "signature": signature,
        "entered_for": entered_for,
        "closed": closed,
        "problem": problem,
        "replies": [_reply(case, reply, form, given.get(reply.pk)) for reply, form in _each(replies, forms)],
        "todo": bool(todo) and not closed,
        "early": early,
        "sections": queries.sections(case, request.user),
        "told": None if closed else queries.told_to_raters(case, replies, len(proposals.raters(case.proposal))),
    }
    return render(request, template, context, status=status)


def _meets(request: HttpRequest, case: Case, replies: list[Reply], given: dict[int, Rating]) -> bool:
    """Say whether an entry on behalf meets a rating that is there already.

    That, too, is a look, and leaves its event.
    """
    met = any(reply.pk in given and f"{reply.uid}-attitude" in request.POST for reply in replies)
    if met:
        actions.note_reading(case, actor=request.user, at=timezone.now())
    return met


def _take(
    request: HttpRequest, forms: list[tuple[Reply, RatingForm]], early: EarlyForm, signature: Signature, *, entered_for: bool
) -> str:
    """Take what was said of all replies, all or none; return why it was not taken, or nothing."""
    try:
        actions.rate_all(
            [(reply, form.cleaned_data) for reply, form in forms],
            signature=signature,
            actor=request.user,
            at=timezone.now(),
            closes_early=early.cleaned_data["closes_early"],
            entered_for=entered_for,
        )
    except actions.HandlingError as error:
        return str(error)
    said = _("已代录%(name)s的评价。") % {"name": signature.name} if entered_for else _("评价已送到政协。")
    messages.success(request, said)
    return ""


def _each(replies: list[Reply], forms: list[tuple[Reply, RatingForm]]) -> list[tuple[Reply, RatingForm | None]]:
    by_reply = {reply.pk: form for reply, form in forms}
    return [(reply, by_reply.get(reply.pk)) for reply in replies]


def _reply(case: Case, reply: Reply, form: RatingForm | None, given: Rating | None) -> dict[str, Any]:
    return {"reply": reply, "form": form, "given": given, "letter": queries.letter_of(reply, case, for_the_public=False)}


def _why_not(case: Case, given: dict[int, Rating], *, own: bool) -> str:
    """Say why a rating is not taken: it is there already, or the time is over."""
    if given and not own:
        return _("这位提案人已经评价过，评价提交后不能更改，这次没有记下。")
    last = max((r.rated_at for r in given.values() if r.rated_at), default=None)
    if last is not None:
        return _("这份答复已于 %(when)s 评价过，评价提交后不能更改。") % {"when": moment(last)}
    if case.rating_due_on is not None:
        return _("评价已于 %(on)s截止，这次没有记下。") % {"on": day(case.rating_due_on)}
    return _("这件提案现在不在评价期内，这次没有记下。")


@requires("handling.confirm_contact", of_object=True)
def confirm_contact(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask a proposer who was at a talk whether it was as written down: he confirms it, or says what was otherwise."""
    there = Prefetch("presences", Presence.objects.select_related("signature__member"))
    contact = (
        Contact.objects.filter(uid=uid, task__case__in=queries.cases_visible_to(request.user))
        .select_related("task__unit", "task__case__proposal", "task__committee")
        .prefetch_related(there)
        .first()
    )
    if contact is None:
        raise Http404
    case = contact.task.case
    permissions.demand(request.user, "handling.confirm_contact", contact)
    denies = request.POST.get("answer") == "deny"
    form = WordForm(request.POST if denies else None)
    if request.method == "POST" and (not denies or form.is_valid()):
        if denies:
            actions.deny_contact(contact, word=form.cleaned_data["word"], actor=request.user, at=timezone.now())
            messages.success(request, _("已告知机关和承办单位，这次面商与记录不符。"))
        else:
            actions.confirm_contact(contact, actor=request.user, at=timezone.now())
            messages.success(request, _("已确认这次面商。"))
        return redirect(f"{case.get_absolute_url()}#contacts")
    context = {
        "contact": contact,
        "unit": name_on(contact.task.unit, contact.on),
        "case": case,
        "proposal": case.proposal,
        "present": contact.presences.all(),
        "mine": queries.presence_of(contact, request.user),
        "form": form,
    }
    return render(
        request, "handling/confirm_contact.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200
    )
