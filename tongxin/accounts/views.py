"""Accepting an invitation, and one's own account."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.views import requires
from tongxin.accounts import actions, describing
from tongxin.accounts.forms import Code, NewPassword, Settings

TRIES_AN_HOUR = 20


def _too_many(request: HttpRequest) -> bool:
    """Count tries per address, so that codes cannot be guessed (59 bits besides)."""
    key = f"invitation:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > TRIES_AN_HOUR


@requires("accounts.accept_invitation")
def invitation(request: HttpRequest) -> HttpResponse:
    """Enter the code (or come with it in the link), then set the password; then one is signed in."""
    code = request.POST.get("code") or request.GET.get("code", "")
    if not code:
        return render(request, "accounts/invitation.html", {"form": Code(), "word": _("下一步")})
    if _too_many(request):
        tired = Code({"code": code})
        tired.add_error(None, _("输入次数太多，请一小时后再试，或与机关联系。"))
        return render(request, "accounts/invitation.html", {"form": tired, "word": _("下一步")}, status=429)
    now = timezone.now()
    try:
        found = actions.find(code, at=now)
        setting = "password" in request.POST
        form = NewPassword(request.POST if setting else None, initial={"code": code}, account=found.account)
        if setting and form.is_valid():
            account = actions.accept(code, password=form.cleaned_data["password"], at=now)
            login(request, account, backend="tongxin.accounts.backends.SignInName")
            messages.success(request, _("密码已经设定，您已登录"))
            return redirect("home")
    except actions.InvitationError as error:
        wrong = Code({"code": code})
        wrong.add_error("code", str(error))
        return render(request, "accounts/invitation.html", {"form": wrong, "word": _("下一步")})
    context = {"form": form, "account": found.account, "word": _("设定密码并登录")}
    response = render(request, "accounts/invitation.html", context)
    response["Referrer-Policy"] = "no-referrer"  # the code stands in the address
    return response


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
        "form": form, "lines": describing.lines(user),
        "totp": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
    }  # fmt: skip
    return render(request, "accounts/account.html", context)
