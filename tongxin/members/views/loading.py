"""One member, as the pages of members read it: who may see it, and what its line shows."""

from http import HTTPStatus

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.audit.models import Event
from tongxin.members import queries
from tongxin.members.forms import Contact, Correction, Other, Part, Standing
from tongxin.members.models import Member
from tongxin.members.rules import who_it_is

WRITTEN = (Other, Part, Standing, Contact, Correction)  # forms with what is written; of one name the later label stands


class WentIntoError(Exception):
    """A page of a row that went into another.

    Nothing was done, and the page of this error leads to the one that stays.
    """

    def __init__(self, uid: str, into: Member) -> None:
        super().__init__(uid)
        self.uid, self.into = uid, into


def load(request: HttpRequest, uid: str) -> Member:
    """Return a member with the seats held, for who may see the page; not found for anybody else.

    Raises WentIntoError for who may see the page of the one into whom the row went.
    """
    rows = queries.with_seats(queries.visible_to(request.user).filter(uid=uid), timezone.localdate())
    found = rows.select_related("committee", "account").first()
    if found is None:
        if (into := leads_to(request, uid)) is not None:
            raise WentIntoError(uid, into)
        raise Http404
    permissions.demand(request.user, "members.view", found)
    return found


def leads_to(request: HttpRequest, uid: str) -> Member | None:
    """Return the member into whom the row of an address went, for who may see the page."""
    gone = Member.everybody.filter(uid=uid, merged_into__isnull=False).select_related("merged_into").first()
    return queries.visible_to(request.user).filter(pk=who_it_is(gone).pk).first() if gone is not None else None


def went_into(request: HttpRequest, error: WentIntoError) -> HttpResponse:
    """Say who made the row of an address one with another and when, to who keeps the members.

    Show what was written, to be copied.
    """
    gone = Member.everybody.select_related("merged_into").get(uid=error.uid)
    knows = permissions.allowed(request.user, "members.change", error.into)
    why = _("%(name)s（编号 %(number)s）这条资料已经并入%(into)s（编号 %(into_number)s）") % {
        "name": gone.name,
        "number": gone.number,
        "into": error.into.name,
        "into_number": error.into.number,
    }
    merged = queries.merged_away(gone) if knows else None
    return not_done(request, error.into, typed_in(request) if knows else [], why, by=merged)


def not_done(
    request: HttpRequest, member: Member, typed: list[tuple[str, str]], why: str, *, by: Event | None = None
) -> HttpResponse:
    """Say why a page that was open does nothing any more, lead to the member, and keep what was `typed`, to be copied."""
    posted = request.method == "POST"
    context = {"member": member, "typed": typed, "why": why, "by": by, "posted": posted}
    return render(request, "members/not_done.html", context, status=HTTPStatus.CONFLICT if posted else 200)


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was written in words with a request, by the labels of the forms of members; choices are no words."""
    words = (forms.CharField, forms.DateField)
    written = {name: str(field.label) for form in WRITTEN for name, field in form.base_fields.items() if isinstance(field, words)}
    found = ((written[name], value.strip()) for name, value in request.POST.items() if name in written and name != "shown")
    return [(label, value) for label, value in found if value]
