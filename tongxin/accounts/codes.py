"""The forms of the second factor.

Wrong codes count like wrong passwords, and no code is taken twice, in whatever process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, get_totp_secret, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from tongxin.accounts import actions, guessing, signals
from tongxin.accounts.models import Account
from tongxin.accounts.queries import LONGEST_CODE

WRONG = "incorrect_code"  # allauth's key of the sentence
WRONG_FIRST = "incorrect_first_code"  # the same where there are no recovery codes yet
MADE_AT = "codes_made_at"  # in the session that made recovery codes: when
COPYING = 600  # seconds in which that session is shown them
NOT_TOO_LONG = MaxLengthValidator(LONGEST_CODE, _("口令或备用码最多 %(limit_value)d 位，现在有 %(show_value)d 位。"))


def recovery_codes_of(account: Account) -> list[str] | None:
    """Return the recovery codes that are left; None where there never were any."""
    kept = Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).first()
    return None if kept is None else list(kept.wrap().get_unused_codes())


def bound_code(field: forms.Field) -> None:
    """Refuse what is longer than any code before it is compared, and without counting it as a try: it opens nothing."""
    field.validators.append(NOT_TOO_LONG)


@contextmanager
def counted(account: Account, step: str) -> Iterator[None]:
    """Count what is tried inside as a failure of a step unless it ends well. Raises LockedOutError before it begins."""
    attempt = guessing.begin(context.request, guessing.CODE, account=account, step=step)
    try:
        yield
    except ValidationError:
        attempt.fail()
        raise
    attempt.forgive()


def take_once(account: Account, secret: str, code: str) -> None:
    """Use a one-time code up. Raises ValidationError when it, or a later one, was used before.

    allauth remembers used codes in the cache, which here is each process's own, and for one step of the two or three in
    which a code is good.
    """
    plain = "".join(code.split())
    steps = [step for step in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, step)) == plain]
    if not steps or not actions.take_code_step(account, steps[0]):
        raise get_adapter().validation_error(WRONG)


class _Code:
    """What the forms that ask for a code of somebody who has a second factor have in common."""

    user: Account
    authenticator: Authenticator
    step = ""  # the sign-in

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("动态口令或备用码")  # type: ignore[attr-defined]
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "placeholder": ""}  # type: ignore[attr-defined]
        bound_code(self.fields["code"])  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """A right code, not used before."""
        with counted(self.user, self.step):
            code: str = super().clean_code()  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.TOTP:
                take_once(self.user, decrypt(self.authenticator.data["secret"]), code)
        return code


class _Tells(_Code):
    """A form after which one goes on.

    The page that follows says it when a recovery code was used, and how many are left.
    """

    def save(self) -> None:
        """Go on."""
        super().save()  # type: ignore[misc]
        if self.authenticator.type != Authenticator.Type.RECOVERY_CODES:
            return
        left = len(recovery_codes_of(self.user) or ())
        some, none = _("您刚才用了一个备用码，还有 %(left)d 个可用。"), _("您刚才用了最后一个备用码，请到“我的账户”重新生成。")
        messages.warning(context.request, some % {"left": left} if left else none)


class Authenticate(_Tells, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class Reauthenticate(_Tells, ReauthenticateForm):  # type: ignore[misc]
    """The code before a step that touches the second factor itself."""

    step = signals.CONFIRMING


class AskedForAStep(_Code, AuthenticateForm):  # type: ignore[misc]
    """The code that a step touching the second factor asks for itself, however short ago another one was given.

    Whoever sits down at a screen left open finds neither the recovery codes nor a way to switch the second factor off.
    """

    step = signals.RECOVERY_CODES

    def clean_code(self) -> str:
        """A right code; allauth does not note here, as it does at the sign-in, when the second factor was used last."""
        code = super().clean_code()
        self.authenticator.record_usage()
        return code


class Deactivate(AskedForAStep):
    """The code that switches one-time codes off."""

    step = signals.SWITCHING_OFF

    def __init__(self, *args: Any, authenticator: Authenticator, **kwargs: Any) -> None:
        if not kwargs.get("data"):  # allauth gives an empty one to show errors before anything was typed
            kwargs["data"] = None
        super().__init__(*args, user=authenticator.user, **kwargs)


class Activate(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new key."""

    @property
    def grouped_secret(self) -> str:
        """The key in groups of four, for who types it."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))

    def __init__(self, *args: Any, user: Account, **kwargs: Any) -> None:
        """Keep the session's key until it is activated.

        Allauth's own form makes another one at every look at the page.
        """
        self.user = user
        super(ActivateTOTPForm, self).__init__(*args, **kwargs)
        self.secret = get_totp_secret()
        self.fields["code"].label = _("六位动态口令")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "placeholder": ""}
        self.fields["code"].widget.attrs["autofocus"] = self.is_bound  # what was wrong stands at the field alone
        bound_code(self.fields["code"])

    def clean_code(self) -> str:
        """A right code, which then is used; of recovery codes, of which there are none yet, nothing is said."""
        try:
            with counted(self.user, signals.SETTING_UP):
                code: str = super().clean_code()
                take_once(self.user, self.secret, code)
        except ValidationError as refused:
            if refused.code == WRONG:
                raise get_adapter().validation_error(WRONG_FIRST) from None
            raise
        return code
