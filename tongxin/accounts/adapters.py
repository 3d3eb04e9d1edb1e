"""allauth's switches: no sign-up, names without e-mail, secrets of the second factor encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from tongxin.accounts import guessing, names, signals
from tongxin.accounts.models import Account
from tongxin.accounts.queries import has_second_factor
from tongxin.core import asked, secrets

WRONG_CODE = gettext_lazy("动态口令或备用码不对，请核对后再输一次。动态口令总不对的，请把手机时间设为自动。")


class ByInvitationOnly(DefaultAccountAdapter):
    """Accounts come from invitations; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Refuse what is longer than any address of ours.

        Reading the host of it takes time that grows with its square.
        """
        return url is not None and len(url) <= asked.LONGEST_ADDRESS and bool(super().is_safe_url(url))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 -- allauth's signature
        """Lead back to where the change began."""
        return reverse("account")

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Check the password of who is signed in; wrong ones count like those of the sign-in page."""
        return password_fits(context.request, user, password, step=signals.CONFIRMING_BY_PASSWORD)

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("这个账户已经停用，请与机关联系。"),
        "enter_current_password": gettext_lazy("现在的密码不对，请重新输入。"),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("密码不对，请核对后再输一次。"),
        "invalid_login": gettext_lazy("登录没有完成，请从头再来一次。"),
        "too_many_login_attempts": gettext_lazy("输错的次数太多，请稍后再试。"),
        "username_password_mismatch": gettext_lazy("登录名或密码不对，请核对后再输一次。"),
    }

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has a second factor is asked for a code by each step that touches it (`codes.AskedForAStep`), not beforehand."""
        account = context.request.user
        return not has_second_factor(account) and bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """Who has a second factor shows that one.

        The password alone opens neither the recovery codes nor switching it off.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [m for m in methods if m["id"] == "mfa_reauthenticate"] or methods


class SecondFactor(DefaultMFAAdapter):
    """TOTP keys and the seeds of recovery codes are encrypted with the field key, outside the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy("动态口令现在不能停用。"),
        "cannot_generate_recovery_codes": gettext_lazy("没有启用动态口令，无需备用码。请先设置动态口令。"),
        "incorrect_code": WRONG_CODE,
        "incorrect_first_code": gettext_lazy(
            "动态口令不对，请看手机上现在的六位数字再输。还不对的，请把手机时间设为自动，或者删去验证器里原来的一条，重新扫上面的图。"
        ),
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def get_totp_label(self, user: Account) -> str:
        """Show in the authenticator the name one signs in with."""
        return names.of(user)[0]


def password_fits(request: HttpRequest | None, account: Account, password: str, *, step: str = "") -> bool:
    """Check an account's password, and count it when it is wrong. Raises LockedOutError."""
    attempt = guessing.begin(request, guessing.PASSWORD, account=account, step=step)
    fits = account.check_password(password)
    if fits:
        attempt.forgive()
    else:
        attempt.fail()
    return bool(fits)
