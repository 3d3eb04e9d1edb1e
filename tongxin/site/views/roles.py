"""The role switcher of the demo: signs in as another person of the story. There is none outside the demo."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tongxin.access.views import requires
from tongxin.accounts.models import Account
from tongxin.site import navigation


@require_POST
@requires("site.switch_role")
def switch(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people, named by `as`."""
    wanted = request.POST.get("as") or request.GET.get("as", "")
    if not navigation.offered(wanted):
        raise Http404
    account = Account.objects.filter(username=wanted).first()
    if account is None:
        raise Http404
    login(request, account, backend="tongxin.accounts.backends.SignInName")
    return redirect("home")
