"""Signing in, accepting an invitation, linking a seat, and one's own account."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.account.views import LoginView
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access.views import requires
from tongxin.accounts import actions, codes, describing, guessing, names, queries, sealed, seats, slips
from tongxin.accounts.forms import Code, NewPassword, Settings
from tongxin.accounts.models import Account, Invitation
from tongxin.core import asked

# the code of a slip on its way through the sign-in: nobody types it twice, no address or log has it
CARRIED = "carried_seat_code"


class SetUpFactor(ActivateTOTPView):  # type: ignore[misc]
    """allauth's set-up of the second factor, saying for which duty it is asked for."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Name the duties: who was signed in when one was given is led here in the middle of something else."""
        return super().get_context_data(**more) | {"duties": describing.duties(self.request.user)}


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's sign-in, for everybody or at a committee's own address, where its member numbers are meant."""

    realm: names.Realm | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form whose numbers are meant."""
        return super().get_form_kwargs() | {"realm": self.realm.code if self.realm else ""}

    def get_success_url(self) -> str | None:
        """Go on to linking while the session carries a code, by whichever address one signs in."""
        found: str | None = super().get_success_url()
        return found or (reverse("account-seat") if _carried_to(self.request) else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the committee, and the one whose seat is linked after the sign-in."""
        return super().get_context_data(**kwargs) | {
            "realm": self.realm,
            "links": _carried_to(self.request),
            "next": asked.address(self.request.GET.get("next", "")),
        }


def _carried_to(request: HttpRequest) -> str:
    """Return the committee of the seat whose code this session carries through the sign-in, as long as the code is good."""
    at = timezone.now()
    code = str(sealed.get(request, CARRIED, at=at) or "")
    try:
        seat = seats.describe(queries.find(code, at=at).seat) if code else None
    except queries.InvitationError:
        return ""
    return seat.committee if seat else ""


@requires("accounts.sign_in")
def sign_in(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """The sign-in page."""
    realm = next((realm for realm in names.realms() if realm.code == code), None)
    if code and realm is None:
        raise Http404
    answer: HttpResponseBase = SignIn.as_view(realm=realm)(request)
    return answer


def _find(request: HttpRequest, code: str) -> Invitation:
    """Look a code up; wrong ones are counted. Raises InvitationError, LockedOutError."""
    attempt = guessing.begin(request, guessing.INVITATION)
    try:
        found = queries.find(code, at=timezone.now())
    except queries.InvitationError:
        attempt.fail()
        raise
    attempt.forgive()
    return found


@requires("accounts.accept_invitation")
def invitation(request: HttpRequest) -> HttpResponse:
    """Enter the code, then set the password; then one signs in, with the second factor if there is one.

    The link of a slip brings the code behind its #; slips printed before that have it as `?code=`, and still work.
    """
    if request.method != "POST":
        form = Code(initial={"code": request.GET.get("code", "")[: queries.LONGEST_CODE]})
        return render(request, "accounts/invitation.html", {"form": form, "word": _("下一步")})
    code = request.POST.get("code", "")[: queries.LONGEST_CODE]
    try:
        found = _find(request, code)
        if found.account is None and request.user.is_authenticated:
            sealed.put(request, CARRIED, code, at=timezone.now())
            return redirect("account-seat")
        if found.account is None and "sign_in_first" in request.POST:
            sealed.put(request, CARRIED, code, at=timezone.now())
            return redirect(f"{reverse('account_login')}?next={reverse('account-seat')}")
        return _set_password(request, found, code)
    except queries.InvitationError as error:
        wrong = Code({"code": code})
        if wrong.is_valid():
            _say(wrong, error)
        return render(request, "accounts/invitation.html", {"form": wrong, "word": _("下一步")})


def _say(form: Code, error: queries.InvitationError) -> None:
    """Say at the field what can be typed better; what typing does not mend is said of the whole."""
    form.add_error("code" if isinstance(error, queries.UnknownCodeError) else None, str(error))


def _set_password(request: HttpRequest, found: Invitation, code: str) -> HttpResponse:
    seat = seats.describe(found.seat) if found.account is None else None
    account = found.account or Account(username=seat.inner_name if seat else "", name=seat.name if seat else "")
    if seat is not None:
        account.names_to_be = seat.names
    setting = "password" in request.POST
    form = NewPassword(request.POST if setting else None, initial={"code": code}, account=account)
    if setting and form.is_valid():
        opened = actions.accept(code, password=form.cleaned_data["password"], at=timezone.now())
        return _come_in(request, opened)
    # of an account not yet saved it says nothing
    resets = found.account is not None and found.account.has_usable_password()
    context = {"form": form, "account": account, "seat": seat, "resets": resets, "word": _("设定密码并登录"), "code": code}
    return render(request, "accounts/invitation.html", context)


def _come_in(request: HttpRequest, account: Account) -> HttpResponse:
    """Sign in by all the steps: a code replaces the password, never the second factor."""
    messages.success(request, _("密码已经设定"))
    account.backend = "tongxin.accounts.backends.SignInName"  # type: ignore[attr-defined]
    record_authentication(request, account, method="password", reauthenticated=True)
    answer: HttpResponse = perform_login(request, account, email_verification="none")
    return answer


@requires("accounts.own")
def link(request: HttpRequest) -> HttpResponse:
    """Link a seat to the own account, with the code of its invitation: typed here, or carried through the sign-in."""
    carried = str(sealed.get(request, CARRIED, at=timezone.now()) or "")
    if request.method != "POST":
        return _offer_link(request, carried)
    form = Code({"code": carried} if "carried" in request.POST else request.POST)
    if form.is_valid():
        code = form.cleaned_data["code"]
        sealed.drop(request, CARRIED)
        try:
            _find(request, code)
            seat = actions.link(code, account=request.user, at=timezone.now())
        except queries.NotLinkedError as refused:
            return render(request, "accounts/link.html", {"refusal": str(refused)})
        except queries.InvitationError as error:
            _say(form, error)
        else:
            messages.success(request, _("已关联%(seat)s委员身份") % {"seat": seat.committee})
            return redirect("account")
    return render(request, "accounts/link.html", {"form": form, "seat": None})


def _offer_link(request: HttpRequest, carried: str) -> HttpResponse:
    """Show whose seat the carried code is for, or why it is not linked to this account; without one, ask for it."""
    if not carried:
        form = Code(initial={"code": request.GET.get("code", "")[: queries.LONGEST_CODE]})
        return render(request, "accounts/link.html", {"form": form, "seat": None})
    try:
        found = queries.find(carried, at=timezone.now())  # counted when it was typed
    except queries.InvitationError as error:
        form = Code({"code": carried})
        _say(form, error)
        return render(request, "accounts/link.html", {"form": form, "seat": None})
    refusal = queries.why_not_linked(found, request.user)  # type: ignore[arg-type]  # asked of who is signed in
    return render(request, "accounts/link.html", {"seat": seats.describe(found.seat), "refusal": refusal, "carried": True})


@require_POST
@requires("accounts.own")
def choose_seat(request: HttpRequest) -> HttpResponse:
    """Act in another of the own seats from now on, in this session; then go where `next` says."""
    get = request.POST.get
    seat = actions.act_in(request, get("seat") or request.GET.get("seat", ""))
    if seat is None:
        raise Http404
    messages.success(request, _("现在以%(committee)s委员身份办理") % {"committee": seat.committee})
    return redirect(asked.address(get("next", "")) or "home")


@requires("accounts.own")
def set_up_factor(request: HttpRequest) -> HttpResponseBase:
    """Set up the second factor."""
    answer: HttpResponseBase = SetUpFactor.as_view()(request)
    return answer


@requires("accounts.own")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes to whoever types a code for it, and to the session that made them until they are copied."""
    unused = codes.recovery_codes_of(request.user)
    if unused is None:
        raise Http404
    just_made = timezone.now().timestamp() - request.session.get(codes.MADE_AT, 0) < codes.COPYING
    if request.method == "POST" and "copied" in request.POST:
        request.session.pop(codes.MADE_AT, None)
        return redirect("home")
    form = codes.AskedForAStep(request.POST or None, user=request.user)
    shown = just_made or (request.method == "POST" and form.is_valid())
    if shown and not just_made:
        unused = codes.recovery_codes_of(request.user)  # the code may have been one of them
    context = {
        "form": form,
        "unused_codes": unused if shown else [],
        "shown": shown,
        "left": len(unused or ()),
        "just_made": just_made,
    }
    return render(request, "mfa/recovery_codes/index.html", context)


@requires("accounts.own")
def slip(request: HttpRequest) -> HttpResponse:
    """The slip that was made last in this session, until it is put away or half an hour is over; reloading keeps it."""
    if request.method == "POST":
        back = slips.put_away(request, at=timezone.now())
        messages.success(request, _("已收起，邀请码不再显示"))
        return redirect(back)
    made = slips.to_print(request, at=timezone.now())
    return render(request, "accounts/slip.html", {"slips": [made] if made else [], "slip": made})


@requires("accounts.own")
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: who one is here, text size, letters, safety."""
    user = request.user
    form = Settings(request.POST or None, initial={"size": user.size, "email": user.email, "by_mail": user.by_mail})
    if request.method == "POST" and form.is_valid():
        actions.save_settings(user, **form.cleaned_data)
        messages.success(request, _("已经保存"))
        return redirect("account")
    context = {
        "form": form,
        "lines": describing.lines(user),
        "names": names.of(user),
        "seats": seats.held(user),
        "totp": queries.has_second_factor(user),
    }
    return render(request, "accounts/account.html", context)
