"""One's own account, and the way in."""

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import anyone, is_signed_in

PERMISSIONS = {
    "accounts.own": (_("每个人管理自己的账户"), is_signed_in),
    "accounts.sign_in": (_("登录页对任何人开放"), anyone),
    "accounts.accept_invitation": (_("凭邀请码设定自己的密码"), anyone),
}
grant(PERMISSIONS)
