"""The reader of the record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.views import requires
from tongxin.audit import audience, kinds, looking, verifying
from tongxin.audit import queries as audit
from tongxin.audit.models import Event
from tongxin.audit.templatetags.timeline import entry
from tongxin.committees import findings, queries
from tongxin.committees.models import Committee
from tongxin.core import asked

PAGE = 50


def _search(request: HttpRequest) -> audit.Search:
    get = request.GET.get
    since, until = asked.day(get("since", "")), asked.day(get("until", ""))
    return audit.Search(asked.words(get("q", ""), 60), get("kind", "")[:60], since, until)


@requires("audit.read")
def events(request: HttpRequest) -> HttpResponse:
    """The audit reader: every event of the committees one audits, newest first, key-paged."""
    codes = queries.audited_codes(request.user)
    search = _search(request)
    rows = audit.events(codes, search)
    if before := asked.words(request.GET.get("before", ""), 12):
        # paged by uid: the numbers of rows would tell between which two others something untold was written
        rows = rows.filter(id__lt=rows.filter(uid=before).values("id")[:1])
    found = list(rows[: PAGE + 1])
    on = timezone.localdate()
    context = {
        "rows": [_row(e) for e in found[:PAGE]],
        "search": search,
        "older": found[PAGE - 1].uid if len(found) > PAGE else None,
        "health": audit.health(codes),
        "daily": [] if before or search.words else [(d, kinds.KINDS[d.kind].by_day) for d in audit.by_day(codes, before=on)],
        "sorts": _sorts(search.kind),
        "query": _query(request),
    }
    return render(request, "committees/events.html", context)


def _sorts(asked: str) -> list[tuple[str, str]]:
    """Return the sorts that are offered; one kind alone, to which a figure of a home leads, stands before them."""
    own = [(asked, kinds.label(asked))] if asked in kinds.KINDS else []
    return [*own, *sorted(kinds.SORTS.items())]


def _row(event: Event) -> dict[str, Any]:
    """A line of the reader; why, and how much, where who reads the record is told that."""
    row: dict[str, Any] = {"event": event, "sealed": hasattr(event, "seal")}
    try:
        line = entry(event)
        more = line.more if audience.tells_the_record(event) else ""
        return row | {"who": kinds.operator(event, line.what), "what": line.what, "more": more, "sort": kinds.sort_of(event.kind)}
    except kinds.NOT_OURS:  # a verdict leads here
        return row | {"who": "", "what": _("这条记录无法读取，请核验"), "more": "", "sort": ""}


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("before", None)
    return kept.urlencode()


@requires("audit.read")
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chains of the committees one audits, and say whether anything was changed.

    Of the files, what was found last.

    Reloaded or typed in, the address leads to the reader, where it is asked for: it is too much work to begin by a
    link.
    """
    if request.method != "POST":
        return redirect("events")
    codes = queries.audited_codes(request.user)
    # how many there are is said as in the reader: without those that are told by day alone
    names = dict(Committee.objects.filter(code__in=codes).values_list("code", "short_name"))
    looked, now = looking.last(), timezone.now()
    verdicts: list[dict[str, Any]] = []
    for code in sorted(codes, key=lambda code: (not code, code)):  # what belongs to none stands last
        verdict = verifying.verify(committee_code=code, reads_files=False)
        verdicts.append(
            {
                "name": names.get(code, _("系统公用的记录")),
                "verdict": verdict,
                "health": audit.health({code}),
                "problems": findings.findings(code, verdict.problems),
                "erasures": findings.erasures(code) if verdict.ok else [],
                "files": findings.findings(code, looked.problems(code) if looked is not None else []),
            }
        )
    context = {
        "verdicts": verdicts,
        "at": now,
        "looked": looked,
        "late": looking.is_late(looked, now=now),
        "odd_files": sum(len(one["files"]) for one in verdicts),
    }
    return render(request, "committees/verdict.html", context)
