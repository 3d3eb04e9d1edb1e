"""Who may open the pages that stand above all matters."""

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import anyone, is_signed_in

PERMISSIONS = {
    "site.front": (_("所有人都可以打开首页"), anyone),
    "site.home": (_("登录的人有自己的首页"), is_signed_in),
    "site.switch_role": (_("演示时可以切换身份；正式使用时没有这一功能"), anyone),
}
grant(PERMISSIONS)
