"""One-time codes as an authenticator on a phone shows them."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt

from tongxin.accounts.models import Account

PERIOD = 30


def set_up(account: Account) -> None:
    """Give an account a key, as the set-up page does."""
    TOTP.activate(account, generate_totp_secret())


def code(account: Account, steps: int = 0) -> str:
    """Return the code the phone shows, or will show in so many half minutes."""
    kept = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP)
    return shown(decrypt(kept.data["secret"]), steps)


def shown(secret: str, steps: int = 0) -> str:
    """Return the code of a key, by the clock by which it is checked."""
    return of_step(secret, step() + steps)


def step() -> int:
    """Return the half minute of now, by the clock by which codes are checked."""
    return int(auth.time.time()) // PERIOD


def of_step(secret: str, number: int) -> str:
    """Return the code of a key in one half minute."""
    return str(format_hotp_value(hotp_value(secret, number)))


def wrong(account: Account) -> str:
    """Return six digits that are right at no time near now."""
    right = {code(account, steps) for steps in range(-3, 4)}
    return next(text for n in range(100) if (text := f"{n:06d}") not in right)
