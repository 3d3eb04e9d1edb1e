"""People who sign in: one account a person, made by invitation, never with a default password."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import Row

SYSTEM = "system"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by sign-in name and gives the one the system itself acts with."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)

    def system(self) -> "Account":
        """Return the account that scheduled tasks act with; nobody can sign in to it."""
        account, made = self.get_or_create(username=SYSTEM, defaults={"name": "系统"})
        if made:
            account.set_unusable_password()
            account.save(update_fields=["password"])
        return account


class Account(Row, AbstractBaseUser):
    """Someone who signs in, with the member number or the mobile phone as name."""

    label_is_personal = True  # in events: the label may be erased

    class Size(models.TextChoices):
        NORMAL = "normal", _("标准字号")
        ELDER = "elder", _("关怀版")

    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    email = models.EmailField(_("邮箱"), blank=True)
    size = models.CharField(_("字号"), max_length=8, choices=Size, default=Size.NORMAL)
    by_mail = models.BooleanField(_("同时用邮件告知"), default=True)
    is_active = models.BooleanField(_("可以登录"), default=True)
    needs_second_factor = models.BooleanField(
        _("须用动态口令"), default=False, help_text=_("机关、承办单位工作人员登录时，除密码外还须输入动态口令。")
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_system(self) -> bool:
        """The system's own account, whose acts stand as 系统 in the timeline."""
        return self.username == SYSTEM

    # Django's auth expects these two; permissions are ours, through rules.
    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, name: str, subject: object = None) -> bool:
        """Ask the register of permissions (`access`)."""
        from tongxin.access import permissions  # noqa: PLC0415 -- thin method

        return name in permissions.CATALOGUE and permissions.allowed(self, name, subject)


class Invitation(Row):
    """A one-time code, sent as a link or printed on a slip, with which a person sets the own password."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account.username} {self.made_at:%Y-%m-%d}"
