"""The list of members, a member's page, the invitation slip."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts import queries as accounts
from tongxin.accounts import reaching, slips
from tongxin.accounts.actions import VALID
from tongxin.accounts.models import Invitation
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.core.secrets import mask_phone
from tongxin.core.templatetags.chinese import full_day, moment
from tongxin.members import actions, queries
from tongxin.members.choices import Ending
from tongxin.members.forms import Contact, Release, Standing, TermEnd
from tongxin.members.models import Member, Seat
from tongxin.members.regulations import Reinvitation
from tongxin.members.rules import CONFIRM, waiting_code
from tongxin.regulations.queries import in_force

PAGE = 30


@requires("members.view")
def members(request: HttpRequest) -> HttpResponse:
    """Members who hold a seat now, by number; found by name, sound, number or workplace; by sector. Those who left: for who keeps the list."""
    today, at = timezone.localdate(), timezone.now()
    sector, words, after = (asked.words(request.GET.get(k, ""), 60) for k in ("sector", "q", "after"))
    keeps = permissions.allowed(request.user, "members.see_departed")
    who = _which_list(request.GET.get("who", ""), keeps=keeps)
    left, rows = who == "left", _on_the_list(who, request.user, at)
    if sector:
        rows = rows.filter(queries.held_in(sector, None if left else today))
    rows = queries.find(rows, words)
    total = rows.count()
    shown = rows.filter(number__gt=after) if after else rows
    fetch = queries.with_endings(shown) if left else queries.with_seats(shown, today)
    found = list((reaching.telling(fetch, at) if keeps and not left else fetch).order_by("number")[: PAGE + 1])
    kept = queries.kept_by(request.user) if keeps else set()
    context = {
        "members": [_departed(m) if left else _row(m, came=_came(m, kept, at)) for m in found[:PAGE]], "keeps": keeps,
        "total": total, "q": words, "sector": sector,
        "after": after, "next": found[PAGE - 1].number if len(found) > PAGE else None, "left": left, "who": who, "tabs": _tabs(keeps=keeps, who=who),
        "sectors": _sectors(request.user, today), "committee": found[0].committee_id if found else None,
        "imports_into": " ".join(_codes(request.user)) if not found and keeps else "",
        "all_left": not found and keeps and not left and _all_left(request.user, today),
        "ends_terms": permissions.allowed(request.user, "members.end_term"),
    }  # fmt: skip
    return render(request, "members/members.html", context)


def _which_list(asked_for: str, *, keeps: bool) -> str:
    """Return which list is shown: some are for who keeps it; everything else is the list of those in office."""
    return asked_for if asked_for == "waiting" or (keeps and asked_for in {"left", "never"}) else ""


def _on_the_list(who: str, user: Any, at: datetime) -> QuerySet[Member]:
    today, seen = timezone.localdate(at), queries.listed_to(user)
    if who == "waiting":
        return queries.with_code_to_confirm(user, at)
    if who == "left":
        return queries.departed(seen.filter(committee__in=queries.kept_by(user)), today)
    if who == "never":
        return seen.filter(reaching.NEVER_CAME, committee__in=queries.kept_by(user)).seated(today)
    return seen.seated(today)


def _all_left(user: Any, today: date) -> bool:
    """Say whether there were members and none is left: another thing than a list that was never brought in."""
    kept = Member.objects.filter(committee__in=queries.kept_by(user))
    return queries.departed(kept, today).exists()


def _codes(user: Any) -> list[str]:
    """Return the codes of the committees whose members somebody keeps, as the command line names them."""
    return list(Committee.objects.filter(pk__in=queries.kept_by(user)).order_by("pk").values_list("code", flat=True))


def _tabs(*, keeps: bool, who: str) -> list[dict[str, Any]]:
    if not keeps:
        return []
    return [
        {"label": _("在任"), "count": None, "url": "?", "current": not who},
        {"label": _("还没有登录过的"), "count": None, "url": "?who=never", "current": who == "never"},
        {"label": _("离任"), "count": None, "url": "?who=left", "current": who == "left"},
    ]


def _departed(member: Member) -> dict[str, Any]:
    last = member.seats_past[0]  # type: ignore[attr-defined]
    return {"member": member, "sector": last.sector, "seat": last, "why": last.get_ending_display() or _("原因没有记录")}


def _sectors(user: Any, today: Any) -> list[Any]:
    member = queries.listed_to(user).select_related("committee").first()
    return list(queries.sectors(member.committee, today)) if member else []


def _came(member: Member, kept: set[int], at: datetime) -> str:
    """Say how far a member came with signing in, to who keeps the list that he is on."""
    return str(reaching.reached(member, at).label) if member.committee_id in kept else ""


def _row(member: Member, *, came: str = "") -> dict[str, Any]:
    seats, posts = member.seats_now, member.posts_now  # type: ignore[attr-defined]
    return {
        "member": member, "sector": seats[0].sector if seats else "",
        "special": (seats[0].special_committee or "") if seats else "",
        "posts": "、".join(p.get_rank_display() for p in posts if p.rank != "member") or _("委员"),
        "came": came,
    }  # fmt: skip


def _ended(seat: Seat, seats: list[Seat], *, tells_why: bool) -> list[str]:
    """Say that a seat is held, or since when it is not; why, to those who are told. A death that was taken back is no death."""
    if not seat.ends_on:
        return [_("在任")]
    back = min((s.starts_on for s in seats if s.pk > seat.pk and s.starts_on >= seat.ends_on), default=None)
    if seat.ending == Ending.DIED and back is not None:
        said = [_("登记有误，已于 %(on)s恢复") % {"on": full_day(back)}]
        return said if tells_why else []
    died = tells_why and seat.ending == Ending.DIED
    said = [(_("%(on)s去世") if died else _("%(on)s起离任")) % {"on": full_day(seat.ends_on)}]
    if tells_why:
        said += [*([] if died else [str(seat.get_ending_display())]), seat.reason, seat.document_number]
    return [part for part in said if part]


def _left(member: Member) -> Seat | None:
    """Return the seat that somebody held last, when none is held any more."""
    if member.seats_now:  # type: ignore[attr-defined]
        return None
    return next(iter(queries.last_held(member)[0]), None)


def _load(request: HttpRequest, uid: str) -> Member:
    rows = queries.with_seats(queries.visible_to(request.user).filter(uid=uid), timezone.localdate())
    found = rows.select_related("committee", "account").first()
    if found is None:
        raise Http404
    permissions.demand(request.user, "members.view", found)
    return found


@requires("members.view", of_object=True)
def member(request: HttpRequest, uid: str) -> HttpResponse:
    """One member: seat, posts, workplace, the seats held before; the phone masked."""
    found, today = _load(request, uid), timezone.localdate()
    keeps = permissions.allowed(request.user, "members.change", found)
    knows = keeps or found.account_id == request.user.pk
    held = queries.history(found)
    seats = [(seat, _ended(seat, held, tells_why=knows)) for seat in held]
    invites, waiting = permissions.allowed(request.user, "members.invite", found), _to_confirm(request.user, found)
    context = {
        "row": _row(found), "left": _left(found), "member": found,
        "masked": mask_phone(found.phone), "keeps": keeps,
        "reads_phone": permissions.allowed(request.user, "members.read_phone", found),
        "invites": invites, "came": _sign_in(found) if invites else [],
        "refusal": queries.why_not_invited(found) if invites else "",
        "sees_contact": knows, "seats": seats, "pauses": queries.pauses(found, held) if knows else [],
        "suspended": queries.suspended_now(found, today) if knows else None, "steps": _steps(request.user, found),
        "waiting": waiting, "others": waiting is not None and queries.somebody_else_confirms(found, waiting.made_by), "became": _became(request.user, found),
        "confirms": permissions.allowed(request.user, "members.confirm_reinvitation", found),
        "resets": _resets(found), "comes_back": _comes_back(found), "releases": _may_release(request.user, found),
    }  # fmt: skip
    return render(request, "members/member.html", context)


def _sign_in(member: Member) -> list[str]:
    """Say how far a member came with signing in, with the days of the code."""
    at = timezone.now()
    return reaching.told(reaching.telling(Member.objects.filter(pk=member.pk), at).get(), at)


def _resets(member: Member) -> bool:
    """Say whether a code would be for a new password: there is one already."""
    return member.account is not None and member.account.has_usable_password()


def _comes_back(member: Member) -> bool:
    """Say whether an invitation would be for a seat that was taken off an account: it waits as a reset does."""
    return member.account is None and member.released_at is not None


def _may_release(user: Any, member: Member) -> bool:
    """Say whether the seat may be taken off its account now."""
    may = member.account is not None and permissions.allowed(user, "members.release_seat", member)
    return may and not queries.why_not_released(member)


def _to_confirm(user: Any, member: Member) -> Invitation | None:
    """Return the code that waits for a second person, for who may confirm one or make it."""
    may = any(permissions.allowed(user, name, member) for name in ("members.confirm_reinvitation", "members.invite"))
    return waiting_code(member, at=timezone.now()) if may else None


def _became(user: Any, member: Member) -> str:
    """Say what became of the code that somebody was asked to confirm, to who may confirm one."""
    may = permissions.allowed(user, "members.confirm_reinvitation", member)
    return queries.what_became_of_the_code(member, at=timezone.now()) if may else ""


# ── how a seat ends and comes back ──
WORDS: dict[str, str] = {
    **{e.value: str(e.label) for e in Ending},
    Ending.DIED.value: "登记去世",  # a death is written down, not dealt with
    "suspend": "停止履职",
    "resume": "恢复履职",
    "restore": "恢复委员资格",
}


def _steps(user: Any, member: Member) -> list[tuple[str, str]]:
    """Return what may be done about a member's standing now."""
    if not permissions.allowed(user, "members.change_standing", member):
        return []
    today = timezone.localdate()
    if not member.seats_now:  # type: ignore[attr-defined]
        return [("restore", WORDS["restore"])] if queries.last_held(member)[0] else []
    pause = "resume" if queries.suspended_now(member, today) else "suspend"
    return [*((e.value, WORDS[e.value]) for e in Ending), (pause, WORDS[pause])]


