"""The register of permissions, and what asks it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from tests.cast import Cast
from tongxin.access import permissions
from tongxin.access.predicates import anyone, is_signed_in, nobody
from tongxin.access.views import requires
from tongxin.accounts.models import Account


def test_a_name_is_granted_once() -> None:
    with pytest.raises(ValueError, match=r"notices\.view is granted twice"):
        permissions.grant({"notices.view": ("重复", anyone)})


def test_a_name_nobody_granted_is_an_error_not_a_no() -> None:
    with pytest.raises(KeyError):
        permissions.allowed(AnonymousUser(), "proposals.fly")


def test_a_refusal_says_who_may(cast: Cast) -> None:
    with pytest.raises(PermissionDenied, match="审计管理员可以查阅操作记录"):
        permissions.demand(cast.proposer, "audit.read")
    permissions.demand(cast.audit_admin, "audit.read")


def test_an_account_that_may_no_longer_sign_in_is_nobody(cast: Cast) -> None:
    assert is_signed_in.test(cast.proposer, None)
    cast.proposer.is_active = False
    assert not is_signed_in.test(cast.proposer, None)
    assert not is_signed_in.test(AnonymousUser(), None)
    assert anyone.test(None, None)
    assert not nobody.test(cast.office, None)


def test_has_perm_asks_the_same_register(cast: Cast) -> None:
    filed = cast.filed()
    assert cast.bystander.has_perm("proposals.view", filed)
    assert not cast.member_of_other_county.has_perm("proposals.view", filed)
    assert not cast.office.has_perm("proposals.fly", filed)
    assert not cast.office.is_superuser


@requires("audit.read")
def _page(_request: object) -> HttpResponse:
    return HttpResponse("ok")


def test_a_view_sends_strangers_to_the_sign_in_and_refuses_others(cast: Cast) -> None:
    request = RequestFactory().get("/audit/?q=1")
    request.user = AnonymousUser()
    assert _page(request)["Location"] == "/accounts/login/?next=/audit/%3Fq%3D1"
    request.user = cast.office
    with pytest.raises(PermissionDenied):
        _page(request)
    request.user = cast.audit_admin
    assert _page(request).content == b"ok"
    assert _page.permission == "audit.read"


def test_the_systems_own_account_cannot_sign_in(cast: Cast, client: object) -> None:
    system = Account.objects.system()
    assert not system.has_usable_password()
    answer = client.post("/accounts/login/", {"login": "system", "password": "!"})  # type: ignore[attr-defined]
    assert answer.status_code == 200
