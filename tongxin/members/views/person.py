"""A member's page: seat, posts, workplace, the seats held before; how to reach him."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts import reaching
from tongxin.core import asked
from tongxin.core.secrets import mask_phone
from tongxin.core.shown import ChangedMeanwhileError
from tongxin.core.templatetags.chinese import full_day
from tongxin.members import actions, correcting, queries
from tongxin.members.choices import Ending
from tongxin.members.forms import Contact, Correction
from tongxin.members.models import Member, Seat
from tongxin.members.rules import is_reset, waiting_code, was_released
from tongxin.members.views.loading import leads_to, load
from tongxin.members.views.standing import steps
from tongxin.ui.shown import AsShown


@requires("members.view", of_object=True)
def member(request: HttpRequest, uid: str) -> HttpResponse:
    """One member: seat, posts, workplace, the seats held before; the phone masked."""
    if (into := leads_to(request, uid)) is not None:
        return redirect("member", uid=into.uid)
    found = load(request, uid)
    keeps = permissions.allowed(request.user, "members.change", found)
    knows = keeps or found.account_id == request.user.pk
    reads_phone = permissions.allowed(request.user, "members.read_phone", found)
    held = queries.history(found)
    again = queries.given_back(found, held) if knows else {}
    context = {
        "row": queries.row_of(found),
        "left": _left(found),
        "member": found,
        "masked": mask_phone(found.phone),
        "keeps": keeps,
        "reads_phone": reads_phone,
        "sees_contact": knows,
        "phone_changed": queries.phone_changed(found, at=timezone.now()) if knows or reads_phone else "",
        "seats": [(seat, [*_restored(seat, again), *_ended(seat, held, tells_why=knows)]) for seat in held],
        "taken_back": queries.taken_back(found) if knows else [],
        "pauses": queries.pauses(found, held) if knows else [],
        "suspended": queries.suspended_now(found, timezone.localdate()) if knows else None,
        "steps": steps(request.user, found),
        "merges": permissions.allowed(request.user, "members.merge", found),
        "mergers": queries.mergers(found) if knows else [],
        "partings": queries.partings(found) if knows else [],
    }
    return render(request, "members/member.html", context | _signing_in(request.user, found))


def _signing_in(user: Any, member: Member) -> dict[str, Any]:
    """Return what the page shows of how a member signs in: how far he came, what may be done, which code waits."""
    at = timezone.now()
    invites = permissions.allowed(user, "members.invite", member)
    confirms = permissions.allowed(user, "members.confirm_reinvitation", member)
    waiting = waiting_code(member, at=at) if invites or confirms else None
    return {
        "invites": invites,
        "came": _sign_in(member) if invites else [],
        "refusal": queries.why_not_invited(member) if invites else "",
        "resets": is_reset(member),
        "comes_back": was_released(member),
        "releases": _may_release(user, member),
        "waiting": waiting,
        "others": waiting is not None and queries.somebody_else_confirms(member, waiting.made_by),
        "became": queries.what_became_of_the_code(member, at=at) if confirms else "",
        "confirms": confirms,
    }


def _sign_in(member: Member) -> list[str]:
    """Say how far a member came with signing in, with the days of the code."""
    at, account = timezone.now(), member.account
    said = reaching.told(reaching.telling(Member.objects.filter(pk=member.pk), at).get(), at)
    if settings.DEMO and account is not None and account.last_login is not None and not account.has_usable_password():
        return [*said, _("没有设密码，只能在演示里换身份使用")]
    return said


def _may_release(user: Any, member: Member) -> bool:
    """Say whether the seat may be taken off its account now."""
    may = member.account is not None and permissions.allowed(user, "members.release_seat", member)
    return may and not queries.why_not_released(member)


def _ended(seat: Seat, seats: list[Seat], *, tells_why: bool) -> list[str]:
    """Say that a seat is held, or since when it is not; why, to those who are told.

    A death that was taken back is no death.
    """
    if not seat.ends_on:
        return [_("在任")]
    if seat.never_began:
        return [_("没有到任")]
    later = [s for s in seats if s.pk > seat.pk and not s.never_began]
    back = min((s.starts_on for s in later if s.starts_on >= seat.ends_on), default=None)
    if seat.ending == Ending.DIED and back is not None:
        said = [_("登记有误，已于 %(on)s恢复") % {"on": full_day(back)}]
        return said if tells_why else []
    died = tells_why and seat.ending == Ending.DIED
    said = [(_("%(on)s去世") if died else _("%(on)s起离任")) % {"on": full_day(seat.ends_on)}]
    if tells_why:
        said += [*([] if died else [str(seat.get_ending_display())]), seat.reason, seat.document_number]
    return [part for part in said if part]


def _restored(seat: Seat, again: dict[int, list[str]]) -> list[str]:
    """Say of a seat that was given back that it was, why, and by which paper."""
    return [_("恢复委员资格"), *again[seat.pk]] if seat.pk in again else []


def _left(member: Member) -> Seat | None:
    """Return the seat that somebody held last, when none is held any more."""
    if member.seats_now:  # type: ignore[attr-defined]
        return None
    return next(iter(queries.last_ending(member).seats), None)


@requires("members.read_phone", of_object=True)
def phone(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the phone number in full, once; reading it is an event. Reloaded, the address leads to the member."""
    found = load(request, uid)
    permissions.demand(request.user, "members.read_phone", found)
    if request.method != "POST":
        return redirect("member", uid=uid)
    if found.account_id != request.user.pk:
        actions.note_phone_read(found, actor=request.user, at=timezone.now())
    context = {"phone": found.phone, "member": found}
    return render(request, "members/_phone.html" if asked.by_htmx(request.headers) else "members/phone.html", context)


