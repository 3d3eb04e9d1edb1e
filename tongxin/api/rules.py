"""Asking the interface at all.

What it answers is decided by each list's, each object's and each step's own permission.
"""

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in

PERMISSIONS = {"api.ask": (_("登录后可以使用接口，能看的、能办的与网页上一样"), is_signed_in)}
grant(PERMISSIONS)
