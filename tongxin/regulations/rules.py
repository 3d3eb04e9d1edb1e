"""Who may read and adopt regulations."""

from tongxin.access.permissions import grant
from tongxin.committees.choices import Duty
from tongxin.committees.rules import belongs_here, holds

PERMISSIONS = {
    "regulations.view": ("本会委员、机关和承办单位人员可以查看本会的制度与规则", belongs_here),
    "regulations.adopt": ("制度管理人员可以施行新的规定", holds(Duty.REGULATIONS)),
}
grant(PERMISSIONS)
