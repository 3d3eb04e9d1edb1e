"""People who sign in: one account a person, made by invitation, never with a default password."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import Row

SYSTEM, SYSTEM_NAME = "system", "系统"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by sign-in name and gives the one the system itself acts with."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)

    def system(self) -> "Account":
        """Return the account that scheduled tasks act with; nobody can sign in to it."""
        account, made = self.get_or_create(username=SYSTEM, defaults={"name": SYSTEM_NAME})
        if made:
            account.set_unusable_password()
            account.save(update_fields=["password"])
        return account


class Account(Row, AbstractBaseUser):
    """Someone who signs in. `username` is the name of staff, or the inner name of a member's account (`accounts.names`)."""

    label_is_personal = True  # in events: the label may be erased

    class Size(models.TextChoices):
        NORMAL = "normal", _("标准字号")
        ELDER = "elder", _("关怀版")

    username = models.CharField(_("登录名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    email = models.EmailField(_("邮箱"), blank=True)
    size = models.CharField(_("字号"), max_length=8, choices=Size, default=Size.NORMAL)
    by_mail = models.BooleanField(_("同时用邮件告知"), default=True)
    is_active = models.BooleanField(_("可以登录"), default=True)
    needs_second_factor = models.BooleanField(
        _("须用动态口令"), default=False, help_text=_("机关、承办单位工作人员登录时，除密码外还须输入动态口令。")
    )
    # how often the second factor changed: ends the other sessions
    factor_changes = models.PositiveIntegerField(default=0)
    # the time step of the last one-time code taken: none is taken twice
    last_code_step = models.BigIntegerField(default=0)
    # in which of several seats (a member's uid) the person acted last
    last_seat = models.CharField(max_length=12, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    names_to_be: tuple[str, ...] = ()  # of an account not yet made: what its owner will sign in with
    chosen_seat = ""  # of this request's session (`accounts.middleware.ChosenSeat`)

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to the password and the second factor.

        When either changes, the account's other sessions end.
        """
        if not self.factor_changes:
            return str(super()._get_session_auth_hash(secret))  # type: ignore[misc]  # missing in the stubs
        kept = f"{self.password}:{self.factor_changes}"
        return salted_hmac("tongxin.accounts.Account", kept, secret=secret, algorithm="sha256").hexdigest()

    # Django's auth expects these two; permissions are ours, through rules.
    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, name: str, subject: object = None) -> bool:
        """Ask the register of permissions (`access`)."""
        from tongxin.access import permissions  # noqa: PLC0415 -- thin method

        return name in permissions.CATALOGUE and permissions.allowed(self, name, subject)


class Invitation(Row):
    """A one-time code, sent as a link or printed on a slip: with it a person sets the own password, or takes a seat.

    With `account`: sets that account's password. With `seat` (a member's uid) and no account: is for this seat; an
    account is made for it, or its owner, signed in, links it to the account he has.
    """

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations")
    seat = models.CharField(max_length=12, blank=True, db_index=True)
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    works_from = models.DateTimeField(null=True, blank=True)  # not before, unless a second person confirms it earlier
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | ~models.Q(seat=""), name="invitation_is_for_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account.username if self.account else self.seat} {self.made_at:%Y-%m-%d}"


class Failure(models.Model):
    """A wrong password, one-time code or invitation code: keyed hashes of whom and from where, for two days."""

    kind = models.CharField(max_length=12)
    target = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    known = models.BooleanField(default=False)  # from a device on which this account signed in before
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["target", "at"], name="failure_target"),
            models.Index(fields=["source", "at"], name="failure_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
