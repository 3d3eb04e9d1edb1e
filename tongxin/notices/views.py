"""The notice centre; and whether notices and letters arrive."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.access.views import Unsigned, requires
from tongxin.accounts import opening, seats
from tongxin.audit import kinds
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core import asked, database, room
from tongxin.notices import actions, health, letters, posting, queries
from tongxin.notices.models import Job, Letter

PAGE = 20


@requires("notices.view")
def notices(request: HttpRequest) -> HttpResponse:
    """Everything one was told, one entry for each matter and day, newest first.

    `before` pages by the last line shown.
    """
    only_unread = request.GET.get("unread") == "1"
    before = request.GET.get("before", "")
    entries, older = queries.entries(request.user, most=PAGE, before=before, only_unread=only_unread)
    return render(request, "notices/notices.html", {"entries": entries, "older": older, "only_unread": only_unread})


@requires("notices.view")
def follow(request: HttpRequest, uid: str) -> HttpResponse:
    """Lead to what a notice is about.

    Marked as read by POST, with all that is shown with it: by its button, or by the page's script.

    What the reader cannot open in the seat in which he acts, but in the one it was told to, is opened there: a button
    changes it. What opens in neither is not found, as for everybody.
    """
    notice = queries.visible_to(request.user).filter(uid=uid).first()
    if request.method == "POST":
        actions.mark_read(request.user, uids=[uid], at=timezone.now())
        followed = request.headers.get("X-Requested-With") == "fetch"
        return HttpResponse(status=204) if followed else redirect("notices")
    if notice is None:
        return redirect("notices")
    target = asked.address(notice.url)
    seat = seats.elsewhere(request.user, notice.committee_code) if target else None
    if (
        seat is not None
        and opening.answers(request, target) != HTTPStatus.OK
        and opening.answers(request, target, seat=seat.uid) == HTTPStatus.OK
    ):
        return render(request, "notices/other_seat.html", {"notice": notice, "seat": seat, "target": target})
    return redirect(target or "notices")


@require_POST
@requires("notices.view")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_read(request.user, uids=None, at=timezone.now())
    return redirect("notices")


# ── whether they arrive ──────────────────────────────────────────────────────────────────────────
@require_safe
@requires("notices.keep")
def delivery(request: HttpRequest) -> HttpResponse:
    """How telling and sending go in the committees whose system somebody keeps.

    Whom a letter goes to is masked, no word of it is shown.
    """
    codes = _codes(request.user)
    failed = request.GET.get("failed") == "1"
    before = asked.number(request.GET.get("before", ""))
    now = timezone.now()
    found = list(queries.posted(codes, only_failed=failed, before=before)[: PAGE + 1])
    marks = list(queries.failing_events(codes)[: PAGE + 1])
    context = {
        "words": [*room.findings(), *health.look(now).words()],
        "in_order": _in_order(),
        "not_sent": (not_sent := queries.posted(codes, only_failed=True).count()),
        "notes": health.notes(),
        "no_server": "" if settings.EMAIL_HOST else health.NO_SERVER,
        "no_backup": "" if settings.BACKUP_EVERY else health.NO_BACKUP,
        "tabs": [
            {"label": _("全部"), "url": "?#letters", "current": not failed, "count": None},
            {"label": _("没有寄成的"), "url": "?failed=1#letters", "current": failed, "count": not_sent or None},
        ],
        "jobs": Job.objects.order_by("label", "name"),
        "marks": [{"mark": m, "secret": _by_day(m.event.kind), "label": _label(m.event.kind)} for m in marks[:PAGE]],
        "more_marks": len(marks) > PAGE,
        "letters": [_posted(letter, now) for letter in found[:PAGE]],
        "here": _here(failed=failed, before=before),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "only_failed": failed,
    }
    return render(request, "notices/delivery.html", context)


def _in_order() -> str:
    """Say that all goes well, of what is switched on: what nobody asked for is not in order."""
    if not settings.BACKUP_EVERY:
        return _("消息、邮件和已启用的后台任务都正常。") if settings.EMAIL_HOST else _("消息和已启用的后台任务都正常。")
    return _("消息、邮件和后台任务都正常。") if settings.EMAIL_HOST else _("消息和后台任务都正常。")


@require_POST
@requires("notices.keep")
def send_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Let a letter that failed be tried anew; it is named by its notice."""
    letter = get_object_or_404(queries.posted(_codes(request.user)), notice__uid=uid)
    if letters.send_again(letter, at=timezone.now()):
        messages.success(request, _("已重新排入寄信，一分钟左右寄出。"))
    else:
        messages.info(request, _("这封信已经不用再寄了。"))
    only_failed, before = request.GET.get("failed") == "1", asked.number(request.GET.get("before", ""))
    return redirect(f"{reverse('notices-delivery')}{_here(failed=only_failed, before=before)}")


def _here(*, failed: bool, before: int | None) -> str:
    """Return what the address says of the part of the list that is shown: whoever acts on a row comes back to it."""
    said = ({"failed": "1"} if failed else {}) | ({"before": str(before)} if before is not None else {})
    return f"?{urlencode(said)}" if said else ""


def _codes(user: Any) -> set[str]:
    rows = Committee.objects.filter(pk__in=bodies.committees_with(user, Duty.SYSTEM_ADMIN))
    return set(rows.values_list("code", flat=True))


def _by_day(kind: str) -> bool:
    return kind not in kinds.KINDS or bool(kinds.KINDS[kind].by_day)


def _label(kind: str) -> str:
    """Name an act; of what stands in no list of events not even that."""
    return _("一项办理") if _by_day(kind) else kinds.label(kind)


def _posted(letter: Letter, now: datetime) -> dict[str, Any]:
    """Return what is shown of a letter; of what is told by the day alone no hour."""
    name, _at, domain = letter.address.rpartition("@")
    secret = _by_day(letter.notice.event.kind)
    over = letter.given_up_at is not None or letter.dropped_at is not None
    following = None if over or letter.next_try_at <= now else letter.next_try_at  # what is due goes with the next run
    return {
        "letter": letter,
        "address": f"{name[:1]}…@{domain}",
        "secret": secret,
        "when": None if secret else letter.sent_at or following,
        "uncounted": not over and not letter.sent_at and not letter.tries and letter.problem in posting.AWAY,
    }


@require_safe
@requires("notices.health", of_object=True, unsigned=Unsigned.PUBLIC)
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say to a monitor whether all goes on: which part does not, and no more."""
    try:
        is_there, found = database.is_read_anew(), health.look(timezone.now())
    except DatabaseError:
        is_there = False
    if not is_there:
        return JsonResponse({"ok": False, "database": False}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse(
        {"ok": found.ok, "database": True, **found.parts}, status=HTTPStatus.OK if found.ok else HTTPStatus.SERVICE_UNAVAILABLE
    )