@requires("members.change", of_object=True)
def change(request: HttpRequest, uid: str) -> HttpResponse:
    """Change how a member can be reached."""
    found = load(request, uid)
    permissions.demand(request.user, "members.change", found)
    form = Contact(request.POST or None, member=found)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"fields": form.written(), "shown": form.seen}
        try:
            changed = actions.change_contact(found, **said, actor=request.user, at=timezone.now())
        except ChangedMeanwhileError:
            form = Contact(request.POST, member=load(request, uid))
            form.say_what_changed()
            return render(request, "members/change.html", {"form": form, "member": found})
        except actions.MergedError as merged:
            load(request, uid)  # its page leads on, with what was written
            messages.error(request, str(merged))
        else:
            messages.success(request, _("已修改：%s") % "、".join(changed) if changed else _nothing_changed(form))
        return redirect("member", uid=uid)
    return render(request, "members/change.html", {"form": form, "member": found})


def _nothing_changed(form: AsShown) -> str:
    """Say why nothing was left to do: nothing was written otherwise, or it is already so, as for who pressed twice."""
    return _("资料已经是您填写的这样") if form.written() else _("资料没有变化")


@requires("members.change", of_object=True)
def correct(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct what was entered wrong: who somebody is, the sector and the posts of the seat."""
    found = load(request, uid)
    permissions.demand(request.user, "members.change", found)
    form = Correction(request.POST or None, member=found)
    if request.method == "POST" and form.is_of_another_seat:
        form.say_what_changed()
    elif request.method == "POST" and form.is_valid():
        said = {"fields": form.written(), "shown": form.seen, "reason": form.cleaned_data["reason"]}
        try:
            changed = correcting.correct(found, **said, actor=request.user, at=timezone.now())
        except ChangedMeanwhileError:
            form = Correction(request.POST, member=load(request, uid))
            form.say_what_changed()
        except (actions.MergedError, actions.StandingError) as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已更正：%s") % "、".join(changed) if changed else _nothing_changed(form))
            return redirect("member", uid=uid)
    return render(request, "members/correct.html", {"form": form, "member": found})
