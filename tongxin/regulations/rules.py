"""Who may read regulations."""

from tongxin.access.permissions import grant
from tongxin.committees.rules import belongs_here

PERMISSIONS = {
    "regulations.view": ("本会委员、机关和承办单位人员可以查看本会的制度与规则", belongs_here),
}
grant(PERMISSIONS)
