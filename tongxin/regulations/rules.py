"""Who may read and adopt regulations."""

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds

PERMISSIONS = {
    "regulations.view": ("登录的人都可以查看本会的制度与规则", is_signed_in),
    "regulations.adopt": ("制度管理人员可以施行新的规定", holds(Duty.REGULATIONS)),
}
grant(PERMISSIONS)