@requires("members.change_standing", of_object=True)
def standing(request: HttpRequest, uid: str, kind: str) -> HttpResponse:
    """Let a seat end, pause or come back: what will happen is shown before it is confirmed."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.change_standing", found)
    if kind not in WORDS:
        raise Http404
    if kind not in dict(_steps(request.user, found)):
        messages.info(request, _("%(name)s的任职情况已经变了，这一步现在不用办理") % {"name": found.name})
        return redirect("member", uid=uid)
    form = Standing(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            _change_standing(found, kind, form.cleaned_data, request.user)
        except actions.StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _done(found, kind))
            return redirect("member", uid=uid)
    coming_back = kind in {"resume", "restore"}
    context = {
        "form": form, "member": found, "word": WORDS[kind], "stop": not coming_back,
        "records": kind == Ending.DIED,
        "sentences": queries.coming_back(found) if coming_back else queries.what_follows(found, kind),
    }  # fmt: skip
    return render(request, "members/standing.html", context)


def _done(member: Member, kind: str) -> str:
    if kind == Ending.DIED:
        return _("已登记%(name)s委员去世") % {"name": member.name}
    return _("已办理：%(name)s%(what)s") % {"name": member.name, "what": WORDS[kind]}


def _change_standing(member: Member, kind: str, said: dict[str, Any], actor: Any) -> None:
    common = {**said, "actor": actor, "at": timezone.now()}
    other: dict[str, Any] = {"suspend": actions.suspend, "resume": actions.resume, "restore": actions.restore}
    if kind in other:
        other[kind](member, **common)
    else:
        actions.end_seat(member, ending=kind, **common)


@requires("members.end_term")
def end_term(request: HttpRequest) -> HttpResponse:
    """Let every seat of a term end at once (换届)."""
    committee = Committee.objects.filter(pk__in=queries.kept_by(request.user)).order_by("pk").first()
    if committee is None:
        raise Http404
    permissions.demand(request.user, "members.end_term", committee)
    today = timezone.localdate()
    terms = {t.uid: t for t in queries.terms_to_end(committee, today)}
    form = TermEnd(request.POST or None, kind=Ending.EXPIRED, terms=terms)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ended = actions.end_term(terms[said.pop("term")], **said, actor=request.user, at=timezone.now())
        except actions.StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已办理任期届满，%(n)s 名委员离任") % {"n": ended})
            return redirect("members")
    foreseen = [(term, queries.what_follows_for_all(term, today)) for term in terms.values()]
    held = list(queries.terms_held(committee))
    return render(request, "members/end_term.html", {"form": form, "foreseen": foreseen, "held": held, "committee": committee})


@require_POST
@requires("members.read_phone", of_object=True)
def phone(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the phone number in full, once; reading it is an event."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.read_phone", found)
    if found.account_id != request.user.pk:
        actions.note_phone_read(found, actor=request.user, at=timezone.now())
    context = {"phone": found.phone, "member": found}
    return render(request, "members/_phone.html" if request.headers.get("HX-Request") else "members/phone.html", context)


@requires("members.change", of_object=True)
def change(request: HttpRequest, uid: str) -> HttpResponse:
    """Change how a member can be reached."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.change", found)
    start = {name: getattr(found, name) for name in actions.CONTACT_FIELDS if name != "phone"}
    form = Contact(request.POST or None, initial=start, masked=mask_phone(found.phone))
    if request.method == "POST" and form.is_valid():
        changed = actions.change_contact(found, fields=form.changes(), actor=request.user, at=timezone.now())
        messages.success(request, _("已修改：%s") % "、".join(changed) if changed else _("资料没有变化"))
        return redirect("member", uid=uid)
    return render(request, "members/change.html", {"form": form, "member": found})


