"""Who may read regulations."""

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.committees.rules import belongs_here

PERMISSIONS = {
    "regulations.view": (_("本会委员、机关和承办单位人员可以查看本会的制度与规则"), belongs_here),
}
grant(PERMISSIONS)