@requires("members.invite", of_object=True)
def invite(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a one-time code and lead to the slip to print. Where it may have to wait, what follows is said before."""
    found, at = _load(request, uid), timezone.now()
    permissions.demand(request.user, "members.invite", found)
    resets = _resets(found)
    if request.method != "POST" or ((resets or _comes_back(found)) and "read" not in request.POST):
        context = {"member": found, "resets": resets, "refusal": queries.why_not_invited(found)}
        return render(request, "members/invite.html", context | {"sentences": _what_follows_a_code(found, request.user, at)})
    try:
        code = actions.invite(found, actor=request.user, at=at)
    except actions.NotInvitedError as refused:
        messages.error(request, str(refused))
        return redirect("member", uid=uid)
    own = [found.number, _("手机号")] if found.phone and found.number else queries.sign_in_names(found)
    made = slips.slip(
        found.name, _(" 或 ").join(own), code, request=request, realm=found.committee.code, resets=resets, for_member=True,
        links=found.account is None, committee=found.committee.short_name, waits=_waits(found, at), back=reverse("member", args=[uid]),
    )  # fmt: skip
    return slips.keep(request, made, at=at)


def _what_follows_a_code(member: Member, maker: Any, at: datetime) -> list[str]:
    """Say what will happen when a code is made (将发生什么): since when it works, who is told."""
    good = _("%(days)s 天内有效，以前发的码作废") % {"days": VALID.days}
    if _resets(member):
        verified = _("本人忘记密码时使用，请先当面或打电话核实")
        return [verified, *_how_a_reset_waits(member, maker, at), _("本人用原来的密码登录的，重置码随即作废"), good]
    if _comes_back(member):
        return [
            _("原来的关联已经解除，请先核实，邀请单交给本人"), _must_be_confirmed(member, maker, at, _("邀请码")),
            _("立即告知审计管理员和可以确认的人") if queries.somebody_else_confirms(member, maker) else _("立即告知审计管理员"),
            _("可以使用后，本人已经有账户的，登录后用邀请码关联；没有账户的，凭邀请码设定密码，第一次登录"), good,
        ]  # fmt: skip
    return [_("本人还没有设定过密码，凭邀请码设定密码，第一次登录"), good]


def _how_a_reset_waits(member: Member, maker: Any, at: datetime) -> list[str]:
    if member.account is not None and accounts.has_second_factor(member.account):
        return [_("本人设有动态口令：重置码马上可以使用，登录时还须输入动态口令"), _("立即告知本人和审计管理员")]
    told = (
        _("立即告知本人、审计管理员和可以确认的人")
        if queries.somebody_else_confirms(member, maker)
        else _("立即告知本人和审计管理员")
    )
    return [_must_be_confirmed(member, maker, at, _("重置码")), told]


def _must_be_confirmed(member: Member, maker: Any, at: datetime, code: str) -> str:
    """Say since when a code works, and who is asked to confirm it; where there is nobody else, that it waits."""
    hours = in_force(member.committee, Reinvitation, timezone.localdate(at)).wait_hours
    if not queries.somebody_else_confirms(member, maker):
        message = _("%(code)s不能马上使用：本会现在没有别人可以确认，%(n)s 小时后可以使用")
        return message % {"code": code, "n": hours}
    message = _("%(code)s不能马上使用：须机关另一位工作人员确认（%(who)s都可以确认）；没有人确认的，%(n)s 小时后可以使用")
    return message % {"code": code, "who": _who_confirms(), "n": hours}


def _who_confirms() -> str:
    return "、".join(str(duty.label) for duty in CONFIRM)


def _waits(member: Member, at: datetime) -> str:
    """Say on the slip when a code works that does not work yet."""
    waiting = waiting_code(member, at=at)
    if waiting is None:
        return ""
    when = moment(waiting.works_from)
    if not queries.somebody_else_confirms(member, waiting.made_by):
        return _("%(when)s 起可以使用。") % {"when": when}
    message = _("须机关另一位工作人员确认后才能使用（%(who)s都可以确认）；没有人确认的，%(when)s 起可以使用。")
    return message % {"who": _who_confirms(), "when": when}


@requires("members.release_seat", of_object=True)
def release_seat(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a seat off the account it was linked to by mistake: what follows is said before."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.release_seat", found)
    if refusal := queries.why_not_released(found):
        messages.info(request, refusal)
        return redirect("member", uid=uid)
    form = Release(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.release_seat(found, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
        except actions.StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已解除%(name)s的委员身份与账户的关联，可以重新发邀请") % {"name": found.name})
            return redirect("member", uid=uid)
    context = {"form": form, "member": found, "sentences": queries.what_follows_release(found)}
    return render(request, "members/release.html", context)


@requires("members.confirm_reinvitation", of_object=True)
def confirm_reinvitation(request: HttpRequest, uid: str) -> HttpResponse:
    """Confirm, as a second person of the office, that a member asked for the new password: for the code that is shown."""
    found, at = _load(request, uid), timezone.now()
    permissions.demand(request.user, "members.confirm_reinvitation", found)
    if request.method == "POST":
        try:
            actions.confirm_reinvitation(found, code=request.POST.get("code", ""), actor=request.user, at=at)
        except actions.NotInvitedError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已确认，%(name)s的码现在可以使用") % {"name": found.name})
        return redirect("member", uid=uid)
    context = {
        "member": found, "waiting": waiting_code(found, at=at), "became": queries.what_became_of_the_code(found, at=at),
        "reads_phone": permissions.allowed(request.user, "members.read_phone", found), "masked": mask_phone(found.phone),
    }  # fmt: skip
    return render(request, "members/confirm_reinvitation.html", context)
